package dev.cohortium.stats;

import java.util.Arrays;

/**
 * How much an outcome changes with a regressor within places and months: least squares with an
 * effect of each place and of each month, in a panel without holes. The error is clustered by
 * place, with the factor G / (G - 1) and Student's t with G - 1 degrees of freedom.
 *
 * @see <a href="https://doi.org/10.1162/003355304772839588">Bertrand, Duflo, Mullainathan 2004</a>
 */
public final class FixedEffectsSlope {
  /** With fewer clusters the error is far too small; with 2 it is that of rounding. */
  static final int LEAST_PLACES = 6;

  private FixedEffectsSlope() {}

  /**
   * The slope; unmeasured with fewer than {@value #LEAST_PLACES} places or 2 months, where the
   * regressor does not vary within them, or where nothing is left to tell an error.
   *
   * @param regressor by place and month
   * @param outcome by place and month
   * @throws IllegalArgumentException if a number is not finite, or lengths differ
   */
  public static Measurement of(double[][] regressor, double[][] outcome) {
    Arguments.sameLength("outcome", outcome.length, "regressor", regressor.length);
    int months = regressor.length == 0 ? 0 : regressor[0].length;
    for (int place = 0; place < regressor.length; place++) {
      Arguments.sameLength("regressor", regressor[place].length, "the first place's", months);
      Arguments.sameLength("outcome", outcome[place].length, "regressor", months);
      Arguments.finite("regressor", regressor[place]);
      Arguments.finite("outcome", outcome[place]);
    }
    if (regressor.length < LEAST_PLACES || months < 2) {
      return new Unmeasured(
          "Fewer than " + LEAST_PLACES + " places, or than 2 months, tell no change within them.");
    }
    double[][] x = within(regressor);
    double[][] y = within(outcome);
    double squares = 0;
    double products = 0;
    for (int place = 0; place < x.length; place++) {
      squares += LogisticState.product(x[place], x[place]);
      products += LogisticState.product(x[place], y[place]);
    }
    double size =
        Arrays.stream(regressor).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
    if (Math.sqrt(squares) <= 1e-9 * size) {
      return new Unmeasured("The regressor does not vary within places and months.");
    }
    double slope = products / squares;
    double meat = 0;
    for (int place = 0; place < x.length; place++) {
      double score = 0;
      for (int month = 0; month < months; month++) {
        score += x[place][month] * (y[place][month] - slope * x[place][month]);
      }
      meat += score * score;
    }
    double error = Rounding.without(Math.sqrt(meat * x.length / (x.length - 1.0)) / squares, slope);
    return error > 0
        ? new Estimate(slope, error, x.length - 1)
        : new Unmeasured("Nothing is left to tell an error.");
  }

  /** Without the means of places and of months. */
  private static double[][] within(double[][] values) {
    int months = values[0].length;
    double[] ofMonth = new double[months];
    double all = 0;
    double[][] within = new double[values.length][months];
    for (double[] place : values) {
      for (int month = 0; month < months; month++) {
        ofMonth[month] += place[month] / values.length;
      }
    }
    for (double mean : ofMonth) {
      all += mean / months;
    }
    for (int place = 0; place < values.length; place++) {
      double ofPlace = Arrays.stream(values[place]).average().orElse(0);
      for (int month = 0; month < months; month++) {
        within[place][month] = values[place][month] - ofPlace - ofMonth[month] + all;
      }
    }
    return within;
  }
}
