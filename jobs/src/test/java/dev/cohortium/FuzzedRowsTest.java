package dev.cohortium;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohortium.config.StudyReader;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Column;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Stores;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than ten thousand rows that a fixed seed has spoilt, through ingest: every row is accounted
 * for, and what is clean is what Java's own classes read in its text.
 */
class FuzzedRowsTest extends SparkTest {
  private static final int LONGEST_FAULT = 1000;

  /** A column of brackets only. */
  private static final String DEEP = "deep";

  /** Names a delivered row wherever it ends. */
  private static final Pattern KEY = Pattern.compile("n\\d+#");

  private static final String STUDY =
      """
      study = fuzzed, currency = EUR, time-zone = "Europe/Berlin", max-quarantine-share = 1
      programmes.club {}
      sources.transactions {
        format = csv
        path = ["FOLDER/t1.csv", "FOLDER/t2.csv"]
        types { at = timestamp, day = date, qty = int, price = "decimal(12,4)", cost = double, card = boolean }
        columns {
          transaction_id = receipt, customer_id = customer, occurred_at = at, product_id = key, store_id = "cast(day as string)"
          quantity = qty, net_amount = "qty * price", discount_amount = discount, cost_amount = cost
          card_used = card, currency = currency, category = note
        }
        filters { test = "customer like 'TEST%'" }
      }
      """;

  private static final String CUSTOMERS =
      """
      sources.customers {
        format = json
        path = "FOLDER/c.json"
        types { born = int, points = "decimal(12,4)" }
        columns { customer_id = id, birth_year = born, registered_at = since, city = town }
        attributes { key = key, points = points }
      }
      """;

  private static final String OTHERS =
      """
      sources.enrolments {
        format = csv
        path = "FOLDER/e.csv"
        options.multiLine = true
        columns { customer_id = customer, enrolled_at = from, left_at = until, tier = key }
      }
      sources.stores {
        format = parquet
        path = "FOLDER/s"
        columns { store_id = code, region = key, pilot_started_at = started }
      }
      """;

  @TempDir private Path folder;

  private final Random random = new Random(20240229);
  private final Spoiling spoiling = new Spoiling(random);
  private final List<String> faults = new ArrayList<>();

  @Test
  void a_spoilt_row_is_clean_as_java_reads_it_or_in_quarantine_for_what_is_wrong()
      throws IOException {
    List<Map<String, String>> first = receipts(1, 4500);
    List<Map<String, String>> second = receipts(10_000, 1500);
    write("t1.csv", csv(first, "\n"));
    // As a spreadsheet writes it.
    write("t2.csv", "\u00EF\u00BB\u00BF" + csv(second, "\r\n"));
    List<Map<String, String>> joinings = joinings(2000);
    write("e.csv", csv(joinings, "\n"));
    List<Delivered> customers = customers(3000);
    List<Delivered> stores = stores(300);

    Frames out = ingest(STUDY + CUSTOMERS + OTHERS);

    List<Map<String, String>> receipts = new ArrayList<>(first);
    receipts.addAll(second);
    expectReceipts(out, receipts.stream().map(cells -> ExpectedRows.receipt(cells)).toList());
    expectKeyed(
        out,
        Enrolments.TABLE,
        joinings.stream().map(cells -> ExpectedRows.enrolment(cells)).toList(),
        row -> row.getAs(Enrolments.TIER));
    expectKeyed(out, Customers.TABLE, customers, row -> row.getAs("key"));
    expectKeyed(out, Stores.TABLE, stores, row -> row.getAs(Stores.REGION));
    assertThat(faults).isEmpty();
  }

