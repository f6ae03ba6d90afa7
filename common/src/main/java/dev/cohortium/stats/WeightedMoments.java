package dev.cohortium.stats;

import java.io.Serializable;

/**
 * Count, mean and squared deviations of weighted values; parts add up.
 *
 * @param rows values of a weight above 0
 * @param sumWeights of the weights
 * @param sumSquaredWeights of their squares
 * @param mean weighted; 0 without rows
 * @param sumSquares weighted squared deviations from the mean
 * @see <a href="https://doi.org/10.1080/00031305.1983.10483115">Chan, Golub, LeVeque 1983</a>
 */
public record WeightedMoments(
    long rows, double sumWeights, double sumSquaredWeights, double mean, double sumSquares)
    implements Serializable {
  /** No values at all. */
  public static final WeightedMoments NONE = new WeightedMoments(0, 0, 0, 0, 0);

  /**
   * Moments.
   *
   * @throws IllegalArgumentException if a sum is not finite, as where values or weights are too
   *     great, or negative, or not 0 though there are no rows
   */
  public WeightedMoments {
    Arguments.finite("sumWeights", sumWeights);
    Arguments.finite("sumSquaredWeights", sumSquaredWeights);
    Arguments.finite("mean", mean);
    Arguments.finite("sumSquares", sumSquares);
    Arguments.atLeast("rows", (double) rows, 0);
    Arguments.atLeast("sumWeights", sumWeights, 0);
    Arguments.atLeast("sumSquaredWeights", sumSquaredWeights, 0);
    Arguments.atLeast("sumSquares", sumSquares, 0);
    if (rows == 0) {
      Arguments.zero("mean without rows", mean);
      Arguments.zero("sumSquares without rows", sumSquares);
    }
  }

  /** Moments of values of weight 1. */
  public static WeightedMoments of(double... values) {
    return of(values, Vectors.ones(values.length));
  }

  /**
   * Moments of values by their weights.
   *
   * @throws IllegalArgumentException if a value or weight is not finite, a weight is negative, or
   *     lengths differ
   */
  public static WeightedMoments of(double[] values, double[] weights) {
    Arguments.sameLength("weights", weights.length, "values", values.length);
    Arguments.finite("values", values);
    Arguments.finite("weights", weights);
    long rows = 0;
    double sum = 0;
    double squared = 0;
    double mean = 0;
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      Arguments.atLeast("weight", weights[i], 0);
      if (weights[i] > 0) {
        rows++;
        sum += weights[i];
        squared += weights[i] * weights[i];
        double distance = values[i] - mean;
        mean += distance * (weights[i] / sum);
        squares += weights[i] * distance * (values[i] - mean);
      }
    }
    return new WeightedMoments(rows, sum, squared, mean, squares);
  }

  /** Moments of these values and the others together. */
  public WeightedMoments plus(WeightedMoments other) {
    if (rows == 0 || other.rows == 0) {
      return rows == 0 ? other : this;
    }
    double sum = sumWeights + other.sumWeights;
    double distance = other.mean - mean;
    return new WeightedMoments(
        rows + other.rows,
        sum,
        sumSquaredWeights + other.sumSquaredWeights,
        mean + distance * (other.sumWeights / sum),
        sumSquares
            + other.sumSquares
            + distance * distance * (sumWeights / sum * other.sumWeights));
  }

  /**
   * The variance, unbiased for weights that count reliability: sumSquares / (W - W2 / W), with
   * equal weights the sample variance.
   *
   * @throws IllegalArgumentException if there are fewer than 2 rows, or one has all the weight
   */
  public double variance() {
    Arguments.atLeast("rows", (double) rows, 2);
    Arguments.above("effective sample size", effectiveSampleSize(), 1);
    return sumSquares / sumWeights / (1 - 1 / effectiveSampleSize());
  }

  /** As many rows of equal weight would tell as much: {@link EffectiveSampleSize}, at most rows. */
  public double effectiveSampleSize() {
    return Math.min(
        (double) rows, new EffectiveSampleSize(rows, sumWeights, sumSquaredWeights).value());
  }

  /** Whether there is more than one row to tell a variance by. */
  boolean hasVariance() {
    return rows > 1 && effectiveSampleSize() > 1;
  }
}
