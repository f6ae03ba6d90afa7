package dev.cohortium.stats;

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
   * @param ids one per unit, each different: equal ids of one score are refused when they are
   *     matched, those of different scores are not looked for
   * @throws IllegalArgumentException if a score is not finite or the lengths differ
   */
  public static ScoredUnits of(String name, double[] scores, long[] ids) {
    Arguments.sameLength(name + " ids", ids.length, name + " scores", scores.length);
    return new ScoredUnits(name, scores, ids);
  }

  /** The number of units. */
  public int count() {
    return scores.length;
  }

  long hash(int row, long salt) {
    return ScoreOrder.hash(ids == null ? row : ids[row], salt);
  }
}
