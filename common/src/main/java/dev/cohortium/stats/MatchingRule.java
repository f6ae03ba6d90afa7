package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;

/**
 * What {@link NearestNeighbour} matches by.
 *
 * @param ratio controls per treated unit, at least 1
 * @param caliper greatest distance of a pair, in units of the score, inclusive; infinite: none
 * @param replacement whether a candidate may serve several treated units
 * @param order in which treated units choose
 * @param ties which of candidates at one distance is taken, and which of treated units of one score
 *     chooses first
 * @param salt of the hashes of ids
 */
public record MatchingRule(
    int ratio, double caliper, Replacement replacement, TreatedOrder order, Ties ties, long salt)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Whether a candidate may serve several treated units. */
  public enum Replacement {
    WITHOUT,
    WITH
  }

  /** The order in which treated units choose. */
  public enum TreatedOrder {
    DESCENDING,
    ASCENDING,
    ROW,
    HASHED_ID
  }

  /** What decides between equals. */
  public enum Ties {
    HASHED_ID,
    ROW
  }

  /**
   * A rule.
   *
   * @throws IllegalArgumentException if ratio is below 1 or the caliper negative or no number
   */
  public MatchingRule {
    Arguments.atLeast("ratio", ratio, 1);
    Arguments.atLeast("caliper", caliper, 0);
  }

  /** One control without replacement, treated in descending score, ties by hashed id. */
  public static MatchingRule oneToOne(double caliper) {
    return new MatchingRule(
        1, caliper, Replacement.WITHOUT, TreatedOrder.DESCENDING, Ties.HASHED_ID, 0);
  }

  public MatchingRule withRatio(int other) {
    return new MatchingRule(other, caliper, replacement, order, ties, salt);
  }

  /** The same rule with another caliper. */
  public MatchingRule within(double other) {
    return new MatchingRule(ratio, other, replacement, order, ties, salt);
  }

  public MatchingRule with(Replacement other) {
    return new MatchingRule(ratio, caliper, other, order, ties, salt);
  }

  public MatchingRule with(TreatedOrder other) {
    return new MatchingRule(ratio, caliper, replacement, other, ties, salt);
  }

  public MatchingRule with(Ties other) {
    return new MatchingRule(ratio, caliper, replacement, order, other, salt);
  }

  public MatchingRule withSalt(long other) {
    return new MatchingRule(ratio, caliper, replacement, order, ties, other);
  }
}
