package dev.cohortium.stats;

import java.util.function.DoublePredicate;

/**
 * What an estimator says of one sample.
 *
 * @param error its value minus the truth; not a number: it gives no value
 * @param covers whether its 95 % limits hold the truth
 * @param rejects whether it denies, at 5 %, that there is no effect
 * @param warns whether {@link SmallSampleSkew} fails
 */
record Finding(double error, boolean covers, boolean rejects, boolean warns) {
  /** Of an estimate with its error, which there must be. */
  static Finding of(Measurement measurement, double truth) {
    Estimate estimate = measurement.estimate().orElseThrow();
    return new Finding(
        estimate.value() - truth,
        estimate.interval().contains(truth),
        estimate.pValue() < 0.05,
        false);
  }

  /** Of limits, which reject where they do not hold 0. */
  static Finding of(double value, DoublePredicate limits, double truth) {
    return new Finding(value - truth, limits.test(truth), !limits.test(0), false);
  }

  /** Of a test without an estimate. */
  static Finding rejecting(boolean rejects) {
    return new Finding(Double.NaN, !rejects, rejects, false);
  }

  /** Of limits alone. */
  static Finding covering(boolean covers) {
    return rejecting(!covers);
  }

  /** Together with a later look: limits hold at both, either rejects, the later estimates. */
  Finding and(Finding later) {
    return new Finding(later.error, covers && later.covers, rejects || later.rejects, later.warns);
  }

  /** The same, warned of by an arm too small for its skewness. */
  Finding checked(Moments... arms) {
    boolean fails = false;
    for (Moments arm : arms) {
      fails |= !SmallSampleSkew.of(arm).passes();
    }
    return new Finding(error, covers, rejects, fails);
  }
}
