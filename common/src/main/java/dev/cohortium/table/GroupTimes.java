package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/**
 * The effect of joining on those who joined in one month, in one month, by one variant, on one
 * metric of one segment.
 */
public final class GroupTimes {
  public static final String PROGRAM_ID = "program_id";
  public static final String METRIC = "metric";
  public static final String SEGMENT_BY = "segment_by";
  public static final String SEGMENT = "segment";
  public static final String VARIANT = "variant";
  public static final String JOINING_MONTH = "joining_month";
  public static final String MONTH = "month";
  public static final String ESTIMATE = "estimate";
  public static final String STD_ERROR = "std_error";
  public static final String CI_LOW = "ci_low";
  public static final String CI_HIGH = "ci_high";
  public static final String TREATED = "treated";
  public static final String CONTROL = "control";
  public static final String DROPPED = "dropped";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "group_time_effects",
              "The effect of joining on those who joined in one month, in one month, by one variant, on one metric of one segment.")
          .key(PROGRAM_ID, METRIC, SEGMENT_BY, SEGMENT, VARIANT, JOINING_MONTH, MONTH)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(METRIC, STRING, "The metric."),
              required(SEGMENT_BY, STRING, "Name of the study's segment, or all."),
              required(SEGMENT, STRING, "Value of the segment, or all."),
              required(
                  VARIANT,
                  STRING,
                  "The method, as table effects names it; event_study_balanced: only cohorts that are observed over the longest horizon."),
              required(JOINING_MONTH, DATE, "First day of the month in which they joined."),
              required(
                  MONTH,
                  DATE,
                  "First day of the month of the effect; one before joining is compared with the month before it."),
              required(ESTIMATE, DOUBLE, "The effect, per customer and month."),
              optional(STD_ERROR, DOUBLE, "Its standard error; null: nothing varies."),
              optional(CI_LOW, DOUBLE, "Lower limit of its 95 % interval."),
              optional(CI_HIGH, DOUBLE, "Upper limit of its 95 % interval."),
              required(TREATED, LONG, "Members who joined in that month and are compared."),
              required(CONTROL, LONG, "Customers that they are compared with."),
              required(
                  DROPPED,
                  LONG,
                  "Members of that month who are left out here, for too few are in their stratum to compare them with."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private GroupTimes() {}
}
