package dev.cohortium.stats;

import java.util.Optional;

/**
 * The means of the treated and the estimates of one block of a {@link WeightedComparison}, of all
 * its metrics, with the errors of what is found from several of them.
 *
 * <p>The variance of a combination c'theta is c'Vc, V from influences summed by customer; or, where
 * units stand in matched sets, V_set + V_customer - V_cell of the combination, at least the larger
 * of V_set and V_customer; each with its factor G / (G - 1). Student's t with min(G) - 1 degrees of
 * freedom. Fewer than {@value #LEAST_TREATED} treated or {@value #LEAST_CUSTOMERS} customers are
 * unmeasured, and so is what does not vary.
 *
 * @see <a href="https://doi.org/10.1198/jbes.2010.07136">Cameron, Gelbach, Miller 2011</a>
 */
public final class JointEstimate {
  /** Treated below which an effect is not told. */
  public static final int LEAST_TREATED = 25;

  /** Customers with an influence below which an error is not told. */
  public static final int LEAST_CUSTOMERS = 50;

  private final InfluenceProducts customers;
  private final Optional<InfluenceProducts> sets;
  private final Optional<InfluenceProducts> cells;
  private final int block;
  private final int metrics;
  private final double[] treatedMeans;
  private final double[] estimates;
  private final double[] deviations;
  private final Optional<Unmeasured> reason;
  private final long clusters;

  private JointEstimate(
      WeightedComparison comparison,
      int block,
      InfluenceProducts customers,
      Optional<InfluenceProducts> sets,
      Optional<InfluenceProducts> cells) {
    this.customers = customers;
    this.sets = sets;
    this.cells = cells;
    this.block = block;
    metrics = comparison.plan().metrics();
    treatedMeans = comparison.treatedMeans(block);
    estimates = comparison.estimates(block);
    deviations = comparison.controlDeviations(block);
    clusters =
        sets.map(of -> Math.min(of.clusters(block), customers.clusters(block)))
            .orElse(customers.clusters(block));
    reason = reason(comparison);
  }

  /** The block's estimates, customers independent of each other. */
  public static JointEstimate of(
      WeightedComparison comparison, int block, InfluenceProducts customers) {
    return new JointEstimate(comparison, block, customers, Optional.empty(), Optional.empty());
  }

  /**
   * The block's estimates, units dependent if they share a customer or a matched set.
   *
   * @param cells by customer and set
   */
  public static JointEstimate of(
      WeightedComparison comparison,
      int block,
      InfluenceProducts customers,
      InfluenceProducts sets,
      InfluenceProducts cells) {
    return new JointEstimate(comparison, block, customers, Optional.of(sets), Optional.of(cells));
  }

  private Optional<Unmeasured> reason(WeightedComparison comparison) {
    long treated = comparison.treated(block);
    long found = customers.clusters(block);
    String none = comparison.reason(block);
    if (none.isEmpty() && treated < LEAST_TREATED) {
      none = treated + " treated were compared; fewer than " + LEAST_TREATED + " tell no effect.";
    }
    if (none.isEmpty() && found == 0) {
      none = ClusteredMean.CONSTANT.reason();
    }
    if (none.isEmpty() && found < LEAST_CUSTOMERS) {
      none = found + " customers were compared; fewer than " + LEAST_CUSTOMERS + " tell no error.";
    }
    if (none.isEmpty() && clusters < 2) {
      none = "All observations belong to one matched set, which cannot tell an error.";
    }
    return none.isEmpty() ? Optional.empty() : Optional.of(new Unmeasured(none));
  }

  /**
   * An effect.
   *
   * @param value in its unit, with its error
   * @param baseline what would have been without it: the treated's less the effect; 0 where there
   *     is none
   * @param relative to the baseline
   */
  public record Effect(Measurement value, double baseline, RelativeEffect relative) {
    private static Effect unmeasured(Unmeasured reason) {
      return new Effect(reason, 0, RelativeEffect.unmeasured(reason));
    }
  }

  /**
   * The effect on the mean of a metric.
   *
   * @throws IllegalArgumentException if there is no such metric
   */
  public Effect mean(int metric) {
    require("metric", metric);
    double[] ofTreated = unit(metric);
    double[] ofEstimate = unit(metrics + metric);
    return effect(
        estimates[metric],
        treatedMeans[metric],
        treatedMeans[metric] - estimates[metric],
        ofEstimate,
        ofTreated,
        minus(ofTreated, 1, ofEstimate));
  }

