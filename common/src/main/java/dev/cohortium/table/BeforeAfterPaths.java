package dev.cohortium.table;

import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/**
 * Means of members and of those whom they are compared with, on one metric of one segment, in one
 * month of the calendar or counted from joining.
 */
public final class BeforeAfterPaths {
  public static final String PROGRAM_ID = "program_id";
  public static final String METRIC = "metric";
  public static final String SEGMENT_BY = "segment_by";
  public static final String SEGMENT = "segment";
  public static final String AXIS = "axis";
  public static final String PERIOD = "period";
  public static final String MEMBERS_MEAN = "members_mean";
  public static final String COMPARISON_MEAN = "comparison_mean";
  public static final String COUNTERFACTUAL_MEAN = "counterfactual_mean";
  public static final String TREATED = "treated";
  public static final String CONTROL = "control";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "before_after_paths",
              "Means of members and of those whom they are compared with, on one metric of one segment, in one month of the calendar or counted from joining.")
          .key(PROGRAM_ID, METRIC, SEGMENT_BY, SEGMENT, AXIS, PERIOD)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(METRIC, STRING, "The metric."),
              required(SEGMENT_BY, STRING, "Name of the study's segment, or all."),
              required(SEGMENT, STRING, "Value of the segment, or all."),
              required(
                      AXIS,
                      STRING,
                      "calendar (months after joining only) or event (months counted from joining).")
                  .oneOf("calendar", "event"),
              required(PERIOD, STRING, "The month (YYYY-MM), or the months since that of joining."),
              required(MEMBERS_MEAN, DOUBLE, "Mean per member."),
              required(
                  COMPARISON_MEAN,
                  DOUBLE,
                  "Mean per customer that they are compared with, each joining month weighing as its members."),
              required(
                  COUNTERFACTUAL_MEAN,
                  DOUBLE,
                  "What the members' mean would have been without joining: it less the effect of event_study."),
              required(TREATED, LONG, "Members."),
              required(
                  CONTROL,
                  LONG,
                  "Customers that they are compared with, counted in every joining month."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private BeforeAfterPaths() {}
}
