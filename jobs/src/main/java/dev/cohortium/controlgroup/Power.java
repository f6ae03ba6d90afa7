package dev.cohortium.controlgroup;

import dev.cohortium.config.Study.DesignControlGroup;
import dev.cohortium.stats.CrossMoments;
import dev.cohortium.stats.MinimumDetectableEffect;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;

/**
 * What arms of these sizes can see of a metric, by what customers did in the last window and in the
 * one before (methods.md 6). The estimate is stratified, so its error is that of the strata's
 * together: sqrt(sum of (share_s MDE_s)²).
 *
 * @param baseline mean of the metric
 * @param correlation of the metric with itself in the window before
 * @param strata in which each arm has customers enough
 */
record Power(double baseline, double correlation, List<Stratum> strata) {
  private static final double ALPHA = 0.05;
  private static final double MOST_CORRELATED = 1 - 1e-9;

  /**
   * A stratum.
   *
   * @param plan for the metric's error in it; null: it does not vary
   */
  record Stratum(long treatment, long control, MinimumDetectableEffect plan) {
    long customers() {
      return treatment + control;
    }

    /** Of the metric (variable 0) and the same before (1) of the customers of both arms. */
    static Stratum of(Pair arms, CrossMoments moments, double power) {
      boolean varies = moments.count() > 1 && moments.covariance(0, 0) > 0;
      return new Stratum(
          arms.treated().customers(),
          arms.control().customers(),
          varies
              ? new MinimumDetectableEffect(
                  Math.sqrt(moments.covariance(0, 0)), Power.correlation(moments), ALPHA, power)
              : null);
    }
  }

  /**
   * Of a metric.
   *
   * @param pairs the arms by stratum; those with fewer than 2 customers in one are left out, as of
   *     the estimate
   * @param power chance of seeing an effect
   */
  static Power of(String metric, Sums sums, List<Pair> pairs, double power) {
    Cell all = both(Pair.together(pairs));
    CrossMoments moments = moments(metric, sums, all, all);
    List<Stratum> strata = new ArrayList<>();
    for (Pair pair : pairs) {
      if (pair.isWhole()) {
        strata.add(Stratum.of(pair, moments(metric, sums, both(pair), all), power));
      }
    }
    return new Power(moments.mean(0), correlation(moments), strata);
  }

  private static Cell both(Pair arms) {
    return arms.treated().plus(arms.control());
  }

  /** The metric in a stratum: a mean's moments, or a ratio's by the linear form of all strata. */
  private static CrossMoments moments(String metric, Sums sums, Cell stratum, Cell all) {
    if (metric.equals(Quantity.AVERAGE_RECEIPT)) {
      return Ratio.of(all::mean, all::mean, sums).moments(stratum, sums);
    }
    int place = sums.place(Quantity.of(metric).orElseThrow());
    return stratum.moments("y" + place, "x" + place);
  }

  private static double correlation(CrossMoments moments) {
    double product =
        moments.count() < 2
            ? 0
            : Math.sqrt(moments.covariance(0, 0)) * Math.sqrt(moments.covariance(1, 1));
    double correlation = product > 0 ? moments.covariance(0, 1) / product : 0;
    return Math.max(-MOST_CORRELATED, Math.min(MOST_CORRELATED, correlation));
  }

  /** The smallest effect seen, adjusted for the window before. */
  OptionalDouble effect() {
    return effect(MinimumDetectableEffect::correlation);
  }

  /** The same without the adjustment. */
  OptionalDouble unadjusted() {
    return effect(plan -> 0);
  }

  private OptionalDouble effect(ToDoubleFunction<MinimumDetectableEffect> correlation) {
    double squares = 0;
    for (Stratum stratum : strata) {
      if (stratum.plan() != null) {
        double own =
            stratum
                .plan()
                .withCorrelation(correlation.applyAsDouble(stratum.plan()))
                .effect(stratum.treatment(), stratum.control());
        squares += Math.pow(own * stratum.customers() / customers(), 2);
      }
    }
    return squares > 0 ? OptionalDouble.of(Math.sqrt(squares)) : OptionalDouble.empty();
  }

  private double customers() {
    return strata.stream().mapToLong(Stratum::customers).sum();
  }

  /** Whether {@code effect} is seen. */
  boolean sees(double effect) {
    return effect().isPresent() && effect > 0 && effect().getAsDouble() <= effect;
  }

  /** The share to hold out of each stratum that sees {@code effect}; empty: none does. */
  OptionalDouble share(double effect) {
    if (effect().isEmpty() || !(effect > 0)) {
      return OptionalDouble.empty();
    }
    // MDE² = sum share_s r_s² / (n p (1 - p)), where at p = 1/2 it is the smallest.
    double product = 0;
    for (Stratum stratum : strata) {
      double both = stratum.plan() == null ? 0 : stratum.plan().effect(1, 1);
      product += stratum.customers() * both * both / 2;
    }
    product /= Math.pow(effect * customers(), 2);
    return product > 0.25
        ? OptionalDouble.empty()
        : OptionalDouble.of((1 - Math.sqrt(1 - 4 * product)) / 2);
  }

  /** The length of the shortest window that sees the target; empty: none does. */
  static OptionalLong shortest(
      List<Integer> months, List<Power> powers, DesignControlGroup design) {
    for (int i = 0; i < months.size(); i++) {
      if (powers.get(i).sees(design.effect() * powers.get(i).baseline())) {
        return OptionalLong.of(months.get(i));
      }
    }
    return OptionalLong.empty();
  }
}
