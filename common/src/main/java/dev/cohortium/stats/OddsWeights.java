package dev.cohortium.stats;

import dev.cohortium.stats.InverseProbability.Truncation;
import java.util.stream.IntStream;

/**
 * The weights that make controls alike to the treated by the odds of their score.
 *
 * <p>Odds are told relative to the largest that remain, for the scale of an arm's weights is free
 * and logits may be larger than any double's logarithm. The treated's own odds play no part. The
 * cap is a percentile of the controls' odds, each control counted once: what their own weights say
 * is known, and neither moves the cap nor is capped.
 */
final class OddsWeights {
  private static final double PERCENTILE = 0.995;

  private final double[] weights;
  private final double[] slopes;

  private OddsWeights(double[] weights, double[] slopes) {
    this.weights = weights;
    this.slopes = slopes;
  }

  /** The score's own weight of each unit, a control's times its odds e / (1 - e), the largest 1. */
  static OddsWeights of(Score score, Truncation truncation) {
    boolean[] treated = score.treated();
    double[] weights = score.weights();
    double[] logits = score.logits();
    double[] sorted =
        IntStream.of(Arms.rows(treated, Arms.Arm.CONTROLS))
            .mapToDouble(i -> logits[i])
            .sorted()
            .toArray();
    if (sorted.length == 0) {
      return new OddsWeights(weights, new double[weights.length]);
    }
    double cap =
        switch (truncation) {
          case NONE -> sorted[sorted.length - 1];
          case AT_PERCENTILE_99_5 -> percentile(sorted);
        };
    double[] slopes = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      if (!treated[i]) {
        weights[i] *= Math.exp(Math.min(logits[i] - cap, 0));
        slopes[i] = logits[i] <= cap ? 1 : 0;
      }
    }
    return new OddsWeights(weights, slopes);
  }

  /** The logit of the odds that are the percentile, linear between sorted odds. */
  private static double percentile(double[] sorted) {
    Percentile place = Percentile.in(sorted.length, PERCENTILE);
    double share = place.share();
    double low = place.low(sorted);
    double high = place.high(sorted);
    return share == 0 || low == high
        ? low
        : high + Math.log(share + (1 - share) * Math.exp(low - high));
  }

  /** The weight of each unit in its arm. */
  double[] weights() {
    return weights;
  }

  /** The derivative of a weight's logarithm by the logit: 1, of treated and capped weights 0. */
  double slope(int unit) {
    return slopes[unit];
  }
}
