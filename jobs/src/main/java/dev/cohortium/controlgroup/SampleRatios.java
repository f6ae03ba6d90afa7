package dev.cohortium.controlgroup;

import dev.cohortium.evidence.Effect;
import dev.cohortium.stats.SampleRatio;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Whether arms have the sizes that were planned, in all, by month of assignment, by stratum and by
 * segment. Customers are in the segments of today: a segment that the treatment moves selects.
 */
final class SampleRatios {
  static final String NAME = "sample_ratio";

  private final Sample sample;

  /** Of an experiment. */
  SampleRatios(Sample sample) {
    this.sample = sample;
  }

  /** The name of the guard of a place. */
  static String name(Place place) {
    return place.segmentBy().equals(Cell.ALL) ? NAME : name(place.segmentBy(), place.segment());
  }

  private static String name(String segmentBy, String segment) {
    return NAME + "_" + segmentBy + "=" + segment;
  }

  /** The guards: those of months and strata adjusted together, those of segments, too. */
  List<Guard> all() {
    List<Cell> everybody = sample.everybody();
    List<Guard> parts = new ArrayList<>();
    Map<String, List<Cell>> months = by(everybody, c -> Months.of(c.assigned()).toString());
    Map<String, List<Cell>> strata = by(everybody, Cell::stratum);
    if (months.size() > 1 || strata.size() > 1) {
      months.forEach((month, of) -> parts.add(guard(NAME, month, Cell.ALL, of)));
      strata.forEach((stratum, of) -> parts.add(guard(NAME, Cell.ALL, stratum, of)));
    }
    List<Guard> segments = new ArrayList<>();
    by(sample.bySegment(), c -> name(c.segmentBy(), c.segment()))
        .forEach((name, of) -> segments.add(guard(name, Cell.ALL, Cell.ALL, of)));
    List<Guard> all = new ArrayList<>(List.of(guard(NAME, Cell.ALL, Cell.ALL, everybody)));
    all.addAll(Guard.adjusted(parts));
    all.addAll(Guard.adjusted(segments));
    return all;
  }

  private static Map<String, List<Cell>> by(List<Cell> cells, Function<Cell, String> key) {
    return cells.stream().collect(Collectors.groupingBy(key, TreeMap::new, Collectors.toList()));
  }

  private Guard guard(String name, String month, String stratum, List<Cell> of) {
    Map<String, Long> counts = new TreeMap<>();
    of.forEach(cell -> counts.merge(cell.arm(), cell.customers(), Long::sum));
    Optional<Map<String, Double>> planned = planned(of);
    if (of.isEmpty() || planned.isEmpty()) {
      return untested(
          name,
          month,
          stratum,
          Effect.NOT_JUDGED,
          of.isEmpty()
              ? "Nobody is assigned by as-of."
              : "The study does not say which shares of the arms were planned (control-group.experiments).");
    }
    Set<String> others = new TreeSet<>(counts.keySet());
    others.removeAll(planned.get().keySet());
    return others.isEmpty()
        ? tested(name, month, stratum, counts, planned.get())
        : untested(
            name,
            month,
            stratum,
            Effect.FAILED,
            "There are arms that were not planned: " + String.join(", ", others) + ".");
  }

  /** The customers that each arm would have; empty: nobody knows. */
  private Optional<Map<String, Double>> planned(List<Cell> of) {
    Map<String, Double> planned = new TreeMap<>();
    for (Cell cell : of) {
      Optional<Map<String, Double>> shares =
          sample.experiment().shares(sample.study(), cell.stratum());
      if (shares.isEmpty()) {
        return Optional.empty();
      }
      shares
          .get()
          .forEach((arm, share) -> planned.merge(arm, share * cell.customers(), Double::sum));
    }
    return Optional.of(planned);
  }

  private static Guard untested(
      String name, String month, String stratum, String outcome, String note) {
    return new Guard(name, month, stratum, null, SampleRatio.ALARM, null, outcome, note);
  }

  private static Guard tested(
      String name,
      String month,
      String stratum,
      Map<String, Long> counts,
      Map<String, Double> planned) {
    double total = planned.values().stream().mapToDouble(Double::doubleValue).sum();
    SampleRatio ratio =
        SampleRatio.of(
            planned.keySet().stream().mapToLong(arm -> counts.getOrDefault(arm, 0L)).toArray(),
            planned.values().stream().mapToDouble(customers -> customers / total).toArray());
    return new Guard(
        name,
        month,
        stratum,
        ratio.chiSquared(),
        SampleRatio.ALARM,
        ratio.pValue(),
        ratio.isAlarm() ? Effect.FAILED : Effect.PASSED,
        "Customers by arm "
            + counts
            + "; by chance so far from plan with the probability of the p-value, which is held against the threshold.");
  }
}
