package dev.cohortium.lookalike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.CoverageSection;
import dev.cohortium.Replicates;
import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Effects;
import dev.cohortium.world.WorldPanel;
import java.io.IOException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Worlds of many replicates in one run of the job, every estimate held against the truth averaged
 * over the members that were matched; written into docs/coverage.md.
 */
@Tag("simulation")
class LookAlikeSimulation extends SparkTest {
  private static final int REPLICATES = 200;
  private static final int CUSTOMERS = 1200;
  private static final int LARGE = 8;
  private static final YearMonth AS_OF = YearMonth.of(2023, 6);

  /** Cells that are held against the bands: 2 estimands, 2 metrics, 3 horizons, 6 worlds. */
  private static final int CELLS = 72;

  /** Each order has the same chance, so that who buys most joins most. */
  private static final String LEVEL = "history, on-orders = 0, on-revenue = 0, on-recent = 0";

  /** The month of joining is drawn by fixed traits, and nobody stops for good. */
  private static final String MONTH = "level }\npurchases { drop-out = 0";

  /** The hidden rate hardly changes. */
  private static final String LASTING =
      "latent, on-change = 0 }\npurchases { persistence = 0.99, transient-sd = 0.8";

  private static final List<String> METHODS =
      List.of("look_alike_did", "look_alike_matched", "look_alike_aipw", Method.NAIVE);
  private static final List<String> METRICS = List.of("net_revenue", "orders");
  private static final List<Integer> HORIZONS = List.of(1, 3, 6);

  @Override
  public SparkConf conf() {
    return super.conf().set("spark.sql.shuffle.partitions", "8");
  }

  /** What was seen of one estimate over the replicates. */
  private static final class Cell {
    private final Replicates seen = new Replicates();
    private int measured;
    private int placeboFailed;

    void add(Row row) {
      seen.add(
          row.<Double>getAs(Effects.ESTIMATE),
          row.<Double>getAs(Effects.STD_ERROR),
          row.<Double>getAs(Effects.CI_LOW),
          row.<Double>getAs(Effects.CI_HIGH),
          row.<Double>getAs(Effects.BASELINE),
          row.<Double>getAs("truth"));
      measured += row.<String>getAs(Effects.STATUS).equals("measured") ? 1 : 0;
      placeboFailed += "failed".equals(row.getAs("placebo")) ? 1 : 0;
    }

    boolean isBiased() {
      return Math.abs(bias()) > 3 * chance();
    }

    double bias() {
      return seen.bias();
    }

    double chance() {
      return seen.chance();
    }

    boolean passes() {
      return seen.passes(CELLS);
    }

