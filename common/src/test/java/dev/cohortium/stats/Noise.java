package dev.cohortium.stats;

import java.util.SplittableRandom;

/** What metrics vary by: mean 0, of a known deviation. */
enum Noise {
  NORMAL("normal", 1) {
    @Override
    double draw(SplittableRandom random) {
      return random.nextGaussian();
    }
  },
  /** Skewness 6.2. */
  LOG_NORMAL("log-normal", Math.sqrt(Math.E * (Math.E - 1))) {
    @Override
    double draw(SplittableRandom random) {
      return Math.exp(random.nextGaussian()) - Math.exp(0.5);
    }
  };

  final String label;
  final double deviation;

  Noise(String label, double deviation) {
    this.label = label;
    this.deviation = deviation;
  }

  abstract double draw(SplittableRandom random);
}
