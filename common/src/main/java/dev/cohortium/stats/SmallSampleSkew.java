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
   * skewed as the arm's, sum of (n_s / n) mean_s. A stratum that stands for many and has few
   * customers of the arm counts as it does in the error.
   *
   * @param shares n_s / n of the strata that count, together 1
   * @param strata the arm's customers in each, at least 2
   */
  public static SmallSampleSkew of(double[] shares, List<Moments> strata) {
    Arguments.sameLength("shares", shares.length, "strata", strata.size());
    if (strata.size() == 1) {
      return of(strata.get(0));
    }
    long customers = 0;
    double variance = 0;
    double cubed = 0;
    for (int s = 0; s < shares.length; s++) {
      Moments stratum = strata.get(s);
      double weight = shares[s] / stratum.count();
      customers += stratum.count();
      variance += weight * weight * stratum.squaredDeviations();
      cubed += weight * weight * weight * stratum.cubedDeviations();
    }
    boolean isConstant = strata.stream().allMatch(Moments::isConstant);
    return new SmallSampleSkew(
        customers,
        customers < 3 || isConstant
            ? OptionalDouble.empty()
            : OptionalDouble.of(cubed / variance * Math.sqrt(customers / variance)));
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
