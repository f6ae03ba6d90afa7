package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.AMOUNT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One entry of a points account. */
public final class Rewards {
  public static final String ENTRY_ID = "entry_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String OCCURRED_AT = "occurred_at";
  public static final String KIND = "kind";
  public static final String POINTS = "points";
  public static final String COST_AMOUNT = "cost_amount";
  public static final String DELIVERED_AT = "delivered_at";
  public static final String DELIVERY = Deliveries.DELIVERY;

  public static final Table TABLE =
      Table.in(Layer.CLEAN, "rewards", "One entry of a points account.")
          .key(ENTRY_ID)
          .with(
              required(ENTRY_ID, STRING, "The entry."),
              required(CUSTOMER_ID, STRING, "Whose account.").personal(),
              required(OCCURRED_AT, TIMESTAMP, "When it was booked."),
              required(KIND, STRING, "What was booked.")
                  .oneOf("earn", "redeem", "expire", "adjust"),
              required(
                  POINTS,
                  AMOUNT,
                  "Points; positive for earn, redeem and expire alike, signed for adjust."),
              optional(
                  COST_AMOUNT,
                  AMOUNT,
                  "What the entry cost the programme, in the study's currency."),
              required(
                  DELIVERED_AT,
                  TIMESTAMP,
                  "When the source delivered the row: what its mapping says, else the file's modification time (for a database: when it was read)."),
              required(
                  DELIVERY, LONG, "Number of the delivery that brought the row, as in deliveries."))
          .rule("kind = 'adjust' or points >= 0", "points are negative; only kind adjust is signed")
          .build();

  private Rewards() {}
}
