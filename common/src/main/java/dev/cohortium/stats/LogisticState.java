package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What a step of a logistic regression needs to know of its rows at given coefficients, and adds:
 * minus the log likelihood, its gradient and its curvature. Coefficients are of {@link
 * LogisticFit}'s standardised columns, the intercept first.
 */
public final class LogisticState implements Newton.Local, Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final double[] place;
  private final double[] gradient;
  private final double[][] curvature;
  private double weight;
  private double value;

  private LogisticState(double[] place) {
    this.place = place;
    gradient = new double[place.length];
    curvature = new double[place.length][place.length];
  }

  /** The state of no rows at {@code place}. */
  public static LogisticState empty(double[] place) {
    return new LogisticState(place.clone());
  }

  /**
   * The state of weighted rows at {@code place}.
   *
   * @param gram of all rows, which standardises
   * @param rows covariates of each unit, without the intercept; may be none
   * @param weights one of each row, above 0
   * @param place coefficients of the standardised columns
   * @throws IllegalArgumentException if lengths differ, a number is not finite or a weight is not
   *     above 0
   */
  public static LogisticState of(
      Gram gram, double[][] rows, boolean[] treated, double[] weights, double[] place) {
    Arguments.sameLength("treated", treated.length, "rows", rows.length);
    Arguments.sameLength("weights", weights.length, "rows", rows.length);
    Arguments.positive("weights", weights);
    int[] kept = gram.independent();
    Arguments.sameLength("place", place.length, "coefficients", kept.length + 1);
    double[][] standardised = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      Arguments.sameLength("rows[" + i + "]", rows[i].length, "columns", gram.columns());
      Arguments.finite("rows[" + i + "]", rows[i]);
      standardised[i] = LogisticFit.standardise(gram, kept, rows[i]);
    }
    return ofStandardised(standardised, treated, weights, place);
  }

  /** The state of rows with the intercept's 1 among their columns. */
  static LogisticState ofStandardised(
      double[][] rows, boolean[] treated, double[] weights, double[] place) {
    LogisticState state = empty(place);
    for (int i = 0; i < rows.length; i++) {
      state.add(rows[i], treated[i], weights[i]);
    }
    state.mirror();
    return state;
  }

  private void add(double[] row, boolean treated, double rowWeight) {
    double logit = product(row, place);
    double wrong = treated ? -logit : logit;
    double surprise = rowWeight * surprise(treated, logit);
    double information = rowWeight * probability(logit) * probability(-logit);
    weight += rowWeight;
    value += rowWeight * (Math.max(wrong, 0) + Math.log1p(Math.exp(-Math.abs(wrong))));
    for (int j = 0; j < row.length; j++) {
      gradient[j] -= surprise * row[j];
      double informed = information * row[j];
      for (int l = 0; l <= j; l++) {
        curvature[j][l] += informed * row[l];
      }
    }
  }

  private void mirror() {
    for (int j = 0; j < place.length; j++) {
      for (int l = 0; l < j; l++) {
        curvature[l][j] = curvature[j][l];
      }
    }
  }

  /**
   * The state of these rows and of {@code other}'s.
   *
   * @throws IllegalArgumentException if they are not of the same coefficients
   */
  public LogisticState plus(LogisticState other) {
    if (!Arrays.equals(place, other.place)) {
      throw new IllegalArgumentException(
          "other is at "
              + Arrays.toString(other.place)
              + ", must be at the coefficients of this, "
              + Arrays.toString(place));
    }
    LogisticState sum = new LogisticState(place);
    sum.weight = weight + other.weight;
    sum.value = value + other.value;
    for (int j = 0; j < place.length; j++) {
      sum.gradient[j] = gradient[j] + other.gradient[j];
      for (int l = 0; l < place.length; l++) {
        sum.curvature[j][l] = curvature[j][l] + other.curvature[j][l];
      }
    }
    return sum;
  }

  /** With normal priors of these precisions around 0. */
  LogisticState withPrior(double[] precisions) {
    LogisticState sum = plus(empty(place));
    for (int j = 0; j < place.length; j++) {
      sum.value += precisions[j] * place[j] * place[j] / 2;
      sum.gradient[j] += precisions[j] * place[j];
      sum.curvature[j][j] += precisions[j];
    }
    return sum;
  }

  /** The share of the treated, where all coefficients are 0. */
  double treatedShare() {
    return 0.5 - gradient[0] / weight;
  }

  /** The sum of the rows' weights. */
  public double weight() {
    return weight;
  }

  /** Minus the log likelihood. */
  @Override
  public double value() {
    return value;
  }

  /** Its derivatives by the coefficients. */
  @Override
  public double[] gradient() {
    return gradient.clone();
  }

  /** Its second derivatives: the information. */
  @Override
  public double[][] curvature() {
    return Arrays.stream(curvature).map(double[]::clone).toArray(double[][]::new);
  }

  /** Treated - probability, exact where the probability is near 1. */
  static double surprise(boolean treated, double logit) {
    return treated ? probability(-logit) : -probability(logit);
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
