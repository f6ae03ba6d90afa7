package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A logistic regression with an intercept: the propensity score.
 *
 * <p>Maximum likelihood by iteratively reweighted least squares on standardised columns, until a
 * step is below 1e-10 standard errors. Where 30 steps do not come to that, treated and controls are
 * separated, and the slopes of the standardised columns get a normal prior with mean 0 and standard
 * deviation 2.5; {@link #isSeparated()} says so. Factors are dummy columns, which the caller makes.
 * Aliased columns (see {@link Gram}) have coefficient 0.
 *
 * @see <a href="https://doi.org/10.1093/biomet/71.1.1">Albert, Anderson 1984</a>
 * @see <a href="https://doi.org/10.1214/08-AOAS191">Gelman, Jakulin, Pittau, Su 2008</a>
 */
public final class Logistic {
  private static final int MOST_STEPS = 30;
  private static final int MOST_STEPS_WITH_PRIOR = 200;
  private static final double CONVERGED = 1e-10;
  private static final double PRIOR_DEVIATION = 2.5;

  private final boolean[] treated;
  private final double[] weights;
  private final Gram gram;
  private final int[] kept;
  private final double[][] standardised;
  private final LogisticLoss loss;
  private final boolean separated;
  private final double[] estimates;
  private final double[][] inverse;

  private Logistic(double[][] rows, boolean[] treated, double[] weights) {
    this.treated = treated;
    this.weights = weights;
    gram = Gram.of(rows, new double[rows.length], weights);
    kept = gram.independent();
    standardised = new double[rows.length][];
    Arrays.setAll(standardised, i -> standardise(rows[i]));
    double shortest = CONVERGED * Math.sqrt(gram.weight() / gram.n());
    double[] precisions = new double[kept.length + 1];
    LogisticLoss flat = new LogisticLoss(standardised, treated, weights, precisions.clone());
    Optional<double[]> likeliest = Newton.minimise(flat, start(), shortest, MOST_STEPS);
    separated = likeliest.isEmpty();
    Arrays.fill(precisions, 1, precisions.length, 1 / (PRIOR_DEVIATION * PRIOR_DEVIATION));
    loss = separated ? new LogisticLoss(standardised, treated, weights, precisions) : flat;
    estimates =
        likeliest
            .or(() -> Newton.minimise(loss, start(), shortest, MOST_STEPS_WITH_PRIOR))
            .orElseThrow(() -> new IllegalStateException("No convergence in spite of a prior."));
    inverse = Newton.inverse(loss.curvature(estimates));
  }

  /** The regression of rows that count alike. */
  public static Logistic of(double[][] rows, boolean[] treated) {
    double[] ones = new double[rows.length];
    Arrays.fill(ones, 1);
    return of(rows, treated, ones);
  }

  /**
   * The regression of weighted rows.
   *
   * @param rows covariates of each unit, without the intercept
   * @param weights above 0; a weight of 2 counts as two rows
   * @throws IllegalArgumentException if lengths differ, a number is not finite, a weight is not
   *     above 0, or all units are treated or none is
   */
  public static Logistic of(double[][] rows, boolean[] treated, double[] weights) {
    Arguments.sameLength("treated", treated.length, "rows", rows.length);
    int count = Arms.treated(treated);
    if (rows.length > 0 && (count == 0 || count == rows.length)) {
      throw new IllegalArgumentException(
          "treated holds "
              + count
              + " treated and "
              + (rows.length - count)
              + " controls, must hold both");
    }
    return new Logistic(rows, treated.clone(), weights.clone());
  }

  private double[] standardise(double[] row) {
    double[] standard = new double[kept.length + 1];
    standard[0] = 1;
    for (int j = 0; j < kept.length; j++) {
      standard[j + 1] = (row[kept[j]] - gram.mean(kept[j])) / gram.deviation(kept[j]);
    }
    return standard;
  }

  /** Intercept and no slopes: the odds of treatment. */
  private double[] start() {
    double share = 0;
    for (int i = 0; i < treated.length; i++) {
      share += treated[i] ? weights[i] / gram.weight() : 0;
    }
    double[] start = new double[kept.length + 1];
    start[0] = Math.log(share / (1 - share));
    return start;
  }

  /** Whether a prior was needed because columns tell treated from controls without error. */
  public boolean isSeparated() {
    return separated;
  }

  /** The columns whose coefficients cannot be told. */
  public int[] aliased() {
    return gram.aliased();
  }

  /** The coefficients: the intercept, then one of each column in its own unit; 0 where aliased. */
  public double[] coefficients() {
    double[] coefficients = new double[gram.columns() + 1];
    coefficients[0] = estimates[0];
    for (int j = 0; j < kept.length; j++) {
      coefficients[kept[j] + 1] = estimates[j + 1] / gram.deviation(kept[j]);
      coefficients[0] -= coefficients[kept[j] + 1] * gram.mean(kept[j]);
    }
    return coefficients;
  }

  /** A coefficient with its error by the information, of the prior too where there is one. */
  public Measurement coefficient(int coefficient) {
    if (coefficient < 0 || coefficient > gram.columns()) {
      throw new IllegalArgumentException(
          "coefficient is " + coefficient + ", must lie in 0.." + gram.columns());
    }
    if (coefficient > 0 && Arrays.binarySearch(kept, coefficient - 1) < 0) {
      return new Unmeasured(
          "Column "
              + (coefficient - 1)
              + " is constant or explained by those before it, so its coefficient cannot be told.");
    }
    double[] direction = new double[kept.length + 1];
    direction[0] = coefficient == 0 ? 1 : 0;
    for (int j = 0; j < kept.length; j++) {
      double inUnits = 1 / gram.deviation(kept[j]);
      direction[j + 1] =
          coefficient == 0
              ? -gram.mean(kept[j]) * inUnits
              : kept[j] == coefficient - 1 ? inUnits : 0;
    }
    double variance = LogisticLoss.product(direction, times(direction));
    return Estimate.normal(coefficients()[coefficient], Math.sqrt(variance));
  }

  private double[] times(double[] vector) {
    double[] result = new double[vector.length];
    Arrays.setAll(result, j -> LogisticLoss.product(inverse[j], vector));
    return result;
  }

  /** The logit of each row's probability. */
  public double[] logits() {
    double[] logits = new double[treated.length];
    Arrays.setAll(logits, i -> LogisticLoss.product(standardised[i], estimates));
    return logits;
  }

  /** The probability of treatment of each row. */
  public double[] probabilities() {
    return Arrays.stream(logits()).map(LogisticLoss::probability).toArray();
  }

  /** The logit of a row's probability. */
  public double logit(double[] row) {
    Arguments.sameLength("row", row.length, "columns", gram.columns());
    Arguments.finite("row", row);
    return LogisticLoss.product(standardise(row), estimates);
  }

  /** Which rows are treated. */
  boolean[] treated() {
    return treated.clone();
  }

  /** The rows' weights. */
  double[] weights() {
    return weights.clone();
  }

  /**
   * What the estimated score adds to each row's influence on an estimate.
   *
   * @param slopes the estimate's derivative by each row's logit
   */
  double[] influences(double[] slopes) {
    double[] slope = new double[estimates.length];
    for (int i = 0; i < slopes.length; i++) {
      for (int j = 0; j < slope.length; j++) {
        slope[j] += slopes[i] * standardised[i][j];
      }
    }
    double[] direction = times(slope);
    double share = LogisticLoss.product(direction, loss.priorGradient(estimates)) / treated.length;
    double[] influences = new double[treated.length];
    Arrays.setAll(
        influences,
        i ->
            LogisticLoss.product(direction, standardised[i]) * loss.surprise(i, estimates) - share);
    return influences;
  }

  /**
   * The probability that a treated unit's score is above a control's, half where they tie: 0.5
   * tells nothing, 1 tells all.
   */
  public double auc() {
    double[] logits = logits();
    int[] order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> logits[i]))
            .mapToInt(Integer::intValue)
            .toArray();
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
