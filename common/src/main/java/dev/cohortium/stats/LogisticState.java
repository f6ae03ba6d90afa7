package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What a step of a logistic regression needs to know of its rows at given coefficients, and adds:
 * minus the log likelihood, its gradient and its curvature. Coefficients are of {@link
 * LogisticFit}'s standardised columns, the intercept first.
 *
 * <p>Likelihood and gradient are summed with what rounding loses (Neumaier), for at the end of a
 * search the gradient's terms cancel, however many rows there are and in whatever order.
 *
 * @see <a href="https://doi.org/10.1002/zamm.19740540106">Neumaier 1974</a>
 */
public final class LogisticState implements NewtonSearch.Local, Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final double[] place;
  private final double[] gradient;
  private final double[] lost;
  private final double[][] curvature;
  private double weight;
  private double value;
  private double lostValue;

  private LogisticState(double[] place) {
    this.place = place;
    gradient = new double[place.length];
    lost = new double[place.length];
    curvature = new double[place.length][];
    for (int j = 0; j < place.length; j++) {
      curvature[j] = new double[j + 1];
    }
  }

  /** The state of no rows at {@code place}. */
  public static LogisticState none(double[] place) {
    return new LogisticState(place.clone());
  }

  /**
   * Rows added one by one, without an object for any of them: a state that changes, for the
   * reducing side of a pass over many.
   */
  public static final class Sum implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final Standard standard;
    private final double[] row;
    private final LogisticState state;

    /**
     * No rows.
     *
     * @param gram of all rows, which standardises
     * @param place coefficients of the standardised columns
     * @throws IllegalArgumentException if place is not of the columns that {@code gram} keeps
     */
    public Sum(Gram gram, double[] place) {
      int[] kept = gram.independent();
      Arguments.sameLength("place", place.length, "coefficients", kept.length + 1);
      standard = gram.standard(kept);
      row = new double[place.length];
      row[0] = 1;
      state = none(place);
    }

    /**
     * Adds a row.
     *
     * @param covariates without the intercept
     * @param weight above 0
     * @return this
     * @throws IllegalArgumentException if the row is not of the columns, a number not finite, or
     *     the weight not above 0
     */
    public Sum add(double[] covariates, boolean treated, double weight) {
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        Arguments.positive("weight", weight);
      }
      standard.write(covariates, row, 1);
      state.add(row, treated, weight);
      return this;
    }

    /**
     * Adds the rows of {@code other}, which stays as it is.
     *
     * @return this
     * @throws IllegalArgumentException if they are not of the same coefficients
     */
    public Sum plus(Sum other) {
      state.add(other.state);
      return this;
    }

    /** The state of the rows so far. */
    public LogisticState state() {
      return none(state.place).plus(state);
    }
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
    Sum sum = new Sum(gram, place);
    for (int i = 0; i < rows.length; i++) {
      sum.add(rows[i], treated[i], weights[i]);
    }
    return sum.state;
  }

  /** The state of rows with the intercept's 1 among their columns. */
  static LogisticState ofStandardised(
      double[][] rows, boolean[] treated, double[] weights, double[] place) {
    LogisticState state = none(place);
    for (int i = 0; i < rows.length; i++) {
      state.add(rows[i], treated[i], weights[i]);
    }
    return state;
  }

  private void add(double[] row, boolean treated, double rowWeight) {
    double logit = product(row, place);
    double wrong = treated ? -logit : logit;
    double surprise = rowWeight * surprise(treated, logit);
    double information = rowWeight * probability(logit) * probability(-logit);
    weight += rowWeight;
    addValue(rowWeight * (Math.max(wrong, 0) + Math.log1p(Math.exp(-Math.abs(wrong)))));
    for (int j = 0; j < row.length; j++) {
      addGradient(j, -surprise * row[j]);
      double informed = information * row[j];
      for (int l = 0; l <= j; l++) {
        curvature[j][l] += informed * row[l];
      }
    }
  }

  private void addValue(double more) {
    double sum = value + more;
    lostValue += Rounding.lost(value, more, sum);
    value = sum;
  }

  private void addGradient(int j, double more) {
    double sum = gradient[j] + more;
    lost[j] += Rounding.lost(gradient[j], more, sum);
    gradient[j] = sum;
  }

  private void add(LogisticState other) {
    if (!Arrays.equals(place, other.place)) {
      throw new IllegalArgumentException(
          "other is at "
              + Arrays.toString(other.place)
              + ", must be at the coefficients of this, "
              + Arrays.toString(place));
    }
    weight += other.weight;
    addValue(other.value);
    lostValue += other.lostValue;
    for (int j = 0; j < place.length; j++) {
      addGradient(j, other.gradient[j]);
      lost[j] += other.lost[j];
      for (int l = 0; l <= j; l++) {
        curvature[j][l] += other.curvature[j][l];
      }
    }
  }

  /**
   * The state of these rows and of {@code other}'s.
   *
   * @throws IllegalArgumentException if they are not of the same coefficients
   */
  public LogisticState plus(LogisticState other) {
    LogisticState sum = new LogisticState(place);
    sum.add(this);
    sum.add(other);
    return sum;
  }

  /** With normal priors of these precisions around 0. */
  LogisticState withPrior(double[] precisions) {
    LogisticState sum = plus(none(place));
    for (int j = 0; j < place.length; j++) {
      sum.addValue(precisions[j] * place[j] * place[j] / 2);
      sum.addGradient(j, precisions[j] * place[j]);
      sum.curvature[j][j] += precisions[j];
    }
    return sum;
  }

  /** The coefficients that this is the state at. */
  public double[] place() {
    return place.clone();
  }

  /** The sum of the rows' weights. */
  public double weight() {
    return weight;
  }

  /** Minus the log likelihood. */
  @Override
  public double value() {
    return value + lostValue;
  }

  /** Its derivatives by the coefficients. */
  @Override
  public double[] gradient() {
    double[] sums = new double[place.length];
    Arrays.setAll(sums, j -> gradient[j] + lost[j]);
    return sums;
  }

  /** Its second derivatives: the information. */
  @Override
  public double[][] curvature() {
    double[][] symmetric = new double[place.length][place.length];
    for (int j = 0; j < place.length; j++) {
      for (int l = 0; l <= j; l++) {
        symmetric[j][l] = curvature[j][l];
        symmetric[l][j] = curvature[j][l];
      }
    }
    return symmetric;
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
