package dev.cohortium.lookalike;

import dev.cohortium.stats.EntropyFit;
import java.io.Serial;
import java.io.Serializable;
import java.util.Map;

/**
 * How units count in the comparisons: in matched sets, as drawn, by the odds of joining, and by
 * entropy balancing; and in later months, where controls are compared as long as they stay out.
 *
 * @param metrics their number
 * @param scores of the units
 * @param caps of the logits of odds, by group: the 99.5th percentile of the candidates
 * @param stayingCaps of the weights for staying out, by group
 * @param balances by group; none where no weights balance
 * @param treated how many are, by group
 */
record Weighing(
    int metrics,
    Scores scores,
    Map<String, Double> caps,
    Map<String, Double> stayingCaps,
    Map<String, EntropyFit> balances,
    Map<String, Double> treated)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  static final int MATCHED = 0;
  static final int DRAWN = 1;
  static final int ODDS = 2;
  static final int ENTROPY = 3;
  static final int ODDS_UNCAPPED = 4;
  static final int WEIGHTINGS = 5;

  static final int STAY_OUT = 0;
  static final int AS_USUAL = 1;

  /** Estimands by their numbers. */
  static final java.util.List<String> ESTIMANDS =
      java.util.List.of("join_vs_stay_out", "join_now_vs_as_usual");

  /** What a unit counts in each weighting outside of matched sets; 0 in those. */
  double[] weights(Unit unit, double logit) {
    double drawn = 1 / unit.share();
    double[] weights = new double[WEIGHTINGS];
    weights[DRAWN] = drawn;
    weights[ODDS] = unit.isTreated() ? 1 : drawn * Math.exp(Math.min(logit, capOf(unit.group())));
    weights[ODDS_UNCAPPED] = unit.isTreated() ? 1 : drawn * Math.exp(Math.min(logit, MOST_LOGIT));
    weights[ENTROPY] = balancing(unit);
    return weights;
  }

  /** What a unit counts in its matched set. */
  static double[] matched(double weight) {
    double[] weights = new double[WEIGHTINGS];
    weights[MATCHED] = weight;
    return weights;
  }

  /** Beyond it odds could no longer be summed. */
  private static final double MOST_LOGIT = 50;

  double capOf(String group) {
    return caps.getOrDefault(group, Double.POSITIVE_INFINITY);
  }

  double staysOut(Unit unit, int month) {
    return Math.min(
        stayingCaps.getOrDefault(unit.group(), Double.POSITIVE_INFINITY),
        unit.staysOut(month, scores));
  }

  /**
   * The weight by entropy balancing: 1 of the treated, and as much of their controls together; 0 in
   * a group where no weights balance.
   */
  double balancing(Unit unit) {
    EntropyFit fit = balances.get(unit.group());
    if (fit == null) {
      return 0;
    }
    return unit.isTreated()
        ? 1
        : treated.get(unit.group()) * fit.weight(unit.covariates()) / unit.share();
  }
}
