package dev.cohortium.panel;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.posexplode;
import static org.apache.spark.sql.functions.sort_array;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The few values of text columns, numbered from 0 in their order, so that the least number is the
 * least text. Spark aggregates numbers by hashing compiled for the query, texts by sorting.
 */
final class Names {
  private final Dataset<Row> sets;

  private Names(Dataset<Row> sets) {
    this.sets = sets;
  }

  /**
   * The values that {@code columns} have in {@code rows}.
   *
   * @param keep lets the one row that holds them be computed once
   */
  static Names of(Dataset<Row> rows, UnaryOperator<Dataset<Row>> keep, String... columns) {
    Column[] sets =
        Stream.of(columns)
            .map(column -> sort_array(collect_set(col(column))).as(column))
            .toArray(Column[]::new);
    return new Names(keep.apply(rows.select(sets)));
  }

  /** How many values {@code column} has. */
  long count(String column) {
    return sets.select(explode(col(column))).count();
  }

  /** Puts the number of each value into its place; null stays null. */
  Dataset<Row> toNumbers(Dataset<Row> rows, String column) {
    return exchanged(rows, column, column, number(column));
  }

  /** Puts each value into the place of its number. */
  Dataset<Row> toTexts(Dataset<Row> rows, String column) {
    return exchanged(rows, column, number(column), column);
  }

  private Dataset<Row> exchanged(Dataset<Row> rows, String column, String from, String to) {
    Dataset<Row> numbered =
        sets.select(posexplode(col(column)).as(new String[] {number(column), column}));
    return rows.withColumnRenamed(column, from)
        .join(broadcast(numbered), new String[] {from}, "left_outer")
        .drop(from)
        .withColumnRenamed(to, column);
  }

  private static String number(String column) {
    return column + "_number";
  }
}
