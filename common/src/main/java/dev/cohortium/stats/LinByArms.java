package dev.cohortium.stats;

/**
 * Lin's adjustment by one covariate from sums that add, in two passes over the customers.
 *
 * <p>With one covariate the regression on treatment, covariate and their product is a line in each
 * arm, read at the covariate's mean over both. The second pass adds up {@link Line#variance} over
 * an arm's customers: HC2's share of the arm. Value and error are those of {@link Lin} of one
 * column; degrees of freedom are Satterthwaite's of the arms' n_a - 2, since a small arm's line is
 * not known the better for a large one beside it.
 *
 * @param treated the line of the treated
 * @param control the line of the control
 * @see <a href="https://doi.org/10.1214/12-AOAS583">Lin 2013</a>
 */
public record LinByArms(Line treated, Line control) {
  private static final int COEFFICIENTS = 2;

  /**
   * The line of an arm.
   *
   * @param customers of the arm
   * @param mean of the covariate in the arm
   * @param scatter sum of (x - mean)²; 0: the covariate tells nothing
   * @param level of the metric at the mean
   * @param slope of the metric on the covariate
   * @param at the covariate's mean over both arms, where the line is read
   */
  public record Line(
      long customers, double mean, double scatter, double level, double slope, double at) {

    private static Line of(CrossMoments arm, double at) {
      double scatter = arm.covariance(1, 1) * (arm.count() - 1);
      double slope = scatter == 0 ? 0 : arm.covariance(0, 1) / arm.covariance(1, 1);
      return new Line(arm.count(), arm.mean(1), scatter, arm.mean(0), slope, at);
    }

    private double value() {
      return level + slope * (at - mean);
    }

    private Estimate estimate(double variance) {
      return new Estimate(value(), Math.sqrt(variance), customers - (double) COEFFICIENTS);
    }

    /** What a customer adds to the variance: (w e)² / (1 - h). */
    public double variance(double outcome, double covariate) {
      double away = covariate - mean;
      double residual = outcome - level - slope * away;
      double pull = scatter == 0 ? 0 : away / scatter;
      double weight = 1.0 / customers + (at - mean) * pull;
      double free = 1 - 1.0 / customers - away * pull;
      return weight * weight * residual * residual / free;
    }
  }

  /**
   * The lines of two arms.
   *
   * @param treated metric (variable 0) and covariate (1) of at least 2 customers
   * @param control the same
   * @throws IllegalArgumentException if an arm has fewer than 2 customers
   */
  public static LinByArms of(CrossMoments treated, CrossMoments control) {
    double at = treated.plus(control).mean(1);
    return new LinByArms(Line.of(treated, at), Line.of(control, at));
  }

  /**
   * The treated's line over the control's, both read at the covariate's mean over both arms.
   *
   * @param treatedVariance {@link Line#variance} summed over the treated
   * @param controlVariance the same of the control
   */
  public Quotient treatedOverBaseline(double treatedVariance, double controlVariance) {
    return new Quotient(
        treated.value(),
        control.value(),
        treatedVariance,
        controlVariance,
        0,
        Double.POSITIVE_INFINITY);
  }

  /**
   * The effect of treatment; unmeasured where an arm has no more than 2 customers.
   *
   * @param treatedVariance {@link Line#variance} summed over the treated
   * @param controlVariance the same of the control
   */
  public Measurement effect(double treatedVariance, double controlVariance) {
    boolean isFew = Math.min(treated.customers(), control.customers()) <= COEFFICIENTS;
    if (isFew || !Double.isFinite(treatedVariance + controlVariance)) {
      return new Unmeasured("There are too few customers to adjust by what they did before.");
    }
    return TooFew.orConstant(
        TwoSample.difference(treated.estimate(treatedVariance), control.estimate(controlVariance)));
  }
}
