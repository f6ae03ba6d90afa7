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

  private final long[] clusters;
  private final double[][] products;

  private InfluenceProducts(int blocks, int width) {
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
   */
  public InfluenceProducts add(double[][] influences) {
    for (int block = 0; block < products.length; block++) {
      double[] of = influences[block];
      double[] into = products[block];
      boolean isCompared = false;
      int place = 0;
      for (int j = 0; j < of.length; j++) {
        isCompared |= of[j] != 0;
        for (int l = 0; l <= j; l++) {
          into[place++] += of[j] * of[l];
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
   */
  public InfluenceProducts plus(InfluenceProducts other) {
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

  /** The covariance of two means or estimates of a block, with the factor G / (G - 1). */
  public double covariance(int block, int one, int other) {
    int high = Math.max(one, other);
    int low = Math.min(one, other);
    long count = clusters[block];
    return count < 2 ? 0 : products[block][high * (high + 1) / 2 + low] * count / (count - 1);
  }
}
