package dev.cohortium.stats;

/**
 * The difference of two arms' means with Welch's standard error: the intention to treat.
 *
 * <p>Value = mean(treated) - mean(control), variance = s1²/n1 + s0²/n0 (Neyman's, which does not
 * understate in expectation; intervals of skewed metrics in unequal arms may still cover too
 * seldom), degrees of freedom by Satterthwaite. In units of the metric.
 *
 * @see <a href="https://doi.org/10.1093/biomet/34.1-2.28">Welch 1947</a>
 */
public final class TwoSample {
  private TwoSample() {}

  /**
   * The difference of the means; unmeasured where an arm has fewer than 2 customers, or neither arm
   * varies.
   */
  public static Measurement of(Moments treated, Moments control) {
    return TooFew.arms(treated.count(), control.count(), 2)
        .<Measurement>map(few -> few)
        .orElseGet(
            () -> TooFew.orConstant(difference(treated.meanEstimate(), control.meanEstimate())));
  }

  /** The mean of the treated over that of the control, of at least 2 customers each. */
  public static Quotient treatedOverControl(Moments treated, Moments control) {
    return Quotient.independent(treated.meanEstimate(), control.meanEstimate());
  }

  /** The difference of two independent estimates: variances add, degrees of freedom by Welch. */
  static Estimate difference(Estimate treated, Estimate control) {
    return Estimate.sum(new double[] {1, -1}, treated, control);
  }
}
