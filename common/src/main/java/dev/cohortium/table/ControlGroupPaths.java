package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.BOOLEAN;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/** An arm month by month. */
public final class ControlGroupPaths {
  public static final String PROGRAM_ID = "program_id";
  public static final String EXPERIMENT_ID = "experiment_id";
  public static final String ARM = "arm";
  public static final String METRIC = "metric";
  public static final String MONTH_SINCE = "month_since";
  public static final String CUSTOMERS = "customers";
  public static final String MEAN = "mean";
  public static final String MEAN_LOW = "mean_low";
  public static final String MEAN_HIGH = "mean_high";
  public static final String EFFECT = "effect";
  public static final String CUMULATIVE_EFFECT = "cumulative_effect";
  public static final String SUPPRESSED = "suppressed";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "control_group_paths",
              "One metric of one arm of one experiment in one month before or after the month of assignment.")
          .key(EXPERIMENT_ID, ARM, METRIC, MONTH_SINCE)
          .with(
              required(PROGRAM_ID, STRING, "The programme; - where there is none."),
              required(EXPERIMENT_ID, STRING, "The experiment."),
              required(ARM, STRING, "The arm."),
              required(METRIC, STRING, "The metric."),
              required(
                  MONTH_SINCE,
                  INT,
                  "Months since the month of assignment, which is 0; negative: before."),
              required(
                  CUSTOMERS,
                  LONG,
                  "Customers assigned whose month the panel has, of strata in which the arm and control have 2."),
              optional(MEAN, DOUBLE, "Mean per customer; null: there are too few customers."),
              optional(MEAN_LOW, DOUBLE, "Lower limit of its 95 % interval."),
              optional(MEAN_HIGH, DOUBLE, "Upper limit of its 95 % interval."),
              optional(
                  EFFECT,
                  DOUBLE,
                  "Mean less that of the control arm over the same strata; null for the control arm, and where either is of too few customers to be told."),
              optional(
                  CUMULATIVE_EFFECT,
                  DOUBLE,
                  "Sum of the effects of the months after assignment up to this one; null for the control arm, and up to month 0."),
              required(
                  SUPPRESSED,
                  BOOLEAN,
                  "Whether measures are withheld because the row, or the control of its effect, counts too few customers."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private ControlGroupPaths() {}
}
