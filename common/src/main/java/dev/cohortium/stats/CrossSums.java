package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;

/**
 * Weighted means of covariates and outcomes, and the centred cross products of covariates with each
 * other and with outcomes; they add up.
 *
 * @see <a href="https://doi.org/10.1080/00031305.1983.10483115">Chan, Golub, LeVeque 1983</a>
 */
final class CrossSums implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final int covariates;
  private final int before;
  private final int others;
  private long rows;
  private double weight;
  // Outcomes, those before treatment first, then covariates; so are the products of a covariate
  // with what comes before it and with itself.
  private final double[] means;
  private final double[][] products;
  private final double[] away;

  /**
   * No rows.
   *
   * @param before outcomes that a row has beside its covariates
   * @param after outcomes that it is added with
   */
  CrossSums(int covariates, int before, int after) {
    this.covariates = covariates;
    this.before = before;
    others = before + after;
    means = new double[others + covariates];
    away = new double[others + covariates];
    products = new double[covariates][];
    for (int j = 0; j < covariates; j++) {
      products[j] = new double[others + j + 1];
    }
  }

  /**
   * Adds a row.
   *
   * @param row covariates, then outcomes before
   * @param after its outcomes, from {@code first} on
   * @param rowWeight above 0
   */
  void add(double[] row, double[] after, int first, double rowWeight) {
    for (int i = 0; i < before; i++) {
      away[i] = row[covariates + i] - means[i];
    }
    for (int i = before; i < others; i++) {
      away[i] = after[first + i - before] - means[i];
    }
    for (int j = 0; j < covariates; j++) {
      away[others + j] = row[j] - means[others + j];
    }
    merge(1, rowWeight);
  }

  /** Adds the rows of {@code other}, which has the same covariates and outcomes. */
  void plus(CrossSums other) {
    plus(other, 0, 1);
  }

  /**
   * Adds the rows of {@code other}, of whose outcomes after those from {@code first} on are these.
   *
   * @param factor by which its weights are multiplied
   */
  void plus(CrossSums other, int first, double factor) {
    if (other.rows == 0) {
      return;
    }
    for (int i = 0; i < others; i++) {
      away[i] = other.means[i < before ? i : first + i] - means[i];
    }
    for (int j = 0; j < covariates; j++) {
      away[others + j] = other.means[other.others + j] - means[others + j];
    }
    merge(other.rows, factor * other.weight);
    for (int j = 0; j < covariates; j++) {
      for (int i = 0; i < others; i++) {
        products[j][i] += factor * other.products[j][i < before ? i : first + i];
      }
      for (int l = 0; l <= j; l++) {
        products[j][others + l] += factor * other.products[j][other.others + l];
      }
    }
  }

  /** Adds rows whose means lie {@link #away}. */
  private void merge(long moreRows, double moreWeight) {
    double share = moreWeight / (weight + moreWeight);
    double between = weight * share;
    rows += moreRows;
    weight += moreWeight;
    if (between != 0) {
      for (int j = 0; j < covariates; j++) {
        double scaled = between * away[others + j];
        double[] row = products[j];
        for (int l = 0; l < row.length; l++) {
          row[l] += scaled * away[l];
        }
      }
    }
    for (int l = 0; l < away.length; l++) {
      means[l] += away[l] * share;
    }
  }

  long rows() {
    return rows;
  }

  double weight() {
    return weight;
  }

  /** The mean of a covariate. */
  double mean(int covariate) {
    return means[others + covariate];
  }

  /** The product of a covariate with one that does not come after it. */
  double product(int covariate, int earlier) {
    return products[covariate][others + earlier];
  }

  double meanBefore(int outcome) {
    return means[outcome];
  }

  double meanAfter(int outcome) {
    return means[before + outcome];
  }

  double productBefore(int covariate, int outcome) {
    return products[covariate][outcome];
  }

  double productAfter(int covariate, int outcome) {
    return products[covariate][before + outcome];
  }
}
