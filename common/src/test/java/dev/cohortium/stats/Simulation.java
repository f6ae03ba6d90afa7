package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What an estimator says of many samples of one kind.
 *
 * @param errors of its values; of those samples in which it gives one
 */
record Simulation(int replicates, int covered, int rejected, int warned, Moments errors) {
  /** An estimator on a sample whose truth is known. */
  interface Study {
    Finding find(Draws draws, double truth);
  }

  static Simulation of(int replicates, long seed, double truth, Study study) {
    double[] errors = new double[replicates];
    int covered = 0;
    int rejected = 0;
    int warned = 0;
    for (int replicate = 0; replicate < replicates; replicate++) {
      Finding finding = study.find(new Draws(seed, replicate), truth);
      errors[replicate] = finding.error();
      covered += finding.covers() ? 1 : 0;
      rejected += finding.rejects() ? 1 : 0;
      warned += finding.warns() ? 1 : 0;
    }
    double[] known = Arrays.stream(errors).filter(Double::isFinite).toArray();
    return new Simulation(replicates, covered, rejected, warned, Moments.of(known));
  }

  /** The mean error with its Monte Carlo error. */
  Estimate bias() {
    return errors.meanEstimate();
  }

  /** Whether chance explains the mean error, at a level. */
  boolean isUnbiased(double level) {
    return errors.count() == 0 || bias().interval(1 - level).contains(0);
  }

  /** Whether a check warned in most replicates. */
  boolean isWarned() {
    return 2 * warned > replicates;
  }

  /** Asserts of 500 samples that estimates cover the truth as often as they say, without bias. */
  static void assertRight(
      long seed, double truth, Function<SplittableRandom, Measurement> estimator) {
    Simulation found =
        of(
            500,
            seed,
            truth,
            (draws, planted) -> Finding.of(estimator.apply(draws.unit(0)), planted));
    found.assertCovers();
    assertThat(Math.abs(found.bias().value()))
        .as("mean error")
        .isLessThanOrEqualTo(3 * found.bias().stdError());
  }

  /** Asserts that {@code covers} is true of 95 % of 500 samples, but for chance. */
  static void assertCovers(long seed, Predicate<SplittableRandom> covers) {
    of(500, seed, 0, (draws, truth) -> Finding.covering(covers.test(draws.unit(0)))).assertCovers();
  }

  private void assertCovers() {
    Band band = Band.of(replicates);
    assertThat(covered).as("covered").isBetween(band.least(), band.most());
  }

  /** Asserts that {@code covers} is true of fewer than 95 % of 500 samples, beyond chance. */
  static void assertUndercovers(long seed, Predicate<SplittableRandom> covers) {
    of(500, seed, 0, (draws, truth) -> Finding.covering(covers.test(draws.unit(0))))
        .assertUndercovers();
  }

  /** Asserts that limits of 95 % hold the truth less often than chance explains. */
  void assertUndercovers() {
    assertThat(covered).as("covered").isLessThan(Band.of(replicates).least());
  }
}
