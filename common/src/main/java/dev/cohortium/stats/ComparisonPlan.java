package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.List;

/**
 * What a {@link WeightedComparison} compares.
 *
 * @param metrics their number
 * @param covariates their number
 * @param estimands their number: ways in which units stop to be compared
 * @param weightings their number: ways in which units count
 * @param horizons months over which a metric is averaged, ascending, each at least 1
 * @param contrasts what is estimated of every metric, estimand and horizon
 */
public record ComparisonPlan(
    int metrics,
    int covariates,
    int estimands,
    int weightings,
    List<Integer> horizons,
    List<Contrast> contrasts)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** What the outcomes are held against. */
  public enum Outcome {
    /** Nothing: the months after treatment. */
    LEVEL,
    /** The mean of the months before. */
    CHANGE
  }

  /** What a regression on the covariates takes out of the outcomes. */
  public enum Adjustment {
    NONE,
    /** What they explain within months and arms, of both arms together. */
    BOTH_ARMS,
    /** What they explain within months among the controls. */
    CONTROLS
  }

  /**
   * One way to estimate.
   *
   * @param weighting what units count
   * @param regressionWeighting what they count in the regression; used where there is one
   */
  public record Contrast(
      int weighting, int regressionWeighting, Outcome outcome, Adjustment adjustment)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    /** A difference of means. */
    public static Contrast plain(int weighting, Outcome outcome) {
      return new Contrast(weighting, weighting, outcome, Adjustment.NONE);
    }
  }

  /**
   * A plan.
   *
   * @throws IllegalArgumentException if a number is too small, horizons do not ascend, or a
   *     contrast names a weighting that is not there
   */
  public ComparisonPlan {
    Arguments.atLeast("metrics", metrics, 1);
    Arguments.atLeast("covariates", covariates, 0);
    Arguments.atLeast("estimands", estimands, 1);
    Arguments.atLeast("weightings", weightings, 1);
    horizons = List.copyOf(horizons);
    contrasts = List.copyOf(contrasts);
    int last = 0;
    for (int horizon : horizons) {
      Arguments.atLeast("horizons", horizon, last + 1);
      last = horizon;
    }
    for (Contrast contrast : contrasts) {
      Arguments.atLeast("weighting", contrast.weighting(), 0);
      Arguments.atLeast("regressionWeighting", contrast.regressionWeighting(), 0);
      Arguments.atMost("weighting", contrast.weighting(), weightings - 1);
      Arguments.atMost("regressionWeighting", contrast.regressionWeighting(), weightings - 1);
    }
  }

  /** The longest horizon; 0 without any. */
  public int longest() {
    return horizons.isEmpty() ? 0 : horizons.get(horizons.size() - 1);
  }

  /** How many horizons a unit observed for so many months takes part in. */
  int horizonsWithin(int months) {
    int count = 0;
    while (count < horizons.size() && horizons.get(count) <= months) {
      count++;
    }
    return count;
  }

  /** Whether a regression uses an arm of a weighting. */
  boolean regresses(int weighting, boolean isTreated) {
    return contrasts.stream()
        .anyMatch(
            c ->
                c.regressionWeighting() == weighting
                    && (c.adjustment() == Adjustment.BOTH_ARMS
                        || (c.adjustment() == Adjustment.CONTROLS && !isTreated)));
  }

  /** Whether a regression of a weighting explains changes. */
  boolean regressesChange(int weighting) {
    return contrasts.stream()
        .anyMatch(
            c ->
                c.adjustment() != Adjustment.NONE
                    && c.regressionWeighting() == weighting
                    && c.outcome() == Outcome.CHANGE);
  }

  /** Whether a weighting's means of covariates are needed. */
  boolean usesCovariates(int weighting) {
    return contrasts.stream()
        .anyMatch(
            c ->
                c.adjustment() != Adjustment.NONE
                    && (c.weighting() == weighting || c.regressionWeighting() == weighting));
  }

  /** Whether a weighting's means before treatment are needed. */
  boolean usesBefore(int weighting) {
    return regressesChange(weighting)
        || contrasts.stream()
            .anyMatch(c -> c.outcome() == Outcome.CHANGE && c.weighting() == weighting);
  }
}
