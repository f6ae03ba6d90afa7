package dev.cohortium;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Stores;
import dev.cohortium.table.Transactions;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * What must become of delivered rows, of sources mapped as {@link FuzzedRowsTest} maps them, by
 * Java's own classes alone.
 */
final class ExpectedRows {
  private static final Instant PLAUSIBLE_FROM = Instant.parse("1990-01-01T00:00:00Z");
  private static final Instant PLAUSIBLE_UNTIL = Instant.parse("2100-01-01T00:00:00Z");
  private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

  /** Brackets that JSON may nest. */
  private static final int DEEPEST = 49;

  /** A column of brackets only. */
  private static final String DEEP = "deep";

  private ExpectedRows() {}

  static String decoded(String bytes) {
    return new String(bytes.getBytes(ISO_8859_1), UTF_8);
  }

  private static Map<String, String> decoded(Map<String, String> bytes) {
    Map<String, String> texts = new LinkedHashMap<>(bytes);
    texts.replaceAll((column, text) -> decoded(text));
    return texts;
  }

  static Delivered receipt(Map<String, String> bytes) {
    Map<String, String> cells = decoded(bytes);
    Reading reading = new Reading(cells);
    reading.required("receipt", Transactions.TRANSACTION_ID, ExpectedRows::id);
    reading.optional("customer", Transactions.CUSTOMER_ID, ExpectedRows::id);
    reading.required("at", Transactions.OCCURRED_AT, ExpectedRows::plausible);
    reading.optional("day", Transactions.STORE_ID, PlainReading::day);
    Optional<BigDecimal> quantity =
        reading.optional(
            "qty",
            Transactions.QUANTITY,
            text -> PlainReading.whole(text, -1L << 31, (1L << 31) - 1));
    Optional<BigDecimal> price =
        reading.optional("price", "price", text -> PlainReading.decimal(text, 12, 4));
    reading.result(
        Transactions.NET_AMOUNT,
        quantity.flatMap(q -> price.map(q::multiply)).filter(ExpectedRows::isAmount));
    reading.optional(
        "discount", Transactions.DISCOUNT_AMOUNT, text -> PlainReading.decimal(text, 18, 4));
    reading.optional(
        "cost",
        Transactions.COST_AMOUNT,
        text -> PlainReading.real(text).map(ExpectedRows::rounded).filter(ExpectedRows::isAmount));
    reading.optional("card", Transactions.CARD_USED, PlainReading::truth);
    reading.optional("currency", Transactions.CURRENCY, ExpectedRows::euro);
    reading.optional("note", Transactions.CATEGORY, text -> Optional.of(PlainReading.text(text)));
    return reading.delivered(cells.get("customer").startsWith("TEST"));
  }

  /** Ids that are no text in the source's encoding could not be told apart. */
  private static Optional<String> id(String text) {
    return Optional.of(PlainReading.text(text)).filter(id -> !id.contains("\uFFFD"));
  }

  private static Optional<Instant> plausible(String text) {
    return PlainReading.time(text, ZONE)
        .filter(time -> !time.isBefore(PLAUSIBLE_FROM) && time.isBefore(PLAUSIBLE_UNTIL));
  }

  private static boolean isAmount(BigDecimal number) {
    return PlainReading.decimal(number.toPlainString(), 18, 4).isPresent();
  }

  private static BigDecimal rounded(double number) {
    return new BigDecimal(Double.toString(number)).setScale(4, RoundingMode.HALF_UP);
  }

  private static Optional<String> euro(String text) {
    return Optional.of(PlainReading.text(text).toUpperCase(Locale.ROOT)).filter("EUR"::equals);
  }

  static Delivered enrolment(Map<String, String> bytes) {
    Reading reading = new Reading(decoded(bytes));
    reading.required("customer", Enrolments.CUSTOMER_ID, ExpectedRows::id);
    Optional<Instant> from =
        reading.required("from", Enrolments.ENROLLED_AT, ExpectedRows::plausible);
    reading.optional(
        "until",
        Enrolments.LEFT_AT,
        text -> plausible(text).filter(until -> from.map(f -> !until.isBefore(f)).orElse(true)));
    reading.result(Enrolments.PROGRAM_ID, Optional.of("club"));
    return reading.delivered(false);
  }

  static Delivered malformed(int n) {
    return new Delivered("n" + n + "#", List.of(List.of("malformed")), Map.of(), false, false);
  }

  static Delivered customer(int n, Map<String, String> tokens) throws IOException {
    if (tokens.getOrDefault(DEEP, "").length() > 2 * DEEPEST) {
      return malformed(n);
    }
    Map<String, String> cells = new LinkedHashMap<>();
    for (Map.Entry<String, String> token : tokens.entrySet()) {
      cells.put(token.getKey(), textOf(token.getValue()));
    }
    Reading reading = new Reading(cells);
    reading.required("id", Customers.CUSTOMER_ID, ExpectedRows::id);
    reading.optional("born", Customers.BIRTH_YEAR, text -> PlainReading.whole(text, 1850, 2100));
    reading.optional("since", Customers.REGISTERED_AT, ExpectedRows::plausible);
    reading.optional("town", Customers.CITY, text -> Optional.of(PlainReading.text(text)));
    reading.optional(
        "points",
        "points",
        text -> PlainReading.decimal(text, 12, 4).map(p -> p.setScale(4).toPlainString()));
    return reading.delivered(false);
  }

  /** A string as it is, a fraction as a double, and anything else as JSON is written. */
  private static String textOf(String token) throws IOException {
    JsonNode value = new ObjectMapper().readTree(token);
    if (value.isNull()) {
      return null;
    }
    return value.isTextual()
        ? value.textValue()
        : new String(new ObjectMapper().writeValueAsBytes(value), UTF_8);
  }

  static Delivered store(Row row) {
    Map<String, String> cells = new LinkedHashMap<>();
    cells.put("key", row.getString(0));
    cells.put("code", row.isNullAt(1) ? null : String.valueOf(row.getDouble(1)));
    cells.put("started", row.isNullAt(2) ? null : LocalDate.ofEpochDay(row.getInt(2)).toString());
    Reading reading = new Reading(cells);
    reading.required(
        "code", Stores.STORE_ID, text -> PlainReading.real(text).map(ExpectedRows::code));
    reading.optional("started", Stores.PILOT_STARTED_AT, ExpectedRows::plausible);
    return reading.delivered(false);
  }

  private static String code(double code) {
    boolean isWhole = code == Math.rint(code) && Math.abs(code) < 1e38;
    return isWhole ? new BigDecimal(code).setScale(0).toPlainString() : Double.toString(code);
  }
}
