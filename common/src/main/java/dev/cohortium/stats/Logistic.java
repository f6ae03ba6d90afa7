package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Optional;

/**
 * A logistic regression with an intercept: the propensity score.
 *
 * <p>A {@link LogisticFit} with its rows; {@link #isSeparated()} and {@link #likelihood()} say
 * whether a prior was needed. Factors are dummy columns, which the caller makes.
 *
 * @see <a href="https://doi.org/10.1093/biomet/70.1.41">Rosenbaum, Rubin 1983</a>
 */
public final class Logistic implements Score {
  private final boolean[] treated;
  private final double[] weights;
  private final double[][] standardised;
  private final LogisticFit fit;

  private Logistic(double[][] rows, boolean[] treated, double[] weights) {
    this.treated = treated;
    this.weights = weights;
    double[] outcomes = new double[rows.length];
    Arrays.setAll(outcomes, i -> treated[i] ? 1 : 0);
    Gram gram = Gram.of(rows, outcomes, weights);
    Standard standard = gram.standard(gram.independent());
    standardised = new double[rows.length][];
    Arrays.setAll(standardised, i -> standard.withIntercept(rows[i]));
    fit =
        LogisticFit.of(
            gram, place -> LogisticState.ofStandardised(standardised, treated, weights, place));
  }

  /** The regression of rows that count alike. */
  public static Logistic of(double[][] rows, boolean[] treated) {
    return of(rows, treated, Vectors.ones(rows.length));
  }

  /**
   * The regression of weighted rows.
   *
   * @param rows covariates of each unit, without the intercept
   * @param weights above 0; a weight of 2 counts as two rows
   * @throws IllegalArgumentException if lengths differ, a number is not finite, a weight is not
   *     above 0, or all units are treated or none is
   * @throws IllegalStateException if the search does not end in spite of a prior
   */
  public static Logistic of(double[][] rows, boolean[] treated, double[] weights) {
    Arguments.sameLength("treated", treated.length, "rows", rows.length);
    if (rows.length > 0) {
      Arms.bothIn(treated);
    }
    return new Logistic(rows, treated.clone(), weights.clone());
  }

  /**
   * The same, for units that nobody looked at before; empty where all are treated or none is, as in
   * a stratum of few.
   *
   * @throws IllegalArgumentException if lengths differ, a number is not finite, or a weight is not
   *     above 0
   */
  public static Optional<Logistic> ofBothArms(
      double[][] rows, boolean[] treated, double[] weights) {
    Arguments.sameLength("treated", treated.length, "rows", rows.length);
    int count = Arms.treated(treated);
    return count == 0 || count == treated.length
        ? Optional.empty()
        : Optional.of(of(rows, treated, weights));
  }

  /** The regression without its rows. */
  public LogisticFit fit() {
    return fit;
  }

  /** What came of the likelihood alone; not maximised: a prior was needed. */
  public LogisticFit.Likelihood likelihood() {
    return fit.likelihood();
  }

  /** Whether a prior was needed because columns tell treated from controls without error. */
  public boolean isSeparated() {
    return fit.likelihood() == LogisticFit.Likelihood.SEPARATED;
  }

  /** The columns whose coefficients cannot be told. */
  public int[] aliased() {
    return fit.aliased();
  }

  /** The coefficients: the intercept, then one of each column in its own unit; 0 where aliased. */
  public double[] coefficients() {
    return fit.coefficients();
  }

  /** A coefficient with its error by the information, of the prior too where there is one. */
  public Measurement coefficient(int coefficient) {
    return fit.coefficient(coefficient);
  }

  /** The logit of each row's probability. */
  @Override
  public double[] logits() {
    double[] logits = new double[treated.length];
    Arrays.setAll(logits, i -> fit.logitOfStandardised(standardised[i]));
    return logits;
  }

  /** The probability of treatment of each row. */
  public double[] probabilities() {
    return Arrays.stream(logits()).map(LogisticState::probability).toArray();
  }

  /** The logit of a row's probability. */
  public double logit(double[] row) {
    return fit.logit(row);
  }

  /** Which rows are treated. */
  @Override
  public boolean[] treated() {
    return treated.clone();
  }

  /** The rows' weights. */
  @Override
  public double[] weights() {
    return weights.clone();
  }

  /**
   * What the estimated score adds to each row's influence on an estimate.
   *
   * @param slopes the estimate's derivative by each row's logit
   */
  @Override
  public double[] influences(double[] slopes) {
    double[] slope = new double[fit.rank()];
    for (int i = 0; i < slopes.length; i++) {
      for (int j = 0; j < slope.length; j++) {
        slope[j] += slopes[i] * standardised[i][j];
      }
    }
    double[] direction = fit.times(slope);
    double share = fit.priorShare(direction);
    double[] logits = logits();
    double[] influences = new double[treated.length];
    Arrays.setAll(
        influences,
        i ->
            LogisticState.product(direction, standardised[i])
                    * weights[i]
                    * LogisticState.surprise(treated[i], logits[i])
                - share);
    return influences;
  }

  /**
   * The probability that a treated unit's score is above a control's, half where they tie: 0.5
   * tells nothing, 1 tells all.
   */
  public double auc() {
    double[] logits = logits();
    int[] order = ScoreOrder.rows("logits", logits);
    double controlsBelow = 0;
    double won = 0;
    double treatedInAll = 0;
    for (int start = 0; start < order.length; ) {
      double tiedTreated = 0;
      double tiedControls = 0;
      int end = start;
      for (; end < order.length && logits[order[end]] == logits[order[start]]; end++) {
        if (treated[order[end]]) {
          tiedTreated += weights[order[end]];
        } else {
          tiedControls += weights[order[end]];
        }
      }
      won += tiedTreated * (controlsBelow + tiedControls / 2);
      controlsBelow += tiedControls;
      treatedInAll += tiedTreated;
      start = end;
    }
    return won / treatedInAll / controlsBelow;
  }
}
