package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.LONG;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One file, or one reading of a database, that a run looked into. */
public final class Deliveries {
  public static final String DELIVERY = "delivery";
  public static final String RUN_ID = "run_id";
  public static final String SOURCE = "source";
  public static final String FILE = "file";
  public static final String OUTCOME = "outcome";
  public static final String SAME_AS = "same_as";
  public static final String SIZE = "size";
  public static final String MODIFIED_AT = "modified_at";
  public static final String ROWS = "rows";
  public static final String CONTENT = "content";
  public static final String BATCH = "batch";
  public static final String COLUMNS = "columns";
  public static final String HIGH_WATER = "high_water";
  public static final String DECLARATION = "declaration";

  public static final Table TABLE =
      Table.in(
              Layer.SYSTEM,
              "deliveries",
              "One file, or one reading of a database, that a run looked into.")
          .key(DELIVERY)
          .with(
              required(DELIVERY, LONG, "Numbers the deliveries of a warehouse, from 1."),
              required(RUN_ID, STRING, "The run."),
              required(SOURCE, STRING, "The source, named by its canonical table."),
              required(FILE, STRING, "The file, or the database without its secrets."),
              required(
                      OUTCOME,
                      STRING,
                      "read: its rows were taken in; skipped: its rows are those of another file; unchanged: its rows are those that it had before; gone: it was not there any more when all was read anew.")
                  .oneOf("read", "skipped", "unchanged", "gone"),
              optional(SAME_AS, STRING, "The file whose rows it repeats; null: none."),
              optional(SIZE, LONG, "Size of the file in bytes; null for a database."),
              required(
                  MODIFIED_AT,
                  TIMESTAMP,
                  "When the file was last modified; for a database when it was read."),
              required(ROWS, LONG, "Rows that it delivered, whatever became of them."),
              required(CONTENT, LONG, "A hash of its rows, whatever their order."),
              required(
                  BATCH,
                  STRING,
                  "What it was taken in with, whose lines of a receipt are united with its own: the run that did so first, or the file itself."),
              optional(
                  COLUMNS,
                  STRING,
                  "The columns that the source's files have had so far, as SQL declares them; null for a database."),
              optional(
                  HIGH_WATER,
                  STRING,
                  "The greatest value of the source's increment so far; null: the source has none."),
              required(
                  DECLARATION,
                  STRING,
                  "A hash of what the study said of the source; another one is a reason to read all anew."))
          .build();

  private Deliveries() {}
}
