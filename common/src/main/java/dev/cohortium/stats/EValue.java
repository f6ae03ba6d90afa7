package dev.cohortium.stats;

/**
 * How strongly a confounder that nobody measured would have to go with both treatment and outcome,
 * as risk ratios, to explain an effect away: RR + sqrt(RR (RR - 1)), RR turned above 1.
 *
 * @param riskRatio the effect
 * @param value at least 1; 1: nothing to explain
 * @param limit the same for the interval's limit nearest 1; 1 if the interval holds 1
 * @see <a href="https://doi.org/10.7326/M16-2607">VanderWeele, Ding 2017</a>
 */
public record EValue(double riskRatio, double value, double limit) {
  private static final double RATIO_OF_DIFFERENCE = 0.91;
  private static final double REACH_OF_DIFFERENCE = 1.78;

  /**
   * An E-value.
   *
   * @throws IllegalArgumentException if a number is not finite
   */
  public EValue {
    Arguments.finite("riskRatio", riskRatio);
    Arguments.finite("value", value);
    Arguments.finite("limit", limit);
  }

  /**
   * Of a risk ratio and its interval.
   *
   * @throws IllegalArgumentException if a ratio is not above 0 and finite, or the interval does not
   *     hold the risk ratio
   */
  public static EValue ofRiskRatio(double riskRatio, Interval interval) {
    Arguments.positive("riskRatio", riskRatio);
    Arguments.positive("interval.low", interval.low());
    Arguments.positive("interval.high", interval.high());
    if (!interval.contains(riskRatio)) {
      throw new IllegalArgumentException(
          "riskRatio is " + riskRatio + ", must lie in the interval, " + interval);
    }
    double nearest = interval.contains(1) ? 1 : riskRatio > 1 ? interval.low() : interval.high();
    return new EValue(riskRatio, of(riskRatio), of(nearest));
  }

  /**
   * Of a difference of means in standard deviations of the controls' outcome: RR = exp(0.91 d), its
   * limits exp(0.91 d -+ 1.78 se).
   *
   * @throws IllegalArgumentException if a number is not finite, the error is negative or the ratio
   *     too large
   */
  public static EValue ofStandardisedDifference(double difference, double stdError) {
    Arguments.finite("difference", difference);
    Arguments.finite("stdError", stdError);
    Arguments.atLeast("stdError", stdError, 0);
    double middle = RATIO_OF_DIFFERENCE * difference;
    double reach = REACH_OF_DIFFERENCE * stdError;
    return ofRiskRatio(
        Math.exp(middle), new Interval(Math.exp(middle - reach), Math.exp(middle + reach)));
  }

  private static double of(double riskRatio) {
    double ratio = Math.max(riskRatio, 1 / riskRatio);
    return ratio + Math.sqrt(ratio * (ratio - 1));
  }
}
