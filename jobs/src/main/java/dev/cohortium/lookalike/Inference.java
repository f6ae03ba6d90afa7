package dev.cohortium.lookalike;

import dev.cohortium.lookalike.Comparisons.Found;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.JointEstimate;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.RelativeEffect;

/**
 * The estimates of one block of a comparison with their errors, by customer and by matched set
 * together.
 */
final class Inference {
  private final JointEstimate estimates;

  Inference(Found found, int block, int metrics, boolean hasSets) {
    estimates =
        hasSets
            ? JointEstimate.of(
                found.comparison(), block, found.customers(), found.sets(), found.cells())
            : JointEstimate.of(found.comparison(), block, found.customers());
  }

  /**
   * An effect.
   *
   * @param value with its error, or why there is none
   * @param baseline what would have been without it
   * @param relative to the baseline
   */
  record Effect(Measurement value, double baseline, RelativeEffect relative) {
    private static Effect of(JointEstimate.Effect effect) {
      return new Effect(effect.value(), effect.baseline(), effect.relative());
    }
  }

  /** The effect on the mean of a metric. */
  Effect mean(int metric) {
    return Effect.of(estimates.mean(metric));
  }

  /** The effect on the ratio of the totals of two metrics. */
  Effect ratio(int numerator, int denominator) {
    return Effect.of(estimates.ratio(numerator, denominator));
  }

  /** The standardised effect on a metric, in deviations between the controls, and its error. */
  double[] standardised(int metric) {
    return estimates.standardised(metric) instanceof Estimate estimate
        ? new double[] {estimate.value(), estimate.stdError()}
        : new double[] {Double.NaN, Double.NaN};
  }
}
