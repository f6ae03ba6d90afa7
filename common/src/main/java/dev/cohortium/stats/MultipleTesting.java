package dev.cohortium.stats;

/**
 * p-values of one family, adjusted for their number; comparable with the level itself.
 *
 * <p>{@link #holm} bounds the chance of any false finding, {@link #benjaminiHochberg} the expected
 * share of false ones among the findings (of tests independent or positively dependent).
 *
 * @see <a href="https://www.jstor.org/stable/4615733">Holm 1979</a>
 * @see <a href="https://doi.org/10.1111/j.2517-6161.1995.tb02031.x">Benjamini, Hochberg 1995</a>
 */
public final class MultipleTesting {
  private MultipleTesting() {}

  /**
   * The step-down adjustment: max over smaller p of min(1, (m - rank + 1) p).
   *
   * @param pValues m p-values, in any order
   * @return adjusted ones, in that order
   * @throws IllegalArgumentException if there is none, or one lies outside 0..1
   */
  public static double[] holm(double... pValues) {
    int[] ascending = ascending(pValues);
    double[] adjusted = new double[pValues.length];
    double largest = 0;
    for (int rank = 0; rank < ascending.length; rank++) {
      largest = Math.max(largest, (pValues.length - rank) * pValues[ascending[rank]]);
      adjusted[ascending[rank]] = Math.min(1, largest);
    }
    return adjusted;
  }

  /**
   * The step-up adjustment: min over larger p of m p / rank.
   *
   * @param pValues m p-values, in any order
   * @return adjusted ones, in that order
   * @throws IllegalArgumentException if there is none, or one lies outside 0..1
   */
  public static double[] benjaminiHochberg(double... pValues) {
    int[] ascending = ascending(pValues);
    double[] adjusted = new double[pValues.length];
    double smallest = 1;
    for (int rank = ascending.length; rank >= 1; rank--) {
      int index = ascending[rank - 1];
      smallest = Math.min(smallest, pValues[index] * ((double) pValues.length / rank));
      adjusted[index] = smallest;
    }
    return adjusted;
  }

  private static int[] ascending(double[] pValues) {
    Arguments.atLeast("pValues.length", pValues.length, 1);
    for (int i = 0; i < pValues.length; i++) {
      if (!(pValues[i] >= 0 && pValues[i] <= 1)) {
        throw new IllegalArgumentException(
            "pValues[" + i + "] is " + pValues[i] + ", must lie in 0..1");
      }
    }
    return ScoreOrder.rows("pValues", pValues);
  }
}
