package dev.cohortium.stats;

/** What is left of numbers that should cancel: never an error to tell anything by. */
final class Rounding {
  /** Of the size of the terms: an error at most this large is rounding. */
  static final double SHARE = 1e-13;

  private Rounding() {}

  /** What {@code sum}, the rounded sum of two numbers, lacks of their exact one. */
  static double lost(double one, double other, double sum) {
    double added = sum - one;
    return one - (sum - added) + (other - added);
  }

  /** The error, or exactly 0 where it is rounding beside {@code terms} that it was found from. */
  static double without(double stdError, double... terms) {
    double size = 0;
    for (double term : terms) {
      size = Math.max(size, Math.abs(term));
    }
    return stdError <= SHARE * size ? 0 : stdError;
  }
}