  /**
   * The effect on the ratio of the totals of two metrics, M / D: that of the treated less that of
   * their counterfactual, (M - effect on M) / (D - effect on D). Unmeasured unless both
   * denominators are above 0.
   *
   * @throws IllegalArgumentException if there are no such metrics
   */
  public Effect ratio(int numerator, int denominator) {
    require("numerator", numerator);
    require("denominator", denominator);
    if (reason.isPresent()) {
      return Effect.unmeasured(reason.get());
    }
    double treated = treatedMeans[denominator];
    double baseline = treated - estimates[denominator];
    if (!(treated > 0) || !(baseline > 0)) {
      return Effect.unmeasured(new Unmeasured("There is nothing to divide by."));
    }
    double with = treatedMeans[numerator] / treated;
    double without = (treatedMeans[numerator] - estimates[numerator]) / baseline;
    double[] ofWith = new double[2 * metrics];
    ofWith[numerator] += 1 / treated;
    ofWith[denominator] -= with / treated;
    double[] ofWithout = new double[2 * metrics];
    ofWithout[numerator] += 1 / baseline;
    ofWithout[denominator] -= without / baseline;
    ofWithout[metrics + numerator] -= 1 / baseline;
    ofWithout[metrics + denominator] += without / baseline;
    return effect(with - without, with, without, minus(ofWith, 1, ofWithout), ofWith, ofWithout);
  }

  private Effect effect(
      double value,
      double treated,
      double baseline,
      double[] ofValue,
      double[] ofTreated,
      double[] ofBaseline) {
    if (reason.isPresent()) {
      return Effect.unmeasured(reason.get());
    }
    double error = Rounding.without(Math.sqrt(variance(ofValue)), value, treated, baseline);
    if (error == 0) {
      return new Effect(
          ClusteredMean.CONSTANT, baseline, RelativeEffect.unmeasured(ClusteredMean.CONSTANT));
    }
    Quotient quotient =
        new Quotient(
            treated,
            baseline,
            variance(ofTreated),
            variance(ofBaseline),
            covariance(ofTreated, ofBaseline, baseline == 0 ? 0 : treated / baseline),
            clusters - 1);
    return new Effect(
        new Estimate(value, error, clusters - 1), baseline, RelativeEffect.of(quotient));
  }

  /**
   * The effect on the mean of a metric in standard deviations between controls, which count as
   * known; unmeasured where controls do not vary.
   *
   * @throws IllegalArgumentException if there is no such metric
   */
  public Measurement standardised(int metric) {
    Measurement value = mean(metric).value();
    double deviation = deviations[metric];
    if (!(value instanceof Estimate estimate)) {
      return value;
    }
    return Rounding.without(deviation, treatedMeans[metric] - estimates[metric]) == 0
        ? new Unmeasured("The controls do not vary, so there is no unit to tell the effect in.")
        : new Estimate(
            estimate.value() / deviation,
            estimate.stdError() / deviation,
            estimate.degreesOfFreedom());
  }

  /** The number of clusters of the clustering that has fewer. */
  public long clusters() {
    return clusters;
  }

  /**
   * The variance of a combination.
   *
   * @param combination what the treated's mean of each metric is multiplied by, then what the
   *     estimate of each is
   * @throws IllegalArgumentException if it has not one number of each, or one is not finite
   */
  public double variance(double[] combination) {
    Arguments.sameLength("combination", combination.length, "the means and estimates", 2 * metrics);
    Arguments.finite("combination", combination);
    double byCustomer = variance(customers, combination);
    return sets.isEmpty()
        ? byCustomer
        : ClusteredMean.twoWay(
            variance(sets.get(), combination),
            byCustomer,
            variance(cells.orElseThrow(), combination));
  }

  private double variance(InfluenceProducts products, double[] combination) {
    double sum = 0;
    for (int i = 0; i < combination.length; i++) {
      for (int j = 0; j < combination.length; j++) {
        if (combination[i] != 0 && combination[j] != 0) {
          sum += combination[i] * combination[j] * products.covariance(block, i, j);
        }
      }
    }
    return Math.max(0, sum);
  }

  /**
   * The covariance with which the variance of one - r other is what it is; that of r = 0 is of one
   * + other and one - other. It lies within the variances' bounds.
   */
  private double covariance(double[] one, double[] other, double ratio) {
    double ofOne = variance(one);
    double ofOther = variance(other);
    double covariance =
        ratio == 0
            ? (variance(minus(one, -1, other)) - variance(minus(one, 1, other))) / 4
            : (ofOne + ratio * ratio * ofOther - variance(minus(one, ratio, other))) / (2 * ratio);
    double most = Math.sqrt(ofOne) * Math.sqrt(ofOther);
    return Math.max(-most, Math.min(most, covariance));
  }

  private void require(String name, int metric) {
    Arguments.atLeast(name, metric, 0);
    Arguments.atMost(name, metric, metrics - 1);
  }

  private double[] unit(int place) {
    double[] unit = new double[2 * metrics];
    unit[place] = 1;
    return unit;
  }

  private static double[] minus(double[] one, double factor, double[] other) {
    double[] difference = new double[one.length];
    for (int i = 0; i < one.length; i++) {
      difference[i] = one[i] - factor * other[i];
    }
    return difference;
  }
}
