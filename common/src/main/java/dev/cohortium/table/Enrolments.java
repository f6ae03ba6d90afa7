package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One joining of a programme by a customer. */
public final class Enrolments {
  public static final String PROGRAM_ID = "program_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String ENROLLED_AT = "enrolled_at";
  public static final String LEFT_AT = "left_at";
  public static final String TIER = "tier";
  public static final String DELIVERED_AT = "delivered_at";
  public static final String DELIVERY = Deliveries.DELIVERY;

  public static final Table TABLE =
      Table.in(Layer.CLEAN, "enrolments", "One joining of a programme by a customer.")
          .key(PROGRAM_ID, CUSTOMER_ID, ENROLLED_AT)
          .with(
              required(
                  PROGRAM_ID, STRING, "The programme; without a mapping, the study's only one."),
              required(CUSTOMER_ID, STRING, "Who joined.").personal(),
              required(ENROLLED_AT, TIMESTAMP, "When the customer joined."),
              optional(LEFT_AT, TIMESTAMP, "When the customer left; null: still a member."),
              optional(TIER, STRING, "Tier of the membership."),
              required(
                  DELIVERED_AT,
                  TIMESTAMP,
                  "When the source delivered the row: what its mapping says, else the file's modification time (for a database: when it was read)."),
              required(
                  DELIVERY, LONG, "Number of the delivery that brought the row, as in deliveries."))
          .rule("left_at >= enrolled_at", "left_at lies before enrolled_at")
          .build();

  private Enrolments() {}
}
