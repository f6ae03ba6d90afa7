package dev.cohortium.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A metric of {@link JoiningCohorts} by stratum; totals are made one stratum at a time. */
final class CohortStrata {
  private final StaggeredDesign design;
  private final int metric;
  private final int[] joined;
  private final List<SortedMap<JoiningCohorts.Key, CohortMoments>> strata;

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
    return CohortTotals.of(joined, strata.get(stratum), design, metric);
  }
}
