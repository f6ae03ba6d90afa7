package dev.cohortium.stats;

import org.hipparchus.distribution.continuous.FDistribution;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.special.Erf;

/** Quantiles and tails of the distributions that tests and intervals stand on. */
final class Distributions {
  private static final NormalDistribution NORMAL = new NormalDistribution(0, 1);

  /** Hipparchus would stop at 1e-9. */
  private static final double SOLVER_ACCURACY = 1e-14;

  private Distributions() {}

  /** The {@code p} quantile of the standard normal distribution. */
  static double normalQuantile(double p) {
    return NORMAL.inverseCumulativeProbability(p);
  }

  /** P(Z > z), exact in the far tail. */
  static double normalUpper(double z) {
    return Erf.erfc(z / Math.sqrt(2)) / 2;
  }

  /** The {@code p} quantile of Student's t; infinite degrees of freedom: normal. */
  static double tQuantile(double p, double degreesOfFreedom) {
    return Double.isInfinite(degreesOfFreedom)
        ? normalQuantile(p)
        : new TDistribution(degreesOfFreedom, SOLVER_ACCURACY).inverseCumulativeProbability(p);
  }

  /** P(|T| > |t|); infinite degrees of freedom: normal. */
  static double tTwoSided(double t, double degreesOfFreedom) {
    return Double.isInfinite(degreesOfFreedom)
        ? 2 * normalUpper(Math.abs(t))
        : 2 * new TDistribution(degreesOfFreedom).cumulativeProbability(-Math.abs(t));
  }

  /** P(X > x) of chi-squared. */
  static double chiSquaredUpper(double x, double degreesOfFreedom) {
    return org.hipparchus.special.Gamma.regularizedGammaQ(degreesOfFreedom / 2, x / 2);
  }

  /** P(F > f). */
  static double fUpper(double f, double numerator, double denominator) {
    // F(a, b) > f where 1 / F, an F(b, a), is below 1 / f: exact in the tail.
    return f <= 0 ? 1 : new FDistribution(denominator, numerator).cumulativeProbability(1 / f);
  }
}
