package dev.cohortium.stats;

import java.util.OptionalDouble;

/** The greatest distance between two weighted distribution functions, 0 (equal) to 1 (apart). */
public final class KolmogorovSmirnov {
  private KolmogorovSmirnov() {}

  /**
   * The distance between treated and controls, empty where an arm has no weight; O(n log n).
   *
   * @throws IllegalArgumentException if a value is not finite, a weight negative or not finite, an
   *     arm's sum of weights not finite, or lengths differ
   */
  public static OptionalDouble distance(
      double[] treated, double[] treatedWeights, double[] controls, double[] controlWeights) {
    double treatedSum = sum("treated", treated, treatedWeights);
    double controlSum = sum("control", controls, controlWeights);
    if (treatedSum == 0 || controlSum == 0) {
      return OptionalDouble.empty();
    }
    long[] treatedOrder = ScoreOrder.byScore("treated", treated);
    long[] controlOrder = ScoreOrder.byScore("controls", controls);
    double greatest = 0;
    double below = 0;
    double controlsBelow = 0;
    int i = 0;
    int j = 0;
    while (i < treated.length && j < controls.length) {
      double value = Math.min(treated[(int) treatedOrder[i]], controls[(int) controlOrder[j]]);
      while (i < treated.length && treated[(int) treatedOrder[i]] == value) {
        below += treatedWeights[(int) treatedOrder[i++]];
      }
      while (j < controls.length && controls[(int) controlOrder[j]] == value) {
        controlsBelow += controlWeights[(int) controlOrder[j++]];
      }
      greatest = Math.max(greatest, Math.abs(below / treatedSum - controlsBelow / controlSum));
    }
    return OptionalDouble.of(Math.min(1, greatest));
  }

  private static double sum(String arm, double[] values, double[] weights) {
    Arguments.sameLength(arm + " weights", weights.length, arm + " values", values.length);
    Arguments.finite(arm + " value", values);
    Arguments.finite(arm + " weight", weights);
    double sum = 0;
    for (double weight : weights) {
      Arguments.atLeast(arm + " weight", weight, 0);
      sum += weight;
    }
    Arguments.finite("sum of " + arm + " weights", sum);
    return sum;
  }
}
