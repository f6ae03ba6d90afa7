package dev.cohortium.stats;

import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * Adjusts a randomised comparison for the same customers' metrics before the offer (CUPED).
 *
 * <p>One theta for both arms and all strata, the one of least variance: (sum_s w_s² sum_a S_sa(x,
 * x) / n_sa)⁺ (sum_s w_s² sum_a S_sa(x, y) / n_sa), where w_s is the stratum's share of the
 * customers and ⁺ the pseudo-inverse, so that covariates that are constant or repeat one another do
 * no harm. Effect = sum_s w_s times the difference of mean(y) - theta' mean(x), in units of the
 * metric. Without any variance in x theta is 0 and the result equals {@link TwoSample}. A theta of
 * each stratum's own would promise less variance and not keep it: fitted to 5 controls it tells the
 * error a quarter too small, and more strata do not help.
 *
 * <p>V = sum_s w_s² sum_a s²_sa(y - theta' x) / n_sa is the large-sample variance ({@link
 * #largeSampleEffect}), never above the unadjusted one, with Satterthwaite's degrees of freedom. It
 * takes theta as known and covers too seldom in small arms with several covariates, or where one
 * small arm decides theta ({@link #degreesOfFreedom}). The effect departs from it: of N customers
 * in S strata and k directions that the covariates span, V ((N - 2 S) / (N - 2 S - k))², once for
 * the residuals that theta was fitted to and once for theta's own error, and at most N - 2 S - k
 * degrees of freedom. With few customers it may therefore be wider than without adjustment: in one
 * stratum with k + 2 in each arm, the fewest allowed, V is up to ((2 k + 2) / (k + 2))² times as
 * large, the error nearly twice.
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
  private final StratifiedArms arms;

  private Cuped(Fit fit, StratifiedArms arms) {
    this.arms = arms;
    theta = fit.theta;
    StratifiedArm treated = arms.treated();
    StratifiedArm control = arms.control();
    double free = treated.customers() + control.customers() - 2.0 * arms.strata();
    double left = free - fit.rank;
    inflation = free / left;
    Estimate adjusted =
        TwoSample.difference(adjustedMean(treated, theta), adjustedMean(control, theta));
    largeSample = adjusted;
    difference =
        new Estimate(
            adjusted.value(),
            adjusted.stdError() * inflation,
            Math.min(adjusted.degreesOfFreedom(), left));
  }

  private Cuped(Unmeasured few, StratifiedArms arms) {
    this.arms = arms;
    theta = new double[arms.variables() - 1];
    inflation = 1;
    largeSample = few;
    difference = few;
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
    Arguments.sameLength("control", control.variables(), "treated", treated.variables());
    return of(StratifiedArms.of(List.of(StratifiedArms.Stratum.of(treated, control))));
  }

  /**
   * The same over strata, of which those count that have 2 customers in each arm.
   *
   * @throws IllegalArgumentException if there is no covariate
   */
  public static Cuped of(StratifiedArms arms) {
    Arguments.atLeast("treated.variables", arms.variables(), 2);
    return arms.few(arms.variables() + 1L)
        .map(few -> new Cuped(few, arms))
        .orElseGet(() -> new Cuped(fit(arms), arms));
  }

  /** The weights of the covariates, one each. */
  public double[] theta() {
    return theta.clone();
  }

  /**
   * What tells theta: the fewest degrees of freedom, Satterthwaite's, of a covariate's difference;
   * 0 where the effect is unmeasured. Arms and strata count by what they add to theta, so that one
   * small arm of a large stratum decides.
   */
  public double degreesOfFreedom() {
    return largeSample instanceof Estimate
        ? IntStream.rangeClosed(1, theta.length)
            .mapToDouble(
                i ->
                    TwoSample.difference(
                            arms.treated().meanEstimate(i), arms.control().meanEstimate(i))
                        .degreesOfFreedom())
            .min()
            .orElseThrow()
        : 0;
  }

  /** The adjusted difference of the arms. */
  public Measurement effect() {
    return orConstant(difference);
  }

  /** The same difference with the large-sample error, as references publish it. */
  public Measurement largeSampleEffect() {
    return orConstant(largeSample);
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
   * The mean of the treated over mean(treated) - effect, with their large-sample errors.
   *
   * @throws java.util.NoSuchElementException if the effect is unmeasured
   */
  public Quotient treatedOverBaseline() {
    return treatedOverBaseline(largeSample.estimate().orElseThrow(), 1);
  }

  private Quotient treatedOverBaseline(Estimate effect, double widened) {
    StratifiedArm treated = arms.treated();
    // B = mean_0(y) + theta' (mean_1(x) - mean_0(x)): no differences of variances.
    double[] predicted = weights(0, theta, 1);
    double covariance = 0;
    for (int i = 0; i < theta.length; i++) {
      covariance += theta[i] * treated.covariance(0, i + 1);
    }
    covariance *= widened;
    double variance = widened * treated.covariance(0, 0);
    double baselineVariance =
        widened * (treated.variance(predicted) + arms.control().variance(weights(1, theta, -1)));
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
  private static Estimate adjustedMean(StratifiedArm arm, double[] theta) {
    double[] terms = weights(1, theta, -1);
    double mean = 0;
    for (int i = 0; i < terms.length; i++) {
      mean += terms[i] * arm.mean(i);
    }
    return arm.estimate(mean, terms);
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

  private static Fit fit(StratifiedArms arms) {
    int covariates = arms.variables() - 1;
    double[] scale = new double[covariates];
    for (int i = 0; i < covariates; i++) {
      double variance = covariance(arms, i + 1, i + 1);
      double level = Math.hypot(arms.treated().size(i + 1), arms.control().size(i + 1));
      double stdError = Rounding.without(Math.sqrt(variance), level);
      scale[i] = stdError > 0 ? 1 / stdError : 0;
    }
    // Correlations, so that units of the covariates do not decide what counts as a direction.
    var correlations = new Array2DRowRealMatrix(covariates, covariates);
    double[] withOutcome = new double[covariates];
    for (int i = 0; i < covariates; i++) {
      withOutcome[i] = covariance(arms, 0, i + 1) * scale[i];
      for (int j = 0; j < covariates; j++) {
        correlations.setEntry(i, j, covariance(arms, i + 1, j + 1) * scale[i] * scale[j]);
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

  /** The covariance of two variables' differences of the arms. */
  private static double covariance(StratifiedArms arms, int i, int j) {
    return arms.treated().covariance(i, j) + arms.control().covariance(i, j);
  }
}
