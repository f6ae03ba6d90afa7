package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Optional;

/**
 * A linear regression with an intercept, by least squares, weighted or not.
 *
 * <p>Coefficient 0 is the intercept, coefficient j + 1 that of column j. Errors by the sandwich of
 * rows (HC0 to HC3) or of clusters; Student's t with n - k or G - 1 degrees of freedom. An aliased
 * column (see {@link Gram}) has coefficient 0, and is unmeasured; so is every coefficient of as few
 * rows as coefficients, or of a perfect fit.
 *
 * @see <a href="https://doi.org/10.1016/0304-4076(85)90158-7">MacKinnon, White 1985</a>
 * @see <a href="https://doi.org/10.3368/jhr.50.2.317">Cameron, Miller 2015</a>
 */
public final class LeastSquares {
  private static final double FULL_LEVERAGE = 1e-10;
  private static final double PERFECT = 1e-24;

  /** How the errors of rows that are independent are found. */
  public enum ErrorModel {
    /** One variance for all rows. */
    CLASSICAL,
    /** Squared residuals e^2. */
    HC0,
    /** e^2 n / (n - k). */
    HC1,
    /** e^2 / (1 - h), h the row's leverage. */
    HC2,
    /** e^2 / (1 - h)^2. */
    HC3
  }

  /** What the variance of G clusters, n rows and k coefficients is multiplied by. */
  public enum ClusterFactor {
    /** 1. */
    NONE,
    /** G / (G - 1). */
    CLUSTERS,
    /** G / (G - 1) times (n - 1) / (n - k), CR1. */
    CLUSTERS_AND_COEFFICIENTS
  }

  private final double[][] rows;
  private final double[] weights;
  private final LinearFit fit;
  private final double[] coefficients;
  private final double[] residuals;
  private final boolean perfect;
  private final double size;

  private LeastSquares(double[][] rows, double[] outcomes, double[] weights) {
    this.rows = rows;
    this.weights = weights;
    fit = LinearFit.of(Gram.of(rows, outcomes, weights));
    coefficients = fit.coefficients();
    residuals = new double[rows.length];
    Arrays.setAll(residuals, i -> fit.residual(rows[i], outcomes[i]));
    double left = 0;
    double all = 0;
    for (int i = 0; i < rows.length; i++) {
      left += weights[i] * residuals[i] * residuals[i];
      all += weights[i] * outcomes[i] * outcomes[i];
    }
    perfect = left <= PERFECT * all;
    size = Math.sqrt(all / fit.weight());
  }

  /** The regression of rows that count alike. */
  public static LeastSquares of(double[][] rows, double[] outcomes) {
    return of(rows, outcomes, Vectors.ones(rows.length));
  }

  /**
   * The regression of weighted rows.
   *
   * @throws IllegalArgumentException as {@link Gram#of(double[][], double[], double[])}
   */
  public static LeastSquares of(double[][] rows, double[] outcomes, double[] weights) {
    return new LeastSquares(rows, outcomes, weights.clone());
  }

  /** The coefficients, the intercept first; 0 where aliased. */
  public double[] coefficients() {
    return coefficients.clone();
  }

  /** Outcome minus fitted value of each row. */
  public double[] residuals() {
    return residuals.clone();
  }

  /** The columns whose coefficients cannot be told. */
  public int[] aliased() {
    return fit.aliased();
  }

  /**
   * The fitted value of a row.
   *
   * @throws IllegalArgumentException if it has not one value of each column, or one is not finite
   */
  public double fitted(double[] row) {
    return fit.fitted(row);
  }

  /**
   * A coefficient with its error where rows are independent; unmeasured where it is aliased, there
   * are no more rows than coefficients, or residuals do not vary in the rows that decide it.
   *
   * @throws IllegalArgumentException if there is no such coefficient
   */
  public Measurement coefficient(int coefficient, ErrorModel model) {
    Optional<Unmeasured> reason = unmeasured(coefficient);
    if (reason.isPresent()) {
      return reason.get();
    }
    double variance = 0;
    if (model == ErrorModel.CLASSICAL) {
      for (int i = 0; i < rows.length; i++) {
        variance += weights[i] * residuals[i] * residuals[i];
      }
      variance *= fit.unitVariance(alone(coefficient)) / (rows.length - fit.rank());
    } else {
      double[] influences = influences(coefficient);
      for (int i = 0; i < rows.length; i++) {
        double left = 1 - fit.leverage(rows[i], weights[i]);
        if (left < FULL_LEVERAGE && (model == ErrorModel.HC2 || model == ErrorModel.HC3)) {
          return new Unmeasured(
              "Row " + i + " alone decides a coefficient (leverage 1), so " + model + " fails.");
        }
        double square = influences[i] * influences[i];
        variance +=
            switch (model) {
              case HC1 -> square * rows.length / (rows.length - fit.rank());
              case HC2 -> square / left;
              case HC3 -> square / (left * left);
              default -> square;
            };
      }
    }
    double value = coefficients[coefficient];
    double stdError = Rounding.without(Math.sqrt(variance), value, size(coefficient));
    return stdError == 0
        ? ClusteredMean.CONSTANT
        : new Estimate(value, stdError, (double) rows.length - fit.rank());
  }

