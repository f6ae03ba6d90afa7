package dev.cohortium.stats;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The quotient of two estimates that may be correlated, by the delta method and by Fieller's.
 *
 * @param numerator N
 * @param denominator D
 * @param numeratorVariance squared standard error of N, at least 0
 * @param denominatorVariance squared standard error of D, at least 0
 * @param covariance of the two estimates
 * @param degreesOfFreedom of Student's t for N - r D; infinite: the normal distribution
 * @see <a href="https://doi.org/10.1111/j.2517-6161.1954.tb00159.x">Fieller 1954</a>
 */
public record Quotient(
    double numerator,
    double denominator,
    double numeratorVariance,
    double denominatorVariance,
    double covariance,
    double degreesOfFreedom) {
  private static final double ROUNDING = 1e-14;

  /**
   * Two estimates.
   *
   * @throws IllegalArgumentException if a number is not finite, a variance negative, a covariance
   *     larger than the variances allow, or the degrees of freedom not above 0
   */
  public Quotient {
    Arguments.finite("numerator", numerator);
    Arguments.finite("denominator", denominator);
    Arguments.finite("numeratorVariance", numeratorVariance);
    Arguments.finite("denominatorVariance", denominatorVariance);
    Arguments.finite("covariance", covariance);
    Arguments.atLeast("numeratorVariance", numeratorVariance, 0);
    Arguments.atLeast("denominatorVariance", denominatorVariance, 0);
    double largest = Math.sqrt(numeratorVariance) * Math.sqrt(denominatorVariance);
    if (Math.abs(covariance) > largest * (1 + 1e-9)) {
      throw new IllegalArgumentException(
          "covariance is " + covariance + ", must lie within +-" + largest + " (the variances)");
    }
    if (!(degreesOfFreedom > 0)) {
      throw new IllegalArgumentException(
          "degreesOfFreedom is " + degreesOfFreedom + ", must be above 0");
    }
  }

  /**
   * The quotient r of two independent estimates; degrees of freedom by Satterthwaite of N - r D.
   */
  public static Quotient independent(Estimate numerator, Estimate denominator) {
    return new Quotient(
        numerator.value(),
        denominator.value(),
        numerator.stdError() * numerator.stdError(),
        denominator.stdError() * denominator.stdError(),
        0,
        degreesOfFreedom(numerator, denominator));
  }

  private static double degreesOfFreedom(Estimate numerator, Estimate denominator) {
    double ratio = denominator.value() == 0 ? 0 : numerator.value() / denominator.value();
    double error = Math.abs(ratio) * denominator.stdError();
    return Double.isFinite(error)
        ? TwoSample.difference(numerator, new Estimate(0, error, denominator.degreesOfFreedom()))
            .degreesOfFreedom()
        : denominator.degreesOfFreedom();
  }

  /**
   * r = N / D with variance (var N - 2 r cov + r² var D) / D²; unmeasured where D = 0, or where
   * nothing but rounding is left of the variance.
   *
   * <p>Good where D is many of its errors from 0; elsewhere {@link #fieller}.
   */
  public Measurement deltaMethod() {
    if (denominator == 0) {
      return new Unmeasured("The denominator is 0: there is no quotient.");
    }
    double ratio = numerator / denominator;
    double stdError = stdError(ratio);
    return Double.isFinite(ratio) && Double.isFinite(stdError)
        ? TooFew.orConstant(ratio, stdError, degreesOfFreedom)
        : new Unmeasured("The denominator is too near 0: there is no quotient.");
  }

  /**
   * The quotient of the sums of weights times numerators and times denominators of independent
   * parts.
   *
   * @param weights one of each part
   * @param degreesOfFreedom of the whole
   */
  public static Quotient sum(double[] weights, List<Quotient> parts, double degreesOfFreedom) {
    Arguments.sameLength("weights", weights.length, "parts", parts.size());
    return new Quotient(
        weighted(weights, parts, 1, Quotient::numerator),
        weighted(weights, parts, 1, Quotient::denominator),
        weighted(weights, parts, 2, Quotient::numeratorVariance),
        weighted(weights, parts, 2, Quotient::denominatorVariance),
        weighted(weights, parts, 2, Quotient::covariance),
        degreesOfFreedom);
  }

  private static double weighted(
      double[] weights, List<Quotient> parts, int power, ToDoubleFunction<Quotient> term) {
    return IntStream.range(0, weights.length)
        .mapToDouble(i -> Math.pow(weights[i], power) * term.applyAsDouble(parts.get(i)))
        .sum();
  }

  /**
   * The two-sided p-value of r = 0, which is that of N = 0: below 1 - level where 0 lies outside
   * {@link #fieller}.
   */
  public double pValueOfZero() {
    return new Estimate(numerator, Math.sqrt(numeratorVariance), degreesOfFreedom).pValue();
  }

  /** Whether there is a quotient, and nothing but rounding is left of its variance. */
  boolean isConstant() {
    return denominator != 0 && stdError(numerator / denominator) == 0;
  }

  private double stdError(double ratio) {
    double sum = numeratorVariance + ratio * ratio * denominatorVariance;
    double variance = sum - 2 * ratio * covariance;
    return variance <= ROUNDING * sum
        ? 0
        : Rounding.without(Math.sqrt(variance) / Math.abs(denominator), ratio);
  }

  /**
   * All r that a test of N - r D = 0 does not reject: an interval where D differs from 0 at that
   * level, else the whole line or two half lines.
   *
   * @param level of confidence, between 0 and 1
   * @throws IllegalArgumentException if level is not inside 0..1, or D is 0 without an error
   */
  public ConfidenceSet fieller(double level) {
    Arguments.inside("level", level, 0, 1);
    double downUnit = Math.hypot(denominator, Math.sqrt(denominatorVariance));
    if (downUnit == 0) {
      throw new IllegalArgumentException("denominator is 0 without an error, must differ from 0");
    }
    double upUnit = Math.hypot(numerator, Math.sqrt(numeratorVariance));
    if (upUnit == 0) {
      upUnit = 1;
    }
    double quantile = Distributions.tQuantile((1 + level) / 2, degreesOfFreedom);
    double q2 = quantile * quantile;
    double n = numerator / upUnit;
    double d = denominator / downUnit;
    // (n - r d)² <= q² (var n - 2 r cov + r² var d), that is a r² - 2 b r + c <= 0.
    double a = d * d - q2 * (denominatorVariance / downUnit / downUnit);
    double b = n * d - q2 * (covariance / upUnit / downUnit);
    double c = n * n - q2 * (numeratorVariance / upUnit / upUnit);
    return solve(a, b, c, upUnit / downUnit);
  }

  private static ConfidenceSet solve(double a, double b, double c, double unit) {
    double discriminant = b * b - a * c;
    if (a == 0) {
      if (b == 0) {
        return ConfidenceSet.EVERYTHING;
      }
      double root = c / (2 * b) * unit;
      return ConfidenceSet.of(
          b > 0
              ? new Interval(root, Double.POSITIVE_INFINITY)
              : new Interval(Double.NEGATIVE_INFINITY, root));
    }
    if (a < 0 && discriminant <= 0) {
      return ConfidenceSet.EVERYTHING;
    }
    double far = b + Math.copySign(Math.sqrt(Math.max(0, discriminant)), b);
    double one = far / a * unit;
    double two = far == 0 ? 0 : c / far * unit;
    double low = Math.min(one, two);
    double high = Math.max(one, two);
    if (a > 0) {
      return ConfidenceSet.of(new Interval(low, high));
    }
    return low == high
        ? ConfidenceSet.EVERYTHING
        : new ConfidenceSet(
            List.of(
                new Interval(Double.NEGATIVE_INFINITY, low),
                new Interval(high, Double.POSITIVE_INFINITY)));
  }
}
