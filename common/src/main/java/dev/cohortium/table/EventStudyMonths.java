package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/**
 * The effect of joining on one metric of one segment in one month counted from joining, by one
 * variant.
 */
public final class EventStudyMonths {
  public static final String PROGRAM_ID = "program_id";
  public static final String METRIC = "metric";
  public static final String SEGMENT_BY = "segment_by";
  public static final String SEGMENT = "segment";
  public static final String VARIANT = "variant";
  public static final String EVENT_MONTH = "event_month";
  public static final String ESTIMATE = "estimate";
  public static final String STD_ERROR = "std_error";
  public static final String CI_LOW = "ci_low";
  public static final String CI_HIGH = "ci_high";
  public static final String BAND_LOW = "band_low";
  public static final String BAND_HIGH = "band_high";
  public static final String GROUPS = "groups";
  public static final String TREATED = "treated";
  public static final String CONTROL = "control";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "event_study",
              "The effect of joining on one metric of one segment in one month counted from joining, by one variant.")
          .key(PROGRAM_ID, METRIC, SEGMENT_BY, SEGMENT, VARIANT, EVENT_MONTH)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(METRIC, STRING, "The metric."),
              required(SEGMENT_BY, STRING, "Name of the study's segment, or all."),
              required(SEGMENT, STRING, "Value of the segment, or all."),
              required(
                  VARIANT,
                  STRING,
                  "The method, as table effects names it; with _balanced (of event_study and event_study_matched): only cohorts that are observed over the longest horizon."),
              required(
                  EVENT_MONTH,
                  INT,
                  "Months since that of joining, which is 0 and always has a purchase; before joining an effect is a sign that customers are not compared with their like."),
              required(
                  ESTIMATE,
                  DOUBLE,
                  "The effect, per customer and month; 0 in the month that all others are compared with, which has no error and the customers of its neighbour."),
              optional(STD_ERROR, DOUBLE, "Its standard error; null: nothing varies."),
              optional(CI_LOW, DOUBLE, "Lower limit of its 95 % interval."),
              optional(CI_HIGH, DOUBLE, "Upper limit of its 95 % interval."),
              optional(
                  BAND_LOW,
                  DOUBLE,
                  "Lower limit that holds in all event months of the variant at once, at 95 %."),
              optional(
                  BAND_HIGH,
                  DOUBLE,
                  "Upper limit that holds in all event months of the variant at once, at 95 %."),
              required(GROUPS, LONG, "Joining months that have the event month."),
              required(TREATED, LONG, "Members of those joining months."),
              required(
                  CONTROL,
                  LONG,
                  "Customers that they are compared with, counted in every joining month."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private EventStudyMonths() {}
}
