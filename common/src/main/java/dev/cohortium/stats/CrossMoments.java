package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Means and centred cross products of k variables observed together, as sums that add.
 *
 * <p>Parts of a sample merge with {@link #plus}, in any order, to what the whole sample gives.
 *
 * @see <a href="https://doi.org/10.2172/1028931">Pébay 2008, formulas III.5 and III.6</a>
 */
public final class CrossMoments implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Of the terms' size: a variance below this is rounding, not variance. */
  private static final double ROUNDING = 1e-14;

  /** The same of plain sums, which cancel more. */
  private static final double POWER_ROUNDING = 1e-12;

  private final long count;
  private final double[] means;
  private final double[][] scatter;

  private CrossMoments(long count, double[] means, double[][] scatter) {
    this.count = count;
    this.means = means;
    this.scatter = scatter;
    Arguments.finite("means", means);
    for (int i = 0; i < means.length; i++) {
      Arguments.finite("scatter[" + i + "]", scatter[i]);
    }
  }

  /**
   * The moments of no observations of {@code variables} variables: what adds nothing.
   *
   * @throws IllegalArgumentException if {@code variables} is below 1
   */
  public static CrossMoments none(int variables) {
    Arguments.atLeast("variables", variables, 1);
    return new CrossMoments(0, new double[variables], new double[variables][variables]);
  }

  /**
   * The moments of {@code rows}.
   *
   * @param rows n by k: an observation a row, a variable a column
   * @throws IllegalArgumentException if there is no row, rows differ in length, a value is not
   *     finite, or a moment too large for a double
   */
  public static CrossMoments of(double[][] rows) {
    Arguments.atLeast("rows.length", rows.length, 1);
    int variables = rows[0].length;
    Arguments.atLeast("rows[0].length", variables, 1);
    for (int row = 0; row < rows.length; row++) {
      Arguments.sameLength("rows[" + row + "]", rows[row].length, "rows[0]", variables);
      Arguments.finite("rows[" + row + "]", rows[row]);
    }
    double[] means = shiftedMeans(rows, shiftedMeans(rows, rows[0]));
    double[][] scatter = new double[variables][variables];
    double[] deviations = new double[variables];
    for (double[] row : rows) {
      for (int i = 0; i < variables; i++) {
        deviations[i] = row[i] - means[i];
      }
      addOuterProduct(scatter, deviations, 1);
    }
    return new CrossMoments(rows.length, means, scatter);
  }

  /**
   * The moments that another program summed.
   *
   * @param means k means
   * @param scatter k by k sums of (x_i - mean_i)(x_j - mean_j), symmetric
   * @throws IllegalArgumentException if count is below 0, shapes differ, a number is not finite, a
   *     diagonal is negative, or the matrix not symmetric or beyond what its diagonal allows, or a
   *     mean or sum is not 0 where there are too few observations for it
   */
  public static CrossMoments ofSums(long count, double[] means, double[][] scatter) {
    Arguments.atLeast("count", (double) count, 0);
    Arguments.atLeast("means.length", means.length, 1);
    Arguments.sameLength("scatter", scatter.length, "means", means.length);
    for (int i = 0; i < means.length; i++) {
      Arguments.sameLength("scatter[" + i + "]", scatter[i].length, "means", means.length);
      Arguments.atLeast("scatter[" + i + "][" + i + "]", scatter[i][i], 0);
    }
    if (count < 2) {
      for (int i = 0; i < means.length; i++) {
        Arguments.zero("scatter[" + i + "][" + i + "] of fewer than 2 observations", scatter[i][i]);
        if (count == 0) {
          Arguments.zero("means[" + i + "] of no observations", means[i]);
        }
      }
    }
    for (int i = 0; i < means.length; i++) {
      for (int j = 0; j < i; j++) {
        double most = Math.sqrt(scatter[i][i]) * Math.sqrt(scatter[j][j]);
        if (Math.abs(scatter[i][j]) > most * (1 + 1e-9)) {
          throw new IllegalArgumentException(
              String.format(
                  "scatter[%d][%d] is %s, must lie within +-%s (the diagonal)",
                  i, j, scatter[i][j], most));
        }
        if (scatter[i][j] != scatter[j][i]) {
          throw new IllegalArgumentException(
              String.format(
                  "scatter[%d][%d] is %s, must equal scatter[%d][%d], %s",
                  i, j, scatter[i][j], j, i, scatter[j][i]));
        }
      }
    }
    return new CrossMoments(count, means.clone(), copy(scatter));
  }

  /**
   * The moments of plain sums, as a query adds them up; where a variance is only rounding it is 0.
   *
   * @param sums k sums of x_i
   * @param products k by k sums of x_i x_j, symmetric
   * @throws IllegalArgumentException as {@link #ofSums}
   */
  public static CrossMoments ofPowerSums(long count, double[] sums, double[][] products) {
    Arguments.atLeast("count", (double) count, 0);
    Arguments.sameLength("products", products.length, "sums", sums.length);
    int variables = sums.length;
    double n = Math.max(1, (double) count);
    double[] means = new double[variables];
    double[] roots = new double[variables];
    for (int i = 0; i < variables; i++) {
      means[i] = sums[i] / n;
      double squares = products[i][i] - means[i] * sums[i];
      boolean isRounding = count < 2 || squares <= POWER_ROUNDING * products[i][i];
      roots[i] = isRounding ? 0 : Math.sqrt(squares);
    }
    double[][] scatter = new double[variables][variables];
    for (int i = 0; i < variables; i++) {
      scatter[i][i] = roots[i] * roots[i];
      for (int j = 0; j < i; j++) {
        double most = roots[i] * roots[j];
        double about = products[i][j] - means[i] * sums[j];
        scatter[i][j] = Math.max(-most, Math.min(most, about));
        scatter[j][i] = scatter[i][j];
      }
    }
    return ofSums(count, means, scatter);
  }

  /**
   * The moments of linear combinations, offsets_r + sum of weights_ri x_i.
   *
   * @param weights a row of k for each combination
   * @param offsets one of each
   * @throws IllegalArgumentException if lengths differ or a number is not finite
   */
  public CrossMoments transformed(double[][] weights, double... offsets) {
    Arguments.sameLength("offsets", offsets.length, "weights", weights.length);
    int made = weights.length;
    double[] combined = new double[made];
    double[][] sums = new double[made][made];
    for (int r = 0; r < made; r++) {
      Arguments.sameLength("weights[" + r + "]", weights[r].length, "variables", means.length);
      combined[r] = count == 0 ? 0 : offsets[r];
      for (int i = 0; i < means.length; i++) {
        combined[r] += weights[r][i] * means[i];
      }
      for (int q = 0; q <= r; q++) {
        sums[r][q] = count < 2 ? 0 : product(weights[r], weights[q]);
        sums[q][r] = sums[r][q];
      }
    }
    return new CrossMoments(count, combined, sums);
  }

  private double product(double[] one, double[] other) {
    double sum = 0;
    double size = 0;
    for (int i = 0; i < one.length; i++) {
      for (int j = 0; j < other.length; j++) {
        double term = one[i] * other[j] * scatter[i][j];
        sum += term;
        size += Math.abs(term);
      }
    }
    return Math.abs(sum) <= ROUNDING * size ? 0 : sum;
  }

  /**
   * The moments of both samples together.
   *
   * @throws IllegalArgumentException if they are of different numbers of variables
   */
  public CrossMoments plus(CrossMoments other) {
    Arguments.sameLength("other", other.means.length, "this", means.length);
    if (count == 0) {
      return other;
    }
    if (other.count == 0) {
      return this;
    }
    double here = (double) count;
    double there = (double) other.count;
    double all = here + there;
    double[] apart = new double[means.length];
    double[] merged = new double[means.length];
    double[][] sum = copy(scatter);
    for (int i = 0; i < means.length; i++) {
      apart[i] = other.means[i] - means[i];
      merged[i] = means[i] + apart[i] * (there / all);
      for (int j = 0; j < means.length; j++) {
        sum[i][j] += other.scatter[i][j];
      }
    }
    addOuterProduct(sum, apart, here / all * there);
    return new CrossMoments(Math.addExact(count, other.count), merged, sum);
  }

  /** The number of observations. */
  public long count() {
    return count;
  }

  /** The number of variables, k. */
  public int variables() {
    return means.length;
  }

  /** The mean of variable {@code i}, from 0; 0 where there are no observations. */
  public double mean(int i) {
    return means[i];
  }

  /**
   * The unbiased covariance of variables {@code i} and {@code j}; of one with itself its variance.
   *
   * @throws IllegalArgumentException if there are fewer than 2 observations
   */
  public double covariance(int i, int j) {
    Arguments.atLeast("count", (double) count, 2);
    return scatter[i][j] / (count - 1);
  }

  /** The moments of variable {@code i}; the third, which is not kept, counts as 0. */
  public Moments moments(int i) {
    return new Moments(count, means[i], scatter[i][i], 0);
  }

  /**
   * The variance of the sum of weights_i x_i; exactly 0 where only rounding is left of it.
   *
   * @throws IllegalArgumentException if weights are not one for each variable, or there are fewer
   *     than 2 observations
   */
  public double varianceOf(double... weights) {
    Arguments.atLeast("count", (double) count, 2);
    Arguments.sameLength("weights", weights.length, "variables", means.length);
    double sum = 0;
    double size = 0;
    for (int i = 0; i < weights.length; i++) {
      for (int j = 0; j < weights.length; j++) {
        double term = weights[i] * weights[j] * scatter[i][j];
        sum += term;
        size += Math.abs(term);
      }
    }
    return sum <= ROUNDING * size ? 0 : sum / (count - 1);
  }

  private static double[] shiftedMeans(double[][] rows, double[] shift) {
    double[] sums = new double[shift.length];
    for (double[] row : rows) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += row[i] - shift[i];
      }
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] = shift[i] + sums[i] / rows.length;
    }
    return sums;
  }

  private static void addOuterProduct(double[][] matrix, double[] vector, double weight) {
    for (int i = 0; i < vector.length; i++) {
      for (int j = 0; j < vector.length; j++) {
        matrix[i][j] += vector[i] * vector[j] * weight;
      }
    }
  }

  private static double[][] copy(double[][] matrix) {
    double[][] copy = new double[matrix.length][];
    for (int i = 0; i < matrix.length; i++) {
      copy[i] = Arrays.copyOf(matrix[i], matrix[i].length);
    }
    return copy;
  }
}
