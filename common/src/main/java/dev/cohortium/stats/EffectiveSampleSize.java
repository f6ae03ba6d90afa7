package dev.cohortium.stats;

import java.io.Serializable;
import java.util.Arrays;

/**
 * How many equally weighted units would tell a mean as well as these weighted ones: (sum w)^2 / sum
 * w^2, from 1 to n, or 0 where no weight is above 0; sums add.
 *
 * @param n units with a weight, which may be 0
 * @param sum of the weights
 * @param sumOfSquares of the weights
 * @see <a href="https://www.wiley.com/en-us/Survey+Sampling-p-9780471109495">Kish 1965</a>
 */
public record EffectiveSampleSize(long n, double sum, double sumOfSquares) implements Serializable {
  private static final double LEAST_UNITS = 25;
  private static final double LEAST_SHARE = 0.3;

  /** Of a bound: a size below it by less is below it by rounding. */
  private static final double SLACK = 1e-9;

  /**
   * Sums of weights.
   *
   * @throws IllegalArgumentException if one is negative or not finite
   */
  public EffectiveSampleSize {
    Arguments.finite("sum", sum);
    Arguments.finite("sumOfSquares", sumOfSquares);
    Arguments.atLeast("n", (double) n, 0);
    Arguments.atLeast("sum", sum, 0);
    Arguments.atLeast("sumOfSquares", sumOfSquares, 0);
  }

  /**
   * The sums of {@code weights}, on any scale on which their squares are numbers: squares below
   * 1e-323 are 0, and above 1e308 refused.
   *
   * @throws IllegalArgumentException if a weight is negative, or it or the sum of squares not
   *     finite
   */
  public static EffectiveSampleSize of(double... weights) {
    Arguments.finite("weights", weights);
    for (int i = 0; i < weights.length; i++) {
      Arguments.atLeast("weights[" + i + "]", weights[i], 0);
    }
    return new EffectiveSampleSize(
        weights.length,
        Arrays.stream(weights).sum(),
        Arrays.stream(weights).map(weight -> weight * weight).sum());
  }

  /** The sums of these units and of {@code other}'s. */
  public EffectiveSampleSize plus(EffectiveSampleSize other) {
    return new EffectiveSampleSize(n + other.n, sum + other.sum, sumOfSquares + other.sumOfSquares);
  }

  /** The effective sample size below which weights have collapsed. */
  public double least() {
    return Math.max(LEAST_UNITS, LEAST_SHARE * n);
  }

  /** The effective sample size; 0 without any weight, or where squares are too small to tell. */
  public double value() {
    return sumOfSquares == 0 ? 0 : sum * (sum / sumOfSquares);
  }

  /** Whether they tell less than 30 % of all would if they counted alike. */
  boolean isCollapsed() {
    return value() < (1 - SLACK) * LEAST_SHARE * n;
  }

  /** Whether an effect may stand on these weights: 25 units and 30 % of all, but for rounding. */
  public boolean isSupported() {
    return value() >= (1 - SLACK) * Math.max(LEAST_UNITS, LEAST_SHARE * n);
  }
}
