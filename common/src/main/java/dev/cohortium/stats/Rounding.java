package dev.cohortium.stats;

/** What is left of numbers that should cancel: never an error to tell anything by. */
final class Rounding {
  /** Of the size of the terms: an error at most this large is rounding. */
  static final double SHARE = 1e-13;

  private Rounding() {}

  /** The error, or exactly 0 where it is rounding beside {@code terms} that it was found from. */
  static double without(double stdError, double... terms) {
    double size = 0;
    for (double term : terms) {
      size = Math.max(size, Math.abs(term));
    }
    return stdError <= SHARE * size ? 0 : stdError;
  }
}
