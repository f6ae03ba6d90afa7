package dev.cohortium.ingest;

import dev.cohortium.config.Source;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a source as they came: its own columns (text from CSV and JSON, native types
 * elsewhere) beside the columns named here, whose names no source uses.
 */
record Raw(Source source, Dataset<Row> rows) {
  private static final String MARK = "__cohortium_";

  /** STRING: the file, or the database without its secrets. */
  static final String FILE = MARK + "file";

  /** TIMESTAMP: when the file was last modified, or the database read. */
  static final String MODIFIED_AT = MARK + "modified_at";

  /** STRING: the text of a line that is no row; null for the others. */
  static final String MALFORMED = MARK + "malformed";

  /** Of any type: the value of the source's increment; null without one. */
  static final String INCREMENT = MARK + "increment";

  /** The source's own columns. */
  StructType columns() {
    StructType columns = new StructType();
    for (StructField field : rows.schema().fields()) {
      columns = isSourceColumn(field.name()) ? columns.add(field) : columns;
    }
    return columns;
  }

  /** Whether {@code column} is the source's own. */
  static boolean isSourceColumn(String column) {
    return !column.startsWith(MARK);
  }

  /** A technical column's name that no source uses. */
  static String technical(String name) {
    return MARK + name;
  }
}
