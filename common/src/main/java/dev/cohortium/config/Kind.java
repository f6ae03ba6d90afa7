package dev.cohortium.config;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a key may hold.
 *
 * @param allowed what is allowed, to follow "must be"
 * @param words the only words, or those from which a mistyped one is guessed; empty: free text
 * @param parse the value that a text means; empty: not allowed
 */
record Kind<T>(String allowed, Collection<String> words, Function<String, Optional<T>> parse) {
  private static final Pattern DECIMAL =
      Pattern.compile("decimal\\(\\s*(\\d{1,2})\\s*,\\s*(\\d{1,2})\\s*\\)");
  private static final int LONGEST_SQL = 10_000;
  private static final List<String> SQL_TYPES =
      List.of(
          "string",
          "boolean",
          "tinyint",
          "smallint",
          "int",
          "bigint",
          "long",
          "float",
          "double",
          "date",
          "timestamp",
          "timestamp_ntz");

  static final Kind<String> TEXT =
      new Kind<>("some text", List.of(), text -> Optional.of(text).filter(t -> !t.isBlank()));

  /** Spark takes minutes over expressions that are much longer. */
  static final Kind<String> SQL =
      new Kind<>(
          "an SQL expression of at most " + LONGEST_SQL + " characters",
          List.of(),
          text -> TEXT.parse().apply(text).filter(t -> t.length() <= LONGEST_SQL));

  /** A name that is part of a path: that of a study or a programme. */
  static final Kind<String> SLUG =
      matching("[a-z0-9][a-z0-9-]{0,99}", "a-z, 0-9 and - only, at most 100");

  static final Kind<String> PROGRAMME =
      matching("[A-Za-z0-9][A-Za-z0-9_-]{0,99}", "letters, digits, _ and - only, at most 100");

  /** A name that stands in SQL and in column values. */
  static final Kind<String> IDENTIFIER =
      matching("[A-Za-z_][A-Za-z0-9_]*", "letters, digits and _ only, no digit first");

  /** An identifier that a table of segments has no other use for. */
  static final Kind<String> SEGMENT =
      new Kind<>(
          IDENTIFIER.allowed() + ", and neither all nor unknown",
          List.of(),
          text ->
              IDENTIFIER.parse().apply(text).filter(t -> !t.equals("all") && !t.equals("unknown")));

  static final Kind<Boolean> TRUE_OR_FALSE =
      new Kind<>(
          "true or false",
          List.of("true", "false"),
          text ->
              List.of("true", "false").contains(text)
                  ? Optional.of(text.equals("true"))
                  : Optional.empty());

  static final Kind<LocalDate> DATE =
      new Kind<>("a date YYYY-MM-DD", List.of(), text -> time(text, () -> LocalDate.parse(text)));

  static final Kind<YearMonth> MONTH =
      new Kind<>("a month YYYY-MM", List.of(), text -> time(text, () -> YearMonth.parse(text)));

  /** Regions only: an offset has no daylight-saving time, and is hardly ever meant. */
  static final Kind<ZoneId> ZONE =
      new Kind<>(
          "a region such as Europe/London, or UTC",
          ZoneId.getAvailableZoneIds(),
          text ->
              ZoneId.getAvailableZoneIds().contains(text)
                  ? Optional.of(ZoneId.of(text))
                  : Optional.empty());

  /** A number, or a number of seconds, minutes, hours or days. */
  static final Kind<String> OVERLAP =
      matching(
          "\\d+(\\.\\d+)?|\\d+ (second|minute|hour|day)s?",
          "a number, or a time such as 2 days (seconds, minutes, hours or days)");

  static final Kind<String> CURRENCY =
      new Kind<>(
          "an ISO 4217 code such as EUR",
          List.of(),
          text ->
              Currency.getAvailableCurrencies().stream()
                  .map(Currency::getCurrencyCode)
                  .filter(text::equals)
                  .findAny());

  static final Kind<String> SQL_TYPE =
      new Kind<>(
          "one of "
              + String.join(", ", SQL_TYPES)
              + ", decimal(P,S) with P from 1 to 38 and S from 0 to P",
          SQL_TYPES,
          Kind::sqlType);

  private static Optional<String> sqlType(String text) {
    String type = text.strip().toLowerCase(Locale.ROOT);
    Matcher decimal = DECIMAL.matcher(type);
    boolean isDecimal =
        decimal.matches()
            && isBetween(1, Integer.parseInt(decimal.group(1)), 38)
            && isBetween(0, Integer.parseInt(decimal.group(2)), Integer.parseInt(decimal.group(1)));
    return isDecimal || SQL_TYPES.contains(type) ? Optional.of(type) : Optional.empty();
  }

  private static boolean isBetween(int low, int value, int high) {
    return low <= value && value <= high;
  }

  /** One of {@code words}. */
  static Kind<String> oneOf(Collection<String> words) {
    return new Kind<>(
        "one of " + String.join(", ", words),
        words,
        text -> Optional.of(text).filter(words::contains));
  }

  /** One of an enum's constants, in small letters. */
  static <E extends Enum<E>> Kind<E> wordOf(Class<E> type) {
    Function<E, String> word = constant -> constant.name().toLowerCase(Locale.ROOT);
    List<String> words = Arrays.stream(type.getEnumConstants()).map(word).toList();
    return new Kind<>(
        "one of " + String.join(", ", words),
        words,
        text ->
            Arrays.stream(type.getEnumConstants())
                .filter(constant -> word.apply(constant).equals(text))
                .findAny());
  }

  static Kind<Integer> wholeNumber(int low, int high) {
    return new Kind<>(
        "a whole number from " + low + " to " + high,
        List.of(),
        text ->
            decimal(text, low, high)
                .filter(n -> n.stripTrailingZeros().scale() <= 0)
                .map(BigDecimal::intValueExact));
  }

  static Kind<Double> number(double low, double high) {
    return new Kind<>(
        "a number from "
            + BigDecimal.valueOf(low).stripTrailingZeros().toPlainString()
            + " to "
            + BigDecimal.valueOf(high).stripTrailingZeros().toPlainString(),
        List.of(),
        text -> decimal(text, low, high).map(BigDecimal::doubleValue));
  }

  private static Kind<String> matching(String pattern, String allowed) {
    return new Kind<>(
        allowed, List.of(), text -> Optional.of(text).filter(t -> t.matches(pattern)));
  }

  private static Optional<BigDecimal> decimal(String text, double low, double high) {
    // Nobody means a longer one, and BigDecimal takes its time over very long ones.
    if (text.length() > 40) {
      return Optional.empty();
    }
    try {
      BigDecimal number = new BigDecimal(text);
      return Optional.of(number)
          .filter(n -> n.compareTo(BigDecimal.valueOf(low)) >= 0)
          .filter(n -> n.compareTo(BigDecimal.valueOf(high)) <= 0);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Java also reads years before Christ and of more than four digits, which no calendar has. */
  private static <T> Optional<T> time(String text, Supplier<T> parsed) {
    try {
      return text.startsWith("-") || text.startsWith("+")
          ? Optional.empty()
          : Optional.of(parsed.get());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** What is allowed, and what was probably meant by {@code text}. */
  String advice(String text) {
    return "must be "
        + allowed
        + Nearest.to(text, words).map(word -> "; did you mean " + word + "?").orElse("");
  }
}
