package dev.cohortium;

import dev.cohortium.beforeafter.BeforeAfterJob;
import dev.cohortium.cohorts.CohortsJob;
import dev.cohortium.controlgroup.ControlGroupJob;
import dev.cohortium.controlgroup.DesignControlGroupJob;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.lookalike.LookAlikeJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.runtime.Job;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** The program: the only Spark session, the only exit code. */
public final class Main {
  private Main() {}

  /** Every job, in the order in which data moves. */
  static List<Job> jobs() {
    return List.of(
        new IngestJob(),
        new PanelJob(),
        new CohortsJob(),
        new LookAlikeJob(),
        new DesignControlGroupJob(),
        new ControlGroupJob(),
        new BeforeAfterJob());
  }

  /** The version of the job jar; {@code dev} where classes run without one. */
  static String version() {
    return Optional.ofNullable(Main.class.getPackage().getImplementationVersion()).orElse("dev");
  }

  /** The Spark settings on which results and published files depend. */
  static Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension");
    settings.put(
        "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
    settings.put("spark.sql.session.timeZone", "UTC");
    settings.put("spark.sql.ansi.enabled", "false");
    // A text that an older Spark would have parsed is no value, rather than the end of the run.
    settings.put("spark.sql.legacy.timeParserPolicy", "CORRECTED");
    settings.put("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS");
    // What Frames.keep holds stays partitioned as the job made it, and is not exchanged again.
    settings.put("spark.sql.optimizer.canChangeCachedPlanOutputPartitioning", "false");
    // Trying out encodings for it costs more than a plain compression of the whole.
    settings.put("spark.sql.inMemoryColumnarStorage.compressed", "false");
    settings.put("spark.rdd.compress", "true");
    return settings;
  }

  /** What suits one process on one machine, unless the user says otherwise. */
  private static Map<String, String> localSettings(String master) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spark.ui.enabled", "false");
    // Jobs refuse what does not fit, with a sentence; driver and tasks are one process.
    settings.put("spark.driver.maxResultSize", "0");
    settings.put("spark.driver.host", "127.0.0.1");
    settings.put("spark.driver.bindAddress", "127.0.0.1");
    settings.put("spark.sql.shuffle.partitions", Integer.toString(2 * cores(master)));
    settings.put("spark.databricks.delta.snapshotPartitions", "2");
    // Otherwise files are listed by ten thousand tasks.
    settings.put(
        "spark.sql.sources.parallelPartitionDiscovery.parallelism",
        Integer.toString(2 * cores(master)));
    return settings;
  }

  /** The cores of {@code local[N]}; those of the machine for {@code local[*]}. */
  static int cores(String master) {
    String digits = master.replaceAll("^local\\[(\\d+).*$|^.*$", "$1");
    if (master.equals("local")) {
      return 1;
    }
    return digits.isEmpty() ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(digits);
  }

  /** The session: that of spark-submit or of this JVM where there is one. */
  static SparkSession session(String name) {
    SparkConf conf = new SparkConf();
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.app.name", name);
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    // Nothing is kept there, but Spark makes the folder, without this where the user is.
    conf.setIfMissing(
        "spark.sql.warehouse.dir",
        Path.of(System.getProperty("java.io.tmpdir"), "cohortium-spark").toUri().toString());
    String master = conf.get("spark.master");
    if (master.startsWith("local")) {
      localSettings(master).forEach(conf::setIfMissing);
    }
    settings().forEach(conf::set);
    return SparkSession.builder().config(conf).getOrCreate();
  }

  /** What spark-submit shipped with --files, as far as it lies on this machine. */
  static Stream<Path> shippedFiles() {
    return Stream.of(new SparkConf().get("spark.files", "").split(","))
        .filter(uri -> uri.startsWith("file:"))
        .map(uri -> Path.of(URI.create(uri)));
  }

  /**
   * Does what the command line says.
   *
   * @return 0 done; 2 the study, the data or the command line is at fault; 1 anything else
   */
  static int run(
      String[] arguments,
      Map<String, String> environment,
      Clock clock,
      PrintStream out,
      PrintStream err) {
    return new Commands(environment, clock, out, err).execute(arguments);
  }

  public static void main(String[] arguments) {
    // Unicode whatever the machine's locale: what is printed is read by programs, too.
    PrintStream out = printer(FileDescriptor.out);
    PrintStream err = printer(FileDescriptor.err);
    int status = run(arguments, System.getenv(), Clock.systemUTC(), out, err);
    out.flush();
    err.flush();
    if (SparkSession.getDefaultSession().isDefined()) {
      SparkSession.getDefaultSession().get().stop();
    }
    // A cluster takes an early exit of its driver for a failure, even one of status 0.
    boolean isClusterDriver = "cluster".equals(System.getProperty("spark.submit.deployMode"));
    if (status != 0 || !isClusterDriver) {
      System.exit(status);
    }
  }

  private static PrintStream printer(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
