package dev.cohortium.beforeafter;

import static org.apache.spark.sql.functions.add_months;
import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.CoverageSection;
import dev.cohortium.Replicates;
import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.WorldReader;
import dev.cohortium.evidence.Effect;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.EventStudyMonths;
import dev.cohortium.table.GroupTimes;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.PreTrends;
import dev.cohortium.world.WorldPanel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Worlds of many replicates, the segments of one study, every effect held against the truth of the
 * members that it is of; written into docs/coverage.md.
 */
@Tag("simulation")
class BeforeAfterSimulation extends SparkTest {
  private static final int REPLICATES = Integer.getInteger("replicates", 200);

  private static final int CUSTOMERS = 1200;
  private static final List<Integer> HORIZONS = List.of(1, 3, 6);
  private static final int LONGEST = 6;
  private static final List<String> METRICS = List.of("net_revenue", "orders");

  /** Chance a month of stopping for good, where customers do: the default of a world. */
  private static final double STOPPING = 0.02;

  /**
   * Cells that are held against the bands: 2 metrics, 3 horizons, 2 worlds; and per metric 3
   * shares.
   */
  private static final int CELLS = 24;

  private static final String NAIVE = "naive_before_after | orders | 6";
  private static final String EVENT_STUDY = "event_study";
  private static final String REPLICATE = "replicate";

  private final List<String> lines = new ArrayList<>();
  private final List<String> shares = new ArrayList<>();
  private final List<String> together = new ArrayList<>();

  @Override
  public SparkConf conf() {
    return super.conf().set("spark.sql.shuffle.partitions", "4");
  }

  /** What was seen of a world. */
  private static final class Seen {
    private final Map<String, Replicates> effects = new TreeMap<>();
    private final Map<String, int[]> shares = new TreeMap<>();
    private final Map<String, double[]> together = new TreeMap<>();

    void add(String name, Row row, double truth) {
      effects
          .computeIfAbsent(name, none -> new Replicates())
          .add(
              row.<Double>getAs(Effects.ESTIMATE),
              row.<Double>getAs(Effects.STD_ERROR),
              row.<Double>getAs(Effects.CI_LOW),
              row.<Double>getAs(Effects.CI_HIGH),
              row.<Double>getAs(Effects.BASELINE),
              truth);
    }

    void count(String name, boolean isSo) {
      int[] count = shares.computeIfAbsent(name, none -> new int[2]);
      count[0] += isSo ? 1 : 0;
      count[1]++;
    }

    double share(String name) {
      int[] count = shares.get(name);
      return (double) count[0] / count[1];
    }

    boolean isInBand(String name, double share) {
      int[] count = shares.get(name);
      return Replicates.isInBand(count[0], count[1], share, CELLS);
    }
  }

  /** A world of a shop whose customers stop for good with a chance a month, unless it is 0. */
  private static String world(String selection, int seed, boolean hasEffect, double stopping) {
    return """
        seed = %d, customers = %d, months = 30, replicates = %d
        regions { north { share = 1, stores = 6, launch-month = 9 } }
        purchases { drop-out = %s }
        joining { selection = %s, hazard = 0.04 }
        effect { %s }
        truth { horizons = [1, 2, 3, 4, 5, 6] }
        """
        .formatted(
            seed,
            CUSTOMERS,
            REPLICATES,
            stopping,
            selection,
            hasEffect
                ? "orders = 1.15, receipt = 1.05, drop-out = 0.8, ramp-months = 2"
                : "orders = 1, receipt = 1, drop-out = 1");
  }

  private static Study study() {
    return StudyReader.parse(
        """
        study = world, currency = EUR, as-of = "2023-06", metrics = [net_revenue, orders]
        sources {
          transactions { format = csv, path = t, columns { transaction_id = t, occurred_at = o, net_amount = n } }
          customers { format = csv, path = c, columns { customer_id = c } }
          enrolments { format = csv, path = e, columns { customer_id = c, enrolled_at = e } }
        }
        programmes.club { launched = "2021-10-01" }
        segments.replicate = "attributes.replicate"
        before-after { horizons = [1, 3, 6], segments = [replicate] }
        """,
        "world",
        List.of(),
        Map.of());
  }

