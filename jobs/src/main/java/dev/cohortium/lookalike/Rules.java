package dev.cohortium.lookalike;

import dev.cohortium.config.Study.LookAlike;
import java.io.Serial;
import java.io.Serializable;
import java.time.YearMonth;
import java.util.List;

/**
 * What decides who is compared with whom, and over which months; months are counted from the
 * panel's first.
 *
 * @param first month of the panel
 * @param months of the panel up to as-of
 * @param preMonths months before joining that describe a customer
 * @param horizons months after it that are measured, ascending
 * @param mostOrders orders of a month that are told apart; the last stands for all later ones; 0:
 *     joining takes no order, and a month is one opportunity
 * @param inactiveMonths months without an order after which a customer has churned
 * @param salt of the draw of candidates
 */
record Rules(
    YearMonth first,
    int months,
    int preMonths,
    List<Integer> horizons,
    int mostOrders,
    int inactiveMonths,
    String salt)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Where the study does not say: methods.md 1. */
  static final int INACTIVE_MONTHS = 6;

  static Rules of(
      LookAlike asked, String program, YearMonth first, YearMonth asOf, int inactiveMonths) {
    int months = Math.max(0, (int) first.until(asOf, java.time.temporal.ChronoUnit.MONTHS) + 1);
    return new Rules(
        first,
        months,
        asked.preMonths(),
        asked.horizons(),
        asked.mostOrders(),
        inactiveMonths,
        program);
  }

  /** Months that are observed after {@code month}, up to the longest horizon. */
  int observedAfter(int month) {
    return Math.min(longest(), months - 1 - month);
  }

  /** Whether joining takes an order. */
  boolean isAtOrders() {
    return mostOrders > 0;
  }

  /** Opportunities of a month that are told apart. */
  int mostOpportunities() {
    return Math.max(1, mostOrders);
  }

  /** Opportunities of a month with so many orders. */
  int opportunities(int orders) {
    return isAtOrders() ? Math.min(orders, mostOrders) : 1;
  }

  /**
   * The month until which a comparison customer who stays out must not have joined, so that a month
   * counts. Where joining takes an order, the month of joining counts too: how many orders there
   * are decides who joins. Where it takes none it does not, and what comes with joining stays out.
   */
  int outUntil(int month) {
    return isAtOrders() ? month : month + 1;
  }

  int longest() {
    return horizons.get(horizons.size() - 1);
  }

  /** The first day of a month. */
  java.time.LocalDate day(int month) {
    return first.plusMonths(month).atDay(1);
  }
}
