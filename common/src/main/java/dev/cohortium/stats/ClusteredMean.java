package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Optional;

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
  private static final double NOT_ZERO = 1e-6;
  private static final Unmeasured NOBODY = new Unmeasured("There are no observations.");

  /** An estimate whose observations do not vary. */
  static final Unmeasured CONSTANT =
      new Unmeasured("The observations do not vary, so no error can be told.");

  private final double value;
  private final double[] influences;
  private final ClusterSums.Counted counted;
  private final double[] terms;
  private final Optional<Unmeasured> reason;

  private ClusteredMean(
      double value,
      double[] influences,
      ClusterSums.Counted counted,
      double[] terms,
      Optional<Unmeasured> reason) {
    this.value = value;
    this.influences = influences;
    this.counted = counted;
    this.terms = terms;
    this.reason = reason;
  }

  /**
   * An estimate with its influences; without any unmeasured. Observations of no influence do not
   * count: they are in no comparison.
   *
   * @param terms numbers whose difference the estimate is, as the arms' means: an error below 1e-13
   *     of the largest is rounding
   * @throws IllegalArgumentException if a number is not finite, or the influences do not sum to 0
   */
  public static ClusteredMean of(double value, double[] influences, double... terms) {
    return of(value, influences, ClusterSums.Counted.WITH_INFLUENCE, terms);
  }

  /** The same, where every observation is in the comparison though its influence be 0. */
  static ClusteredMean ofEvery(double value, double[] influences, double... terms) {
    return of(value, influences, ClusterSums.Counted.EVERY, terms);
  }

  private static ClusteredMean of(
      double value, double[] influences, ClusterSums.Counted counted, double... terms) {
    Arguments.finite("value", value);
    Arguments.finite("influences", influences);
    Arguments.finite("terms", terms);
    if (influences.length == 0) {
      return unmeasured(NOBODY);
    }
    double sum = Arrays.stream(influences).sum();
    double size = Arrays.stream(influences).map(Math::abs).sum();
    double[] sizes = withValue(value, terms);
    size += Arrays.stream(sizes).map(Math::abs).max().orElse(0);
    if (Math.abs(sum) > NOT_ZERO * size) {
      throw new IllegalArgumentException("influences sum to " + sum + ", must sum to 0");
    }
    return new ClusteredMean(value, influences.clone(), counted, sizes, Optional.empty());
  }

  private static double[] withValue(double value, double... terms) {
    double[] sizes = Arrays.copyOf(terms, terms.length + 1);
    sizes[terms.length] = value;
    return sizes;
  }

  /** The mean of {@code values}; without any unmeasured. */
  public static ClusteredMean of(double[] values) {
    return of(values, Vectors.ones(values.length));
  }

  /**
   * The mean of {@code values} by {@code weights}, which are not estimated; without any unmeasured.
   *
   * @throws IllegalArgumentException if lengths differ, a value is not finite, a weight is not
   *     above 0, or their sum is not finite
   */
  public static ClusteredMean of(double[] values, double[] weights) {
    Arguments.sameLength("weights", weights.length, "values", values.length);
    Arguments.finite("values", values);
    Arguments.positive("weights", weights);
    if (values.length == 0) {
      return unmeasured(NOBODY);
    }
    double weight = Arrays.stream(weights).sum();
    Arguments.finite("sum of weights", weight);
    double mean = 0;
    for (int i = 0; i < values.length; i++) {
      mean += weights[i] / weight * (values[i] - values[0]);
    }
    mean += values[0];
    double[] influences = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      influences[i] = weights[i] / weight * (values[i] - mean);
    }
    return ofEvery(mean, influences);
  }

  /** What could not be estimated. */
  static ClusteredMean unmeasured(Unmeasured reason) {
    return new ClusteredMean(
        0, new double[0], ClusterSums.Counted.EVERY, new double[0], Optional.of(reason));
  }

  /**
   * The influence of each observation.
   *
   * @throws IllegalStateException if the estimate is unmeasured
   */
  public double[] influences() {
    if (reason.isPresent()) {
      throw new IllegalStateException("No influences: " + reason.get().reason());
    }
    return influences.clone();
  }

  /** The estimate where all observations are independent. */
  public Measurement independent() {
    return reason.isEmpty()
        ? measure(value, ClusterSums.of(influences, counted), terms)
        : reason.get();
  }

  /** The estimate where observations depend on each other within clusters, one id of each. */
  public Measurement clustered(long[] clusters) {
    return reason.isEmpty()
        ? measure(value, ClusterSums.of(influences, clusters, counted), terms)
        : reason.get();
  }

  /** The estimate where observations depend on each other if they share a set or a customer. */
  public Measurement clustered(long[] sets, long[] customers) {
    return reason.isEmpty()
        ? measure(
            value,
            ClusterSums.of(influences, sets, counted),
            ClusterSums.of(influences, customers, counted),
            ClusterSums.of(influences, sets, customers, counted),
            terms)
        : reason.get();
  }

  /**
   * The estimate {@code value} with sums by one clustering.
   *
   * @param terms as of {@link #of(double, double[], double...)}
   */
  public static Measurement measure(double value, ClusterSums sums, double... terms) {
    return measure(value, sums.variance(), sums.clusters(), terms);
  }

  /** The estimate {@code value} with sums by two clusterings and by the cells of both. */
  public static Measurement measure(
      double value, ClusterSums sets, ClusterSums customers, ClusterSums cells, double... terms) {
    return measure(
        value,
        twoWay(sets.variance(), customers.variance(), cells.variance()),
        Math.min(sets.clusters(), customers.clusters()),
        terms);
  }

  static double twoWay(double one, double other, double both) {
    return Math.max(one + other - both, Math.max(one, other));
  }

  static Measurement measure(double value, double variance, long clusters, double... terms) {
    if (clusters < 2) {
      return clusters == 0
          ? NOBODY
          : new Unmeasured("All observations belong to one cluster, which cannot tell an error.");
    }
    double error = Rounding.without(Math.sqrt(variance), withValue(value, terms));
    return error == 0 ? CONSTANT : new Estimate(value, error, clusters - 1);
  }
}
