package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A metric of one stratum, summed for every cohort over those who are known long enough to be
 * compared in it: by the month in which they joined, and over all who joined in a month or later or
 * never.
 */
final class CohortTotals {
  private final int[] joined;
  private final MetricSums[][] own;
  private final MetricSums[][] later;

  /** Totals by cohort, then by joining month; the last is of those who never joined. */
  private CohortTotals(int[] joined, MetricSums[][] own, MetricSums[][] later) {
    this.joined = joined;
    this.own = own;
    this.later = later;
  }

  /** The totals of each stratum, in the order of their numbers. */
  static Map<Integer, CohortTotals> byStratum(
      JoiningCohorts cohorts, StaggeredDesign design, int metric) {
    int[] joined =
        cohorts.moments().keySet().stream()
            .mapToInt(JoiningCohorts.Key::joined)
            .filter(month -> month != StaggeredDesign.NEVER && month > design.anticipation())
            .distinct()
            .sorted()
            .toArray();
    Map<Integer, SortedMap<JoiningCohorts.Key, CohortMoments>> strata = new TreeMap<>();
    for (Map.Entry<JoiningCohorts.Key, CohortMoments> entry : cohorts.moments().entrySet()) {
      strata
          .computeIfAbsent(entry.getKey().stratum(), none -> new TreeMap<>())
          .put(entry.getKey(), entry.getValue());
    }
    Map<Integer, CohortTotals> totals = new TreeMap<>();
    strata.forEach((stratum, of) -> totals.put(stratum, of(joined, of, design, metric)));
    return totals;
  }

  /** Of keys in the order of acquisition: each cohort knows those of the one before, and more. */
  private static CohortTotals of(
      int[] joined,
      SortedMap<JoiningCohorts.Key, CohortMoments> keys,
      StaggeredDesign design,
      int metric) {
    MetricSums[][] own = new MetricSums[joined.length][joined.length + 1];
    MetricSums[][] later = new MetricSums[joined.length][joined.length + 1];
    int before = Integer.MIN_VALUE;
    for (int cohort = 0; cohort < joined.length; cohort++) {
      for (int month = 0; month <= joined.length; month++) {
        own[cohort][month] = new MetricSums(design.months());
        if (cohort > 0) {
          own[cohort][month].add(own[cohort - 1][month]);
        }
      }
      int known = joined[cohort] - design.preMonths();
      for (Map.Entry<JoiningCohorts.Key, CohortMoments> entry : keys.entrySet()) {
        int acquired = entry.getKey().acquired();
        int place = place(joined, entry.getKey().joined());
        if (acquired > before && acquired <= known && place >= 0) {
          own[cohort][place].add(entry.getValue(), metric);
        }
      }
      before = known;
      for (int month = joined.length; month >= 0; month--) {
        later[cohort][month] = new MetricSums(design.months());
        later[cohort][month].add(own[cohort][month]);
        if (month < joined.length) {
          later[cohort][month].add(later[cohort][month + 1]);
        }
      }
    }
    return new CohortTotals(joined, own, later);
  }

  private static int place(int[] joined, int month) {
    return month == StaggeredDesign.NEVER ? joined.length : Arrays.binarySearch(joined, month);
  }

  /** The joining months, ascending. */
  int[] joined() {
    return joined;
  }

  /** Those who joined in month {@code place}, as known to a cohort. */
  MetricSums own(int cohort, int place) {
    return own[cohort][place];
  }

  /** Those who joined in month {@code place} or later or never, as known to a cohort. */
  MetricSums later(int cohort, int place) {
    return later[cohort][place];
  }

  /** Those who never joined, as known to the last cohort: the most there are. */
  long never() {
    return joined.length == 0 ? 0 : own[joined.length - 1][joined.length].n();
  }
}
