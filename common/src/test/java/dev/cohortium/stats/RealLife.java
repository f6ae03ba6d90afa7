package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;

/** A customer with one metric, who counts as {@code weighing} says. */
record RealLife(int joined, int acquired, Path path, Weighing weighing) implements WeightedLife {
  /** What a customer counts in a comparison. */
  interface Weighing {
    double weight(Comparison of, Role role);
  }

  /** The metric by month. */
  interface Path {
    double in(int month);
  }

  static RealLife of(StaggeredWorld world, int customer, Weighing weighing) {
    double[] months = world.months[customer];
    return new RealLife(
        world.joined[customer], world.acquired[customer], month -> months[month], weighing);
  }

  @Override
  public double weight(Comparison of, Role role) {
    return weighing.weight(of, role);
  }

  @Override
  public double[] values(int month) {
    return new double[] {path.in(month)};
  }
}
