package dev.cohortium.stats;

import java.util.Arrays;
import org.hipparchus.exception.MathIllegalArgumentException;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;

/** Newton's method, its steps halved until they do not climb. */
final class Newton {
  private static final int MOST_HALVINGS = 40;
  private static final double ROUNDING = 1e-12;
  private static final double SINGULAR = 1e-15;

  private Newton() {}

  /** A smooth convex function. */
  interface Convex {
    Local at(double[] place);
  }

  /** What a step needs to know of a function at one place. */
  interface Local {
    double value();

    double[] gradient();

    double[][] curvature();
  }

  /** How the search ends. */
  enum Ending {
    FOUND,
    TOO_MANY_STEPS,
    SINGULAR_CURVATURE
  }

  /** Where the search ends. */
  static final class Minimum {
    private final Ending ending;
    private final double[] place;
    private final double length;

    private Minimum(Ending ending, double[] place, double length) {
      this.ending = ending;
      this.place = place;
      this.length = length;
    }

    Ending ending() {
      return ending;
    }

    double[] place() {
      return place;
    }

    /** The last step's, in the metric of the curvature; infinite before the first. */
    double length() {
      return length;
    }
  }

  /**
   * Where {@code function} is least: found with a step whose length, in the metric of the curvature
   * (standard errors, for a likelihood), is at most {@code shortest}.
   */
  static Minimum minimise(Convex function, double[] start, double shortest, int mostSteps) {
    double[] current = start;
    if (start.length == 0) {
      return new Minimum(Ending.FOUND, start, 0);
    }
    Local local = function.at(current);
    double length = Double.POSITIVE_INFINITY;
    for (int step = 0; step < mostSteps; step++) {
      double[] gradient = local.gradient();
      double[] change;
      try {
        change = solve(local.curvature(), gradient);
      } catch (MathIllegalArgumentException singular) {
        return new Minimum(Ending.SINGULAR_CURVATURE, current, length);
      }
      double squaredLength = 0;
      for (int j = 0; j < change.length; j++) {
        squaredLength += change[j] * gradient[j];
      }
      if (!Double.isFinite(squaredLength)) {
        return new Minimum(Ending.SINGULAR_CURVATURE, current, length);
      }
      length = Math.sqrt(Math.max(0, squaredLength));
      double most = local.value() + ROUNDING * Math.abs(local.value());
      double scale = 1;
      double[] next = moved(current, change, scale);
      Local reached = function.at(next);
      for (int half = 0; half < MOST_HALVINGS && !(reached.value() <= most); half++) {
        scale /= 2;
        next = moved(current, change, scale);
        reached = function.at(next);
      }
      current = next;
      local = reached;
      if (length <= shortest) {
        return new Minimum(Ending.FOUND, current, length);
      }
    }
    return new Minimum(Ending.TOO_MANY_STEPS, current, length);
  }

  private static double[] solve(double[][] curvature, double[] gradient) {
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

  private static double[] moved(double[] from, double[] change, double scale) {
    double[] moved = new double[from.length];
    Arrays.setAll(moved, j -> from[j] - scale * change[j]);
    return moved;
  }
}
