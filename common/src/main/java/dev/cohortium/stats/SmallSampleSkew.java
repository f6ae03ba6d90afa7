package dev.cohortium.stats;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Whether an arm is large enough for a normal interval of its mean: at least 355 skewness²
 * customers.
 *
 * @param customers n of the arm
 * @param skewness of the metric; empty where fewer than 3 customers or equal values tell nothing
 * @see <a href="https://doi.org/10.1145/2623330.2623341">Kohavi, Deng, Longbotham, Xu 2014, rule
 *     7</a>
 */
public record SmallSampleSkew(long customers, OptionalDouble skewness) {
  /** Customers needed for each unit of squared skewness. */
  public static final double CUSTOMERS_PER_SQUARED_SKEWNESS = 355;

  /** The check of one arm. */
  public static SmallSampleSkew of(Moments arm) {
    return new SmallSampleSkew(
        arm.count(),
        arm.count() < 3 || arm.isConstant()
            ? OptionalDouble.empty()
            : OptionalDouble.of(arm.skewness()));
  }

  /**
   * The check of one arm over strata: the skewness of so many customers alike whose mean is as
   * skewed as the arm's, sum of (n_s / n) mean_s, by unbiased cumulants of each stratum. One that
   * stands for many and has few customers of the arm counts as it does in the error; where it has
   * only 2, nothing tells its skewness.
   *
   * @param shares n_s / n of the strata that count, together 1
   * @param strata the arm's customers in each, at least 2
   * @throws IllegalArgumentException if a stratum has fewer, or shares are not as many
   */
  public static SmallSampleSkew of(double[] shares, List<Moments> strata) {
    Arguments.sameLength("shares", shares.length, "strata", strata.size());
    strata.forEach(stratum -> Arguments.atLeast("count", (double) stratum.count(), 2));
    if (strata.size() == 1) {
      return of(strata.get(0));
    }
    long customers = strata.stream().mapToLong(Moments::count).sum();
    double variance = 0;
    double cubed = 0;
    for (int s = 0; s < shares.length; s++) {
      Moments stratum = strata.get(s);
      if (!stratum.isConstant()) {
        double n = (double) stratum.count();
        double weight = shares[s] / n;
        variance += weight * weight * stratum.squaredDeviations() * n / (n - 1);
        cubed += weight * weight * weight * stratum.cubedDeviations() * n * n / (n - 1) / (n - 2);
      }
    }
    double skewness = cubed / variance * Math.sqrt(customers / variance);
    return new SmallSampleSkew(
        customers,
        Double.isFinite(skewness) ? OptionalDouble.of(skewness) : OptionalDouble.empty());
  }

  /** The customers that an arm of this skewness needs; empty where it tells nothing. */
  public OptionalDouble needed() {
    return skewness.isEmpty()
        ? skewness
        : OptionalDouble.of(
            CUSTOMERS_PER_SQUARED_SKEWNESS * skewness.getAsDouble() * skewness.getAsDouble());
  }

  /** Whether the arm has them; an arm that tells nothing does not pass. */
  public boolean passes() {
    return skewness.isPresent() && customers >= needed().getAsDouble();
  }
}
