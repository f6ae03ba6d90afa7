package dev.cohortium.stats;

import java.util.Arrays;

/**
 * The error of a matched difference whose controls may serve several treated units.
 *
 * <p>Var = {sum over treated (Y - Yhat0 - effect)^2 + sum over controls (K^2 - K2) s2} / n1^2. K is
 * the sum of a control's weights 1 / m over the treated it serves, m the size of each set, K2 the
 * sum of their squares; with m = M everywhere K^2 - K2 is K (K - 1) / M^2 of the count K. s2 is the
 * variance of the outcome at the control's score. For one cross-section: a customer stands once in
 * it. The score is treated as known, the error is normal.
 *
 * @see <a href="https://doi.org/10.1111/j.1468-0262.2006.00655.x">Abadie, Imbens 2006</a>
 */
public final class AbadieImbens {
  private static final int NEIGHBOURS = 2;

  /** How the variance of an outcome given the score is found. */
  public enum OutcomeVariance {
    /**
     * At each control by its two nearest other candidates, and all others no further than the
     * second: m / (m + 1) (Y - their mean)^2 of m of them. Ties are all counted, so that no order
     * of rows matters.
     */
    NEAREST_NEIGHBOURS,
    /** One for all: half the mean of (Y1 - Y0 - effect)^2 over pairs by weight. */
    EQUAL
  }

  private AbadieImbens() {}

  /**
   * The matched difference with this error.
   *
   * <p>Unmeasured: fewer than 2 matched treated, fewer than 3 candidates (nearest neighbours), or
   * no variance at all.
   *
   * @param treated outcome by treated row
   * @param candidates outcome by candidate row
   * @param candidateScores the score matched on, by candidate row
   * @throws IllegalArgumentException if a value is not finite or lengths differ
   */
  public static Measurement of(
      Matches matches,
      double[] treated,
      double[] candidates,
      double[] candidateScores,
      OutcomeVariance variance) {
    Arguments.finite("candidate score", candidateScores);
    Arguments.sameLength(
        "candidate scores", candidateScores.length, "candidate outcomes", candidates.length);
    var difference = MatchedDifference.of(matches, treated, candidates);
    double sets = difference.setCount();
    if (sets < 2) {
      return new Unmeasured((int) sets + " matched treated, at least 2 are needed for an error.");
    }
    if (variance == OutcomeVariance.NEAREST_NEIGHBOURS && candidates.length <= NEIGHBOURS) {
      return new Unmeasured(
          candidates.length + " candidates, at least 3 are needed for the variance among them.");
    }
    double reuse = reuse(matches, treated, candidates, candidateScores, variance);
    double stdError =
        Math.hypot(
            difference.setError(),
            Rounding.without(
                Math.sqrt(reuse) / sets,
                difference.treatedMean().orElseThrow(),
                difference.controlMean().orElseThrow()));
    return stdError == 0
        ? new Unmeasured("No outcome differs from another, which leaves no error to tell.")
        : Estimate.normal(difference.effect().orElseThrow(), stdError);
  }

  /** The sum over controls of (K^2 - K2) s2. */
  private static double reuse(
      Matches matches,
      double[] treated,
      double[] candidates,
      double[] scores,
      OutcomeVariance variance) {
    double[] sum = matches.controlWeights();
    double[] squares = new double[sum.length];
    int[] controls = matches.pairControls();
    int[] rows = matches.pairTreated();
    for (int pair = 0; pair < controls.length; pair++) {
      double weight = 1.0 / matches.controlCount(rows[pair]);
      squares[controls[pair]] += weight * weight;
    }
    double[] variances =
        variance == OutcomeVariance.EQUAL
            ? equal(matches, treated, candidates)
            : byNeighbours(candidates, scores);
    double total = 0;
    for (int row = 0; row < sum.length; row++) {
      total += Math.max(0, sum[row] * sum[row] - squares[row]) * variances[row];
    }
    return total;
  }

  private static double[] equal(Matches matches, double[] treated, double[] candidates) {
    double effect = MatchedDifference.of(matches, treated, candidates).effect().orElseThrow();
    int[] controls = matches.pairControls();
    int[] rows = matches.pairTreated();
    double total = 0;
    for (int pair = 0; pair < controls.length; pair++) {
      double rest = treated[rows[pair]] - candidates[controls[pair]] - effect;
      total += rest * rest / matches.controlCount(rows[pair]);
    }
    double[] variances = new double[candidates.length];
    Arrays.fill(variances, total / matches.matchedCount() / 2);
    return variances;
  }

  private static double[] byNeighbours(double[] candidates, double[] scores) {
    var groups = new ScoreGroups(candidates, scores);
    double[] variances = new double[candidates.length];
    for (int row = 0; row < candidates.length; row++) {
      variances[row] = groups.varianceAt(row, NEIGHBOURS);
    }
    return variances;
  }
}
