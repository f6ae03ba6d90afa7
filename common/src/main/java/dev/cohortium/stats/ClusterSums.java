package dev.cohortium.stats;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * What the variance of an estimate needs to know of the clusters of its observations: how many, and
 * the sum of the squares of their summed influences. States of different clusters add. A row that
 * no comparison has, as a candidate without a treated unit, has the influence 0 and no cluster.
 *
 * @param clusters at least 0
 * @param sumOfSquares in squared units of the estimate
 * @see <a href="https://doi.org/10.1093/biomet/73.1.13">Liang, Zeger 1986</a>
 */
public record ClusterSums(long clusters, double sumOfSquares) implements Serializable {
  /**
   * A state.
   *
   * @throws IllegalArgumentException if a component is negative or not finite
   */
  public ClusterSums {
    Arguments.finite("sumOfSquares", sumOfSquares);
    Arguments.atLeast("clusters", (double) clusters, 0);
    Arguments.atLeast("sumOfSquares", sumOfSquares, 0);
  }

  /** Which observations count as being in a cluster. */
  enum Counted {
    /** Each. */
    EVERY,
    /** Those of an influence: the others are in no comparison. */
    WITH_INFLUENCE
  }

  /** The state of observations that are a cluster each, if they have an influence. */
  public static ClusterSums of(double[] influences) {
    return of(influences, Counted.WITH_INFLUENCE);
  }

  static ClusterSums of(double[] influences, Counted counted) {
    Arguments.finite("influences", influences);
    double squares = 0;
    long clusters = 0;
    for (double influence : influences) {
      squares += influence * influence;
      clusters += counts(influence, counted) ? 1 : 0;
    }
    return new ClusterSums(clusters, squares);
  }

  private static boolean counts(double influence, Counted counted) {
    return counted == Counted.EVERY || influence != 0;
  }

  /**
   * The state of observations that the cluster of the same id hold together; a cluster counts that
   * has a member of an influence, though they sum to 0.
   *
   * @throws IllegalArgumentException if lengths differ or an influence is not finite
   */
  public static ClusterSums of(double[] influences, long[] clusters) {
    return of(influences, clusters, Counted.WITH_INFLUENCE);
  }

  static ClusterSums of(double[] influences, long[] clusters, Counted counted) {
    Arguments.sameLength("clusters", clusters.length, "influences", influences.length);
    Map<Long, Double> sums = new HashMap<>();
    for (int i = 0; i < influences.length; i++) {
      if (counts(influences[i], counted)) {
        sums.merge(clusters[i], influences[i], Double::sum);
      }
    }
    return ofSums(sums);
  }

  /** The state of the cells of two clusterings: observations that share both ids. */
  public static ClusterSums of(double[] influences, long[] rows, long[] columns) {
    return of(influences, rows, columns, Counted.WITH_INFLUENCE);
  }

  static ClusterSums of(double[] influences, long[] rows, long[] columns, Counted counted) {
    Arguments.sameLength("rows", rows.length, "influences", influences.length);
    Arguments.sameLength("columns", columns.length, "influences", influences.length);
    Map<Cell, Double> sums = new HashMap<>();
    for (int i = 0; i < influences.length; i++) {
      if (counts(influences[i], counted)) {
        sums.merge(new Cell(rows[i], columns[i]), influences[i], Double::sum);
      }
    }
    return ofSums(sums);
  }

  private record Cell(long row, long column) {}

  private static ClusterSums ofSums(Map<?, Double> sums) {
    return of(sums.values().stream().mapToDouble(Double::doubleValue).toArray(), Counted.EVERY);
  }

  /** The state of these clusters and of {@code other}'s, none of them in both. */
  public ClusterSums plus(ClusterSums other) {
    return new ClusterSums(clusters + other.clusters, sumOfSquares + other.sumOfSquares);
  }

  /** The variance with the factor G / (G - 1); 0 of a single cluster, which cannot tell one. */
  public double variance() {
    return clusters < 2 ? 0 : sumOfSquares * clusters / (clusters - 1);
  }
}
