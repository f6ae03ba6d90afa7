package dev.cohortium.stats;

/**
 * Where a percentile lies among sorted values, linear between order statistics (type 7): the value
 * at {@code below}, and {@code share} of the way to the one after it.
 *
 * @see <a href="https://doi.org/10.1080/00031305.1996.10473566">Hyndman, Fan 1996</a>
 */
record Percentile(int below, double share) {
  /**
   * The place in {@code count} values, one at least, of the percentile that {@code of} is, 0 to 1.
   */
  static Percentile in(int count, double of) {
    double place = of * (count - 1);
    int below = (int) place;
    return new Percentile(below, place - below);
  }

  /** The value below it. */
  double low(double[] sorted) {
    return sorted[below];
  }

  /** The value above it. */
  double high(double[] sorted) {
    return sorted[Math.min(below + 1, sorted.length - 1)];
  }
}
