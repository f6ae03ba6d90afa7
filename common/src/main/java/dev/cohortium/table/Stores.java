package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One store as last delivered. */
public final class Stores {
  public static final String STORE_ID = "store_id";
  public static final String REGION = "region";
  public static final String PILOT_ARM = "pilot_arm";
  public static final String PILOT_STARTED_AT = "pilot_started_at";
  public static final String DELIVERED_AT = "delivered_at";
  public static final String DELIVERY = Deliveries.DELIVERY;

  public static final Table TABLE =
      Table.in(Layer.CLEAN, "stores", "One store as last delivered.")
          .key(STORE_ID)
          .with(
              required(STORE_ID, STRING, "The store."),
              optional(REGION, STRING, "Its region."),
              optional(PILOT_ARM, STRING, "Its arm in a store pilot."),
              optional(PILOT_STARTED_AT, TIMESTAMP, "When the pilot began in it."),
              required(
                  DELIVERED_AT,
                  TIMESTAMP,
                  "When the source delivered the row: what its mapping says, else the file's modification time (for a database: when it was read)."),
              required(
                  DELIVERY, LONG, "Number of the delivery that brought the row, as in deliveries."))
          .build();

  private Stores() {}
}
