package dev.cohortium;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.translate;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohortium.table.Column;
import dev.cohortium.table.ColumnType;
import dev.cohortium.table.Table;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Rows of a table as text. Dates and timestamps are ISO 8601, timestamps in UTC.
 *
 * @param table whose columns the rows have
 * @param rows numbers, booleans, nulls and text, in the table's order of columns
 */
record Listing(Table table, List<List<Object>> rows) {
  private static final MathContext SIX_DIGITS = new MathContext(6);

  /** How rows are written. */
  enum Format {
    TABLE,
    CSV,
    JSON
  }

  /** The rows in the order of the table's key. {@code redaction} is applied to text. */
  static Listing of(Table table, Dataset<Row> rows, int limit, UnaryOperator<String> redaction) {
    List<List<Object>> cells = new ArrayList<>();
    Dataset<Row> first = rows.orderBy(order(table)).limit(limit);
    for (Row row : first.select(printable(table)).collectAsList()) {
      List<Object> values = new ArrayList<>();
      for (int i = 0; i < row.length(); i++) {
        Object value = row.get(i);
        values.add(value instanceof String text ? redaction.apply(text) : value);
      }
      cells.add(values);
    }
    return new Listing(table, cells);
  }

  /** The key, and where that leaves ties or is empty, all that can be ordered. */
  private static org.apache.spark.sql.Column[] order(Table table) {
    List<String> names = new ArrayList<>(table.key());
    for (Column column : table.columns()) {
      if (column.type() != ColumnType.TEXT_MAP && !names.contains(column.name())) {
        names.add(column.name());
      }
    }
    return names.stream().map(Listing::column).toArray(org.apache.spark.sql.Column[]::new);
  }

  private static org.apache.spark.sql.Column[] printable(Table table) {
    return table.columns().stream()
        .map(c -> printable(c).as(c.name()))
        .toArray(org.apache.spark.sql.Column[]::new);
  }

  private static org.apache.spark.sql.Column printable(Column column) {
    org.apache.spark.sql.Column value = column(column.name());
    return switch (column.type()) {
      case DATE -> value.cast("string");
      // The session's zone is UTC.
      case TIMESTAMP -> concat(translate(value.cast("string"), " ", "T"), lit("Z"));
      case TEXT_MAP -> to_json(value);
      case STRING, INT, LONG, DOUBLE, BOOLEAN, AMOUNT, AMOUNT_SUM -> value;
    };
  }

  private static org.apache.spark.sql.Column column(String name) {
    return col("`" + name + "`");
  }

  /** The first {@code count} rows. */
  Listing first(int count) {
    return new Listing(table, rows.subList(0, Math.min(count, rows.size())));
  }

  String as(Format format) {
    return switch (format) {
      case TABLE -> text();
      case CSV -> csv();
      case JSON -> json();
    };
  }

  private String text() {
    List<List<String>> cells =
        rows.stream().map(row -> row.stream().map(Listing::forPeople).toList()).toList();
    IntPredicate isNumber =
        i ->
            switch (table.columns().get(i).type()) {
              case INT, LONG, DOUBLE, AMOUNT, AMOUNT_SUM -> true;
              case STRING, BOOLEAN, DATE, TIMESTAMP, TEXT_MAP -> false;
            };
    return String.join("\n", aligned(table.columnNames(), cells, isNumber)) + "\n";
  }

  /** Columns two spaces apart, those of {@code isNumber} to the right. */
  static List<String> aligned(List<String> header, List<List<String>> rows, IntPredicate isNumber) {
    int[] widths = header.stream().mapToInt(String::length).toArray();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(header, widths, isNumber));
    rows.forEach(row -> lines.add(line(row, widths, isNumber)));
    return lines;
  }

  private static String line(List<String> cells, int[] widths, IntPredicate isNumber) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - cells.get(i).length());
      line.append(i == 0 ? "" : "  ")
          .append(isNumber.test(i) ? padding + cells.get(i) : cells.get(i) + padding);
    }
    return line.toString().stripTrailing();
  }

  private static String forPeople(Object value) {
    if (value instanceof Double number && Double.isFinite(number)) {
      return new BigDecimal(number).round(SIX_DIGITS).stripTrailingZeros().toPlainString();
    }
    // A row stays on its line.
    return plain(value)
        .replace("\\", "\\\\")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t");
  }

  private static String plain(Object value) {
    if (value == null) {
      return "";
    }
    return value instanceof BigDecimal number ? number.toPlainString() : value.toString();
  }

  /** RFC 4180, but for the line feed that ends a line; null is empty, an empty text is quoted. */
  private String csv() {
    StringBuilder csv = new StringBuilder(String.join(",", table.columnNames())).append('\n');
    for (List<Object> row : rows) {
      csv.append(String.join(",", row.stream().map(Listing::quoted).toList())).append('\n');
    }
    return csv.toString();
  }

  private static String quoted(Object value) {
    String text = plain(value);
    boolean mustBeQuoted =
        (value instanceof String && text.isEmpty()) || text.matches("(?s).*[\",\r\n].*");
    return mustBeQuoted ? "\"" + text.replace("\"", "\"\"") + "\"" : text;
  }

  /** An array with an object on each line. */
  private String json() {
    ObjectMapper mapper =
        new ObjectMapper().configure(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN, true);
    try {
      List<String> objects = new ArrayList<>();
      for (List<Object> row : rows) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < row.size(); i++) {
          Column column = table.columns().get(i);
          boolean isMap = column.type() == ColumnType.TEXT_MAP && row.get(i) != null;
          object.put(column.name(), isMap ? mapper.readTree((String) row.get(i)) : row.get(i));
        }
        objects.add(mapper.writeValueAsString(object));
      }
      return objects.isEmpty() ? "[]\n" : "[\n" + String.join(",\n", objects) + "\n]\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
