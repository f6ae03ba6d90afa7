package dev.cohortium.stats;

import dev.cohortium.stats.ComparisonPlan.Adjustment;
import dev.cohortium.stats.ComparisonPlan.Contrast;
import dev.cohortium.stats.ComparisonPlan.Outcome;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Treated units and weighted controls, followed over months: what the treated have more in a month
 * after treatment, averaged over the months of a horizon, in units of the metric.
 *
 * <p>In each month the weighted mean of the treated is compared with that of the controls that are
 * still to be compared (Hajek); a horizon is the plain mean of its months, of units that were
 * observed to its end. A regression of the months' outcomes on covariates, with an intercept of
 * each month (and arm), takes out what covariates explain: the estimate is, of each month, the
 * difference of mean outcomes minus slopes times the difference of mean covariates. With {@link
 * Adjustment#BOTH_ARMS}, one month and one weighting that is least squares on treatment and
 * covariates; with {@link Adjustment#CONTROLS} the augmented estimator, right where the weights or
 * the regression are.
 *
 * <p>The influence of a unit is its share in the estimate's distance from the truth: of a mean
 * share (value - mean); of slopes -(apart' S^-1 (x - mean)) times weight and residual, where apart
 * is the months' mean difference of covariates and S their cross products; of the score, where
 * {@link ScoreSlopes} were summed, slopes' I^-1 (score's column) times surprise. Weights count as
 * known otherwise: those for staying, their caps, and entropy balancing, unless the regression has
 * the same weights, for then their error plays no part. Influences of all units sum to 0.
 *
 * @see <a href="https://doi.org/10.1111/1468-0262.00442">Hirano, Imbens, Ridder 2003</a>
 * @see <a href="https://doi.org/10.1080/01621459.1994.10476818">Robins, Rotnitzky, Zhao 1994</a>
 * @see <a href="https://doi.org/10.1111/j.0006-341X.2000.00779.x">Robins, Finkelstein 2000, weights
 *     for censoring</a>
 */
public final class WeightedComparison implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final int CONTROL = 0;
  private static final int TREATED = 1;
  private static final double[] NOTHING = {};

  private final ComparisonPlan plan;
  private final Block[] blocks;
  private final MonthlyRegressions[] regressions;

  // By score: what its surprise adds.
  private final Map<String, OfScore> ofScores = new HashMap<>();

  private WeightedComparison(ComparisonSums sums) {
    plan = sums.plan();
    blocks = new Block[plan.contrasts().size() * plan.estimands() * plan.horizons().size()];
    List<MonthlyRegressions> kinds = new ArrayList<>();
    for (int place = 0; place < plan.contrasts().size(); place++) {
      Contrast contrast = plan.contrasts().get(place);
      MonthlyRegressions kind = null;
      if (contrast.adjustment() != Adjustment.NONE) {
        kind = kinds.stream().filter(other -> other.serves(contrast)).findFirst().orElse(null);
        if (kind == null) {
          kind = new MonthlyRegressions(contrast, sums);
          kinds.add(kind);
        }
      }
      for (int estimand = 0; estimand < plan.estimands(); estimand++) {
        for (int horizon = 0; horizon < plan.horizons().size(); horizon++) {
          blocks[block(place, estimand, horizon)] =
              new Block(plan, contrast, estimand, horizon, kinds.indexOf(kind), kind, sums);
        }
      }
    }
    regressions = kinds.toArray(MonthlyRegressions[]::new);
    for (MonthlyRegressions kind : regressions) {
      kind.close();
    }
  }

  /** The comparison of the units that were summed. */
  public static WeightedComparison of(ComparisonSums sums) {
    return new WeightedComparison(sums);
  }

  /** One month of an arm in a block. */
  private static final class Month implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    // 1 / (summed weights times months), negative of controls.
    double share;
    // By metric: of what is observed after, and of what is compared; that also in the regression.
    double[] levels;
    double[] means;
    double[] centres;
    // The direction of the slopes times the covariates' means in the regression.
    double along;
  }

  /** One contrast of one estimand over one horizon. */
  private static final class Block implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    final Contrast contrast;
    final int estimand;
    final int months;
    final boolean isChange;
    String reason = "";

    final Month[][] arms = new Month[2][];
    final double[] estimates;
    final double[] treatedMeans;
    final double[] controlDeviations;
    final long treated;
    final long controls;
    final EffectiveSampleSize support;

    // Its regressions, -1 without; and, among the values that they find for a unit, what is
    // explained of metrics, and the covariates along the direction of the slopes.
    final int kind;
    int explained;
    int along;

    Block(
        ComparisonPlan plan,
        Contrast contrast,
        int estimand,
        int horizon,
        int kind,
        MonthlyRegressions regressions,
        ComparisonSums sums) {
      this.contrast = contrast;
      this.estimand = estimand;
      this.kind = kind;
      months = plan.horizons().get(horizon);
      isChange = contrast.outcome() == Outcome.CHANGE;
      int metrics = plan.metrics();
      int weighting = contrast.weighting();
      estimates = new double[metrics];
      treatedMeans = new double[metrics];
      controlDeviations = new double[metrics];
      for (int metric = 0; metric < metrics; metric++) {
        controlDeviations[metric] = sums.controlDeviation(weighting, estimand, horizon, metric);
      }
      double[][][] columns = new double[2][months][];
      long[] atFirst = new long[2];
      EffectiveSampleSize ofLast = null;
      for (int arm = CONTROL; arm <= TREATED; arm++) {
        arms[arm] = new Month[months];
        for (int m = 0; m < months; m++) {
          double[] of = sums.month(weighting, estimand, arm == TREATED, horizon, m + 1);
          columns[arm][m] = sums.columns(weighting, estimand, arm == TREATED, horizon, m + 1);
          double weight = of[ComparisonSums.WEIGHT];
          if (m == 0) {
            atFirst[arm] = (long) of[ComparisonSums.UNITS];
          }
          if (m == months - 1 && arm == CONTROL) {
            ofLast = new EffectiveSampleSize(atFirst[arm], weight, of[ComparisonSums.SQUARE]);
          }
          if (weight == 0 && reason.isEmpty()) {
            reason =
                (arm == TREATED ? "No treated unit" : "No control")
                    + " is to be compared in month "
                    + (m + 1)
                    + ".";
          }
          Month month = new Month();
          month.share = (arm == TREATED ? 1 : -1) / weight / months;
          month.levels =
              Arrays.copyOfRange(
                  of, ComparisonSums.FIRST_METRIC, ComparisonSums.FIRST_METRIC + metrics);
          month.means = month.levels.clone();
          for (int metric = 0; isChange && metric < metrics; metric++) {
            month.means[metric] -= columns[arm][m][plan.covariates() + metric];
          }
          arms[arm][m] = month;
        }
      }
      controls = atFirst[CONTROL];
      treated = atFirst[TREATED];
      support = ofLast;
      if (reason.isEmpty() && regressions != null) {
        adjust(regressions, regressions.fit(estimand, horizon), columns, plan.covariates());
      }
      for (int m = 0; reason.isEmpty() && m < months; m++) {
        for (int metric = 0; metric < metrics; metric++) {
          estimates[metric] +=
              (arms[TREATED][m].means[metric] - arms[CONTROL][m].means[metric]) / months;
          treatedMeans[metric] += arms[TREATED][m].levels[metric] / months;
        }
      }
    }

    /** Takes out what covariates explain. */
    private void adjust(
        MonthlyRegressions regressions,
        MonthlyRegressions.Fit fit,
        double[][][] columns,
        int covariates) {
      double[] apart = new double[covariates];
      double[] size = new double[covariates];
      for (int m = 0; m < months; m++) {
        for (int j = 0; j < covariates; j++) {
          apart[j] += (columns[TREATED][m][j] - columns[CONTROL][m][j]) / months;
          size[j] += (Math.abs(columns[TREATED][m][j]) + Math.abs(columns[CONTROL][m][j])) / months;
        }
      }
      reason = fit.reason;
      if (reason.isEmpty() && contrast.adjustment() == Adjustment.CONTROLS) {
        reason = fit.untold(apart, size);
      }
      if (!reason.isEmpty()) {
        return;
      }
      double[] direction = fit.direction(apart);
      explained = fit.place;
      along = regressions.add(direction);
      for (int arm = CONTROL; arm <= TREATED; arm++) {
        for (int m = 0; m < months; m++) {
          Month month = arms[arm][m];
          for (int metric = 0; metric < month.means.length; metric++) {
            month.means[metric] -= LogisticState.product(fit.slopes[metric], columns[arm][m]);
          }
          if (isInRegression(arm)) {
            month.centres = fit.centres[arm][m];
            month.along = LogisticState.product(direction, fit.columns[arm][m]);
          }
        }
      }
    }

    boolean isInRegression(int arm) {
      return contrast.adjustment() == Adjustment.BOTH_ARMS
          || (contrast.adjustment() == Adjustment.CONTROLS && arm == CONTROL);
    }
  }

  /** What a score's surprise adds. */
  private static final class OfScore implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final int[] blocks;
    private final double[][] rows;
    private final double[] prior;

    OfScore(int[] blocks, double[][] rows, double[] prior) {
      this.blocks = blocks;
      this.rows = rows;
      this.prior = prior;
    }
  }

  /** A unit as the blocks see it. */
  private final class Reading {
    private final FollowUp unit;
    private final int arm;
    private final double[] after;
    private final double[] before;
    private final double[][] values;

    private Reading(FollowUp unit) {
      this.unit = unit;
      arm = unit.isTreated() ? TREATED : CONTROL;
      int metrics = plan.metrics();
      int months = Math.min(unit.months(), plan.longest());
      after = new double[months * metrics];
      before = new double[metrics];
      values = new double[regressions.length][];
      for (int metric = 0; metric < metrics; metric++) {
        before[metric] = unit.before(metric);
        for (int month = 1; month <= months; month++) {
          after[(month - 1) * metrics + metric] = unit.after(metric, month);
        }
      }
    }

    /** Whether the unit was observed to the end of a block that is measured. */
    private boolean isIn(Block block) {
      return block.reason.isEmpty() && block.months <= unit.months();
    }

    /** What the regressions of a block find for the unit. */
    private double[] values(Block block) {
      if (values[block.kind] == null) {
        values[block.kind] = regressions[block.kind].values(unit.covariates());
      }
      return values[block.kind];
    }

    /**
     * Adds to the influences on a block's estimates those by its means and by its regression, so
     * many times.
     */
    private void add(Block block, double ofMeans, double ofRegression, double[] into, int first) {
      double weight = ofMeans * unit.weight(block.contrast.weighting());
      double regressed =
          block.isInRegression(arm) && ofRegression != 0
              ? ofRegression * unit.weight(block.contrast.regressionWeighting())
              : 0;
      if (weight == 0 && regressed == 0) {
        return;
      }
      double[] values = block.kind < 0 ? NOTHING : values(block);
      int metrics = plan.metrics();
      for (int m = 0; m < block.months; m++) {
        double stays = unit.stays(block.estimand, m + 1);
        if (stays == 0) {
          continue;
        }
        Month month = block.arms[arm][m];
        double share = weight * stays * month.share;
        double slope =
            regressed == 0 ? 0 : -regressed * stays * (values[block.along] - month.along);
        for (int metric = 0; metric < metrics; metric++) {
          double left = after[m * metrics + metric];
          if (block.isChange) {
            left -= before[metric];
          }
          if (block.kind >= 0) {
            left -= values[block.explained + metric];
          }
          into[first + metric] += share * (left - month.means[metric]);
          if (slope != 0) {
            into[first + metric] += slope * (left - month.centres[metric]);
          }
        }
      }
    }

    /** Adds the influences on the means of the treated. */
    private void addTreated(Block block, double[] into) {
      double weight = unit.weight(block.contrast.weighting());
      if (arm == CONTROL || weight == 0) {
        return;
      }
      int metrics = plan.metrics();
      for (int m = 0; m < block.months; m++) {
        Month month = block.arms[arm][m];
        double share = weight * unit.stays(block.estimand, m + 1) * month.share;
        for (int metric = 0; metric < metrics; metric++) {
          into[metric] += share * (after[m * metrics + metric] - month.levels[metric]);
        }
      }
    }
  }

  /** The place of a contrast's estimand and horizon. */
  public int block(int contrast, int estimand, int horizon) {
    return (contrast * plan.estimands() + estimand) * plan.horizons().size() + horizon;
  }

  /** The number of blocks. */
  public int blocks() {
    return blocks.length;
  }

  /** Why a block is not measured; empty: it is. */
  public String reason(int block) {
    return blocks[block].reason;
  }

  /** What the treated have more, of each metric; 0 of a block that is not measured. */
  public double[] estimates(int block) {
    return blocks[block].estimates.clone();
  }

  /** The treated's means after treatment, of each metric; 0 of a block that is not measured. */
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
   * @throws IllegalArgumentException if a score that has slopes has no fit
   */
  public void project(ScoreSlopes slopes, Map<String, LogisticFit> fits) {
    slopes
        .sums()
        .forEach(
            (group, sums) -> {
              LogisticFit fit = fits.get(group);
              if (fit == null) {
                throw new IllegalArgumentException(
                    "fits has no score '" + group + "', must have one of each group of units");
              }
              ofScores.put(group, ofScore(sums, fit));
            });
  }

  private OfScore ofScore(double[][][] sums, LogisticFit fit) {
    int metrics = plan.metrics();
    int[] moved = IntStream.range(0, sums.length).filter(b -> sums[b] != null).toArray();
    double[][] rows = new double[fit.rank()][moved.length * metrics];
    double[] prior = new double[moved.length * metrics];
    for (int i = 0; i < moved.length; i++) {
      for (int metric = 0; metric < metrics; metric++) {
        double[] direction = fit.direction(sums[moved[i]][metric]);
        prior[i * metrics + metric] = fit.priorShare(direction);
        for (int j = 0; j < direction.length; j++) {
          rows[j][i * metrics + metric] = direction[j];
        }
      }
    }
    return new OfScore(moved, rows, prior);
  }

  /** Room for the influences of a unit. */
  public double[][] influences() {
    return new double[blocks.length][2 * plan.metrics()];
  }

  /**
   * The influences of a unit: by block those on the mean of the treated of each metric, then those
   * on its estimate. A unit that is not compared has influences where it has a {@link
   * FollowUp#surprise}: it moved the score. To tell an error all units of the score are asked for,
   * also those of another segment (with weight 0) or observed for a shorter time.
   *
   * @param into one array of twice the metrics of each block; is overwritten
   */
  public void influences(FollowUp unit, double[][] into) {
    Reading reading = new Reading(unit);
    for (int b = 0; b < blocks.length; b++) {
      Arrays.fill(into[b], 0);
      if (reading.isIn(blocks[b])) {
        reading.add(blocks[b], 1, 1, into[b], plan.metrics());
        reading.addTreated(blocks[b], into[b]);
      }
    }
    double surprise = unit.surprise();
    OfScore ofScore = surprise == 0 ? null : ofScores.get(unit.group());
    if (ofScore != null) {
      addOfScore(ofScore, unit.scored(), surprise, into);
    }
  }

  private void addOfScore(OfScore ofScore, double[] scored, double surprise, double[][] into) {
    int metrics = plan.metrics();
    Arguments.sameLength("scored", scored.length, "the score's coefficients", ofScore.rows.length);
    double[] sums = new double[ofScore.prior.length];
    for (int j = 0; j < scored.length; j++) {
      double[] row = ofScore.rows[j];
      double value = scored[j];
      for (int i = 0; i < sums.length; i++) {
        sums[i] += value * row[i];
      }
    }
    for (int i = 0; i < sums.length; i++) {
      into[ofScore.blocks[i / metrics]][metrics + i % metrics] +=
          surprise * sums[i] - ofScore.prior[i];
    }
  }

  /** Whether estimates change with a unit's score. */
  boolean hasSlopes(FollowUp unit) {
    boolean has = false;
    for (int weighting = 0; weighting < plan.weightings(); weighting++) {
      has |= unit.weight(weighting) > 0 && unit.weightSlope(weighting) != 0;
    }
    if (has && unit.isTreated()) {
      throw new IllegalArgumentException(
          "weightSlope of a treated unit is not 0, must be: treated have no odds as weights");
    }
    return has;
  }

  /**
   * Adds what a unit adds to the derivatives of the estimates by the score's coefficients.
   *
   * @param into by block, null: nothing yet; by metric one number of each standardised column
   */
  void addSlopes(FollowUp unit, double[][][] into) {
    Reading reading = new Reading(unit);
    double[] scored = unit.scored();
    double[] changes = new double[plan.metrics()];
    for (int b = 0; b < blocks.length; b++) {
      Contrast contrast = blocks[b].contrast;
      double ofMeans = unit.weightSlope(contrast.weighting());
      double ofRegression =
          contrast.adjustment() == Adjustment.NONE
              ? 0
              : unit.weightSlope(contrast.regressionWeighting());
      if (!reading.isIn(blocks[b]) || (ofMeans == 0 && ofRegression == 0)) {
        continue;
      }
      if (into[b] == null) {
        into[b] = new double[plan.metrics()][scored.length];
      }
      Arrays.fill(changes, 0);
      reading.add(blocks[b], ofMeans, ofRegression, changes, 0);
      for (int metric = 0; metric < changes.length; metric++) {
        double change = changes[metric];
        double[] sums = into[b][metric];
        for (int j = 0; j < sums.length; j++) {
          sums[j] += change * scored[j];
        }
      }
    }
  }

  ComparisonPlan plan() {
    return plan;
  }
}
