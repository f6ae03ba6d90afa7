package dev.cohortium.stats;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.hipparchus.special.Beta;

/**
 * Whether an experiment's arms have the sizes that its design gave them (sample ratio mismatch).
 *
 * <p>Pearson's chi-squared test; where an expected count is below 5 the exact multinomial test: the
 * chance of all outcomes at most as likely as the observed one. Where there are too many outcomes
 * to go through, each arm of a small expected count is tested by itself, so that none hides in a
 * large one. An alarm says that assignment or logging is broken, and that no effect of the
 * experiment is to be believed.
 *
 * @param chiSquared Pearson's statistic of all arms, whatever the test
 * @param degreesOfFreedom arms - 1
 * @param pValue of the test
 * @param method which test
 * @see <a href="https://doi.org/10.1145/3292500.3330722">Fabijan et al. 2019</a>
 */
public record SampleRatio(double chiSquared, int degreesOfFreedom, double pValue, Method method) {
  /** p-values below this are an alarm. */
  public static final double ALARM = 0.001;

  /** Expected counts below this make the test exact. */
  public static final double LEAST_EXPECTED = 5;

  private static final double SUM_TOLERANCE = 1e-9;

  /** Which test. */
  public enum Method {
    /** Pearson's, of all arms. */
    CHI_SQUARED,
    /** The exact multinomial test; of two arms the binomial one. */
    EXACT,
    /**
     * The smallest of m p-values, times m (Bonferroni): the binomial one of each arm whose expected
     * count is below 5, and Pearson's after arms of the smallest expected counts were put together
     * until each had 5.
     */
    EACH_SMALL_ARM
  }

  /**
   * Tests the assigned customers of each arm.
   *
   * @param counts customers assigned, one number for each arm, two arms at least
   * @param shares of the design, above 0, adding up to 1
   * @throws IllegalArgumentException if there are fewer than two arms or lengths differ, nobody is
   *     assigned, a count is negative, a share not above 0, or shares do not add up to 1
   */
  public static SampleRatio of(long[] counts, double[] shares) {
    long total = refuse(counts, shares);
    double[] expected = new double[shares.length];
    double least = Double.POSITIVE_INFINITY;
    for (int arm = 0; arm < shares.length; arm++) {
      expected[arm] = shares[arm] * total;
      least = Math.min(least, expected[arm]);
    }
    if (least >= LEAST_EXPECTED) {
      return pearson(counts, expected, Method.CHI_SQUARED);
    }
    int[] order = ScoreOrder.rows("shares", shares);
    long[] ascendingCounts = IntStream.of(order).mapToLong(arm -> counts[arm]).toArray();
    double[] ascendingShares = IntStream.of(order).mapToDouble(arm -> shares[arm]).toArray();
    var exact = ExactMultinomial.pValue(ascendingCounts, ascendingShares);
    return new SampleRatio(
        pearson(counts, expected, Method.EXACT).chiSquared(),
        shares.length - 1,
        exact.orElseGet(() -> eachSmallArm(ascendingCounts, ascendingShares, total)),
        exact.isPresent() ? Method.EXACT : Method.EACH_SMALL_ARM);
  }

  /** Whether the arms' sizes are an alarm. */
  public boolean isAlarm() {
    return pValue < ALARM;
  }

  private static SampleRatio pearson(long[] counts, double[] expected, Method method) {
    double statistic = 0;
    for (int arm = 0; arm < counts.length; arm++) {
      double apart = counts[arm] - expected[arm];
      statistic += apart / expected[arm] * apart;
    }
    int degreesOfFreedom = counts.length - 1;
    return new SampleRatio(
        statistic,
        degreesOfFreedom,
        Distributions.chiSquaredUpper(statistic, degreesOfFreedom),
        method);
  }

  /** Counts and shares stand in ascending order of shares. */
  private static double eachSmallArm(long[] counts, double[] shares, long total) {
    int tests = 0;
    double smallest = 1;
    while (tests < shares.length && shares[tests] * total < LEAST_EXPECTED) {
      smallest = Math.min(smallest, binomial(counts[tests], total, shares[tests]));
      tests++;
    }
    OptionalDouble pooled = pooled(counts, shares, total);
    if (pooled.isPresent()) {
      smallest = Math.min(smallest, pooled.getAsDouble());
      tests++;
    }
    return Math.min(1, tests * smallest);
  }

  /** Twice the smaller tail, its own count included, of a binomial. */
  private static double binomial(long count, long total, double share) {
    double atLeast =
        count == 0 ? 1 : Beta.regularizedBeta(share, (double) count, total - count + 1.0);
    double atMost =
        count == total ? 1 : Beta.regularizedBeta(1 - share, (double) (total - count), count + 1.0);
    return Math.min(1, 2 * Math.min(atLeast, atMost));
  }

  /**
   * Pearson's p-value after arms were put together, from the smallest share, until all expected
   * counts are large enough; empty where that leaves one group.
   */
  private static OptionalDouble pooled(long[] counts, double[] shares, long total) {
    long[] groupCounts = new long[counts.length];
    double[] groupExpected = new double[counts.length];
    int groups = 0;
    for (int arm = 0; arm < counts.length; arm++) {
      boolean joins = groups > 0 && groupExpected[groups - 1] < LEAST_EXPECTED;
      int group = joins ? groups - 1 : groups++;
      groupCounts[group] += counts[arm];
      groupExpected[group] += shares[arm] * total;
    }
    if (groups > 1 && groupExpected[groups - 1] < LEAST_EXPECTED) {
      groups--;
      groupCounts[groups - 1] += groupCounts[groups];
      groupExpected[groups - 1] += groupExpected[groups];
    }
    return groups < 2
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            pearson(
                    Arrays.copyOf(groupCounts, groups),
                    Arrays.copyOf(groupExpected, groups),
                    Method.EACH_SMALL_ARM)
                .pValue());
  }

  private static long refuse(long[] counts, double[] shares) {
    Arguments.atLeast("counts.length", counts.length, 2);
    Arguments.sameLength("shares", shares.length, "counts", counts.length);
    long total = 0;
    double sum = 0;
    for (int arm = 0; arm < counts.length; arm++) {
      Arguments.atLeast("counts[" + arm + "]", (double) counts[arm], 0);
      Arguments.inside("shares[" + arm + "]", shares[arm], 0, 1);
      total = Math.addExact(total, counts[arm]);
      sum += shares[arm];
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new IllegalArgumentException("shares add up to " + sum + ", must add up to 1");
    }
    Arguments.atLeast("sum of counts", (double) total, 1);
    return total;
  }
}
