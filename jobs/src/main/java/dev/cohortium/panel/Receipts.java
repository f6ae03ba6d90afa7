package dev.cohortium.panel;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.negate;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.table.Transactions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One receipt of one customer, or one anonymous receipt; rows of one {@link #HOLDER} share a
 * partition. What all outputs of the panel are made from; never written.
 */
final class Receipts {
  private static final String OF_CUSTOMER = "c";

  /** Who holds the receipt: the customer, or the receipt itself where it is anonymous. */
  static final String HOLDER = "holder";

  static final String MONTH = "month";

  /** Time of the first line. */
  static final String OCCURRED_AT = "occurred_at";

  /** The number of the least of the lines' stores; null: unknown. */
  static final String STORE_ID = Transactions.STORE_ID;

  /** The number of the least of the lines' channels; null: unknown. */
  static final String CHANNEL = Transactions.CHANNEL;

  /** Whether a line says that a card was shown; null: no line says. */
  static final String CARD_USED = "card_used";

  /** Of {@link Amounts}, over the lines whose quantity is known; null: none is. */
  static final String ITEMS = "items";

  /** Of {@link Amounts}. */
  static final String GROSS_REVENUE = "gross_revenue";

  /** Of {@link Amounts}; positive. */
  static final String RETURNED_AMOUNT = "returned_amount";

  /** Of {@link Amounts}, over the lines whose discount is known; null: none is. */
  static final String DISCOUNT = "discount";

  /** Of {@link Amounts}: net amount less cost over the lines whose cost is known; null: none is. */
  static final String MARGIN = "margin";

  /** The sums of {@link Amounts}. */
  static final List<String> AMOUNTS =
      List.of(ITEMS, GROSS_REVENUE, RETURNED_AMOUNT, DISCOUNT, MARGIN);

  /** 1, 0 or -1: whether the net amount is above, equal to or below 0. */
  static final String SIGN = "sign";

  /** Whether any line knows its category; of {@link Categories} those of the lines above 0. */
  static final String KNOWS_CATEGORY = "knows_category";

  static final Column IS_IDENTIFIED = col(HOLDER).startsWith(OF_CUSTOMER);

  /** An order is a receipt with a customer and a net amount above 0. */
  static final Column IS_ORDER = IS_IDENTIFIED.and(col(SIGN).gt(0));

  private static final String NET_AMOUNT = "net_amount";
  private static final String COST_AMOUNT = "cost_amount";

  private final Dataset<Row> rows;
  private final Names names;

  private Receipts(Dataset<Row> rows, Names names) {
    this.rows = rows;
    this.names = names;
  }

  /** The receipts of {@code transactions}, what they need being computed anew each time. */
  static Receipts of(Dataset<Row> transactions) {
    return of(transactions, UnaryOperator.identity());
  }

  /**
   * The receipts of {@code transactions}: one row per holder, month and transaction_id, so that a
   * receipt whose lines name several customers is one receipt of each.
   *
   * <p>This is the panel's one exchange of lines: anonymous receipts are spread by their own id
   * instead of meeting in the partition of null. Lines carry numbers in the place of texts and
   * decimals, which lets Spark sum them by hashing alone.
   *
   * @param transactions {@link Transactions}
   * @param keep lets what is used several times be computed once
   */
  static Receipts of(Dataset<Row> transactions, UnaryOperator<Dataset<Row>> keep) {
    Names names = Names.of(transactions, keep, STORE_ID, CHANNEL, Transactions.CATEGORY);
    Column bought = when(col(NET_AMOUNT).gt(0), col(Transactions.CATEGORY));
    Dataset<Row> receipts =
        lines(transactions, names)
            .repartition(col(HOLDER))
            .groupBy(HOLDER, MONTH, Transactions.TRANSACTION_ID)
            .agg(
                min(col(OCCURRED_AT)).as(OCCURRED_AT),
                sums(bought, names.count(Transactions.CATEGORY)))
            .drop(Transactions.TRANSACTION_ID)
            .withColumn(SIGN, Amounts.compared(GROSS_REVENUE, RETURNED_AMOUNT));
    return new Receipts(keep.apply(receipts), names);
  }

  /** The columns above, and {@link Categories}. */
  Dataset<Row> rows() {
    return rows;
  }

  /** {@code rows} with the names of their stores and channels. */
  Dataset<Row> named(Dataset<Row> rows) {
    return names.toTexts(names.toTexts(rows, STORE_ID), CHANNEL);
  }

  /** The lines with what the panel uses of them, texts and amounts as numbers. */
  private static Dataset<Row> lines(Dataset<Row> transactions, Names names) {
    Dataset<Row> lines =
        transactions.select(
            holder(col(Transactions.CUSTOMER_ID), col(Transactions.TRANSACTION_ID)).as(HOLDER),
            col(Transactions.MONTH).as(MONTH),
            col(Transactions.TRANSACTION_ID),
            col(Transactions.OCCURRED_AT).as(OCCURRED_AT),
            col(STORE_ID),
            col(CHANNEL),
            col(Transactions.CATEGORY),
            col(Transactions.CARD_USED).as(CARD_USED),
            Amounts.units(col(Transactions.QUANTITY)).as(ITEMS),
            Amounts.units(col(Transactions.NET_AMOUNT)).as(NET_AMOUNT),
            Amounts.units(col(Transactions.DISCOUNT_AMOUNT)).as(DISCOUNT),
            Amounts.units(col(Transactions.COST_AMOUNT)).as(COST_AMOUNT));
    for (String column : List.of(STORE_ID, CHANNEL, Transactions.CATEGORY)) {
      lines = names.toNumbers(lines, column);
    }
    return lines;
  }

  /** What a receipt sums over its lines, besides its time. */
  private static Column[] sums(Column bought, long categories) {
    Column netAmount = col(NET_AMOUNT);
    List<Column> sums = new ArrayList<>();
    sums.add(min(col(STORE_ID)).as(STORE_ID));
    sums.add(min(col(CHANNEL)).as(CHANNEL));
    sums.add(max(col(CARD_USED)).as(CARD_USED));
    sums.add(max(col(Transactions.CATEGORY).isNotNull()).as(KNOWS_CATEGORY));
    sums.addAll(Amounts.sums(col(ITEMS), ITEMS));
    sums.addAll(Amounts.sums(greatest(netAmount, lit(0L)), GROSS_REVENUE));
    sums.addAll(Amounts.sums(greatest(negate(netAmount), lit(0L)), RETURNED_AMOUNT));
    sums.addAll(Amounts.sums(col(DISCOUNT), DISCOUNT));
    sums.addAll(Amounts.sums(netAmount.minus(col(COST_AMOUNT)), MARGIN));
    sums.addAll(Categories.gathered(bought, categories));
    return sums.toArray(Column[]::new);
  }

  /** The holder of a customer's receipts. */
  static Column holder(Column customerId) {
    return concat(lit(OF_CUSTOMER), customerId);
  }

  /** The customer who is {@code holder}. */
  static Column customer(Column holder) {
    return holder.substr(lit(OF_CUSTOMER.length() + 1), length(holder));
  }

  /** The prefix keeps a customer apart from an anonymous receipt of the same id. */
  private static Column holder(Column customerId, Column transactionId) {
    return coalesce(holder(customerId), concat(lit("t"), transactionId));
  }
}
