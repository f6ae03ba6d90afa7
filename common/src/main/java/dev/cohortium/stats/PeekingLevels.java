package dev.cohortium.stats;

/**
 * Levels for repeated looks at the same customers, month after month: look k has alpha_k = 6 alpha
 * / (pi² k²), which add up to alpha over all looks there may ever be.
 *
 * <p>By Bonferroni's inequality all intervals hold together with a chance of at least 1 - alpha,
 * whatever the looks' dependence.
 *
 * @param alpha of all looks together, inside 0..1
 * @see <a href="https://doi.org/10.1080/01621459.1961.10482090">Dunn 1961</a>
 */
public record PeekingLevels(double alpha) {
  /**
   * Levels that add up to {@code alpha}.
   *
   * @throws IllegalArgumentException if alpha is not inside 0..1
   */
  public PeekingLevels {
    Arguments.inside("alpha", alpha, 0, 1);
  }

  /**
   * The level of a look.
   *
   * @param look counted from 1
   * @throws IllegalArgumentException if look is below 1
   */
  public double level(int look) {
    Arguments.atLeast("look", look, 1);
    return 6 * alpha / (Math.PI * Math.PI * look * look);
  }

  /** The interval of an estimate at a look counted from 1. */
  public Interval interval(Estimate estimate, int look) {
    return estimate.interval(1 - level(look));
  }

  /** The p-value of an estimate at a look counted from 1, comparable with alpha; at most 1. */
  public double pValue(Estimate estimate, int look) {
    return Math.min(1, estimate.pValue() * (alpha / level(look)));
  }
}