  @Test
  void a_line_of_spoilt_bytes_is_accounted_for() throws IOException {
    String header = "";
    List<String> receipts = new ArrayList<>();
    List<String> customers = new ArrayList<>();
    for (int n = 1; n <= 1500; n++) {
      List<String> lines = csv(List.of(goodReceipt(n)), "\n").lines().toList();
      header = lines.get(0) + "\n";
      receipts.add(spoiltBytes(lines.get(1)));
      customers.add(spoiltJson(goodTokens(n)));
    }
    write("t1.csv", header + String.join("\n", receipts));
    write("t2.csv", header);
    write("c.json", String.join("\n", customers));

    Frames out = ingest(STUDY + CUSTOMERS);

    List<String> lines = lines(receipts);
    expectCounts(counts(out, Transactions.TABLE), lines.size());
    expectCounts(counts(out, Customers.TABLE), lines(customers).size());
    Map<String, List<Delivered>> readable =
        lines.stream()
            .filter(line -> !line.contains("\""))
            .map(line -> line.split(",", -1))
            .filter(cells -> cells.length == goodReceipt(1).size())
            .map(cells -> ExpectedRows.receipt(cells(cells)))
            .collect(groupingBy(Delivered::key));
    for (Row row : rows(out, Transactions.TABLE)) {
      List<Delivered> same = readable.getOrDefault(row.getAs(Transactions.PRODUCT_ID), List.of());
      if (same.size() == 1) {
        expectClean(row, Transactions.TABLE, same.get(0));
      }
    }
    assertThat(faults).isEmpty();
  }

  private String spoiltBytes(String line) {
    return new String(spoiling.bytes(line.getBytes(ISO_8859_1)), ISO_8859_1);
  }

  /** A source whose keys differ in case alone is refused whole, so that no key changes its case. */
  private String spoiltJson(Map<String, String> tokens) {
    String spoilt = spoiltBytes(json(tokens));
    String keys = "\"(" + String.join("|", tokens.keySet()) + ")\"";
    return spoilt.replaceAll(keys, "").matches("(?is).*" + keys + ".*")
        ? spoiltJson(tokens)
        : spoilt;
  }

  /** The lines in which Hadoop divides a file, but for blank ones. */
  private static List<String> lines(List<String> spoilt) {
    return Arrays.stream(String.join("\n", spoilt).split("\r\n|\r|\n"))
        .filter(line -> !ExpectedRows.decoded(line).trim().isEmpty())
        .toList();
  }

  // --- what must hold ---

  /** Notes what does not hold, so that all of it is seen at once. */
  private void expect(boolean holds, String what, Object... details) {
    if (!holds) {
      String fault = String.format(Locale.ROOT, what, details);
      faults.add(fault.length() <= LONGEST_FAULT ? fault : fault.substring(0, LONGEST_FAULT));
    }
  }

  private void expectReceipts(Frames out, List<Delivered> delivered) {
    Map<String, List<Row>> clean =
        byKey(rows(out, Transactions.TABLE), row -> row.getAs(Transactions.PRODUCT_ID));
    Map<String, List<Row>> quarantined = quarantined(out, Transactions.TABLE);
    long duplicates = 0;
    long filtered = 0;
    for (List<Delivered> copies : byKey(delivered, Delivered::key).values()) {
      Delivered row = copies.get(0);
      List<Row> kept = clean.getOrDefault(row.key(), List.of());
      List<Row> rejected = quarantined.getOrDefault(row.key(), List.of());
      if (row.isFiltered()) {
        filtered += copies.size();
        expect(kept.size() + rejected.size() == 0, "not filtered: %s", row);
      } else if (rejected.isEmpty()) {
        duplicates += copies.size() - 1;
        expect(kept.size() == 1, "%d times clean: %s", kept.size(), row);
        kept.forEach(r -> expectClean(r, Transactions.TABLE, row));
      } else {
        expect(kept.isEmpty() && rejected.size() == copies.size(), "in two places: %s", row);
        rejected.forEach(r -> expectQuarantined(r, row));
      }
    }
    Map<String, Long> counts = counts(out, Transactions.TABLE);
    expectCounts(counts, delivered.size());
    expect(counts.get("duplicate") == duplicates, "%d duplicates of %s", duplicates, counts);
    expect(counts.get("filtered") == filtered, "%d filtered of %s", filtered, counts);
    expect(counts.get("superseded") == 0, "superseded: %s", counts);
  }

