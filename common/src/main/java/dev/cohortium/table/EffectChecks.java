package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.DOUBLE;
import static dev.cohortium.table.ColumnType.STRING;

/** One check of one effect. */
public final class EffectChecks {
  public static final String EFFECT_ID = "effect_id";
  public static final String CHECK_NAME = "check_name";
  public static final String VALUE = "value";
  public static final String THRESHOLD = "threshold";
  public static final String OUTCOME = "outcome";
  public static final String NOTE = "note";
  public static final String PROGRAM_ID = "program_id";
  public static final String JOB = "job";
  public static final String AS_OF = "as_of";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(Layer.MARTS, "effect_checks", "One check of one effect.")
          .key(EFFECT_ID, CHECK_NAME)
          .with(
              required(EFFECT_ID, STRING, "The effect of table effects."),
              required(CHECK_NAME, STRING, "What was checked."),
              optional(VALUE, DOUBLE, "What was found; null: nothing that is a number."),
              optional(THRESHOLD, DOUBLE, "What it was held against; null: nothing."),
              required(
                      OUTCOME,
                      STRING,
                      "passed, failed, inconclusive (which is not passed), or not_judged.")
                  .oneOf("passed", "failed", "inconclusive", "not_judged"),
              optional(NOTE, STRING, "What it means, in a sentence."),
              required(PROGRAM_ID, STRING, "The programme; - where there is none."),
              required(JOB, STRING, "The job that made the row."),
              required(AS_OF, DATE, "Last day of the last month that was used."),
              required(RUN_ID, STRING, "The run that made the row."))
          .partitionedBy(JOB, AS_OF)
          .build();

  private EffectChecks() {}
}
