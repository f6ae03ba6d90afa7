package dev.cohortium;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import com.holdenkarau.spark.testing.JavaDatasetSuiteBase;
import dev.cohortium.config.Study;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.runtime.Run;
import dev.cohortium.runtime.RunContext;
import dev.cohortium.runtime.WriterLock;
import dev.cohortium.table.Column;
import dev.cohortium.table.Table;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The one Spark session of all tests, and tables that a reader of the test can see. The only user
 * of spark-testing-base.
 */
public abstract class SparkTest extends JavaDatasetSuiteBase {
  @BeforeEach
  void session() {
    runBefore();
    spark().sparkContext().setLogLevel("ERROR");
    compiling(true);
  }

  /** What a job keeps is released by its runner, and would serve the next test's equal plan. */
  @AfterEach
  protected void forgetKeptRows() {
    spark().catalog().clearCache();
  }

  /** What a scheduled run at {@code now} works with. */
  protected RunContext context(Study study, Path warehouse, Instant now) {
    return context(study, warehouse, now, Run.Reading.NEW);
  }

  /** What a run at {@code now} works with. */
  protected RunContext context(Study study, Path warehouse, Instant now, Run.Reading reading) {
    return new RunContext(
        spark(),
        study,
        warehouse.toString(),
        Clock.fixed(now, ZoneOffset.UTC),
        Run.unwatched("test", now).progress(),
        new RunContext.Options(reading, WriterLock.Claim.IF_FREE),
        "test");
  }

  /**
   * Lets Spark interpret its plans until the test ends. For tests of many small plans, which take
   * longer to compile than to run; what they compute is computed by compiled plans in others.
   */
  protected void withoutCompiling() {
    compiling(false);
  }

  private void compiling(boolean isOn) {
    spark().conf().set("spark.sql.codegen.wholeStage", isOn);
    spark().conf().set("spark.sql.codegen.factoryMode", isOn ? "FALLBACK" : "NO_CODEGEN");
  }

  @Override
  public SparkConf conf() {
    SparkConf conf = super.conf();
    Main.settings().forEach(conf::set);
    return conf.setMaster("local[2]")
        .set("spark.ui.enabled", "false")
        .set("spark.ui.showConsoleProgress", "false")
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.driver.bindAddress", "127.0.0.1")
        .set("spark.sql.shuffle.partitions", "2")
        .set("spark.databricks.delta.snapshotPartitions", "2")
        .set("spark.sql.sources.parallelPartitionDiscovery.parallelism", "2");
  }

  @Override
  public boolean enableHiveSupport() {
    return false;
  }

  @Override
  public SparkSession spark() {
    return super.spark();
  }

  /**
   * The rows of a table as written down: cells divided by |, the first line names the columns, an
   * empty cell or null is null. Columns that are not named are null; a required delivered_at is
   * 2024-01-01, a delivery 1.
   */
  protected Dataset<Row> rows(Table table, String text) {
    List<List<String>> lines = cells(text);
    List<String> header = lines.get(0);
    StructType strings =
        new StructType(
            header.stream()
                .map(
                    name ->
                        new StructField(
                            name,
                            DataTypes.StringType,
                            true,
                            org.apache.spark.sql.types.Metadata.empty()))
                .toArray(StructField[]::new));
    List<Row> rows = lines.stream().skip(1).map(line -> RowFactory.create(line.toArray())).toList();
    Dataset<Row> given = spark().createDataFrame(rows, strings);
    return given.select(
        table.columns().stream()
            .map(
                c ->
                    (header.contains(c.name()) ? col(c.name()) : defaultOf(c))
                        .cast(Contracts.type(c))
                        .as(c.name()))
            .toArray(org.apache.spark.sql.Column[]::new));
  }

  private static org.apache.spark.sql.Column defaultOf(Column column) {
    return switch (column.name()) {
      case "delivered_at" -> lit("2024-01-01 00:00:00");
      case "delivery" -> lit(1);
      default -> lit(null);
    };
  }

  /**
   * Fails unless {@code actual} has exactly the written rows, in any order, in the columns that the
   * text names.
   */
  protected void assertRows(Dataset<Row> actual, Table table, String text) {
    List<String> header = cells(text).get(0);
    org.apache.spark.sql.Column[] named =
        header.stream()
            .map(org.apache.spark.sql.functions::col)
            .toArray(org.apache.spark.sql.Column[]::new);
    assertThat(shown(actual.select(named))).isEqualTo(shown(rows(table, text).select(named)));
  }

  /** Fails unless each table of a job has rows that meet its contract, none twice. */
  protected static void assertConforms(Frames found, Job job) {
    for (Table table : job.writes()) {
      Dataset<Row> rows = Contracts.conform(found.get(table), table);
      Dataset<Row> keys =
          rows.select(
              table.key().stream()
                  .map(org.apache.spark.sql.functions::col)
                  .toArray(org.apache.spark.sql.Column[]::new));
      assertThat(keys.distinct().count()).as(table.name()).isEqualTo(rows.count()).isPositive();
    }
  }

  /** The rows as sorted lines of text. */
  protected static List<String> shown(Dataset<Row> rows) {
    List<String> lines = new ArrayList<>();
    for (Row row : rows.collectAsList()) {
      lines.add(row.mkString(" | "));
    }
    lines.sort(null);
    return lines;
  }

  private static List<List<String>> cells(String text) {
    return text.strip().lines().map(SparkTest::cellsOfLine).toList();
  }

  private static List<String> cellsOfLine(String line) {
    return Arrays.stream(line.split("\\|", -1))
        .map(String::strip)
        .map(cell -> cell.isEmpty() || cell.equals("null") ? null : cell)
        .collect(java.util.stream.Collectors.toCollection(ArrayList::new));
  }
}
