package dev.cohortium.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.SparkTest;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Progress;
import dev.cohortium.runtime.Run;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Deliveries;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What later deliveries make of the tables. */
class DeliveredAgainTest extends SparkTest {
  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  @TempDir private Path folder;
  private final Map<Table, Dataset<Row>> tables = new HashMap<>();
  private final List<String> notes = new ArrayList<>();
  private int runs;

  @BeforeEach
  void nothingStands() {
    tables.clear();
    notes.clear();
  }

  @Test
  void the_later_version_of_a_receipt_stands_whichever_came_first() throws IOException {
    String older = "r1,ann,2024-01-05,1\nr1,ann,2024-01-05,2\nr2,bob,2024-01-06,5\n";
    String later = "r1,ann,2024-02-05,7\n";
    String expected =
        "transaction_id | line_no | month | net_amount\nr1 | 1 | 2024-02-01 | 7\nr2 | 1 | 2024-01-01 | 5";

    write("older.csv", 1, older);
    ingest("");
    write("later.csv", 2, later);
    ingest("");
    assertRows(tables.get(Transactions.TABLE), Transactions.TABLE, expected);
    assertThat(counts()).containsEntry("clean", 1L).containsEntry("replaced", 2L);

    nothingStands();
    Files.delete(folder.resolve("older.csv"));
    ingest("");
    write("older.csv", 1, older);
    ingest("");
    assertRows(tables.get(Transactions.TABLE), Transactions.TABLE, expected);
    assertThat(counts())
        .containsEntry("clean", 1L)
        .containsEntry("superseded", 2L)
        .containsEntry("replaced", 0L);
  }

  @Test
  void in_one_run_files_are_one_delivery_or_one_each_as_the_study_says() throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\nr1,ann,2024-01-05,1\n");
    write("b.csv", 2, "r1,ann,2024-01-05,1\nr1,ann,2024-01-05,3\n");

    ingest("duplicates = keep");
    assertThat(amounts())
        .as("the overlap counts once")
        .containsExactly("1.0000", "1.0000", "3.0000");

