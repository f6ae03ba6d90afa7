package dev.cohortium.stats;

/** What is left of numbers that should cancel: never an error to tell anything by. */
final class Rounding {
  /** Of the size of the terms: an error at most this large is rounding. */
  static final double SHARE = 1e-13;

  /** How often a term of a sum of products is rounded, at most. */
  private static final int TERMS = 8;

  private Rounding() {}

  /** What {@code sum}, the rounded sum of two numbers, lacks of their exact one. */
  static double lost(double one, double other, double sum) {
    double added = sum - one;
    return one - (sum - added) + (other - added);
  }

  /**
   * The most that a sum of products of changes may be without any change: each of {@code n} terms
   * rounds once, and in several sums.
   *
   * @param squares the sum of squares of what changes are made of
   */
  static double ofProducts(long n, double squares) {
    return TERMS * Math.ulp(1.0) * n * squares;
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
