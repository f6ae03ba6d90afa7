package dev.cohortium.stats;

import java.util.OptionalDouble;

/**
 * The greatest distance at which two units may be matched, in units of the score.
 *
 * @see <a href="https://doi.org/10.1002/pst.433">Austin 2011: 0.2 of the pooled deviation of the
 *     logit</a>
 */
public final class Caliper {
  private Caliper() {}

  /**
   * {@code factor} times sqrt((s1^2 + s0^2) / 2), the pooled standard deviation within arms; empty
   * where an arm has fewer than 2 values, or no value differs from its arm's others: such a caliper
   * would be 0.
   *
   * @throws IllegalArgumentException if the factor is not above 0 and finite
   */
  public static OptionalDouble ofPooledDeviation(
      double factor, WeightedMoments treated, WeightedMoments controls) {
    double variance =
        treated.hasVariance() && controls.hasVariance()
            ? (treated.variance() + controls.variance()) / 2
            : 0;
    return width(factor, variance);
  }

  /** The same by the standard deviation of all units as one sample, as some tools have it. */
  public static OptionalDouble ofFullDeviation(
      double factor, WeightedMoments treated, WeightedMoments controls) {
    WeightedMoments all = treated.plus(controls);
    return width(factor, all.hasVariance() ? all.variance() : 0);
  }

  private static OptionalDouble width(double factor, double variance) {
    Arguments.positive("factor", factor);
    return variance > 0 ? OptionalDouble.of(factor * Math.sqrt(variance)) : OptionalDouble.empty();
  }
}
