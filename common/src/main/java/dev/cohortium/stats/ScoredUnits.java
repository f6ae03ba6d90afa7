package dev.cohortium.stats;

import java.util.Arrays;

/**
 * The units of one arm of a stratum that are to be matched: a score each, and an id that ties and
 * orders are drawn by. Holds the arrays it is given.
 */
public final class ScoredUnits {
  final String name;
  final double[] scores;
  private final long[] ids;

  private ScoredUnits(String name, double[] scores, long[] ids) {
    Arguments.finite(name + " score", scores);
    this.name = name;
    this.scores = scores;
    this.ids = ids;
  }

  /** Units whose row is their id. */
  public static ScoredUnits of(String name, double[] scores) {
    return new ScoredUnits(name, scores, null);
  }

  /**
   * Units with ids.
   *
   * @param name of the arm, for messages
   * @param scores logits or probabilities
   * @param ids one per unit, each different
   * @throws IllegalArgumentException if a score is not finite, the lengths differ, or an id stands
   *     twice
   */
  public static ScoredUnits of(String name, double[] scores, long[] ids) {
    Arguments.sameLength(name + " ids", ids.length, name + " scores", scores.length);
    var units = new ScoredUnits(name, scores, ids);
    long[] sorted = units.sortedIds();
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        throw new IllegalArgumentException(
            name + " ids hold " + sorted[i] + " twice, must differ from one another");
      }
    }
    return units;
  }

  /**
   * Refuses an id of both arms; units whose row is their id are not looked at.
   *
   * @throws IllegalArgumentException if a unit stands in both arms
   */
  void requireOthers(ScoredUnits other) {
    if (ids == null || other.ids == null) {
      return;
    }
    long[] here = sortedIds();
    long[] there = other.sortedIds();
    for (int i = 0, j = 0; i < here.length && j < there.length; ) {
      if (here[i] == there[j]) {
        throw new IllegalArgumentException(
            "id " + here[i] + " stands among " + name + " and " + other.name + ", must be in one");
      }
      if (here[i] < there[j]) {
        i++;
      } else {
        j++;
      }
    }
  }

  private long[] sortedIds() {
    long[] sorted = ids.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /** The number of units. */
  public int count() {
    return scores.length;
  }

  long hash(int row, long salt) {
    return ScoreOrder.hash(ids == null ? row : ids[row], salt);
  }
}
