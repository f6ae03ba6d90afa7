package dev.cohortium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.cohorts.CohortsJob;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.runtime.Job;
import dev.cohortium.runtime.JobRunner;
import dev.cohortium.runtime.RunSummary;
import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.CohortRetention;
import dev.cohortium.table.CohortValue;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Deliveries;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However receipts are delivered, the tables are the same. */
@Tag("slow")
class DeliveriesTest extends SparkTest {
  private static final String DATA = "online_retail/OnlineRetail_2010-2011.csv.gz";
  private static final List<Job> INGEST = List.of(new IngestJob());
  private static final List<Job> TO_PANEL = List.of(new IngestJob(), new PanelJob());
  private static final List<Job> ALL = List.of(new IngestJob(), new PanelJob(), new CohortsJob());

  @TempDir private Path folder;
  private int minute;

  @Test
  void a_year_of_a_real_shop_gives_the_same_tables_however_it_is_delivered() throws IOException {
    Map<String, List<String>> receipts = receipts();
    TreeMap<String, List<String>> months = new TreeMap<>();
    receipts.forEach(
        (id, lines) -> months.computeIfAbsent(month(lines), m -> new ArrayList<>()).add(id));
    assertThat(months).hasSize(13);
    List<String> ids = List.copyOf(receipts.keySet());

    write("once/all.csv", 1, receipts.values());
    run("once", ALL);

    // Thirteen files of a month each, the latest months first, in three runs.
    List<String> latestFirst = List.copyOf(months.descendingKeySet());
    writeMonths("monthly", receipts, months, latestFirst.subList(0, 5));
    run("monthly", INGEST);
    writeMonths("monthly", receipts, months, latestFirst.subList(5, 9));
    run("monthly", TO_PANEL);
    writeMonths("monthly", receipts, months, latestFirst.subList(9, 13));
    run("monthly", ALL);
    assertSameTables("once", "monthly");

    // Two thirds of the year, a tenth of it wrong and some of it yet to come.
    Predicate<String> isTenth = id -> id.hashCode() % 10 == 0;
    write("disturbed/early.csv", 1, of(receipts, ids.subList(0, 16_000), isTenth));
    run("disturbed", TO_PANEL);
    // 22,000 receipts as they are, 16,000 of them again; other versions of some arrive after them
    // and are older.
    write("disturbed/right.csv", 3, of(receipts, ids.subList(0, 22_000)));
    run("disturbed", INGEST);
    write("disturbed/late.csv", 2, of(receipts, ids.subList(10_000, 23_000), isTenth.negate()));
    write("disturbed/copy of right.csv", 5, of(receipts, ids.subList(0, 22_000)));
    write("disturbed/rest.csv", 6, of(receipts, ids.subList(21_000, ids.size()), isTenth));
    run("disturbed", TO_PANEL);
    // A file that was wrong is delivered again under its name.
    write("disturbed/rest.csv", 7, of(receipts, ids.subList(21_000, ids.size())));
    RunSummary last = run("disturbed", ALL);
    assertThat(last.sources().get("transactions").read()).isGreaterThan(80_000);
    assertSameTables("once", "disturbed");
    assertThat(
            shown(
                warehouse("disturbed")
                    .read(Deliveries.TABLE)
                    .where("outcome <> 'read' and source = 'transactions'")
                    .selectExpr("outcome", "element_at(split(same_as, '/'), -1)")))
        .containsExactly("skipped | right.csv");

    RunSummary again = run("disturbed", ALL);
    assertThat(again.sources()).isEmpty();
    assertSameTables("once", "disturbed");
  }

  // --- receipts ---

