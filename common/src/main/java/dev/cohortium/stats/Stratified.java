package dev.cohortium.stats;

import java.util.List;

/**
 * Estimates of strata combined by the strata's sizes: sum of (n_s / n) estimate_s.
 *
 * <p>Variance = sum of (n_s / n)² variance_s: strata are independent. Degrees of freedom by
 * Satterthwaite. The right estimate wherever shares of treatment differ by stratum.
 *
 * @see <a href="https://doi.org/10.1017/CBO9781139025751">Imbens, Rubin 2015, chapter 9</a>
 */
public final class Stratified {
  private Stratified() {}

  /**
   * A stratum.
   *
   * @param size customers of all arms, at least 1
   * @param effect its estimate; one without an error, where nobody of the stratum varies, counts
   */
  public record Stratum(long size, Measurement effect) {
    /**
     * A stratum.
     *
     * @throws IllegalArgumentException if size is below 1
     */
    public Stratum {
      Arguments.atLeast("size", (double) size, 1);
    }

    /** A stratum's difference of means; an arm that does not vary adds no variance. */
    public static Stratum of(Moments treated, Moments control) {
      long size = Math.addExact(treated.count(), control.count());
      var few = TooFew.arms(treated.count(), control.count(), 2);
      return new Stratum(
          size,
          few.isPresent()
              ? few.get()
              : TwoSample.difference(treated.meanEstimate(), control.meanEstimate()));
    }
  }

  /**
   * The combined estimate; unmeasured where a stratum is, as the rest would answer for other
   * customers, or where no stratum varies.
   *
   * @throws IllegalArgumentException if there is no stratum
   */
  public static Measurement of(List<Stratum> strata) {
    Arguments.atLeast("strata.size", strata.size(), 1);
    double customers = 0;
    for (Stratum stratum : strata) {
      customers += stratum.size();
    }
    double value = 0;
    double variance = 0;
    for (int i = 0; i < strata.size(); i++) {
      double share = strata.get(i).size() / customers;
      if (strata.get(i).effect() instanceof Estimate effect) {
        value += share * effect.value();
        variance += share * share * effect.stdError() * effect.stdError();
      } else if (strata.get(i).effect() instanceof Unmeasured unmeasured) {
        return new Unmeasured(
            String.format(
                "Stratum %d of %d is unmeasured: %s", i + 1, strata.size(), unmeasured.reason()));
      }
    }
    return TooFew.orConstant(
        new Estimate(value, Math.sqrt(variance), degreesOfFreedom(strata, customers, variance)));
  }

  private static double degreesOfFreedom(List<Stratum> strata, double customers, double variance) {
    double inverse = 0;
    for (Stratum stratum : strata) {
      if (variance > 0 && stratum.effect() instanceof Estimate effect) {
        double part = stratum.size() / customers * effect.stdError();
        double share = part * part / variance;
        inverse += share * share / effect.degreesOfFreedom();
      }
    }
    return 1 / inverse;
  }
}