  /** What is seen of a world in all its replicates. */
  private Seen seen(String selection, int seed, boolean hasEffect, double stopping) {
    Seen seen = new Seen();
    add(seen, world(selection, seed, hasEffect, stopping));
    spark().catalog().clearCache();
    return seen;
  }

  private void add(Seen seen, String conf) {
    WorldPanel world =
        new WorldPanel(spark(), WorldReader.parse(conf, "world", List.of(), Map.of()), 4);
    Frames frames = world.frames();
    Dataset<Row> joinings = frames.get(Joinings.TABLE).cache();
    frames.with(Joinings.TABLE, joinings);
    frames.with(CustomerMonths.TABLE, heldBack(frames.get(CustomerMonths.TABLE), joinings).cache());
    Frames out = new BeforeAfterJob().run(frames, study());
    Map<String, Double> truth = truth(world, joinings, out);
    addEffects(seen, out, truth);
    addBands(seen, out, truth);
    addPreTrends(seen, out);
    addReactions(seen, out);
    addTogether(seen, out);
  }

  /** The effects on all replicates together, where nothing has an effect. */
  private static void addTogether(Seen seen, Frames out) {
    for (Row row :
        out.get(Effects.TABLE)
            .where("segment = 'all' and variant = 'balanced' and horizon_months in (1, 3, 6)")
            .where("method in ('event_study', 'event_study_ipcw')")
            .where(col(Effects.ESTIMATE).isNotNull())
            .collectAsList()) {
      seen.together.put(
          row.getAs(Effects.METHOD)
              + " | "
              + row.getAs(Effects.METRIC)
              + " | "
              + row.getAs(Effects.HORIZON_MONTHS),
          new double[] {
            100 * row.<Double>getAs(Effects.ESTIMATE) / row.<Double>getAs(Effects.BASELINE),
            100 * row.<Double>getAs(Effects.STD_ERROR) / row.<Double>getAs(Effects.BASELINE)
          });
    }
  }

  /**
   * Anticipation: in the month before joining a member spends a quarter less, and every fourth of
   * them makes an order less.
   */
  private static Dataset<Row> heldBack(Dataset<Row> months, Dataset<Row> joinings) {
    Dataset<Row> joined =
        joinings.select(
            col(Joinings.CUSTOMER_ID),
            add_months(col(Joinings.JOINING_MONTH), -1).as(CustomerMonths.MONTH),
            lit(true).as("held_back"));
    String type = months.schema().apply(CustomerMonths.NET_REVENUE).dataType().sql();
    return months
        .join(joined, new String[] {CustomerMonths.CUSTOMER_ID, CustomerMonths.MONTH}, "left")
        .withColumn(
            CustomerMonths.NET_REVENUE,
            when(col("held_back"), col(CustomerMonths.NET_REVENUE).multiply(0.75))
                .otherwise(col(CustomerMonths.NET_REVENUE))
                .cast(type))
        .withColumn(
            CustomerMonths.ORDERS,
            when(
                    col("held_back")
                        .and(col(CustomerMonths.ORDERS).gt(0))
                        .and(pmod(xxhash64(col(CustomerMonths.CUSTOMER_ID)), lit(4)).equalTo(0)),
                    col(CustomerMonths.ORDERS).minus(1))
                .otherwise(col(CustomerMonths.ORDERS)))
        .drop("held_back");
  }

