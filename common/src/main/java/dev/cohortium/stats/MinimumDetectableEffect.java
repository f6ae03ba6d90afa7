package dev.cohortium.stats;

/**
 * The smallest effect that a two-armed experiment finds with a wanted chance, and the customers
 * that an effect needs.
 *
 * <p>MDE = (z_{1 - alpha / 2} + z_power) s sqrt(1 - rho²) sqrt(1 / n1 + 1 / n0), two-sided.
 *
 * @param standardDeviation s of the metric per customer, or of a ratio's z, above 0
 * @param correlation rho of the metric with its covariate before the offer, inside -1..1; 0 without
 * @param alpha the test's level, inside 0..1
 * @param power the chance to find the effect, inside 0..1 and above alpha / 2
 * @see <a href="https://doi.org/10.1145/2433396.2433413">Deng, Xu, Kohavi, Walker 2013</a>
 */
public record MinimumDetectableEffect(
    double standardDeviation, double correlation, double alpha, double power) {
  private static final double ALPHA = 0.05;
  private static final double POWER = 0.8;

  /**
   * An experiment's plan.
   *
   * @throws IllegalArgumentException if a number lies outside its range
   */
  public MinimumDetectableEffect {
    Arguments.finite("standardDeviation", standardDeviation);
    Arguments.inside("standardDeviation", standardDeviation, 0, Double.POSITIVE_INFINITY);
    Arguments.inside("correlation", correlation, -1, 1);
    Arguments.inside("alpha", alpha, 0, 1);
    Arguments.inside("power", power, alpha / 2, 1);
  }

  /** Level 5 %, power 80 %, without a covariate. */
  public static MinimumDetectableEffect of(double standardDeviation) {
    return new MinimumDetectableEffect(standardDeviation, 0, ALPHA, POWER);
  }

  /** The same with a covariate of this correlation. */
  public MinimumDetectableEffect withCorrelation(double rho) {
    return new MinimumDetectableEffect(standardDeviation, rho, alpha, power);
  }

  /**
   * The smallest effect found among so many customers.
   *
   * @throws IllegalArgumentException if an arm has no customer
   */
  public double effect(long treated, long control) {
    Arguments.atLeast("treated", (double) treated, 1);
    Arguments.atLeast("control", (double) control, 1);
    return reach() * Math.sqrt(1.0 / treated + 1.0 / control);
  }

  /**
   * The customers of both arms together that {@code effect} needs, rounded up.
   *
   * @param effect in units of the metric, not 0
   * @param treatedShare of the customers, inside 0..1
   * @throws IllegalArgumentException if an argument lies outside its range, or more customers would
   *     be needed than 2^53
   */
  public long customers(double effect, double treatedShare) {
    Arguments.finite("effect", effect);
    Arguments.inside("treatedShare", treatedShare, 0, 1);
    double ratio = reach() / Math.abs(effect);
    double customers = Math.ceil(ratio * ratio * (1 / treatedShare + 1 / (1 - treatedShare)));
    if (!(customers <= 0x1p53)) {
      throw new IllegalArgumentException(
          "effect is " + effect + ", must be larger: it needs over 2^53 customers");
    }
    return (long) customers;
  }

  private double reach() {
    double quantiles =
        Distributions.normalQuantile(1 - alpha / 2) + Distributions.normalQuantile(power);
    return quantiles * standardDeviation * Math.sqrt((1 - correlation) * (1 + correlation));
  }
}
