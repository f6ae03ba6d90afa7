package dev.cohortium.lookalike;

import dev.cohortium.lookalike.Comparisons.Found;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.InfluenceProducts;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.Quotient;
import dev.cohortium.stats.RelativeEffect;
import dev.cohortium.stats.Unmeasured;

/**
 * The estimates of one block of a comparison with their errors, by customer and by matched set
 * together.
 */
final class Inference {
  static final int LEAST_TREATED = 25;
  private static final int LEAST_CLUSTERS = 50;

  private final Found found;
  private final int block;
  private final int metrics;
  private final boolean hasSets;
  private final double[] treatedMeans;
  private final double[] estimates;

  Inference(Found found, int block, int metrics, boolean hasSets) {
    this.found = found;
    this.block = block;
    this.metrics = metrics;
    this.hasSets = hasSets;
    treatedMeans = found.comparison().treatedMeans(block);
    estimates = found.comparison().estimates(block);
  }

  /**
   * An effect.
   *
   * @param value with its error, or why there is none
   * @param baseline what would have been without it
   * @param relative to the baseline
   */
  record Effect(Measurement value, double baseline, RelativeEffect relative) {}

  /** The effect on the mean of a metric. */
  Effect mean(int metric) {
    double[] ofTreated = unit(metric);
    double[] ofEstimate = unit(metrics + metric);
    return effect(
        estimates[metric],
        treatedMeans[metric],
        ofEstimate,
        ofTreated,
        minus(ofTreated, ofEstimate));
  }

  /** The effect on the ratio of the totals of two metrics. */
  Effect ratio(int numerator, int denominator) {
    double treated = treatedMeans[denominator];
    double baseline = treated - estimates[denominator];
    if (!(treated > 0) || !(baseline > 0)) {
      Measurement none = new Unmeasured("There is nothing to divide by.");
      return new Effect(none, 0, null);
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
    return effect(with - without, with, minus(ofWith, ofWithout), ofWith, ofWithout);
  }

  private Effect effect(
      double value, double treated, double[] ofValue, double[] ofTreated, double[] ofBaseline) {
    double baseline = treated - value;
    Measurement measured = measure(value, ofValue);
    RelativeEffect relative =
        measured instanceof Estimate estimate && baseline > 0
            ? RelativeEffect.of(
                new Quotient(
                    treated,
                    baseline,
                    product(ofTreated, ofTreated),
                    product(ofBaseline, ofBaseline),
                    covariance(ofTreated, ofBaseline),
                    estimate.degreesOfFreedom()))
            : null;
    return new Effect(measured, baseline, relative);
  }

  private Measurement measure(double value, double[] gradient) {
    String reason = found.comparison().reason(block);
    long treated = found.comparison().treated(block);
    long clusters = clusters();
    if (!reason.isEmpty()) {
      return new Unmeasured(reason);
    }
    if (treated < LEAST_TREATED) {
      return new Unmeasured(
          treated + " treated were compared; fewer than " + LEAST_TREATED + " tell no effect.");
    }
    if (found.customers().clusters(block) < LEAST_CLUSTERS) {
      return new Unmeasured(
          found.customers().clusters(block)
              + " customers were compared; fewer than "
              + LEAST_CLUSTERS
              + " tell no error.");
    }
    double variance = product(gradient, gradient);
    double error = Math.sqrt(variance);
    double scale = Math.abs(value) + Math.abs(treatedMeans[0]);
    return error <= 1e-12 * scale
        ? new Unmeasured("The metric does not vary, so no error can be told.")
        : new Estimate(value, error, clusters - 1);
  }

  private long clusters() {
    long customers = found.customers().clusters(block);
    return hasSets ? Math.min(customers, found.sets().clusters(block)) : customers;
  }

  /** The variance of a combination, by both clusterings. */
  private double product(double[] one, double[] other) {
    double byCustomer = product(found.customers(), one, other);
    if (!hasSets) {
      return byCustomer;
    }
    double bySet = product(found.sets(), one, other);
    double byCell = product(found.cells(), one, other);
    return Math.max(bySet + byCustomer - byCell, Math.max(bySet, byCustomer));
  }

  /** A covariance that fits the variances: (V(a + b) - V(a - b)) / 4, within their bounds. */
  private double covariance(double[] one, double[] other) {
    double most = Math.sqrt(product(one, one) * product(other, other));
    double[] sum = new double[one.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = one[i] + other[i];
    }
    double[] difference = minus(one, other);
    double covariance = (product(sum, sum) - product(difference, difference)) / 4;
    return Math.max(-most, Math.min(most, covariance));
  }

  private double product(InfluenceProducts products, double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      for (int j = 0; j < other.length; j++) {
        if (one[i] != 0 && other[j] != 0) {
          sum += one[i] * other[j] * products.covariance(block, i, j);
        }
      }
    }
    return sum;
  }

  private double[] unit(int place) {
    double[] unit = new double[2 * metrics];
    unit[place] = 1;
    return unit;
  }

  private static double[] minus(double[] one, double[] other) {
    double[] difference = new double[one.length];
    for (int i = 0; i < one.length; i++) {
      difference[i] = one[i] - other[i];
    }
    return difference;
  }

  /** The standardised effect on a metric: in deviations between the controls; and its error. */
  double[] standardised(int metric) {
    double deviation = found.comparison().controlDeviations(block)[metric];
    double error = Math.sqrt(product(unit(metrics + metric), unit(metrics + metric)));
    return new double[] {estimates[metric] / deviation, error / deviation};
  }
}
