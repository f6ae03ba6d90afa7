package dev.cohortium.panel;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.shiftright;
import static org.apache.spark.sql.functions.signum;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.table.ColumnType;
import java.math.BigDecimal;
import java.util.List;
import org.apache.spark.sql.Column;

/**
 * Exact sums of amounts without decimals, whose sums Spark computes as objects: an amount is a LONG
 * of ten-thousandths, and a sum of them is two LONGs, high * 2^28 + low. Neither overflows below
 * 2^31 amounts of the greatest size.
 *
 * <p>Between a DECIMAL and a LONG stands an interval of as many seconds: what Spark does to one it
 * does to a LONG of microseconds, while it multiplies decimals as objects. Amounts too great for it
 * go the long way.
 */
final class Amounts {
  private static final int LOW_BITS = 28;
  private static final long LOW = (1L << LOW_BITS) - 1;
  private static final BigDecimal UNIT = new BigDecimal("0.0001");
  private static final String SECONDS = "interval second";

  /** Ten thousand times as many microseconds are a LONG. */
  private static final long MOST_SECONDS = 900_000_000;

  /** A hundred times 2^53 is below 10^18, to which Spark turns an interval into a decimal. */
  private static final int SECONDS_BITS = 52;

  private Amounts() {}

  /** The ten-thousandths (LONG) of a DECIMAL(18,4). */
  static Column units(Column amount) {
    Column seconds =
        call_function("make_dt_interval", lit(0), lit(0), lit(0), amount.cast("decimal(18,6)"));
    return when(
            // Compared as decimals they would be objects again.
            amount.cast("long").between(-MOST_SECONDS, MOST_SECONDS),
            seconds.multiply(10_000L).cast(SECONDS).cast("long"))
        .otherwise(amount.multiply(10_000).cast("long"));
  }

  /** The sum of {@code units}, in two columns of {@code name}; null where all are null. */
  static List<Column> sums(Column units, String name) {
    return List.of(
        sum(shiftright(units, LOW_BITS)).as(high(name)), sum(units.bitwiseAND(LOW)).as(low(name)));
  }

  /** The sum of the sums {@code name}. */
  static List<Column> sums(String name) {
    return List.of(sum(high(name)).as(high(name)), sum(low(name)).as(low(name)));
  }

  /** The sum {@code name} as the contract's DECIMAL(20,4); null beyond it. */
  static Column total(String name) {
    return total(col(high(name)), col(low(name)));
  }

  /** {@code plus} less {@code minus}, both sums, as the contract's DECIMAL(20,4). */
  static Column difference(String plus, String minus) {
    return total(col(high(plus)).minus(col(high(minus))), col(low(plus)).minus(col(low(minus))));
  }

  /** 1, 0 or -1 for a sum {@code plus} that is above, equal to or below the sum {@code minus}. */
  static Column compared(String plus, String minus) {
    Column low = col(low(plus)).minus(col(low(minus)));
    Column high = col(high(plus)).minus(col(high(minus))).plus(shiftright(low, LOW_BITS));
    return when(high.notEqual(0), signum(high)).otherwise(signum(low.bitwiseAND(LOW))).cast("int");
  }

  private static Column total(Column high, Column low) {
    Column isFew =
        abs(high).lt(1L << (SECONDS_BITS - LOW_BITS)).and(abs(low).lt(1L << SECONDS_BITS));
    Column few = call_function("shiftleft", high, lit(LOW_BITS)).plus(low);
    Column many =
        high.cast("decimal(20,0)").multiply(lit(1L << LOW_BITS)).plus(low.cast("decimal(20,0)"));
    return when(
            isFew,
            expr("interval '0.0001' second")
                .multiply(few)
                .cast(SECONDS)
                .cast(ColumnType.AMOUNT_SUM.sql()))
        .otherwise(many.multiply(lit(UNIT)).cast(ColumnType.AMOUNT_SUM.sql()));
  }

  private static String high(String name) {
    return name + "_high";
  }

  private static String low(String name) {
    return name + "_low";
  }
}
