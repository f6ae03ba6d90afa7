package dev.cohortium.world;

import static dev.cohortium.world.Draws.Purpose.TRANSIENT;

import dev.cohortium.config.World;

/**
 * How far a customer's rate is above or below its usual self: an AR(1) of the logarithm, in
 * standard deviations, stationary from the month before the first.
 */
final class Transients {
  private final double[] deviations;

  private Transients(double[] deviations) {
    this.deviations = deviations;
  }

  static Transients of(World world, Draws draws) {
    double persistence = world.purchases().persistence();
    double innovation = Math.sqrt(1 - persistence * persistence);
    double[] deviations = new double[world.months() + 1];
    deviations[0] = draws.normal(TRANSIENT, 0, 0);
    for (int t = 1; t < deviations.length; t++) {
      deviations[t] = persistence * deviations[t - 1] + innovation * draws.normal(TRANSIENT, t, 0);
    }
    return new Transients(deviations);
  }

  /** The deviation in a month, from -1 on. */
  double of(int month) {
    return deviations[month + 1];
  }
}
