package dev.cohortium.lookalike;

import dev.cohortium.evidence.Purchases;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.sql.Row;

/** The months of one customer, zero where nothing was bought, and when the customer joined. */
final class History implements Purchases {
  /** Month of joining of who never did. */
  static final int NEVER = Integer.MAX_VALUE;

  /** Month of the first order of who has none. */
  static final int NOT_YET = Integer.MAX_VALUE;

  // Of a month, beside its orders.
  private static final int REVENUE = 0;
  private static final int MARGIN = 1;
  private static final int ITEMS = 2;
  private static final int GROSS = 3;
  private static final int DISCOUNT = 4;
  private static final int CATEGORIES = 5;
  private static final int AMOUNTS = 6;

  private final String customer;
  private final String exact;
  private final String group;
  private final double[] traits;
  private final int joined;
  private final int ordersUntilJoining;
  private final int acquired;
  private final boolean isMarginKnown;
  private final int[] orders;
  private final double[][] amounts;
  private final double[] logRevenue;

  private History(Row row, int months) {
    customer = row.getString(row.fieldIndex(Histories.CUSTOMER_ID));
    exact = row.getString(row.fieldIndex(Histories.EXACT));
    group = row.getString(row.fieldIndex(Histories.GROUP));
    int joining = row.fieldIndex(Histories.JOINED);
    joined = row.isNullAt(joining) ? NEVER : row.getInt(joining);
    ordersUntilJoining =
        row.isNullAt(joining) ? 0 : row.getInt(row.fieldIndex(Histories.ORDERS_UNTIL_JOINING));
    ByteBuffer packed = ByteBuffer.wrap(row.<byte[]>getAs(Histories.PACKED));
    traits = new double[packed.getInt()];
    for (int i = 0; i < traits.length; i++) {
      traits[i] = packed.getDouble();
    }
    orders = new int[months];
    amounts = new double[AMOUNTS][months];
    logRevenue = new double[months];
    int first = NOT_YET;
    boolean knowsMargin = true;
    while (packed.hasRemaining()) {
      int at = packed.getInt();
      orders[at] = packed.getInt();
      for (double[] amount : amounts) {
        amount[at] = packed.getDouble();
      }
      if (Double.isNaN(margin(at))) {
        knowsMargin = false;
        amounts[MARGIN][at] = 0;
      }
      logRevenue[at] = Math.log1p(Math.max(0, revenue(at)));
      if (orders[at] > 0) {
        first = Math.min(first, at);
      }
    }
    acquired = first;
    isMarginKnown = knowsMargin;
  }

  /**
   * A customer's traits and months in few bytes, since histories are read many times.
   *
   * @param months each with its number, orders, net revenue, margin (NaN: not known), items, gross
   *     revenue, discount and distinct categories (NaN: not known)
   */
  static byte[] packed(List<Double> traits, List<Row> months) {
    int ofMonth = 2 * Integer.BYTES + AMOUNTS * Double.BYTES;
    ByteBuffer packed =
        ByteBuffer.allocate(Integer.BYTES + traits.size() * Double.BYTES + months.size() * ofMonth);
    packed.putInt(traits.size());
    traits.forEach(packed::putDouble);
    for (Row month : months) {
      packed.putInt(month.getInt(0)).putInt(month.getInt(1));
      for (int amount = 0; amount < AMOUNTS; amount++) {
        packed.putDouble(month.getDouble(2 + amount));
      }
    }
    return packed.array();
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

  @Override
  public int orders(int month) {
    return orders[month];
  }

  @Override
  public double revenue(int month) {
    return amounts[REVENUE][month];
  }

  /** log(1 + revenue); 0 where more was brought back than bought. */
  double logRevenue(int month) {
    return logRevenue[month];
  }

  @Override
  public double margin(int month) {
    return amounts[MARGIN][month];
  }

  @Override
  public double items(int month) {
    return amounts[ITEMS][month];
  }

  /** Distinct categories bought in a month; NaN where they are not known. */
  double categories(int month) {
    return amounts[CATEGORIES][month];
  }

  /** Share of the price that was taken off, in the months {@code from} to before {@code to}. */
  double discountShare(int from, int to) {
    double off = sum(DISCOUNT, from, to);
    double paid = sum(GROSS, from, to);
    return off + paid > 0 ? off / (off + paid) : 0;
  }

  private double sum(int amount, int from, int to) {
    double sum = 0;
    for (int month = from; month < to; month++) {
      sum += amounts[amount][month];
    }
    return sum;
  }
}