  /** Of equal keys one row stays, whichever; every other row is as with receipts. */
  private void expectKeyed(
      Frames out, Table table, List<Delivered> delivered, Function<Row, String> key) {
    Map<String, List<Row>> clean = byKey(rows(out, table), key);
    Map<String, List<Row>> quarantined = quarantined(out, table);
    Map<List<Object>, List<String>> rivals = new LinkedHashMap<>();
    for (Delivered row : delivered) {
      List<Row> rejected = quarantined.getOrDefault(row.key(), List.of());
      List<Row> kept = clean.getOrDefault(row.key(), List.of());
      if (rejected.isEmpty()) {
        List<Object> values = table.key().stream().map(row.values()::get).toList();
        rivals.computeIfAbsent(values, any -> new ArrayList<>()).add(row.key());
      }
      expect(rejected.isEmpty() || kept.isEmpty(), "in two places: %s", row);
      kept.forEach(r -> expectClean(r, table, row));
      rejected.forEach(r -> expectQuarantined(r, row));
    }
    for (List<String> keys : rivals.values()) {
      long kept = keys.stream().distinct().filter(clean::containsKey).count();
      expect(kept == 1, "%d of %s are clean in %s", kept, keys, table.name());
    }
    Map<String, Long> counts = counts(out, table);
    expectCounts(counts, delivered.size());
    expect(counts.get("clean") == rivals.size(), "%d keys, but %s", rivals.size(), counts);
  }

  private void expectClean(Row row, Table table, Delivered delivered) {
    expect(delivered.wrong().isEmpty(), "clean %s of wrong %s", row, delivered);
    for (String column : row.schema().fieldNames()) {
      if (delivered.values().containsKey(column)) {
        String value = told(row.getAs(column));
        String expected = told(delivered.values().get(column));
        expect(value.equals(expected), "%s = %s and not %s: %s", column, value, expected, row);
      }
      boolean isRequired = table.column(column).map(Column::isRequired).orElse(false);
      expect(!isRequired || row.getAs(column) != null, "%s is missing in %s", column, row);
    }
  }

  private void expectQuarantined(Row row, Delivered delivered) {
    String reason = row.getAs(Quarantine.REASON);
    expect(!delivered.isPlain(), "in quarantine: %s, although %s", reason, delivered);
    for (List<String> names : delivered.wrong()) {
      expect(
          names.stream().anyMatch(reason::contains),
          "%s, but %s are wrong: %s",
          reason,
          names,
          row);
    }
  }

  private void expectCounts(Map<String, Long> counts, int read) {
    expect(counts.get("read") == read, "%d delivered, but %s", read, counts);
    expect(counts.get("clean") > read / 20, "hardly any clean: %s", counts);
    expect(counts.get("quarantined") > read / 20, "hardly any in quarantine: %s", counts);
  }

  private static String told(Object value) {
    return value instanceof BigDecimal number
        ? number.stripTrailingZeros().toPlainString()
        : value instanceof java.sql.Timestamp time
            ? time.toInstant().toString()
            : String.valueOf(value);
  }

  private static <T> Map<String, List<T>> byKey(List<T> rows, Function<T, String> key) {
    return rows.stream().collect(groupingBy(key));
  }

  /** The clean rows, with their attributes as columns. */
  private static List<Row> rows(Frames out, Table table) {
    Dataset<Row> rows = out.get(table);
    return (table.equals(Customers.TABLE)
            ? rows.selectExpr("*", "attributes.key", "attributes.points")
            : rows)
        .collectAsList();
  }

  private static Map<String, List<Row>> quarantined(Frames out, Table table) {
    return byKey(
        out.get(Quarantine.TABLE)
            .where(col(Quarantine.SOURCE).equalTo(table.name()))
            .collectAsList(),
        row -> {
          Matcher key = KEY.matcher(row.getAs(Quarantine.ROW));
          return key.find() ? key.group() : "";
        });
  }

  private static Map<String, Long> counts(Frames out, Table table) {
    Map<String, Long> counts = new TreeMap<>();
    for (Row row :
        out.get(RunCounts.TABLE)
            .where(col(RunCounts.TABLE_NAME).equalTo(table.name()))
            .collectAsList()) {
      counts.put(row.getString(3), row.getLong(4));
    }
    assertThat(counts.get("read"))
        .isEqualTo(
            counts.get("clean")
                + counts.get("quarantined")
                + counts.get("duplicate")
                + counts.get("filtered")
                + counts.get("superseded"));
    return counts;
  }

