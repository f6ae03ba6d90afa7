package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;

/**
 * Somebody in a {@link WeightedEventStudy}: a customer, a customer in one of the matched sets, or
 * all customers of a region together.
 */
public interface WeightedLife {
  /** The month of joining, or {@link StaggeredDesign#NEVER}. */
  int joined();

  /** The month of acquisition; negative: before the window. */
  int acquired();

  /** How many customers it stands for: what it adds to the size of its cohort. */
  default long customers() {
    return 1;
  }

  /**
   * What it counts in a comparison, at least 0, on any scale; 0: it is not compared. One that is
   * compared as treated is so in every month of its cohort.
   *
   * @param role treated or control
   */
  double weight(Comparison of, Role role);

  /** The metrics in a month; not a copy. */
  double[] values(int month);
}
