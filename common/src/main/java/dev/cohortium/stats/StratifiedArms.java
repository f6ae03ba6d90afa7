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

  private final Arm treated;
  private final Arm control;
  private final int variables;
  private final long customersLeftOut;
  private final Optional<Unmeasured> few;

  private StratifiedArms(List<Stratum> all) {
    List<Stratum> strata =
        all.stream()
            .filter(s -> s.treated().count() >= LEAST && s.control().count() >= LEAST)
            .toList();
    variables = all.get(0).treated().variables();
    long customers = sum(strata, Stratum::size);
    double[] shares = strata.stream().mapToDouble(s -> s.size() / (double) customers).toArray();
    treated = new Arm(strata.stream().map(Stratum::treated).toList(), shares);
    control = new Arm(strata.stream().map(Stratum::control).toList(), shares);
    customersLeftOut = sum(all, Stratum::size) - customers;
    few =
        strata.isEmpty()
            ? TooFew.arms(
                    sum(all, s -> s.treated().count()), sum(all, s -> s.control().count()), LEAST)
                .or(() -> Optional.of(new Unmeasured("No stratum has 2 customers in each arm.")))
            : Optional.empty();
  }

  /**
   * A stratum.
   *
   * @param treated variables of each customer
   * @param control the same variables
   */
  public record Stratum(CrossMoments treated, CrossMoments control) {
    long size() {
      return Math.addExact(treated.count(), control.count());
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

  /** Customers of strata that are too small to count. */
  public long customersLeftOut() {
    return customersLeftOut;
  }

  /**
   * The effect on compliers, of metric Y (variable 0) and joined D (1).
   *
   * @throws IllegalArgumentException if there are not two variables
   */
  public CompliersEffect compliersEffect() {
    requireTwo("metric and joined");
    if (few.isPresent()) {
      return CompliersEffect.unmeasured(few.get());
    }
    double outcome = treated.mean(0) - control.mean(0);
    double joined = treated.mean(1) - control.mean(1);
    double slope = joined == 0 ? 0 : outcome / joined;
    Estimate residual =
        TwoSample.difference(treated.estimate(0, 1, -slope), control.estimate(0, 1, -slope));
    return CompliersEffect.of(
        new Quotient(
            outcome,
            joined,
            treated.covariance(0, 0) + control.covariance(0, 0),
            treated.covariance(1, 1) + control.covariance(1, 1),
            treated.covariance(0, 1) + control.covariance(0, 1),
            residual.degreesOfFreedom()));
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
    boolean isAbove = few.isEmpty() && treated.mean(1) > 0 && control.mean(1) > 0;
    return few.isPresent() || isAbove
        ? few
        : Optional.of(new Unmeasured("The denominator of an arm is not above 0: it has no ratio."));
  }

  /** The effect on variable 0 relative to the control's mean over strata. */
  public RelativeEffect relativeEffect() {
    return few.isPresent()
        ? RelativeEffect.unmeasured(few.get())
        : RelativeEffect.of(treated.meanEstimate(), control.meanEstimate());
  }

  private void requireTwo(String names) {
    Arguments.sameLength("strata", variables, names, 2);
  }

  private static long sum(List<Stratum> strata, ToLongFunction<Stratum> count) {
    return strata.stream().mapToLong(count).reduce(0, Math::addExact);
  }

  /** One arm of all strata, and the shares that its means are combined by. */
  private static final class Arm {
    private final List<CrossMoments> parts;
    private final double[] shares;

    private Arm(List<CrossMoments> parts, double[] shares) {
      this.parts = parts;
      this.shares = shares;
    }

    double mean(int i) {
      double mean = 0;
      for (int s = 0; s < shares.length; s++) {
        mean += shares[s] * parts.get(s).mean(i);
      }
      return mean;
    }

    /** The covariance of two means. */
    double covariance(int i, int j) {
      double sum = 0;
      for (int s = 0; s < shares.length; s++) {
        sum += shares[s] * shares[s] * parts.get(s).covariance(i, j) / parts.get(s).count();
      }
      return sum;
    }

    Estimate meanEstimate() {
      double[] first = new double[parts.get(0).variables()];
      first[0] = 1;
      return estimate(mean(0), first);
    }

    Estimate ratio() {
      double ratio = mean(0) / mean(1);
      return estimate(ratio, 1 / mean(1), -ratio / mean(1));
    }

    private static Estimate centred(double variance, long count) {
      return new Estimate(0, Math.sqrt(variance / count), count - 1.0);
    }

    /** A value with the error of the mean of sum weights_i x_i, Satterthwaite over strata. */
    Estimate estimate(double value, double... weights) {
      Estimate[] own =
          parts.stream()
              .map(part -> centred(part.varianceOf(weights), part.count()))
              .toArray(Estimate[]::new);
      Estimate error = Estimate.sum(shares, own);
      return new Estimate(
          value, Rounding.without(error.stdError(), value), error.degreesOfFreedom());
    }
  }
}