  /**
   * The truth by segment, metric and horizon, of the members in the cohorts that the job measured
   * over the horizon; name: {@link #key}.
   */
  private static Map<String, Double> truth(WorldPanel world, Dataset<Row> joinings, Frames out) {
    Dataset<Row> members =
        joinings
            .where("months_between(joining_month, acquired_month) >= 6")
            .select(col(Joinings.CUSTOMER_ID), col(Joinings.JOINING_MONTH));
    Dataset<Row> cohorts =
        out.get(GroupTimes.TABLE)
            .where(col(GroupTimes.VARIANT).equalTo(EVENT_STUDY))
            .where(col(GroupTimes.SEGMENT_BY).equalTo(REPLICATE))
            .selectExpr(
                "metric",
                "segment",
                "joining_month",
                "cast(months_between(month, joining_month) as int) as complete")
            .where(col("complete").isin(HORIZONS.toArray()));
    Map<String, Double> truth = new HashMap<>();
    world
        .truth()
        .where("experiment_id = '-' and metric in ('net_revenue', 'orders')")
        .selectExpr(
            "customer_id",
            "cast(replicate as string) as segment",
            "metric",
            "horizon_months",
            "difference_vs_stay_out")
        .join(members, Joinings.CUSTOMER_ID)
        .join(broadcast(cohorts), new String[] {"metric", "segment", "joining_month"})
        .where("horizon_months <= complete")
        .groupBy("segment", "metric", "complete", "horizon_months")
        .agg(avg("difference_vs_stay_out"))
        .collectAsList()
        .forEach(
            row ->
                truth.put(
                    key(row.getString(0), row.getString(1), row.getInt(2), row.getInt(3)),
                    row.getDouble(4)));
    return truth;
  }

  /** The name of a mean over so many months, of members whose {@code complete} months are seen. */
  private static String key(String segment, String metric, int complete, int months) {
    return segment + " " + metric + " " + complete + " " + months;
  }

  private static void addEffects(Seen seen, Frames out, Map<String, Double> truth) {
    for (Row row :
        out.get(Effects.TABLE)
            .where(col(Effects.SEGMENT_BY).equalTo(REPLICATE))
            .where(
                "method = 'event_study' and variant = 'balanced' or variant = 'raw' and estimand = 'change_at_joining'")
            .where(col(Effects.ESTIMATE).isNotNull())
            .collectAsList()) {
      String metric = row.getAs(Effects.METRIC);
      int months = row.<Integer>getAs(Effects.HORIZON_MONTHS);
      Double isTrue = truth.get(key(row.getAs(Effects.SEGMENT), metric, months, months));
      if (isTrue != null) {
        String method = row.getAs(Effects.METHOD);
        seen.add(method + " | " + metric + " | " + months, row, isTrue);
        if (method.equals(EVENT_STUDY) && months == LONGEST) {
          seen.count("graded B, " + metric, row.getAs(Effects.CREDIBILITY).equals("B"));
        }
      }
    }
  }

  /**
   * Whether the band of the cohorts that are seen over the longest horizon holds all event months,
   * but for that of joining, whose purchase is no effect, and the one before it.
   */
  private static void addBands(Seen seen, Frames out, Map<String, Double> truth) {
    Map<String, Boolean> holds = new TreeMap<>();
    for (Row row :
        out.get(EventStudyMonths.TABLE)
            .where(col(EventStudyMonths.SEGMENT_BY).equalTo(REPLICATE))
            .where("variant = 'event_study_balanced' and event_month not in (-1, 0)")
            .where(col(EventStudyMonths.BAND_LOW).isNotNull())
            .collectAsList()) {
      String metric = row.getAs(EventStudyMonths.METRIC);
      String segment = row.getAs(EventStudyMonths.SEGMENT);
      double isTrue = atEvent(truth, segment, metric, row.<Integer>getAs("event_month"));
      boolean isHeld =
          row.<Double>getAs(EventStudyMonths.BAND_LOW) <= isTrue
              && isTrue <= row.<Double>getAs(EventStudyMonths.BAND_HIGH);
      holds.merge(metric + " " + segment, isHeld, Boolean::logicalAnd);
    }
    holds.forEach(
        (of, isHeld) -> seen.count("band holds all months, " + of.split(" ", 2)[0], isHeld));
  }

  private static double atEvent(Map<String, Double> truth, String segment, String metric, int at) {
    double upTo = at < 1 ? 0 : at * truth.get(key(segment, metric, LONGEST, at));
    double before = at < 2 ? 0 : (at - 1) * truth.get(key(segment, metric, LONGEST, at - 1));
    return upTo - before;
  }

