package dev.cohortium;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a text means by Java's own classes alone: the other opinion that ingest is held against. A
 * text without a meaning here must be quarantined; one with a meaning may be, unless it is plain.
 */
final class PlainReading {
  /** Longer numbers are nobody's, and Java takes its time over them. */
  private static final int LONGEST_NUMBER = 400;

  private static final Pattern TIME =
      Pattern.compile(
          "(\\d{4})-(\\d{1,2})-(\\d{1,2})"
              + "(?:[ T](\\d{1,2})(?::(\\d{1,2})(?::(\\d{1,2})(?:\\.(\\d*))?)?)?\\s*(\\S+)?)?");

  private PlainReading() {}

  /** Whether nothing is there to be read. */
  static boolean isBlank(String text) {
    return text == null || text(text).isEmpty();
  }

  /** A text without the blanks around it. */
  static String text(String text) {
    return text.replaceAll("^ +| +$", "");
  }

  /** Numbers, times and words may also stand between control characters. */
  private static String trimmed(String text) {
    return text.replaceAll("^[\\s\\p{Cntrl}]+|[\\s\\p{Cntrl}]+$", "");
  }

  /** A whole number between the two. */
  static Optional<BigDecimal> whole(String text, long low, long high) {
    return trimmed(text).matches("[+-]?[0-9]+")
        ? number(text)
            .filter(n -> n.compareTo(BigDecimal.valueOf(low)) >= 0)
            .filter(n -> n.compareTo(BigDecimal.valueOf(high)) <= 0)
        : Optional.empty();
  }

  /** A number that fits a decimal of so many digits without being rounded. */
  static Optional<BigDecimal> decimal(String text, int precision, int scale) {
    return number(text)
        .map(BigDecimal::stripTrailingZeros)
        .filter(n -> n.scale() <= scale && n.precision() - n.scale() <= precision - scale);
  }

  /** A finite double. */
  static Optional<Double> real(String text) {
    return trimmed(text).matches("[0-9.eE+-]+")
        ? parsed(() -> Double.valueOf(trimmed(text))).filter(Double::isFinite)
        : Optional.empty();
  }

  private static Optional<BigDecimal> number(String text) {
    return text.length() > LONGEST_NUMBER
        ? Optional.empty()
        : parsed(() -> new BigDecimal(trimmed(text)));
  }

  /** A time; one without an offset is local in {@code zone}. Cut to microseconds. */
  static Optional<Instant> time(String text, ZoneId zone) {
    Matcher time = TIME.matcher(trimmed(text));
    return time.matches()
        ? parsed(() -> instant(time, zone).truncatedTo(ChronoUnit.MICROS))
        : Optional.empty();
  }

  private static Instant instant(Matcher time, ZoneId zone) {
    LocalDateTime local =
        day(time).atTime(part(time, 4), part(time, 5), part(time, 6), nanos(time.group(7)));
    ZoneId given = time.group(8) == null ? zone : ZoneId.of(time.group(8), ZoneId.SHORT_IDS);
    return ZonedDateTime.ofLocal(local, given, null).toInstant();
  }

  private static int nanos(String fraction) {
    return fraction == null ? 0 : Integer.parseInt((fraction + "000000000").substring(0, 9));
  }

  /** A day, whatever time of day follows. */
  static Optional<LocalDate> day(String text) {
    Matcher time = TIME.matcher(trimmed(text));
    // The time of day must be one, too.
    return time(text, ZoneOffset.UTC).isPresent() && time.matches()
        ? parsed(() -> day(time))
        : Optional.empty();
  }

  private static LocalDate day(Matcher time) {
    return LocalDate.of(part(time, 1), part(time, 2), part(time, 3));
  }

  private static int part(Matcher time, int group) {
    return time.group(group) == null ? 0 : Integer.parseInt(time.group(group));
  }

  /** True or false in the words that SQL has for them. */
  static Optional<Boolean> truth(String text) {
    String word = trimmed(text).toLowerCase(Locale.ROOT);
    return Set.of("t", "true", "y", "yes", "1").contains(word)
        ? Optional.of(true)
        : Set.of("f", "false", "n", "no", "0").contains(word)
            ? Optional.of(false)
            : Optional.empty();
  }

  private static <T> Optional<T> parsed(Supplier<T> value) {
    try {
      return Optional.of(value.get());
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      return Optional.empty();
    }
  }
}
