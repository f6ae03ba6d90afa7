package dev.cohortium.stats;

import dev.cohortium.stats.ComparisonPlan.Adjustment;
import dev.cohortium.stats.ComparisonPlan.Contrast;
import dev.cohortium.stats.ComparisonPlan.Outcome;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Treated units and weighted controls, followed over months: what the treated have more in a month
 * after treatment, averaged over the months of a horizon.
 *
 * <p>In each month the mean of the treated is compared with the weighted mean of the controls that
 * are still to be compared (Hajek); a horizon is the mean of its months, of units that were
 * observed to its end. A regression takes out what covariates explain of a horizon's mean within
 * arms, or among the controls; with both arms and one month that is least squares on treatment and
 * covariates. An estimate is (number of metrics) wide.
 *
 * <p>The influence of a unit is its share in the estimate's distance from the truth: it knows that
 * means and regressions were estimated; and the score, where {@link ScoreSlopes} were summed.
 * Weights count as known otherwise. Influences sum to 0.
 *
 * @see <a href="https://doi.org/10.1111/1468-0262.00442">Hirano, Imbens, Ridder 2003</a>
 * @see <a href="https://doi.org/10.1111/j.1541-0420.2011.01614.x">Robins, Finkelstein 2000, weights
 *     for censoring</a>
 */
