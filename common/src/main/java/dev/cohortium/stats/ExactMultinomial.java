package dev.cohortium.stats;

import java.util.OptionalDouble;
import org.hipparchus.distribution.discrete.BinomialDistribution;
import org.hipparchus.special.Beta;

/**
 * The exact test of counts against shares: the chance of all outcomes that are at most as likely as
 * the observed one.
 *
 * <p>Outcomes of all arms but the last two are gone through; given those, the last two are
 * binomial, whose unlikely outcomes are two tails. Outcomes beyond ten standard deviations are left
 * out: together below 1e-15.
 */
final class ExactMultinomial {
  /** Outcomes of all arms but the last two above which the test is not done. */
  private static final double MOST_OUTCOMES = 300_000;

  /** Relative: likelihoods this near each other are equal, as they differ by rounding alone. */
  private static final double TIE = 1e-7;

  private final double[] shares;
  private final double[] sharesFromHere;
  private final double observed;

  private ExactMultinomial(long[] counts, double[] shares) {
    this.shares = shares;
    sharesFromHere = new double[shares.length];
    double sum = 0;
    for (int arm = shares.length - 1; arm >= 0; arm--) {
      sum += shares[arm];
      sharesFromHere[arm] = sum;
    }
    int left = 0;
    for (long count : counts) {
      left += (int) count;
    }
    double logLikelihood = 0;
    for (int arm = 0; arm < shares.length - 1; arm++) {
      logLikelihood += binomial(left, arm).logProbability((int) counts[arm]);
      left -= (int) counts[arm];
    }
    observed = logLikelihood + TIE;
  }

  /**
   * The p-value; empty where there are too many outcomes to go through.
   *
   * @param counts n of each arm, of two at least, adding up to 1 at least
   * @param shares of each arm, above 0, in ascending order
   */
  static OptionalDouble pValue(long[] counts, double[] shares) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    return total >= Integer.MAX_VALUE || outcomes(total, shares) > MOST_OUTCOMES
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            Math.min(1, new ExactMultinomial(counts, shares).atMostAsLikely(0, (int) total, 0)));
  }

  /** At most so many outcomes of all arms but the last two are gone through. */
  private static double outcomes(long total, double[] shares) {
    double withinReach = 1;
    double all = 1;
    for (int arm = 0; arm < shares.length - 2; arm++) {
      withinReach *= Math.min(total + 1.0, 2 * reach(total * shares[arm]));
      all *= (total + arm + 1.0) / (arm + 1.0);
    }
    return Math.min(withinReach, all);
  }

  /**
   * The chance of outcomes, from arm {@code arm} on, that are at most as likely as the observed.
   */
  private double atMostAsLikely(int arm, int left, double logLikelihood) {
    BinomialDistribution here = binomial(left, arm);
    if (arm == shares.length - 2) {
      return Math.exp(logLikelihood) * tails(here, left, observed - logLikelihood);
    }
    double mean = here.getNumericalMean();
    int from = (int) Math.max(0, Math.floor(mean - reach(mean)));
    int to = (int) Math.min(left, Math.ceil(mean + reach(mean)));
    double sum = 0;
    for (int count = from; count <= to; count++) {
      sum += atMostAsLikely(arm + 1, left - count, logLikelihood + here.logProbability(count));
    }
    return sum;
  }

  /** The chance of all counts whose log-likelihood is at most {@code most}. */
  private static double tails(BinomialDistribution here, int trials, double most) {
    int mode = (int) Math.min(trials, Math.floor((trials + 1.0) * here.getProbabilityOfSuccess()));
    if (here.logProbability(mode) <= most) {
      return 1;
    }
    int low = -1;
    for (int above = mode; above - low > 1; ) {
      int middle = low + (above - low) / 2;
      if (here.logProbability(middle) <= most) {
        low = middle;
      } else {
        above = middle;
      }
    }
    int high = trials + 1;
    for (int below = mode; high - below > 1; ) {
      int middle = below + (high - below) / 2;
      if (here.logProbability(middle) <= most) {
        high = middle;
      } else {
        below = middle;
      }
    }
    double success = here.getProbabilityOfSuccess();
    return (low < 0 ? 0 : Beta.regularizedBeta(1 - success, trials - low, low + 1.0))
        + (high > trials ? 0 : Beta.regularizedBeta(success, high, trials - high + 1.0));
  }

  /** How far from its mean a count goes: ten standard deviations, and more for small means. */
  private static double reach(double mean) {
    return 40 + 10 * Math.sqrt(mean);
  }

  private BinomialDistribution binomial(int trials, int arm) {
    return new BinomialDistribution(trials, Math.min(1, shares[arm] / sharesFromHere[arm]));
  }
}
