package dev.cohortium.ingest;

import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From text to typed values, as SQL: what is not wholly a value of the type becomes null, never a
 * part of it or a guess, whatever the session's mode. The caller compares with the text to find
 * what did not parse.
 *
 * <p>SQL and not Column functions, because Spark 3.5 has try_cast in SQL alone.
 */
final class Parsing {
  /** Spark alone would read "10:30" as today, and a bare number as a year. */
  private static final String DATED = "^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T].*)?$";

  /** Without an offset, which Spark would leave out in silence. */
  private static final String LOCAL = "^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9:.]*)?$";

  /** Spark alone would read 12d, 0x1p3, NaN and Infinity, too. */
  private static final String REAL = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$";

  /** As programs write numbers with an exponent; so many digits a double keeps apart. */
  private static final String SCIENTIFIC = "^[+-]?[0-9]([.][0-9]{0,14})?[eE][+-]?[0-9]{1,2}$";

  private static final Pattern DECIMAL =
      Pattern.compile("decimal\\(\\s*\\d+\\s*,\\s*(\\d+)\\s*\\)");

  private final String timestampFormat;
  private final String dateFormat;
  private final DecimalFormatSymbols symbols;

  /**
   * Parses as a source's reader options say.
   *
   * @param options timestampFormat and dateFormat as Spark's CSV reader has them; locale (as in
   *     de-DE) for the decimal comma
   * @throws IllegalArgumentException if the locale is none: its numbers would be read as others
   */
  Parsing(Map<String, String> options) {
    this.timestampFormat = option(options, "timestampFormat");
    this.dateFormat = option(options, "dateFormat");
    String locale = option(options, "locale");
    this.symbols = locale == null ? null : symbols(locale);
  }

  private static DecimalFormatSymbols symbols(String tag) {
    Locale locale = Locale.forLanguageTag(tag);
    if (!List.of(DecimalFormatSymbols.getAvailableLocales()).contains(locale.stripExtensions())
        || locale.getLanguage().isEmpty()) {
      throw new IllegalArgumentException(
          "locale = " + tag + " is no language tag such as de-DE or en-US");
    }
    return DecimalFormatSymbols.getInstance(locale);
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
      return timestampFormat == null
          ? dated(value, kind.equals("timestamp_ntz") ? LOCAL : DATED, type)
          : formatted(value, timestampFormat, type);
    }
    if (kind.equals("date")) {
      return dateFormat == null ? day(value) : formatted(value, dateFormat, type);
    }
    boolean isNumber = !kind.equals("string") && !kind.equals("boolean");
    return number(isNumber && symbols != null ? plainNumber(value) : value, kind);
  }

  private static String number(String value, String type) {
    Matcher decimal = DECIMAL.matcher(type);
    if (decimal.matches()) {
      return decimal(value, type, decimal.group(1));
    }
    return type.equals("double") || type.equals("float")
        ? finite(value, type)
        : tryCast(value, type);
  }

  /**
   * A text with more decimals than the type has is no value of it, rather than another value. The
   * length is bounded, because Java takes its time over very long numbers and fails at exponents
   * such as 1e-999999999.
   */
  private static String decimal(String value, String type, String scale) {
    String plain = "^[+-]?[0-9]{0,80}([.][0-9]{0," + scale + "}0{0,80})?$";
    String typed = tryCast(value, type);
    String same = tryCast(value, "double") + " = " + tryCast(typed, "double");
    // Nested, so that nothing is cast before its text is known to be short.
    return "case when %1$s rlike '%2$s' then %4$s when %1$s rlike '%3$s' then case when %5$s then %4$s end end"
        .formatted(value, plain, SCIENTIFIC, typed, same);
  }

  /** What is too great for the type is no value of it, rather than Infinity. */
  private static String finite(String value, String type) {
    String typed = tryCast(value, type);
    return "case when %s rlike '%s' and abs(%s) < double('Infinity') then %s end"
        .formatted(value, REAL, typed, typed);
  }

  private static String dated(String value, String pattern, String type) {
    return "case when %s rlike '%s' then %s end".formatted(value, pattern, tryCast(value, type));
  }

  /** Spark alone would read a day whatever follows it; here it must be a time of day. */
  private static String day(String value) {
    String time = dated(value, DATED, "timestamp");
    return "case when %s is not null then %s end".formatted(time, tryCast(value, "date"));
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
