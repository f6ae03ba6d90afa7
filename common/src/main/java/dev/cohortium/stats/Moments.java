package dev.cohortium.stats;

import java.io.Serializable;

/**
 * The first three moments of a sample, as sums that add.
 *
 * <p>Parts of a sample merge with {@link #plus}, in any order, to what the whole sample gives; all
 * sums are of deviations from the mean, so that a large level costs no digits.
 *
 * @param count n, at least 0
 * @param mean of the values, in their unit; 0 where n = 0
 * @param squaredDeviations sum of (x - mean)²
 * @param cubedDeviations sum of (x - mean)³
 * @see <a href="https://doi.org/10.2172/1028931">Pébay 2008, formulas II.1 to II.3</a>
 */
public record Moments(long count, double mean, double squaredDeviations, double cubedDeviations)
    implements Serializable {
  /** Of the sum of squares: a variance of plain sums below it is rounding. */
  private static final double POWER_ROUNDING = 1e-12;

  /** The moments of no values: what adds nothing. */
  public static final Moments NONE = new Moments(0, 0, 0, 0);

  /**
   * Moments that another program summed.
   *
   * @throws IllegalArgumentException if count or squaredDeviations are negative, or a moment is not
   *     finite, or not 0 where there are too few values for it
   */
  public Moments {
    Arguments.atLeast("count", (double) count, 0);
    if (count == 0) {
      Arguments.zero("mean of no values", mean);
    }
    if (count < 2) {
      Arguments.zero("squaredDeviations of fewer than 2 values", squaredDeviations);
      Arguments.zero("cubedDeviations of fewer than 2 values", cubedDeviations);
    }
    Arguments.finite("mean", mean);
    Arguments.finite("squaredDeviations", squaredDeviations);
    Arguments.finite("cubedDeviations", cubedDeviations);
    Arguments.atLeast("squaredDeviations", squaredDeviations, 0);
  }

  /**
   * The moments of {@code values}; of none: {@link #NONE}.
   *
   * @throws IllegalArgumentException if a value is not finite, or a moment too large for a double
   */
  public static Moments of(double... values) {
    Arguments.finite("values", values);
    if (values.length == 0) {
      return NONE;
    }
    double mean = shiftedMean(values, values[0]);
    mean = shiftedMean(values, mean);
    double squares = 0;
    double cubes = 0;
    for (double value : values) {
      double deviation = value - mean;
      squares += deviation * deviation;
      cubes += deviation * deviation * deviation;
    }
    return new Moments(values.length, mean, squares, cubes);
  }

  /**
   * The moments of plain sums, as a query adds them up; a variance that is only rounding is 0.
   *
   * @param sum of x
   * @param squares sum of x²
   * @param cubes sum of x³
   * @throws IllegalArgumentException if count is negative or a sum not finite
   */
  public static Moments ofPowerSums(long count, double sum, double squares, double cubes) {
    Arguments.atLeast("count", (double) count, 0);
    if (count == 0) {
      return NONE;
    }
    double mean = sum / count;
    double second = squares - mean * sum;
    return count < 2 || second <= POWER_ROUNDING * squares
        ? new Moments(count, mean, 0, 0)
        : new Moments(count, mean, second, cubes - 3 * mean * squares + 2 * mean * mean * sum);
  }

  /** The moments of both samples together. */
  public Moments plus(Moments other) {
    if (count == 0) {
      return other;
    }
    if (other.count == 0) {
      return this;
    }
    double here = (double) count;
    double there = (double) other.count;
    double all = here + there;
    double apart = other.mean - mean;
    double weight = here / all * there;
    return new Moments(
        Math.addExact(count, other.count),
        mean + apart * (there / all),
        squaredDeviations + other.squaredDeviations + apart * apart * weight,
        cubedDeviations
            + other.cubedDeviations
            + apart * apart * apart * weight * ((here - there) / all)
            + 3 * apart * (here / all * other.squaredDeviations - there / all * squaredDeviations));
  }

  /**
   * The unbiased variance, squaredDeviations / (n - 1).
   *
   * @throws IllegalArgumentException if n is below 2
   */
  public double variance() {
    Arguments.atLeast("count", (double) count, 2);
    return squaredDeviations / (count - 1);
  }

  /**
   * The skewness, mean (x - mean)³ / (mean (x - mean)²)^1.5; 0 where all values are equal but for
   * rounding.
   *
   * @throws IllegalArgumentException if n is below 2
   */
  public double skewness() {
    return isConstant()
        ? 0
        : cubedDeviations / squaredDeviations * Math.sqrt(count / squaredDeviations);
  }

  /**
   * Whether all values are equal but for rounding.
   *
   * @throws IllegalArgumentException if n is below 2
   */
  boolean isConstant() {
    return deviation() == 0;
  }

  /** The standard deviation, exactly 0 where only rounding is left of it. */
  private double deviation() {
    return Rounding.without(Math.sqrt(variance()), mean);
  }

  /** The mean with its error s / sqrt(n), Student's t with n - 1 degrees of freedom. */
  public Measurement meanWithError() {
    if (count < 2) {
      return new Unmeasured("There are too few values, " + count + "; a mean's error needs 2.");
    }
    Estimate estimate = meanEstimate();
    return estimate.stdError() > 0
        ? estimate
        : new Unmeasured("All values are equal: nothing tells how far their mean may be off.");
  }

  /**
   * The mean with its error, which is 0 where all values are equal but for rounding; n is at least
   * 2.
   */
  Estimate meanEstimate() {
    return new Estimate(mean, deviation() / Math.sqrt((double) count), (double) (count - 1));
  }

  private static double shiftedMean(double[] values, double shift) {
    double sum = 0;
    for (double value : values) {
      sum += value - shift;
    }
    return shift + sum / values.length;
  }
}
