package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/** What a control group will be able to see. */
public final class ControlGroupDesign {
  public static final String EXPERIMENT_ID = "experiment_id";
  public static final String SEGMENT_BY = "segment_by";
  public static final String SEGMENT = "segment";
  public static final String BASE = "base";
  public static final String CONTROL = "control";
  public static final String TREATMENT = "treatment";
  public static final String METRIC = "metric";
  public static final String WINDOW_MONTHS = "window_months";
  public static final String BASELINE = "baseline";
  public static final String CORRELATION = "correlation";
  public static final String MINIMUM_DETECTABLE_EFFECT = "minimum_detectable_effect";
  public static final String MINIMUM_DETECTABLE_EFFECT_UNADJUSTED =
      "minimum_detectable_effect_unadjusted";
  public static final String TARGET_EFFECT = "target_effect";
  public static final String MONTHS_TO_REACH = "months_to_reach";
  public static final String SHARE_TO_REACH = "share_to_reach";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "control_group_design",
              "What a control group of one experiment will be able to see on one metric of one segment.")
          .key(EXPERIMENT_ID, SEGMENT_BY, SEGMENT, METRIC)
          .with(
              required(EXPERIMENT_ID, STRING, "The experiment."),
              required(SEGMENT_BY, STRING, "Name of the study's segment, or all."),
              required(SEGMENT, STRING, "Value of the segment, or all."),
              required(BASE, LONG, "Customers known by as-of, of both arms."),
              required(CONTROL, LONG, "Of them, those held out."),
              required(TREATMENT, LONG, "Of them, the others."),
              required(METRIC, STRING, "The metric."),
              required(
                  WINDOW_MONTHS,
                  INT,
                  "Months over which the metric is averaged: the headline's horizon, or what the panel's history allows."),
              optional(
                  BASELINE,
                  DOUBLE,
                  "Mean of the metric in the last window of the panel; null: the panel is too short."),
              optional(
                  CORRELATION,
                  DOUBLE,
                  "Correlation of the metric with itself in the window before, by which the adjusted estimate (CUPED) gains."),
              optional(
                  MINIMUM_DETECTABLE_EFFECT,
                  DOUBLE,
                  "Smallest effect that is seen with the power asked for, adjusted for the window before, in units of the metric; null: an arm is empty or the metric does not vary."),
              optional(
                  MINIMUM_DETECTABLE_EFFECT_UNADJUSTED, DOUBLE, "The same without the adjustment."),
              optional(
                  TARGET_EFFECT,
                  DOUBLE,
                  "The smallest effect worth seeing, in units of the metric."),
              optional(
                  MONTHS_TO_REACH,
                  INT,
                  "Months of the shortest window whose smallest detectable effect is within target_effect; null: none of those that the panel is long enough to judge."),
              optional(
                  SHARE_TO_REACH,
                  DOUBLE,
                  "Share to hold out with which the window of window_months sees target_effect; null: none does."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .lasting()
          .build();

  private ControlGroupDesign() {}
}
