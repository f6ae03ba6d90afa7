package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Optional;
import org.hipparchus.exception.MathIllegalArgumentException;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;

/** Newton's method, its steps halved until they do not climb. */
final class Newton {
  private static final int MOST_HALVINGS = 40;
  private static final double ROUNDING = 1e-12;

  private Newton() {}

  /** A smooth convex function. */
  interface Convex {
    double value(double[] at);

    double[] gradient(double[] at);

    double[][] curvature(double[] at);
  }

  /**
   * Where {@code function} is least; empty if {@code mostSteps} do not reach a step whose length,
   * in the metric of the curvature (standard errors, for a likelihood), is below {@code shortest}.
   */
  static Optional<double[]> minimise(
      Convex function, double[] start, double shortest, int mostSteps) {
    double[] current = start;
    double value = function.value(current);
    for (int step = 0; step < mostSteps && current.length > 0; step++) {
      double[] gradient = function.gradient(current);
      double[] change;
      try {
        change = solve(function.curvature(current), gradient);
      } catch (MathIllegalArgumentException singular) {
        return Optional.empty();
      }
      double squaredLength = 0;
      for (int j = 0; j < change.length; j++) {
        squaredLength += change[j] * gradient[j];
      }
      double most = value + ROUNDING * Math.abs(value);
      double scale = 1;
      double[] next = moved(current, change, scale);
      double reached = function.value(next);
      for (int half = 0; half < MOST_HALVINGS && !(reached <= most); half++) {
        scale /= 2;
        next = moved(current, change, scale);
        reached = function.value(next);
      }
      current = next;
      value = reached;
      if (squaredLength <= shortest * shortest) {
        return Optional.of(current);
      }
    }
    return current.length == 0 ? Optional.of(current) : Optional.empty();
  }

  private static double[] solve(double[][] curvature, double[] gradient) {
    return decomposed(curvature).getSolver().solve(new ArrayRealVector(gradient)).toArray();
  }

  /** The inverse of a curvature. */
  static double[][] inverse(double[][] curvature) {
    return decomposed(curvature).getSolver().getInverse().getData();
  }

  private static CholeskyDecomposition decomposed(double[][] curvature) {
    return new CholeskyDecomposition(MatrixUtils.createRealMatrix(curvature), ROUNDING, 0);
  }

  private static double[] moved(double[] from, double[] change, double scale) {
    double[] moved = new double[from.length];
    Arrays.setAll(moved, j -> from[j] - scale * change[j]);
    return moved;
  }
}
