package dev.cohortium.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A metric of {@link JoiningCohorts} by stratum; totals are made, and held, one stratum at a time:
 * they are most of what a study takes. They are the same for designs that differ in controls and
 * base only.
 */
final class CohortStrata {
  private final StaggeredDesign design;
  private final int metric;
  private final int[] joined;
  private final List<SortedMap<JoiningCohorts.Key, CohortMoments>> strata;
  private CohortTotals totals;
  private int held = -1;

  CohortStrata(JoiningCohorts cohorts, StaggeredDesign design, int metric) {
    this.design = design;
    this.metric = metric;
    joined =
        cohorts.moments().keySet().stream()
            .mapToInt(JoiningCohorts.Key::joined)
            .filter(month -> month != StaggeredDesign.NEVER && month > design.anticipation())
            .distinct()
            .sorted()
            .toArray();
    Map<Integer, SortedMap<JoiningCohorts.Key, CohortMoments>> byStratum = new TreeMap<>();
    cohorts
        .moments()
        .forEach(
            (key, of) ->
                byStratum.computeIfAbsent(key.stratum(), none -> new TreeMap<>()).put(key, of));
    strata = new ArrayList<>(byStratum.values());
  }

  /** Whether totals are those of a metric for a design. */
  boolean serves(StaggeredDesign other, int otherMetric) {
    return metric == otherMetric
        && design.preMonths() == other.preMonths()
        && design.anticipation() == other.anticipation();
  }

  /** The joining months, ascending, without never. */
  int[] joined() {
    return joined;
  }

  /** The number of strata. */
  int size() {
    return strata.size();
  }

  /** The totals of a stratum, by its place. */
  CohortTotals totals(int stratum) {
    if (stratum != held) {
      totals = null;
      totals = CohortTotals.of(joined, strata.get(stratum), design, metric);
      held = stratum;
    }
    return totals;
  }
}
