package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.function.Function;

/**
 * A logistic regression with an intercept, of rows that may lie anywhere: it needs their {@link
 * Gram} and, of each step, their summed {@link LogisticState}.
 *
 * <p>Maximum likelihood by Newton's method on standardised columns, until a step is below 1e-10
 * standard errors. Where 30 steps do not come to that, or the curvature cannot be inverted, the
 * slopes of the standardised columns get a normal prior with mean 0 and standard deviation 2.5, and
 * {@link #likelihood()} says why. Aliased columns (see {@link Gram}) have coefficient 0.
 *
 * @see <a href="https://doi.org/10.1093/biomet/71.1.1">Albert, Anderson 1984</a>
 * @see <a href="https://doi.org/10.1214/08-AOAS191">Gelman, Jakulin, Pittau, Su 2008</a>
 */
public final class LogisticFit implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final int MOST_STEPS = 30;
  private static final int MOST_STEPS_WITH_PRIOR = 200;
  private static final double CONVERGED = 1e-10;
  private static final double RUN_AWAY = 0.01;
  private static final double PRIOR_DEVIATION = 2.5;

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
  private final Likelihood likelihood;
  private final double[] precisions;
  private final double[] estimates;
  private final double[][] inverse;

  private LogisticFit(Gram gram, Function<double[], LogisticState> pass) {
    this.gram = gram;
    kept = gram.independent();
    double shortest = CONVERGED * Math.sqrt(gram.weight() / gram.n());
    double[] start = start(pass.apply(new double[kept.length + 1]));
    precisions = new double[kept.length + 1];
    Newton.Minimum likeliest = Newton.minimise(pass::apply, start, shortest, MOST_STEPS);
    likelihood =
        switch (likeliest.ending()) {
          case FOUND -> Likelihood.MAXIMISED;
          case TOO_MANY_STEPS -> Likelihood.SEPARATED;
          case SINGULAR_CURVATURE ->
              likeliest.length() < RUN_AWAY ? Likelihood.SEPARATED : Likelihood.SINGULAR;
        };
    if (likelihood != Likelihood.MAXIMISED) {
      Arrays.fill(precisions, 1, precisions.length, 1 / (PRIOR_DEVIATION * PRIOR_DEVIATION));
      likeliest =
          Newton.minimise(
              place -> pass.apply(place).withPrior(precisions),
              start,
              shortest,
              MOST_STEPS_WITH_PRIOR);
    }
    if (likeliest.ending() != Newton.Ending.FOUND) {
      throw new IllegalStateException("No convergence in spite of a prior.");
    }
    estimates = likeliest.place();
    inverse = Newton.inverse(pass.apply(estimates).withPrior(precisions).curvature());
  }

  /**
   * The regression of all rows that {@code pass} sums.
   *
   * @param gram of the rows' columns, whatever the outcome
   * @param pass the summed state of all rows at the coefficients given
   * @throws IllegalArgumentException if there are no rows, or all units are treated or none is
   */
  public static LogisticFit of(Gram gram, Function<double[], LogisticState> pass) {
    Arguments.atLeast("n", (double) gram.n(), 1);
    return new LogisticFit(gram, pass);
  }

  /** Intercept and no slopes: the odds of treatment. */
  private static double[] start(LogisticState atZero) {
    double share = atZero.treatedShare();
    Arguments.inside("share of treated", share, 0, 1);
    double[] start = new double[atZero.gradient().length];
    start[0] = Math.log(share / (1 - share));
    return start;
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

  /** A coefficient with its error by the information, of the prior too where there is one. */
  public Measurement coefficient(int coefficient) {
    if (coefficient < 0 || coefficient > gram.columns()) {
      throw new IllegalArgumentException(
          "coefficient is " + coefficient + ", must lie in 0.." + gram.columns());
    }
    if (coefficient > 0 && Arrays.binarySearch(kept, coefficient - 1) < 0) {
      return new Unmeasured(
          "Column "
              + (coefficient - 1)
              + " is constant or explained by those before it, so its coefficient cannot be told.");
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

  /** The logit of a row's probability. */
  public double logit(double[] row) {
    Arguments.sameLength("row", row.length, "columns", gram.columns());
    Arguments.finite("row", row);
    return logitOfStandardised(standardise(row));
  }

  double logitOfStandardised(double[] row) {
    return LogisticState.product(row, estimates);
  }

  public double[] standardised(double[] row) {
    return standardise(gram, kept, row);
  }

  double[] standardise(double[] row) {
    return standardise(gram, kept, row);
  }

  /** The intercept's 1, then the columns that are kept, with mean 0 and deviation 1. */
  static double[] standardise(Gram gram, int[] kept, double[] row) {
    double[] standard = new double[kept.length + 1];
    standard[0] = 1;
    for (int j = 0; j < kept.length; j++) {
      standard[j + 1] = gram.away(kept[j], row[kept[j]]) / gram.deviation(kept[j]);
    }
    return standard;
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
}
