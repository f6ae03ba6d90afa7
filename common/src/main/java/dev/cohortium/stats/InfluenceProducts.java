package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;

/**
 * The products of the influences of a {@link WeightedComparison} summed by cluster, summed over
 * clusters: from them follow the covariances of all its means and estimates. States of different
 * clusters add.
 *
 * @see <a href="https://doi.org/10.1093/biomet/73.1.13">Liang, Zeger 1986</a>
 */
public final class InfluenceProducts implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final int width;
  private final long[] clusters;
  private final double[][] products;

  private InfluenceProducts(int blocks, int width) {
    this.width = width;
    clusters = new long[blocks];
    products = new double[blocks][width * (width + 1) / 2];
  }

  /** The products of no clusters. */
  public static InfluenceProducts empty(WeightedComparison comparison) {
    return new InfluenceProducts(comparison.blocks(), 2 * comparison.plan().metrics());
  }

  /**
   * Adds a cluster.
   *
   * @param influences of its units together, by block, as of {@link WeightedComparison#influences}
   * @return this, changed
   * @throws IllegalArgumentException if they are not those of as many blocks and metrics
   */
  public InfluenceProducts add(double[][] influences) {
    Arguments.sameLength("influences", influences.length, "blocks", products.length);
    for (int block = 0; block < products.length; block++) {
      double[] of = influences[block];
      double[] into = products[block];
      Arguments.sameLength("influences", of.length, "means and estimates", width);
      boolean isCompared = false;
      for (int j = 0; j < width; j++) {
        double one = of[j];
        if (one != 0) {
          isCompared = true;
          int first = j * (j + 1) / 2;
          for (int l = 0; l <= j; l++) {
            into[first + l] += one * of[l];
          }
        }
      }
      clusters[block] += isCompared ? 1 : 0;
    }
    return this;
  }

  /**
   * The products of these clusters and of {@code other}'s.
   *
   * @return this, changed
   * @throws IllegalArgumentException if {@code other} is of another number of blocks or metrics
   */
  public InfluenceProducts plus(InfluenceProducts other) {
    Arguments.sameLength("other", other.products.length, "this", products.length);
    Arguments.sameLength("other's means and estimates", other.width, "this", width);
    for (int block = 0; block < products.length; block++) {
      clusters[block] += other.clusters[block];
      for (int place = 0; place < products[block].length; place++) {
        products[block][place] += other.products[block][place];
      }
    }
    return this;
  }

  /** The clusters of a block of which one is influential. */
  public long clusters(int block) {
    return clusters[block];
  }

  /**
   * The covariance of two means or estimates of a block, with the factor G / (G - 1); 0 of fewer
   * than 2 clusters, which cannot tell one.
   *
   * @param one place of a metric's mean of the treated, or, after all of those, of its estimate
   * @throws IllegalArgumentException if there is no such place, or the influences that were added
   *     are not finite
   */
  public double covariance(int block, int one, int other) {
    Arguments.atLeast("place", Math.min(one, other), 0);
    Arguments.atMost("place", Math.max(one, other), width - 1);
    int high = Math.max(one, other);
    int low = Math.min(one, other);
    long count = clusters[block];
    double product = products[block][high * (high + 1) / 2 + low];
    Arguments.finite("sum of products", product);
    return count < 2 ? 0 : product * count / (count - 1);
  }
}
