package dev.cohortium.stats;

import java.io.Serial;

/**
 * A number with its uncertainty.
 *
 * @param value in its own unit
 * @param stdError standard error in the same unit, at least 0
 * @param degreesOfFreedom of Student's t; infinite: the normal distribution
 */
public record Estimate(double value, double stdError, double degreesOfFreedom)
    implements Measurement {
  @Serial private static final long serialVersionUID = 1;

  private static final double LEVEL = 0.95;

  /**
   * An estimate.
   *
   * @throws IllegalArgumentException if value or error are not finite, the error is negative, or
   *     the degrees of freedom are not above 0
   */
  public Estimate {
    Arguments.finite("value", value);
    Arguments.finite("stdError", stdError);
    Arguments.atLeast("stdError", stdError, 0);
    if (!(degreesOfFreedom > 0)) {
      throw new IllegalArgumentException(
          "degreesOfFreedom is " + degreesOfFreedom + ", must be above 0");
    }
  }

  /** An estimate whose error is normal. */
  public static Estimate normal(double value, double stdError) {
    return new Estimate(value, stdError, Double.POSITIVE_INFINITY);
  }

  /**
   * The sum of factors times independent estimates: variances add, degrees of freedom by
   * Satterthwaite; infinite where none has an error.
   *
   * @param factors one of each part
   */
  static Estimate sum(double[] factors, Estimate... parts) {
    double value = 0;
    double largest = 0;
    for (int i = 0; i < parts.length; i++) {
      value += factors[i] * parts[i].value;
      largest = Math.max(largest, Math.abs(factors[i]) * parts[i].stdError);
    }
    if (largest == 0) {
      return normal(value, 0);
    }
    double squares = 0;
    double inverse = 0;
    for (int i = 0; i < parts.length; i++) {
      double error = factors[i] * (parts[i].stdError / largest);
      squares += error * error;
      inverse += error * error * error * error / parts[i].degreesOfFreedom;
    }
    return new Estimate(value, largest * Math.sqrt(squares), squares / inverse * squares);
  }

  /** The two-sided 95 % interval. */
  public Interval interval() {
    return interval(LEVEL);
  }

  /**
   * The two-sided interval of {@code level}.
   *
   * @throws IllegalArgumentException if level does not lie between 0 and 1
   */
  public Interval interval(double level) {
    Arguments.inside("level", level, 0, 1);
    double reach = Distributions.tQuantile((1 + level) / 2, degreesOfFreedom) * stdError;
    return new Interval(value - reach, value + reach);
  }

  /**
   * The true value that a two-sided test finds in a share of samples.
   *
   * @param level of the test
   * @param power that share
   * @throws IllegalArgumentException if level or power do not lie between 0 and 1
   */
  public double detectable(double level, double power) {
    Arguments.inside("level", level, 0, 1);
    Arguments.inside("power", power, 0, 1);
    return stdError
        * (Distributions.tQuantile(1 - level / 2, degreesOfFreedom)
            + Distributions.tQuantile(power, degreesOfFreedom));
  }

  /** The two-sided p-value of the hypothesis that the true value is 0; 0 / 0 is no evidence: 1. */
  public double pValue() {
    if (stdError == 0) {
      return value == 0 ? 1 : 0;
    }
    return Distributions.tTwoSided(value / stdError, degreesOfFreedom);
  }
}
