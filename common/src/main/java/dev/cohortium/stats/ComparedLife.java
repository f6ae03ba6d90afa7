package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;

/**
 * Somebody with the comparisons that they are in, and what they count in each: found once for all
 * metrics.
 */
public final class ComparedLife {
  private final WeightedLife life;
  private final int[] places;
  private final double[] weights;
  private int count;

  /**
   * Somebody in some comparisons.
   *
   * @param comparisons of the design, whatever their base
   * @throws IllegalArgumentException if a weight is negative
   */
  ComparedLife(WeightedLife life, StaggeredDesign design, Comparison[] comparisons) {
    this.life = life;
    places = new int[comparisons.length];
    weights = new double[places.length];
    int joined = life.joined();
    int acquired = life.acquired();
    for (int place = 0; place < places.length; place++) {
      Comparison of = comparisons[place];
      Role role = design.role(of, joined, acquired);
      if (role != Role.NEITHER) {
        add(place, life.weight(of, role));
      }
    }
  }

  private void add(int place, double weight) {
    Arguments.atLeast("weight", weight, 0);
    if (weight > 0) {
      places[count] = place;
      weights[count++] = weight;
    }
  }

  WeightedLife life() {
    return life;
  }

  /** How many comparisons count this life. */
  int count() {
    return count;
  }

  /** The place of one of them among all comparisons. */
  int place(int at) {
    return places[at];
  }

  /** What this life counts in it, above 0. */
  double weight(int at) {
    return weights[at];
  }

  /** Whether it is of the cohort of {@code joined}, in whose comparisons it is no control. */
  boolean isTreated(int joined) {
    return life.joined() == joined;
  }
}
