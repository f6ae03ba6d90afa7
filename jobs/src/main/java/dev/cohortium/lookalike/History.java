package dev.cohortium.lookalike;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;

/** The months of one customer, zero where nothing was bought, and when the customer joined. */
final class History {
  /** Month of joining of who never did. */
  static final int NEVER = Integer.MAX_VALUE;

  /** Month of the first order of who has none. */
  static final int NOT_YET = Integer.MAX_VALUE;

  private final String customer;
  private final String exact;
  private final String group;
  private final double[] traits;
  private final int joined;
  private final int ordersUntilJoining;
  private final int acquired;
  private final boolean isMarginKnown;
  private final int[] orders;
  private final double[] revenue;
  private final double[] margin;
  private final double[] items;
  private final double[] gross;
  private final double[] discount;

  private History(Row row, int months) {
    customer = row.getString(row.fieldIndex(Histories.CUSTOMER_ID));
    exact = row.getString(row.fieldIndex(Histories.EXACT));
    group = row.getString(row.fieldIndex(Histories.GROUP));
    List<Double> given = row.getList(row.fieldIndex(Histories.TRAITS));
    traits = given.stream().mapToDouble(Double::doubleValue).toArray();
    int joining = row.fieldIndex(Histories.JOINED);
    joined = row.isNullAt(joining) ? NEVER : row.getInt(joining);
    ordersUntilJoining =
        row.isNullAt(joining) ? 0 : row.getInt(row.fieldIndex(Histories.ORDERS_UNTIL_JOINING));
    orders = new int[months];
    revenue = new double[months];
    margin = new double[months];
    items = new double[months];
    gross = new double[months];
    discount = new double[months];
    int first = NOT_YET;
    boolean knowsMargin = true;
    List<Row> rowsOfMonths = row.getList(row.fieldIndex(Histories.MONTHS));
    for (Row month : rowsOfMonths) {
      int at = month.getInt(0);
      orders[at] = month.getInt(1);
      revenue[at] = month.getDouble(2);
      knowsMargin &= !Double.isNaN(month.getDouble(3));
      margin[at] = Double.isNaN(month.getDouble(3)) ? 0 : month.getDouble(3);
      items[at] = month.getDouble(4);
      gross[at] = month.getDouble(5);
      discount[at] = month.getDouble(6);
      if (orders[at] > 0) {
        first = Math.min(first, at);
      }
    }
    acquired = first;
    isMarginKnown = knowsMargin;
  }

  /** The history of a row of {@link Histories}. */
  static History of(Row row, int months) {
    return new History(row, months);
  }

  String customer() {
    return customer;
  }

  /** The values in which a look-alike must be equal. */
  String exact() {
    return exact;
  }

  /** Those inside which scores are fitted alone. */
  String group() {
    return group;
  }

  /** What the customer is, as numbers. */
  double[] traits() {
    return traits;
  }

  /** Month of joining; {@link #NEVER}. */
  int joined() {
    return joined;
  }

  int ordersUntilJoining() {
    return ordersUntilJoining;
  }

  /** Month of the first order; {@link #NOT_YET}. */
  int acquired() {
    return acquired;
  }

  /** Whether every month with a receipt has a margin. */
  boolean isMarginKnown() {
    return isMarginKnown;
  }

  int orders(int month) {
    return orders[month];
  }

  double revenue(int month) {
    return revenue[month];
  }

  double margin(int month) {
    return margin[month];
  }

  double items(int month) {
    return items[month];
  }

  /** Share of the price that was taken off, in the months {@code from} to before {@code to}. */
  double discountShare(int from, int to) {
    double off = sum(discount, from, to);
    double paid = sum(gross, from, to);
    return off + paid > 0 ? off / (off + paid) : 0;
  }

  /** Whether nothing was ordered in a month and those before it, so many in all. */
  boolean isInactive(int month, int span) {
    for (int at = Math.max(0, month - span + 1); at <= month; at++) {
      if (orders[at] > 0) {
        return false;
      }
    }
    return true;
  }

  private static double sum(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).sum();
  }
}
