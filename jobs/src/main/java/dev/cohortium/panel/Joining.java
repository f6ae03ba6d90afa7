package dev.cohortium.panel;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Joinings;
import java.time.ZoneId;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** When members joined, and after how many orders. */
final class Joining {
  private static final String JOINED_AT = "joined_at";
  private static final String ORDERED_AT = "ordered_at";
  private static final String ORDER_MONTH = "order_month";
  private static final String BEFORE = "orders_before";
  private static final String AT_ONCE = "orders_at_once";
  private static final String EARLIER_THAT_DAY = "orders_earlier_that_day";
  private static final String LATER_THAT_DAY = "orders_later_that_day";
  private static final String NEXT = "next_order_that_day";

  private Joining() {}

  /**
   * Joins members to their orders. In: {@link Enrolments}, {@link Receipts}. Out: {@link Joinings},
   * members without an order included.
   *
   * <p>The joining receipt is the order at the very time of the enrolment. Enrolments are often
   * dated by the day, or made at the till minutes before the receipt prints: without such an order,
   * and without an earlier one on that local day, it is that day's next order. After earlier orders
   * of that day the last of them counts as the one at which the customer joined, as at a till that
   * enrols once the receipt is printed.
   */
  static Dataset<Row> joinings(Dataset<Row> enrolments, Receipts receipts, ZoneId zone) {
    Column ordered = col(ORDERED_AT);
    Column joined = col(JOINED_AT);
    Column inMonth = col(ORDER_MONTH).equalTo(col(Joinings.JOINING_MONTH));
    Column thatDay = LocalTime.date(ordered, zone).equalTo(LocalTime.date(joined, zone));
    Column comesWithJoining =
        col(AT_ONCE).gt(0).or(col(EARLIER_THAT_DAY).equalTo(0).and(col(LATER_THAT_DAY).gt(0)));
    Column next = struct(ordered.as(ORDERED_AT), col(Receipts.STORE_ID), col(Receipts.CHANNEL));
    Dataset<Row> joinings =
        members(enrolments, zone)
            .join(orders(receipts), Receipts.HOLDER, "left_outer")
            .groupBy(
                col(Receipts.HOLDER),
                col(Joinings.PROGRAM_ID),
                col(Joinings.CUSTOMER_ID),
                col(Joinings.JOINING_MONTH),
                col(Joinings.LEFT_MONTH))
            .agg(
                count_if(inMonth).as(Joinings.ORDERS_IN_MONTH),
                min(col(ORDER_MONTH)).as(Joinings.ACQUIRED_MONTH),
                count_if(inMonth.and(ordered.lt(joined))).as(BEFORE),
                count_if(inMonth.and(ordered.equalTo(joined))).as(AT_ONCE),
                count_if(inMonth.and(thatDay).and(ordered.lt(joined))).as(EARLIER_THAT_DAY),
                count_if(inMonth.and(thatDay).and(ordered.gt(joined))).as(LATER_THAT_DAY),
                min(when(inMonth.and(thatDay).and(ordered.geq(joined)), next)).as(NEXT))
            .withColumn(Joinings.JOINED_AT_ORDER, comesWithJoining.or(col(EARLIER_THAT_DAY).gt(0)))
            .withColumn(
                Joinings.ORDERS_UNTIL_JOINING, col(BEFORE).plus(comesWithJoining.cast("long")))
            .withColumn(
                Receipts.STORE_ID, when(comesWithJoining, col(NEXT).getField(Receipts.STORE_ID)))
            .withColumn(
                Receipts.CHANNEL, when(comesWithJoining, col(NEXT).getField(Receipts.CHANNEL)))
            .drop(Receipts.HOLDER, BEFORE, AT_ONCE, EARLIER_THAT_DAY, LATER_THAT_DAY, NEXT);
    return receipts
        .named(joinings)
        .withColumnRenamed(Receipts.STORE_ID, Joinings.JOINING_STORE)
        .withColumnRenamed(Receipts.CHANNEL, Joinings.JOINING_CHANNEL);
  }

  /**
   * Dates the first order of members anew. In: {@link Joinings}, {@link CustomerMonths} of all
   * months. Out: {@link Joinings}.
   */
  static Dataset<Row> acquired(Dataset<Row> joinings, Dataset<Row> customerMonths) {
    Dataset<Row> firstOrders =
        customerMonths
            .where(col(CustomerMonths.ORDERS).gt(0))
            .groupBy(col(CustomerMonths.CUSTOMER_ID).as(Joinings.CUSTOMER_ID))
            .agg(min(col(CustomerMonths.MONTH)).as(Joinings.ACQUIRED_MONTH));
    return joinings
        .drop(Joinings.ACQUIRED_MONTH)
        .join(firstOrders, new String[] {Joinings.CUSTOMER_ID}, "left_outer");
  }

  /**
   * Folds repeated enrolments. In: {@link Enrolments}. Out: one row per programme and customer: the
   * first joining; the month of the last leaving, null where any enrolment is open.
   */
  static Dataset<Row> members(Dataset<Row> enrolments, ZoneId zone) {
    Column left = col(Enrolments.LEFT_AT);
    Column joined = min(col(Enrolments.ENROLLED_AT));
    Column allLeft = count_if(left.isNull()).equalTo(0);
    return enrolments
        .withColumn(Receipts.HOLDER, Receipts.holder(col(Enrolments.CUSTOMER_ID)))
        .repartition(col(Receipts.HOLDER))
        .groupBy(
            col(Receipts.HOLDER),
            col(Enrolments.PROGRAM_ID).as(Joinings.PROGRAM_ID),
            col(Enrolments.CUSTOMER_ID).as(Joinings.CUSTOMER_ID))
        .agg(
            joined.as(JOINED_AT),
            LocalTime.month(joined, zone).as(Joinings.JOINING_MONTH),
            when(allLeft, LocalTime.month(max(left), zone)).as(Joinings.LEFT_MONTH));
  }

  private static Dataset<Row> orders(Receipts receipts) {
    return receipts
        .rows()
        .where(Receipts.IS_ORDER)
        .select(
            col(Receipts.HOLDER),
            col(Receipts.MONTH).as(ORDER_MONTH),
            col(Receipts.OCCURRED_AT).as(ORDERED_AT),
            col(Receipts.STORE_ID),
            col(Receipts.CHANNEL));
  }
}
