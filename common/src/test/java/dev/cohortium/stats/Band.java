package dev.cohortium.stats;

import org.hipparchus.distribution.discrete.BinomialDistribution;

/** The counts that a chance of {@code share} leaves likely among replicates, limits included. */
record Band(int least, int most, int replicates) {
  /** The exact two-sided binomial band: either tail holds at most half of {@code level}. */
  static Band of(int replicates, double share, double level) {
    BinomialDistribution right = new BinomialDistribution(replicates, share);
    return new Band(
        right.inverseCumulativeProbability(level / 2),
        right.inverseCumulativeProbability(1 - level / 2),
        replicates);
  }

  /** The band of 95 % for one simulation alone. */
  static Band of(int replicates) {
    return of(replicates, 0.95, 0.001);
  }
}
