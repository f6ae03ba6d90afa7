package dev.cohortium.table;

import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One file, or one reading of a database, that a run took in. */
public final class Deliveries {
  public static final String RUN_ID = "run_id";
  public static final String SOURCE = "source";
  public static final String FILE = "file";
  public static final String MODIFIED_AT = "modified_at";
  public static final String ROWS = "rows";

  public static final Table TABLE =
      Table.in(
              Layer.SYSTEM,
              "deliveries",
              "One file, or one reading of a database, that a run took in.")
          .key(RUN_ID, SOURCE, FILE)
          .with(
              required(RUN_ID, STRING, "The run."),
              required(SOURCE, STRING, "The source, named by its canonical table."),
              required(FILE, STRING, "The file, or the database without its secrets."),
              required(
                  MODIFIED_AT,
                  TIMESTAMP,
                  "When the file was last modified; for a database when it was read."),
              required(ROWS, LONG, "Rows that it delivered, whatever became of them."))
          .build();

  private Deliveries() {}
}
