package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.STRING;

/** What was checked of an experiment. */
public final class ControlGroupChecks {
  public static final String PROGRAM_ID = "program_id";
  public static final String EXPERIMENT_ID = "experiment_id";
  public static final String CHECK = "check";
  public static final String ASSIGNMENT_MONTH = "assignment_month";
  public static final String STRATUM = "stratum";
  public static final String VALUE = "value";
  public static final String THRESHOLD = "threshold";
  public static final String P_VALUE = "p_value";
  public static final String OUTCOME = "outcome";
  public static final String NOTE = "note";
  public static final String JOB = "job";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(
              Layer.MARTS,
              "control_group_checks",
              "One check of one experiment, in one month of assignment and stratum or in all.")
          .key(JOB, EXPERIMENT_ID, CHECK, ASSIGNMENT_MONTH, STRATUM, AS_OF)
          .with(
              required(PROGRAM_ID, STRING, "The programme; - where there is none."),
              required(EXPERIMENT_ID, STRING, "The experiment."),
              required(
                  CHECK,
                  STRING,
                  "What was checked, with the metric, arm, horizon or segment where there are several."),
              required(ASSIGNMENT_MONTH, STRING, "YYYY-MM of the assignment, or all."),
              required(STRATUM, STRING, "The stratum, or all."),
              optional(VALUE, DOUBLE, "What was found; null: nothing that is a number."),
              optional(THRESHOLD, DOUBLE, "What it was held against; null: nothing."),
              optional(
                  P_VALUE,
                  DOUBLE,
                  "Of the test, adjusted where several months, strata or metrics are tested; null: there is none."),
              required(
                      OUTCOME,
                      STRING,
                      "passed, failed, inconclusive (which is not passed), or not_judged.")
                  .oneOf("passed", "failed", "inconclusive", "not_judged"),
              optional(NOTE, STRING, "What it means, in a sentence."),
              required(JOB, STRING, "The job that made the row."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .partitionedBy(JOB, AS_OF)
          .build();

  private ControlGroupChecks() {}
}
