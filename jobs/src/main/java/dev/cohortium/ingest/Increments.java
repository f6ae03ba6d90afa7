package dev.cohortium.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import dev.cohortium.config.Source;
import dev.cohortium.config.UserFault;
import java.sql.Timestamp;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;

/** What of a database or Delta table lies beyond what was read of it. */
final class Increments {
  private static final List<String> TIMES = List.of("timestamp", "timestamp_ntz", "date");

  private final Source source;

  /**
   * A value of an increment.
   *
   * @param value as Spark gives it
   * @param text as SQL can cast it back
   */
  record Mark(Comparable<Object> value, String text) {}

  /** The mark of a value that Spark gave; empty: null. */
  @SuppressWarnings("unchecked")
  static Optional<Mark> mark(Object value) {
    return Optional.ofNullable(value)
        .map(given -> new Mark((Comparable<Object>) given, text(given)));
  }

  /** An instant is told as one, whatever the zone of the JVM. */
  private static String text(Object value) {
    return value instanceof Timestamp instant ? instant.toInstant().toString() : value.toString();
  }

  /** The greater of two marks of one type. */
  static Optional<Mark> greater(Optional<Mark> one, Optional<Mark> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.or(() -> other);
    }
    return one.get().value().compareTo(other.get().value()) >= 0 ? one : other;
  }

  Increments(Source source) {
    this.source = source;
  }

  /** The increment's value of a row, of its own type; null without one. */
  Column value(Dataset<Row> rows) {
    return source
        .increment()
        .map(increment -> col(Parsing.quoted(name(rows, increment))))
        .orElse(lit(null).cast("string"));
  }

  /**
   * The rows whose value is greater than {@code mark} less the overlap.
   *
   * @param mark a value as SQL text
   */
  Dataset<Row> beyond(Dataset<Row> rows, String mark) {
    Source.Increment increment = source.increment().orElseThrow();
    String name = name(rows, increment);
    DataType type = rows.schema().apply(name).dataType();
    String seen = "cast(" + Parsing.literal(mark) + " as " + type.sql() + ")";
    return rows.where(expr(Parsing.quoted(name) + " > " + seen + less(increment.overlap(), type)));
  }

  private String less(String overlap, DataType type) {
    boolean isNumber = overlap.matches("[\\d.]+");
    boolean isNone = isNumber && Double.parseDouble(overlap) == 0;
    boolean fits =
        isNone || (isNumber ? type instanceof NumericType : TIMES.contains(type.typeName()));
    if (!fits) {
      throw new UserFault(
          "Source "
              + source.table()
              + ": overlap "
              + overlap
              + " does not go with the increment, whose type is "
              + type.sql()
              + ". Give a number for a number, and a time such as 2 days for a time.");
    }
    return isNone ? "" : isNumber ? " - " + overlap : " - interval " + overlap;
  }

  private String name(Dataset<Row> rows, Source.Increment increment) {
    return Stream.of(rows.columns())
        .filter(increment.column()::equalsIgnoreCase)
        .findFirst()
        .orElseThrow(
            () ->
                new UserFault(
                    "Source "
                        + source.table()
                        + ": increment = "
                        + increment.column()
                        + ", but the source has only the columns "
                        + List.of(rows.columns())
                        + ". Correct sources."
                        + source.table()
                        + ".increment."));
  }
}
