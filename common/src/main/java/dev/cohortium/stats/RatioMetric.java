package dev.cohortium.stats;

/**
 * A ratio of totals, such as revenue per order, with its delta-method error over customers.
 *
 * <p>R = sum M / sum D. Its error is that of the mean of z_i = (M_i - R D_i) / mean D, s_z /
 * sqrt(n), with n - 1 degrees of freedom; D = 1 throughout gives the mean of M. The difference of
 * two arms is an effect on the ratio of totals: who has a denominator at all may have changed.
 *
 * @see <a href="https://doi.org/10.1145/3219819.3219919">Deng, Knoblich, Lu 2018</a>
 */
public final class RatioMetric {
  private RatioMetric() {}

  /**
   * The ratio of one arm; unmeasured for fewer than 2 customers, a denominator of no total, or a
   * negative one, or a ratio that all customers share.
   *
   * @param arm numerator M (variable 0) and denominator D (variable 1) of each customer
   * @throws IllegalArgumentException if there are not two variables
   */
  public static Measurement of(CrossMoments arm) {
    return of(arm, "The sample");
  }

  /**
   * The ratio of the treated minus that of the control; unmeasured where either is, or neither
   * varies.
   *
   * @param treated numerator M (variable 0) and denominator D (variable 1) of each customer
   * @param control the same
   * @throws IllegalArgumentException if there are not two variables
   */
  public static Measurement difference(CrossMoments treated, CrossMoments control) {
    requireTwoVariables("treated", treated);
    requireTwoVariables("control", control);
    var few = TooFew.arms(treated.count(), control.count(), 2);
    if (few.isPresent()) {
      return few.get();
    }
    if (treated.mean(1) == 0 || control.mean(1) == 0) {
      return new Unmeasured("The denominator of an arm adds up to 0: it has no ratio.");
    }
    if (treated.mean(1) < 0 || control.mean(1) < 0) {
      return new Unmeasured("The denominator of an arm is negative in all: it has no ratio.");
    }
    return TooFew.orConstant(TwoSample.difference(ratio(treated), ratio(control)));
  }

  private static Measurement of(CrossMoments arm, String name) {
    requireTwoVariables("arm", arm);
    if (arm.count() < 2) {
      return new Unmeasured(name + " has " + arm.count() + " customers; a ratio's error needs 2.");
    }
    if (arm.mean(1) == 0) {
      return new Unmeasured("The denominator adds up to 0: there is no ratio.");
    }
    if (arm.mean(1) < 0) {
      return new Unmeasured("The denominator is negative in all: there is no ratio.");
    }
    return TooFew.orConstant(ratio(arm));
  }

  /** The ratio with its error, which is 0 where all customers share it. */
  private static Estimate ratio(CrossMoments arm) {
    double mean = arm.mean(1);
    double ratio = arm.mean(0) / mean;
    double variance = arm.varianceOf(1 / mean, -ratio / mean);
    double stdError = Rounding.without(Math.sqrt(variance / arm.count()), ratio);
    return new Estimate(ratio, stdError, (double) (arm.count() - 1));
  }

  private static void requireTwoVariables(String name, CrossMoments arm) {
    Arguments.sameLength(name, arm.variables(), "numerator and denominator", 2);
  }
}
