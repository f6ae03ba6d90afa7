package dev.cohortium.stats;

import java.util.Arrays;
import org.hipparchus.exception.MathIllegalArgumentException;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;

/** The linear equations of a curvature, in units that give it a diagonal of 1. */
final class Newton {
  private static final double ROUNDING = 1e-12;
  private static final double SINGULAR = 1e-15;

  private Newton() {}

  /**
   * The inverse of a curvature times a gradient.
   *
   * @throws MathIllegalArgumentException if the curvature is not positive, or as good as singular
   */
  static double[] solve(double[][] curvature, double[] gradient) {
    double[] units = units(curvature);
    double[] scaled = new double[units.length];
    Arrays.setAll(scaled, j -> gradient[j] * units[j]);
    double[] solved =
        decomposed(curvature, units).getSolver().solve(new ArrayRealVector(scaled)).toArray();
    Arrays.setAll(solved, j -> solved[j] * units[j]);
    return solved;
  }

  /** The inverse of a curvature. */
  static double[][] inverse(double[][] curvature) {
    double[] units = units(curvature);
    double[][] inverse = decomposed(curvature, units).getSolver().getInverse().getData();
    for (int j = 0; j < units.length; j++) {
      for (int l = 0; l < units.length; l++) {
        inverse[j][l] *= units[j] * units[l];
      }
    }
    return inverse;
  }

  /** What gives a curvature a diagonal of 1; of a flat direction 1. */
  private static double[] units(double[][] curvature) {
    double[] units = new double[curvature.length];
    Arrays.setAll(units, j -> curvature[j][j] > 0 ? 1 / Math.sqrt(curvature[j][j]) : 1);
    return units;
  }

  private static CholeskyDecomposition decomposed(double[][] curvature, double[] units) {
    double[][] scaled = new double[units.length][units.length];
    for (int j = 0; j < units.length; j++) {
      for (int l = 0; l < units.length; l++) {
        scaled[j][l] = curvature[j][l] * units[j] * units[l];
      }
    }
    return new CholeskyDecomposition(MatrixUtils.createRealMatrix(scaled), ROUNDING, SINGULAR);
  }
}