  private Frames ingest(String study) {
    return new IngestJob()
        .run(
            new Frames(spark()),
            StudyReader.parse(
                study.replace("FOLDER", folder.toString()), "fuzzed", List.of(), Map.of()));
  }

  // --- receipts ---

  /** Rows as texts by column: one byte a character, so that any byte may stand in them. */
  private List<Map<String, String>> receipts(int from, int count) {
    List<Map<String, String>> receipts = new ArrayList<>();
    for (int n = from; receipts.size() < count; n++) {
      boolean isRepeated = n > from && spoiling.oneIn(25);
      receipts.add(isRepeated ? spoiling.any(receipts) : spoiltCells(goodReceipt(n), n));
    }
    return receipts;
  }

  private Map<String, String> goodReceipt(int n) {
    String day = "2024-%02d-%02d".formatted(1 + n % 12, 1 + n % 28);
    return cells(
        "n" + n + "#",
        "r" + n,
        n % 11 == 0 ? "" : n % 23 == 0 ? "TEST" + n : "c" + n % 50,
        day + " %02d:%02d:%02d".formatted(n % 24, n % 60, n % 59),
        day,
        String.valueOf(n % 9 - 2),
        BigDecimal.valueOf(100 + n % 9000, 2).toString(),
        n % 3 == 0 ? "" : "1.2" + n % 10,
        "0." + n % 10,
        n % 2 == 0 ? "true" : "no",
        n % 5 == 0 ? "" : "EUR",
        "note " + n);
  }

  private static Map<String, String> cells(String... texts) {
    String[] columns = {
      "key",
      "receipt",
      "customer",
      "at",
      "day",
      "qty",
      "price",
      "discount",
      "cost",
      "card",
      "currency",
      "note"
    };
    Map<String, String> cells = new LinkedHashMap<>();
    for (int i = 0; i < columns.length; i++) {
      cells.put(columns[i], texts[i]);
    }
    return cells;
  }

  /** With up to three cells spoilt, but for the key; every tenth row stays as it is. */
  private Map<String, String> spoiltCells(Map<String, String> good, int n) {
    Map<String, String> cells = new LinkedHashMap<>(good);
    List<String> columns = new ArrayList<>(good.keySet());
    columns.remove("key");
    for (int spoils = n % 10 == 0 ? 0 : 1 + spoiling.below(3); spoils > 0; spoils--) {
      String column = spoiling.any(columns);
      String value = spoiling.value(good.get(column));
      String bytes = new String(value.getBytes(UTF_8), ISO_8859_1);
      cells.put(column, spoiling.oneIn(12) ? notUnicode(bytes) : bytes);
    }
    return cells;
  }

  /** With a byte that is none of UTF-8, as other encodings have. */
  private String notUnicode(String bytes) {
    int at = spoiling.below(bytes.length() + 1);
    return bytes.substring(0, at) + (char) (0x80 + spoiling.below(0x80)) + bytes.substring(at);
  }

  // --- joinings: several lines a row, and rivals for a key ---

  private List<Map<String, String>> joinings(int count) {
    List<Map<String, String>> joinings = new ArrayList<>();
    for (int n = 1; n <= count; n++) {
      Map<String, String> good = new LinkedHashMap<>();
      good.put("key", "n" + n + "#");
      good.put("customer", "c" + n % 40);
      good.put("from", "2024-01-%02d 10:00:00".formatted(1 + n % 7));
      good.put("until", n % 2 == 0 ? "" : "2024-06-01 10:00:00");
      good.put("note", "first,\r\nsecond \"and\" last\rline\n" + n);
      joinings.add(n > 1 && spoiling.oneIn(25) ? spoiling.any(joinings) : spoiltCells(good, n));
    }
    return joinings;
  }

  // --- customers: JSON of every kind ---

