package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What a linear regression with an intercept needs to know of its rows, and adds: their count and
 * weight, and of columns and outcome the means and centred cross products (X'X, X'y, y'y).
 *
 * <p>A column that is constant, or that the columns before it explain but for 1e-9 of its variance,
 * is aliased: its coefficient is 0 and cannot be told. A mean is kept as a number near to it and
 * what that lacks, so that neither many rows nor a large level cost digits, and a constant varies
 * by exactly 0.
 *
 * @see <a href="https://doi.org/10.1080/00031305.1983.10483115">Chan, Golub, LeVeque 1983</a>
 */
public final class Gram implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final double ALIASED = 1e-9;
  private static final double CONSTANT = 1e-24;

  private final long n;
  private final double weight;
  private final double[] levels;
  private final double[] offsets;
  private final double[][] cross;

  /** A state whose means are {@code levels} plus {@code offsets}. */
  private Gram(long n, double weight, double[] levels, double[] offsets, double[][] cross) {
    this.n = n;
    this.weight = weight;
    this.levels = levels;
    this.offsets = offsets;
    this.cross = cross;
    Arguments.finite("weight", weight);
    for (double[] row : cross) {
      Arguments.finite("cross products", row);
    }
  }

  /** No rows of {@code columns} columns. */
  public static Gram none(int columns) {
    Arguments.atLeast("columns", columns, 0);
    double[] nothing = new double[columns + 1];
    return new Gram(0, 0, nothing, nothing, new double[columns + 1][columns + 1]);
  }

  /**
   * A state that another program summed.
   *
   * @param n rows, at least 1
   * @param weight their sum of weights, above 0
   * @param means of each column, then of the outcome
   * @param cross weighted sums of products of deviations from the means, in the same order; only
   *     the half up to the diagonal is read
   * @throws IllegalArgumentException if sizes differ, a number is not finite, a sum of squares is
   *     negative, or n or weight is out of its bound
   */
  public static Gram ofSums(long n, double weight, double[] means, double[][] cross) {
    Arguments.atLeast("n", (double) n, 1);
    Arguments.positive("weight", weight);
    Arguments.atLeast("means.length", means.length, 1);
    Arguments.finite("means", means);
    Arguments.sameLength("cross", cross.length, "means", means.length);
    double[][] symmetric = new double[means.length][means.length];
    for (int j = 0; j < means.length; j++) {
      Arguments.atLeast("cross[" + j + "].length", cross[j].length, j + 1.0);
      Arguments.atLeast("cross[" + j + "][" + j + "]", cross[j][j], 0);
      for (int l = 0; l <= j; l++) {
        symmetric[j][l] = cross[j][l];
        symmetric[l][j] = cross[j][l];
      }
    }
    return new Gram(n, weight, means.clone(), new double[means.length], symmetric);
  }

  /** The state of rows that count alike. */
  public static Gram of(double[][] rows, double[] outcomes) {
    return of(rows, outcomes, Vectors.ones(rows.length));
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
    double[] levels = new double[columns + 1];
    double[] offsets = new double[columns + 1];
    for (int j = 0; j <= columns; j++) {
      int column = j;
      IntToDoubleFunction values = column < columns ? i -> rows[i][column] : i -> outcomes[i];
      double first = values.applyAsDouble(0);
      levels[j] = first + meanAway(values, first, weights, weight);
      offsets[j] = meanAway(values, levels[j], weights, weight);
    }
    double[][] cross = new double[columns + 1][columns + 1];
    double[] away = new double[columns + 1];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j <= columns; j++) {
        away[j] = (j < columns ? rows[i][j] : outcomes[i]) - levels[j] - offsets[j];
      }
      add(cross, away, weights[i]);
    }
    return new Gram(rows.length, weight, levels, offsets, cross);
  }

  /** The mean of values minus {@code level}: of a constant that is the level exactly 0. */
  private static double meanAway(
      IntToDoubleFunction values, double level, double[] weights, double weight) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * (values.applyAsDouble(i) - level);
    }
    return sum / weight;
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
    double[][] merged = new double[levels.length][levels.length];
    double[] middle = new double[levels.length];
    double[] apart = new double[levels.length];
    for (int j = 0; j < levels.length; j++) {
      apart[j] = other.levels[j] - levels[j] + (other.offsets[j] - offsets[j]);
      middle[j] = offsets[j] + apart[j] * (other.weight / sum);
      for (int l = 0; l < levels.length; l++) {
        merged[j][l] = cross[j][l] + other.cross[j][l];
      }
    }
    add(merged, apart, weight * (other.weight / sum));
    return new Gram(n + other.n, sum, levels, middle, merged);
  }

  /**
   * Rows added one by one, without an object for any of them: a state that changes, for the
   * reducing side of a pass over many. Numerically as good as {@link Gram#of(double[][],
   * double[])}: means are kept with what their rounding lost.
   */
  public static final class Sum implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final int columns;
    private final double[] levels;
    private final double[] offsets;
    private final double[][] cross;
    private final double[] away;
    private long n;
    private double weight;
    private double lostWeight;

    /** No rows of {@code columns} columns. */
    public Sum(int columns) {
      Arguments.atLeast("columns", columns, 0);
      this.columns = columns;
      levels = new double[columns + 1];
      offsets = new double[columns + 1];
      away = new double[columns + 1];
      cross = new double[columns + 1][];
      for (int j = 0; j <= columns; j++) {
        cross[j] = new double[j + 1];
      }
    }

    /**
     * Adds a row.
     *
     * @param row covariates without the intercept
     * @param weight above 0
     * @return this
     * @throws IllegalArgumentException if the row is not of the columns, a number not finite, or
     *     the weight not above 0
     */
    public Sum add(double[] row, double outcome, double weight) {
      Arguments.sameLength("row", row.length, "columns", columns);
      Arguments.finite("row", row);
      if (!Double.isFinite(outcome)) {
        Arguments.finite("outcome", outcome);
      }
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        Arguments.positive("weight", weight);
      }
      if (n == 0) {
        System.arraycopy(row, 0, levels, 0, columns);
        levels[columns] = outcome;
      }
      for (int j = 0; j <= columns; j++) {
        away[j] = (j < columns ? row[j] : outcome) - levels[j] - offsets[j];
      }
      merge(1, weight, 0);
      return this;
    }

    /**
     * Adds the rows of {@code other}, which stays as it is.
     *
     * @return this
     * @throws IllegalArgumentException if they are of another number of columns
     */
    public Sum plus(Sum other) {
      Arguments.sameLength("other", other.columns, "this", columns);
      if (other.n == 0) {
        return this;
      }
      if (n == 0) {
        System.arraycopy(other.levels, 0, levels, 0, levels.length);
        System.arraycopy(other.offsets, 0, offsets, 0, offsets.length);
      }
      for (int j = 0; j <= columns; j++) {
        away[j] = other.levels[j] - levels[j] + (other.offsets[j] - offsets[j]);
      }
      merge(other.n, other.weight, other.lostWeight);
      for (int j = 0; j <= columns; j++) {
        for (int l = 0; l <= j; l++) {
          cross[j][l] += other.cross[j][l];
        }
      }
      return this;
    }

    /** Adds rows whose means lie {@code away}. */
    private void merge(long moreRows, double moreWeight, double moreLost) {
      double all = weight + moreWeight;
      double share = moreWeight / all;
      double between = weight * share;
      if (between != 0) {
        for (int j = 0; j <= columns; j++) {
          double times = between * away[j];
          for (int l = 0; l <= j; l++) {
            cross[j][l] += times * away[l];
          }
        }
      }
      for (int j = 0; j <= columns; j++) {
        double change = share * away[j];
        double level = levels[j] + change;
        offsets[j] += Rounding.lost(levels[j], change, level);
        levels[j] = level;
      }
      lostWeight += moreLost + Rounding.lost(weight, moreWeight, all);
      weight = all;
      n += moreRows;
    }

    /**
     * The state of the rows so far.
     *
     * @throws IllegalArgumentException if their squares or weights are too large for a double
     */
    public Gram gram() {
      double[][] symmetric = new double[columns + 1][columns + 1];
      for (int j = 0; j <= columns; j++) {
        for (int l = 0; l <= j; l++) {
          symmetric[j][l] = cross[j][l];
          symmetric[l][j] = cross[j][l];
        }
      }
      return new Gram(n, weight + lostWeight, levels.clone(), offsets.clone(), symmetric);
    }
  }

  /** What gives these columns the mean 0 and the deviation 1. */
  Standard standard(int... columns) {
    double[] units = new double[columns.length];
    Arrays.setAll(units, j -> deviation(columns[j]));
    return standard(columns, units);
  }

  /** What gives these columns the mean 0 in these units. */
  Standard standard(int[] columns, double[] units) {
    double[] near = new double[columns.length];
    double[] lost = new double[columns.length];
    Arrays.setAll(near, j -> levels[columns[j]]);
    Arrays.setAll(lost, j -> offsets[columns[j]]);
    return new Standard(columns(), columns, near, lost, units);
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
    return levels.length - 1;
  }

  /** The mean of a column; of the outcome, which comes after the last. */
  public double mean(int column) {
    return levels[column] + offsets[column];
  }

  /**
   * The weighted sum of products of two columns' deviations from their means; the outcome comes
   * after the last.
   */
  public double cross(int one, int other) {
    return cross[one][other];
  }

  /** {@code value} of a column, or of the outcome, minus its mean. */
  double away(int column, double value) {
    return value - levels[column] - offsets[column];
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
      if (cross[j][j] <= CONSTANT * weight * mean(j) * mean(j)) {
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
   * Why a coefficient cannot be told, 0 being the intercept.
   *
   * @throws IllegalArgumentException if there is no such coefficient
   */
  Optional<Unmeasured> untold(int coefficient) {
    if (coefficient < 0 || coefficient > columns()) {
      throw new IllegalArgumentException(
          "coefficient is " + coefficient + ", must lie in 0.." + columns());
    }
    return coefficient > 0 && Arrays.binarySearch(independent(), coefficient - 1) < 0
        ? Optional.of(
            new Unmeasured(
                "Column "
                    + (coefficient - 1)
                    + " is constant or explained by those before it, so its coefficient cannot be"
                    + " told."))
        : Optional.empty();
  }

  /**
   * The coefficients: the intercept, then one of each column; 0 where aliased.
   *
   * @throws IllegalArgumentException if there are no rows
   */
  public double[] coefficients() {
    Arguments.atLeast("n", (double) n, 1);
    double[] slopes = slopes();
    double[] coefficients = new double[levels.length];
    coefficients[0] = mean(columns());
    for (int j = 0; j < columns(); j++) {
      coefficients[j + 1] = slopes[j];
      coefficients[0] -= slopes[j] * mean(j);
    }
    return coefficients;
  }

  /** The coefficients without the intercept; 0 where aliased. */
  double[] slopes() {
    double[][] inverse = inverseOfSlopes();
    double[] slopes = new double[columns()];
    for (int j = 0; j < slopes.length; j++) {
      for (int l = 0; l < slopes.length; l++) {
        slopes[j] += inverse[j][l] * cross[l][columns()];
      }
    }
    return slopes;
  }

  /** The weighted sum of squared residuals, at least 0. */
  public double residualSumOfSquares() {
    Arguments.atLeast("n", (double) n, 1);
    double[] slopes = slopes();
    double left = cross[columns()][columns()];
    for (int j = 0; j < columns(); j++) {
      left -= slopes[j] * cross[j][columns()];
    }
    return Math.max(0, left);
  }

  /**
   * (X'X)^-1 with the intercept first; rows and columns of 0 where aliased.
   *
   * @throws IllegalArgumentException if there are no rows
   */
  public double[][] inverse() {
    Arguments.atLeast("n", (double) n, 1);
    double[][] ofSlopes = inverseOfSlopes();
    double[][] inverse = new double[levels.length][levels.length];
    inverse[0][0] = 1 / weight;
    for (int j = 0; j < columns(); j++) {
      double share = 0;
      for (int l = 0; l < columns(); l++) {
        inverse[j + 1][l + 1] = ofSlopes[j][l];
        share -= ofSlopes[j][l] * mean(l);
      }
      inverse[0][j + 1] = share;
      inverse[j + 1][0] = share;
      inverse[0][0] -= share * mean(j);
    }
    return inverse;
  }

  /** The inverse of the columns' centred cross products; rows and columns of 0 where aliased. */
  double[][] inverseOfSlopes() {
    int[] kept = independent();
    double[][] inverse = new double[columns()][columns()];
    if (kept.length == 0) {
      return inverse;
    }
    double[][] ofKept = new double[kept.length][kept.length];
    for (int i = 0; i < kept.length; i++) {
      for (int l = 0; l < kept.length; l++) {
        ofKept[i][l] = cross[kept[i]][kept[l]];
      }
    }
    double[][] solved = Newton.inverse(ofKept);
    for (int i = 0; i < kept.length; i++) {
      for (int l = 0; l < kept.length; l++) {
        inverse[kept[i]][kept[l]] = solved[i][l];
      }
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
