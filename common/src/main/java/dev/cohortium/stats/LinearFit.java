package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;

/**
 * The coefficients of a linear regression, and what each row does to them, from its {@link Gram}.
 *
 * <p>It holds no rows: a second pass over them, wherever they lie, gives residuals, leverages and
 * influences, whose squares sum to robust variances ({@link ClusterSums}).
 *
 * @see <a href="https://doi.org/10.1016/0304-4076(85)90158-7">MacKinnon, White 1985</a>
 */
public final class LinearFit implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final Gram gram;
  private final double[] slopes;
  private final double[][] inverse;
  private final int rank;

  private LinearFit(Gram gram) {
    this.gram = gram;
    slopes = gram.slopes();
    inverse = gram.inverseOfSlopes();
    rank = 1 + gram.independent().length;
  }

  /**
   * The regression of the rows of {@code gram}.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static LinearFit of(Gram gram) {
    Arguments.atLeast("n", (double) gram.n(), 1);
    return new LinearFit(gram);
  }

  /** The coefficients, the intercept first; 0 where aliased. */
  public double[] coefficients() {
    return gram.coefficients();
  }

  /** The number of coefficients that can be told, with the intercept. */
  public int rank() {
    return rank;
  }

  /** Why a coefficient cannot be told. */
  Optional<Unmeasured> untold(int coefficient) {
    return gram.untold(coefficient);
  }

  /** The columns whose coefficients cannot be told. */
  public int[] aliased() {
    return gram.aliased();
  }

  /** The number of columns, without the intercept. */
  public int columns() {
    return slopes.length;
  }

  /** The sum of the rows' weights. */
  double weight() {
    return gram.weight();
  }

  /**
   * The fitted value of a row.
   *
   * @throws IllegalArgumentException if it has not one value of each column, or one is not finite
   */
  public double fitted(double[] row) {
    require(row);
    double sum = gram.mean(columns());
    for (int j = 0; j < slopes.length; j++) {
      sum += slopes[j] * gram.away(j, row[j]);
    }
    return sum;
  }

  private void require(double[] row) {
    Arguments.sameLength("row", row.length, "columns", columns());
    Arguments.finite("row", row);
  }

  /**
   * Outcome minus fitted value of a row.
   *
   * @throws IllegalArgumentException as {@link #fitted}, or if the outcome is not finite
   */
  public double residual(double[] row, double outcome) {
    require(row);
    Arguments.finite("outcome", outcome);
    double left = gram.away(columns(), outcome);
    for (int j = 0; j < slopes.length; j++) {
      left -= slopes[j] * gram.away(j, row[j]);
    }
    return left;
  }

  /**
   * The leverage of a row of {@code weight}, w (1 / W + c'S^-1 c), c its distance from the means.
   *
   * @throws IllegalArgumentException as {@link #fitted}, or if the weight is not above 0
   */
  public double leverage(double[] row, double weight) {
    require(row);
    Arguments.positive("weight", weight);
    double leverage = 1 / gram.weight();
    for (int j = 0; j < inverse.length; j++) {
      double sum = 0;
      for (int l = 0; l < inverse.length; l++) {
        sum += inverse[j][l] * gram.away(l, row[l]);
      }
      leverage += gram.away(j, row[j]) * sum;
    }
    return weight * leverage;
  }

  /**
   * The direction in which rows move a sum of coefficients, for {@link #influence}.
   *
   * @param combination what each coefficient is multiplied by, the intercept first
   * @throws IllegalArgumentException if it has not one number of each, or one is not finite
   */
  public double[] direction(double[] combination) {
    Arguments.finite("combination", combination);
    Arguments.sameLength("combination", combination.length, "coefficients", slopes.length + 1);
    double[] centred = new double[slopes.length];
    Arrays.setAll(centred, j -> combination[j + 1] - combination[0] * gram.mean(j));
    double[] direction = new double[combination.length];
    direction[0] = combination[0] / gram.weight();
    for (int j = 0; j < slopes.length; j++) {
      for (int l = 0; l < slopes.length; l++) {
        direction[j + 1] += inverse[j][l] * centred[l];
      }
    }
    return direction;
  }

  /**
   * The influence on that sum of a row of {@code weight}.
   *
   * @param direction of {@link #direction}
   * @throws IllegalArgumentException as {@link #residual}, or if the weight is not above 0, or the
   *     direction not of as many finite numbers as there are coefficients
   */
  public double influence(double[] direction, double[] row, double outcome, double weight) {
    Arguments.positive("weight", weight);
    Arguments.finite("direction", direction);
    return influence(direction, row, weight * residual(row, outcome));
  }

  /** The influence of a row with this weighted residual. */
  double influence(double[] direction, double[] row, double residual) {
    Arguments.sameLength("direction", direction.length, "coefficients", slopes.length + 1);
    double sum = direction[0];
    for (int j = 0; j < slopes.length; j++) {
      sum += direction[j + 1] * gram.away(j, row[j]);
    }
    return sum * residual;
  }

  /** The variance of a sum of coefficients where residuals have the variance 1. */
  double unitVariance(double[] combination) {
    double[] direction = direction(combination);
    double variance = combination[0] * direction[0];
    for (int j = 0; j < slopes.length; j++) {
      variance += (combination[j + 1] - combination[0] * gram.mean(j)) * direction[j + 1];
    }
    return variance;
  }
}
