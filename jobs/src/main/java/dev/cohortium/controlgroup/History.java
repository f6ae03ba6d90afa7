package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.min;

import dev.cohortium.config.Study;
import dev.cohortium.table.CustomerMonths;
import java.time.YearMonth;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The months that the panel has: what lies outside of them is not known, and no 0.
 *
 * @param first number of the first month ({@link Months}); beyond asOf where the panel is empty
 * @param asOf number of the last month that is used
 * @param inactiveMonths months without an order after which a customer has churned
 */
record History(int first, int asOf, int inactiveMonths) {
  /** For windows that were chosen so that the panel has them. */
  static final History EVERY_MONTH = new History(0, Integer.MAX_VALUE, 1);

  private static final int INACTIVE_MONTHS = 6;

  /** Of a panel. */
  static History of(Dataset<Row> customerMonths, Study study) {
    int asOf = Months.number(study.asOf().orElseThrow());
    Row row = customerMonths.agg(min(CustomerMonths.MONTH)).collectAsList().get(0);
    return new History(
        row.isNullAt(0) ? asOf + 1 : Months.number(YearMonth.from(row.getDate(0).toLocalDate())),
        asOf,
        study.cohorts().map(Study.Cohorts::inactiveMonths).orElse(INACTIVE_MONTHS));
  }

  /** Whether a month is one of the panel's that are used. */
  boolean has(int month) {
    return month >= first && month <= asOf;
  }

  /** Whether all months of the window of so many after assignment are there. */
  boolean hasAfter(int assigned, int span) {
    return has(assigned + 1) && has(assigned + span);
  }

  /** {@link #hasAfter} of rows with {@link Windows#ASSIGNED} and {@link Windows#SPAN}. */
  Column hasAfter() {
    return col(Windows.ASSIGNED)
        .geq(first - 1)
        .and(col(Windows.ASSIGNED).plus(col(Windows.SPAN)).leq(asOf));
  }

  /** Whether all months of the window of so many before assignment are there. */
  boolean hasBefore(int assigned, int span) {
    return has(assigned - span);
  }

  /** Whether the orders are remembered by which churn is told of windows of up to so many. */
  boolean remembersChurn(int longest) {
    return longest + inactiveMonths - 1 <= Windows.MOST_BITS;
  }

  /** The earliest month in which an order tells whether a customer has churned after assignment. */
  int churnSeenFrom(int assigned) {
    return assigned + 2 - inactiveMonths;
  }
}
