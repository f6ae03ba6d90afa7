package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.AMOUNT;
import static dev.cohortium.table.ColumnType.BOOLEAN;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One line of a receipt. */
public final class Transactions {
  public static final String TRANSACTION_ID = "transaction_id";
  public static final String LINE_NO = "line_no";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String OCCURRED_AT = "occurred_at";
  public static final String MONTH = "month";
  public static final String STORE_ID = "store_id";
  public static final String CHANNEL = "channel";
  public static final String PRODUCT_ID = "product_id";
  public static final String CATEGORY = "category";
  public static final String QUANTITY = "quantity";
  public static final String NET_AMOUNT = "net_amount";
  public static final String DISCOUNT_AMOUNT = "discount_amount";
  public static final String COST_AMOUNT = "cost_amount";
  public static final String CURRENCY = "currency";
  public static final String CARD_USED = "card_used";
  public static final String DELIVERED_AT = "delivered_at";
  public static final String DELIVERY = Deliveries.DELIVERY;

  public static final Table TABLE =
      Table.in(Layer.CLEAN, "transactions", "One line of a receipt.")
          .key(TRANSACTION_ID, LINE_NO)
          .with(
              required(TRANSACTION_ID, STRING, "The receipt; all its lines share it."),
              required(
                  LINE_NO,
                  INT,
                  "The line inside the receipt; where the source has none, numbered by content."),
              optional(CUSTOMER_ID, STRING, "Who bought; null: an anonymous receipt.").personal(),
              required(
                  OCCURRED_AT,
                  TIMESTAMP,
                  "When the line was sold; a receipt's time is that of its first line."),
              required(MONTH, DATE, "First day of the receipt's month in the study's time zone."),
              optional(STORE_ID, STRING, "Where it was sold."),
              optional(
                  CHANNEL, STRING, "How it was sold, as the source names it (store, web, ...)."),
              optional(PRODUCT_ID, STRING, "What was sold."),
              optional(CATEGORY, STRING, "The product's category."),
              optional(QUANTITY, AMOUNT, "Units sold; negative for a return."),
              required(
                  NET_AMOUNT,
                  AMOUNT,
                  "What was paid after discounts, in the study's currency; negative for a return."),
              optional(
                  DISCOUNT_AMOUNT, AMOUNT, "Discount given on the line, in the study's currency."),
              optional(
                  COST_AMOUNT,
                  AMOUNT,
                  "What the goods cost the seller, in the study's currency; negative for a return."),
              optional(CURRENCY, STRING, "Currency of the amounts; null: the study's."),
              optional(CARD_USED, BOOLEAN, "Whether a member card was shown."),
              required(
                  DELIVERED_AT,
                  TIMESTAMP,
                  "When the source delivered the row: what its mapping says, else the file's modification time (for a database: when it was read)."),
              required(
                  DELIVERY, LONG, "Number of the delivery that brought the row, as in deliveries."))
          .partitionedBy(MONTH)
          .build();

  private Transactions() {}
}
