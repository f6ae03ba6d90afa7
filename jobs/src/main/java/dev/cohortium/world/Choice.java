package dev.cohortium.world;

import dev.cohortium.world.HoldOut.Arm;

/**
 * What is decided about a life: two of one customer differ in this alone.
 *
 * @param barredUntil no joining up to and including this moment
 * @param arm of the experiment
 */
record Choice(double barredUntil, Arm arm) {
  /** What happens. */
  static Choice actual(Arm arm) {
    return new Choice(Double.NEGATIVE_INFINITY, arm);
  }

  /** The customer never joins. */
  static Choice stayOut(Arm arm) {
    return new Choice(Double.POSITIVE_INFINITY, arm);
  }

  /** A joining is not taken, and later ones may be. */
  static Choice asUsual(double joinedAt, Arm arm) {
    return new Choice(joinedAt, arm);
  }
}
