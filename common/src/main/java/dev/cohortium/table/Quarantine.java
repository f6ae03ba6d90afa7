package dev.cohortium.table;

import static dev.cohortium.table.Column.optional;
import static dev.cohortium.table.Column.required;
import static dev.cohortium.table.ColumnType.STRING;
import static dev.cohortium.table.ColumnType.TIMESTAMP;

/** One delivered row that was rejected. */
public final class Quarantine {
  public static final String SOURCE = "source";
  public static final String FILE = "file";
  public static final String ROW = "row";
  public static final String REASON = "reason";
  public static final String DELIVERED_AT = "delivered_at";
  public static final String RUN_ID = "run_id";

  public static final Table TABLE =
      Table.in(Layer.CLEAN, "quarantine", "One delivered row that was rejected.")
          .with(
              required(SOURCE, STRING, "The source, named by its canonical table."),
              required(FILE, STRING, "The file, or the database without its secrets."),
              required(ROW, STRING, "The row as it came: the line of a CSV file, else JSON.")
                  .personal(),
              required(
                  REASON, STRING, "Every reason for which it was rejected, separated by '; '."),
              optional(DELIVERED_AT, TIMESTAMP, "When the source delivered it."),
              required(RUN_ID, STRING, "The run that rejected it."))
          .published(Table.Publication.ALWAYS)
          .build();

  private Quarantine() {}
}
