package dev.cohortium.lookalike;

import dev.cohortium.stats.EntropyFit;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

final class Balancing {
  private Balancing() {}

  static Map<String, EntropyFit> fit(Dataset<Row> rows, Units units, Scores scores, int columns) {
    return Map.of();
  }
}
