package dev.cohortium.table;

import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One contact of a customer in an experiment. */
public final class Exposures {
  public static final String EXPERIMENT_ID = "experiment_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String EXPOSED_AT = "exposed_at";
  public static final String DELIVERED_AT = "delivered_at";
  public static final String DELIVERY = Deliveries.DELIVERY;

  public static final Table TABLE =
      Table.in(Layer.CLEAN, "exposures", "One contact of a customer in an experiment.")
          .key(EXPERIMENT_ID, CUSTOMER_ID, EXPOSED_AT)
          .with(
              required(EXPERIMENT_ID, STRING, "The experiment."),
              required(CUSTOMER_ID, STRING, "Who was contacted.").personal(),
              required(EXPOSED_AT, TIMESTAMP, "When the contact took place."),
              required(
                  DELIVERED_AT,
                  TIMESTAMP,
                  "When the source delivered the row: what its mapping says, else the file's modification time (for a database: when it was read)."),
              required(
                  DELIVERY, LONG, "Number of the delivery that brought the row, as in deliveries."))
          .build();

  private Exposures() {}
}
