package dev.cohortium.stats;

import java.util.Arrays;

/**
 * The logarithm of the summed exp(lambda'row): where it is least, the weights exp(lambda'row) give
 * every column a mean of 0.
 */
final class EntropyDual implements Newton.Convex {
  private final double[][] rows;

  EntropyDual(double[][] rows) {
    this.rows = rows;
  }

  @Override
  public Newton.Local at(double[] place) {
    return new Newton.Local() {
      @Override
      public double value() {
        return EntropyDual.this.value(place);
      }

      @Override
      public double[] gradient() {
        return EntropyDual.this.gradient(place);
      }

      @Override
      public double[][] curvature() {
        return EntropyDual.this.curvature(place);
      }
    };
  }

  private double value(double[] at) {
    double[] exponents = exponents(at);
    double most = Arrays.stream(exponents).max().orElse(0);
    return most + Math.log(Arrays.stream(exponents).map(e -> Math.exp(e - most)).sum());
  }

  private double[] gradient(double[] at) {
    double[] weights = weights(at);
    double[] means = new double[at.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < means.length; j++) {
        means[j] += weights[i] * rows[i][j];
      }
    }
    return means;
  }

  private double[][] curvature(double[] at) {
    double[] weights = weights(at);
    double[] means = gradient(at);
    double[][] covariances = new double[at.length][at.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < means.length; j++) {
        for (int l = 0; l < means.length; l++) {
          covariances[j][l] += weights[i] * ((rows[i][j] - means[j]) * (rows[i][l] - means[l]));
        }
      }
    }
    return covariances;
  }

  /** The weight of each row, in sum 1. */
  double[] weights(double[] at) {
    double[] exponents = exponents(at);
    double most = Arrays.stream(exponents).max().orElse(0);
    double sum = Arrays.stream(exponents).map(e -> Math.exp(e - most)).sum();
    return Arrays.stream(exponents).map(e -> Math.exp(e - most) / sum).toArray();
  }

  private double[] exponents(double[] at) {
    double[] exponents = new double[rows.length];
    Arrays.setAll(exponents, i -> LogisticState.product(rows[i], at));
    return exponents;
  }
}
