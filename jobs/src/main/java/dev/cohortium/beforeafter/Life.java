package dev.cohortium.beforeafter;

import dev.cohortium.stats.StaggeredDesign;
import java.util.List;
import org.apache.spark.sql.Row;

/** One customer's months, 0 where nothing was bought. */
final class Life {
  private final double[][] amounts;
  private final int joined;
  private final int acquired;
  private final int inactiveMonths;

  private Life(Row row, Window window) {
    amounts = new double[Lives.AMOUNTS][window.months()];
    int joining = row.fieldIndex(Lives.JOINED);
    joined = row.isNullAt(joining) ? StaggeredDesign.NEVER : Math.max(-1, row.getInt(joining));
    int first = row.fieldIndex(Lives.ACQUIRED);
    acquired = row.isNullAt(first) ? StaggeredDesign.NEVER : row.getInt(first);
    inactiveMonths = window.inactiveMonths();
    int months = row.fieldIndex(Lives.MONTHS);
    List<Row> bought = row.isNullAt(months) ? List.of() : row.getList(months);
    for (Row month : bought) {
      for (int amount = 0; amount < Lives.AMOUNTS; amount++) {
        amounts[amount][month.getInt(0)] = month.getDouble(1 + amount);
      }
    }
  }

  /** The customer of a row of {@link Lives}. */
  static Life of(Row row, Window window) {
    return new Life(row, window);
  }

  /** Month of joining, -1 if before the panel; {@link StaggeredDesign#NEVER}. */
  int joined() {
    return joined;
  }

  /**
   * Month of the first order or of being registered, negative if before the panel; {@link
   * StaggeredDesign#NEVER}.
   */
  int acquired() {
    return acquired;
  }

  /** One of the amounts of {@link Lives} in a month. */
  double amount(int amount, int month) {
    return amounts[amount][month];
  }

  boolean isActive(int month) {
    return amounts[Lives.ORDERS][month] > 0;
  }

  /** Whether nothing was ordered in a month and those before it, so many in all. */
  boolean hasChurned(int month) {
    for (int at = Math.max(0, month - inactiveMonths + 1); at <= month; at++) {
      if (isActive(at)) {
        return false;
      }
    }
    return true;
  }
}
