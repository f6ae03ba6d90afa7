package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.DATE;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One job of one run. */
public final class Runs {
  public static final String RUN_ID = "run_id";
  public static final String JOB = "job";
  public static final String STUDY = "study";
  public static final String AS_OF = "as_of";
  public static final String STATUS = "status";
  public static final String STARTED_AT = "started_at";
  public static final String FINISHED_AT = "finished_at";
  public static final String VERSION = "version";
  public static final String MESSAGE = "message";
  public static final String SETTINGS = "settings";
  public static final String INPUTS = "inputs";
  public static final String OUTPUTS = "outputs";

  public static final Table TABLE =
      Table.in(Layer.SYSTEM, "runs", "One job of one run.")
          .key(RUN_ID, JOB)
          .with(
              required(RUN_ID, STRING, "The run; one launch of the program."),
              required(JOB, STRING, "The job."),
              required(STUDY, STRING, "Name of the study."),
              optional(
                  AS_OF,
                  DATE,
                  "Last day of the last month that was used; null for jobs that use all."),
              required(STATUS, STRING, "How it stands.")
                  .oneOf("started", "done", "failed", "interrupted"),
              required(STARTED_AT, TIMESTAMP, "When it began."),
              optional(FINISHED_AT, TIMESTAMP, "When it ended; null: not known to have ended."),
              required(VERSION, STRING, "Version of the program."),
              optional(MESSAGE, STRING, "Why it failed, or that there was nothing to do."),
              optional(
                  SETTINGS,
                  STRING,
                  "A hash of what of the study the job's tables depend on; null: it did not end."),
              optional(
                  INPUTS,
                  STRING,
                  "Delta versions that it read, as table=version, separated by blanks."),
              optional(
                  OUTPUTS,
                  STRING,
                  "Delta versions at which it left its tables, as table=version, separated by blanks; what lies beyond was never finished."))
          .published(Table.Publication.ALWAYS)
          .build();

  private Runs() {}
}
