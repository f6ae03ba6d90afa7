package dev.cohortium.beforeafter;

/**
 * How many customers stop. Who joins is a customer still in that month, while some of the others
 * have stopped, before the base or since. Without any effect members then stand above them by what
 * stops between the base and joining, if nobody had stopped before; or fall below them by what
 * stops after joining, as those who had can stop no more; or anywhere in between.
 *
 * @param share of what is ordered a month by customers who make their last order in it; those who
 *     only pause for longer than anybody waits count, too, so that it is rather too large
 * @param months from the base to joining
 * @param inactive months without an order that are taken for having stopped
 */
record Stopping(double share, int months, int inactive) {
  /** Stands for a share where the months are too few to tell it. */
  static final double UNTOLD = Double.NaN;

  boolean isTold() {
    return !Double.isNaN(share);
  }

  /** The same where nobody stops, as the others made an order in the month of joining, too. */
  Stopping none() {
    return new Stopping(0, months, inactive);
  }

  /**
   * What members seem to change by at most, as a share of what they would have without joining.
   *
   * @param isGain whether they seem to gain
   * @param horizon months after joining
   */
  double made(boolean isGain, int horizon) {
    return 1 - Math.pow(1 - share, isGain ? months : horizon);
  }
}
