package dev.cohortium.stats;

import java.util.OptionalDouble;

/**
 * The effect on those who joined because they were offered to (CACE): the difference of the arms'
 * means of Y divided by the difference of their shares of joiners D.
 *
 * <p>Variance = sum_a s²_a(Y - CACE D) / n_a / ITT_D². It needs that the offer alone, without
 * joining, changes nothing, and that nobody stays out because of it. Where the first stage's F,
 * (ITT_D / its error)², is below 10, limits are Anderson and Rubin's: all c for which the arms'
 * means of Y - c D do not differ; a weak first stage gives a half line, two half lines or the whole
 * line.
 *
 * @param effect in units of Y per joiner (or per unit of D, where it is a dose)
 * @param firstStageF empty where D does not vary within the arms, as when all treated joined and no
 *     control
 * @param limits of 95 %; the whole line where nothing can be said
 * @param pValue of no effect, by the test that gives the limits; 1 where there are none
 * @param method how the limits were found
 * @see <a href="https://doi.org/10.1080/01621459.1996.10476902">Angrist, Imbens, Rubin 1996</a>
 * @see <a href="https://doi.org/10.1214/aoms/1177730090">Anderson, Rubin 1949</a>
 */
public record CompliersEffect(
    Measurement effect,
    OptionalDouble firstStageF,
    ConfidenceSet limits,
    double pValue,
    Method method) {
  /** The first stage's F below which the error of the quotient is not trusted. */
  public static final double WEAK_BELOW = 10;

  private static final double LEVEL = 0.95;

  /** How limits are found. */
  public enum Method {
    /** Symmetric, from the effect's error. */
    WALD,
    /** By inverting the test, valid however weak the first stage. */
    ANDERSON_RUBIN,
    /** There are none. */
    NONE
  }

  /**
   * The effect on the compliers; unmeasured where an arm has fewer than 2 customers, the arms do
   * not differ in joiners, or nothing varies.
   *
   * @param treated metric Y (variable 0) and joined D (1) of each customer
   * @param control the same
   * @throws IllegalArgumentException if there are not two variables
   */
  public static CompliersEffect of(CrossMoments treated, CrossMoments control) {
    Arguments.sameLength("treated", treated.variables(), "metric and joined", 2);
    Arguments.sameLength("control", control.variables(), "metric and joined", 2);
    var few = TooFew.arms(treated.count(), control.count(), 2);
    if (few.isPresent()) {
      return unmeasured(few.get());
    }
    double outcome = treated.mean(0) - control.mean(0);
    double joined = treated.mean(1) - control.mean(1);
    return of(
        new Quotient(
            outcome,
            joined,
            perCustomer(treated, 0, 0) + perCustomer(control, 0, 0),
            perCustomer(treated, 1, 1) + perCustomer(control, 1, 1),
            perCustomer(treated, 0, 1) + perCustomer(control, 0, 1),
            degreesOfFreedom(treated, control, joined == 0 ? 0 : outcome / joined)));
  }

  /**
   * The effect on the compliers from estimated differences, adjusted or stratified ones too.
   *
   * @param outcomeOverJoined difference of Y over difference of D, with errors and covariance
   */
  public static CompliersEffect of(Quotient outcomeOverJoined) {
    double joined = outcomeOverJoined.denominator();
    double variance = outcomeOverJoined.denominatorVariance();
    if (joined == 0 && variance == 0) {
      return unmeasured(new Unmeasured("The offer moved nobody: the arms joined alike."));
    }
    if (outcomeOverJoined.isConstant()) {
      return unmeasured(TooFew.CONSTANT);
    }
    OptionalDouble firstStageF =
        variance == 0 ? OptionalDouble.empty() : OptionalDouble.of(joined / variance * joined);
    Measurement effect = outcomeOverJoined.deltaMethod();
    if (effect instanceof Estimate estimate
        && (firstStageF.isEmpty() || firstStageF.getAsDouble() >= WEAK_BELOW)) {
      var limits = ConfidenceSet.of(estimate.interval(LEVEL));
      return new CompliersEffect(effect, firstStageF, limits, estimate.pValue(), Method.WALD);
    }
    return new CompliersEffect(
        effect,
        firstStageF,
        outcomeOverJoined.fieller(LEVEL),
        outcomeOverJoined.pValueOfZero(),
        Method.ANDERSON_RUBIN);
  }

  /** Satterthwaite's, for the difference of the arms' means of Y - effect D. */
  private static double degreesOfFreedom(
      CrossMoments treated, CrossMoments control, double effect) {
    return TwoSample.difference(residual(treated, effect), residual(control, effect))
        .degreesOfFreedom();
  }

  private static Estimate residual(CrossMoments arm, double effect) {
    double variance = arm.varianceOf(1, -effect);
    return new Estimate(0, Math.sqrt(variance / arm.count()), (double) (arm.count() - 1));
  }

  private static double perCustomer(CrossMoments arm, int i, int j) {
    return arm.covariance(i, j) / arm.count();
  }

  /** No effect, for this reason. */
  static CompliersEffect unmeasured(Unmeasured reason) {
    return new CompliersEffect(
        reason, OptionalDouble.empty(), ConfidenceSet.EVERYTHING, 1, Method.NONE);
  }
}
