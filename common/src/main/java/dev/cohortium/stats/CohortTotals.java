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
   * The totals of a stratum: each cohort knows those of the one before, and more; where it knows no
   * more they are the same, for in a small stratum few months have somebody.
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
    MetricSums nobody = new MetricSums(keys.get(keys.firstKey()).months());
    int before = Integer.MIN_VALUE;
    for (int cohort = 0; cohort < joined.length; cohort++) {
      boolean isFirst = cohort == 0;
      int known = joined[cohort] - design.preMonths();
      boolean[] hasMore = new boolean[joined.length + 1];
      for (Map.Entry<JoiningCohorts.Key, CohortMoments> entry : keys.entrySet()) {
        int acquired = entry.getKey().acquired();
        int place = place(joined, entry.getKey().joined());
        if (acquired > before && acquired <= known && place >= 0) {
          if (!hasMore[place]) {
            hasMore[place] = true;
            own[cohort][place] = (isFirst ? nobody : own[cohort - 1][place]).copy();
          }
          own[cohort][place].add(entry.getValue(), metric);
        }
      }
      before = known;
      boolean haveMore = false;
      for (int month = joined.length; month >= 0; month--) {
        haveMore |= hasMore[month];
        if (!hasMore[month]) {
          own[cohort][month] = isFirst ? nobody : own[cohort - 1][month];
        }
        if (!haveMore) {
          later[cohort][month] = isFirst ? nobody : later[cohort - 1][month];
        } else if (month == joined.length) {
          later[cohort][month] = own[cohort][month];
        } else {
          later[cohort][month] = later[cohort][month + 1].copy();
          later[cohort][month].add(own[cohort][month]);
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
