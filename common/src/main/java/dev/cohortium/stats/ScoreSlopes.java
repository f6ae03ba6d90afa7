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
   * Adds a unit.
   *
   * @return this, changed
   */
  public ScoreSlopes add(WeightedComparison comparison, FollowUp unit) {
    for (int block = 0; block < comparison.blocks(); block++) {
      if (comparison.hasSlope(unit, block)) {
        double[][][] of =
            sums.computeIfAbsent(unit.group(), group -> new double[comparison.blocks()][][]);
        if (of[block] == null) {
          of[block] = new double[comparison.plan().metrics()][unit.scored().length];
        }
        comparison.addSlopes(unit, block, of[block]);
      }
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
