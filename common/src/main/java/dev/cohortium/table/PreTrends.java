package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.STRING;

/**
 * Whether members and those whom they are compared with moved alike before joining, in one metric
 * of one segment, by one variant.
 */
public final class PreTrends {
  public static final String PROGRAM_ID = "program_id";
  public static final String METRIC = "metric";
  public static final String SEGMENT_BY = "segment_by";
  public static final String SEGMENT = "segment";
  public static final String VARIANT = "variant";
  public static final String FIRST_EVENT_MONTH = "first_event_month";
  public static final String LAST_EVENT_MONTH = "last_event_month";
  public static final String STATISTIC = "statistic";
  public static final String DF = "df";
  public static final String P_VALUE = "p_value";
  public static final String WALD_ALL = "wald_all";
  public static final String WALD_ALL_DF = "wald_all_df";
  public static final String WALD_ALL_P_VALUE = "wald_all_p_value";
  public static final String DETECTABLE_SLOPE = "detectable_slope";
  public static final String BREAKDOWN_PLUGIN = "breakdown_plugin";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "pre_trend",
              "Whether members and those whom they are compared with moved alike before joining, in one metric of one segment, by one variant.")
          .key(PROGRAM_ID, METRIC, SEGMENT_BY, SEGMENT, VARIANT)
          .with(
              required(PROGRAM_ID, STRING, "The programme."),
              required(METRIC, STRING, "The metric."),
              required(SEGMENT_BY, STRING, "Name of the study's segment, or all."),
              required(SEGMENT, STRING, "Value of the segment, or all."),
              required(
                  VARIANT,
                  STRING,
                  "The method, as table effects names it; event_study_balanced: only cohorts that are observed over the longest horizon."),
              required(
                  FIRST_EVENT_MONTH,
                  INT,
                  "Earliest month since joining that is tested (negative)."),
              required(
                  LAST_EVENT_MONTH, INT, "Latest month since joining that is tested (negative)."),
              required(STATISTIC, DOUBLE, "Wald statistic of no effect in these months."),
              required(DF, INT, "Its degrees of freedom."),
              required(P_VALUE, DOUBLE, "Its p-value."),
              optional(
                  WALD_ALL,
                  DOUBLE,
                  "The same over every joining month's months before joining; with small cohorts it rejects far too often and decides nothing; null: not made for this variant."),
              optional(WALD_ALL_DF, INT, "Its degrees of freedom."),
              optional(WALD_ALL_P_VALUE, DOUBLE, "Its p-value."),
              optional(
                  DETECTABLE_SLOPE,
                  DOUBLE,
                  "Change a month that the test at 5 % finds in 4 of 5 cases; null: nothing varies."),
              optional(
                  BREAKDOWN_PLUGIN,
                  DOUBLE,
                  "Times the largest monthly change seen before joining that may go on every month until the effect of the first three months is gone; null: nothing changed, or no such effect."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .build();

  private PreTrends() {}
}
