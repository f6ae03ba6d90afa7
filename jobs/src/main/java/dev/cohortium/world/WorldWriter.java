package dev.cohortium.world;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import dev.cohortium.config.World;
import dev.cohortium.runtime.Progress;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Writes a world: its sources, and the truth beside them. */
public final class WorldWriter {
  /** Customers of one task, and so of one file of a month. */
  private static final long LIVES_PER_TASK = 12_500;

  private static final int MOST_TASKS = 4_000;

  private final SparkSession session;
  private final World world;
  private final Folder out;
  private final Progress progress;

  /**
   * A writer of one world.
   *
   * @throws dev.cohortium.config.UserFault if anything is in {@code out}
   */
  public WorldWriter(SparkSession session, World world, String out, Progress progress) {
    // Of its own, so that its setting is nobody else's.
    this.session = session.newSession();
    this.world = world;
    this.out = Folder.empty(out, session.sparkContext().hadoopConfiguration());
    this.progress = progress;
  }

  /** Writes in as many tasks as suit the number of customers. */
  public void write() {
    long lives = (long) world.customers() * world.replicates();
    write((int) Math.min(MOST_TASKS, (lives + LIVES_PER_TASK - 1) / LIVES_PER_TASK));
  }

  /** Writes in that many tasks; what is written is the same, in other files. */
  void write(int tasks) {
    Setting setting = new Setting(world);
    Population population = new Population(session, setting, tasks);
    for (Feed feed : Feed.values()) {
      boolean isDelivered =
          world.experiment().takesPlace() || (feed != Feed.ASSIGNMENTS && feed != Feed.EXPOSURES);
      if (isDelivered) {
        progress.step("world: writing " + feed.folder());
        write(feed, population.rows(feed));
      }
    }
    progress.step("world: writing the truth");
    parquet(population.truth(), "truth/truth_customers");
    parquet(
        TrueEffects.of(
                session.read().schema(Truth.SCHEMA).parquet(out.below("truth/truth_customers")))
            .coalesce(1),
        "truth/truth_effects");
    parquet(
        population
            .dirt()
            .groupBy(col("source"), col("fault"))
            .agg(sum("rows").as("rows"))
            .orderBy("source", "fault")
            .coalesce(1),
        "truth/dirt");
    out.writeText("truth/parameters.json", world.parameters());
  }

  private void write(Feed feed, Dataset<Row> rows) {
    String folder = "sources/" + feed.folder();
    if (feed != Feed.TRANSACTIONS) {
      csv(rows.drop(Population.FILE), folder);
      return;
    }
    switch (world.format()) {
      case CSV -> {
        // One file is open for each month, so that rows need no sorting.
        session.conf().set("spark.sql.maxConcurrentOutputFileWriters", world.months() + 1L);
        compressed(rows.write()).partitionBy(Population.FILE).csv(out.below(folder));
      }
      case PARQUET -> typed(rows).write().partitionBy(Population.FILE).parquet(out.below(folder));
    }
    out.tidy(folder);
  }

  /** What does not parse becomes null, which no reader takes for an amount either. */
  private static Dataset<Row> typed(Dataset<Row> lines) {
    List<Column> columns = new ArrayList<>();
    for (String name : lines.columns()) {
      columns.add(
          switch (name) {
            case "line_no", "quantity" -> col(name).cast("int");
            case "net_amount", "discount_amount", "cost_amount" -> col(name).cast("decimal(12,2)");
            case "occurred_at" -> col(name).cast("timestamp_ntz");
            case "card_used" -> col(name).cast("boolean");
            default -> col(name);
          });
    }
    return lines.select(columns.toArray(Column[]::new));
  }

  private void csv(Dataset<Row> rows, String folder) {
    compressed(rows.write()).csv(out.below(folder));
    out.tidy(folder);
  }

  private static DataFrameWriter<Row> compressed(DataFrameWriter<Row> writer) {
    return writer.option("header", true).option("compression", "gzip");
  }

  private void parquet(Dataset<Row> rows, String folder) {
    rows.write().parquet(out.below(folder));
    out.tidy(folder);
  }
}
