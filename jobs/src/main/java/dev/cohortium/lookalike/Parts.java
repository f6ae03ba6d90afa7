package dev.cohortium.lookalike;

import dev.cohortium.evidence.Measured;
import dev.cohortium.lookalike.Comparisons.Place;
import dev.cohortium.lookalike.Comparisons.Sink;
import dev.cohortium.stats.FollowUp;
import dev.cohortium.stats.JointEstimate;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;

/** Who takes part in the comparisons, found in a customer's history and matched sets. */
final class Parts {
  /** Name and value of the place of all. */
  static final String ALL = "all";

  /**
   * Column of the matched units of a customer: ARRAY of STRUCT(unit, matched_set, weight, known).
   */
  static final String SETS = "sets";

  /** Months that are looked at after a pretended joining, and before it. */
  static final int PRETENDED = 3;

  private Parts() {}

  /**
   * Where comparisons are made: in all, and in each value of an exact segment with members enough.
   *
   * @param names of the exact segments
   * @param groups those inside which scores are fitted alone
   * @param measured places besides all
   * @param small places, with their members, that are not
   */
  record Places(
      List<String> names, List<String> groups, Set<Place> measured, Map<Place, Long> small)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    /** Values of a segment that are measured at most, those with the most members. */
    static final int MOST = 250;

    static Places of(List<String> names, List<String> groups, Strata strata, int smallest) {
      Map<Place, Long> members = new HashMap<>();
      strata
          .exact()
          .forEach(
              (exact, of) ->
                  all(exact, names, 0)
                      .forEach(place -> members.merge(place, of.members(), Long::sum)));
      Set<Place> measured = new HashSet<>();
      Map<Place, Long> small = new HashMap<>();
      Map<String, Integer> ofSegment = new HashMap<>();
      members.entrySet().stream()
          .sorted(
              Map.Entry.<Place, Long>comparingByValue()
                  .reversed()
                  .thenComparing(Map.Entry.comparingByKey()))
          .forEach(
              place -> {
                String by = place.getKey().by();
                boolean isMeasured =
                    by.equals(ALL)
                        || (place.getValue() >= Math.max(JointEstimate.LEAST_TREATED, smallest)
                            && ofSegment.merge(by, 1, Integer::sum) <= MOST);
                if (isMeasured) {
                  measured.add(place.getKey());
                } else {
                  small.put(place.getKey(), place.getValue());
                }
              });
      return new Places(List.copyOf(names), List.copyOf(groups), measured, small);
    }

    /** The places of who has these exact values, small ones included. */
    static List<Place> all(String exact, List<String> names, int months) {
      List<Place> places = new ArrayList<>();
      places.add(new Place(ALL, ALL, months));
      String[] values = exact.split(Histories.SEPARATOR, -1);
      for (int i = 0; i < names.size() && i < values.length; i++) {
        places.add(new Place(names.get(i), values[i], months));
      }
      return places;
    }

    /** Whether the scores of a place were fitted on its units alone. */
    boolean isWhole(Place place) {
      return place.by().equals(ALL) || groups.equals(List.of(place.by()));
    }

