package dev.cohortium.stats;

import java.util.List;

/** A unit of a comparison whose numbers are seen where it is made. */
final class Observation implements FollowUp {
  private final boolean treated;
  private double[] weights = {1};
  private double[] stays;
  private double[][] after;
  private double[] before;
  private double[] covariates = {};
  private double[] scored = {};
  private double[] slopes;
  private double surprise;

  /** A unit with one metric, by month. */
  private Observation(boolean treated, double... after) {
    this.treated = treated;
    this.after = new double[][] {after};
    before = new double[1];
  }

  static Observation treated(double... after) {
    return new Observation(true, after);
  }

  static Observation control(double... after) {
    return new Observation(false, after);
  }

  static Observation of(boolean treated, double... after) {
    return new Observation(treated, after);
  }

  /** By weighting. */
  Observation weighing(double... weights) {
    this.weights = weights;
    return this;
  }

  /** By month, of the first estimand; of all others it stays. */
  Observation staying(double... stays) {
    this.stays = stays;
    return this;
  }

  Observation with(double... covariates) {
    this.covariates = covariates;
    return this;
  }

  /** By metric. */
  Observation from(double... before) {
    this.before = before;
    return this;
  }

  /** By metric and month. */
  Observation metrics(double[]... after) {
    this.after = after;
    if (before.length != after.length) {
      before = new double[after.length];
    }
    return this;
  }

  /** By the score of a group; slopes by weighting. */
  Observation scored(double[] scored, double surprise, double... slopes) {
    this.scored = scored;
    this.surprise = surprise;
    this.slopes = slopes;
    return this;
  }

  @Override
  public boolean isTreated() {
    return treated;
  }

  @Override
  public int months() {
    return after[0].length;
  }

  @Override
  public double weight(int weighting) {
    return weights[weighting];
  }

  @Override
  public double stays(int estimand, int month) {
    return stays == null || estimand > 0 ? 1 : stays[month - 1];
  }

  @Override
  public double after(int metric, int month) {
    return after[metric][month - 1];
  }

  @Override
  public double before(int metric) {
    return before[metric];
  }

  @Override
  public double[] covariates() {
    return covariates;
  }

  @Override
  public String group() {
    return "all";
  }

  @Override
  public double[] scored() {
    return scored;
  }

  @Override
  public double weightSlope(int weighting) {
    return slopes == null ? 0 : slopes[weighting];
  }

  @Override
  public double surprise() {
    return surprise;
  }

  /** What a plan finds of units. */
  static WeightedComparison compare(ComparisonPlan plan, List<? extends FollowUp> units) {
    ComparisonSums sums = ComparisonSums.empty(plan);
    units.forEach(sums::add);
    return WeightedComparison.of(sums);
  }

  /** The units' influences on the estimate of a metric in a block. */
  static double[] influences(
      WeightedComparison comparison, List<? extends FollowUp> units, int block, int metric) {
    double[][] room = comparison.influences();
    double[] influences = new double[units.size()];
    for (int i = 0; i < influences.length; i++) {
      comparison.influences(units.get(i), room);
      influences[i] = room[block][room[block].length / 2 + metric];
    }
    return influences;
  }

  /** The products of units, each a cluster. */
  static InfluenceProducts products(WeightedComparison comparison, List<? extends FollowUp> units) {
    InfluenceProducts products = InfluenceProducts.empty(comparison);
    double[][] room = comparison.influences();
    for (FollowUp unit : units) {
      comparison.influences(unit, room);
      products.add(room);
    }
    return products;
  }

  /** The estimate of the first metric in the first block, units independent of each other. */
  static Measurement estimate(ComparisonPlan plan, List<? extends FollowUp> units) {
    WeightedComparison comparison = compare(plan, units);
    return JointEstimate.of(comparison, 0, products(comparison, units)).mean(0).value();
  }
}
