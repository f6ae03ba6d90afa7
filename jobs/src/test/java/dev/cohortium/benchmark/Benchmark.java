package dev.cohortium.benchmark;

import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.runtime.Job;
import dev.cohortium.runtime.JobRunner;
import dev.cohortium.runtime.RunContext;
import dev.cohortium.runtime.RunSummary;
import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.Transactions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** One size of the benchmark, in a JVM of its own so that its memory is its own. */
public final class Benchmark {
  private final SparkSession session;
  private final List<Job> jobs;
  private final Path folder;
  private final int threads;

  /** A benchmark whose files lie in {@code folder}. */
  public Benchmark(SparkSession session, List<Job> jobs, Path folder, int threads) {
    this.session = session;
    this.jobs = jobs;
    this.folder = folder;
    this.threads = threads;
  }

  /** Measures the jobs on about {@code lines} receipt lines. */
  public Figures run(long lines) throws IOException, SQLException {
    GeneratedReceipts receipts = new GeneratedReceipts(session, folder, lines);
    receipts.write();
    Study study = study(receipts.delivered());
    String location = folder.resolve("warehouse").toString();
    Figures figures = new Figures(lines);

    Meter rebuild = new Meter();
    RunSummary summary = run(study, location, rebuild);
    figures.putRebuild(rebuild.costs(), Meter.peakResident());
    figures.put("lines", (double) summary.sources().get(Transactions.TABLE.name()).read());

    Warehouse warehouse = new Warehouse(session, location);
    try (Duck duck = new Duck(folder, threads)) {
      Took panel = duck.panel(warehouse.path(Transactions.TABLE));
      Took cohorts = duck.cohorts(summary.asOf().orElseThrow());
      Answers.compare(warehouse, duck, folder);
      figures.putDuck(panel, cohorts);
    }

    receipts.deliverLastMonth();
    Meter newMonth = new Meter();
    run(study, location, newMonth);
    figures.putNewMonth(newMonth.costs());
    return figures;
  }

  private RunSummary run(Study study, String warehouse, Meter meter) {
    session.sparkContext().addSparkListener(meter);
    try {
      return new JobRunner(
              new RunContext(
                  session,
                  study,
                  warehouse,
                  Clock.systemUTC(),
                  meter,
                  RunContext.Options.USUAL,
                  "benchmark"))
          .run(jobs);
    } finally {
      meter.stop();
      session.sparkContext().removeSparkListener(meter);
    }
  }

  private static Study study(Path receipts) {
    return StudyReader.parse(
        """
        study = "benchmark"
        time-zone = "Europe/Berlin"
        currency = "EUR"
        sources.transactions {
          format = parquet
          path = "%s"
          columns {
            transaction_id = "receipt"
            customer_id = "card"
            occurred_at = "sold_at"
            store_id = "store"
            channel = "channel"
            product_id = "product"
            category = "category"
            quantity = "quantity"
            net_amount = "paid"
            discount_amount = "discount"
            cost_amount = "cost"
            card_used = "with_card"
          }
        }
        cohorts { by = [first_purchase] }
        """
            .formatted(receipts),
        "benchmark",
        List.of(),
        Map.of());
  }
}
