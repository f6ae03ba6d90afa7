package dev.cohortium.stats;

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