public final class WeightedComparison implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final int CONTROL = 0;
  private static final int TREATED = 1;

  private final ComparisonPlan plan;
  private final Block[] blocks;

  /** One contrast of one estimand over one horizon. */
  private static final class Block implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    final Contrast contrast;
    final int estimand;
    final int months;
    String reason = "";

    // By arm and month: summed weights; by metric besides: means of what is compared.
    double[][] weights = new double[2][];
    double[][][] means = new double[2][][];
    double[][] levels;

    double[] estimates;
    double[] treatedMeans;
    double[] controlDeviations;
    long treated;
    long controls;
    EffectiveSampleSize support = new EffectiveSampleSize(0, 0, 0);

    // Of the regression: by metric coefficients; by arm covariate means and outcome means.
    double[][] slopes;
    double[][] covariateMeans = new double[2][];
    double[][] outcomeMeans = new double[2][];
    double[] direction;

    // By score and metric: what the score's surprise adds, by its standardised columns.
    final Map<String, double[][]> ofScore = new HashMap<>();

    Block(Contrast contrast, int estimand, int months) {
      this.contrast = contrast;
      this.estimand = estimand;
      this.months = months;
    }

    boolean isAdjusted() {
      return contrast.adjustment() != Adjustment.NONE;
    }

    boolean isInRegression(boolean isTreated) {
      return contrast.adjustment() == Adjustment.BOTH_ARMS || !isTreated;
    }
  }

  private WeightedComparison(ComparisonSums sums) {
    plan = sums.plan();
    int horizons = plan.horizons().size();
    blocks = new Block[plan.contrasts().size() * plan.estimands() * horizons];
    for (int contrast = 0; contrast < plan.contrasts().size(); contrast++) {
      for (int estimand = 0; estimand < plan.estimands(); estimand++) {
        for (int horizon = 0; horizon < horizons; horizon++) {
          Block block =
              new Block(plan.contrasts().get(contrast), estimand, plan.horizons().get(horizon));
          fill(block, sums, horizon);
          blocks[block(contrast, estimand, horizon)] = block;
        }
      }
    }
  }

  /** The comparison of the units that were summed. */
  public static WeightedComparison of(ComparisonSums sums) {
    return new WeightedComparison(sums);
  }

  /** The place of a contrast's estimand and horizon. */
  public int block(int contrast, int estimand, int horizon) {
    return (contrast * plan.estimands() + estimand) * plan.horizons().size() + horizon;
  }

  /** The number of blocks. */
  public int blocks() {
    return blocks.length;
  }

  private void fill(Block block, ComparisonSums sums, int horizon) {
    int metrics = plan.metrics();
    int weighting = block.contrast.weighting();
    for (int arm = CONTROL; arm <= TREATED; arm++) {
      block.weights[arm] = new double[block.months];
      for (int month = 1; month <= block.months; month++) {
        double[] cell = sums.cell(weighting, block.estimand, arm == TREATED, horizon, month);
        block.weights[arm][month - 1] = cell[ComparisonSums.WEIGHT];
        if (cell[ComparisonSums.WEIGHT] == 0 && block.reason.isEmpty()) {
          block.reason =
              (arm == TREATED ? "No treated unit" : "No control")
                  + " is to be compared in month "
                  + month
                  + ".";
        }
      }
    }
    double[] atFirst = sums.cell(weighting, block.estimand, true, horizon, 1);
    double[] ofControls = sums.cell(weighting, block.estimand, false, horizon, 1);
    double[] atLast = sums.cell(weighting, block.estimand, false, horizon, block.months);
    block.treated = (long) atFirst[ComparisonSums.UNITS];
    block.controls = (long) ofControls[ComparisonSums.UNITS];
    block.support =
        new EffectiveSampleSize(
            block.controls, atLast[ComparisonSums.WEIGHT], atLast[ComparisonSums.SQUARE]);
    block.estimates = new double[metrics];
    block.treatedMeans = new double[metrics];
    block.controlDeviations = new double[metrics];
    for (int metric = 0; metric < metrics; metric++) {
      block.controlDeviations[metric] =
          sums.deviation(weighting, block.estimand, false, horizon, metric);
    }
    if (!block.reason.isEmpty()) {
      return;
    }
    if (block.isAdjusted()) {
      regress(block, sums, horizon);
      if (!block.reason.isEmpty()) {
        return;
      }
    }
    compare(block, sums, horizon);
  }

  private void regress(Block block, ComparisonSums sums, int horizon) {
    CrossSums controls = sums.regression(block.contrast, block.estimand, false, horizon);
    CrossSums treated = sums.regression(block.contrast, block.estimand, true, horizon);
    boolean hasBoth = block.contrast.adjustment() == Adjustment.BOTH_ARMS;
    int columns = plan.covariates();
    long rows = controls.rows() + (hasBoth ? treated.rows() : 0);
    if (rows < 2) {
      block.reason = "Too few units for a regression on the covariates.";
      return;
    }
    double[][] cross = new double[columns + 1][columns + 1];
    for (int j = 0; j < columns; j++) {
      for (int l = 0; l <= j; l++) {
        cross[j][l] = controls.product(j, l) + (hasBoth ? treated.product(j, l) : 0);
      }
    }
    double weight = controls.weight() + (hasBoth ? treated.weight() : 0);
    Gram gram = Gram.ofSums(rows, weight, new double[columns + 1], cross);
    double[][] inverse = gram.inverseOfSlopes();
    int coefficients = gram.independent().length + (hasBoth ? 2 : 1);
    if (rows <= coefficients) {
      block.reason =
          rows + " units cannot tell the " + coefficients + " coefficients of a regression.";
      return;
    }
    block.slopes = new double[plan.metrics()][];
    for (int arm = CONTROL; arm <= TREATED; arm++) {
      CrossSums sumsOfArm = arm == TREATED ? treated : controls;
      block.covariateMeans[arm] = new double[columns];
      block.outcomeMeans[arm] = new double[plan.metrics()];
      for (int j = 0; j < columns; j++) {
        block.covariateMeans[arm][j] = sumsOfArm.mean(j);
      }
      for (int metric = 0; metric < plan.metrics(); metric++) {
        block.outcomeMeans[arm][metric] =
            sumsOfArm.mean(columns + metric)
                - (isChange(block) ? sumsOfArm.mean(columns + plan.metrics() + metric) : 0);
      }
    }
    for (int metric = 0; metric < plan.metrics(); metric++) {
      double[] slopes = new double[columns];
      for (int l = 0; l < columns; l++) {
        double product =
            outcome(controls, l, metric, block)
                + (hasBoth ? outcome(treated, l, metric, block) : 0);
        for (int j = 0; j < columns; j++) {
          slopes[j] += inverse[j][l] * product;
        }
      }
      block.slopes[metric] = slopes;
    }
    double[] apart = new double[columns];
    for (int month = 1; month <= block.months; month++) {
      for (int arm = CONTROL; arm <= TREATED; arm++) {
        double[] cell =
            sums.cell(block.contrast.weighting(), block.estimand, arm == TREATED, horizon, month);
        double share = (arm == TREATED ? 1 : -1) / cell[ComparisonSums.WEIGHT] / block.months;
        for (int j = 0; j < columns; j++) {
          apart[j] += share * cell[ComparisonSums.FIRST_METRIC + 2 * plan.metrics() + j];
        }
      }
    }
    block.direction = new double[columns];
    for (int j = 0; j < columns; j++) {
      for (int l = 0; l < columns; l++) {
        block.direction[j] += inverse[j][l] * apart[l];
      }
    }
  }

  private double outcome(CrossSums sums, int covariate, int metric, Block block) {
    return sums.productWithOutcome(covariate, metric)
        - (isChange(block) ? sums.productWithOutcome(covariate, plan.metrics() + metric) : 0);
  }

  private static boolean isChange(Block block) {
    return block.contrast.outcome() == Outcome.CHANGE;
  }

  private void compare(Block block, ComparisonSums sums, int horizon) {
    int metrics = plan.metrics();
    block.levels = new double[block.months][metrics];
    for (int arm = CONTROL; arm <= TREATED; arm++) {
      block.means[arm] = new double[block.months][metrics];
      for (int month = 1; month <= block.months; month++) {
        double[] cell =
            sums.cell(block.contrast.weighting(), block.estimand, arm == TREATED, horizon, month);
        double weight = cell[ComparisonSums.WEIGHT];
        for (int metric = 0; metric < metrics; metric++) {
          double level = cell[ComparisonSums.FIRST_METRIC + metric] / weight;
          double mean = level;
          if (isChange(block)) {
            mean -= cell[ComparisonSums.FIRST_METRIC + metrics + metric] / weight;
          }
          if (block.isAdjusted()) {
            for (int j = 0; j < plan.covariates(); j++) {
              mean -=
                  cell[ComparisonSums.FIRST_METRIC + 2 * metrics + j]
                      / weight
                      * block.slopes[metric][j];
            }
          }
          block.means[arm][month - 1][metric] = mean;
          block.estimates[metric] += (arm == TREATED ? mean : -mean) / block.months;
          if (arm == TREATED) {
            block.levels[month - 1][metric] = level;
            block.treatedMeans[metric] += level / block.months;
          }
        }
      }
    }
  }

  /** Why a block is not measured; empty: it is. */
  public String reason(int block) {
    return blocks[block].reason;
  }

  /** What the treated have more, of each metric. */
  public double[] estimates(int block) {
    return blocks[block].estimates.clone();
  }

  /** The treated's means, of each metric. */
  public double[] treatedMeans(int block) {
    return blocks[block].treatedMeans.clone();
  }

  /** How much a horizon's mean differs between controls, of each metric: standard deviations. */
  public double[] controlDeviations(int block) {
    return blocks[block].controlDeviations.clone();
  }

  /** The treated of a block. */
  public long treated(int block) {
    return blocks[block].treated;
  }

  /** The controls of a block, in its first month. */
  public long controls(int block) {
    return blocks[block].controls;
  }

  /** How many controls the weights of the horizon's last month are worth, of all. */
  public EffectiveSampleSize support(int block) {
    return blocks[block].support;
  }

  /**
   * Knows, from here on, that scores were estimated.
   *
   * @param slopes of all units
   * @param fits of the scores, by name
   */
  public void project(ScoreSlopes slopes, Map<String, LogisticFit> fits) {
    slopes
        .sums()
        .forEach(
            (group, sums) -> {
              for (int block = 0; block < blocks.length; block++) {
                if (blocks[block].reason.isEmpty() && sums[block] != null) {
                  LogisticFit fit = fits.get(group);
                  blocks[block].ofScore.put(
                      group, Arrays.stream(sums[block]).map(fit::times).toArray(double[][]::new));
                }
              }
            });
  }

  /** Room for the influences of a unit. */
  public double[][] influences() {
    return new double[blocks.length][2 * plan.metrics()];
  }

  /**
   * The influences of a unit: by block those on the mean of the treated of each metric, then those
   * on its estimate; 0 where the unit is not compared.
   *
   * @param into one array of twice the metrics of each block; is overwritten
   */
  public void influences(FollowUp unit, double[][] into) {
    for (int b = 0; b < blocks.length; b++) {
      Arrays.fill(into[b], 0);
      Block block = blocks[b];
      if (block.reason.isEmpty() && block.months <= unit.months()) {
        influences(unit, block, into[b]);
      }
    }
  }

  private void influences(FollowUp unit, Block block, double[] into) {
    int metrics = plan.metrics();
    int arm = unit.isTreated() ? TREATED : CONTROL;
    double weight = unit.weight(block.contrast.weighting());
    double[] covariates = unit.covariates();
    double[] explained = new double[metrics];
    if (block.isAdjusted()) {
      for (int metric = 0; metric < metrics; metric++) {
        explained[metric] = LogisticState.product(covariates, block.slopes[metric]);
      }
    }
    if (weight > 0) {
      for (int month = 1; month <= block.months; month++) {
        double share =
            weight
                * unit.stays(block.estimand, month)
                / block.weights[arm][month - 1]
                / block.months;
        if (share == 0) {
          continue;
        }
        for (int metric = 0; metric < metrics; metric++) {
          double after = unit.after(metric, month);
          double left = after - (isChange(block) ? unit.before(metric) : 0) - explained[metric];
          double away = share * (left - block.means[arm][month - 1][metric]);
          if (arm == TREATED) {
            into[metric] += share * (after - block.levels[month - 1][metric]);
            into[metrics + metric] += away;
          } else {
            into[metrics + metric] -= away;
          }
        }
      }
    }
    if (block.isAdjusted()
        && block.isInRegression(unit.isTreated())
        && unit.weight(block.contrast.regressionWeighting()) > 0) {
      regressionInfluences(unit, block, arm, explained, into);
    }
    double[][] directions = block.ofScore.get(unit.group());
    if (directions != null && unit.surprise() != 0) {
      double[] scored = unit.scored();
      for (int metric = 0; metric < metrics; metric++) {
        into[metrics + metric] +=
            LogisticState.product(directions[metric], scored) * unit.surprise();
      }
    }
  }

  private void regressionInfluences(
      FollowUp unit, Block block, int arm, double[] explained, double[] into) {
    int metrics = plan.metrics();
    double[] outcomes = new double[metrics];
    double sum = 0;
    for (int month = 1; month <= block.months; month++) {
      double counts =
          unit.weight(block.contrast.regressionWeighting()) * unit.stays(block.estimand, month);
      sum += counts;
      for (int metric = 0; metric < metrics; metric++) {
        outcomes[metric] += counts * unit.after(metric, month);
      }
    }
    if (sum == 0) {
      return;
    }
    double[] covariates = unit.covariates();
    double along = 0;
    double middle = 0;
    for (int j = 0; j < covariates.length; j++) {
      along += block.direction[j] * (covariates[j] - block.covariateMeans[arm][j]);
    }
    for (int metric = 0; metric < metrics; metric++) {
      middle = LogisticState.product(block.covariateMeans[arm], block.slopes[metric]);
      double outcome = outcomes[metric] / sum - (isChange(block) ? unit.before(metric) : 0);
      double left = outcome - block.outcomeMeans[arm][metric] - explained[metric] + middle;
      into[metrics + metric] -= sum / block.months * along * left;
    }
  }

  /** Whether a block's estimates change with a unit's score. */
  boolean hasSlope(FollowUp unit, int block) {
    Block of = blocks[block];
    int weighting = of.contrast.weighting();
    return of.reason.isEmpty()
        && of.months <= unit.months()
        && !unit.isTreated()
        && unit.weight(weighting) > 0
        && unit.weightSlope(weighting) != 0;
  }

  /** What a unit adds to the slopes of the estimates by the score's logit. */
  void addSlopes(FollowUp unit, int block, double[][] into) {
    Block of = blocks[block];
    double slope = unit.weightSlope(of.contrast.weighting());
    double weight = unit.weight(of.contrast.weighting());
    double[] scored = unit.scored();
    for (int metric = 0; metric < plan.metrics(); metric++) {
      double explained =
          of.isAdjusted() ? LogisticState.product(unit.covariates(), of.slopes[metric]) : 0;
      double change = 0;
      for (int month = 1; month <= of.months; month++) {
        double share =
            weight * unit.stays(of.estimand, month) / of.weights[CONTROL][month - 1] / of.months;
        double left =
            unit.after(metric, month) - (isChange(of) ? unit.before(metric) : 0) - explained;
        change -= share * (left - of.means[CONTROL][month - 1][metric]);
      }
      for (int j = 0; j < scored.length; j++) {
        into[metric][j] += slope * change * scored[j];
      }
    }
  }

  ComparisonPlan plan() {
    return plan;
  }
}
