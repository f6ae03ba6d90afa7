package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;

/**
 * Weighted means of covariates and outcomes, and their centred cross products, of one arm of a
 * regression; they add up.
 *
 * @see <a href="https://doi.org/10.1080/00031305.1983.10483115">Chan, Golub, LeVeque 1983</a>
 */
final class CrossSums implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final int covariates;
  private long rows;
  private double weight;
  private final double[] means;
  // Row j: products of covariate j with covariates up to j, then with all outcomes.
  private final double[][] products;

  CrossSums(int covariates, int outcomes) {
    this.covariates = covariates;
    means = new double[covariates + outcomes];
    products = new double[covariates][];
    for (int j = 0; j < covariates; j++) {
      products[j] = new double[j + 1 + outcomes];
    }
  }

  void add(double[] row, double[] outcomes, double rowWeight) {
    double[] away = new double[means.length];
    for (int j = 0; j < away.length; j++) {
      away[j] = (j < covariates ? row[j] : outcomes[j - covariates]) - means[j];
    }
    merge(away, 1, rowWeight, weight * (rowWeight / (weight + rowWeight)));
  }

  void plus(CrossSums other) {
    if (other.rows == 0) {
      return;
    }
    double[] away = new double[means.length];
    for (int j = 0; j < away.length; j++) {
      away[j] = other.means[j] - means[j];
    }
    merge(away, other.rows, other.weight, weight * (other.weight / (weight + other.weight)));
    for (int j = 0; j < covariates; j++) {
      for (int l = 0; l < products[j].length; l++) {
        products[j][l] += other.products[j][l];
      }
    }
  }

  private void merge(double[] away, long moreRows, double moreWeight, double between) {
    rows += moreRows;
    weight += moreWeight;
    for (int j = 0; j < covariates; j++) {
      double scaled = between * away[j];
      double[] row = products[j];
      if (scaled != 0) {
        for (int l = 0; l <= j; l++) {
          row[l] += scaled * away[l];
        }
        for (int l = covariates; l < away.length; l++) {
          row[j + 1 + l - covariates] += scaled * away[l];
        }
      }
    }
    double share = moreWeight / weight;
    for (int j = 0; j < away.length; j++) {
      means[j] += away[j] * share;
    }
  }

  long rows() {
    return rows;
  }

  double weight() {
    return weight;
  }

  /** The mean of a covariate, or of an outcome, which come after them. */
  double mean(int column) {
    return means[column];
  }

  /** The product of a covariate with one that does not come after it. */
  double product(int covariate, int earlier) {
    return products[covariate][earlier];
  }

  /** The product of a covariate with an outcome. */
  double productWithOutcome(int covariate, int outcome) {
    return products[covariate][covariate + 1 + outcome];
  }
}
