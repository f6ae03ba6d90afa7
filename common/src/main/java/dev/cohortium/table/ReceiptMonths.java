package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.AMOUNT_SUM;
import static dev.cohortium.table.ColumnType.BOOLEAN;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/**
 * One month, store, channel, identification and card use with its receipts, anonymous ones
 * included.
 */
public final class ReceiptMonths {
  public static final String MONTH = "month";
  public static final String STORE_ID = "store_id";
  public static final String CHANNEL = "channel";
  public static final String IDENTIFIED = "identified";
  public static final String CARD_USED = "card_used";
  public static final String RECEIPTS = "receipts";
  public static final String CUSTOMERS = "customers";
  public static final String NET_REVENUE = "net_revenue";

  public static final Table TABLE =
      Table.in(
              Layer.PANEL,
              "receipt_months",
              "One month, store, channel, identification and card use with its receipts, anonymous ones included.")
          .key(MONTH, STORE_ID, CHANNEL, IDENTIFIED, CARD_USED)
          .with(
              required(MONTH, DATE, "First day of the month in the study's time zone."),
              optional(STORE_ID, STRING, "The store of the receipts; null: unknown."),
              optional(CHANNEL, STRING, "The channel of the receipts; null: unknown."),
              required(IDENTIFIED, BOOLEAN, "Whether the receipts name a customer."),
              optional(CARD_USED, BOOLEAN, "Whether a card was shown; null: unknown."),
              required(RECEIPTS, LONG, "Receipts, returns included."),
              required(
                  CUSTOMERS, LONG, "Distinct customers of these receipts; 0 for anonymous ones."),
              required(NET_REVENUE, AMOUNT_SUM, "Sum of net amounts, in the study's currency."))
          .partitionedBy(MONTH)
          .build();

  private ReceiptMonths() {}
}
