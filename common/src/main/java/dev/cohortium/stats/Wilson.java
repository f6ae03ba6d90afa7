package dev.cohortium.stats;

/**
 * The 95 % score interval of a binomial proportion.
 *
 * <p>With x successes of n trials its limits are (2x + z² ± z sqrt(z² + 4x(n - x)/n)) / (2(n +
 * z²)): exactly 0 below for x = 0, exactly 1 above for x = n.
 *
 * @param low lower limit, 0 to x / n
 * @param high upper limit, x / n to 1
 * @see <a href="https://doi.org/10.1080/01621459.1927.10502953">Wilson 1927</a>
 */
public record Wilson(double low, double high) {
  /** The 0.975 quantile of the standard normal distribution. */
  public static final double Z = 1.959963984540054;

  /**
   * The interval of {@code successes / trials}.
   *
   * @throws IllegalArgumentException if {@code trials} is below 1 or {@code successes} outside
   *     0..trials
   */
  public static Wilson of(long successes, long trials) {
    if (trials < 1) {
      throw new IllegalArgumentException("trials is " + trials + ", must be at least 1");
    }
    if (successes < 0 || successes > trials) {
      throw new IllegalArgumentException(
          "successes is " + successes + ", must lie in 0.." + trials + " (trials)");
    }
    double x = successes;
    double n = trials;
    double middle = 2 * x + Z * Z;
    double reach = Z * Math.sqrt(Z * Z + 4 * x * (n - x) / n);
    double scale = 2 * (n + Z * Z);
    return new Wilson((middle - reach) / scale, successes == trials ? 1 : (middle + reach) / scale);
  }
}
