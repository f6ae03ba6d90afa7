package dev.cohortium.lookalike;

import dev.cohortium.lookalike.Findings.Lost;
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

  private final Map<Key, long[]> counts = new HashMap<>();
  private final EnumMap<Attrition, Lost> lost = new EnumMap<>(Attrition.class);
  private final Map<String, Exact> exact = new TreeMap<>();
  private int firstMonth = Integer.MAX_VALUE;
  private int lastMonth = -1;
  private long customers;
  private long customersWithoutMargin;

  /**
   * The units of equal segments.
   *
   * @param members who joined at an opportunity
   * @param candidates opportunities that were not taken, from the first joining on
   * @param firstMonth in which somebody joined; none: the largest number
   */
  record Exact(long members, long candidates, int firstMonth) implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private static final Exact NOBODY = new Exact(0, 0, Integer.MAX_VALUE);

    Exact plus(Exact other) {
      return new Exact(
          members + other.members,
          candidates + other.candidates,
          Math.min(firstMonth, other.firstMonth));
    }
  }

  /** What stands in a stratum, where it stands, and how many. */
  private record Key(int month, int order, String exact) implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  /** Adds a customer. */
  void add(History history, Rules rules) {
    for (Opportunity opportunity : Opportunity.of(history, rules)) {
      Key key = new Key(opportunity.month(), opportunity.order(), history.exact());
      long[] count = counts.computeIfAbsent(key, s -> new long[2]);
      count[opportunity.isTaken() ? 1 : 0]++;
      if (opportunity.isTaken()) {
        firstMonth = Math.min(firstMonth, opportunity.month());
        lastMonth = Math.max(lastMonth, opportunity.month());
        exact.merge(history.exact(), new Exact(1, 0, opportunity.month()), Exact::plus);
      }
    }
    customers++;
    customersWithoutMargin += history.isMarginKnown() ? 0 : 1;
    if (history.joined() < rules.months()) {
      lost.merge(Attrition.of(history, rules), one(history, rules), Lost::plus);
    }
  }

  /** A member, with what is known of the months before joining, of which there may be few. */
  private static Lost one(History history, Rules rules) {
    int last = history.joined() - 1;
    int first =
        history.acquired() == History.NOT_YET
            ? Integer.MAX_VALUE
            : Math.max(history.acquired(), history.joined() - rules.preMonths());
    if (first > last) {
      return new Lost(1, 0, 0, 0);
    }
    double spend = 0;
    double orders = 0;
    for (int month = first; month <= last; month++) {
      spend += history.revenue(month);
      orders += history.orders(month);
    }
    int months = last - first + 1;
    return new Lost(1, 1, spend / months, orders / months);
  }

  /** Adds the customers of {@code other}. */
  Strata plus(Strata other) {
    other.counts.forEach(
        (stratum, more) -> {
          long[] count = counts.computeIfAbsent(stratum, s -> new long[2]);
          count[0] += more[0];
          count[1] += more[1];
        });
    other.lost.forEach((reason, members) -> lost.merge(reason, members, Lost::plus));
    other.exact.forEach((value, members) -> exact.merge(value, members, Exact::plus));
    firstMonth = Math.min(firstMonth, other.firstMonth);
    lastMonth = Math.max(lastMonth, other.lastMonth);
    customers += other.customers;
    customersWithoutMargin += other.customersWithoutMargin;
    return this;
  }

  /** Share of the customers with a month whose margin is not known. */
  double shareWithoutMargin() {
    return customers == 0 ? 1 : (double) customersWithoutMargin / customers;
  }

  /** The month in which the first joined at an opportunity; 0 where nobody did. */
  int firstMonth() {
    return lastMonth < 0 ? 0 : firstMonth;
  }

  /** The month in which the last did; 0 where nobody did. */
  int lastMonth() {
    return Math.max(0, lastMonth);
  }

  /** Members of a kind. */
  Lost lost(Attrition reason) {
    return lost.getOrDefault(reason, Lost.NOBODY);
  }

  /** Members by exact value who have an opportunity. */
  Map<String, Exact> exact() {
    return exact;
  }

  /**
   * The share of a stratum's candidates that is drawn: of a stratum with members so many for each
   * of them; of one without, where others of equal segments have joined before, as many as of these
   * segments in all. Earlier nobody could join, and none is drawn.
   *
   * <p>Strata without members tell the chance of joining, too: without them it were that of strata
   * in which somebody did.
   *
   * @param perMember candidates that are looked at for each member at most
   */
  Shares shares(int perMember, Rules rules) {
    Map<String, Exact> all = new HashMap<>(exact);
    counts.forEach(
        (key, count) -> {
          if (key.month() >= all.getOrDefault(key.exact(), Exact.NOBODY).firstMonth()) {
            all.merge(key.exact(), new Exact(0, count[0], Integer.MAX_VALUE), Exact::plus);
          }
        });
    Shares shares = new Shares(rules);
    counts.forEach(
        (key, count) -> {
          Exact of = all.getOrDefault(key.exact(), Exact.NOBODY);
          if (key.month() >= of.firstMonth() && key.month() <= lastMonth) {
            double wanted =
                count[1] > 0
                    ? (double) perMember * count[1] / Math.max(1, count[0])
                    : (double) perMember * of.members() / Math.max(1, of.candidates());
            shares.put(key.exact(), key.month(), key.order(), Math.min(1, wanted));
          }
        });
    return shares;
  }
}
