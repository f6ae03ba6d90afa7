package dev.cohortium.stats;

/**
 * Intervals that hold at every look together, while customers with complete windows arrive.
 *
 * <p>Half-width = s sqrt(2 (n r² + 1) / (n r)² ln(sqrt(n r² + 1) / alpha)) with s² = n SE² and r =
 * sqrt((-2 ln alpha + ln(1 - 2 ln alpha)) / N), which makes it narrowest at the planned N.
 * Asymptotic: the first look wants some hundred customers. Not for the same customers seen month
 * after month: {@link PeekingLevels}.
 *
 * @param alpha chance that any interval misses, inside 0..1
 * @param plannedCustomers N of both arms together, at least 2
 * @see <a href="https://doi.org/10.1214/24-AOS2408">Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas,
 *     Time-uniform central limit theory and asymptotic confidence sequences</a>
 */
public record ConfidenceSequence(double alpha, long plannedCustomers) {
  /**
   * A sequence.
   *
   * @throws IllegalArgumentException if a number lies outside its range
   */
  public ConfidenceSequence {
    Arguments.inside("alpha", alpha, 0, 1);
    Arguments.atLeast("plannedCustomers", (double) plannedCustomers, 2);
  }

  /**
   * The interval at one look.
   *
   * @param estimate of the effect from the customers so far
   * @param customers n of both arms so far, at least 2
   * @throws IllegalArgumentException if customers are below 2
   */
  public Interval interval(Estimate estimate, long customers) {
    double reach = estimate.stdError() * errors(customers);
    return new Interval(estimate.value() - reach, estimate.value() + reach);
  }

  /**
   * The level at which a normal interval is the one at this look.
   *
   * @param customers n of both arms so far, at least 2
   * @throws IllegalArgumentException if customers are below 2
   */
  public double level(long customers) {
    return 1 - 2 * Distributions.normalUpper(errors(customers));
  }

  /** Half the width of an interval in errors of the estimate. */
  private double errors(long customers) {
    Arguments.atLeast("customers", (double) customers, 2);
    double n = (double) customers;
    double logAlpha = Math.log(alpha);
    double r2 = (-2 * logAlpha + Math.log1p(-2 * logAlpha)) / plannedCustomers;
    double growth = n * r2 + 1;
    return Math.sqrt(2 * growth / (n * r2) * (Math.log(growth) / 2 - logAlpha));
  }
}
