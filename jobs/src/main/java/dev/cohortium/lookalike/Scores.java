package dev.cohortium.lookalike;

import dev.cohortium.stats.LogisticFit;
import java.io.Serial;
import java.io.Serializable;
import java.util.Map;

/**
 * The chance of joining at an opportunity, by the group inside which it was fitted.
 *
 * @param fits by group
 */
record Scores(Map<String, LogisticFit> fits) implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Scores are told apart to so much, as sums over machines differ in their last digits. */
  private static final double GRAIN = 0x1.0p-30;

  boolean has(String group) {
    return fits.containsKey(group);
  }

  /** The logit of the chance; 0 of groups without a score. */
  double logit(String group, double[] covariates) {
    LogisticFit fit = fits.get(group);
    return fit == null ? 0 : Math.rint(fit.logit(covariates) / GRAIN) * GRAIN;
  }

  /**
   * The part of the logit that comes from what describes a customer, wherever and whenever it is.
   *
   * @param described the number of covariates that do, which come first
   */
  double described(String group, double[] covariates, int described) {
    double[] coefficients = fits.get(group).coefficients();
    double sum = 0;
    for (int j = 0; j < described; j++) {
      sum += coefficients[j + 1] * covariates[j];
    }
    return sum;
  }

  /** The chance; 0 of groups without a score. */
  double probability(String group, double[] covariates) {
    return fits.containsKey(group) ? 1 / (1 + Math.exp(-logit(group, covariates))) : 0;
  }
}
