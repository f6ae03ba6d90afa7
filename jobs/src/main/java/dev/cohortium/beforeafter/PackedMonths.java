package dev.cohortium.beforeafter;

import java.nio.ByteBuffer;
import java.util.SortedMap;

/**
 * What a customer bought, in few bytes: of each month with a receipt its number, then its amounts.
 * All customers are gone over again and again, and rows of rows take longer to read than what is
 * made of them.
 */
final class PackedMonths {
  static final int ORDERS = 0;
  static final int REVENUE = 1;

  /** NaN: not known. */
  static final int MARGIN = 2;

  /** NaN: not known. */
  static final int ITEMS = 3;

  /** The number of amounts of a month. */
  static final int AMOUNTS = 4;

  private final ByteBuffer bytes;
  private int month;

  /** Before the first of them. */
  PackedMonths(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /**
   * Those of a customer.
   *
   * @param months amounts by the number of their month
   */
  static byte[] of(SortedMap<Integer, double[]> months) {
    ByteBuffer bytes =
        ByteBuffer.allocate(months.size() * (Integer.BYTES + AMOUNTS * Double.BYTES));
    months.forEach(
        (month, amounts) -> {
          bytes.putInt(month);
          for (double amount : amounts) {
            bytes.putDouble(amount);
          }
        });
    return bytes.array();
  }

  /**
   * Goes on to the next month.
   *
   * @param into its amounts
   * @return whether there was one
   */
  boolean next(double[] into) {
    if (!bytes.hasRemaining()) {
      return false;
    }
    month = bytes.getInt();
    for (int amount = 0; amount < AMOUNTS; amount++) {
      into[amount] = bytes.getDouble();
    }
    return true;
  }

  /** The number of the month. */
  int month() {
    return month;
  }
}
