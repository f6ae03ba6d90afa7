package dev.cohortium.stats;

import java.util.Arrays;

/**
 * The effect on the treated, controls given those weights nearest to equal ones by entropy whose
 * means of every covariate are exactly the treated's.
 *
 * <p>In units of the outcome. Weights are exp(lambda'x), lambda by Newton's method on the convex
 * dual, on standardised columns. A covariate that is constant, or that others explain among all
 * units, is balanced as it is. Right where outcome or log odds of treatment are linear in the
 * covariates. Unmeasured if no weights balance: the treated's means lie outside of what the
 * controls span; or with no more controls than covariates and one. Its error knows that the weights
 * were estimated, and is too small where they collapse on a handful of controls: ask {@link
 * #controls()}.
 *
 * @see <a href="https://doi.org/10.1093/pan/mpr025">Hainmueller 2012</a>
 * @see <a href="https://doi.org/10.1515/jci-2016-0010">Zhao, Percival 2017</a>
 */
public final class EntropyBalancing {
  private static final int MOST_STEPS = 100;
  private static final double BALANCED = 1e-12;
  private static final double FEASIBLE = 1e-8;

  private final double[] weights;
  private final double[] lambda;
  private final double imbalance;
  private final ClusteredMean effect;
  private final ClusteredMean withFixedWeights;
  private final EffectiveSampleSize controls;

  private EntropyBalancing(
      double[] weights,
      double[] lambda,
      double imbalance,
      ClusteredMean effect,
      ClusteredMean withFixedWeights,
      EffectiveSampleSize controls) {
    this.weights = weights;
    this.lambda = lambda;
    this.imbalance = imbalance;
    this.effect = effect;
    this.withFixedWeights = withFixedWeights;
    this.controls = controls;
  }

  /**
   * The comparison of treated and controls; unmeasured with too few in an arm or where no weights
   * balance.
   *
   * @param rows covariates of each unit, without the intercept
   * @throws IllegalArgumentException if lengths differ or a number is not finite
   */
  public static EntropyBalancing of(double[][] rows, boolean[] treated, double[] outcomes) {
    int columns = Gram.columns(rows);
    Arguments.sameLength("treated", treated.length, "rows", rows.length);
    Arguments.sameLength("outcomes", outcomes.length, "rows", rows.length);
    Arguments.finite("outcomes", outcomes);
    String reason = Arms.tooFew(treated);
    if (!reason.isEmpty()) {
      return unmeasured(reason, columns);
    }
    Gram all = Gram.of(rows, outcomes);
    Gram target = arm(rows, treated, Arms.Arm.TREATED);
    Gram gram = arm(rows, treated, Arms.Arm.CONTROLS);
    int[] controlRows = Arms.rows(treated, Arms.Arm.CONTROLS);
    int[] kept = gram.independent();
    reason = Arms.tooFewControls(controlRows.length, kept.length + 1);
    if (!reason.isEmpty()) {
      return unmeasured(reason, columns);
    }
    double[][] standardised = new double[controlRows.length][kept.length];
    for (int i = 0; i < standardised.length; i++) {
      for (int j = 0; j < kept.length; j++) {
        standardised[i][j] =
            target.away(kept[j], rows[controlRows[i]][kept[j]]) / gram.deviation(kept[j]);
      }
    }
    EntropyDual dual = new EntropyDual(standardised);
    Newton.Minimum least = Newton.minimise(dual, new double[kept.length], BALANCED, MOST_STEPS);
    double[] found = least.place();
    double[] balancing = dual.weights(found);
    double imbalance = 0;
    for (int column : all.independent()) {
      double mean = 0;
      for (int i = 0; i < balancing.length; i++) {
        mean += balancing[i] * target.away(column, rows[controlRows[i]][column]);
      }
      imbalance = Math.max(imbalance, Math.abs(mean) / all.deviation(column));
    }
    if (least.ending() != Newton.Ending.FOUND || !(imbalance <= FEASIBLE)) {
      return unmeasured(
          "No weights of the "
              + controlRows.length
              + " controls give them the covariate means of the treated.",
          columns);
    }
    double[] weights = new double[treated.length];
    Arrays.fill(weights, 1.0 / (treated.length - controlRows.length));
    for (int i = 0; i < controlRows.length; i++) {
      weights[controlRows[i]] = balancing[i];
    }
    double[] lambda = new double[columns];
    for (int j = 0; j < kept.length; j++) {
      lambda[kept[j]] = found[j] / gram.deviation(kept[j]);
    }
    Arms arms = new Arms(treated, weights);
    double value = arms.difference(outcomes);
    return new EntropyBalancing(
        weights,
        lambda,
        imbalance,
        ClusteredMean.ofEvery(
            value, influences(arms, rows, treated, outcomes, balancing), arms.sizes(outcomes)),
        ClusteredMean.ofEvery(value, arms.influences(outcomes), arms.sizes(outcomes)),
        arms.controls());
  }

  private static EntropyBalancing unmeasured(String reason, int columns) {
    ClusteredMean effect = ClusteredMean.unmeasured(reason);
    return new EntropyBalancing(
        new double[0], new double[columns], 1, effect, effect, new EffectiveSampleSize(0, 0, 0));
  }

  private static Gram arm(double[][] rows, boolean[] treated, Arms.Arm arm) {
    double[][] picked =
        Arrays.stream(Arms.rows(treated, arm)).mapToObj(i -> rows[i]).toArray(double[][]::new);
    return Gram.of(picked, new double[picked.length]);
  }

  /**
   * The influences with the weights' own: a unit counts by what the weighted controls' regression
   * leaves of its outcome.
   */
  private static double[] influences(
      Arms arms, double[][] rows, boolean[] treated, double[] outcomes, double[] balancing) {
    int[] controlRows = Arms.rows(treated, Arms.Arm.CONTROLS);
    double[][] controls =
        Arrays.stream(controlRows).mapToObj(i -> rows[i]).toArray(double[][]::new);
    double[] ofControls = Arrays.stream(controlRows).mapToDouble(i -> outcomes[i]).toArray();
    // A weight may be so small that it is 0: the smallest number above it instead.
    double[] positive = Arrays.stream(balancing).map(w -> Math.max(w, Double.MIN_NORMAL)).toArray();
    LeastSquares regression = LeastSquares.of(controls, ofControls, positive);
    double[] residuals = new double[outcomes.length];
    Arrays.setAll(residuals, i -> outcomes[i] - regression.fitted(rows[i]));
    return arms.influences(residuals);
  }

  /** The effect, its error that of estimated weights. */
  public ClusteredMean effect() {
    return effect;
  }

  /** The effect, its error that of known weights: usually the larger. */
  public ClusteredMean effectWithFixedWeights() {
    return withFixedWeights;
  }

  /** The weight of each unit, those of an arm sum to 1; none where unmeasured. */
  public double[] weights() {
    return weights.clone();
  }

  /** How fast a control's log weight grows with each covariate; 0 where aliased. */
  public double[] lambda() {
    return lambda.clone();
  }

  /** The largest difference of means that is left, in standard deviations of all units. */
  public double imbalance() {
    return imbalance;
  }

  /** The effective number of controls. */
  public EffectiveSampleSize controls() {
    return controls;
  }
}
