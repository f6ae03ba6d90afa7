package dev.cohortium.lookalike;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.WorldReader;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.LookAlikePairs;
import dev.cohortium.world.WorldPanel;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Worlds whose truth is known, compared replicate by replicate. */
public final class LookAlikeWorlds {
  private LookAlikeWorlds() {}

  private static final String STUDY =
      """
      study = "world"
      time-zone = "Europe/Berlin"
      currency = "EUR"
      sources {
        transactions {
          format = csv, path = "t"
          columns { transaction_id = "t", occurred_at = "o", net_amount = "n" }
        }
        customers { format = csv, path = "c", columns { customer_id = "c" } }
        enrolments { format = csv, path = "e", columns { customer_id = "c", enrolled_at = "e" } }
      }
      programmes { club {} }
      segments { replicate = "attributes.replicate" }
      headline { metric = net_revenue, method = look_alike_did, horizon = 6 }
      look-alike { exact = [replicate], propensity-by = [replicate] }
      """;

  /** The study, as of the last month of a world. */
  public static Study study(YearMonth asOf, List<String> settings) {
    return StudyReader.parse(STUDY, "world", settings, Map.of()).withAsOf(asOf);
  }

  /** The panel of a world. */
  static WorldPanel world(SparkSession session, String conf, int partitions) {
    return new WorldPanel(
        session, WorldReader.parse(conf, "world", List.of(), Map.of()), partitions);
  }

  /**
   * Effects of each replicate with what they should be: method, estimand, metric, horizon_months,
   * segment, estimate, std_error, ci_low, ci_high, truth, members, placebo.
   */
  static Dataset<Row> held(Frames out, Dataset<Row> truth) {
    Dataset<Row> members =
        out.get(LookAlikePairs.TABLE)
            .where(col(LookAlikePairs.ROLE).equalTo("member"))
            .select(LookAlikePairs.CUSTOMER_ID);
    Dataset<Row> of =
        truth
            .where(col("experiment_id").equalTo("-"))
            .join(members, "customer_id")
            .groupBy(
                col("replicate").cast("string").as(Effects.SEGMENT),
                col("metric"),
                col("horizon_months"))
            .agg(
                avg("difference_vs_stay_out").as("stay_out"),
                avg("difference_vs_as_usual").as("as_usual"),
                count(lit(1)).as("members"));
    Dataset<Row> effects =
        out.get(Effects.TABLE).where(col(Effects.SEGMENT_BY).equalTo("replicate"));
    Dataset<Row> placebo =
        out.get(EffectChecks.TABLE)
            .where(col(EffectChecks.CHECK_NAME).equalTo("placebo_outcome"))
            .select(col(EffectChecks.EFFECT_ID), col(EffectChecks.OUTCOME).as("placebo"));
    return effects
        .join(placebo, new String[] {Effects.EFFECT_ID}, "left")
        .join(of, new String[] {Effects.SEGMENT, Effects.METRIC, Effects.HORIZON_MONTHS})
        .withColumn(
            "truth",
            org.apache
                .spark
                .sql
                .functions
                .when(col(Effects.ESTIMAND).equalTo("join_now_vs_as_usual"), col("as_usual"))
                .otherwise(col("stay_out")));
  }
}
