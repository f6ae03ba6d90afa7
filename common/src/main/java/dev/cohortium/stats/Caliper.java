package dev.cohortium.stats;

/**
 * The greatest distance at which two units may be matched, in units of the score.
 *
 * @see <a href="https://doi.org/10.1002/pst.433">Austin 2011: 0.2 of the pooled deviation of the
 *     logit</a>
 */
public final class Caliper {
  private Caliper() {}

  /**
   * {@code factor} times sqrt((s1^2 + s0^2) / 2), the pooled standard deviation within arms.
   *
   * @throws IllegalArgumentException if the factor is not above 0, an arm has fewer than 2 values,
   *     or no value differs from its arm's others: such a caliper would be 0
   */
  public static double ofPooledDeviation(
      double factor, WeightedMoments treated, WeightedMoments controls) {
    return width(factor, (treated.variance() + controls.variance()) / 2);
  }

  /** The same by the standard deviation of all units as one sample, as some tools have it. */
  public static double ofFullDeviation(
      double factor, WeightedMoments treated, WeightedMoments controls) {
    return width(factor, treated.plus(controls).variance());
  }

  private static double width(double factor, double variance) {
    Arguments.finite("factor", factor);
    Arguments.above("factor", factor, 0);
    Arguments.above("variance of the score", variance, 0);
    return factor * Math.sqrt(variance);
  }
}
