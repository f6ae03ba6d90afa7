package dev.cohortium.stats;

import java.util.List;

/**
 * Estimates of strata combined by the strata's sizes: sum of (n_s / n) estimate_s.
 *
 * <p>Variance = sum of (n_s / n)² variance_s: strata are independent. Degrees of freedom by
 * Satterthwaite. The right estimate of a difference wherever shares of treatment differ by stratum;
 * a quotient of differences is {@link StratifiedArms}'. Strata too small to estimate are left out:
 * the estimate is of the customers of the others, and says of how many it is not.
 *
 * @param effect of the customers counted; unmeasured where no stratum is measured, or none varies
 * @param customers of the strata that count
 * @param customersLeftOut of the strata that could not be estimated
 * @see <a href="https://doi.org/10.1017/CBO9781139025751">Imbens, Rubin 2015, chapter 9</a>
 */
public record Stratified(Measurement effect, long customers, long customersLeftOut) {

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

    /**
     * A stratum's difference of means; an arm that does not vary adds no variance.
     *
     * @param size customers that it stands for: of these two arms and of any other
     */
    public static Stratum of(long size, Moments treated, Moments control) {
      var few = TooFew.arms(treated.count(), control.count(), 2);
      return new Stratum(
          size,
          few.isPresent()
              ? few.get()
              : TwoSample.difference(treated.meanEstimate(), control.meanEstimate()));
    }
  }

  /**
   * The combined estimate.
   *
   * @throws IllegalArgumentException if there is no stratum
   */
  public static Stratified of(List<Stratum> strata) {
    Arguments.atLeast("strata.size", strata.size(), 1);
    List<Stratum> measured =
        strata.stream().filter(stratum -> stratum.effect() instanceof Estimate).toList();
    long customers = customers(measured);
    return new Stratified(
        measured.isEmpty() ? none(strata) : combined(measured, (double) customers),
        customers,
        customers(strata) - customers);
  }

  private static long customers(List<Stratum> strata) {
    return strata.stream().mapToLong(Stratum::size).reduce(0, Math::addExact);
  }

  private static Unmeasured none(List<Stratum> strata) {
    String first =
        strata.get(0).effect() instanceof Unmeasured unmeasured ? unmeasured.reason() : "";
    return new Unmeasured(
        String.format("None of the strata, %d, is measured. The first: %s", strata.size(), first));
  }

  private static Measurement combined(List<Stratum> measured, double customers) {
    double[] shares = measured.stream().mapToDouble(s -> s.size() / customers).toArray();
    Estimate[] effects =
        measured.stream().flatMap(s -> s.effect().estimate().stream()).toArray(Estimate[]::new);
    return TooFew.orConstant(Estimate.sum(shares, effects));
  }
}
