package dev.cohortium.stats;

import dev.cohortium.stats.ComparisonPlan.Contrast;
import java.io.Serial;
import java.io.Serializable;

/**
 * What a {@link WeightedComparison} needs to know of its units, and adds: of each weighting,
 * estimand, arm and month the weighted sums of metrics and covariates, and of each regression and
 * horizon the cross products of covariates and outcomes.
 */
public final class ComparisonSums implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Of a cell: weight, its square, units; then metrics after, before, and covariates. */
  static final int WEIGHT = 0;

  static final int SQUARE = 1;
  static final int UNITS = 2;
  static final int FIRST_METRIC = 3;

  private final ComparisonPlan plan;
  private final double[][] cells;
  private final CrossSums[] regressions;
  // By weighting, estimand, arm and horizon: weight, and by metric sum and squares of the means.
  private final double[][] spreads;

  private ComparisonSums(ComparisonPlan plan) {
    this.plan = plan;
    cells = new double[plan.weightings() * plan.estimands() * 2 * plan.cells()][];
    regressions = new CrossSums[plan.weightings() * plan.estimands() * 2 * plan.horizons().size()];
    spreads = new double[regressions.length][1 + 2 * plan.metrics()];
    for (int weighting = 0; weighting < plan.weightings(); weighting++) {
      int size =
          FIRST_METRIC + 2 * plan.metrics() + (plan.adjusts(weighting) ? plan.covariates() : 0);
      for (int estimand = 0; estimand < plan.estimands(); estimand++) {
        for (int arm = 0; arm < 2; arm++) {
          for (int cell = 0; cell < plan.cells(); cell++) {
            cells[place(weighting, estimand, arm, plan.cells()) + cell] = new double[size];
          }
          if (plan.regresses(weighting)) {
            for (int horizon = 0; horizon < plan.horizons().size(); horizon++) {
              regressions[place(weighting, estimand, arm, plan.horizons().size()) + horizon] =
                  new CrossSums(plan.covariates(), 2 * plan.metrics());
            }
          }
        }
      }
    }
  }

  /** The sums of no units. */
  public static ComparisonSums empty(ComparisonPlan plan) {
    return new ComparisonSums(plan);
  }

  private int place(int weighting, int estimand, int arm, int each) {
    return ((weighting * plan.estimands() + estimand) * 2 + arm) * each;
  }

  private static int arm(boolean isTreated) {
    return isTreated ? 1 : 0;
  }

  /**
   * Adds a unit.
   *
   * @return this, changed
   * @throws IllegalArgumentException if one of its numbers is not finite or a weight negative
   */
  public ComparisonSums add(FollowUp unit) {
    for (int weighting = 0; weighting < plan.weightings(); weighting++) {
      double weight = unit.weight(weighting);
      Arguments.finite("weight", weight);
      Arguments.atLeast("weight", weight, 0);
      if (weight == 0) {
        continue;
      }
      for (int estimand = 0; estimand < plan.estimands(); estimand++) {
        for (int h = 0; h < plan.horizons().size(); h++) {
          if (plan.horizons().get(h) <= unit.months()) {
            add(unit, weighting, weight, estimand, h);
          }
        }
      }
    }
    return this;
  }

  private void add(FollowUp unit, int weighting, double weight, int estimand, int h) {
    int arm = arm(unit.isTreated());
    int metrics = plan.metrics();
    int months = plan.horizons().get(h);
    double[] covariates = unit.covariates();
    boolean adjusts = plan.adjusts(weighting);
    double[] means = new double[2 * metrics];
    double sum = 0;
    for (int month = 1; month <= months; month++) {
      double counts = weight * unit.stays(estimand, month);
      if (counts == 0) {
        continue;
      }
      sum += counts;
      double[] cell =
          cells[place(weighting, estimand, arm, plan.cells()) + plan.firstCell(h) + month - 1];
      cell[WEIGHT] += counts;
      cell[SQUARE] += counts * counts;
      cell[UNITS]++;
      for (int metric = 0; metric < metrics; metric++) {
        double after = counts * unit.after(metric, month);
        double before = counts * unit.before(metric);
        means[metric] += after;
        means[metrics + metric] += before;
        cell[FIRST_METRIC + metric] += after;
        cell[FIRST_METRIC + metrics + metric] += before;
      }
      if (adjusts) {
        for (int j = 0; j < covariates.length; j++) {
          cell[FIRST_METRIC + 2 * metrics + j] += counts * covariates[j];
        }
      }
    }
    if (sum == 0) {
      return;
    }
    for (int i = 0; i < means.length; i++) {
      means[i] /= sum;
    }
    int place = place(weighting, estimand, arm, plan.horizons().size()) + h;
    double counts = sum / months;
    spreads[place][0] += counts;
    for (int metric = 0; metric < metrics; metric++) {
      spreads[place][1 + 2 * metric] += counts * means[metric];
      spreads[place][2 + 2 * metric] += counts * means[metric] * means[metric];
    }
    if (plan.regresses(weighting)) {
      regressions[place].add(covariates, means, counts);
    }
  }

  /**
   * The sums of these units and of {@code other}'s.
   *
   * @return this, changed
   */
  public ComparisonSums plus(ComparisonSums other) {
    if (!plan.equals(other.plan)) {
      throw new IllegalArgumentException("other is of another plan, must be of the same");
    }
    for (int i = 0; i < cells.length; i++) {
      for (int j = 0; j < cells[i].length; j++) {
        cells[i][j] += other.cells[i][j];
      }
    }
    for (int i = 0; i < regressions.length; i++) {
      for (int j = 0; j < spreads[i].length; j++) {
        spreads[i][j] += other.spreads[i][j];
      }
      if (regressions[i] != null) {
        regressions[i].plus(other.regressions[i]);
      }
    }
    return this;
  }

  ComparisonPlan plan() {
    return plan;
  }

  /** The sums of a month of a horizon. */
  double[] cell(int weighting, int estimand, boolean isTreated, int horizon, int month) {
    return cells[
        place(weighting, estimand, arm(isTreated), plan.cells())
            + plan.firstCell(horizon)
            + month
            - 1];
  }

  /** The standard deviation of a horizon's mean of a metric between the units of an arm. */
  double deviation(int weighting, int estimand, boolean isTreated, int horizon, int metric) {
    double[] sums =
        spreads[place(weighting, estimand, arm(isTreated), plan.horizons().size()) + horizon];
    double mean = sums[1 + 2 * metric] / sums[0];
    return sums[0] == 0 ? 0 : Math.sqrt(Math.max(0, sums[2 + 2 * metric] / sums[0] - mean * mean));
  }

  /** The cross products of an arm in a contrast's regression. */
  CrossSums regression(Contrast contrast, int estimand, boolean isTreated, int horizon) {
    return regressions[
        place(contrast.regressionWeighting(), estimand, arm(isTreated), plan.horizons().size())
            + horizon];
  }
}