  /**
   * A coefficient with its error where rows depend on each other within clusters; unmeasured as
   * {@link #coefficient}, or with a single cluster.
   *
   * @throws IllegalArgumentException if there is no such coefficient, or not an id of each row
   */
  public Measurement clustered(int coefficient, long[] clusters, ClusterFactor factor) {
    Optional<Unmeasured> reason = unmeasured(coefficient);
    if (reason.isPresent()) {
      return reason.get();
    }
    ClusterSums sums = ClusterSums.of(influences(coefficient), clusters, ClusterSums.Counted.EVERY);
    return ClusteredMean.measure(
        coefficients[coefficient], variance(sums, factor), sums.clusters(), size(coefficient));
  }

  /**
   * A coefficient with its error where rows depend on each other if they share one id or the other:
   * V_one + V_other - V_both, each with its factor, at least the larger of V_one and V_other.
   *
   * @throws IllegalArgumentException if there is no such coefficient, or not ids of each row
   */
  public Measurement clustered(int coefficient, long[] ones, long[] others, ClusterFactor factor) {
    Optional<Unmeasured> reason = unmeasured(coefficient);
    if (reason.isPresent()) {
      return reason.get();
    }
    double[] influences = influences(coefficient);
    ClusterSums one = ClusterSums.of(influences, ones, ClusterSums.Counted.EVERY);
    ClusterSums other = ClusterSums.of(influences, others, ClusterSums.Counted.EVERY);
    ClusterSums both = ClusterSums.of(influences, ones, others, ClusterSums.Counted.EVERY);
    double variance =
        ClusteredMean.twoWay(
            variance(one, factor), variance(other, factor), variance(both, factor));
    return ClusteredMean.measure(
        coefficients[coefficient],
        variance,
        Math.min(one.clusters(), other.clusters()),
        size(coefficient));
  }

  private double variance(ClusterSums sums, ClusterFactor factor) {
    return switch (factor) {
      case NONE -> sums.sumOfSquares();
      case CLUSTERS -> sums.variance();
      case CLUSTERS_AND_COEFFICIENTS ->
          sums.variance() * (rows.length - 1) / (rows.length - fit.rank());
    };
  }

  private Optional<Unmeasured> unmeasured(int coefficient) {
    Optional<Unmeasured> untold = fit.untold(coefficient);
    if (untold.isPresent()) {
      return untold;
    }
    if (rows.length <= fit.rank()) {
      return Optional.of(
          new Unmeasured(
              rows.length
                  + (rows.length == 1 ? " row" : " rows")
                  + " for "
                  + fit.rank()
                  + (fit.rank() == 1 ? " coefficient" : " coefficients")
                  + " leave nothing to tell an error by."));
    }
    return perfect
        ? Optional.of(new Unmeasured("The fit is perfect, so no error can be told."))
        : Optional.empty();
  }

  /** What the coefficient would err by if outcomes were all residual. */
  private double size(int coefficient) {
    return size * Math.sqrt(fit.unitVariance(alone(coefficient)));
  }

  private double[] influences(int coefficient) {
    return influences(alone(coefficient));
  }

  private double[] alone(int coefficient) {
    double[] combination = new double[coefficients.length];
    combination[coefficient] = 1;
    return combination;
  }

  /** The influence of each row on the sum of coefficients times {@code combination}. */
  double[] influences(double[] combination) {
    double[] direction = fit.direction(combination);
    double[] influences = new double[rows.length];
    Arrays.setAll(influences, i -> fit.influence(direction, rows[i], weights[i] * residuals[i]));
    return influences;
  }
}