    /** Those of them that are measured. */
    List<Place> of(String exact, int months) {
      if (names.isEmpty()) {
        return List.of(new Place(ALL, ALL, months));
      }
      return all(exact, names, 0).stream()
          .filter(place -> place.by().equals(ALL) || measured.contains(place))
          .map(place -> new Place(place.by(), place.value(), months))
          .toList();
    }
  }

  /**
   * A unit's place in a matched set.
   *
   * @param set that it stands in
   * @param weight of the unit there
   * @param known whole months, before those that describe them, in which all of the set were known
   */
  record InSet(long set, double weight, int known) {}

  /** Takes matched units. */
  interface Matched {
    void accept(Unit unit, InSet set);
  }

  /** The units of a row that have a score. */
  static List<? extends Unit> scored(Row row, Units units, Scores scores) {
    return units.of(row).stream().filter(unit -> scores.has(unit.group())).toList();
  }

  /** Those among the units of a row that stand in matched sets. */
  static void matched(Row row, List<? extends Unit> units, Matched sink) {
    int at = row.fieldIndex(SETS);
    if (row.isNullAt(at)) {
      return;
    }
    List<Row> sets = row.getList(at);
    for (Unit unit : units) {
      for (Row set : sets) {
        if (set.getLong(0) == unit.id()) {
          sink.accept(unit, new InSet(set.getLong(1), set.getDouble(2), set.getInt(3)));
        }
      }
    }
  }

  /** Every unit by its weights, and the matched in their sets. */
  record Compared(Units units, Weighing weighing, Places places) implements Comparisons.Parts {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public boolean isWhole(Place place) {
      return places.isWhole(place);
    }

    @Override
    public void of(Row row, Sink sink) {
      List<? extends Unit> found = scored(row, units, weighing.scores());
      for (Unit unit : found) {
        Followed followed = new Followed(unit, weighing, 0);
        places.of(unit.exact(), 0).forEach(place -> sink.accept(place, followed, null));
      }
      matched(
          row,
          found,
          (unit, set) -> {
            Followed followed = new Followed(unit, weighing, set.weight());
            places.of(unit.exact(), 0).forEach(place -> sink.accept(place, followed, set.set()));
          });
    }
  }

  /** The matched whose longest horizon is complete. */
  record Balanced(Units units, Weighing weighing, Places places, int longest)
      implements Comparisons.Parts {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public void of(Row row, Sink sink) {
      matched(
          row,
          units.of(row),
          (unit, set) -> {
            if (unit.months() >= longest) {
              Followed followed = new Followed(unit, weighing, set.weight());
              places.of(unit.exact(), 0).forEach(place -> sink.accept(place, followed, set.set()));
            }
          });
    }
  }

  /**
   * Everybody in the months before those by which they are compared, where joining can have changed
   * nothing. In sets all or none are looked at.
   */
  record Placebo(Units units, Weighing weighing, Places places) implements Comparisons.Parts {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public void of(Row row, Sink sink) {
      List<? extends Unit> found = scored(row, units, weighing.scores());
      for (Unit unit : found) {
        if (unit.knownBefore() == 0) {
          continue;
        }
        double logit = weighing.scores().logit(unit.group(), unit.covariates());
        Earlier earlier = new Earlier(unit, weighing.weights(unit, logit), unit.knownBefore());
        places.of(unit.exact(), 0).forEach(place -> sink.accept(place, earlier, null));
      }
      matched(
          row,
          found,
          (unit, set) -> {
            Earlier earlier = new Earlier(unit, Weighing.matched(set.weight()), set.known());
            places.of(unit.exact(), 0).forEach(place -> sink.accept(place, earlier, set.set()));
          });
    }
  }

  /**
   * A unit in the months before those that describe it: as many as {@link #PRETENDED} after a
   * pretended joining, and as many before that.
   */
  private static final class Earlier implements FollowUp {
    private final Unit unit;
    private final double[] weights;
    private final int known;

    Earlier(Unit unit, double[] weights, int known) {
      this.unit = unit;
      this.weights = weights;
      this.known = known;
    }

    @Override
    public boolean isTreated() {
      return unit.isTreated();
    }

    @Override
    public int months() {
      return known >= 2 * PRETENDED ? PRETENDED : Math.min(known, 1);
    }

    @Override
    public double weight(int weighting) {
      return weights[weighting];
    }

    @Override
    public double after(int metric, int month) {
      return unit.longBefore(metric, month);
    }

    @Override
    public double before(int metric) {
      double sum = 0;
      for (int month = PRETENDED + 1; known >= 2 * PRETENDED && month <= 2 * PRETENDED; month++) {
        sum += unit.longBefore(metric, month);
      }
      return sum / PRETENDED;
    }
  }

  /**
   * Members and all others in the last months: what the company sees without a comparison. Members
   * joined before the window, others have not joined at its end; all had an order before it.
   */
  record Naive(Rules rules, List<Measured> metrics, Places places) implements Comparisons.Parts {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public void of(Row row, Sink sink) {
      History history = History.of(row, rules.months());
      for (int months : rules.horizons()) {
        int start = rules.months() - months;
        boolean isMember = history.joined() < start;
        boolean isOther = history.joined() >= rules.months();
        if (history.acquired() < start && (isMember || isOther)) {
          Customer customer = new Customer(history, isMember, start, months, metrics, rules);
          places.of(history.exact(), months).forEach(place -> sink.accept(place, customer, null));
        }
      }
    }
  }

  /** A customer in a window. */
  private record Customer(
      History history,
      boolean isTreated,
      int start,
      int months,
      List<Measured> metrics,
      Rules rules)
      implements FollowUp {
    @Override
    public double weight(int weighting) {
      return 1;
    }

    @Override
    public double after(int metric, int month) {
      return metrics.get(metric).of(history, start + month - 1, rules.inactiveMonths());
    }
  }
}
