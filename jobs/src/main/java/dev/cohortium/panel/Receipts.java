package dev.cohortium.panel;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.negate;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.table.Transactions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One receipt of one customer, or one anonymous receipt; rows of one {@link #HOLDER} share a
 * partition. What all outputs of the panel are made from; never written.
 */
final class Receipts {
  /** Who holds the receipt: the customer, or the receipt itself where it is anonymous. */
  static final String HOLDER = "holder";

  /** Null: anonymous. */
  static final String CUSTOMER_ID = "customer_id";

  static final String MONTH = "month";

  /** Time of the first line. */
  static final String OCCURRED_AT = "occurred_at";

  /** The least of the lines' stores; null: unknown. */
  static final String STORE_ID = "store_id";

  /** The least of the lines' channels; null: unknown. */
  static final String CHANNEL = "channel";

  /** Whether a line says that a card was shown; null: no line says. */
  static final String CARD_USED = "card_used";

  /** Sum over the lines whose quantity is known; null: none is. */
  static final String ITEMS = "items";

  static final String GROSS_REVENUE = "gross_revenue";

  /** Positive. */
  static final String RETURNED_AMOUNT = "returned_amount";

  static final String NET_REVENUE = "net_revenue";

  /** Sum over the lines whose discount is known; null: none is. */
  static final String DISCOUNT = "discount";

  /** Net amount less cost over the lines whose cost is known; null: none is. */
  static final String MARGIN = "margin";

  /** The categories of the lines above 0, each once, sorted. */
  static final String CATEGORIES = "categories";

  /** Whether any line knows its category. */
  static final String KNOWS_CATEGORY = "knows_category";

  static final Column IS_IDENTIFIED = col(CUSTOMER_ID).isNotNull();

  /** An order is a receipt with a customer and a net amount above 0. */
  static final Column IS_ORDER = IS_IDENTIFIED.and(col(NET_REVENUE).gt(0));

  private Receipts() {}

  /**
   * The receipts. In: {@link Transactions}. Out: one row per holder, month and transaction_id, so
   * that a receipt whose lines name several customers is one receipt of each.
   *
   * <p>This is the panel's one exchange of lines: anonymous receipts are spread by their own id
   * instead of meeting in the partition of null. Sums keep the whole precision of Spark's decimal
   * sum, so that no receipt can overflow; the contract's type is taken once, at the end.
   */
  static Dataset<Row> receipts(Dataset<Row> transactions) {
    Column netAmount = col(Transactions.NET_AMOUNT);
    Column boughtCategory = when(netAmount.gt(0), col(Transactions.CATEGORY));
    return transactions
        .withColumn(HOLDER, holder(col(Transactions.CUSTOMER_ID), col(Transactions.TRANSACTION_ID)))
        .repartition(col(HOLDER))
        .groupBy(
            col(HOLDER),
            col(Transactions.CUSTOMER_ID).as(CUSTOMER_ID),
            col(Transactions.MONTH).as(MONTH),
            col(Transactions.TRANSACTION_ID))
        .agg(
            min(col(Transactions.OCCURRED_AT)).as(OCCURRED_AT),
            min(col(Transactions.STORE_ID)).as(STORE_ID),
            min(col(Transactions.CHANNEL)).as(CHANNEL),
            max(col(Transactions.CARD_USED)).as(CARD_USED),
            sum(col(Transactions.QUANTITY)).as(ITEMS),
            sum(greatest(netAmount, lit(0))).as(GROSS_REVENUE),
            sum(greatest(negate(netAmount), lit(0))).as(RETURNED_AMOUNT),
            sum(netAmount).as(NET_REVENUE),
            sum(col(Transactions.DISCOUNT_AMOUNT)).as(DISCOUNT),
            sum(netAmount.minus(col(Transactions.COST_AMOUNT))).as(MARGIN),
            sort_array(collect_set(boughtCategory)).as(CATEGORIES),
            count(col(Transactions.CATEGORY)).gt(0).as(KNOWS_CATEGORY))
        .drop(Transactions.TRANSACTION_ID);
  }

  /** The holder of a customer's receipts. */
  static Column holder(Column customerId) {
    return concat(lit("c"), customerId);
  }

  /** The prefix keeps a customer apart from an anonymous receipt of the same id. */
  private static Column holder(Column customerId, Column transactionId) {
    return coalesce(holder(customerId), concat(lit("t"), transactionId));
  }
}
