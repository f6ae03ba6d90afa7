package dev.cohortium.controlgroup;

import dev.cohortium.stats.CrossMoments;

/**
 * The average receipt, sum over sum, in the linear form that has its error: z = R + (M - R D) /
 * mean D, whose mean over an arm is R.
 *
 * @param after R of the window
 * @param before R of the window before; 0 where nobody ordered in it
 * @param perBefore 1 / mean D of the window before; 0 where nobody ordered in it
 */
record Ratio(double after, double before, double perBefore) {
  /** The ratios of the customers of a cell. */
  static Ratio of(Cell cell, Sums sums) {
    int numerator = sums.place(Quantity.NET_REVENUE);
    int denominator = sums.place(Quantity.ORDERS);
    return new Ratio(
        quotient(cell.sum("y" + numerator), cell.sum("y" + denominator)),
        quotient(cell.sum("x" + numerator), cell.sum("x" + denominator)),
        quotient(1, cell.mean("x" + denominator)));
  }

  private static double quotient(double numerator, double denominator) {
    return denominator > 0 ? numerator / denominator : 0;
  }

  /**
   * The moments of z after (variable 0), with the cell's own R, and of z before (1).
   *
   * @param common R before and mean D before of all arms
   */
  static CrossMoments linear(Cell cell, int numerator, int denominator, Ratio common) {
    double own = quotient(cell.sum("y" + numerator), cell.sum("y" + denominator));
    double per = quotient(1, cell.mean("y" + denominator));
    return linear(cell, numerator, denominator, own, per, common);
  }

  /** The moments of z after and before, both by R and mean D of {@code all} of whom it is part. */
  static CrossMoments linear(Cell part, Sums sums, Cell all) {
    int denominator = sums.place(Quantity.ORDERS);
    Ratio common = of(all, sums);
    return linear(
        part,
        sums.place(Quantity.NET_REVENUE),
        denominator,
        common.after(),
        quotient(1, all.mean("y" + denominator)),
        common);
  }

  private static CrossMoments linear(
      Cell cell, int numerator, int denominator, double after, double perAfter, Ratio common) {
    double perBefore = common.perBefore();
    return cell.moments("y" + numerator, "y" + denominator, "x" + numerator, "x" + denominator)
        .transformed(
            new double[][] {
              {perAfter, -after * perAfter, 0, 0}, {0, 0, perBefore, -common.before() * perBefore}
            },
            after,
            0);
  }
}
