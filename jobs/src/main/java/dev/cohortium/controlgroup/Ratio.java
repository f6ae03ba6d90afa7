package dev.cohortium.controlgroup;

import dev.cohortium.stats.CrossMoments;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Column;

/**
 * The average receipt of an arm, sum over sum, in the linear form that has its error: z = R + (M -
 * R D) / mean D, whose mean over the arm is R.
 *
 * @param after R of the window; 0 where nobody ordered in it
 * @param perAfter 1 / mean D of the window; 0 where nobody ordered in it
 * @param before R of the window before
 * @param perBefore 1 / mean D of the window before
 */
record Ratio(double after, double perAfter, double before, double perBefore) {
  /**
   * That of means.
   *
   * @param after the mean of a term of the window
   * @param before the mean of a term of the window before
   */
  static Ratio of(ToDoubleFunction<String> after, ToDoubleFunction<String> before, Sums sums) {
    int numerator = sums.place(Quantity.NET_REVENUE);
    int denominator = sums.place(Quantity.ORDERS);
    double now = after.applyAsDouble("y" + denominator);
    double then = before.applyAsDouble("x" + denominator);
    return new Ratio(
        quotient(after.applyAsDouble("y" + numerator), now),
        quotient(1, now),
        quotient(before.applyAsDouble("x" + numerator), then),
        quotient(1, then));
  }

  /** That of an arm of a comparison over its strata; before, that of both arms. */
  static Ratio of(List<Pair> pairs, Function<Pair, Cell> arm, Sums sums) {
    Pair all = Pair.together(pairs);
    Cell both = all.treated().plus(all.control());
    return of(term -> Pair.mean(pairs, arm, term), both::mean, sums);
  }

  private static double quotient(double numerator, double denominator) {
    return denominator > 0 ? numerator / denominator : 0;
  }

  /**
   * The moments of z of the window (variable 0) and of the one before (1), whose mean is near 0.
   */
  CrossMoments moments(Cell cell, Sums sums) {
    int numerator = sums.place(Quantity.NET_REVENUE);
    int denominator = sums.place(Quantity.ORDERS);
    return cell.moments("y" + numerator, "y" + denominator, "x" + numerator, "x" + denominator)
        .transformed(
            new double[][] {
              {perAfter, -after * perAfter, 0, 0}, {0, 0, perBefore, -before * perBefore}
            },
            after,
            0);
  }

  /** (M - R D) / mean D of a customer: z of the window but for R, or z of the one before. */
  static Column away(Column numerator, Column denominator, Column ratio, Column per) {
    return numerator.minus(ratio.multiply(denominator)).multiply(per);
  }
}
