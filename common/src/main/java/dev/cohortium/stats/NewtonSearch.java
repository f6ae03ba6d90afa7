package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import org.hipparchus.exception.MathIllegalArgumentException;

/**
 * Newton's method for the least value of a smooth convex function, its steps halved until they do
 * not climb, as a search that names the next place at which it has to know the function.
 *
 * <p>Found with a step whose length, in the metric of the curvature (standard errors, for a
 * likelihood), is at most {@code shortest}; or below 10,000 times that and no longer falling, for
 * then rounding is what is left of it. Where there is no least value, as of a likelihood whose
 * columns separate, lengths fall by a constant factor, exp(-1/2) in the end, and do not stop: such
 * a search ends with its last step.
 */
final class NewtonSearch implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final int MOST_HALVINGS = 40;
  private static final double ROUNDING = 1e-12;
  private static final double NEAR = 1e4;
  private static final double STILL_FALLING = 0.75;

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

  private final double shortest;
  private final int mostSteps;
  private double[] from;
  private double[] change;
  private double[] place;
  private double most = Double.POSITIVE_INFINITY;
  private double length = Double.POSITIVE_INFINITY;
  private boolean isFalling = true;
  private int halvings;
  private int steps;
  private Ending ending;

  private NewtonSearch(double[] place, double shortest, int mostSteps) {
    this.place = place;
    this.shortest = shortest;
    this.mostSteps = mostSteps;
  }

  /** The search from {@code start}. */
  static NewtonSearch from(double[] start, double shortest, int mostSteps) {
    return new NewtonSearch(start.clone(), shortest, mostSteps);
  }

  /** Where the function is to be known next; at the end the place known last. */
  double[] place() {
    return place.clone();
  }

  /** The last step's length in the metric of the curvature; infinite before the first. */
  double length() {
    return length;
  }

  /** Whether the last step was shorter than the one before. */
  boolean isFalling() {
    return isFalling;
  }

  /** The number of steps so far. */
  int steps() {
    return steps;
  }

  boolean isOver() {
    return ending != null;
  }

  /** How the search ended, which is over. */
  Ending ending() {
    return ending;
  }

  /** The place of the end moved by the last step, which is too short to be looked at. */
  double[] refined() {
    return change == null ? place() : moved(place, change, 1);
  }

  /** The search one step on, {@code local} being the function at {@link #place}. */
  NewtonSearch next(Local local) {
    NewtonSearch on = new NewtonSearch(place, shortest, mostSteps);
    on.length = length;
    on.isFalling = isFalling;
    on.steps = steps;
    if (from != null && !(local.value() <= most) && halvings < MOST_HALVINGS) {
      on.from = from;
      on.change = change;
      on.most = most;
      on.halvings = halvings + 1;
      on.place = moved(from, change, Math.scalb(1.0, -on.halvings));
    } else if (steps == mostSteps) {
      on.ending = Ending.TOO_MANY_STEPS;
    } else {
      on.step(local);
    }
    return on;
  }

  private void step(Local local) {
    if (place.length == 0) {
      length = 0;
      ending = Ending.FOUND;
      return;
    }
    double[] gradient = local.gradient();
    double[] solved;
    try {
      solved = Newton.solve(local.curvature(), gradient);
    } catch (MathIllegalArgumentException singular) {
      ending = Ending.SINGULAR_CURVATURE;
      return;
    }
    double squaredLength = LogisticState.product(solved, gradient);
    if (!Double.isFinite(squaredLength)) {
      ending = Ending.SINGULAR_CURVATURE;
      return;
    }
    double before = length;
    length = Math.sqrt(Math.max(0, squaredLength));
    isFalling = length < before;
    change = solved;
    steps++;
    boolean isRounding = length <= NEAR * shortest && length >= STILL_FALLING * before;
    if (length <= shortest || isRounding) {
      ending = Ending.FOUND;
      return;
    }
    from = place;
    most = local.value() + ROUNDING * Math.abs(local.value());
    place = moved(from, change, 1);
  }

  private static double[] moved(double[] from, double[] change, double scale) {
    double[] moved = new double[from.length];
    Arrays.setAll(moved, j -> from[j] - scale * change[j]);
    return moved;
  }
}
