package dev.cohortium.ingest;

import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.Map;

/**
 * From text to typed values, as SQL: what is not wholly a value of the type becomes null, never a
 * part of it or a guess, whatever the session's mode. The caller compares with the text to find
 * what did not parse.
 *
 * <p>SQL and not Column functions, because Spark 3.5 has try_cast in SQL alone.
 */
final class Parsing {
  /** Spark alone would read "10:30" as today, and a bare number as a year. */
  private static final String DATED = "^[0-9]{4,6}-[0-9]{1,2}-[0-9]{1,2}([ T].*)?$";

  private final String timestampFormat;
  private final String dateFormat;
  private final DecimalFormatSymbols symbols;

  /**
   * Parses as a source's reader options say.
   *
   * @param options timestampFormat and dateFormat as Spark's CSV reader has them; locale (as in
   *     de-DE) for the decimal comma
   */
  Parsing(Map<String, String> options) {
    this.timestampFormat = option(options, "timestampFormat");
    this.dateFormat = option(options, "dateFormat");
    String locale = option(options, "locale");
    this.symbols =
        locale == null ? null : DecimalFormatSymbols.getInstance(Locale.forLanguageTag(locale));
  }

  private static String option(Map<String, String> options, String name) {
    return options.entrySet().stream()
        .filter(option -> option.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  /**
   * The value of {@code text} as {@code type}; null where it is null, blank or no value of the
   * type.
   *
   * @param text SQL of type STRING
   * @param type a Spark SQL type, as in decimal(12,4)
   */
  String parse(String text, String type) {
    String value = blankAsNull(text);
    String kind = type.strip().toLowerCase(Locale.ROOT);
    if (kind.startsWith("timestamp")) {
      return timestampFormat == null ? dated(value, type) : formatted(value, timestampFormat, type);
    }
    if (kind.equals("date")) {
      return dateFormat == null ? dated(value, type) : formatted(value, dateFormat, type);
    }
    boolean isNumber = !kind.equals("string") && !kind.equals("boolean");
    String number = isNumber && symbols != null ? plainNumber(value) : value;
    return kind.startsWith("decimal") ? unrounded(number, type) : tryCast(number, type);
  }

  /** A text with more decimals than the type has is no value of it, rather than another value. */
  private static String unrounded(String value, String type) {
    String whole = tryCast(value, "decimal(38,18)");
    String typed = tryCast(value, type);
    return "case when coalesce(" + whole + " = " + typed + ", true) then " + typed + " end";
  }

  private static String dated(String value, String type) {
    return "case when " + value + " rlike '" + DATED + "' then " + tryCast(value, type) + " end";
  }

  private static String formatted(String value, String format, String type) {
    return "cast(try_to_timestamp(" + value + ", " + literal(format) + ") as " + type + ")";
  }

  /**
   * 1.234,50 as 1234.50; null where groups are not of three digits, so that 12.50 is not taken for
   * 1250.
   */
  private String plainNumber(String value) {
    String group = "[" + symbols.getGroupingSeparator() + "]";
    String decimal = "[" + symbols.getDecimalSeparator() + "]";
    String wellFormed =
        "^[+-]?([0-9]+|[0-9]{1,3}(" + group + "[0-9]{3})+)(" + decimal + "[0-9]*)?$";
    String plain =
        "regexp_replace(regexp_replace("
            + value
            + ", "
            + literal(group)
            + ", ''), "
            + literal(decimal)
            + ", '.')";
    return "case when " + value + " rlike " + literal(wellFormed) + " then " + plain + " end";
  }

  /** Text without surrounding blanks; null where nothing is left. */
  static String blankAsNull(String text) {
    return "nullif(trim(" + text + "), '')";
  }

  /** A cast that gives null where the value does not fit. */
  static String tryCast(String value, String type) {
    return "try_cast(" + value + " as " + type + ")";
  }

  /** {@code text} as a SQL string literal. */
  static String literal(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  /** A column's exact name in SQL, dots included. */
  static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
