package dev.cohortium.stats;

import java.util.Arrays;

/**
 * An estimate with the influence of every observation on it, from which its error follows, whoever
 * repeats among them: the end of every matched or weighted comparison.
 *
 * <p>An observation's influence is its share in the estimate's distance from the truth, in units of
 * the estimate; all of them sum to 0. Influences are summed by cluster; V = G / (G - 1) times the
 * sum of squares. With two clusterings V = V_one + V_other - V_both, each with its own factor, at
 * least the larger of V_one and V_other. Student's t with min(G) - 1 degrees of freedom. Fewer than
 * two clusters, or no variance at all: unmeasured.
 *
 * @see <a href="https://doi.org/10.1198/jbes.2010.07136">Cameron, Gelbach, Miller 2011</a>
 */
public final class ClusteredMean {
  private static final double NOTHING = 1e-13;
  private static final double NOT_ZERO = 1e-6;

  private final double value;
  private final double[] influences;
  private final String reason;

  private ClusteredMean(double value, double[] influences, String reason) {
    this.value = value;
    this.influences = influences;
    this.reason = reason;
  }

  /**
   * An estimate with its influences.
   *
   * @throws IllegalArgumentException if there are none, a number is not finite, or the influences
   *     do not sum to 0
   */
  public static ClusteredMean of(double value, double[] influences) {
    Arguments.finite("value", value);
    Arguments.finite("influences", influences);
    Arguments.atLeast("influences.length", influences.length, 1);
    double sum = Arrays.stream(influences).sum();
    double size = Arrays.stream(influences).map(Math::abs).sum();
    if (Math.abs(sum) > NOT_ZERO * (size + Math.abs(value))) {
      throw new IllegalArgumentException("influences sum to " + sum + ", must sum to 0");
    }
    return new ClusteredMean(value, influences.clone(), "");
  }

  /** The mean of {@code values}. */
  public static ClusteredMean of(double[] values) {
    double[] ones = new double[values.length];
    Arrays.fill(ones, 1);
    return of(values, ones);
  }

  /** The mean of {@code values} by {@code weights}, which are above 0 and not estimated. */
  public static ClusteredMean of(double[] values, double[] weights) {
    Arguments.atLeast("values.length", values.length, 1);
    Arguments.sameLength("weights", weights.length, "values", values.length);
    Arguments.finite("values", values);
    Arguments.positive("weights", weights);
    double weight = Arrays.stream(weights).sum();
    double mean = 0;
    for (int i = 0; i < values.length; i++) {
      mean += weights[i] / weight * values[i];
    }
    double[] influences = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      influences[i] = weights[i] / weight * (values[i] - mean);
    }
    return of(mean, influences);
  }

  /** What could not be estimated. */
  static ClusteredMean unmeasured(String reason) {
    return new ClusteredMean(0, new double[0], reason);
  }

  /**
   * The influence of each observation.
   *
   * @throws IllegalStateException if the estimate is unmeasured
   */
  public double[] influences() {
    if (!reason.isEmpty()) {
      throw new IllegalStateException("No influences: " + reason);
    }
    return influences.clone();
  }

  /** The estimate where all observations are independent. */
  public Measurement independent() {
    return reason.isEmpty() ? measure(value, ClusterSums.of(influences)) : new Unmeasured(reason);
  }

  /** The estimate where observations depend on each other within clusters, one id of each. */
  public Measurement clustered(long[] clusters) {
    return reason.isEmpty()
        ? measure(value, ClusterSums.of(influences, clusters))
        : new Unmeasured(reason);
  }

  /** The estimate where observations depend on each other if they share a set or a customer. */
  public Measurement clustered(long[] sets, long[] customers) {
    return reason.isEmpty()
        ? measure(
            value,
            ClusterSums.of(influences, sets),
            ClusterSums.of(influences, customers),
            ClusterSums.of(influences, sets, customers))
        : new Unmeasured(reason);
  }

  /** The estimate {@code value} with sums by one clustering. */
  public static Measurement measure(double value, ClusterSums sums) {
    return measure(value, sums.variance(), sums.clusters());
  }

  /** The estimate {@code value} with sums by two clusterings and by the cells of both. */
  public static Measurement measure(
      double value, ClusterSums sets, ClusterSums customers, ClusterSums cells) {
    return measure(
        value,
        twoWay(sets.variance(), customers.variance(), cells.variance()),
        Math.min(sets.clusters(), customers.clusters()));
  }

  static double twoWay(double one, double other, double both) {
    return Math.max(one + other - both, Math.max(one, other));
  }

  static Measurement measure(double value, double variance, long clusters) {
    if (clusters < 2) {
      return new Unmeasured(
          clusters == 0
              ? "There are no observations."
              : "All observations belong to one cluster, which cannot tell an error.");
    }
    double error = Math.sqrt(variance);
    if (error <= NOTHING * Math.abs(value)) {
      return new Unmeasured("The observations do not vary, so no error can be told.");
    }
    return new Estimate(value, error, clusters - 1);
  }
}
