package dev.cohortium.panel;

import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.bit_count;
import static org.apache.spark.sql.functions.bit_or;
import static org.apache.spark.sql.functions.bool_or;
import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.dayofmonth;
import static org.apache.spark.sql.functions.flatten;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.last_day;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_from_entries;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.try_element_at;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.table.ColumnType;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.Rewards;
import java.time.ZoneId;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Receipts summed into the tables of the panel.
 *
 * <p>A sum beyond the contract's DECIMAL(20,4) becomes null; in revenue, which is required, the
 * table then refuses it.
 */
final class Panel {
  private static final String AMOUNT_SUM = ColumnType.AMOUNT_SUM.sql();

  /** Points of one customer by month. */
  private static final String POINTS = "points_by_month";

  private static final String EARNED = "earned";
  private static final String REDEEMED = "redeemed";

  private Panel() {}

  /**
   * Customer-months of a study without rewards. In: {@link Receipts}. Out: {@link CustomerMonths},
   * points null.
   */
  static Dataset<Row> customerMonths(Dataset<Row> receipts, ZoneId zone) {
    Column unknown = lit(null).cast(AMOUNT_SUM);
    return monthsByHolder(receipts, zone)
        .withColumn(CustomerMonths.POINTS_EARNED, unknown)
        .withColumn(CustomerMonths.POINTS_REDEEMED, unknown)
        .drop(Receipts.HOLDER);
  }

  /**
   * Customer-months with points. In: {@link Receipts}, {@link Rewards}. Out: {@link
   * CustomerMonths}, points 0 in a month without an entry; a month with entries but no receipt has
   * no row.
   *
   * <p>The points of a customer meet the months as one map: a join on holder and month would
   * exchange the months once more, because by default (requireAllClusterKeysForCoPartition) a join
   * wants its sides partitioned by all of its keys, and an aggregation by any of them.
   */
  static Dataset<Row> customerMonths(Dataset<Row> receipts, Dataset<Row> rewards, ZoneId zone) {
    Column points = try_element_at(col(POINTS), col(CustomerMonths.MONTH));
    Column none = points.isNull();
    Column zero = lit(0).cast(AMOUNT_SUM);
    return monthsByHolder(receipts, zone)
        .join(pointsByHolder(rewards, zone), Receipts.HOLDER, "left_outer")
        .withColumn(
            CustomerMonths.POINTS_EARNED, when(none, zero).otherwise(points.getField(EARNED)))
        .withColumn(
            CustomerMonths.POINTS_REDEEMED, when(none, zero).otherwise(points.getField(REDEEMED)))
        .drop(POINTS, Receipts.HOLDER);
  }

  /** One customer and month, with the holder and without points. */
  private static Dataset<Row> monthsByHolder(Dataset<Row> receipts, ZoneId zone) {
    return receipts
        .where(Receipts.IS_IDENTIFIED)
        .groupBy(
            col(Receipts.HOLDER),
            col(Receipts.CUSTOMER_ID).as(CustomerMonths.CUSTOMER_ID),
            col(Receipts.MONTH).as(CustomerMonths.MONTH))
        .agg(
            count_if(Receipts.IS_ORDER).as(CustomerMonths.ORDERS),
            count_if(col(Receipts.NET_REVENUE).lt(0)).as(CustomerMonths.RETURN_RECEIPTS),
            amountSum(Receipts.ITEMS).as(CustomerMonths.ITEMS),
            amountSum(Receipts.GROSS_REVENUE).as(CustomerMonths.GROSS_REVENUE),
            amountSum(Receipts.RETURNED_AMOUNT).as(CustomerMonths.RETURNED_AMOUNT),
            amountSum(Receipts.NET_REVENUE).as(CustomerMonths.NET_REVENUE),
            amountSum(Receipts.DISCOUNT).as(CustomerMonths.DISCOUNT),
            amountSum(Receipts.MARGIN).as(CustomerMonths.MARGIN),
            coalesce(bit_or(ofOrders(dayBit(zone))), lit(0L)).as(CustomerMonths.ACTIVE_DAY_BITS),
            when(bool_or(col(Receipts.KNOWS_CATEGORY)), distinctCategories())
                .as(CustomerMonths.CATEGORIES),
            when(
                    count(col(Receipts.STORE_ID)).gt(0),
                    size(collect_set(ofOrders(col(Receipts.STORE_ID)))))
                .as(CustomerMonths.STORES),
            sum(ofOrders(col(Receipts.CARD_USED).cast("long"))).as(CustomerMonths.CARD_ORDERS),
            min(ofOrders(col(Receipts.OCCURRED_AT))).as(CustomerMonths.FIRST_ORDER_AT),
            max(ofOrders(col(Receipts.OCCURRED_AT))).as(CustomerMonths.LAST_ORDER_AT))
        .withColumn(CustomerMonths.ACTIVE_DAYS, bit_count(col(CustomerMonths.ACTIVE_DAY_BITS)));
  }