  private List<Delivered> customers(int count) throws IOException {
    List<String> lines = new ArrayList<>();
    List<Delivered> customers = new ArrayList<>();
    for (int n = 1; n <= count; n++) {
      Map<String, String> tokens = tokens(n);
      String line = json(tokens);
      boolean isCut = spoiling.oneIn(30);
      lines.add(isCut ? line.substring(0, line.length() - 1 - spoiling.below(3)) : line);
      customers.add(isCut ? ExpectedRows.malformed(n) : ExpectedRows.customer(n, tokens));
    }
    write("c.json", new String(String.join("\n", lines).getBytes(UTF_8), ISO_8859_1));
    return customers;
  }

  private static String json(Map<String, String> tokens) {
    return tokens.entrySet().stream()
        .map(token -> "\"" + token.getKey() + "\":" + token.getValue())
        .collect(joining(",", "{", "}"));
  }

  private static Map<String, String> goodTokens(int n) throws JsonProcessingException {
    Map<String, String> tokens = new LinkedHashMap<>();
    tokens.put("key", string("n" + n + "#"));
    tokens.put("id", string("k" + n));
    tokens.put("born", string(String.valueOf(1930 + n % 80)));
    tokens.put("since", string("2023-05-%02d 09:30:00".formatted(1 + n % 28)));
    tokens.put("town", string("town " + n % 9));
    tokens.put("points", string(n % 100 + ".25"));
    return tokens;
  }

  /** With a token spoilt, but for the key, and sometimes a depth of brackets. */
  private Map<String, String> tokens(int n) throws JsonProcessingException {
    Map<String, String> tokens = goodTokens(n);
    if (n % 10 > 0) {
      String column = spoiling.any(List.of("id", "born", "since", "town", "points"));
      tokens.put(column, spoiltToken(tokens.get(column).replace("\"", "")));
    }
    int depth = 1 + spoiling.below(spoiling.oneIn(20) ? 2000 : 10);
    if (depth <= 10 || spoiling.oneIn(2)) {
      tokens.put(DEEP, "[".repeat(depth) + "]".repeat(depth));
    }
    return tokens;
  }

  private String spoiltToken(String good) throws JsonProcessingException {
    String value = spoiling.value(good);
    boolean isNumber = value.matches("-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?");
    return switch (spoiling.below(8)) {
      case 0 -> "null";
      case 1 -> "{\"a\":{\"b\":[1,{\"c\":" + string(value) + "}]}}";
      case 2 -> "[" + string(value) + "]";
      case 3 -> spoiling.oneIn(2) ? "true" : "false";
      default -> isNumber ? value : string(value);
    };
  }

  private static String string(String text) throws JsonProcessingException {
    return new ObjectMapper().writeValueAsString(text);
  }

  // --- stores: the native types of Parquet ---

  private List<Delivered> stores(int count) {
    List<Double> codes =
        List.of(
            Double.NaN,
            Double.POSITIVE_INFINITY,
            -0.0,
            1e300,
            Double.MIN_VALUE,
            17.5,
            123456789012345680.0);
    List<Row> rows = new ArrayList<>();
    for (int n = 1; n <= count; n++) {
      Double code = n % 3 == 0 ? spoiling.any(codes) : Double.valueOf(n);
      int days = n % 4 == 0 ? random.nextInt(200_000_000) - 100_000 : 19_000 + n;
      rows.add(
          RowFactory.create("n" + n + "#", n % 50 == 0 ? null : code, n % 5 == 0 ? null : days));
    }
    spark()
        .createDataFrame(rows, StructType.fromDDL("key string, code double, days int"))
        .selectExpr("key", "code", "date_from_unix_date(days) started")
        .write()
        .parquet(folder.resolve("s").toString());
    return rows.stream().map(ExpectedRows::store).toList();
  }

  // --- files ---

  private void write(String name, String bytes) throws IOException {
    Files.write(folder.resolve(name), bytes.getBytes(ISO_8859_1));
  }

  private static String csv(List<Map<String, String>> rows, String lineEnd) {
    String header = String.join(",", rows.get(0).keySet());
    return rows.stream()
        .map(row -> row.values().stream().map(FuzzedRowsTest::quoted).collect(joining(",")))
        .collect(joining(lineEnd, header + lineEnd, lineEnd));
  }

  private static String quoted(String text) {
    return text.matches("(?s)[^,\"\r\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }
}
