package dev.cohortium.stats;

import dev.cohortium.stats.ComparisonPlan.Adjustment;
import dev.cohortium.stats.ComparisonPlan.Contrast;
import dev.cohortium.stats.ComparisonPlan.Outcome;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The regressions of one kind in a {@link WeightedComparison}, one of each estimand, horizon and
 * metric: of a month's outcome on covariates, with an intercept of each month and arm.
 *
 * <p>Their normal equations are those of the months' means ({@link ComparisonSums#products}) less
 * what differs between months: S = sum_i c_i (x_i - x)(x_i - x)' - sum_m W_m (x_m - x)(x_m - x)'.
 *
 * @see <a href="https://doi.org/10.1080/00031305.1983.10483115">Chan, Golub, LeVeque 1983</a>
 */
final class MonthlyRegressions implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Of its deviation: what a covariate's distance may be off by where others explain it. */
  private static final double EXPLAINED = 1e-3;

  private static final double ROUNDING = 1e-9;

  private final int weighting;
  private final Adjustment adjustment;
  private final Outcome outcome;

  // By covariate: the slopes of all metrics of all fits, then directions.
  private double[][] rows;

  // While it is built.
  private final transient ComparisonPlan plan;
  private final transient Fit[] fits;
  private final transient List<double[]> directions = new ArrayList<>();

  MonthlyRegressions(Contrast contrast, ComparisonSums sums) {
    weighting = contrast.regressionWeighting();
    adjustment = contrast.adjustment();
    outcome = contrast.outcome();
    plan = sums.plan();
    fits = new Fit[plan.estimands() * plan.horizons().size()];
    for (int place = 0; place < fits.length; place++) {
      fits[place] = new Fit(place, sums);
    }
  }

  boolean serves(Contrast contrast) {
    return contrast.regressionWeighting() == weighting
        && contrast.adjustment() == adjustment
        && contrast.outcome() == outcome;
  }

  Fit fit(int estimand, int horizon) {
    return fits[estimand * plan.horizons().size() + horizon];
  }

  /** The place, among a unit's values, of its covariates along a direction. */
  int add(double[] direction) {
    directions.add(direction);
    return fits.length * plan.metrics() + directions.size() - 1;
  }

  /** Ends the building. */
  void close() {
    int ofFits = fits.length * plan.metrics();
    rows = new double[plan.covariates()][ofFits + directions.size()];
    for (int j = 0; j < rows.length; j++) {
      for (Fit fit : fits) {
        for (int metric = 0; fit.reason.isEmpty() && metric < plan.metrics(); metric++) {
          rows[j][fit.place + metric] = fit.slopes[metric][j];
        }
      }
      for (int i = 0; i < directions.size(); i++) {
        rows[j][ofFits + i] = directions.get(i)[j];
      }
    }
  }

  /** What the covariates of a unit explain of metrics, by fit; then covariates along directions. */
  double[] values(double[] covariates) {
    double[] values = new double[rows.length == 0 ? 0 : rows[0].length];
    for (int j = 0; j < rows.length; j++) {
      double covariate = covariates[j];
      if (covariate != 0) {
        double[] row = rows[j];
        for (int i = 0; i < values.length; i++) {
          values[i] += covariate * row[i];
        }
      }
    }
    return values;
  }

  /** The regression of all metrics for one estimand and horizon. */
  final class Fit {
    /** Why there is none; empty: there is. */
    final String reason;

    /** Its first metric among a unit's values. */
    final int place;

    /** By metric. */
    final double[][] slopes;

    /** By arm and month: the covariates' means, and by metric what is left of the outcomes'. */
    final double[][][] columns = new double[2][][];

    final double[][][] centres = new double[2][][];
    private final double[][] cross;
    private final double[] deviations;
    private final double[][] inverse;
    private final int[] kept;

    private Fit(int number, ComparisonSums sums) {
      int metrics = plan.metrics();
      int covariates = plan.covariates();
      int estimand = number / plan.horizons().size();
      int horizon = number % plan.horizons().size();
      int months = plan.horizons().get(horizon);
      place = number * metrics;
      cross = new double[covariates + 1][covariates + 1];
      deviations = new double[covariates];
      double[][] products = new double[metrics][covariates];
      double[] size = new double[covariates + 1];
      double weight = 0;
      long units = 0;
      int arms = adjustment == Adjustment.BOTH_ARMS ? 2 : 1;
      for (int arm = 0; arm < arms; arm++) {
        boolean isTreated = arm == 1;
        CrossSums all = sums.products(weighting, estimand, isTreated, horizon);
        weight += all.weight();
        units += all.rows();
        columns[arm] = new double[months][];
        centres[arm] = new double[months][metrics];
        for (int j = 0; j < covariates; j++) {
          size[j] = Math.max(size[j], Math.abs(all.mean(j)));
          for (int l = 0; l <= j; l++) {
            cross[j][l] += all.product(j, l);
          }
          for (int metric = 0; metric < metrics; metric++) {
            products[metric][j] +=
                all.productAfter(j, metric) - (isChange() ? all.productBefore(j, metric) : 0);
          }
        }
        for (int m = 0; m < months; m++) {
          double[] month = sums.month(weighting, estimand, isTreated, horizon, m + 1);
          double[] means = sums.columns(weighting, estimand, isTreated, horizon, m + 1);
          columns[arm][m] = means;
          for (int metric = 0; metric < metrics; metric++) {
            centres[arm][m][metric] =
                month[ComparisonSums.FIRST_METRIC + metric]
                    - (isChange() ? means[covariates + metric] : 0);
          }
          double ofMonth = month[ComparisonSums.WEIGHT];
          for (int j = 0; ofMonth > 0 && j < covariates; j++) {
            double apart = ofMonth * (means[j] - all.mean(j));
            for (int l = 0; l <= j; l++) {
              cross[j][l] -= apart * (means[l] - all.mean(l));
            }
            for (int metric = 0; metric < metrics; metric++) {
              double mean = all.meanAfter(metric) - (isChange() ? all.meanBefore(metric) : 0);
              products[metric][j] -= apart * (centres[arm][m][metric] - mean);
            }
          }
        }
      }
      if (units == 0) {
        reason = "There are no units for a regression on the covariates.";
        slopes = new double[metrics][covariates];
        inverse = new double[covariates][covariates];
        kept = new int[0];
        return;
      }
      for (int j = 0; j < covariates; j++) {
        cross[j][j] = Math.max(0, cross[j][j]);
        deviations[j] = Math.sqrt(cross[j][j] / weight);
      }
      Gram gram = Gram.ofSums(units, weight, size, cross);
      kept = gram.independent();
      inverse = gram.inverseOfSlopes();
      reason = tooFew(units, kept.length + arms);
      slopes = new double[metrics][];
      for (int metric = 0; metric < metrics; metric++) {
        slopes[metric] = direction(products[metric]);
      }
      for (int arm = 0; arm < arms; arm++) {
        for (int m = 0; m < months; m++) {
          for (int metric = 0; metric < metrics; metric++) {
            centres[arm][m][metric] -= LogisticState.product(slopes[metric], columns[arm][m]);
          }
        }
      }
    }

    private String tooFew(long units, int coefficients) {
      return adjustment == Adjustment.CONTROLS
          ? TooFew.controls(units, coefficients).map(Unmeasured::reason).orElse("")
          : units > coefficients
              ? ""
              : units
                  + " units for "
                  + coefficients
                  + " coefficients leave nothing to tell an error by.";
    }

    /** The inverse of the cross products times a vector. */
    double[] direction(double[] vector) {
      double[] direction = new double[vector.length];
      Arrays.setAll(direction, j -> LogisticState.product(inverse[j], vector));
      return direction;
    }

    /**
     * Why it cannot tell what units do that lie this far away; empty: it can.
     *
     * @param size of the covariates' means between which the distance lies
     */
    String untold(double[] apart, double[] size) {
      double[] direction = direction(apart);
      for (int j = 0; j < apart.length; j++) {
        if (Arrays.binarySearch(kept, j) < 0) {
          double left = apart[j];
          for (int l : kept) {
            left -= cross[Math.max(j, l)][Math.min(j, l)] * direction[l];
          }
          if (Math.abs(left) > EXPLAINED * deviations[j] + ROUNDING * size[j]) {
            return "A covariate that varies among the treated does not among the controls, so they"
                + " cannot tell what the treated would have done.";
          }
        }
      }
      return "";
    }
  }

  private boolean isChange() {
    return outcome == Outcome.CHANGE;
  }
}
