package dev.cohortium.lookalike;

import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Effect.Check;
import dev.cohortium.evidence.Sweep;
import dev.cohortium.lookalike.Comparisons.Place;
import dev.cohortium.lookalike.Covariates.Trait;
import dev.cohortium.lookalike.Likeness.Role;
import dev.cohortium.stats.Balance;
import dev.cohortium.stats.Wilson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Whether members and those with whom they are compared are alike, in all, in segments and by year
 * of joining (methods.md 5).
 */
final class Balances {
  /** Stands where a place is a year of joining. */
  static final String YEAR = "joining_year";

  private final List<Trait> columns;
  private final Map<Place, Likeness> likeness;

  private Balances(List<Trait> columns, Map<Place, Likeness> likeness) {
    this.columns = columns;
    this.likeness = likeness;
  }

  /**
   * One sweep over everybody who is followed for a month at least.
   *
   * @param rows of histories and their matched sets
   * @param horizons months over which effects are measured
   * @param columns of the covariates, which come first among those of a unit
   */
  static Balances of(
      Dataset<Row> rows,
      Units units,
      Weighing weighing,
      List<Trait> columns,
      Parts.Places places,
      List<Integer> horizons) {
    int count = columns.size();
    return new Balances(
        columns,
        Sweep.byKey(
            rows,
            (Map<Place, Likeness> state, Row row) -> {
              List<? extends Unit> found = Parts.scored(row, units, weighing.scores());
              for (Unit unit : found) {
                if (unit.months() > 0) {
                  add(state, unit, weighing, at(unit, places, horizons), count);
                }
              }
              Parts.matched(
                  row,
                  found,
                  (unit, set) -> {
                    if (unit.months() > 0) {
                      Role role = unit.isTreated() ? Role.MATCHED_MEMBER : Role.LOOK_ALIKE;
                      at(unit, places, horizons)
                          .forEach(
                              place ->
                                  of(state, place, count)
                                      .add(role, unit.covariates(), set.weight()));
                    }
                  });
            },
            Likeness::plus));
  }

  private static void add(
      Map<Place, Likeness> state, Unit unit, Weighing weighing, List<Place> at, int count) {
    double[] weights =
        weighing.weights(unit, weighing.scores().logit(unit.group(), unit.covariates()));
    for (Place place : at) {
      Likeness of = of(state, place, count);
      if (unit.isTreated()) {
        of.add(Role.MEMBER, unit.covariates(), 1);
      } else {
        of.add(Role.CANDIDATE, unit.covariates(), weights[Weighing.DRAWN]);
        of.add(Role.BY_ODDS, unit.covariates(), weights[Weighing.ODDS]);
        of.add(Role.BY_ENTROPY, unit.covariates(), weights[Weighing.ENTROPY]);
      }
    }
  }

  /** Segments, the year, and all who are in an effect over so many months. */
  private static List<Place> at(Unit unit, Parts.Places places, List<Integer> horizons) {
    List<Place> at = new ArrayList<>(places.of(unit.exact(), 0));
    for (int months : horizons) {
      if (months <= unit.months()) {
        at.add(Checks.whole(months));
      }
    }
    at.add(new Place(YEAR, Integer.toString(unit.year()), 0));
    return at;
  }

  private static Likeness of(Map<Place, Likeness> state, Place place, int count) {
    boolean hasDistances = isWhole(place) || place.by().equals(YEAR);
    return state.computeIfAbsent(place, key -> new Likeness(count, hasDistances));
  }

  private static boolean isWhole(Place place) {
    return place.by().equals(Parts.ALL) && place.months() == 0;
  }

  /** Of everybody, how alike one covariate is. */
  Balance balance(int column, Role others) {
    return likeness.get(new Place(Parts.ALL, Parts.ALL, 0)).balance(kind(column), column, others);
  }

  private Balance.Kind kind(int column) {
    return columns.get(column).isBinary() ? Balance.Kind.BINARY : Balance.Kind.CONTINUOUS;
  }

  private static double limit(String name) {
    return name.startsWith(Covariates.PRE_SPEND) || name.startsWith(Covariates.PRE_ORDERS)
        ? Balance.PRE_PERIOD_LIMIT
        : Balance.LIMIT;
  }

  private static Balance.Verdict verdict(Place place, String name, Balance balance) {
    return place.by().equals(Parts.ALL) ? balance.verdict(limit(name)) : balance.segmentVerdict();
  }

  /** Whether all covariates are alike in a place. */
  Check check(Place place, Optional<Role> asked) {
    if (asked.isEmpty()) {
      return new Check(
          "balance",
          null,
          null,
          Effect.NOT_JUDGED,
          "It is looked at with weights that are capped.");
    }
    Role others = asked.get();
    Likeness of = likeness.get(place);
    int judged = 0;
    int failed = 0;
    for (int column = 0; of != null && column < columns.size(); column++) {
      Balance balance = of.balance(kind(column), column, others);
      Balance.Verdict verdict = verdict(place, columns.get(column).name(), balance);
      judged += verdict == Balance.Verdict.NOT_JUDGED ? 0 : 1;
      failed += verdict == Balance.Verdict.FAILED ? 1 : 0;
    }
    return new Check(
        "balance",
        judged == 0 ? null : (double) failed,
        0.0,
        judged == 0 ? Effect.NOT_JUDGED : failed == 0 ? Effect.PASSED : Effect.FAILED,
        judged == 0
            ? "Too few are compared to judge whether they are alike."
            : failed
                + " of "
                + judged
                + " covariates differ between members and those with whom they are compared.");
  }

  /** Rows of table look_alike_balance. */
  List<Row> rows(String program, java.sql.Date asOf, String runId) {
    List<Row> rows = new ArrayList<>();
    new TreeMap<>(likeness)
        .forEach(
            (place, of) -> {
              for (int column = 0; column < columns.size(); column++) {
                if (isWhole(place) || place.by().equals(YEAR)) {
                  rows.add(
                      row(place, columns.get(column).name(), of, column, program, asOf, runId));
                }
              }
            });
    return rows;
  }

  private Row row(
      Place place,
      String name,
      Likeness of,
      int column,
      String program,
      java.sql.Date asOf,
      String runId) {
    Balance before = of.balance(kind(column), column, Role.CANDIDATE);
    Balance after = of.balance(kind(column), column, Role.LOOK_ALIKE);
    Balance.Verdict verdict = verdict(place, name, after);
    double chance = Wilson.Z * Math.sqrt(2.0 / Math.max(1, after.matched()));
    return RowFactory.create(
        program,
        name,
        place.value(),
        after.matched(),
        value(after.treatedMean()),
        value(before.controlMean()),
        value(after.controlMean()),
        value(before.standardisedMeanDifference()),
        value(after.standardisedMeanDifference()),
        value(after.varianceRatio()),
        value(after.kolmogorovSmirnov()),
        place.by().equals(Parts.ALL) ? limit(name) : Math.max(Balance.LIMIT, chance),
        verdict == Balance.Verdict.NOT_JUDGED ? null : verdict == Balance.Verdict.PASSED,
        asOf,
        runId);
  }

  private static Double value(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
