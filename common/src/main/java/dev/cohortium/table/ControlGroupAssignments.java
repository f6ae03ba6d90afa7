package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** Who was drawn into a control group. */
public final class ControlGroupAssignments {
  public static final String EXPERIMENT_ID = "experiment_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String ARM = "arm";
  public static final String ASSIGNED_AT = "assigned_at";
  public static final String STRATUM = "stratum";
  public static final String SHARE = "share";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "control_group_assignments",
              "One customer in one experiment that was drawn here.")
          .key(EXPERIMENT_ID, CUSTOMER_ID)
          .with(
              required(EXPERIMENT_ID, STRING, "The experiment."),
              required(CUSTOMER_ID, STRING, "Who was assigned.").personal(),
              required(ARM, STRING, "control (held out) or treatment.")
                  .oneOf("control", "treatment"),
              required(
                  ASSIGNED_AT,
                  TIMESTAMP,
                  "When the customer was drawn, by the start of the run, or the end of the month as of which, if that is later: the months that follow are measured."),
              required(
                  STRATUM,
                  STRING,
                  "The stratum inside which the draw was made, as it was then; all: there are none."),
              optional(
                  SHARE,
                  DOUBLE,
                  "Share of the stratum that the draw holds out; null: drawn by a version that did not note it."),
              required(
                  AS_OF,
                  DATE,
                  "Last day of the last month that was used when the customer was drawn."),
              required(RUN_ID, STRING, "The run that drew the customer."))
          .published(Table.Publication.ON_REQUEST)
          .lasting()
          .build();

  private ControlGroupAssignments() {}
}
