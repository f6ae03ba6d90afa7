package dev.cohortium.lookalike;

import dev.cohortium.stats.FollowUp;

/** A unit as the comparison sees it, in one role: in its matched set, or by the weights. */
final class Followed implements FollowUp {
  private final Unit unit;
  private final Weighing weighing;
  private final double[] weights;
  private final double[] stays;
  private final double[][] after;
  private final double[] before;
  private final double[] slopes;
  private final double surprise;

  /** A unit by its weights; {@code matched} is its weight in a matched set, 0: outside of any. */
  Followed(Unit unit, Weighing weighing, double matched) {
    this.unit = unit;
    this.weighing = weighing;
    stays = new double[unit.months()];
    after = new double[weighing.metrics()][];
    before = new double[weighing.metrics()];
    for (int metric = 0; metric < before.length; metric++) {
      after[metric] = new double[unit.months()];
      for (int month = 1; month <= unit.months(); month++) {
        after[metric][month - 1] = unit.after(metric, month);
      }
      before[metric] = unit.before(metric);
    }
    for (int month = 1; month <= unit.months(); month++) {
      stays[month - 1] = weighing.staysOut(unit, month);
    }
    if (matched > 0) {
      weights = Weighing.matched(matched);
      slopes = new double[Weighing.WEIGHTINGS];
      surprise = 0;
    } else {
      double logit = weighing.scores().logit(unit.group(), unit.covariates());
      weights = weighing.weights(unit, logit);
      slopes = new double[Weighing.WEIGHTINGS];
      if (!unit.isTreated()) {
        slopes[Weighing.ODDS] = logit < weighing.capOf(unit.group()) ? 1 : 0;
        slopes[Weighing.ODDS_UNCAPPED] = 1;
      }
      double probability = 1 / (1 + Math.exp(-logit));
      surprise = ((unit.isTreated() ? 1 : 0) - probability) / unit.share();
    }
  }

  @Override
  public boolean isTreated() {
    return unit.isTreated();
  }

  @Override
  public int months() {
    return after.length == 0 ? 0 : after[0].length;
  }

  @Override
  public double weight(int weighting) {
    return weights[weighting];
  }

  @Override
  public double stays(int estimand, int month) {
    return estimand == Weighing.STAY_OUT ? stays[month - 1] : 1;
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
    return unit.covariates();
  }

  @Override
  public String group() {
    return unit.group();
  }

  @Override
  public double[] scored() {
    return weighing.scores().fits().get(unit.group()).standardised(unit.covariates());
  }

  @Override
  public double weightSlope(int weighting) {
    return slopes[weighting];
  }

  @Override
  public double surprise() {
    return surprise;
  }
}
