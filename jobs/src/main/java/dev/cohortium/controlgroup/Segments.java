package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;

import dev.cohortium.config.Study;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.table.Customers;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The segments of customers, and the strata that some of them make. */
final class Segments {
  /** Value of a segment where the customer has none. */
  static final String UNKNOWN = "unknown";

  private static final String SEPARATOR = "|";

  private final List<String> names;
  private final List<String> expressions;

  /** The segments of {@code names}. */
  Segments(Study study, List<String> names) {
    this.names = List.copyOf(names);
    this.expressions = names.stream().map(study.segments()::get).toList();
  }

  /** Adds a column of each segment to rows that have a customer_id; who is not listed has none. */
  Dataset<Row> joinedTo(Dataset<Row> rows, Dataset<Row> customers) {
    Column[] values =
        Stream.concat(
                Stream.of(col(Customers.CUSTOMER_ID)),
                Stream.iterate(0, i -> i < names.size(), i -> i + 1)
                    .map(i -> Expressions.of(expressions.get(i)).cast("string").as(column(i))))
            .toArray(Column[]::new);
    return rows.join(
        customers.select(values).withColumn("listed", lit(1)),
        new String[] {Customers.CUSTOMER_ID},
        "left");
  }

  /** Whether {@link #joinedTo} found the customer in no list. */
  static Column isUnlisted() {
    return col("listed").isNull();
  }

  /** The values of {@link Windows#SEGMENTS} of rows that {@link #joinedTo} made. */
  Column values() {
    Column[] values = new Column[names.size() + 1];
    values[0] = lit(Cell.ALL);
    for (int i = 0; i < names.size(); i++) {
      values[i + 1] = value(i);
    }
    return array(values);
  }

  /** Each row in the whole and in each of its segments, by name and value. */
  Dataset<Row> exploded(Dataset<Row> rows) {
    Column[] places = new Column[names.size() + 1];
    for (int i = 0; i < places.length; i++) {
      places[i] =
          struct(
              lit(i == 0 ? Cell.ALL : names.get(i - 1)).as(Windows.SEGMENT_BY),
              col(Windows.SEGMENTS).getItem(i).as(Windows.SEGMENT));
    }
    return rows.select(col("*"), inline(array(places))).drop(Windows.SEGMENTS);
  }

  /** The stratum of rows that {@link #joinedTo} made, by the segments of these names. */
  Column stratum(List<String> strata) {
    Column[] values =
        strata.stream().map(names::indexOf).map(Segments::value).toArray(Column[]::new);
    return strata.isEmpty() ? lit(Cell.ALL) : concat_ws(SEPARATOR, values);
  }

  private static Column value(int place) {
    return coalesce(col(column(place)), lit(UNKNOWN));
  }

  private static String column(int place) {
    return "segment_" + place;
  }
}