    String row(String world, String name) {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %s | %d | %d | %s |",
          world,
          name,
          seen.cells(),
          measured,
          placeboFailed,
          passes() ? "passes" : "outside");
    }
  }

  private static String world(String selection, int seed, boolean hasEffect) {
    return world(selection, seed, hasEffect, REPLICATES, CUSTOMERS);
  }

  private static String world(
      String selection, int seed, boolean hasEffect, int replicates, int customers) {
    return """
        seed = %d, customers = %d, months = 30, replicates = %d
        regions { north { share = 1, stores = 6, launch-month = 9 } }
        joining { hazard = 0.04, selection = %s }
        effect { %s }
        """
        .formatted(
            seed,
            customers,
            replicates,
            selection,
            hasEffect
                ? "orders = 1.15, receipt = 1.05, drop-out = 0.8, ramp-months = 2"
                : "orders = 1, receipt = 1, drop-out = 1");
  }

  private Map<String, Cell> cells(String conf, String... settings) {
    WorldPanel world = LookAlikeWorlds.world(spark(), conf, 8);
    List<String> all =
        new ArrayList<>(List.of("metrics=[net_revenue, orders]", "look-alike.horizons=[1, 3, 6]"));
    all.addAll(List.of(settings));
    Study study = LookAlikeWorlds.study(AS_OF, all);
    Frames out = new LookAlikeJob().run(world.frames(), study);
    Map<String, Cell> cells = new TreeMap<>();
    for (Row row : LookAlikeWorlds.held(out, world.truth()).collectAsList()) {
      String method = row.getAs(Effects.METHOD);
      String metric = row.getAs(Effects.METRIC);
      int months = row.getAs(Effects.HORIZON_MONTHS);
      if (METHODS.contains(method)
          && METRICS.contains(metric)
          && HORIZONS.contains(months)
          && row.<String>getAs(Effects.VARIANT).equals("raw")
          && row.getAs(Effects.ESTIMATE) != null) {
        String estimand = row.getAs(Effects.ESTIMAND);
        String name =
            (method.equals(Method.NAIVE) ? method : method + ", " + estimand)
                + " | "
                + metric
                + " | "
                + months;
        cells.computeIfAbsent(name, key -> new Cell()).add(row);
      }
    }
    return cells;
  }

  @Test
  void worlds_are_measured_and_the_page_is_written() throws IOException {
    Map<String, Map<String, Cell>> right = new LinkedHashMap<>();
    right.put("history, no effect", cells(world("history", 101, false)));
    right.put("history, effect", cells(world("history", 102, true)));
    right.put("level, no effect", cells(world(LEVEL, 107, false), "look-alike.most-orders=8"));
    right.put("level, effect", cells(world(LEVEL, 108, true), "look-alike.most-orders=8"));
    right.put("month, no effect", cells(world(MONTH, 109, false), "look-alike.most-orders=0"));
    right.put("month, effect", cells(world(MONTH, 110, true), "look-alike.most-orders=0"));
    for (Map.Entry<String, Map<String, Cell>> world : right.entrySet()) {
      show(world.getKey(), world.getValue());
    }
    Map<String, Cell> leaking = cells(world("history", 101, false), "look-alike.most-orders=1");
    show("history, no effect, orders of a month not told apart", leaking);
    Map<String, Cell> latent = cells(world("latent", 103, false));
    show("latent, no effect", latent);
    Map<String, Cell> large = cells(world("latent", 106, false, LARGE, 24 * CUSTOMERS));
    show("latent, no effect, %d customers each".formatted(24 * CUSTOMERS), large);
    Map<String, Cell> lasting = cells(world(LASTING, 111, false, LARGE, 24 * CUSTOMERS));
    show("lasting, no effect, %d customers each".formatted(24 * CUSTOMERS), lasting);
    show("level with a purchase added, no effect", cells(world("level", 104, false)));
    right.forEach((world, cells) -> cells.forEach((name, cell) -> hold(world + ", " + name, cell)));
    // Orders of one month that are not told apart compare who joined at the third with who made
    // one.
    assertThat(right.get("history, no effect").get(LEAK).isBiased()).isFalse();
    assertThat(leaking.get(LEAK).isBiased()).isTrue();
    for (Map<String, Cell> hidden : List.of(latent, large, lasting)) {
      assertThat(hidden.get(LEAK).isBiased()).isTrue();
    }
    Cell seen = lasting.get(LEAK);
    assertThat(2 * seen.placeboFailed).as("placebos that failed").isGreaterThan(seen.seen.count());
  }

  private static void hold(String name, Cell cell) {
    if (name.contains("look_alike_did")) {
      assertThat(cell.passes()).as(name + " " + cell.row("", "")).isTrue();
    }
    // By month nothing selects but being there, so that the naive difference is nearly right.
    if (name.contains(Method.NAIVE) && !name.startsWith("month")) {
      assertThat(Math.abs(cell.bias())).as(name).isGreaterThan(4 * cell.seen.meanError());
    }
  }

  private static final String LEAK = "look_alike_did, join_vs_stay_out | orders | 1";

  /** Adds what was seen of a world to the page. */
  private void show(String world, Map<String, Cell> cells) throws IOException {
    cells.forEach((name, cell) -> lines.add(cell.row(world, name)));
    CoverageSection.write(
        "look-alike",
        REPLICATES
            + " replicates of "
            + CUSTOMERS
            + " customers and 30 months in one run of the job; level .001/"
            + CELLS
            + " for coverage, 3 errors for bias.\n\n"
            + "| world | method, estimand | metric | months | replicates | truth | bias | bias, % of baseline | spread | mean error | covers, % | finds, % | measured | placebo failed | |\n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
            + String.join("\n", lines));
  }

  private final List<String> lines = new ArrayList<>();
}
