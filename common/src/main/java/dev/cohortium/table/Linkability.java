package dev.cohortium.table;

import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.AMOUNT_SUM;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/** What one store and channel sold in a month to customers that are known and unknown. */
public final class Linkability {
  public static final String PROGRAM_ID = "program_id";
  public static final String STORE_ID = "store_id";
  public static final String MONTH = "month";
  public static final String CHANNEL = "channel";
  public static final String IDENTIFIED_RECEIPTS = "identified_receipts";
  public static final String IDENTIFIED_REVENUE = "identified_revenue";
  public static final String ANONYMOUS_RECEIPTS = "anonymous_receipts";
  public static final String ANONYMOUS_REVENUE = "anonymous_revenue";
  public static final String NEW_MEMBERS = "new_members";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "linkability",
              "One store, channel and month, with what it sold to known and to unknown customers.")
          .key(PROGRAM_ID, STORE_ID, MONTH, CHANNEL)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(STORE_ID, STRING, "The store; - where a receipt names none."),
              required(MONTH, DATE, "First day of the month."),
              required(CHANNEL, STRING, "The channel; - where a receipt names none."),
              required(IDENTIFIED_RECEIPTS, LONG, "Receipts with a customer."),
              required(IDENTIFIED_REVENUE, AMOUNT_SUM, "Their net revenue."),
              required(ANONYMOUS_RECEIPTS, LONG, "Receipts without one."),
              required(ANONYMOUS_REVENUE, AMOUNT_SUM, "Their net revenue."),
              required(
                  NEW_MEMBERS,
                  LONG,
                  "Members who joined at an order of the month in this store and channel."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private Linkability() {}
}
