package dev.cohortium.stats;

import java.util.Arrays;

/**
 * The effect on the treated, controls given those weights nearest to equal ones by entropy whose
 * means of every covariate are exactly the treated's.
 *
 * <p>In units of the outcome. Weights are exp(lambda'x), as an {@link EntropySearch} finds them. A
 * covariate that is constant, or that others explain among all units, is balanced as it is. Right
 * where outcome or log odds of treatment are linear in the covariates. Unmeasured if no weights
 * balance: the treated's means lie outside of what the controls span; or with no more controls than
 * covariates and one. Its error knows that the weights were estimated, and is too small where they
 * collapse on a handful of controls: ask {@link #controls()}.
 *
 * @see <a href="https://doi.org/10.1093/pan/mpr025">Hainmueller 2012</a>
 * @see <a href="https://doi.org/10.1515/jci-2016-0010">Zhao, Percival 2017</a>
 */
public final class EntropyBalancing {
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
   * balance: then it has no weights, lambda is 0, imbalance 1 and the effective size 0.
   *
   * @param rows covariates of each unit, without the intercept
   * @throws IllegalArgumentException if lengths differ or a number is not finite
   */
  public static EntropyBalancing of(double[][] rows, boolean[] treated, double[] outcomes) {
    int columns = Gram.columns(rows);
    Arguments.sameLength("treated", treated.length, "rows", rows.length);
    Arguments.sameLength("outcomes", outcomes.length, "rows", rows.length);
    Arguments.finite("outcomes", outcomes);
    int[] controlRows = Arms.rows(treated, Arms.Arm.CONTROLS);
    EntropySearch search =
        EntropySearch.of(arm(rows, Arms.rows(treated, Arms.Arm.TREATED)), arm(rows, controlRows));
    while (!search.isOver()) {
      EntropyState.Sum sum = search.sum();
      for (int row : controlRows) {
        sum.add(rows[row], 1);
      }
      search = search.next(sum.state());
    }
    if (search.unmeasured().isPresent()) {
      return unmeasured(search.unmeasured().get(), columns);
    }
    EntropyFit fit = search.fit().orElseThrow();
    double[] weights = new double[treated.length];
    Arrays.fill(weights, 1.0 / (treated.length - controlRows.length));
    for (int row : controlRows) {
      weights[row] = fit.weight(rows[row]);
    }
    Arms arms = new Arms(treated, weights);
    double value = arms.difference(outcomes);
    return new EntropyBalancing(
        weights,
        fit.lambda(),
        fit.imbalance(),
        ClusteredMean.ofEvery(
            value, influences(arms, rows, treated, outcomes), arms.sizes(outcomes)),
        ClusteredMean.ofEvery(value, arms.influences(outcomes), arms.sizes(outcomes)),
        arms.controls());
  }

  private static EntropyBalancing unmeasured(Unmeasured reason, int columns) {
    ClusteredMean effect = ClusteredMean.unmeasured(reason);
    return new EntropyBalancing(
        new double[0], new double[columns], 1, effect, effect, new EffectiveSampleSize(0, 0, 0));
  }

  private static Gram arm(double[][] rows, int[] places) {
    Gram.Sum sum = new Gram.Sum(rows[0].length);
    for (int row : places) {
      sum.add(rows[row], 0, 1);
    }
    return sum.gram();
  }

  /**
   * The influences with the weights' own: a unit counts by what the weighted controls' regression
   * leaves of its outcome.
   */
  private static double[] influences(
      Arms arms, double[][] rows, boolean[] treated, double[] outcomes) {
    int[] controlRows = Arms.rows(treated, Arms.Arm.CONTROLS);
    // A weight may be so small that it is 0: the smallest number above it instead.
    double[] positive = new double[controlRows.length];
    Arrays.setAll(positive, i -> Math.max(-arms.share(controlRows[i]), Double.MIN_NORMAL));
    LeastSquares regression =
        LeastSquares.of(Arms.pick(rows, controlRows), Arms.pick(outcomes, controlRows), positive);
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

  /** How fast a control's log weight grows with each covariate; 0 where aliased or unmeasured. */
  public double[] lambda() {
    return lambda.clone();
  }

  /** The largest difference of means that is left, in deviations of all units; 1 if unmeasured. */
  public double imbalance() {
    return imbalance;
  }

  /** The effective number of controls. */
  public EffectiveSampleSize controls() {
    return controls;
  }
}
