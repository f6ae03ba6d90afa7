package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.Function;
import org.hipparchus.distribution.discrete.BinomialDistribution;

/**
 * How often the 95 % intervals of a simulated study hold the planted effect, and its mean error.
 */
record Simulation(int replicates, int covered, double meanError, double monteCarloError) {
  private static final double LEVEL = 0.001;

  static Simulation of(
      int replicates, long seed, double planted, Function<SplittableRandom, Measurement> study) {
    SplittableRandom random = new SplittableRandom(seed);
    int covered = 0;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < replicates; i++) {
      Estimate estimate = study.apply(random.split()).estimate().orElseThrow();
      covered += estimate.interval().contains(planted) ? 1 : 0;
      double error = estimate.value() - planted;
      sum += error;
      squares += error * error;
    }
    double mean = sum / replicates;
    double variance = (squares - sum * mean) / (replicates - 1);
    return new Simulation(replicates, covered, mean, Math.sqrt(variance / replicates));
  }

  /** Whether coverage lies in the exact binomial band of 95 % at level .001. */
  boolean coversAsClaimed() {
    BinomialDistribution right = new BinomialDistribution(replicates, 0.95);
    return covered >= right.inverseCumulativeProbability(LEVEL / 2)
        && covered <= right.inverseCumulativeProbability(1 - LEVEL / 2);
  }

  /** Whether the mean error is within 3 Monte Carlo errors. */
  boolean isUnbiased() {
    return Math.abs(meanError) <= 3 * monteCarloError;
  }

  void assertHolds() {
    assertThat(coversAsClaimed()).as("%s covers", this).isTrue();
    assertThat(isUnbiased()).as("%s is unbiased", this).isTrue();
  }
}
