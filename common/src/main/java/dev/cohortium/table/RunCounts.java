package dev.cohortium.table;

import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;

/** One count of one job of one run. */
public final class RunCounts {
  public static final String RUN_ID = "run_id";
  public static final String JOB = "job";
  public static final String TABLE_NAME = "table";
  public static final String MEASURE = "measure";
  public static final String ROWS = "rows";

  public static final Table TABLE =
      Table.in(Layer.SYSTEM, "run_counts", "One count of one job of one run.")
          .key(RUN_ID, JOB, TABLE_NAME, MEASURE)
          .with(
              required(RUN_ID, STRING, "The run."),
              required(JOB, STRING, "The job."),
              required(TABLE_NAME, STRING, "The table that the count is about."),
              required(
                  MEASURE,
                  STRING,
                  "What was counted: for a source read = clean + quarantined + duplicate + filtered + superseded (filtered:NAME for each filter), and replaced (rows of earlier deliveries whose place was taken, or whose file no longer has them); else rows."),
              required(ROWS, LONG, "The count."))
          .published(Table.Publication.ALWAYS)
          .build();

  private RunCounts() {}
}
