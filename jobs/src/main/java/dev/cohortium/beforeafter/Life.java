package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Purchases;
import dev.cohortium.stats.StaggeredDesign;
import org.apache.spark.sql.Row;

/** One customer's months, 0 where nothing was bought. */
final class Life implements Purchases {
  private final double[][] amounts;
  private final int joined;
  private final int acquired;
  private final int ordersUntilJoining;
  private final boolean joinedAtOrder;
  private final boolean hasLeft;
  private final int opened;

  private Life(Row row, Window window) {
    amounts = new double[PackedMonths.AMOUNTS][window.months()];
    int joining = row.fieldIndex(Lives.JOINED);
    joined =
        row.isNullAt(joining)
            ? StaggeredDesign.NEVER
            : Math.max(-1, window.from(row.getInt(joining)));
    int first = row.fieldIndex(Lives.ACQUIRED);
    acquired = row.isNullAt(first) ? StaggeredDesign.NEVER : window.from(row.getInt(first));
    ordersUntilJoining =
        row.isNullAt(joining) ? 0 : row.getInt(row.fieldIndex(Lives.ORDERS_UNTIL_JOINING));
    joinedAtOrder = row.getBoolean(row.fieldIndex(Lives.JOINED_AT_ORDER));
    hasLeft = row.getBoolean(row.fieldIndex(Lives.HAS_LEFT));
    opened = window.opensIn(row.getString(row.fieldIndex(Lives.REGION)));
    PackedMonths bought = new PackedMonths(row.getAs(Lives.MONTHS));
    double[] of = new double[PackedMonths.AMOUNTS];
    while (bought.next(of)) {
      int month = window.from(bought.month());
      for (int amount = 0; amount < of.length; amount++) {
        amounts[amount][month] = Double.isNaN(of[amount]) ? 0 : of[amount];
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

  /** Orders of the joining month before joining, and the one at which the customer joined. */
  int ordersUntilJoining() {
    return ordersUntilJoining;
  }

  /**
   * The orders of a month at which the customer could have joined: after acquisition, not before
   * the launch where the customer lives, and until joining.
   */
  int chances(int month) {
    if (month <= Math.max(0, acquired) || month > joined) {
      return 0;
    }
    return month == joined ? ordersUntilJoining : month >= opened ? orders(month) : 0;
  }

  /**
   * Whether the customer joined in a month, at one of its orders; who joins by post made all of
   * them without joining.
   */
  boolean joinsAtOrder(int month) {
    return month == joined && joinedAtOrder && chances(month) > 0;
  }

  /** Whether the member left for good. */
  boolean hasLeft() {
    return hasLeft;
  }

  @Override
  public int orders(int month) {
    return (int) amounts[PackedMonths.ORDERS][month];
  }

  @Override
  public double revenue(int month) {
    return amounts[PackedMonths.REVENUE][month];
  }

  @Override
  public double margin(int month) {
    return amounts[PackedMonths.MARGIN][month];
  }

  @Override
  public double items(int month) {
    return amounts[PackedMonths.ITEMS][month];
  }
}
