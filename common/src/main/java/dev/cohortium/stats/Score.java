package dev.cohortium.stats;

/**
 * The propensity scores of units, each treated or a control.
 *
 * @see <a href="https://doi.org/10.1093/biomet/70.1.41">Rosenbaum, Rubin 1983</a>
 */
public sealed interface Score permits Logistic, KnownScore {
  /** The logit of each unit's probability of treatment. */
  double[] logits();

  /** Which units are treated. */
  boolean[] treated();

  /** The units' own weights. */
  double[] weights();

  /**
   * What the estimation of the score adds to each unit's influence on an estimate.
   *
   * @param slopes the estimate's derivative by each unit's logit
   */
  double[] influences(double[] slopes);
}
