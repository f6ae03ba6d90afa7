package dev.cohortium.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Forgotten;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Runs;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done to a warehouse besides running its study. */
class UpkeepTest extends SparkTest {
  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  private static final List<Job> JOBS = List.of(new IngestJob(), new PanelJob());
  private static final Instant APRIL = Instant.parse("2024-04-01T00:00:00Z");

  @TempDir private Path folder;
  private int day;

  @Test
  void tables_are_compacted_and_a_customer_is_erased_for_good() throws IOException {
    write("a.csv", "r1,ann,2024-01-05,10\nr2,bob,2024-01-06,5\nr3,bob,2024-02-07,x\n");
    run(Run.Reading.NEW);
    write("b.csv", "r4,ann,2024-02-05,20\nr5,bob,2024-02-06,7\nr6,bobby,2024-02-08,x\n");
    run(Run.Reading.NEW);
    List<String> before = content();
    int runs = (int) read(Runs.TABLE).count();

    // Both runs are older than three days by now; of each job the last row stays.
    day += 3;
    List<String> lines =
        new Maintenance(context(study(), folder.resolve("warehouse"), now()))
            .run(Duration.ofDays(3));

    assertThat(lines).anyMatch(line -> line.matches("transactions: \\d+ files, before \\d+"));
    assertThat(lines).contains("ledger: 1 runs that began before 2024-04-04T00:00:00Z dropped");
    assertThat(read(Runs.TABLE).count()).isEqualTo(runs - 2 + 1);
    assertThat(read(RunCounts.TABLE).select("run_id").distinct().count()).isEqualTo(1);
    assertThat(content()).isEqualTo(before);
    assertThat(run(Run.Reading.NEW).sources()).isEmpty();
    assertThat(read(Runs.TABLE).where("message like 'nothing%'").select("job").distinct().count())
        .as("compacting makes nothing to compute again")
        .isEqualTo(2);

    List<String> erased =
        new Erasure(context(study(), folder.resolve("warehouse"), now())).run("bob");

    assertThat(erased)
        .contains(
            "transactions: 2 rows erased",
            "quarantine: 1 rows erased",
            "customer_months: 2 rows erased",
            "The next run computes again: receipt_months.");
    assertThat(read(Transactions.TABLE).where("customer_id = 'bob'").count()).isZero();
    assertThat(read(CustomerMonths.TABLE).where("customer_id = 'bob'").count()).isZero();
    assertThat(shown(read(Quarantine.TABLE).select("row")))
        .containsExactly("r6,bobby,2024-02-08,x");
    Path published = folder.resolve("warehouse/published/quarantine/quarantine.parquet");
    assertThat(spark().read().parquet(published.toString()).count()).isEqualTo(1);
    assertThat(shown(read(Forgotten.TABLE).selectExpr("customer_hash = sha2('bob', 256)")))
        .containsExactly("true");

    write("c.csv", "r7,bob,2024-02-09,1\nr8,eve,2024-02-09,1\n");
    RunSummary rebuilt = run(Run.Reading.ALL);
    assertThat(rebuilt.sources().get("transactions").filtered()).isEqualTo(4);
    assertThat(
            shown(
                read(ReceiptMonths.TABLE)
                    .groupBy("month")
                    .sum("receipts")
                    .selectExpr("string(month)", "`sum(receipts)`")))
        .containsExactly("2024-01-01 | 1", "2024-02-01 | 2");
  }

  private void write(String name, String lines) throws IOException {
    Files.writeString(folder.resolve(name), "receipt,customer,at,amount\n" + lines);
  }

  private Study study() {
    return StudyReader.parse(
        """
        study = shop, currency = EUR, max-quarantine-share = 1
        sources.transactions {
          format = csv, path = "%s/*.csv"
          columns { transaction_id = receipt, customer_id = customer, occurred_at = at, net_amount = amount }
        }
        """
            .formatted(folder),
        "test",
        List.of(),
        Map.of());
  }

  private String location() {
    return folder.resolve("warehouse").toString();
  }

  private Instant now() {
    return APRIL.plus(Duration.ofDays(++day));
  }

  private RunSummary run(Run.Reading reading) {
    return new JobRunner(context(study(), folder.resolve("warehouse"), now(), reading)).run(JOBS);
  }

  private Dataset<Row> read(Table table) {
    return new Warehouse(spark(), location()).read(table);
  }

  private List<String> content() {
    return shown(
        read(CustomerMonths.TABLE)
            .select("customer_id", "month", "net_revenue")
            .unionAll(
                read(Transactions.TABLE).select("transaction_id", "occurred_at", "net_amount")));
  }
}
