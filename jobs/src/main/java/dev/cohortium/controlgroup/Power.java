package dev.cohortium.controlgroup;

import dev.cohortium.config.Study.DesignControlGroup;
import dev.cohortium.stats.CrossMoments;
import dev.cohortium.stats.MinimumDetectableEffect;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What arms of these sizes can see of a metric, by what customers did in the last window and in the
 * one before (methods.md 6). The estimate is stratified, so its error is that of the strata's
 * together: sqrt(sum of (share_s MDE_s)²), with one slope for all.
 *
 * @param baseline mean of the metric, strata by their sizes
 * @param strata in which each arm has customers enough
 */
record Power(double baseline, List<Stratum> strata) {
  private static final double ALPHA = 0.05;
  private static final double MOST_CORRELATED = 1 - 1e-9;

  /**
   * A stratum.
   *
   * @param size customers that it counts by
   * @param plain for the metric's error in it; null: it does not vary
   * @param adjusted the same once adjusted for the window before
   */
  record Stratum(
      long size,
      long treatment,
      long control,
      MinimumDetectableEffect plain,
      MinimumDetectableEffect adjusted) {}

  /**
   * Of a metric.
   *
   * @param pairs the arms by stratum; those with fewer than 2 customers in one are left out, as of
   *     the estimate
   * @param power chance of seeing an effect
   */
  static Power of(String metric, Sums sums, List<Pair> pairs, double power) {
    List<Pair> whole = pairs.stream().filter(Pair::isWhole).toList();
    List<Pair> told = whole.isEmpty() ? pairs : whole;
    Ratio ratio = Ratio.of(told, Power::both, sums);
    List<CrossMoments> moments =
        told.stream().map(pair -> moments(metric, sums, both(pair), ratio)).toList();
    double slope = slope(whole, moments);
    List<Stratum> strata = new ArrayList<>();
    for (int i = 0; i < whole.size(); i++) {
      Pair pair = whole.get(i);
      double variance = variance(moments.get(i), 0);
      double left = Math.max(variance(moments.get(i), slope), (1 - MOST_CORRELATED) * variance);
      strata.add(
          new Stratum(
              pair.size(),
              pair.treated().customers(),
              pair.control().customers(),
              plan(variance, power),
              plan(left, power)));
    }
    double baseline = 0;
    double[] shares = Pair.shares(told);
    for (int i = 0; i < shares.length; i++) {
      baseline += shares[i] * moments.get(i).mean(0);
    }
    return new Power(baseline, strata);
  }

  /** The one slope of all strata ({@link dev.cohortium.stats.Cuped}). */
  private static double slope(List<Pair> pairs, List<CrossMoments> moments) {
    double product = 0;
    double square = 0;
    for (int i = 0; i < pairs.size(); i++) {
      Pair pair = pairs.get(i);
      double squaredSize = (double) pair.size() * pair.size();
      double weight =
          squaredSize / pair.treated().customers() + squaredSize / pair.control().customers();
      product += weight * moments.get(i).covariance(0, 1);
      square += weight * moments.get(i).covariance(1, 1);
    }
    return square > 0 ? product / square : 0;
  }

  private static double variance(CrossMoments moments, double slope) {
    return moments.varianceOf(1, -slope);
  }

  private static MinimumDetectableEffect plan(double variance, double power) {
    return variance > 0 ? new MinimumDetectableEffect(Math.sqrt(variance), 0, ALPHA, power) : null;
  }

  private static Cell both(Pair arms) {
    return arms.treated().plus(arms.control());
  }

  /** The metric in a stratum: a mean's moments, or a ratio's by the linear form of all strata. */
  private static CrossMoments moments(String metric, Sums sums, Cell stratum, Ratio ratio) {
    if (metric.equals(Quantity.AVERAGE_RECEIPT)) {
      return ratio.moments(stratum, sums);
    }
    int place = sums.place(Quantity.of(metric).orElseThrow());
    return stratum.moments("y" + place, "x" + place);
  }

  /** How far the window before tells the one after within strata, from 0 to 1. */
  double correlation() {
    return effect().isPresent() && unadjusted().isPresent()
        ? Math.sqrt(
            Math.max(0, 1 - Math.pow(effect().getAsDouble() / unadjusted().getAsDouble(), 2)))
        : 0;
  }

  /** The smallest effect seen, adjusted for the window before. */
  OptionalDouble effect() {
    return effect(Stratum::adjusted);
  }

  /** The same without the adjustment. */
  OptionalDouble unadjusted() {
    return effect(Stratum::plain);
  }

  private OptionalDouble effect(Function<Stratum, MinimumDetectableEffect> plan) {
    double squares = 0;
    for (Stratum stratum : strata) {
      if (plan.apply(stratum) != null) {
        double own = plan.apply(stratum).effect(stratum.treatment(), stratum.control());
        squares += Math.pow(share(stratum) * own, 2);
      }
    }
    return squares > 0 ? OptionalDouble.of(Math.sqrt(squares)) : OptionalDouble.empty();
  }

  private double share(Stratum stratum) {
    return stratum.size() / (double) strata.stream().mapToLong(Stratum::size).sum();
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
    // MDE² = sum share_s² r_s² / (n_s p (1 - p)), where at p = 1/2 it is the smallest.
    double product = 0;
    for (Stratum stratum : strata) {
      double both = stratum.adjusted() == null ? 0 : stratum.adjusted().effect(1, 1);
      double customers = stratum.treatment() + stratum.control();
      product += Math.pow(share(stratum) * both / effect, 2) / 2 / customers;
    }
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
