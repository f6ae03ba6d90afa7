package dev.cohortium.stats;

/**
 * How an event study takes account of covariates.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.06.003">Sant'Anna, Zhao 2020</a>
 */
public enum CovariateMethod {
  /**
   * Weights by the odds of joining and a regression of the controls' changes: either may be wrong.
   */
  DOUBLY_ROBUST,
  /** Weights by the odds of joining alone. */
  INVERSE_PROBABILITY,
  /** A regression of the controls' changes alone. */
  OUTCOME_REGRESSION;

  boolean hasScore() {
    return this != OUTCOME_REGRESSION;
  }

  boolean hasRegression() {
    return this != INVERSE_PROBABILITY;
  }
}
