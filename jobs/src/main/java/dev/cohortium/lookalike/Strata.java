package dev.cohortium.lookalike;

import java.io.Serial;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many members and candidates stand in each stratum, and why members are not compared. States
 * add.
 */
final class Strata implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final Map<String, long[]> counts = new HashMap<>();
  private final EnumMap<Attrition, Long> lost = new EnumMap<>(Attrition.class);
  private final Map<String, Long> exact = new TreeMap<>();
  private int firstMonth = Integer.MAX_VALUE;
  private int lastMonth = -1;

  /** Adds a customer. */
  void add(History history, Rules rules) {
    for (Opportunity opportunity : Opportunity.of(history, rules)) {
      long[] count = counts.computeIfAbsent(opportunity.stratum(), s -> new long[2]);
      count[opportunity.isTaken() ? 1 : 0]++;
      if (opportunity.isTaken()) {
        firstMonth = Math.min(firstMonth, opportunity.month());
        lastMonth = Math.max(lastMonth, opportunity.month());
        exact.merge(history.exact(), 1L, Long::sum);
      }
    }
    if (history.joined() < rules.months()) {
      lost.merge(Attrition.of(history, rules), 1L, Long::sum);
    }
  }

  /** Adds the customers of {@code other}. */
  Strata plus(Strata other) {
    other.counts.forEach(
        (stratum, more) -> {
          long[] count = counts.computeIfAbsent(stratum, s -> new long[2]);
          count[0] += more[0];
          count[1] += more[1];
        });
    other.lost.forEach((reason, members) -> lost.merge(reason, members, Long::sum));
    other.exact.forEach((value, members) -> exact.merge(value, members, Long::sum));
    firstMonth = Math.min(firstMonth, other.firstMonth);
    lastMonth = Math.max(lastMonth, other.lastMonth);
    return this;
  }

  boolean isEmpty() {
    return lastMonth < 0;
  }

  int firstMonth() {
    return firstMonth;
  }

  int lastMonth() {
    return lastMonth;
  }

  /** Members of a kind. */
  long lost(Attrition reason) {
    return lost.getOrDefault(reason, 0L);
  }

  /** Members by exact value who have an opportunity. */
  Map<String, Long> exact() {
    return exact;
  }

  /**
   * The share of a stratum's candidates that is drawn, of strata with a member and a candidate.
   *
   * @param perMember candidates that are looked at for each member at most
   */
  Map<String, Double> shares(int perMember) {
    Map<String, Double> shares = new HashMap<>();
    counts.forEach(
        (stratum, count) -> {
          if (count[0] > 0 && count[1] > 0) {
            shares.put(stratum, Math.min(1, (double) perMember * count[1] / count[0]));
          }
        });
    return shares;
  }
}
