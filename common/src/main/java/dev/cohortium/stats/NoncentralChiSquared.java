package dev.cohortium.stats;

import org.hipparchus.analysis.solvers.BrentSolver;
import org.hipparchus.special.Gamma;

/** Chi-squared around numbers that are not 0: what a test of several numbers has power against. */
final class NoncentralChiSquared {
  private static final int MOST_EVALUATIONS = 200;
  private static final double ACCURACY = 1e-12;

  private NoncentralChiSquared() {}

  /** P(X > x), a sum of central tails by Poisson weights. */
  static double upper(double x, double degreesOfFreedom, double noncentrality) {
    double half = noncentrality / 2;
    int terms = (int) (half + 12 * Math.sqrt(half) + 60);
    double sum = 0;
    for (int term = 0; term < terms; term++) {
      double log = half == 0 ? 0 : term * Math.log(half) - half - Gamma.logGamma(term + 1.0);
      if (term == 0 || half > 0) {
        sum += Math.exp(log) * Distributions.chiSquaredUpper(x, degreesOfFreedom + 2.0 * term);
      }
    }
    return sum;
  }

  /**
   * The noncentrality at which a test of a level has a power.
   *
   * @param degreesOfFreedom at least 1
   * @param level such as .05
   * @param power above the level
   */
  static double noncentrality(int degreesOfFreedom, double level, double power) {
    double critical = critical(degreesOfFreedom, level);
    double most = 10;
    while (upper(critical, degreesOfFreedom, most) < power) {
      most *= 2;
    }
    return new BrentSolver(ACCURACY)
        .solve(MOST_EVALUATIONS, at -> upper(critical, degreesOfFreedom, at) - power, 0, most);
  }

  private static double critical(int degreesOfFreedom, double level) {
    double most = 10.0 + degreesOfFreedom;
    while (Distributions.chiSquaredUpper(most, degreesOfFreedom) > level) {
      most *= 2;
    }
    return new BrentSolver(ACCURACY)
        .solve(
            MOST_EVALUATIONS,
            at -> Distributions.chiSquaredUpper(at, degreesOfFreedom) - level,
            0,
            most);
  }
}