  /**
   * Bit d for local day d of the receipt's month. A receipt whose first line lies outside that
   * month counts on the month's nearest day, so that every order has its day.
   */
  private static Column dayBit(ZoneId zone) {
    Column month = col(Receipts.MONTH);
    Column day =
        least(greatest(LocalTime.date(col(Receipts.OCCURRED_AT), zone), month), last_day(month));
    return call_function("shiftleft", lit(1L), dayofmonth(day));
  }

  /**
   * How many categories the receipts name. The sets of the receipts are gathered each once, so that
   * a customer of a million receipts holds a few baskets and not a million.
   */
  private static Column distinctCategories() {
    return size(array_distinct(flatten(collect_set(col(Receipts.CATEGORIES)))));
  }

  /**
   * Points by month, as a map. In: {@link Rewards}. Out: one row per customer with an entry of kind
   * earn or redeem: holder, month to (earned, redeemed).
   */
  private static Dataset<Row> pointsByHolder(Dataset<Row> rewards, ZoneId zone) {
    Column kind = col(Rewards.KIND);
    Column points = col(Rewards.POINTS);
    String month = CustomerMonths.MONTH;
    return rewards
        .where(kind.isin("earn", "redeem"))
        .select(
            Receipts.holder(col(Rewards.CUSTOMER_ID)).as(Receipts.HOLDER),
            LocalTime.month(col(Rewards.OCCURRED_AT), zone).as(month),
            when(kind.equalTo("earn"), points).otherwise(0).as(EARNED),
            when(kind.equalTo("redeem"), points).otherwise(0).as(REDEEMED))
        .repartition(col(Receipts.HOLDER))
        .groupBy(Receipts.HOLDER, month)
        .agg(amountSum(EARNED).as(EARNED), amountSum(REDEEMED).as(REDEEMED))
        .groupBy(Receipts.HOLDER)
        .agg(
            map_from_entries(collect_list(struct(col(month), struct(EARNED, REDEEMED))))
                .as(POINTS));
  }

  /**
   * Sums receipts by month and where they were made. In: {@link Receipts}. Out: {@link
   * ReceiptMonths}.
   *
   * <p>Customers are counted once each by summing a holder's receipts first, which needs no
   * exchange.
   */
  static Dataset<Row> receiptMonths(Dataset<Row> receipts) {
    Column[] place = {
      col(ReceiptMonths.MONTH),
      col(ReceiptMonths.STORE_ID),
      col(ReceiptMonths.CHANNEL),
      col(ReceiptMonths.IDENTIFIED),
      col(ReceiptMonths.CARD_USED)
    };
    return receipts
        .withColumn(ReceiptMonths.IDENTIFIED, Receipts.IS_IDENTIFIED)
        .groupBy(with(col(Receipts.HOLDER), place))
        .agg(
            count(lit(1)).as(ReceiptMonths.RECEIPTS),
            sum(col(Receipts.NET_REVENUE)).as(ReceiptMonths.NET_REVENUE))
        .groupBy(place)
        .agg(
            sum(col(ReceiptMonths.RECEIPTS)).as(ReceiptMonths.RECEIPTS),
            count_if(col(ReceiptMonths.IDENTIFIED)).as(ReceiptMonths.CUSTOMERS),
            amountSum(ReceiptMonths.NET_REVENUE).as(ReceiptMonths.NET_REVENUE));
  }

  /** {@code value} where the receipt is an order, else null. */
  private static Column ofOrders(Column value) {
    return when(Receipts.IS_ORDER, value);
  }

  private static Column amountSum(String column) {
    return sum(col(column)).cast(AMOUNT_SUM);
  }

  private static Column[] with(Column first, Column... others) {
    return Stream.concat(Stream.of(first), Stream.of(others)).toArray(Column[]::new);
  }
}
