package dev.cohortium.stats;

/**
 * The difference of two independent proportions with the 95 % interval of Newcombe's method 10.
 *
 * <p>With p = x / n and Wilson limits (l, u) of each: low = d - sqrt((p1 - l1)² + (u0 - p0)²), high
 * = d + sqrt((u1 - p1)² + (p0 - l0)²). It stays within -1..1, and has a width where both
 * proportions are 0 or 1, so that one trial in each is enough.
 *
 * @param difference p1 - p0
 * @param low lower limit, at least -1
 * @param high upper limit, at most 1
 * @see <a
 *     href="https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8%3C873::AID-SIM779%3E3.0.CO;2-I">
 *     Newcombe 1998</a>
 */
public record Newcombe(double difference, double low, double high) {
  /**
   * The difference of {@code treatedSuccesses / treated} and {@code controlSuccesses / control}.
   *
   * @throws IllegalArgumentException if trials are below 1 or successes outside 0..trials
   */
  public static Newcombe of(
      long treatedSuccesses, long treated, long controlSuccesses, long control) {
    Arguments.atLeast("treated", (double) treated, 1);
    Arguments.atLeast("control", (double) control, 1);
    Wilson one = Wilson.of(treatedSuccesses, treated);
    Wilson two = Wilson.of(controlSuccesses, control);
    double p1 = (double) treatedSuccesses / treated;
    double p0 = (double) controlSuccesses / control;
    double difference = p1 - p0;
    return new Newcombe(
        difference,
        Math.max(-1, difference - Math.hypot(p1 - one.low(), two.high() - p0)),
        Math.min(1, difference + Math.hypot(one.high() - p1, p0 - two.low())));
  }

  /** The limits as an interval. */
  public Interval interval() {
    return new Interval(low, high);
  }
}
