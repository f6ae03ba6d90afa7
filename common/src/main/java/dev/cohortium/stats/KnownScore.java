package dev.cohortium.stats;

import java.util.Arrays;

/**
 * Scores that were fitted elsewhere and count as known: of the effect on the treated the error is
 * then usually too large, not too small. Units of one arm alone have no effect, which is
 * unmeasured.
 *
 * @see <a href="https://doi.org/10.1111/1468-0262.00442">Hirano, Imbens, Ridder 2003</a>
 */
public final class KnownScore implements Score {
  private final double[] logits;
  private final boolean[] treated;
  private final double[] weights;

  private KnownScore(double[] logits, boolean[] treated, double[] weights) {
    this.logits = logits;
    this.treated = treated;
    this.weights = weights;
  }

  /** The scores of units that count alike. */
  public static KnownScore of(double[] logits, boolean[] treated) {
    return of(logits, treated, Vectors.ones(logits.length));
  }

  /**
   * The scores of weighted units.
   *
   * @param logits log odds of treatment, of both treated and controls
   * @param weights above 0
   * @throws IllegalArgumentException if lengths differ, a logit is not finite, a weight is not
   *     above 0, or their sum is not finite
   */
  public static KnownScore of(double[] logits, boolean[] treated, double[] weights) {
    Arguments.sameLength("treated", treated.length, "logits", logits.length);
    Arguments.sameLength("weights", weights.length, "logits", logits.length);
    Arguments.finite("logits", logits);
    Arguments.positive("weights", weights);
    Arguments.finite("sum of weights", Arrays.stream(weights).sum());
    return new KnownScore(logits.clone(), treated.clone(), weights.clone());
  }

  @Override
  public double[] logits() {
    return logits.clone();
  }

  @Override
  public boolean[] treated() {
    return treated.clone();
  }

  @Override
  public double[] weights() {
    return weights.clone();
  }

  /** Nothing, for nothing was estimated. */
  @Override
  public double[] influences(double[] slopes) {
    return new double[slopes.length];
  }
}
