package dev.cohortium.controlgroup;

import dev.cohortium.config.Study.DesignControlGroup;
import dev.cohortium.stats.CrossMoments;
import dev.cohortium.stats.MinimumDetectableEffect;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What arms of these sizes can see of a metric, by what customers did in the last window and in the
 * one before (methods.md 6).
 *
 * @param baseline mean of the metric
 * @param correlation of the metric with itself in the window before
 * @param plan for its error; null: it does not vary
 */
record Power(
    double baseline,
    double correlation,
    MinimumDetectableEffect plan,
    long treatment,
    long control) {
  private static final double ALPHA = 0.05;
  private static final double MOST_CORRELATED = 1 - 1e-9;

  /**
   * Of a metric.
   *
   * @param moments of all customers: the metric (variable 0) and the same before (1)
   * @param power chance of seeing an effect
   */
  static Power of(CrossMoments moments, double power, long treatment, long control) {
    boolean varies = moments.count() > 1 && moments.covariance(0, 0) > 0;
    double before = varies ? moments.covariance(1, 1) : 0;
    double correlation =
        before > 0
            ? moments.covariance(0, 1) / Math.sqrt(before) / Math.sqrt(moments.covariance(0, 0))
            : 0;
    double known = Math.max(-MOST_CORRELATED, Math.min(MOST_CORRELATED, correlation));
    return new Power(
        moments.mean(0),
        known,
        varies
            ? new MinimumDetectableEffect(Math.sqrt(moments.covariance(0, 0)), known, ALPHA, power)
            : null,
        treatment,
        control);
  }

  /** The smallest effect seen, adjusted for the window before. */
  OptionalDouble effect() {
    return plan == null || treatment == 0 || control == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(plan.effect(treatment, control));
  }

  /** The same without the adjustment. */
  OptionalDouble unadjusted() {
    return effect().isEmpty()
        ? effect()
        : OptionalDouble.of(plan.withCorrelation(0).effect(treatment, control));
  }

  /** Whether {@code effect} is seen. */
  boolean sees(double effect) {
    return effect().isPresent() && effect > 0 && effect().getAsDouble() <= effect;
  }

  /** The share to hold out of so many customers that sees {@code effect}; empty: none does. */
  OptionalDouble share(double effect) {
    double customers = (double) (treatment + control);
    if (plan == null || !(effect > 0) || customers < 2) {
      return OptionalDouble.empty();
    }
    // MDE² = r² / (n p (1 - p)), where at p = 1/2 it is the smallest.
    double half = plan.effect(1, 1) / Math.sqrt(2);
    double product = half * half / (effect * effect * customers);
    return product > 0.25
        ? OptionalDouble.empty()
        : OptionalDouble.of((1 - Math.sqrt(1 - 4 * product)) / 2);
  }

  /** The metric of a segment: a mean's moments, or a ratio's by its linear form. */
  static CrossMoments moments(Cell cell, Sums sums, String metric) {
    if (metric.equals(Quantity.AVERAGE_RECEIPT)) {
      return Ratio.linear(
          cell,
          sums.place(Quantity.NET_REVENUE),
          sums.place(Quantity.ORDERS),
          Ratio.of(cell, sums));
    }
    int place = sums.place(Quantity.of(metric).orElseThrow());
    return cell.moments("y" + place, "x" + place);
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
