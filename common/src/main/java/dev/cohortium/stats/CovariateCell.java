package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Optional;

/**
 * One group-time effect with covariates whose regressions are known. {@link CovariateMoments} sums
 * what they need, {@link LogisticSearch} asks for passes over the rows for the score, {@link
 * Slopes} is one more over the rows of the cohort and its controls; {@link CovariateEffect} then
 * tells effect and influences. Without a score no pass but the first is needed.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.06.003">Sant'Anna, Zhao 2020</a>
 */
public final class CovariateCell implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** At this score or above a control has no weight, as in the paper's own software. */
  private static final double TRIMMED = 0.995;

  private final CovariateMethod method;
  private final double[] coefficients;
  private final double[][] inverse;
  private final LogisticFit score;
  private final int columns;

  private CovariateCell(CovariateMethod method, Gram controls, LogisticFit score) {
    this.method = method;
    this.score = score;
    columns = controls.columns();
    coefficients = method.hasRegression() ? controls.coefficients() : new double[columns + 1];
    inverse = method.hasRegression() ? controls.inverse() : new double[columns + 1][columns + 1];
  }

  /**
   * A cell whose regressions are known.
   *
   * @param controls of {@link CovariateMoments#ofControls}
   * @param score of the rows of the cell; of any for a method without a score
   * @throws IllegalArgumentException if the method needs a score and there is none, or there are no
   *     controls
   */
  public static CovariateCell of(
      CovariateMethod method, Gram controls, Optional<LogisticFit> score) {
    if (method.hasScore() && score.isEmpty()) {
      throw new IllegalArgumentException("score is missing, must be given for " + method);
    }
    return new CovariateCell(method, controls, method.hasScore() ? score.get() : null);
  }

  CovariateMethod method() {
    return method;
  }

  /** The number of coordinates in which the score moves; 0 without one. */
  int rank() {
    return score == null ? 0 : score.rank();
  }

  LogisticFit score() {
    return score;
  }

  /** What the regression of the controls leaves of a change. */
  double residual(double[] row, double change) {
    double left = change - coefficients[0];
    for (int column = 0; column < row.length; column++) {
      left -= coefficients[column + 1] * row[column];
    }
    return left;
  }

  /** The weight of a control: the odds of joining; 1 without a score. */
  double odds(double logit) {
    return LogisticState.probability(logit) >= TRIMMED ? 0 : Math.exp(logit);
  }

  /** The inverse products of the controls' rows, the intercept first, times a vector. */
  double[] solved(double[] vector) {
    double[] solved = new double[vector.length];
    for (int place = 0; place < vector.length; place++) {
      solved[place] = LogisticState.product(inverse[place], vector);
    }
    return solved;
  }

  /** The effect where there is no score, by the cohort's mean row and mean change. */
  CovariateEffect byRegression(long treated, long controls, double[] row, double change) {
    double[] moved = new double[columns + 1];
    moved[0] = 1;
    System.arraycopy(row, 0, moved, 1, columns);
    return new CovariateEffect(
        this, treated, controls, residual(row, change), 0, 0, solved(moved), new double[0]);
  }

  /** What rows add to the means of a cell whose regressions are known. */
  public static final class Slopes implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final CovariateCell cell;
    private final double[] treatedRows;
    private final double[] controlRows;
    private final double[] scored;
    private final double[] scoredResiduals;
    private long treated;
    private long controls;
    private double treatedResiduals;
    private double weight;
    private double controlResiduals;

    /** No rows. */
    public Slopes(CovariateCell cell) {
      this.cell = cell;
      treatedRows = new double[cell.columns + 1];
      controlRows = new double[cell.columns + 1];
      scored = new double[cell.rank()];
      scoredResiduals = new double[cell.rank()];
    }

    /**
     * Adds a row.
     *
     * @param change of the metric from the base month
     * @return this
     */
    public Slopes add(double[] row, double change, boolean treated) {
      double residual = cell.residual(row, change);
      if (treated) {
        this.treated++;
        treatedResiduals += residual;
        addRow(row, 1, treatedRows);
      } else {
        addControl(row, residual);
      }
      return this;
    }

    private void addControl(double[] row, double residual) {
      controls++;
      if (cell.score == null) {
        return;
      }
      double[] standard = cell.score.standardise(row);
      double odds = cell.odds(cell.score.logitOfStandardised(standard));
      weight += odds;
      controlResiduals += odds * residual;
      addRow(row, odds, controlRows);
      for (int place = 0; place < standard.length; place++) {
        scored[place] += odds * standard[place];
        scoredResiduals[place] += odds * residual * standard[place];
      }
    }

    private static void addRow(double[] row, double times, double[] into) {
      into[0] += times;
      for (int column = 0; column < row.length; column++) {
        into[column + 1] += times * row[column];
      }
    }

    /**
     * Adds the rows of {@code other}, which stays as it is.
     *
     * @return this
     */
    public Slopes plus(Slopes other) {
      treated += other.treated;
      controls += other.controls;
      treatedResiduals += other.treatedResiduals;
      weight += other.weight;
      controlResiduals += other.controlResiduals;
      CohortMoments.add(other.treatedRows, treatedRows);
      CohortMoments.add(other.controlRows, controlRows);
      CohortMoments.add(other.scored, scored);
      CohortMoments.add(other.scoredResiduals, scoredResiduals);
      return this;
    }

    /**
     * The effect of the rows so far; empty where no control has a weight.
     *
     * @throws IllegalArgumentException if there are no treated
     */
    public Optional<CovariateEffect> effect() {
      Arguments.atLeast("treated", (double) treated, 1);
      if (cell.score != null && !(weight > 0)) {
        return Optional.empty();
      }
      double controlMean = cell.score == null ? 0 : controlResiduals / weight;
      double[] moved = new double[treatedRows.length];
      for (int place = 0; place < moved.length; place++) {
        moved[place] =
            treatedRows[place] / treated - (cell.score == null ? 0 : controlRows[place] / weight);
      }
      double[] slopes = new double[scored.length];
      for (int place = 0; place < slopes.length; place++) {
        slopes[place] = (scoredResiduals[place] - controlMean * scored[place]) / weight;
      }
      return Optional.of(
          new CovariateEffect(
              cell,
              treated,
              controls,
              treatedResiduals / treated,
              controlMean,
              weight,
              cell.solved(moved),
              cell.score == null ? slopes : cell.score.direction(slopes)));
    }
  }
}
