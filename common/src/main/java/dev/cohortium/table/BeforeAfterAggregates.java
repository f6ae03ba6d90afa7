package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.STRING;

/**
 * One mean of the effects of joining by one variant, on one metric of one segment: of a joining
 * month, of a month, or of all.
 */
public final class BeforeAfterAggregates {
  public static final String PROGRAM_ID = "program_id";
  public static final String METRIC = "metric";
  public static final String SEGMENT_BY = "segment_by";
  public static final String SEGMENT = "segment";
  public static final String VARIANT = "variant";
  public static final String AGGREGATE = "aggregate";
  public static final String PERIOD = "period";
  public static final String FIRST_EVENT_MONTH = "first_event_month";
  public static final String ESTIMATE = "estimate";
  public static final String STD_ERROR = "std_error";
  public static final String CI_LOW = "ci_low";
  public static final String CI_HIGH = "ci_high";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "before_after_aggregates",
              "One mean of the effects of joining by one variant, on one metric of one segment: of a joining month, of a month, or of all.")
          .key(
              PROGRAM_ID,
              METRIC,
              SEGMENT_BY,
              SEGMENT,
              VARIANT,
              AGGREGATE,
              PERIOD,
              FIRST_EVENT_MONTH)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(METRIC, STRING, "The metric."),
              required(SEGMENT_BY, STRING, "Name of the study's segment, or all."),
              required(SEGMENT, STRING, "Value of the segment, or all."),
              required(
                  VARIANT,
                  STRING,
                  "The method, as table effects names it; event_study_balanced: only cohorts that are observed over the longest horizon."),
              required(AGGREGATE, STRING, "Mean of which effects.")
                  .oneOf(
                      "joining_month",
                      "month",
                      "joining_months",
                      "months",
                      "event_months",
                      "simple"),
              required(
                  PERIOD,
                  STRING,
                  "The joining month or the month (YYYY-MM); all: a mean over all of them, simple by customers and months."),
              required(
                  FIRST_EVENT_MONTH,
                  INT,
                  "First month since joining that counts: 1, or 0 with the month of joining, which always has a purchase."),
              required(ESTIMATE, DOUBLE, "The effect, per customer and month."),
              optional(STD_ERROR, DOUBLE, "Its standard error; null: nothing varies."),
              optional(CI_LOW, DOUBLE, "Lower limit of its 95 % interval."),
              optional(CI_HIGH, DOUBLE, "Upper limit of its 95 % interval."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private BeforeAfterAggregates() {}
}
