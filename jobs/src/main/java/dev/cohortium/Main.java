package dev.cohortium;

import java.util.LinkedHashMap;
import java.util.Map;

/** The program: the only Spark session, the only exit code. */
public final class Main {
  private Main() {}

  /** The Spark settings on which results and published files depend. */
  static Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension");
    settings.put(
        "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
    settings.put("spark.sql.session.timeZone", "UTC");
    settings.put("spark.sql.ansi.enabled", "false");
    settings.put("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS");
    // What Frames.keep holds stays partitioned as the job made it, and is not exchanged again.
    settings.put("spark.sql.optimizer.canChangeCachedPlanOutputPartitioning", "false");
    return settings;
  }

  public static void main(String[] args) {}
}