  /** The lines of each receipt, in the order of their time. */
  private static Map<String, List<String>> receipts() throws IOException {
    Map<String, List<String>> receipts = new LinkedHashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(Project.reference(DATA))), UTF_8))) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        receipts.computeIfAbsent(line.split(",", 2)[0], id -> new ArrayList<>()).add(line);
      }
    }
    return receipts;
  }

  private static String month(List<String> lines) {
    return lines.get(0).replaceAll(".*,(\\d{4}-\\d{2})-\\d{2} \\d{2}:.*", "$1");
  }

  private static Collection<List<String>> of(Map<String, List<String>> receipts, List<String> ids) {
    return of(receipts, ids, id -> false);
  }

  /**
   * The receipts {@code ids}; of those that are wrong the first line is lost and a line is changed.
   */
  private static Collection<List<String>> of(
      Map<String, List<String>> receipts, List<String> ids, Predicate<String> isWrong) {
    List<List<String>> chosen = new ArrayList<>();
    for (String id : ids) {
      List<String> lines = receipts.get(id);
      if (isWrong.test(id)) {
        lines = new ArrayList<>(lines.subList(lines.size() > 1 ? 1 : 0, lines.size()));
        lines.set(
            0, lines.get(0).replaceFirst(",(-?\\d+),(\\d{4}-)", ",1$1,$2").replace(",1-", ",-1"));
      }
      chosen.add(lines);
    }
    return chosen;
  }

  private void writeMonths(
      String name,
      Map<String, List<String>> receipts,
      Map<String, List<String>> months,
      List<String> written)
      throws IOException {
    for (String month : written) {
      int day = 1 + Integer.parseInt(month.substring(5));
      write(name + "/" + month + ".csv", day, of(receipts, months.get(month)));
    }
  }

  private void write(String name, int day, Collection<List<String>> receipts) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    StringBuilder text =
        new StringBuilder(
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n");
    receipts.forEach(lines -> lines.forEach(line -> text.append(line).append('\n')));
    Files.writeString(file, text);
    Files.setLastModifiedTime(
        file, FileTime.from(Instant.parse("2024-01-01T00:00:00Z").plusSeconds(86_400L * day)));
  }

  // --- runs ---

  private RunSummary run(String name, List<Job> jobs) {
    Study study =
        StudyReader.parse(
            """
            study = shop, time-zone = "Europe/London", currency = GBP, as-of = "2011-11", cohorts {}
            sources.transactions {
              format = csv
              types { Quantity = int, UnitPrice = "decimal(12,4)", InvoiceDate = timestamp }
              columns {
                transaction_id = InvoiceNo, customer_id = CustomerID, occurred_at = InvoiceDate
                product_id = StockCode, quantity = Quantity, net_amount = "Quantity * UnitPrice"
              }
              filters { adjustment = "InvoiceNo like 'A%'" }
              duplicates = keep
            }
            """,
            "test",
            List.of("sources.transactions.path=" + folder.resolve(name) + "/*.csv"),
            Map.of());
    Instant now = Instant.parse("2024-04-01T00:00:00Z").plusSeconds(60L * minute++);
    return new JobRunner(context(study, folder.resolve("warehouse-" + name), now)).run(jobs);
  }

  private Warehouse warehouse(String name) {
    return new Warehouse(spark(), folder.resolve("warehouse-" + name).toString());
  }

  private void assertSameTables(String expected, String actual) {
    for (Table table :
        List.of(
            Transactions.TABLE,
            CustomerMonths.TABLE,
            ReceiptMonths.TABLE,
            CohortRetention.TABLE,
            CohortValue.TABLE)) {
      Dataset<Row> one = content(warehouse(expected).read(table));
      Dataset<Row> other = content(warehouse(actual).read(table));
      assertThat(other.count()).as(table.name()).isEqualTo(one.count()).isPositive();
      assertThat(shown(one.exceptAll(other).limit(5))).as(table + " lacks").isEmpty();
    }
    assertThat(
            warehouse(actual)
                .read(RunCounts.TABLE)
                .where("table = 'transactions' and measure in ('clean', 'replaced')")
                .selectExpr("sum(if(measure = 'clean', rows, -rows))")
                .head()
                .getLong(0))
        .as("what came less what went")
        .isEqualTo(warehouse(actual).read(Transactions.TABLE).count());
  }

  private static Dataset<Row> content(Dataset<Row> rows) {
    return rows.drop("delivered_at", "delivery");
  }
}
