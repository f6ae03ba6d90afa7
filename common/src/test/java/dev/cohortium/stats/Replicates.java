package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Simulations of 500 samples with a planted effect, and what a right method does on them. */
final class Replicates {
  static final int COUNT = 500;

  /** Binomial band of 500 intervals of 95 %, exact, at level 0.001: 91.6 % to 97.8 %. */
  private static final int LEAST = 458;

  private static final int MOST = 489;

  private Replicates() {}

  /** Asserts that estimates cover the truth as often as they say, and are right on average. */
  static void assertRight(double truth, IntFunction<Measurement> sample) {
    double[] errors = new double[COUNT];
    int covered = 0;
    for (int i = 0; i < COUNT; i++) {
      Estimate estimate = sample.apply(i).estimate().orElseThrow();
      errors[i] = estimate.value() - truth;
      covered += estimate.interval().contains(truth) ? 1 : 0;
    }
    assertThat(covered).as("intervals of %d that cover", COUNT).isBetween(LEAST, MOST);
    Estimate bias = Moments.of(errors).meanEstimate();
    assertThat(Math.abs(bias.value())).isLessThanOrEqualTo(3 * bias.stdError());
  }

  /** Asserts that 95 % of the samples, but for chance, hold the truth. */
  static void assertCover(IntPredicate covers) {
    assertThat(covered(covers)).as("sets of %d that cover", COUNT).isBetween(LEAST, MOST);
  }

  /** Asserts that at least 95 % of the samples, but for chance, hold the truth. */
  static void assertCoverAtLeast(IntPredicate covers) {
    assertThat(covered(covers)).as("sets of %d that cover", COUNT).isGreaterThanOrEqualTo(LEAST);
  }

  /** Asserts that the samples hold the truth less often than chance explains. */
  static void assertUndercover(IntPredicate covers) {
    assertThat(covered(covers)).as("sets of %d that cover", COUNT).isLessThan(LEAST);
  }

  private static int covered(IntPredicate covers) {
    return (int) IntStream.range(0, COUNT).filter(covers).count();
  }
}
