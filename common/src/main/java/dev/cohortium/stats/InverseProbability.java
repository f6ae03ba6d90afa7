package dev.cohortium.stats;

import java.util.Arrays;

/**
 * The effect on the treated, controls weighted by their odds of treatment e / (1 - e), the weights
 * of each arm scaled to sum 1 (Hajek).
 *
 * <p>In units of the outcome. The score is a {@link Logistic}, or was fitted elsewhere ({@link
 * KnownScore}). Holds where the score is right and every kind of treated has controls. Its error
 * knows that the score was estimated, by the projection on the score's own equations, where it was
 * estimated here; the cap of truncated weights counts as fixed.
 *
 * @see <a href="https://doi.org/10.1111/1468-0262.00442">Hirano, Imbens, Ridder 2003</a>
 * @see <a href="https://doi.org/10.1002/sim.1903">Lunceford, Davidian 2004</a>
 */
public final class InverseProbability {
  /** What is done to the largest weights of controls. */
  public enum Truncation {
    /** Nothing. */
    NONE,
    /**
     * Odds above their 99.5th percentile among controls (linear between order statistics, whatever
     * the controls' own weights) become it.
     */
    AT_PERCENTILE_99_5
  }

  private final double[] weights;
  private final ClusteredMean effect;
  private final ClusteredMean withFixedWeights;
  private final EffectiveSampleSize controls;

  private InverseProbability(Score score, double[] outcomes, Truncation truncation) {
    OddsWeights odds = OddsWeights.of(score, truncation);
    weights = odds.weights();
    Arms arms = new Arms(score.treated(), weights);
    controls = arms.controls();
    var few = Arms.tooFew(score.treated());
    if (few.isPresent()) {
      effect = ClusteredMean.unmeasured(few.get());
      withFixedWeights = effect;
      return;
    }
    double[] influences = arms.influences(outcomes);
    double value = arms.difference(outcomes);
    double[] sizes = arms.sizes(outcomes);
    withFixedWeights = ClusteredMean.ofEvery(value, influences, sizes);
    double[] slopes = new double[influences.length];
    Arrays.setAll(slopes, i -> odds.slope(i) * influences[i]);
    double[] ofScore = score.influences(slopes);
    double[] sums = new double[influences.length];
    Arrays.setAll(sums, i -> influences[i] + ofScore[i]);
    effect = ClusteredMean.ofEvery(value, sums, sizes);
  }

  /**
   * The comparison of the units of {@code score}, with its weights.
   *
   * @param outcomes one of each unit
   * @throws IllegalArgumentException if lengths differ or an outcome is not finite
   */
  public static InverseProbability of(Score score, double[] outcomes, Truncation truncation) {
    Arguments.sameLength("outcomes", outcomes.length, "score", score.treated().length);
    Arguments.finite("outcomes", outcomes);
    return new InverseProbability(score, outcomes, truncation);
  }

  /** The effect, its error that of an estimated score; unmeasured with fewer than 2 in an arm. */
  public ClusteredMean effect() {
    return effect;
  }

  /** The effect, its error that of known weights: usually the larger. */
  public ClusteredMean effectWithFixedWeights() {
    return withFixedWeights;
  }

  /**
   * The weight of each unit: a control's is its odds relative to the largest of a control, or to
   * the cap, which have 1, times the score's own weight.
   */
  public double[] weights() {
    return weights.clone();
  }

  /** The effective number of controls. */
  public EffectiveSampleSize controls() {
    return controls;
  }
}