    nothingStands();
    ingest("duplicates = keep, delivery = file");
    assertThat(amounts()).containsExactly("1.0000", "3.0000");
    assertThat(counts()).containsEntry("superseded", 2L);
  }

  @Test
  void a_file_that_changed_replaces_all_the_rows_it_brought() throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\nr2,ann,2024-02-05,2\nr3,ann,2024-02-05,none\n");
    write("b.csv", 1, "r4,ann,2024-03-05,4\n");
    ingest("");
    assertThat(tables.get(Quarantine.TABLE).count()).isEqualTo(1);

    write("a.csv", 3, "r1,ann,2024-01-05,1\n");
    ingest("");

    assertThat(amounts()).containsExactly("1.0000", "4.0000");
    assertThat(tables.get(Quarantine.TABLE).count()).isZero();
    assertThat(counts()).containsEntry("clean", 1L).containsEntry("replaced", 2L);
  }

  @Test
  void rows_that_are_known_are_not_taken_in_again() throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\n");
    ingest("");
    write("a.csv", 5, "r1,ann,2024-01-05,1\n");
    write("b-copy.csv", 6, "r1,ann,2024-01-05,1\n");
    assertThat(ingest("").has(Transactions.TABLE)).isFalse();

    assertThat(
            shown(
                tables
                    .get(Deliveries.TABLE)
                    .selectExpr("outcome", "element_at(split(file, '/'), -1)", "same_as is null")))
        .containsExactly(
            "read | a.csv | true", "skipped | b-copy.csv | false", "unchanged | a.csv | true");
    assertThat(notes).anyMatch(note -> note.matches("transactions: skipped .*b-copy.csv, .*a.csv"));

    assertThat(ingest("").tables()).isEmpty();
    assertThat(notes).contains("transactions: 0 new or changed, 2 known files");
  }

  @Test
  void another_mapping_reads_all_anew_and_refuses_to_lose_files_that_are_gone() throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\n");
    write("b.csv", 1, "r2,ann,2024-01-05,2\n");
    ingest("");

    ingest("columns.net_amount = \"10 * amount\"");
    assertThat(amounts()).containsExactly("10.0000", "20.0000");
    assertThat(notes).anyMatch(note -> note.contains("all 2 files are read anew"));

    Files.delete(folder.resolve("a.csv"));
    assertThatThrownBy(() -> ingest(""))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("must be read anew")
        .hasMessageContaining("1 are not there any more")
        .hasMessageContaining("a.csv")
        .hasMessageContaining("--rebuild");
    ingest("", Run.Reading.ALL);
    assertThat(amounts()).containsExactly("2.0000");
  }

  @Test
  void files_that_were_read_may_go_and_a_pattern_may_match_none() throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\n");
    ingest("");
    Files.delete(folder.resolve("a.csv"));
    assertThat(ingest("").tables()).isEmpty();
    write("b.csv", 2, "");
    ingest("");
    assertThat(amounts()).containsExactly("1.0000");
  }

  @Test
  void a_name_with_any_character_is_one_file() throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\n");
    ingest("");
    write("b [1] {x,y} 50%25 #ü.csv", 2, "r2,ann,2024-01-05,2\n");
    write("b 1 x.csv", 2, "r3,ann,2024-01-05,3\n");
    ingest("");
    assertThat(amounts()).containsExactly("1.0000", "2.0000", "3.0000");
  }

  @Test
  void of_a_key_the_latest_delivery_stands_whichever_came_first() throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\n");
    writeText("c2.csv", 2, "id,town\nann,Bonn\n");
    ingest("");
    writeText("c1.csv", 1, "id,town\nann,Berlin\nbob,Ulm\n");
    ingest("");

    assertRows(
        tables.get(Customers.TABLE), Customers.TABLE, "customer_id | city\nann | Bonn\nbob | Ulm");
  }

  @Test
  void any_order_and_grouping_of_deliveries_gives_what_the_latest_versions_are()
      throws IOException {
    Random random = new Random(7);
    Map<String, Map<String, String>> files = new TreeMap<>();
    Map<String, String> latest = new TreeMap<>();
    for (int day = 1; day <= 6; day++) {
      Map<String, String> receipts = new TreeMap<>();
      for (int i = 0; i < 40; i++) {
        String id = "r" + random.nextInt(90);
        StringBuilder lines = new StringBuilder();
        int month = 1 + random.nextInt(4);
        for (int line = 0; line <= random.nextInt(3); line++) {
          lines.append(
              "%s,c%d,2024-%02d-1%d,%d\n"
                  .formatted(id, random.nextInt(9), month, line, random.nextInt(50)));
        }
        receipts.put(id, lines.toString());
      }
      files.put("day" + day + ".csv", receipts);
      latest.putAll(receipts);
    }
    write("expected/all.csv", 1, String.join("", latest.values()));
    List<String> expected = content(csvStudy("", "expected/*.csv"));

    for (int grouping = 0; grouping < 3; grouping++) {
      nothingStands();
      List<String> names = new ArrayList<>(files.keySet());
      java.util.Collections.shuffle(names, random);
      String place = "grouping" + grouping;
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        write(place + "/" + name, name.charAt(3) - '0', String.join("", files.get(name).values()));
        if (i == names.size() - 1 || random.nextInt(3) == 0) {
          run(csvStudy("delivery = file", place + "/*.csv"), Run.Reading.NEW);
        }
      }
      assertThat(content()).as("in the order " + names).isEqualTo(expected);
      run(csvStudy("delivery = file", place + "/*.csv"), Run.Reading.ALL);
      assertThat(content()).as("rebuilt").isEqualTo(expected);
    }
  }

  @Test
  void a_late_receipt_replaces_its_month_and_no_other() throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\nr2,ann,2024-02-05,2\nr3,ann,2024-03-05,3\n");
    ingest("");
    write("b.csv", 2, "r4,ann,2024-02-07,4\n");

    Frames out = ingest("");

    assertThat(out.monthsOf(Transactions.TABLE).orElseThrow())
        .containsExactly(java.time.LocalDate.parse("2024-02-01"));
    assertThat(amounts()).containsExactly("1.0000", "2.0000", "3.0000", "4.0000");
  }

  @Test
  void of_equal_versions_one_stands() throws IOException {
    String study = "delivery = file, columns.delivered_at = at";
    write("a.csv", 1, "r1,ann,2024-01-05,1\nr2,ann,2024-01-05,2\n");
    write("b.csv", 2, "r1,ann,2024-01-05,1\nr3,ann,2024-01-05,3\n");
    ingest(study);
    assertThat(amounts()).containsExactly("1.0000", "2.0000", "3.0000");
    ingest(study, Run.Reading.ALL);
    assertThat(amounts()).containsExactly("1.0000", "2.0000", "3.0000");
  }

  @Test
  void what_a_later_run_corrected_stays_corrected_however_often_all_is_read_anew()
      throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\nr1,ann,2024-01-05,2\n");
    ingest("");
    write("b.csv", 2, "r1,ann,2024-01-05,7\n");
    ingest("");
    for (int i = 0; i < 3; i++) {
      ingest("", Run.Reading.ALL);
      assertThat(amounts()).containsExactly("7.0000");
    }
  }

  @Test
  void a_file_that_was_gone_when_all_was_read_anew_is_forgotten_until_it_comes_back()
      throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\n");
    write("b.csv", 1, "r2,ann,2024-01-05,2\n");
    ingest("");
    Files.delete(folder.resolve("a.csv"));
    ingest("columns.net_amount = \"10 * amount\"", Run.Reading.ALL);
    assertThat(amounts()).containsExactly("20.0000");

    assertThat(ingest("columns.net_amount = \"10 * amount\"").tables()).isEmpty();
    write("a.csv", 1, "r1,ann,2024-01-05,1\n");
    ingest("columns.net_amount = \"10 * amount\"");
    assertThat(amounts()).containsExactly("10.0000", "20.0000");
  }

  @Test
  void files_may_change_their_names_in_a_ring() throws IOException {
    String x = "r1,ann,2024-01-05,1\n";
    String y = "r2,ann,2024-01-06,2\n";
    String z = "r3,ann,2024-01-07,3\n";
    write("a.csv", 1, x);
    ingest("");
    write("a.csv", 2, y);
    write("a.1.csv", 1, x);
    ingest("");
    assertThat(amounts()).containsExactly("1.0000", "2.0000");
    write("a.csv", 3, z);
    write("a.1.csv", 2, y);
    write("a.2.csv", 1, x);
    ingest("");
    assertThat(amounts()).containsExactly("1.0000", "2.0000", "3.0000");
    write("a.csv", 4, y);
    write("a.1.csv", 4, z);
    ingest("");
    assertThat(amounts()).containsExactly("1.0000", "2.0000", "3.0000");
  }

  @Test
  void a_copy_stands_in_when_the_file_it_repeats_becomes_another() throws IOException {
    write("latest.csv", 1, "r1,ann,2024-01-05,1\n");
    ingest("");
    write("a-day1.csv", 1, "r1,ann,2024-01-05,1\n");
    ingest("");
    assertThat(amounts()).containsExactly("1.0000");
    write("latest.csv", 2, "r2,ann,2024-01-06,2\n");
    write("a-day2.csv", 2, "r2,ann,2024-01-06,2\n");
    ingest("");
    assertThat(amounts()).containsExactly("1.0000", "2.0000");
  }

  @Test
  void what_a_writer_leaves_out_of_a_delivery_is_null() throws IOException {
    String study =
        """
        sources.transactions {
          format = json, path = "%s/*.json"
          columns { transaction_id = id, customer_id = "who.card", occurred_at = at, net_amount = amount, discount_amount = discount }
        }
        """
            .formatted(folder);
    writeText(
        "1.json",
        1,
        "{\"id\":\"r1\",\"who\":{\"card\":\"ann\"},\"at\":\"2024-01-05\",\"amount\":1,\"discount\":2}\n");
    run(study, Run.Reading.NEW);
    writeText(
        "2.json",
        2,
        "{\"id\":\"r2\",\"who\":{\"name\":\"?\"},\"at\":\"2024-01-05\",\"amount\":2}\n");
    run(study, Run.Reading.NEW);
    writeText("3.json", 3, "");
    run(study, Run.Reading.NEW);

    assertRows(
        tables.get(Transactions.TABLE),
        Transactions.TABLE,
        "transaction_id | customer_id | discount_amount\nr1 | ann | 2\nr2 | null | null");
  }

  @Test
  void a_day_without_a_line_is_a_delivery_of_nothing() throws IOException {
    write("a.csv", 1, "r1,ann,2024-01-05,1\n");
    ingest("");
    writeText("b.csv", 2, "");
    ingest("");
    write("b.csv", 3, "");
    ingest("");
    assertThat(amounts()).containsExactly("1.0000");
    write("a.csv", 3, "");
    ingest("");
    assertThat(amounts()).isEmpty();
  }

  // --- databases ---

  @Test
  void each_delta_table_of_a_source_has_a_mark_of_its_own() {
    String one = folder.resolve("one").toString();
    String two = folder.resolve("two").toString();
    append(one, 1, 100);
    append(two, 2, 10);
    String study =
        """
        sources.transactions {
          format = delta, path = ["%s", "%s"], increment = changed
          columns { transaction_id = id, occurred_at = "timestamp'2024-01-05'", net_amount = id }
        }
        """
            .formatted(one, two);
    run(study, Run.Reading.NEW);
    append(two, 3, 11);
    append(one, 4, 101);
    append(one, 5, 99);
    run(study, Run.Reading.NEW);
    assertThat(amounts()).containsExactly("1.0000", "2.0000", "3.0000", "4.0000");
    assertThat(run(study, Run.Reading.NEW).tables()).isEmpty();
  }

  private void append(String path, int id, int changed) {
    spark()
        .sql("select %d as id, %d as changed".formatted(id, changed))
        .write()
        .format("delta")
        .mode("append")
        .save(path);
  }

  @Test
  void a_database_is_read_whole_or_beyond_what_was_seen() throws Exception {
    String url = "jdbc:hsqldb:mem:again";
    try (Connection database = DriverManager.getConnection(url, "SA", "");
        Statement sql = database.createStatement()) {
      sql.execute(
          "create table sales (id int, sold_at timestamp, amount decimal(9,2), changed int)");
      sql.execute("insert into sales values (1, timestamp '2024-01-05 10:00:00', 1, 10)");
      sql.execute("insert into sales values (2, timestamp '2024-01-06 10:00:00', 2, 20)");
      String whole = jdbc(url, "");
      String increment = jdbc(url, "increment = changed, overlap = 5");

      run(whole, Run.Reading.NEW);
      assertThat(run(whole, Run.Reading.NEW).tables()).as("the same rows").isEmpty();
      sql.execute("delete from sales where id = 1");
      run(whole, Run.Reading.NEW);
      assertThat(amounts()).containsExactly("2.0000");

      nothingStands();
      sql.execute("insert into sales values (9, timestamp '2024-01-09 10:00:00', 9, 12)");
      run(increment, Run.Reading.NEW);
      assertThat(amounts()).containsExactly("2.0000", "9.0000");
      // Below what was seen: not read. Inside the overlap: read. A receipt that changed: replaced.
      sql.execute("insert into sales values (3, timestamp '2024-01-07 10:00:00', 3, 14)");
      sql.execute("insert into sales values (4, timestamp '2024-01-07 10:00:00', 4, 16)");
      sql.execute("insert into sales values (5, timestamp '2024-01-07 10:00:00', 5, 30)");
      sql.execute("update sales set amount = 22, changed = 31 where id = 2");
      run(increment, Run.Reading.NEW);
      assertThat(amounts()).containsExactly("22.0000", "4.0000", "5.0000", "9.0000");
      assertThat(counts()).containsEntry("read", 3L).containsEntry("replaced", 1L);
      assertThat(run(increment, Run.Reading.NEW).has(Transactions.TABLE))
          .as("what the overlap says again brings nothing")
          .isFalse();
      assertThat(run(jdbc(url, "increment = changed"), Run.Reading.NEW).tables()).isEmpty();

      sql.execute("insert into sales values (6, timestamp '2024-01-08 10:00:00', 6, 40)");
      sql.execute("insert into sales values (6, timestamp '2024-01-08 10:00:00', 7, 41)");
      assertThatThrownBy(() -> run(increment, Run.Reading.NEW))
          .isInstanceOf(UserFault.class)
          .hasMessageContaining(
              "its increment changed differs between the lines of receipt 6 (40 and 41)");
      assertThatThrownBy(() -> run(jdbc(url, "increment = altered"), Run.Reading.NEW))
          .isInstanceOf(UserFault.class)
          .hasMessageContaining("increment = altered, but the source has only the columns");
      sql.execute("drop table sales");
    }
  }

  private static String jdbc(String url, String more) {
    return "sources.transactions { format = jdbc, options { url = \""
        + url
        + "\", dbtable = sales, user = SA }, columns { transaction_id = ID, occurred_at = SOLD_AT, net_amount = AMOUNT }, "
        + more
        + " }";
  }

  // --- helpers ---

  private void write(String name, int day, String lines) throws IOException {
    writeText(name, day, "receipt,customer,at,amount\n" + lines);
  }

  private void writeText(String name, int day, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, text.getBytes(UTF_8));
    Files.setLastModifiedTime(
        file, FileTime.from(Instant.parse("2024-05-01T00:00:00Z").plusSeconds(86_400L * day)));
  }

  private String csvStudy(String more, String path) {
    return """
        sources.transactions {
          format = csv, path = "%s/%s"
          columns { transaction_id = receipt, customer_id = customer, occurred_at = at, net_amount = amount }
          %s
        }
        """
        .formatted(folder, path, more);
  }

  private Frames ingest(String more) {
    return ingest(more, Run.Reading.NEW);
  }

  private Frames ingest(String more, Run.Reading reading) {
    String customers =
        Files.exists(folder.resolve("c2.csv"))
            ? "sources.customers { format = csv, path = \""
                + folder
                + "/c?.csv\", columns { customer_id = id, city = town } }"
            : "";
    return run(csvStudy(more, "[abo l]*.csv") + customers, reading);
  }

  /** One run over what stands; what it gives stands afterwards. */
  private Frames run(String sources, Run.Reading reading) {
    notes.clear();
    Instant now = Instant.parse("2024-06-01T00:00:00Z").plusSeconds(60L * runs++);
    Frames in = new Frames(spark(), new Run("run" + runs, now, noting(), reading));
    tables.forEach(in::standing);
    Frames out =
        new IngestJob()
            .run(
                in,
                StudyReader.parse(
                    "study = test, currency = EUR, max-quarantine-share = 1\n" + sources,
                    "test",
                    List.of(),
                    Map.of()));
    Map<Table, Dataset<Row>> after = new HashMap<>();
    for (Table table : out.tables()) {
      Dataset<Row> rows = out.get(table);
      if (table.equals(Deliveries.TABLE) && tables.containsKey(table)) {
        rows = rows.unionByName(tables.get(table));
      } else if (out.monthsOf(table).isPresent()) {
        Object[] months = out.monthsOf(table).get().stream().map(java.sql.Date::valueOf).toArray();
        rows = rows.unionByName(tables.get(table).where(not(col("month").isin(months))));
      }
      after.put(table, spark().createDataFrame(rows.collectAsList(), rows.schema()));
    }
    tables.putAll(after);
    spark().catalog().clearCache();
    return out;
  }

  private Progress noting() {
    return new Progress() {
      @Override
      public void step(String step) {}

      @Override
      public void note(String line) {
        notes.add(line);
      }
    };
  }

  private Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    tables
        .get(RunCounts.TABLE)
        .where("table = 'transactions'")
        .collectAsList()
        .forEach(row -> counts.put(row.getString(3), row.getLong(4)));
    return counts;
  }

  private List<String> amounts() {
    return shown(tables.get(Transactions.TABLE).selectExpr("string(net_amount)"));
  }

  private List<String> content(String study) {
    run(study, Run.Reading.NEW);
    return content();
  }

  private List<String> content() {
    return shown(tables.get(Transactions.TABLE).drop("delivered_at", "delivery"));
  }
}
