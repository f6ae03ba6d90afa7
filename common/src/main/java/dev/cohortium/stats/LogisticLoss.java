package dev.cohortium.stats;

import java.util.Arrays;

/** Minus the log likelihood of a logistic regression, with a normal prior on some coefficients. */
final class LogisticLoss implements Newton.Convex {
  private final double[][] rows;
  private final boolean[] treated;
  private final double[] weights;
  private final double[] precisions;

  /**
   * A loss.
   *
   * @param rows the intercept's 1 among the columns
   * @param precisions of each coefficient's prior; 0: none
   */
  LogisticLoss(double[][] rows, boolean[] treated, double[] weights, double[] precisions) {
    this.rows = rows;
    this.treated = treated;
    this.weights = weights;
    this.precisions = precisions;
  }

  @Override
  public double value(double[] at) {
    double sum = 0;
    for (int i = 0; i < rows.length; i++) {
      double logit = product(rows[i], at);
      double wrong = treated[i] ? -logit : logit;
      sum += weights[i] * (Math.max(wrong, 0) + Math.log1p(Math.exp(-Math.abs(wrong))));
    }
    for (int j = 0; j < at.length; j++) {
      sum += precisions[j] * at[j] * at[j] / 2;
    }
    return sum;
  }

  @Override
  public double[] gradient(double[] at) {
    double[] gradient = priorGradient(at);
    for (int i = 0; i < rows.length; i++) {
      double surprise = surprise(i, at);
      for (int j = 0; j < gradient.length; j++) {
        gradient[j] -= surprise * rows[i][j];
      }
    }
    return gradient;
  }

  @Override
  public double[][] curvature(double[] at) {
    double[][] curvature = new double[at.length][at.length];
    for (int i = 0; i < rows.length; i++) {
      double logit = product(rows[i], at);
      double weight = weights[i] * probability(logit) * probability(-logit);
      for (int j = 0; j < at.length; j++) {
        for (int l = 0; l <= j; l++) {
          curvature[j][l] += weight * rows[i][j] * rows[i][l];
        }
      }
    }
    for (int j = 0; j < at.length; j++) {
      curvature[j][j] += precisions[j];
      for (int l = 0; l < j; l++) {
        curvature[l][j] = curvature[j][l];
      }
    }
    return curvature;
  }

  double[] priorGradient(double[] at) {
    double[] gradient = new double[at.length];
    Arrays.setAll(gradient, j -> precisions[j] * at[j]);
    return gradient;
  }

  /** A row's weight times (treated - probability), exact where the probability is near 1. */
  double surprise(int row, double[] at) {
    double logit = product(rows[row], at);
    return weights[row] * (treated[row] ? probability(-logit) : -probability(logit));
  }

  static double product(double[] one, double[] other) {
    double sum = 0;
    for (int j = 0; j < one.length; j++) {
      sum += one[j] * other[j];
    }
    return sum;
  }

  static double probability(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }
}
