package dev.cohortium.stats;

/**
 * Adjusts a randomised comparison by a regression of the outcome on treatment, centred covariates
 * and their products.
 *
 * <p>The average effect of all units, in units of the outcome, consistent whether or not the
 * regression is right; HC2 errors, Student's t with n - k degrees of freedom. Covariates are
 * centred at their mean over both arms, which counts as fixed. A covariate that is aliased is left
 * out. So is a product that is: the arms then share that slope.
 *
 * @see <a href="https://doi.org/10.1214/12-AOAS583">Lin 2013</a>
 */
public final class Lin {
  private Lin() {}

  /**
   * The effect of treatment; unmeasured if an arm has fewer than 2 units or there are no more units
   * than coefficients.
   *
   * @param covariates a row of each unit, known before treatment
   * @throws IllegalArgumentException if lengths differ or a number is not finite
   */
  public static Measurement of(boolean[] treated, double[] outcomes, double[][] covariates) {
    Arguments.sameLength("treated", treated.length, "covariates", covariates.length);
    Gram all = Gram.of(covariates, outcomes);
    var few = Arms.tooFew(treated);
    if (few.isPresent()) {
      return few.get();
    }
    int[] kept = all.independent();
    int columns = kept.length;
    double[][] rows = new double[treated.length][2 * columns + 1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = treated[i] ? 1 : 0;
      for (int j = 0; j < columns; j++) {
        rows[i][j + 1] = all.away(kept[j], covariates[i][kept[j]]);
        rows[i][columns + j + 1] = rows[i][0] * rows[i][j + 1];
      }
    }
    return LeastSquares.of(rows, outcomes).coefficient(1, LeastSquares.ErrorModel.HC2);
  }
}
