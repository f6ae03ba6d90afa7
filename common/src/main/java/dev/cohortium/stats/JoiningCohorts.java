package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Standing;
import java.io.Serial;
import java.io.Serializable;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * All customers of an event study as {@link CohortMoments} by joining month, acquisition month and
 * stratum, with the number of those who are left out, and why: what one pass over customers leaves.
 * A state that changes, and adds.
 *
 * <p>Acquisition months that are early enough for every cohort are one. 36 joining months of 36
 * months, 6 metrics and a stratum are at most 36 * 37 / 2 + 37 states, 24 MB.
 */
public final class JoiningCohorts implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final StaggeredDesign design;
  private final double[][] offsets;
  private final CohortMoments nobody;
  private final TreeMap<Key, CohortMoments> moments = new TreeMap<>();
  private final TreeSet<Key> borrowed = new TreeSet<>();
  private final EnumMap<Standing, Long> standings = new EnumMap<>(Standing.class);
  private transient SoftReference<CohortStrata> strata;

  /**
   * Customers who share a state.
   *
   * @param joined month of the window, or {@link StaggeredDesign#NEVER}
   * @param acquired month of the window; negative: before it
   * @param stratum the number of what they are compared within; without strata always the same
   */
  public record Key(int joined, int acquired, int stratum)
      implements Comparable<Key>, Serializable {
    @Serial private static final long serialVersionUID = 1;

    private static final Comparator<Key> ORDER =
        Comparator.comparingInt(Key::stratum)
            .thenComparingInt(Key::acquired)
            .thenComparingInt(Key::joined);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  private JoiningCohorts(StaggeredDesign design, double[][] offsets) {
    this.design = design;
    this.offsets = offsets;
    nobody = CohortMoments.around(offsets);
  }

  /**
   * No customers.
   *
   * @param design whose months, anticipation and pre-months the sums serve
   * @throws IllegalArgumentException if metrics are below 1
   */
  public static JoiningCohorts none(StaggeredDesign design, int metrics) {
    Arguments.atLeast("metrics", metrics, 1);
    return new JoiningCohorts(design, new double[metrics][design.months()]);
  }

  /**
   * No customers, their sums around offsets.
   *
   * @param offsets of each metric and month, and then of each covariate if there are any
   * @throws IllegalArgumentException if there are none of a metric, or fewer than months
   */
  public static JoiningCohorts around(StaggeredDesign design, double[][] offsets) {
    CohortMoments checked = CohortMoments.around(offsets);
    Arguments.atLeast("offsets[0].length", checked.months(), design.months());
    double[][] copies = new double[offsets.length][];
    Arrays.setAll(copies, metric -> offsets[metric].clone());
    return new JoiningCohorts(design, copies);
  }

  /**
   * Adds a customer.
   *
   * @param months of each metric the value of each month of the window, and then the covariates
   * @return this, changed
   * @throws IllegalArgumentException if joined is not a month of the window, before it or NEVER, or
   *     the months are not those of the metrics, or not finite
   */
  public JoiningCohorts add(int joined, int acquired, int stratum, double[][] months) {
    if (isUsed(joined, acquired, 1)) {
      of(new Key(joined, design.merged(acquired), stratum)).add(months);
    }
    return this;
  }

  /**
   * Adds customers that were summed elsewhere. Their state stays as it is, and is held as long as
   * it is the only one under its key.
   *
   * @return this, changed
   * @throws IllegalArgumentException if joined is not a month of the window, before it or NEVER, or
   *     the moments are of other metrics, months or offsets
   */
  public JoiningCohorts add(Key key, CohortMoments more) {
    if (isUsed(key.joined, key.acquired, more.n())) {
      borrow(new Key(key.joined, design.merged(key.acquired), key.stratum), more);
    }
    return this;
  }

  private void borrow(Key key, CohortMoments more) {
    if (moments.containsKey(key)) {
      of(key).plus(more);
    } else {
      nobody.requireAlike(more);
      moments.put(key, more);
      borrowed.add(key);
    }
  }

  /**
   * A metric by stratum. Held, as long as there is room, for the study that asks for the same next.
   */
  CohortStrata strata(StaggeredDesign of, int metric) {
    CohortStrata last = strata == null ? null : strata.get();
    if (last == null || !last.serves(of, metric)) {
      last = new CohortStrata(this, of, metric);
      strata = new SoftReference<>(last);
    }
    return last;
  }

  /** Counts customers, and tells whether their months are needed. */
  private boolean isUsed(int joined, int acquired, long customers) {
    strata = null;
    if (joined != StaggeredDesign.NEVER) {
      Arguments.atMost("joined", joined, design.months() - 1.0);
    }
    standings.merge(design.standing(joined, acquired), customers, Long::sum);
    return design.isUsed(joined, acquired);
  }

  /** The state under a key, which is of this and may change. */
  private CohortMoments of(Key key) {
    if (borrowed.remove(key)) {
      moments.put(key, nobody.none().plus(moments.get(key)));
    }
    return moments.computeIfAbsent(key, none -> nobody.none());
  }

  /**
   * Adds the customers of {@code other}, which stays as it is.
   *
   * @return this, changed
   * @throws IllegalArgumentException if it serves another design or other offsets
   */
  public JoiningCohorts plus(JoiningCohorts other) {
    if (!design.equals(other.design)) {
      throw new IllegalArgumentException(
          "other serves " + other.design + ", must serve that of this, " + design);
    }
    strata = null;
    other.moments.forEach((key, more) -> of(key).plus(more));
    other.standings.forEach((standing, more) -> standings.merge(standing, more, Long::sum));
    return this;
  }

  /**
   * The same customers with one metric, made of two of theirs, such as a numerator less a ratio
   * times its denominator.
   *
   * @throws IllegalArgumentException if there are no such metrics, or they have an offset
   */
  public JoiningCohorts combined(CohortMoments.Combination of) {
    for (int metric : new int[] {of.one(), of.other(), of.both()}) {
      Arguments.atLeast("metric", metric, 0);
      Arguments.atMost("metric", metric, metrics() - 1.0);
    }
    JoiningCohorts combined = none(design, 1);
    moments.forEach((key, own) -> combined.moments.put(key, own.combined(of, design.months())));
    combined.standings.putAll(standings);
    return combined;
  }

  /** The design that these sums serve. */
  public StaggeredDesign design() {
    return design;
  }

  /** The number of metrics. */
  public int metrics() {
    return offsets.length;
  }

  /** The number of covariates after the months of each metric. */
  public int covariates() {
    return offsets[0].length - design.months();
  }

  /** The joining months of the customers who are used. */
  IntStream joined() {
    return moments.keySet().stream().mapToInt(Key::joined);
  }

  /** Refuses a metric that is not there, and a design that needs what was not summed. */
  void require(StaggeredDesign other, int metric) {
    Arguments.atLeast("metric", metric, 0);
    Arguments.atMost("metric", metric, metrics() - 1.0);
    Arguments.sameLength("design's months", other.months(), "cohorts", design.months());
    Arguments.atLeast(
        "the last acquisition month early enough for all",
        other.earlyEnough(),
        design.earlyEnough());
  }

  /** The offset of a metric in a month, or of a covariate. */
  double offset(int metric, int month) {
    return offsets[metric][month];
  }

  /** The number of customers of whom this became. */
  public long count(Standing standing) {
    return standings.getOrDefault(standing, 0L);
  }

  /** The states by stratum, acquisition month and joining month. */
  public SortedMap<Key, CohortMoments> moments() {
    return Collections.unmodifiableSortedMap(moments);
  }
}
