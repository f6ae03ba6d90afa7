package dev.cohortium.stats;

import dev.cohortium.stats.InverseProbability.Truncation;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The weights that make controls alike to the treated by the odds of their score. */
final class OddsWeights {
  private static final double PERCENTILE = 0.995;

  private final double[] weights;
  private final double[] slopes;

  private OddsWeights(double[] weights, double[] slopes) {
    this.weights = weights;
    this.slopes = slopes;
  }

  /** The score's own weight of each unit, a control's times its odds e / (1 - e). */
  static OddsWeights of(Logistic score, Truncation truncation) {
    boolean[] treated = score.treated();
    double[] weights = score.weights();
    double[] odds = Arrays.stream(score.logits()).map(Math::exp).toArray();
    Arguments.finite("odds", odds);
    double cap =
        switch (truncation) {
          case NONE -> Double.POSITIVE_INFINITY;
          case AT_PERCENTILE_99_5 -> percentile(odds, Arms.rows(treated, Arms.Arm.CONTROLS));
        };
    double[] slopes = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      if (!treated[i]) {
        weights[i] *= Math.min(odds[i], cap);
        slopes[i] = odds[i] <= cap ? 1 : 0;
      }
    }
    return new OddsWeights(weights, slopes);
  }

  private static double percentile(double[] odds, int[] units) {
    double[] sorted = IntStream.of(units).mapToDouble(i -> odds[i]).sorted().toArray();
    double place = PERCENTILE * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
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
