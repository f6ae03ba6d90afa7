package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * A logistic regression with an intercept, of rows that may lie anywhere, as a {@link
 * LogisticSearch} finds it from their {@link Gram} and, of each step, their summed {@link
 * LogisticState}.
 *
 * <p>Where the likelihood has no maximum that could be found, slopes of the standardised columns
 * have a normal prior with mean 0 and standard deviation 2.5, and {@link #likelihood()} says why.
 * Aliased columns (see {@link Gram}) have coefficient 0.
 *
 * @see <a href="https://doi.org/10.1093/biomet/71.1.1">Albert, Anderson 1984</a>
 * @see <a href="https://doi.org/10.1214/08-AOAS191">Gelman, Jakulin, Pittau, Su 2008</a>
 */
public final class LogisticFit implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** What came of the likelihood alone. */
  public enum Likelihood {
    /** Its maximum is the answer. */
    MAXIMISED,
    /** It has none: columns tell treated from controls without error. */
    SEPARATED,
    /**
     * Its curvature could not be inverted on the way: the rows that still decide hardly vary in a
     * column, as when a row is far from all others.
     */
    SINGULAR
  }

  private final Gram gram;
  private final int[] kept;
  private final Standard standard;
  private final Likelihood likelihood;
  private final double[] precisions;
  private final double[] estimates;
  private final double[][] inverse;

  LogisticFit(
      Gram gram,
      Likelihood likelihood,
      double[] precisions,
      double[] estimates,
      double[][] curvature) {
    this.gram = gram;
    this.likelihood = likelihood;
    this.precisions = precisions;
    this.estimates = estimates;
    kept = gram.independent();
    standard = gram.standard(kept);
    inverse = Newton.inverse(curvature);
  }

  /**
   * The regression of all rows that {@code pass} sums.
   *
   * @param gram of the rows' columns; its outcome is 1 of the treated, 0 of the others
   * @param pass the summed state of all rows at the coefficients given
   * @throws IllegalArgumentException if there are no rows, the outcome is not 0 or 1, or all units
   *     are treated or none is
   * @throws IllegalStateException if the search does not end in spite of a prior
   */
  public static LogisticFit of(Gram gram, Function<double[], LogisticState> pass) {
    LogisticSearch search = LogisticSearch.of(gram);
    search
        .unmeasured()
        .ifPresent(
            none -> {
              throw new IllegalArgumentException(none.reason());
            });
    while (!search.isOver()) {
      search = search.next(pass.apply(search.place()));
    }
    LogisticSearch ended = search;
    return ended
        .fit()
        .orElseThrow(() -> new IllegalStateException(ended.unmeasured().orElseThrow().reason()));
  }

  /** What came of the likelihood alone; not maximised: a prior was needed. */
  public Likelihood likelihood() {
    return likelihood;
  }

  /** The number of coefficients of the standardised columns, the intercept's among them. */
  public int rank() {
    return kept.length + 1;
  }

  /** The columns whose coefficients cannot be told. */
  public int[] aliased() {
    return gram.aliased();
  }

  /** The coefficients: the intercept, then one of each column in its own unit; 0 where aliased. */
  public double[] coefficients() {
    double[] coefficients = new double[gram.columns() + 1];
    coefficients[0] = estimates[0];
    for (int j = 0; j < kept.length; j++) {
      coefficients[kept[j] + 1] = estimates[j + 1] / gram.deviation(kept[j]);
      coefficients[0] -= coefficients[kept[j] + 1] * gram.mean(kept[j]);
    }
    return coefficients;
  }

  /**
   * A coefficient with its error by the information, of the prior too where there is one;
   * unmeasured where it is aliased.
   *
   * @throws IllegalArgumentException if there is no such coefficient
   */
  public Measurement coefficient(int coefficient) {
    Optional<Unmeasured> untold = gram.untold(coefficient);
    if (untold.isPresent()) {
      return untold.get();
    }
    double[] direction = new double[kept.length + 1];
    direction[0] = coefficient == 0 ? 1 : 0;
    for (int j = 0; j < kept.length; j++) {
      double inUnits = 1 / gram.deviation(kept[j]);
      direction[j + 1] =
          coefficient == 0
              ? -gram.mean(kept[j]) * inUnits
              : kept[j] == coefficient - 1 ? inUnits : 0;
    }
    double variance = LogisticState.product(direction, times(direction));
    return Estimate.normal(coefficients()[coefficient], Math.sqrt(variance));
  }

  /**
   * The logit of a row's probability.
   *
   * @throws IllegalArgumentException if the row is not of the columns, or a value not finite
   */
  public double logit(double[] row) {
    return logitOfStandardised(standardise(row));
  }

  double logitOfStandardised(double[] row) {
    return LogisticState.product(row, estimates);
  }

  /**
   * A row as the coefficients see it: the intercept's 1, then the columns that can be told, with
   * mean 0 and deviation 1 over all rows of the fit.
   *
   * @throws IllegalArgumentException if the row is not of the columns, or a value not finite
   */
  public double[] standardised(double[] row) {
    return standardise(row);
  }

  double[] standardise(double[] row) {
    return standard.withIntercept(row);
  }

  /**
   * The direction in which rows move an estimate that stands on the score: a row adds to it the
   * product of this with the row {@link #standardised}, times its weight, times treated minus
   * probability.
   *
   * @param slopes the sum, over rows, of the estimate's derivative by a row's logit times the row
   *     standardised
   * @throws IllegalArgumentException if they are not {@link #rank} finite numbers
   */
  public double[] direction(double[] slopes) {
    Arguments.sameLength("slopes", slopes.length, "coefficients", rank());
    Arguments.finite("slopes", slopes);
    return times(slopes);
  }

  /** The inverse curvature times a vector. */
  double[] times(double[] vector) {
    double[] result = new double[vector.length];
    Arrays.setAll(result, j -> LogisticState.product(inverse[j], vector));
    return result;
  }

  /** What the prior adds to the gradient. */
  double[] priorGradient() {
    double[] gradient = new double[estimates.length];
    Arrays.setAll(gradient, j -> precisions[j] * estimates[j]);
    return gradient;
  }

  /** What each row lacks of a direction's sum because a prior moved the coefficients, too. */
  double priorShare(double[] direction) {
    return LogisticState.product(direction, priorGradient()) / gram.n();
  }
}
