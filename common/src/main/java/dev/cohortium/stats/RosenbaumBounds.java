package dev.cohortium.stats;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.hipparchus.special.Beta;

/**
 * How strong a hidden bias would have to be to explain a matched effect: within a pair one unit's
 * odds of treatment may be up to Gamma times the other's.
 *
 * <p>At each Gamma the greatest one-sided p-value of "treated are higher"; for "lower" the caller
 * turns the signs. Pairs must be independent: no customer stands in two of them.
 *
 * @see <a href="https://doi.org/10.1007/978-1-4757-3692-2">Rosenbaum 2002, chapter 4</a>
 */
public final class RosenbaumBounds {
  private static final double ALPHA = 0.05;

  /** Pairs that differ below which signed ranks are tested by their own distribution. */
  private static final int NORMAL_FROM = 20;

  private final DoubleUnaryOperator upperPValue;

  private RosenbaumBounds(DoubleUnaryOperator upperPValue) {
    this.upperPValue = upperPValue;
  }

  /**
   * Wilcoxon's signed rank test: pairs without a difference are dropped, equal ones have their mean
   * rank. Under 20 pairs that differ by the exact distribution, else by the normal approximation
   * without continuity correction. Without any pair or difference p is 1.
   *
   * @param differences treated minus control, a pair each
   * @throws IllegalArgumentException if a difference is not finite
   */
  public static RosenbaumBounds ofSignedRanks(double... differences) {
    Arguments.finite("differences", differences);
    double[] sizes =
        Arrays.stream(differences).filter(d -> d != 0).map(Math::abs).sorted().toArray();
    double positive = 0;
    double sum = 0;
    double squares = 0;
    double[] ranks = meanRanks(sizes);
    for (double difference : differences) {
      if (difference != 0) {
        double rank = ranks[Arrays.binarySearch(sizes, Math.abs(difference))];
        positive += difference > 0 ? rank : 0;
        sum += rank;
        squares += rank * rank;
      }
    }
    if (ranks.length < NORMAL_FROM) {
      double least = positive;
      return new RosenbaumBounds(gamma -> exactSignedRanks(ranks, least, gamma));
    }
    return signedRanks(positive, sum, squares);
  }

