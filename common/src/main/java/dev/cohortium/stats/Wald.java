package dev.cohortium.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;

/**
 * The test that several numbers are all 0.
 *
 * <p>x'V⁺x of numbers in units of their errors, V⁺ the pseudo-inverse of their correlation, so that
 * numbers which others determine count once; chi-squared with the rank of V.
 *
 * @param statistic at least 0
 * @param degreesOfFreedom the rank; 0: there is nothing to test
 * @param pValue 1 where there is nothing to test
 * @see <a href="https://doi.org/10.1090/S0002-9947-1943-0012401-3">Wald 1943</a>
 */
public record Wald(double statistic, int degreesOfFreedom, double pValue) {
  /** Of a variance of 1: below, the others determine the number. */
  private static final double DETERMINED = 1e-10;

  /**
   * The test of values with their covariance; values without a variance are not in it.
   *
   * @throws IllegalArgumentException if the covariance has another size, or a number is not finite
   */
  static Wald of(double[] values, double[][] covariance) {
    Arguments.sameLength("covariance", covariance.length, "values", values.length);
    Arguments.finite("values", values);
    for (double[] row : covariance) {
      Arguments.finite("covariance", row);
    }
    double[] errors = Correlation.errors(covariance);
    int[] varying = Correlation.varying(errors);
    if (varying.length == 0) {
      return new Wald(0, 0, 1);
    }
    RealMatrix root = root(Correlation.of(covariance, errors, varying));
    double[] scaled = new double[varying.length];
    for (int place = 0; place < scaled.length; place++) {
      scaled[place] = values[varying[place]] / errors[varying[place]];
    }
    double norm =
        new QRDecomposition(root).getSolver().solve(new ArrayRealVector(scaled)).getNorm();
    int rank = root.getColumnDimension();
    return new Wald(norm * norm, rank, Distributions.chiSquaredUpper(norm * norm, rank));
  }

  /**
   * B of full rank, BB' = the correlation: one column after the other, each by what the others
   * leave most of. What is left below {@value #DETERMINED}, or negative by rounding, is nothing.
   */
  static RealMatrix root(double[][] correlation) {
    double[][] left = Arrays.stream(correlation).map(double[]::clone).toArray(double[][]::new);
    List<double[]> columns = new ArrayList<>();
    for (int pivot = largest(left);
        columns.size() < left.length && left[pivot][pivot] > DETERMINED;
        pivot = largest(left)) {
      columns.add(takeOut(left, pivot));
    }
    return MatrixUtils.createRealMatrix(columns.toArray(double[][]::new)).transpose();
  }

  /** The place of most variance. */
  private static int largest(double[][] left) {
    int largest = 0;
    for (int place = 1; place < left.length; place++) {
      largest = left[place][place] > left[largest][largest] ? place : largest;
    }
    return largest;
  }

  /** What all have in common with one, at most all that is left of them, which is taken out. */
  private static double[] takeOut(double[][] left, int pivot) {
    double root = Math.sqrt(left[pivot][pivot]);
    double[] column = new double[left.length];
    for (int place = 0; place < column.length; place++) {
      double most = Math.sqrt(Math.max(0, left[place][place]));
      column[place] = Math.max(-most, Math.min(most, left[pivot][place] / root));
    }
    for (int one = 0; one < column.length; one++) {
      for (int other = 0; other < column.length; other++) {
        left[one][other] -= column[one] * column[other];
      }
    }
    Arrays.fill(left[pivot], 0);
    for (double[] row : left) {
      row[pivot] = 0;
    }
    return column;
  }
}
