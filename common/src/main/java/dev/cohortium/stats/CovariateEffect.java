package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;

/**
 * One group-time effect with covariates: its value, and what each row moves it by, the regression's
 * and the score's own chance included.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.06.003">Sant'Anna, Zhao 2020, section 3</a>
 */
public final class CovariateEffect implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final CovariateCell cell;
  private final long treated;
  private final long controls;
  private final double treatedMean;
  private final double controlMean;
  private final double weight;
  private final double[] ofRegression;
  private final double[] ofScore;

  /**
   * An effect.
   *
   * @param treatedMean of what the regression leaves
   * @param controlMean the same, weighted; 0 without a score
   * @param weight of the controls
   * @param ofRegression what a control's residual moves the effect by, times its row
   * @param ofScore what a row's surprise moves the controls' mean by, times the row standardised
   */
  CovariateEffect(
      CovariateCell cell,
      long treated,
      long controls,
      double treatedMean,
      double controlMean,
      double weight,
      double[] ofRegression,
      double[] ofScore) {
    this.cell = cell;
    this.treated = treated;
    this.controls = controls;
    this.treatedMean = treatedMean;
    this.controlMean = controlMean;
    this.weight = weight;
    this.ofRegression = ofRegression;
    this.ofScore = ofScore;
  }

  /** The effect, in units of the metric. */
  public double value() {
    return treatedMean - controlMean;
  }

  /** The customers of the cohort. */
  public long treated() {
    return treated;
  }

  /** The customers that they are compared with. */
  public long controls() {
    return controls;
  }

  /**
   * What a row of the cell moves the effect by; over all rows these sum to 0, and their squares to
   * the variance.
   */
  public double influence(double[] row, double change, boolean isTreated) {
    double residual = cell.residual(row, change);
    double influence = isTreated ? (residual - treatedMean) / treated : 0;
    if (!isTreated && cell.method().hasRegression()) {
      double direction = ofRegression[0];
      for (int column = 0; column < row.length; column++) {
        direction += ofRegression[column + 1] * row[column];
      }
      influence -= residual * direction;
    }
    if (cell.score() != null) {
      double[] standard = cell.score().standardise(row);
      double logit = cell.score().logitOfStandardised(standard);
      if (!isTreated) {
        influence -= cell.odds(logit) * (residual - controlMean) / weight;
      }
      influence -=
          LogisticState.surprise(isTreated, logit) * LogisticState.product(ofScore, standard);
    }
    return influence;
  }
}
