package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.INT;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/** One effect of a programme or experiment, by one method, on one metric of one segment. */
public final class Effects {
  public static final String EFFECT_ID = "effect_id";
  public static final String PROGRAM_ID = "program_id";
  public static final String EXPERIMENT_ID = "experiment_id";
  public static final String ARM = "arm";
  public static final String METHOD = "method";
  public static final String ESTIMAND = "estimand";
  public static final String VARIANT = "variant";
  public static final String METRIC = "metric";
  public static final String SEGMENT_BY = "segment_by";
  public static final String SEGMENT = "segment";
  public static final String HORIZON_MONTHS = "horizon_months";
  public static final String AS_OF = "as_of";
  public static final String JOB = "job";
  public static final String UNIT = "unit";
  public static final String WINDOW_START = "window_start";
  public static final String WINDOW_END = "window_end";
  public static final String ESTIMATE = "estimate";
  public static final String STD_ERROR = "std_error";
  public static final String CI_LOW = "ci_low";
  public static final String CI_HIGH = "ci_high";
  public static final String ALWAYS_LOW = "always_low";
  public static final String ALWAYS_HIGH = "always_high";
  public static final String P_VALUE = "p_value";
  public static final String P_ADJUSTED = "p_adjusted";
  public static final String BASELINE = "baseline";
  public static final String RELATIVE = "relative";
  public static final String RELATIVE_LOW = "relative_low";
  public static final String RELATIVE_HIGH = "relative_high";
  public static final String TREATED = "treated";
  public static final String CONTROL = "control";
  public static final String STATUS = "status";
  public static final String REASON = "reason";
  public static final String CREDIBILITY = "credibility";
  public static final String FAILED_CHECKS = "failed_checks";
  public static final String RUN_ID = "run_id";

  /** Stands in a key where there is nothing to name. */
  public static final String NONE = "-";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "effects",
              "One effect of a programme or experiment by one method: of one estimand and variant, on one metric of one segment, over one horizon, as of one month.")
          .key(
              PROGRAM_ID,
              EXPERIMENT_ID,
              ARM,
              METHOD,
              ESTIMAND,
              VARIANT,
              METRIC,
              SEGMENT_BY,
              SEGMENT,
              HORIZON_MONTHS,
              AS_OF)
          .with(
              required(EFFECT_ID, STRING, "Hash of the key."),
              required(PROGRAM_ID, STRING, "The programme; - where there is none."),
              required(EXPERIMENT_ID, STRING, "The experiment; - where there is none."),
              required(ARM, STRING, "The treatment arm of an experiment; - where there is none."),
              required(METHOD, STRING, "How it was estimated."),
              required(ESTIMAND, STRING, "What was estimated: whom is compared with what."),
              required(
                  VARIANT,
                  STRING,
                  "raw, winsorised (amounts are capped), or what the method names."),
              required(METRIC, STRING, "The metric."),
              required(SEGMENT_BY, STRING, "Name of the study's segment, or all."),
              required(SEGMENT, STRING, "Value of the segment, or all."),
              required(
                  HORIZON_MONTHS,
                  INT,
                  "Months over which the metric is averaged, the first being the one after joining or assignment."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(JOB, STRING, "The job that made the row."),
              required(
                  UNIT, STRING, "Unit of estimate, std_error, limits and baseline, as a sentence."),
              optional(WINDOW_START, DATE, "First day of the first month that was measured."),
              optional(WINDOW_END, DATE, "Last day of the last month that was measured."),
              optional(ESTIMATE, DOUBLE, "The effect; null where it is not measured."),
              optional(STD_ERROR, DOUBLE, "Its standard error."),
              optional(CI_LOW, DOUBLE, "Lower limit of its 95 % interval."),
              optional(CI_HIGH, DOUBLE, "Upper limit of its 95 % interval."),
              optional(
                  ALWAYS_LOW,
                  DOUBLE,
                  "Lower limit that holds at all looks together (of customers who were all assigned in one month over all horizons; where some come later each horizon over all months; control-group.experiments); null where the method has none."),
              optional(
                  ALWAYS_HIGH,
                  DOUBLE,
                  "Upper limit that holds at all looks together; null where the method has none."),
              optional(P_VALUE, DOUBLE, "Two-sided p-value of no effect."),
              optional(
                  P_ADJUSTED,
                  DOUBLE,
                  "The p-value adjusted for the family of metrics or segments it was looked at with."),
              optional(
                  BASELINE,
                  DOUBLE,
                  "The counterfactual mean: that of the treated less estimate; of lines in each arm and of receipts that of control."),
              optional(
                  RELATIVE,
                  DOUBLE,
                  "estimate / baseline; null where baseline is not above 0 or not told."),
              optional(RELATIVE_LOW, DOUBLE, "Lower limit of its 95 % interval; null: none."),
              optional(RELATIVE_HIGH, DOUBLE, "Upper limit of its 95 % interval; null: none."),
              required(TREATED, LONG, "Treated that were compared."),
              required(CONTROL, LONG, "Controls that they were compared with."),
              required(
                      STATUS,
                      STRING,
                      "measured; unmeasured: there are too few or they do not vary; unsupported: the comparison does not carry a number to act on.")
                  .oneOf("measured", "unmeasured", "unsupported"),
              optional(REASON, STRING, "Why it is not measured or not supported."),
              required(
                      CREDIBILITY,
                      STRING,
                      "A (randomised) to E (naive): how far the number can be trusted.")
                  .oneOf("A", "B", "C", "D", "E"),
              required(
                  FAILED_CHECKS,
                  STRING,
                  "Names of the checks that failed or were inconclusive, separated by commas; empty: none."),
              required(RUN_ID, STRING, "The run that made the row."))
          .partitionedBy(JOB, AS_OF)
          .build();

  private Effects() {}
}
