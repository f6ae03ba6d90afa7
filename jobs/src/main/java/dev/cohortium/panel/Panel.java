package dev.cohortium.panel;

import static org.apache.spark.sql.functions.bit_count;
import static org.apache.spark.sql.functions.bit_or;
import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.dayofmonth;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.last_day;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_from_entries;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.try_element_at;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.table.ColumnType;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.Rewards;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.RelationalGroupedDataset;
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
  static Dataset<Row> customerMonths(Receipts receipts, ZoneId zone) {
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
  static Dataset<Row> customerMonths(Receipts receipts, Dataset<Row> rewards, ZoneId zone) {
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

  /**
   * One customer and month, with the holder and without points.
   *
   * <p>Stores are told apart by summing a month's receipts of each store first, however many there
   * are; that needs no exchange.
   */
  private static Dataset<Row> monthsByHolder(Receipts receipts, ZoneId zone) {
    Dataset<Row> identified = receipts.rows().where(Receipts.IS_IDENTIFIED);
    Dataset<Row> byStore =
        summed(
            identified.groupBy(Receipts.HOLDER, Receipts.MONTH, Receipts.STORE_ID),
            ofReceipts(identified, zone));
    Dataset<Row> months =
        summed(byStore.groupBy(Receipts.HOLDER, Receipts.MONTH), ofStores(byStore));
    Column bits = coalesce(col(CustomerMonths.ACTIVE_DAY_BITS), lit(0L));
    return months.select(
        col(Receipts.HOLDER),
        Receipts.customer(col(Receipts.HOLDER)).as(CustomerMonths.CUSTOMER_ID),
        col(Receipts.MONTH).as(CustomerMonths.MONTH),
        col(CustomerMonths.ORDERS),
        col(CustomerMonths.RETURN_RECEIPTS),
        Amounts.total(Receipts.ITEMS).as(CustomerMonths.ITEMS),
        Amounts.total(Receipts.GROSS_REVENUE).as(CustomerMonths.GROSS_REVENUE),
        Amounts.total(Receipts.RETURNED_AMOUNT).as(CustomerMonths.RETURNED_AMOUNT),
        Amounts.difference(Receipts.GROSS_REVENUE, Receipts.RETURNED_AMOUNT)
            .as(CustomerMonths.NET_REVENUE),
        Amounts.total(Receipts.DISCOUNT).as(CustomerMonths.DISCOUNT),
        Amounts.total(Receipts.MARGIN).as(CustomerMonths.MARGIN),
        bits.as(CustomerMonths.ACTIVE_DAY_BITS),
        bit_count(bits).as(CustomerMonths.ACTIVE_DAYS),
        when(col(Receipts.KNOWS_CATEGORY), Categories.counted(months))
            .as(CustomerMonths.CATEGORIES),
        col(CustomerMonths.STORES),
        col(CustomerMonths.CARD_ORDERS),
        col(CustomerMonths.FIRST_ORDER_AT),
        col(CustomerMonths.LAST_ORDER_AT));
  }

  /** What the receipts of one store and month sum up to. */
  private static List<Column> ofReceipts(Dataset<Row> receipts, ZoneId zone) {
    List<Column> sums = new ArrayList<>();
    sums.add(count_if(Receipts.IS_ORDER).as(CustomerMonths.ORDERS));
    sums.add(count_if(col(Receipts.SIGN).lt(0)).as(CustomerMonths.RETURN_RECEIPTS));
    sums.add(bit_or(ofOrders(dayBit(zone))).as(CustomerMonths.ACTIVE_DAY_BITS));
    sums.add(sum(ofOrders(col(Receipts.CARD_USED).cast("long"))).as(CustomerMonths.CARD_ORDERS));
    sums.add(min(ofOrders(col(Receipts.OCCURRED_AT))).as(CustomerMonths.FIRST_ORDER_AT));
    sums.add(max(ofOrders(col(Receipts.OCCURRED_AT))).as(CustomerMonths.LAST_ORDER_AT));
    sums.addAll(ofEither(receipts));
    return sums;
  }

  /** What the sums by store sum up to. */
  private static List<Column> ofStores(Dataset<Row> byStore) {
    Column store = col(Receipts.STORE_ID);
    Column hasOrder = store.isNotNull().and(col(CustomerMonths.ORDERS).gt(0));
    List<Column> sums = new ArrayList<>();
    for (String count :
        List.of(
            CustomerMonths.ORDERS, CustomerMonths.RETURN_RECEIPTS, CustomerMonths.CARD_ORDERS)) {
      sums.add(sum(col(count)).as(count));
    }
    sums.add(bit_or(col(CustomerMonths.ACTIVE_DAY_BITS)).as(CustomerMonths.ACTIVE_DAY_BITS));
    sums.add(min(col(CustomerMonths.FIRST_ORDER_AT)).as(CustomerMonths.FIRST_ORDER_AT));
    sums.add(max(col(CustomerMonths.LAST_ORDER_AT)).as(CustomerMonths.LAST_ORDER_AT));
    sums.add(when(count(store).gt(0), count_if(hasOrder)).cast("int").as(CustomerMonths.STORES));
    sums.addAll(ofEither(byStore));
    return sums;
  }

  /** What is summed in the same way over receipts and over stores. */
  private static List<Column> ofEither(Dataset<Row> rows) {
    List<Column> sums = new ArrayList<>(Categories.united(rows));
    sums.add(max(col(Receipts.KNOWS_CATEGORY)).as(Receipts.KNOWS_CATEGORY));
    for (String amount : Receipts.AMOUNTS) {
      sums.addAll(Amounts.sums(amount));
    }
    return sums;
  }

  private static Dataset<Row> summed(RelationalGroupedDataset groups, List<Column> sums) {
    return groups.agg(sums.get(0), sums.subList(1, sums.size()).toArray(Column[]::new));
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
  static Dataset<Row> receiptMonths(Receipts receipts) {
    Column[] place = {
      col(ReceiptMonths.MONTH),
      col(ReceiptMonths.STORE_ID),
      col(ReceiptMonths.CHANNEL),
      col(ReceiptMonths.IDENTIFIED),
      col(ReceiptMonths.CARD_USED)
    };
    List<Column> revenue = new ArrayList<>(Amounts.sums(Receipts.GROSS_REVENUE));
    revenue.addAll(Amounts.sums(Receipts.RETURNED_AMOUNT));
    Column[] sums = revenue.toArray(Column[]::new);
    Dataset<Row> summed =
        receipts
            .rows()
            .withColumn(ReceiptMonths.IDENTIFIED, Receipts.IS_IDENTIFIED)
            .groupBy(with(col(Receipts.HOLDER), place))
            .agg(count(lit(1)).as(ReceiptMonths.RECEIPTS), sums)
            .groupBy(place)
            .agg(
                sum(col(ReceiptMonths.RECEIPTS)).as(ReceiptMonths.RECEIPTS),
                with(count_if(col(ReceiptMonths.IDENTIFIED)).as(ReceiptMonths.CUSTOMERS), sums));
    return receipts
        .named(summed)
        .select(
            with(
                Amounts.difference(Receipts.GROSS_REVENUE, Receipts.RETURNED_AMOUNT)
                    .as(ReceiptMonths.NET_REVENUE),
                with(col(ReceiptMonths.RECEIPTS), with(col(ReceiptMonths.CUSTOMERS), place))));
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
