package dev.cohortium.stats;

import dev.cohortium.stats.InverseProbability.Truncation;
import java.util.Arrays;
import java.util.Optional;

/**
 * The effect on the treated by a linear regression of the controls' outcome, whose errors the odds
 * of treatment balance (augmented inverse probability weighting): right where the score or the
 * regression is.
 *
 * <p>In units of the outcome. Its error knows that score and regression were estimated, and holds
 * if one of them is wrong. Unmeasured where a covariate varies but not among the controls, for then
 * the regression cannot tell what the treated would have done, and with no more controls than
 * coefficients.
 *
 * @see <a href="https://doi.org/10.1080/01621459.1994.10476818">Robins, Rotnitzky, Zhao 1994</a>
 */
public final class Aipw {
  private final ClusteredMean effect;
  private final ClusteredMean outcomeRegression;
  private final EffectiveSampleSize controls;

  private Aipw(Score score, double[][] rows, double[] outcomes, Truncation truncation) {
    boolean[] treated = score.treated();
    OddsWeights odds = OddsWeights.of(score, truncation);
    Arms weighted = new Arms(treated, odds.weights());
    controls = weighted.controls();
    int[] controlRows = Arms.rows(treated, Arms.Arm.CONTROLS);
    Optional<Unmeasured> none = Arms.tooFew(treated);
    if (none.isPresent()) {
      effect = ClusteredMean.unmeasured(none.get());
      outcomeRegression = effect;
      return;
    }
    LeastSquares regression =
        LeastSquares.of(
            Arms.pick(rows, controlRows),
            Arms.pick(outcomes, controlRows),
            Arms.pick(score.weights(), controlRows));
    none = untold(Gram.of(rows, outcomes), regression, controlRows.length);
    if (none.isPresent()) {
      effect = ClusteredMean.unmeasured(none.get());
      outcomeRegression = effect;
      return;
    }
    double[] residuals = new double[outcomes.length];
    Arrays.setAll(residuals, i -> outcomes[i] - regression.fitted(rows[i]));

    double[] influences = weighted.influences(residuals);
    double[] slopes = new double[influences.length];
    Arrays.setAll(slopes, i -> odds.slope(i) * influences[i]);
    double[] ofScore = score.influences(slopes);
    Arrays.setAll(influences, i -> influences[i] + ofScore[i]);
    add(influences, regression, controlRows, apart(rows, weighted, treated.length));
    effect =
        ClusteredMean.ofEvery(weighted.difference(residuals), influences, weighted.sizes(outcomes));

    outcomeRegression =
        regressed(score, rows, residuals, regression, controlRows, weighted.sizes(outcomes));
  }

  /** Why the controls' regression cannot tell what the treated would have done. */
  private static Optional<Unmeasured> untold(Gram all, LeastSquares regression, int controls) {
    if (all.aliased().length < regression.aliased().length) {
      return Optional.of(
          new Unmeasured(
              "A covariate that varies among the treated does not among the "
                  + controls
                  + " controls, so they cannot tell what the treated would have done."));
    }
    return TooFew.controls(controls, all.columns() - regression.aliased().length + 1);
  }

  /** The mean residual of the treated, which are those of a regression of the controls. */
  private static ClusteredMean regressed(
      Score score,
      double[][] rows,
      double[] residuals,
      LeastSquares regression,
      int[] controlRows,
      double[] sizes) {
    boolean[] treated = score.treated();
    Arms arms = new Arms(treated, score.weights());
    double value = arms.mean(residuals, Arms.Arm.TREATED);
    double[] influences = new double[residuals.length];
    double[] direction = new double[rows[0].length + 1];
    for (int unit : Arms.rows(treated, Arms.Arm.TREATED)) {
      influences[unit] = arms.share(unit) * (residuals[unit] - value);
      move(direction, rows[unit], -arms.share(unit));
    }
    add(influences, regression, controlRows, direction);
    return ClusteredMean.ofEvery(value, influences, sizes);
  }

  /** How the effect changes with the regression's coefficients. */
  private static double[] apart(double[][] rows, Arms arms, int units) {
    double[] direction = new double[rows[0].length + 1];
    for (int i = 0; i < units; i++) {
      move(direction, rows[i], -arms.share(i));
    }
    return direction;
  }

  private static void move(double[] direction, double[] row, double share) {
    direction[0] += share;
    for (int j = 0; j < row.length; j++) {
      direction[j + 1] += share * row[j];
    }
  }

  private static void add(
      double[] influences, LeastSquares regression, int[] controlRows, double[] direction) {
    double[] ofRegression = regression.influences(direction);
    for (int i = 0; i < controlRows.length; i++) {
      influences[controlRows[i]] += ofRegression[i];
    }
  }

  /**
   * The comparison of the units of {@code score}, with its weights.
   *
   * @param covariates of each unit, for the regression
   * @param outcomes one of each unit
   * @throws IllegalArgumentException if lengths differ or a number is not finite
   */
  public static Aipw of(
      Score score, double[][] covariates, double[] outcomes, Truncation truncation) {
    Arguments.sameLength("covariates", covariates.length, "score", score.treated().length);
    Arguments.sameLength("outcomes", outcomes.length, "score", score.treated().length);
    Arguments.finite("outcomes", outcomes);
    Gram.columns(covariates);
    return new Aipw(score, covariates, outcomes, truncation);
  }

  /** The doubly robust effect. */
  public ClusteredMean effect() {
    return effect;
  }

  /** The effect by the regression of the controls alone, right where that is. */
  public ClusteredMean outcomeRegression() {
    return outcomeRegression;
  }

  /** The effective number of controls. */
  public EffectiveSampleSize controls() {
    return controls;
  }
}
