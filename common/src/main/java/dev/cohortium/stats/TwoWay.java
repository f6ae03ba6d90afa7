package dev.cohortium.stats;

import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * The covariance of estimates whose observations depend on each other within two clusterings.
 *
 * @see <a href="https://doi.org/10.1198/jbes.2010.07136">Cameron, Gelbach, Miller 2011</a>
 */
final class TwoWay {
  private TwoWay() {}

  /**
   * One + other - both, without the directions in which that is negative, and on the diagonal at
   * least the larger of one and other.
   */
  static double[][] covariance(double[][] one, double[][] other, double[][] both) {
    double[] scales = scales(one, other);
    double[][] sum = new double[scales.length][scales.length];
    for (int row = 0; row < sum.length; row++) {
      for (int column = 0; column < sum.length; column++) {
        double scale = scales[row] * scales[column];
        double value = one[row][column] + other[row][column] - both[row][column];
        sum[row][column] = scale == 0 ? 0 : value / scale;
      }
    }
    double[][] kept = sum.length < 2 ? sum : withoutNegative(sum);
    for (int row = 0; row < sum.length; row++) {
      kept[row][row] = Math.max(1, kept[row][row]);
      for (int column = 0; column < sum.length; column++) {
        kept[row][column] *= scales[row] * scales[column];
      }
    }
    return kept;
  }

  /** The larger error of one and other. */
  private static double[] scales(double[][] one, double[][] other) {
    double[] scales = new double[one.length];
    for (int place = 0; place < scales.length; place++) {
      scales[place] = Math.sqrt(Math.max(one[place][place], other[place][place]));
    }
    return scales;
  }

  private static double[][] withoutNegative(double[][] matrix) {
    var eigen = new EigenDecompositionSymmetric(MatrixUtils.createRealMatrix(matrix));
    RealMatrix sum = MatrixUtils.createRealMatrix(matrix);
    for (int direction = 0; direction < matrix.length; direction++) {
      double size = eigen.getEigenvalue(direction);
      if (size < 0) {
        var vector = eigen.getEigenvector(direction);
        sum = sum.subtract(vector.outerProduct(vector).scalarMultiply(size));
      }
    }
    return sum.getData();
  }
}
