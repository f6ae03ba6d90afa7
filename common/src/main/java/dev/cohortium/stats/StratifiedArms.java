package dev.cohortium.stats;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;

/**
 * Quotients over strata: the effect on compliers, the difference of ratios and the relative effect.
 *
 * <p>Each arm's means are combined by the strata's sizes, sum of (n_s / n) mean_s, their variances
 * and covariances by the squares of these, and one quotient is taken of them. A mean of the
 * strata's own quotients would answer another question: it weighs a stratum that hardly anybody
 * joined in as one where half did. Strata with fewer than 2 customers in an arm are left out.
 *
 * @see <a href="https://doi.org/10.1017/CBO9781139025751">Imbens, Rubin 2015, chapters 9 and 23</a>
 */
public final class StratifiedArms {
  private static final int LEAST = 2;

  private final StratifiedArm treated;
  private final StratifiedArm control;
  private final List<Stratum> given;
  private final int counted;

  private StratifiedArms(List<Stratum> given) {
    this.given = List.copyOf(given);
    List<Stratum> strata =
        given.stream()
            .filter(s -> s.treated().count() >= LEAST && s.control().count() >= LEAST)
            .toList();
    double size = sum(strata, Stratum::size);
    double[] shares = strata.stream().mapToDouble(s -> s.size() / size).toArray();
    treated = new StratifiedArm(strata.stream().map(Stratum::treated).toList(), shares);
    control = new StratifiedArm(strata.stream().map(Stratum::control).toList(), shares);
    counted = strata.size();
  }

  /**
   * A stratum.
   *
   * @param size customers that it stands for: of these two arms and of any other
   * @param treated variables of each customer
   * @param control the same variables
   */
  public record Stratum(long size, CrossMoments treated, CrossMoments control) {
    /**
     * A stratum.
     *
     * @throws IllegalArgumentException if size is below that of the two arms
     */
    public Stratum {
      Arguments.atLeast(
          "size", (double) size, (double) Math.addExact(treated.count(), control.count()));
    }

    /** One of two arms only. */
    public static Stratum of(CrossMoments treated, CrossMoments control) {
      return new Stratum(Math.addExact(treated.count(), control.count()), treated, control);
    }
  }

  /**
   * The arms over all strata that have 2 customers in each.
   *
   * @throws IllegalArgumentException if there is no stratum, or they differ in variables
   */
  public static StratifiedArms of(List<Stratum> strata) {
    Arguments.atLeast("strata.size", strata.size(), 1);
    int variables = strata.get(0).treated().variables();
    for (int i = 0; i < strata.size(); i++) {
      String name = "strata[" + i + "]";
      Arguments.sameLength(
          name + ".treated", strata.get(i).treated().variables(), "strata[0].treated", variables);
      Arguments.sameLength(
          name + ".control", strata.get(i).control().variables(), "strata[0].treated", variables);
    }
    return new StratifiedArms(strata);
  }

  /** The treated of the strata that count. */
  StratifiedArm treated() {
    return treated;
  }

  /** The control of the strata that count. */
  StratifiedArm control() {
    return control;
  }

  int variables() {
    return given.get(0).treated().variables();
  }

  /** The strata that count. */
  int strata() {
    return counted;
  }

  /** Why these arms tell nothing that wants {@code least} customers in each, if they do not. */
  Optional<Unmeasured> few(long least) {
    return counted > 0
        ? TooFew.arms(treated.customers(), control.customers(), least)
        : TooFew.arms(
                sum(given, s -> s.treated().count()), sum(given, s -> s.control().count()), least)
            .or(() -> Optional.of(new Unmeasured("No stratum has 2 customers in each arm.")));
  }

  /**
   * The effect on compliers, of metric Y (variable 0) and joined D (1).
   *
   * @throws IllegalArgumentException if there are not two variables
   */
  public CompliersEffect compliersEffect() {
    requireTwo("metric and joined");
    return few(LEAST)
        .map(CompliersEffect::unmeasured)
        .orElseGet(() -> CompliersEffect.of(outcomeOverJoined()));
  }

  /**
   * The effects on compliers that are not rejected at another level, by Anderson and Rubin's test
   * however strong the first stage is; the whole line where nothing can be said.
   *
   * @param level of confidence, above 0 and at most 1
   * @throws IllegalArgumentException if there are not two variables, or level is outside
   */
  public ConfidenceSet compliersLimits(double level) {
    return level == 1 || !(compliersEffect().effect() instanceof Estimate)
        ? ConfidenceSet.EVERYTHING
        : outcomeOverJoined().fieller(level);
  }

  private Quotient outcomeOverJoined() {
    double outcome = treated.mean(0) - control.mean(0);
    double joined = treated.mean(1) - control.mean(1);
    double slope = joined == 0 ? 0 : outcome / joined;
    Estimate residual =
        TwoSample.difference(treated.estimate(0, 1, -slope), control.estimate(0, 1, -slope));
    return new Quotient(
        outcome,
        joined,
        treated.covariance(0, 0) + control.covariance(0, 0),
        treated.covariance(1, 1) + control.covariance(1, 1),
        treated.covariance(0, 1) + control.covariance(0, 1),
        residual.degreesOfFreedom());
  }

  /**
   * The ratio of the treated minus that of the control, of numerator M (variable 0) and denominator
   * D (1): each arm's sum (n_s / n) mean M over sum (n_s / n) mean D.
   *
   * @throws IllegalArgumentException if there are not two variables
   */
  public Measurement ratioDifference() {
    return withoutRatio()
        .<Measurement>map(reason -> reason)
        .orElseGet(() -> TooFew.orConstant(TwoSample.difference(treated.ratio(), control.ratio())));
  }

  /**
   * The difference of ratios relative to the control's ratio.
   *
   * @throws IllegalArgumentException if there are not two variables
   */
  public RelativeEffect relativeRatio() {
    return withoutRatio()
        .map(RelativeEffect::unmeasured)
        .orElseGet(() -> RelativeEffect.of(treated.ratio(), control.ratio()));
  }

  /**
   * The control's ratio; empty where an arm has none.
   *
   * @throws IllegalArgumentException if there are not two variables
   */
  public OptionalDouble controlRatio() {
    return withoutRatio().isPresent()
        ? OptionalDouble.empty()
        : OptionalDouble.of(control.ratio().value());
  }

  private Optional<Unmeasured> withoutRatio() {
    requireTwo("numerator and denominator");
    var few = few(LEAST);
    boolean isAbove = few.isEmpty() && treated.mean(1) > 0 && control.mean(1) > 0;
    return few.isPresent() || isAbove
        ? few
        : Optional.of(new Unmeasured("The denominator of an arm is not above 0: it has no ratio."));
  }

  /** The effect on variable 0 relative to the control's mean over strata. */
  public RelativeEffect relativeEffect() {
    return few(LEAST)
        .map(RelativeEffect::unmeasured)
        .orElseGet(() -> RelativeEffect.of(treated.meanEstimate(0), control.meanEstimate(0)));
  }

  private void requireTwo(String names) {
    Arguments.sameLength("strata", variables(), names, 2);
  }

  private static long sum(List<Stratum> strata, ToLongFunction<Stratum> count) {
    return strata.stream().mapToLong(count).reduce(0, Math::addExact);
  }
}