  private static void addPreTrends(Seen seen, Frames out) {
    for (Row row :
        out.get(PreTrends.TABLE)
            .where(col(PreTrends.SEGMENT_BY).equalTo(REPLICATE))
            .where(col(PreTrends.VARIANT).equalTo(EVENT_STUDY))
            .collectAsList()) {
      seen.count(
          "pre-trend test rejects, " + row.getAs(PreTrends.METRIC),
          row.<Double>getAs(PreTrends.P_VALUE) < 0.05);
    }
  }

  private static void addReactions(Seen seen, Frames out) {
    Dataset<Row> effects =
        out.get(Effects.TABLE)
            .where(col(Effects.SEGMENT_BY).equalTo(REPLICATE))
            .where("method = 'event_study' and variant = 'raw' and metric = 'orders'")
            .where(col(Effects.HORIZON_MONTHS).equalTo(LONGEST))
            .select(Effects.EFFECT_ID);
    for (Row row :
        out.get(EffectChecks.TABLE)
            .where(col(EffectChecks.CHECK_NAME).equalTo(Checks.REACTION))
            .join(effects, Effects.EFFECT_ID)
            .collectAsList()) {
      String outcome = row.getAs(EffectChecks.OUTCOME);
      seen.count("joining_reacts does not pass", !outcome.equals(Effect.PASSED));
    }
  }

  @Test
  void worlds_are_measured_and_the_page_is_written() throws IOException {
    Seen zero = seen("level", 301, false, 0);
    show("level, no effect", zero);
    Seen effect = seen("level", 302, true, 0);
    show("level, effect", effect);
    Seen stopping = seen("level", 305, false, STOPPING);
    show("level, customers stop, no effect", stopping);
    Seen history = seen("history", 303, false, STOPPING);
    show("history, no effect", history);
    Seen latent = seen("latent", 304, false, STOPPING);
    show("latent, no effect", latent);
    for (Seen seen : List.of(zero, effect)) {
      seen.effects.forEach(
          (name, of) -> {
            if (name.startsWith(EVENT_STUDY)) {
              assertThat(of.passes(CELLS)).as(name + " " + of.cells()).isTrue();
            }
          });
      for (String metric : METRICS) {
        assertThat(seen.isInBand("pre-trend test rejects, " + metric, 0.05)).as(metric).isTrue();
        assertThat(seen.isInBand("band holds all months, " + metric, 0.95)).as(metric).isTrue();
      }
    }
    Replicates naive = stopping.effects.get(NAIVE);
    assertThat(Math.abs(naive.bias())).isGreaterThan(5 * naive.chance());
    for (Seen seen : List.of(zero, stopping, history, latent)) {
      for (String metric : METRICS) {
        assertThat(seen.share("graded B, " + metric)).as(metric).isLessThanOrEqualTo(0.05);
      }
    }
  }

  /** Adds what was seen of a world to the page. */
  private void show(String world, Seen seen) throws IOException {
    seen.effects.forEach(
        (name, of) ->
            lines.add(
                "| %s | %s | %s | %s |"
                    .formatted(world, name, of.cells(), of.passes(CELLS) ? "passes" : "outside")));
    seen.shares.forEach(
        (name, count) ->
            shares.add(
                String.format(
                    Locale.ROOT,
                    "| %s | %s | %.1f | %d |",
                    world,
                    name,
                    100.0 * count[0] / count[1],
                    count[1])));
    seen.together.forEach(
        (name, share) ->
            together.add(
                String.format(
                    Locale.ROOT, "| %s | %s | %.1f ± %.1f |", world, name, share[0], share[1])));
    CoverageSection.write(
        "before-after",
        REPLICATES
            + " replicates of "
            + CUSTOMERS
            + " customers and 30 months; level .001/"
            + CELLS
            + " for shares, 3 errors for bias.\n\n"
            + "| world | method | metric | months | replicates | truth | bias | bias, % of baseline | spread | mean error | covers, % | finds, % | |\n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
            + String.join("\n", lines)
            + "\n\n| world | what | of replicates, % | replicates |\n| --- | --- | --- | --- |\n"
            + String.join("\n", shares)
            + "\n\n| world, all replicates together | method | metric | months | estimate, % of baseline |\n| --- | --- | --- | --- | --- |\n"
            + String.join("\n", together));
  }
}
