package dev.cohortium.stats;

import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * Adjusts a randomised comparison for the same customers' metrics before the offer (CUPED).
 *
 * <p>One theta for both arms, the one of least variance: (sum_a S_a(x, x) / n_a)⁺ (sum_a S_a(x, y)
 * / n_a), where ⁺ is the pseudo-inverse, so that covariates that are constant or repeat one another
 * do no harm. Effect = difference of mean(y) - theta' mean(x), in units of the metric. Without any
 * variance in x theta is 0 and the result equals {@link TwoSample}.
 *
 * <p>V = sum_a s²_a(y - theta' x) / n_a is the large-sample variance ({@link #largeSampleEffect}),
 * never above the unadjusted one, with Satterthwaite's degrees of freedom. It takes theta as known
 * and covers too seldom in small arms with several covariates. The effect departs from it: of N
 * customers and k directions that the covariates span, V ((N - 2) / (N - 2 - k))², once for the
 * residuals that theta was fitted to and once for theta's own error, and at most N - 2 - k degrees
 * of freedom. With few customers it may therefore be wider than without adjustment: with k + 2 in
 * each arm, the fewest allowed, V is up to ((2 k + 2) / (k + 2))² times as large, the error nearly
 * twice.
 *
 * @see <a href="https://doi.org/10.1145/2433396.2433413">Deng, Xu, Kohavi, Walker 2013</a>
 */
public final class Cuped {
  /** Of the largest eigenvalue of the correlations: a direction below it is rounding. */
  private static final double RANK = 1e-10;

  private final double[] theta;
  private final double inflation;
  private final Measurement largeSample;
  private final Measurement difference;
  private final CrossMoments treated;
  private final CrossMoments control;

  private Cuped(Fit fit, CrossMoments treated, CrossMoments control) {
    theta = fit.theta;
    double free = treated.count() + control.count() - 2.0;
    double left = free - fit.rank;
    inflation = free / left;
    Estimate plain =
        TwoSample.difference(adjustedMean(treated, theta), adjustedMean(control, theta));
    largeSample = plain;
    difference =
        new Estimate(
            plain.value(), plain.stdError() * inflation, Math.min(plain.degreesOfFreedom(), left));
    this.treated = treated;
    this.control = control;
  }

  private Cuped(Unmeasured few, CrossMoments treated, CrossMoments control) {
    theta = new double[treated.variables() - 1];
    inflation = 1;
    largeSample = few;
    difference = few;
    this.treated = treated;
    this.control = control;
  }

  /** The weights of the covariates, and how many directions they span. */
  private static final class Fit {
    private final double[] theta;
    private final int rank;

    private Fit(double[] theta, int rank) {
      this.theta = theta;
      this.rank = rank;
    }
  }

  /**
   * The adjusted comparison; unmeasured where an arm has fewer customers than 2 more than there are
   * covariates, which leaves N - 2 - k above 0 too, or nothing varies once adjusted.
   *
   * @param treated metric after (variable 0) and covariates before (1..k) of each customer
   * @param control the same
   * @throws IllegalArgumentException if there is no covariate, or arms differ in variables
   */
  public static Cuped of(CrossMoments treated, CrossMoments control) {
    Arguments.atLeast("treated.variables", treated.variables(), 2);
    Arguments.sameLength("control", control.variables(), "treated", treated.variables());
    int covariates = treated.variables() - 1;
    var few = TooFew.arms(treated.count(), control.count(), covariates + 2L);
    return few.isPresent()
        ? new Cuped(few.get(), treated, control)
        : new Cuped(fit(treated, control), treated, control);
  }

  /** The weights of the covariates, one each. */
  public double[] theta() {
    return theta.clone();
  }

  /** The adjusted difference of the arms. */
  public Measurement effect() {
    return orConstant(difference);
  }

  /** The same difference with the large-sample error, as references publish it. */
  public Measurement largeSampleEffect() {
    return orConstant(largeSample);
  }

  /** The same difference with the large-sample error, which is 0 where nothing varies. */
  Measurement largeSampleDifference() {
    return largeSample;
  }

  private static Measurement orConstant(Measurement measurement) {
    return measurement instanceof Estimate estimate ? TooFew.orConstant(estimate) : measurement;
  }

  /**
   * The adjusted effect relative to mean(treated) - effect, with their covariance; all variances
   * are widened as the effect's is.
   */
  public RelativeEffect relativeEffect() {
    return effect() instanceof Estimate estimate
        ? RelativeEffect.of(treatedOverBaseline(estimate, inflation * inflation))
        : RelativeEffect.unmeasured(effect());
  }

  /**
   * The mean of the treated over mean(treated) - effect, with their large-sample errors; of arms
   * too small to adjust the plain means.
   */
  public Quotient treatedOverBaseline() {
    Estimate effect =
        largeSample instanceof Estimate estimate
            ? estimate
            : Estimate.normal(treated.mean(0) - control.mean(0), 0);
    return treatedOverBaseline(effect, 1);
  }

  private Quotient treatedOverBaseline(Estimate effect, double widened) {
    // B = mean_0(y) + theta' (mean_1(x) - mean_0(x)): no differences of variances.
    double[] predicted = weights(0, theta, 1);
    double covariance = 0;
    for (int i = 0; i < theta.length; i++) {
      covariance += theta[i] * treated.covariance(0, i + 1) / treated.count();
    }
    covariance *= widened;
    double variance = widened * treated.covariance(0, 0) / treated.count();
    double baselineVariance =
        widened
            * (treated.varianceOf(predicted) / treated.count()
                + control.varianceOf(weights(1, theta, -1)) / control.count());
    double most = Math.sqrt(variance) * Math.sqrt(baselineVariance);
    return new Quotient(
        treated.mean(0),
        treated.mean(0) - effect.value(),
        variance,
        baselineVariance,
        Math.max(-most, Math.min(most, covariance)),
        effect.degreesOfFreedom());
  }

  /** The mean of y - theta' x with its error. */
  private static Estimate adjustedMean(CrossMoments arm, double[] theta) {
    double[] terms = weights(1, theta, -1);
    double deviation = Math.sqrt(arm.varianceOf(terms));
    double mean = 0;
    for (int i = 0; i < terms.length; i++) {
      terms[i] *= arm.mean(i);
      mean += terms[i];
    }
    double stdError = Rounding.without(deviation, terms) / Math.sqrt((double) arm.count());
    return new Estimate(mean, stdError, (double) (arm.count() - 1));
  }

  /** Weights of outcome and covariates: first, then sign times theta. */
  private static double[] weights(double first, double[] theta, double sign) {
    double[] weights = new double[theta.length + 1];
    weights[0] = first;
    for (int i = 0; i < theta.length; i++) {
      weights[i + 1] = sign * theta[i];
    }
    return weights;
  }

  private static Fit fit(CrossMoments treated, CrossMoments control) {
    int covariates = treated.variables() - 1;
    double[] scale = new double[covariates];
    for (int i = 0; i < covariates; i++) {
      double variance = pooled(treated, control, i + 1, i + 1);
      double level = Math.hypot(treated.mean(i + 1), control.mean(i + 1));
      double stdError = Rounding.without(Math.sqrt(variance), level);
      scale[i] = stdError > 0 ? 1 / stdError : 0;
    }
    // Correlations, so that units of the covariates do not decide what counts as a direction.
    var correlations = new Array2DRowRealMatrix(covariates, covariates);
    double[] withOutcome = new double[covariates];
    for (int i = 0; i < covariates; i++) {
      withOutcome[i] = pooled(treated, control, 0, i + 1) * scale[i];
      for (int j = 0; j < covariates; j++) {
        correlations.setEntry(i, j, pooled(treated, control, i + 1, j + 1) * scale[i] * scale[j]);
      }
    }
    var eigen = new EigenDecompositionSymmetric(correlations);
    double[] theta = new double[covariates];
    int rank = 0;
    for (int direction = 0; direction < covariates; direction++) {
      double size = eigen.getEigenvalue(direction);
      if (size > RANK * eigen.getEigenvalue(0)) {
        rank++;
        var vector = eigen.getEigenvector(direction);
        double share = 0;
        for (int i = 0; i < covariates; i++) {
          share += vector.getEntry(i) * withOutcome[i] / size;
        }
        for (int i = 0; i < covariates; i++) {
          theta[i] += vector.getEntry(i) * share * scale[i];
        }
      }
    }
    return new Fit(theta, rank);
  }

  private static double pooled(CrossMoments treated, CrossMoments control, int i, int j) {
    return treated.covariance(i, j) / treated.count() + control.covariance(i, j) / control.count();
  }
}