  /**
   * {@link #ofSignedRanks} of differences that were counted by their sizes, as where pairs lie on
   * many machines.
   *
   * @param sizes absolute differences, ascending; 0 is dropped
   * @param positive pairs of each size in which the treated is higher
   * @param negative pairs of each size in which it is lower
   * @throws IllegalArgumentException if sizes are negative, not finite or not ascending, a count is
   *     negative, or lengths differ
   */
  public static RosenbaumBounds ofTallies(double[] sizes, long[] positive, long[] negative) {
    Arguments.finite("sizes", sizes);
    Arguments.sameLength("positive", positive.length, "sizes", sizes.length);
    Arguments.sameLength("negative", negative.length, "sizes", sizes.length);
    long pairs = 0;
    double higher = 0;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < sizes.length; i++) {
      Arguments.atLeast("sizes", sizes[i], 0);
      Arguments.atLeast("positive", (double) positive[i], 0);
      Arguments.atLeast("negative", (double) negative[i], 0);
      if (i > 0) {
        Arguments.above("sizes", sizes[i], sizes[i - 1]);
      }
      if (sizes[i] > 0) {
        long of = positive[i] + negative[i];
        double rank = pairs + (of + 1) / 2.0;
        higher += rank * positive[i];
        sum += rank * of;
        squares += rank * rank * of;
        pairs += of;
      }
    }
    return pairs < NORMAL_FROM
        ? ofSignedRanks(differences(sizes, positive, negative))
        : signedRanks(higher, sum, squares);
  }

  private static double[] differences(double[] sizes, long[] positive, long[] negative) {
    return IntStream.range(0, sizes.length)
        .filter(i -> sizes[i] > 0)
        .boxed()
        .flatMapToDouble(
            i ->
                DoubleStream.concat(
                    DoubleStream.generate(() -> sizes[i]).limit(positive[i]),
                    DoubleStream.generate(() -> -sizes[i]).limit(negative[i])))
        .toArray();
  }

  /** P(sum of ranks, each with chance Gamma / (1 + Gamma), is at least {@code least}). */
  private static double exactSignedRanks(double[] ranks, double least, double gamma) {
    // Mean ranks are halves: twice the sum is an index.
    double[] chances = new double[ranks.length * (ranks.length + 1) + 1];
    chances[0] = 1;
    double chance = gamma / (1 + gamma);
    for (double rank : ranks) {
      int step = (int) Math.round(2 * rank);
      for (int twice = chances.length - 1; twice >= 0; twice--) {
        double with = twice < step ? 0 : chances[twice - step] * chance;
        chances[twice] = chances[twice] / (1 + gamma) + with;
      }
    }
    double sum = 0;
    for (int twice = chances.length - 1; twice >= Math.round(2 * least); twice--) {
      sum += chances[twice];
    }
    return least > 0 ? sum : 1;
  }

  private static RosenbaumBounds signedRanks(double positive, double sum, double squares) {
    return new RosenbaumBounds(
        gamma -> {
          double chance = gamma / (1 + gamma);
          return sum == 0
              ? 1
              : Distributions.normalUpper(
                  (positive - chance * sum) / Math.sqrt(chance / (1 + gamma) * squares));
        });
  }

  private static double[] meanRanks(double[] sorted) {
    double[] ranks = new double[sorted.length];
    for (int start = 0, end; start < sorted.length; start = end) {
      end = start + 1;
      while (end < sorted.length && sorted[end] == sorted[start]) {
        end++;
      }
      Arrays.fill(ranks, start, end, (start + 1 + end) / 2.0);
    }
    return ranks;
  }

  /**
   * McNemar's exact test of a yes-or-no outcome, a sign test on the pairs that differ: P(X >=
   * higher) of a binomial with chance Gamma / (1 + Gamma). Without discordant pairs p is 1.
   *
   * @param higher pairs in which only the treated unit has the outcome
   * @param discordant pairs in which exactly one unit has it
   * @throws IllegalArgumentException if discordant is negative or higher outside 0..discordant
   */
  public static RosenbaumBounds ofDiscordantPairs(long higher, long discordant) {
    Arguments.atLeast("discordant", (double) discordant, 0);
    Arguments.atLeast("higher", (double) higher, 0);
    Arguments.atMost("higher", (double) higher, (double) discordant);
    return new RosenbaumBounds(
        gamma ->
            higher == 0
                ? 1
                : Beta.regularizedBeta(
                    gamma / (1 + gamma), (double) higher, (double) (discordant - higher + 1)));
  }

  /**
   * The greatest p-value that a hidden bias of {@code gamma} can make of this; 1: no bias.
   *
   * @throws IllegalArgumentException if gamma is below 1 or not finite
   */
  public double upperPValue(double gamma) {
    Arguments.finite("gamma", gamma);
    Arguments.atLeast("gamma", gamma, 1);
    return Math.min(1, upperPValue.applyAsDouble(gamma));
  }

  /**
   * The Gamma at which the one-sided p-value passes .05, where other limits here are two-sided;
   * empty: it is above without any bias.
   */
  public OptionalDouble sensitivity() {
    if (upperPValue(1) > ALPHA) {
      return OptionalDouble.empty();
    }
    double high = 2;
    while (upperPValue(high) <= ALPHA) {
      high *= 2;
    }
    double low = 1;
    // Both limits meet at neighbouring doubles after at most some 60 halvings.
    for (double middle = (low + high) / 2;
        middle > low && middle < high;
        middle = (low + high) / 2) {
      if (upperPValue(middle) <= ALPHA) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return OptionalDouble.of(low);
  }
}
