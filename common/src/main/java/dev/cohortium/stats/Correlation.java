package dev.cohortium.stats;

import java.util.stream.IntStream;

/** What a covariance says in units of its errors. */
final class Correlation {
  private Correlation() {}

  /** The roots of the diagonal; 0 where rounding made it negative. */
  static double[] errors(double[][] covariance) {
    return IntStream.range(0, covariance.length)
        .mapToDouble(place -> Math.sqrt(Math.max(0, covariance[place][place])))
        .toArray();
  }

  /** The places of those errors that are not 0. */
  static int[] varying(double[] errors) {
    return IntStream.range(0, errors.length).filter(place -> errors[place] > 0).toArray();
  }

  /** The correlations of some places, between -1 and 1 whatever rounding made of them. */
  static double[][] of(double[][] covariance, double[] errors, int[] places) {
    double[][] correlation = new double[places.length][places.length];
    for (int one = 0; one < places.length; one++) {
      for (int other = 0; other < places.length; other++) {
        correlation[one][other] =
            one == other
                ? 1
                : Math.max(
                    -1,
                    Math.min(
                        1,
                        covariance[places[one]][places[other]]
                            / errors[places[one]]
                            / errors[places[other]]));
      }
    }
    return correlation;
  }
}
