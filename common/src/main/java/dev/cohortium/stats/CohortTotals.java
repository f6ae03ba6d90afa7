package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;

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

  /**
   * The totals of a stratum: each cohort knows those of the one before, and more.
   *
   * @param joined the joining months of all strata, ascending
   * @param keys of the stratum
   */
  static CohortTotals of(
      int[] joined,
      SortedMap<JoiningCohorts.Key, CohortMoments> keys,
      StaggeredDesign design,
      int metric) {
    MetricSums[][] own = new MetricSums[joined.length][joined.length + 1];
    MetricSums[][] later = new MetricSums[joined.length][joined.length + 1];
    int columns = keys.get(keys.firstKey()).months();
    int before = Integer.MIN_VALUE;
    for (int cohort = 0; cohort < joined.length; cohort++) {
      for (int month = 0; month <= joined.length; month++) {
        own[cohort][month] = new MetricSums(columns);
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
        later[cohort][month] = new MetricSums(columns);
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

  /** The place of the first joining month that is {@code month} or later. */
  int from(int month) {
    int place = Arrays.binarySearch(joined, month);
    return place >= 0 ? place : -place - 1;
  }

  /** Those who joined in month {@code place}, as known to a cohort. */
  MetricSums own(int cohort, int place) {
    return own[cohort][place];
  }

  /** Those who joined in month {@code place} or later or never, as known to a cohort. */
  MetricSums later(int cohort, int place) {
    return later[cohort][place];
  }
}
