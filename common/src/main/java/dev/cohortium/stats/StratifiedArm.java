package dev.cohortium.stats;

import java.util.List;

/** One arm of all strata, and the shares that its means are combined by. */
final class StratifiedArm {
  private final List<CrossMoments> parts;
  private final double[] shares;

  /**
   * Of the strata that count.
   *
   * @param shares one of each part, together 1
   */
  StratifiedArm(List<CrossMoments> parts, double[] shares) {
    this.parts = List.copyOf(parts);
    this.shares = shares.clone();
  }

  long customers() {
    return parts.stream().mapToLong(CrossMoments::count).reduce(0, Math::addExact);
  }

  /** The mean of a variable: sum of (n_s / n) mean_s. */
  double mean(int i) {
    double mean = 0;
    for (int s = 0; s < shares.length; s++) {
      mean += shares[s] * parts.get(s).mean(i);
    }
    return mean;
  }

  /** How large the terms are that a mean is added up from. */
  double size(int i) {
    double size = 0;
    for (int s = 0; s < shares.length; s++) {
      size += shares[s] * Math.abs(parts.get(s).mean(i));
    }
    return size;
  }

  /** The covariance of two means: sum of (n_s / n)² s_ij / n_a. */
  double covariance(int i, int j) {
    double sum = 0;
    for (int s = 0; s < shares.length; s++) {
      sum += shares[s] * shares[s] * parts.get(s).covariance(i, j) / parts.get(s).count();
    }
    return sum;
  }

  /** The variance of the mean of sum weights_i x_i. */
  double variance(double... weights) {
    double sum = 0;
    for (int s = 0; s < shares.length; s++) {
      sum += shares[s] * shares[s] * parts.get(s).varianceOf(weights) / parts.get(s).count();
    }
    return sum;
  }

  /** The mean of a variable with its error. */
  Estimate meanEstimate(int i) {
    double[] one = new double[parts.get(0).variables()];
    one[i] = 1;
    return estimate(mean(i), one);
  }

  Estimate ratio() {
    double ratio = mean(0) / mean(1);
    return estimate(ratio, 1 / mean(1), -ratio / mean(1));
  }

  /** A value with the error of the mean of sum weights_i x_i, Satterthwaite over strata. */
  Estimate estimate(double value, double... weights) {
    Estimate[] own = parts.stream().map(part -> centred(part, weights)).toArray(Estimate[]::new);
    Estimate error = Estimate.sum(shares, own);
    return new Estimate(value, Rounding.without(error.stdError(), value), error.degreesOfFreedom());
  }

  private static Estimate centred(CrossMoments part, double... weights) {
    double[] terms = weights.clone();
    for (int i = 0; i < terms.length; i++) {
      terms[i] *= part.mean(i);
    }
    double deviation = Rounding.without(Math.sqrt(part.varianceOf(weights)), terms);
    return new Estimate(0, deviation / Math.sqrt((double) part.count()), part.count() - 1.0);
  }
}
