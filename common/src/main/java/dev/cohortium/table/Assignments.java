package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One customer in one arm of one experiment. */
public final class Assignments {
  public static final String EXPERIMENT_ID = "experiment_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String ARM = "arm";
  public static final String ASSIGNED_AT = "assigned_at";
  public static final String STRATUM = "stratum";
  public static final String DELIVERED_AT = "delivered_at";
  public static final String DELIVERY = Deliveries.DELIVERY;

  public static final Table TABLE =
      Table.in(
              Layer.CLEAN,
              "assignments",
              "One customer in one arm of one experiment; who is in two arms has two rows.")
          // Not without the arm: a later file would move customers in silence.
          .key(EXPERIMENT_ID, CUSTOMER_ID, ARM)
          .with(
              required(EXPERIMENT_ID, STRING, "The experiment."),
              required(CUSTOMER_ID, STRING, "Who was assigned.").personal(),
              required(ARM, STRING, "The arm: control, treatment, or a named one."),
              optional(ASSIGNED_AT, TIMESTAMP, "When the customer was assigned."),
              optional(STRATUM, STRING, "The stratum inside which the draw was made."),
              required(
                  DELIVERED_AT,
                  TIMESTAMP,
                  "When the source delivered the row: what its mapping says, else the file's modification time (for a database: when it was read)."),
              required(
                  DELIVERY, LONG, "Number of the delivery that brought the row, as in deliveries."))
          .build();

  private Assignments() {}
}
