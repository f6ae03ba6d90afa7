package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;
import java.io.Serial;
import java.io.Serializable;

/**
 * All customers of a region together, who were there before the first month compared: they join
 * when the programme is launched in it.
 */
public final class LaunchRegion implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Its month of acquisition. */
  static final int BEFORE_ALL = Integer.MIN_VALUE;

  private final int launched;
  private final long customers;
  private final double[][] means;

  private LaunchRegion(int launched, long customers, double[][] means) {
    this.launched = launched;
    this.customers = customers;
    this.means = means;
  }

  /**
   * A region.
   *
   * @param launched month of the launch, or {@link StaggeredDesign#NEVER}
   * @param customers the same in every month
   * @param sums of each metric the sum over customers in each month
   * @throws IllegalArgumentException if there are no customers, no metric, or a sum is not finite
   */
  public static LaunchRegion ofSums(int launched, long customers, double[][] sums) {
    Arguments.atLeast("customers", (double) customers, 1);
    Arguments.atLeast("sums.length", sums.length, 1);
    double[][] means = new double[sums.length][];
    for (int metric = 0; metric < sums.length; metric++) {
      String name = "sums[" + metric + "]";
      Arguments.sameLength(name, sums[metric].length, "sums[0]", sums[0].length);
      Arguments.finite(name, sums[metric]);
      means[metric] = sums[metric].clone();
      for (int month = 0; month < means[metric].length; month++) {
        means[metric][month] /= customers;
      }
    }
    return new LaunchRegion(launched, customers, means);
  }

  /** The number of months. */
  int months() {
    return means[0].length;
  }

  /** The month of the launch, in which all of its customers join. */
  public int joined() {
    return launched;
  }

  long customers() {
    return customers;
  }

  /** A metric in a month: the mean of its customers. */
  double value(int metric, int month) {
    return means[metric][month];
  }

  /** Its customers, each of whom counts alike, with one of the metrics. */
  WeightedLife of(int metric) {
    return new OfMetric(this, metric);
  }

  private record OfMetric(LaunchRegion region, int metric) implements WeightedLife {
    @Override
    public int joined() {
      return region.launched;
    }

    @Override
    public int acquired() {
      return BEFORE_ALL;
    }

    @Override
    public long customers() {
      return region.customers;
    }

    @Override
    public double weight(Comparison of, Role role) {
      return region.customers;
    }

    @Override
    public double[] values(int month) {
      return new double[] {region.means[metric][month]};
    }
  }
}
