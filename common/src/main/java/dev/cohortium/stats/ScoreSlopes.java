package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the estimates of a {@link WeightedComparison} change with the coefficients of the scores that
 * its weights come from; summed over units.
 */
public final class ScoreSlopes implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  // By score, block and metric: one sum of each standardised column.
  private final TreeMap<String, double[][][]> sums = new TreeMap<>();

  /** Those of no units. */
  public static ScoreSlopes none() {
    return new ScoreSlopes();
  }

  private ScoreSlopes() {}

  /**
   * Adds a unit; one whose weights do not come from a score adds nothing.
   *
   * @return this, changed
   * @throws IllegalArgumentException if a treated unit's weight comes from the score
   */
  public ScoreSlopes add(WeightedComparison comparison, FollowUp unit) {
    if (comparison.hasSlopes(unit)) {
      comparison.addSlopes(
          unit, sums.computeIfAbsent(unit.group(), group -> new double[comparison.blocks()][][]));
    }
    return this;
  }

  /**
   * The slopes of these units and of {@code other}'s.
   *
   * @return this, changed
   */
  public ScoreSlopes plus(ScoreSlopes other) {
    other.sums.forEach(
        (group, more) ->
            sums.merge(
                group,
                more,
                (here, there) -> {
                  for (int block = 0; block < here.length; block++) {
                    if (here[block] == null) {
                      here[block] = there[block];
                    } else if (there[block] != null) {
                      add(here[block], there[block]);
                    }
                  }
                  return here;
                }));
    return this;
  }

  private static void add(double[][] into, double[][] more) {
    for (int metric = 0; metric < into.length; metric++) {
      for (int j = 0; j < into[metric].length; j++) {
        into[metric][j] += more[metric][j];
      }
    }
  }

  /** By score and block, null where there is none: by metric one sum of each column. */
  Map<String, double[][][]> sums() {
    return sums;
  }
}
