package dev.cohortium;

import dev.cohortium.table.Column;
import dev.cohortium.table.Table;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Rows of which only some columns matter. */
public final class Given {
  private Given() {}

  /**
   * Rows in all columns of a table: those not given are null, or 0 where the table wants a value.
   */
  public static Dataset<Row> as(Table table, Dataset<Row> given) {
    List<String> names = List.of(given.columns());
    return given.selectExpr(
        table.columns().stream().map(column -> column(column, names)).toArray(String[]::new));
  }

  private static String column(Column column, List<String> names) {
    String absent = column.isRequired() ? "0" : "null";
    return "cast(%s as %s) as %s"
        .formatted(
            names.contains(column.name()) ? column.name() : absent,
            column.type().sql(),
            column.name());
  }
}
