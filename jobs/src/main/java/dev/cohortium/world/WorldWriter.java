package dev.cohortium.world;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import dev.cohortium.config.World;
import dev.cohortium.runtime.Progress;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
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
    progress.step("world: writing the sources");
    text(population.sources());
    if (world.format() == World.Format.PARQUET) {
      progress.step("world: writing " + Feed.TRANSACTIONS.folder() + " as parquet");
      Dataset<Row> receipts = typed(population.receipts());
      receipts.write().partitionBy(Population.FILE).parquet(out.below("typed"));
      out.tidyByFile("typed", "sources");
    }
    progress.step("world: writing the truth");
    parquet(population.truth(), "truth/truth_customers");
    parquet(
        TrueEffects.of(
                session.read().schema(Truth.SCHEMA).parquet(out.below("truth/truth_customers")))
            .coalesce(1),
        "truth/truth_effects");
    out.writeText("truth/parameters.json", world.parameters());
  }

  /** Writes files of lines, and how many rows there are of each kind. */
  private void text(Dataset<Row> lines) {
    // Every file of a task stays open, so that lines need no sorting.
    int mostFiles = world.months() + Feed.values().length + 1;
    session.conf().set("spark.sql.maxConcurrentOutputFileWriters", mostFiles);
    lines
        .write()
        .partitionBy(Population.FILE)
        .option("compression", "gzip")
        .text(out.below("text"));
    String dirt = "text/" + Population.FILE + "=" + Population.DIRT;
    parquet(
        session
            .read()
            .schema("source string, fault string, rows bigint")
            .csv(out.below(dirt))
            .groupBy(col("source"), col("fault"))
            .agg(sum("rows").as("rows"))
            .orderBy("source", "fault")
            .coalesce(1),
        "truth/dirt");
    out.delete(dirt);
    out.tidyByFile("text", "sources");
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

  private void parquet(Dataset<Row> rows, String folder) {
    rows.write().parquet(out.below(folder));
    out.tidy(folder);
  }
}
