package dev.cohortium.ingest;

import dev.cohortium.table.ColumnType;
import java.util.Optional;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;

/**
 * From the type that a mapping's expression gives to the type of its canonical column, as SQL.
 * There is a way only where it is sound: a number is no time, and a fraction no whole number.
 */
final class Conversion {
  private final Parsing parsing;

  Conversion(Parsing parsing) {
    this.parsing = parsing;
  }

  /** What a Spark type is, as far as a conversion cares. */
  private enum Given {
    NOTHING,
    TEXT,
    WHOLE,
    FRACTION,
    TRUTH,
    TIME,
    TEXT_MAP,
    OTHER
  }

  private static Given given(DataType type) {
    String name = type.typeName();
    return switch (name.startsWith("decimal") ? "decimal" : name) {
      case "void", "null" -> Given.NOTHING;
      case "string" -> Given.TEXT;
      case "byte", "short", "integer", "long" -> Given.WHOLE;
      case "float", "double", "decimal" -> Given.FRACTION;
      case "boolean" -> Given.TRUTH;
      case "date", "timestamp", "timestamp_ntz" -> Given.TIME;
      case "map" -> ofText((MapType) type) ? Given.TEXT_MAP : Given.OTHER;
      default -> Given.OTHER;
    };
  }

  private static boolean ofText(MapType map) {
    return given(map.keyType()) == Given.TEXT && given(map.valueType()) == Given.TEXT;
  }

  /**
   * SQL that turns {@code value} into {@code column}; null where it is no value of it.
   *
   * @param value SQL of type {@code type}
   * @return empty if there is no sound way from the one type to the other
   */
  Optional<String> to(ColumnType column, String value, DataType type) {
    String target = column.sql();
    Given given = given(type);
    if (given == Given.NOTHING) {
      return Optional.of("cast(null as " + target + ")");
    }
    if (given == Given.TEXT && column != ColumnType.TEXT_MAP) {
      return Optional.of(
          column == ColumnType.STRING ? Parsing.blankAsNull(value) : parsing.parse(value, target));
    }
    return Optional.ofNullable(
        switch (column) {
          case STRING ->
              switch (given) {
                case FRACTION -> withoutEmptyFraction(value);
                case WHOLE, TRUTH, TIME -> "cast(" + value + " as string)";
                case NOTHING, TEXT, TEXT_MAP, OTHER -> null;
              };
          case INT, LONG ->
              switch (given) {
                case WHOLE -> Parsing.tryCast(value, target);
                case FRACTION ->
                    "case when %1$s = floor(%1$s) then %2$s end"
                        .formatted(value, Parsing.tryCast(value, target));
                case NOTHING, TEXT, TRUTH, TIME, TEXT_MAP, OTHER -> null;
              };
          case AMOUNT, AMOUNT_SUM, DOUBLE ->
              given == Given.WHOLE || given == Given.FRACTION
                  ? Parsing.tryCast(value, target)
                  : null;
          case BOOLEAN ->
              given == Given.TRUTH ? value : given == Given.WHOLE ? value + " <> 0" : null;
          case TIMESTAMP, DATE -> given == Given.TIME ? inCalendar(value, target) : null;
          case TEXT_MAP -> given == Given.TEXT_MAP ? value : null;
        });
  }

  /**
   * 17850 for 17850.0, as ids come from files that know no whole number with gaps; what stands in a
   * gap there, NaN, names nothing.
   */
  private static String withoutEmptyFraction(String value) {
    return "case when %1$s = %2$s then cast(%2$s as string) when abs(%1$s) < double('Infinity') then cast(%1$s as string) end"
        .formatted(value, Parsing.tryCast(value, "decimal(38,0)"));
  }

  /**
   * A time of the years 1 to 9999. Beyond, Spark's cast may overflow to null although it promises a
   * value, so that nobody could ask for the null.
   */
  private static String inCalendar(String value, String target) {
    return "case when %1$s >= date'0001-01-01' and %1$s < date'9999-12-31' then cast(%1$s as %2$s) end"
        .formatted(value, target);
  }

  /** What to do where there is no way. */
  static String hint(ColumnType column, DataType type) {
    Given given = given(type);
    return column == ColumnType.TIMESTAMP && (given == Given.WHOLE || given == Given.FRACTION)
        ? "; use timestamp_seconds(...) or timestamp_millis(...)"
        : "";
  }
}
