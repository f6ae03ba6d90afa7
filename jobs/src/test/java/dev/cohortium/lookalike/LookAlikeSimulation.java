package dev.cohortium.lookalike;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Effects;
import dev.cohortium.world.WorldPanel;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Worlds of many replicates, each estimate held against its truth. */
@Tag("simulation")
class LookAlikeSimulation extends SparkTest {
  @Override
  public org.apache.spark.SparkConf conf() {
    return super.conf().set("spark.sql.shuffle.partitions", "8");
  }

  @Test
  void print() throws Exception {
    String conf =
        java.nio.file.Files.readString(java.nio.file.Path.of(System.getProperty("sim.conf")));
    List<String> settings = List.of(System.getProperty("sim.set", "as-of=2023-06").split(";"));
    WorldPanel world = LookAlikeWorlds.world(spark(), conf, 8);
    Study study = LookAlikeWorlds.study(YearMonth.parse("2023-06"), settings);
    Frames in = world.frames();
    long start = System.nanoTime();
    Frames out = new LookAlikeJob().run(in, study);
    List<Row> rows =
        LookAlikeWorlds.held(out, world.truth())
            .select(
                Effects.METHOD,
                Effects.ESTIMAND,
                Effects.METRIC,
                Effects.HORIZON_MONTHS,
                Effects.VARIANT,
                Effects.ESTIMATE,
                Effects.STD_ERROR,
                Effects.CI_LOW,
                Effects.CI_HIGH,
                "truth",
                Effects.BASELINE,
                Effects.STATUS,
                Effects.FAILED_CHECKS)
            .collectAsList();
    System.out.println("SIM took " + (System.nanoTime() - start) / 1_000_000_000 + " s");
    Map<String, double[]> sums = new TreeMap<>();
    for (Row row : rows) {
      if (!row.getString(4).equals("raw") || row.isNullAt(5)) {
        continue;
      }
      String key =
          row.getString(0) + " " + row.getString(1) + " " + row.getString(2) + " " + row.getInt(3);
      double[] s = sums.computeIfAbsent(key, k -> new double[9]);
      double error = row.getDouble(5) - row.getDouble(9);
      s[0]++;
      s[1] += error;
      s[2] += error * error;
      s[3] += row.getDouble(9) >= row.getDouble(7) && row.getDouble(9) <= row.getDouble(8) ? 1 : 0;
      s[4] += row.getDouble(6);
      s[5] += row.getDouble(10);
      s[6] += row.getDouble(9);
      s[7] += row.getString(11).equals("measured") ? 1 : 0;
      s[8] += row.getString(12).contains("placebo_outcome") ? 1 : 0;
    }
    sums.forEach(
        (key, s) -> {
          double mean = s[1] / s[0];
          double sd = Math.sqrt((s[2] - s[1] * mean) / (s[0] - 1));
          System.out.println(
              String.format(
                  Locale.ROOT,
                  "SIM %-62s n %3.0f truth %8.4f bias %8.4f (%5.2f %% of base, %5.1f MCSE) sd %7.4f se %7.4f cover %5.1f %% measured %3.0f placebo-not-passed %3.0f",
                  key,
                  s[0],
                  s[6] / s[0],
                  mean,
                  100 * s[1] / s[5],
                  mean / (sd / Math.sqrt(s[0])),
                  sd,
                  s[4] / s[0],
                  100 * s[3] / s[0],
                  s[7],
                  s[8]));
        });
    Dataset<Row> unused = null;
  }
}
