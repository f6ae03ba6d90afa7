package dev.cohortium.runtime;

import static org.apache.spark.sql.functions.col;

import dev.cohortium.table.Column;
import dev.cohortium.table.Table;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Holds Datasets against the contracts of their tables. */
public final class Contracts {
  private Contracts() {}

  /**
   * The Spark schema of a table: names, types, required columns not nullable, sentences as
   * comments.
   */
  public static StructType schema(Table table) {
    return new StructType(
        table.columns().stream()
            .map(c -> new StructField(c.name(), type(c), !c.isRequired(), comment(c)))
            .toArray(StructField[]::new));
  }

  /** The Spark type of a column. */
  public static DataType type(Column column) {
    return DataType.fromDDL(column.type().sql());
  }

  /**
   * The same rows in the contract's order of columns, with its sentences.
   *
   * @throws IllegalStateException if a column is missing, surplus or of another type: nothing is
   *     cast in silence
   */
  public static Dataset<Row> conform(Dataset<Row> rows, Table table) {
    List<String> differences = new ArrayList<>();
    for (Column column : table.columns()) {
      StructType given = rows.schema();
      if (!List.of(given.fieldNames()).contains(column.name())) {
        differences.add("lacks " + column.name() + " " + column.type().sql());
      } else if (!given.apply(column.name()).dataType().sameType(type(column))) {
        differences.add(
            column.name()
                + " is "
                + given.apply(column.name()).dataType().sql()
                + ", not "
                + column.type().sql());
      }
    }
    for (String name : rows.columns()) {
      if (table.column(name).isEmpty()) {
        differences.add("has an undeclared " + name);
      }
    }
    if (!differences.isEmpty()) {
      throw new IllegalStateException(
          "rows of " + table.name() + " break its contract: " + String.join("; ", differences));
    }
    return rows.select(
        table.columns().stream()
            .map(c -> col(c.name()).as(c.name(), comment(c)))
            .toArray(org.apache.spark.sql.Column[]::new));
  }

  private static Metadata comment(Column column) {
    return new MetadataBuilder().putString("comment", column.sentence()).build();
  }
}
