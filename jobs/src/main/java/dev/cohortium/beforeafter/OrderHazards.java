package dev.cohortium.beforeafter;

import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.GroupTimeEffects.Cell;
import java.util.Arrays;
import java.util.function.Predicate;

/** The chance of joining at an order, month by month. */
final class OrderHazards {
  private final double[] joined;
  private final double[] chances;

  /**
   * Those of a place.
   *
   * @param joined by month the customers who joined at an order
   * @param chances by month the orders at which somebody could
   */
  OrderHazards(double[] joined, double[] chances) {
    this.joined = joined.clone();
    this.chances = chances.clone();
  }

  /** Whether somebody joined at an order. */
  boolean areThere() {
    return Arrays.stream(joined).anyMatch(customers -> customers > 0);
  }

  /** Of all orders from the first month in which somebody joined, the share at which one did. */
  double whole() {
    double all = 0;
    double could = 0;
    for (int month = 0; month < joined.length; month++) {
      all += joined[month];
      could += all > 0 ? chances[month] : 0;
    }
    return all == 0 ? 0 : all / could;
  }

  /**
   * What is missing from the months of those who did not join, as a share of what members have:
   * that of each month by the members compared in it. Infinite where all orders of a month were
   * such.
   *
   * @param months those of an effect
   */
  double missing(GroupTimeEffects effects, Predicate<Cell> months) {
    double missing = 0;
    double treated = 0;
    for (Cell cell : effects.cells()) {
      if (months.test(cell)) {
        missing += cell.treated() * missing(cell.month());
        treated += cell.treated();
      }
    }
    return treated == 0 ? 0 : missing / treated;
  }

  private double missing(int month) {
    return joined[month] == 0 ? 0 : joined[month] / Math.max(0, chances[month] - joined[month]);
  }
}
