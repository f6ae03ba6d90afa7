package dev.cohortium.stats;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * What a linear regression with an intercept needs to know of its rows, and adds: their count and
 * weight, and of columns and outcome the means and centred cross products (X'X, X'y, y'y).
 *
 * <p>A column that is constant, or that the columns before it explain but for 1e-9 of its variance,
 * is aliased: its coefficient is 0 and cannot be told.
 *
 * @see <a href="https://doi.org/10.1080/00031305.1983.10483115">Chan, Golub, LeVeque 1983</a>
 */
public final class Gram {
  private static final double ALIASED = 1e-9;
  private static final double CONSTANT = 1e-24;

  private final long n;
  private final double weight;
  private final double[] means;
  private final double[][] cross;

  private Gram(long n, double weight, double[] means, double[][] cross) {
    this.n = n;
    this.weight = weight;
    this.means = means;
    this.cross = cross;
    Arguments.finite("weight", weight);
    for (double[] row : cross) {
      Arguments.finite("cross products", row);
    }
  }

  /** No rows of {@code columns} columns. */
  public static Gram empty(int columns) {
    Arguments.atLeast("columns", columns, 0);
    return new Gram(0, 0, new double[columns + 1], new double[columns + 1][columns + 1]);
  }

  /** The state of rows that count alike. */
  public static Gram of(double[][] rows, double[] outcomes) {
    double[] ones = new double[rows.length];
    Arrays.fill(ones, 1);
    return of(rows, outcomes, ones);
  }

  /**
   * The state of weighted rows.
   *
   * @param rows at least one; covariates without the intercept, as many in each; may be none
   * @param outcomes one of each row
   * @param weights one of each row, above 0, on any scale
   * @throws IllegalArgumentException if lengths differ, a number is not finite or its square too
   *     large, or a weight is not above 0
   */
  public static Gram of(double[][] rows, double[] outcomes, double[] weights) {
    int columns = columns(rows);
    Arguments.sameLength("outcomes", outcomes.length, "rows", rows.length);
    Arguments.sameLength("weights", weights.length, "rows", rows.length);
    Arguments.finite("outcomes", outcomes);
    Arguments.positive("weights", weights);
    double weight = Arrays.stream(weights).sum();
    double[] means = new double[columns + 1];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j <= columns; j++) {
        means[j] += weights[i] / weight * (j < columns ? rows[i][j] : outcomes[i]);
      }
    }
    double[][] cross = new double[columns + 1][columns + 1];
    double[] away = new double[columns + 1];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j <= columns; j++) {
        away[j] = (j < columns ? rows[i][j] : outcomes[i]) - means[j];
      }
      add(cross, away, weights[i]);
    }
    return new Gram(rows.length, weight, means, cross);
  }

  /** The columns of {@code rows}, which are refused where empty, ragged or not finite. */
  static int columns(double[][] rows) {
    Arguments.atLeast("rows.length", rows.length, 1);
    for (int i = 0; i < rows.length; i++) {
      Arguments.sameLength("rows[" + i + "]", rows[i].length, "rows[0]", rows[0].length);
      Arguments.finite("rows[" + i + "]", rows[i]);
    }
    return rows[0].length;
  }

  /** The state of these rows and of {@code other}'s. */
  public Gram plus(Gram other) {
    Arguments.sameLength("other", other.columns(), "this", columns());
    if (n == 0 || other.n == 0) {
      return n == 0 ? other : this;
    }
    double sum = weight + other.weight;
    double[][] merged = new double[means.length][means.length];
    double[] middle = new double[means.length];
    double[] apart = new double[means.length];
    for (int j = 0; j < means.length; j++) {
      apart[j] = other.means[j] - means[j];
      middle[j] = means[j] + apart[j] * (other.weight / sum);
      for (int l = 0; l < means.length; l++) {
        merged[j][l] = cross[j][l] + other.cross[j][l];
      }
    }
    add(merged, apart, weight * (other.weight / sum));
    return new Gram(n + other.n, sum, middle, merged);
  }

  /** The number of rows. */
  public long n() {
    return n;
  }

  /** The sum of the rows' weights. */
  public double weight() {
    return weight;
  }

  /** The number of columns, without the intercept. */
  public int columns() {
    return means.length - 1;
  }

  /** The mean of a column. */
  public double mean(int column) {
    return means[column];
  }

  /** The standard deviation of a column, by n. */
  public double deviation(int column) {
    return n == 0 ? 0 : Math.sqrt(cross[column][column] / weight);
  }

  /** The columns that are neither constant nor explained by those before them. */
  public int[] independent() {
    // Cholesky's rows of the correlation matrix: what is left of the diagonal is 1 - R^2.
    double[][] factor = new double[columns()][];
    int[] kept = new int[columns()];
    int count = 0;
    for (int j = 0; j < columns(); j++) {
      if (cross[j][j] <= CONSTANT * weight * means[j] * means[j]) {
        continue;
      }
      double[] row = new double[count + 1];
      double left = 1;
      for (int i = 0; i < count; i++) {
        double value = correlation(j, kept[i]);
        for (int l = 0; l < i; l++) {
          value -= row[l] * factor[i][l];
        }
        row[i] = value / factor[i][i];
        left -= row[i] * row[i];
      }
      if (left > ALIASED) {
        row[count] = Math.sqrt(left);
        factor[count] = row;
        kept[count++] = j;
      }
    }
    return Arrays.copyOf(kept, count);
  }

  /** The columns whose coefficients cannot be told. */
  public int[] aliased() {
    int[] kept = independent();
    return IntStream.range(0, columns()).filter(j -> Arrays.binarySearch(kept, j) < 0).toArray();
  }

  /**
   * The coefficients: the intercept, then one of each column; 0 where aliased.
   *
   * @throws IllegalArgumentException if there are no rows
   */
  public double[] coefficients() {
    Arguments.atLeast("n", (double) n, 1);
    double[][] inverse = inverse();
    double[] coefficients = new double[means.length];
    coefficients[0] = means[columns()];
    for (int j = 0; j < columns(); j++) {
      for (int l = 0; l < columns(); l++) {
        coefficients[j + 1] += inverse[j + 1][l + 1] * cross[l][columns()];
      }
      coefficients[0] -= coefficients[j + 1] * means[j];
    }
    return coefficients;
  }

  /** The weighted sum of squared residuals, at least 0. */
  public double residualSumOfSquares() {
    Arguments.atLeast("n", (double) n, 1);
    double[] coefficients = coefficients();
    double left = cross[columns()][columns()];
    for (int j = 0; j < columns(); j++) {
      left -= coefficients[j + 1] * cross[j][columns()];
    }
    return Math.max(0, left);
  }

  /** (X'X)^-1 with the intercept first; rows and columns of 0 where aliased. */
  double[][] inverse() {
    int[] kept = independent();
    double[][] inverse = new double[means.length][means.length];
    if (kept.length > 0) {
      RealMatrix correlations = MatrixUtils.createRealMatrix(kept.length, kept.length);
      for (int i = 0; i < kept.length; i++) {
        for (int l = 0; l < kept.length; l++) {
          correlations.setEntry(i, l, i == l ? 1 : correlation(kept[i], kept[l]));
        }
      }
      RealMatrix solved = new CholeskyDecomposition(correlations).getSolver().getInverse();
      for (int i = 0; i < kept.length; i++) {
        for (int l = 0; l < kept.length; l++) {
          inverse[kept[i] + 1][kept[l] + 1] =
              solved.getEntry(i, l) / (root(kept[i]) * root(kept[l]));
        }
      }
    }
    inverse[0][0] = 1 / weight;
    for (int j = 0; j < columns(); j++) {
      double share = 0;
      for (int l = 0; l < columns(); l++) {
        share -= inverse[j + 1][l + 1] * means[l];
      }
      inverse[0][j + 1] = share;
      inverse[j + 1][0] = share;
      inverse[0][0] -= share * means[j];
    }
    return inverse;
  }

  private double correlation(int one, int other) {
    return cross[one][other] / (root(one) * root(other));
  }

  private double root(int column) {
    return Math.sqrt(cross[column][column]);
  }

  private static void add(double[][] cross, double[] away, double weight) {
    for (int j = 0; j < away.length; j++) {
      for (int l = 0; l < away.length; l++) {
        cross[j][l] += weight * (away[j] * away[l]);
      }
    }
  }
}
