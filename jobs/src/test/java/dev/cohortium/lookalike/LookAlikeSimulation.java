package dev.cohortium.lookalike;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.Project;
import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Effects;
import dev.cohortium.world.WorldPanel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Row;
import org.hipparchus.distribution.discrete.BinomialDistribution;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Worlds of many replicates in one run of the job, every estimate held against the truth averaged
 * over the members that were matched; written into docs/coverage.md.
 */
@Tag("simulation")
class LookAlikeSimulation extends SparkTest {
  private static final Path PAGE = Project.root().resolve("docs/coverage.md");
  private static final Pattern MEASURED =
      Pattern.compile(
          "(<!-- look-alike: [^>]*-->\\n).*(<!-- end of look-alike -->)", Pattern.DOTALL);
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
    private int count;
    private int covered;
    private int rejected;
    private int measured;
    private int placeboFailed;
    private double errors;
    private double squares;
    private double truth;
    private double baseline;
    private double stdErrors;

    void add(Row row) {
      double estimate = row.getAs(Effects.ESTIMATE);
      double low = row.getAs(Effects.CI_LOW);
      double high = row.getAs(Effects.CI_HIGH);
      double isTrue = row.getAs("truth");
      count++;
      covered += low <= isTrue && isTrue <= high ? 1 : 0;
      rejected += low > 0 || high < 0 ? 1 : 0;
      measured += row.<String>getAs(Effects.STATUS).equals("measured") ? 1 : 0;
      placeboFailed += "failed".equals(row.getAs("placebo")) ? 1 : 0;
      errors += estimate - isTrue;
      squares += (estimate - isTrue) * (estimate - isTrue);
      truth += isTrue;
      baseline += row.<Double>getAs(Effects.BASELINE);
      stdErrors += row.<Double>getAs(Effects.STD_ERROR);
    }

    boolean isBiased() {
      return Math.abs(bias()) > 3 * chance();
    }

    double bias() {
      return errors / count;
    }

    /** Standard error of the mean error. */
    double chance() {
      return Math.sqrt((squares - errors * errors / count) / (count - 1.0) / count);
    }

    boolean passes() {
      BinomialDistribution right = new BinomialDistribution(count, 0.95);
      double level = 0.001 / CELLS;
      return covered >= right.inverseCumulativeProbability(level / 2)
          && covered <= right.inverseCumulativeProbability(1 - level / 2)
          && !isBiased();
    }

    String row(String world, String name) {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %d | %.3g | %.3g ± %.2g | %.1f | %.3g | %.3g | %.1f | %.1f | %d | %d | %s |",
          world,
          name,
          count,
          truth / count,
          bias(),
          chance(),
          100 * errors / baseline,
          chance() * Math.sqrt(count),
          stdErrors / count,
          100.0 * covered / count,
          100.0 * rejected / count,
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
    assertThat(2 * seen.placeboFailed).as("placebos that failed").isGreaterThan(seen.count);
  }

  private static void hold(String name, Cell cell) {
    if (name.contains("look_alike_did")) {
      assertThat(cell.passes()).as(name + " " + cell.row("", "")).isTrue();
    }
    // By month nothing selects but being there, so that the naive difference is nearly right.
    if (name.contains(Method.NAIVE) && !name.startsWith("month")) {
      assertThat(Math.abs(cell.bias())).as(name).isGreaterThan(5 * cell.stdErrors / cell.count);
    }
  }

  private static final String LEAK = "look_alike_did, join_vs_stay_out | orders | 1";

  /** Adds what was seen of a world to the page. */
  private void show(String world, Map<String, Cell> cells) throws IOException {
    cells.forEach((name, cell) -> lines.add(cell.row(world, name)));
    String page = Files.readString(PAGE);
    Matcher measured = MEASURED.matcher(page);
    assertThat(measured.find()).isTrue();
    String table =
        measured.group(1)
            + REPLICATES
            + " replicates of "
            + CUSTOMERS
            + " customers and 30 months in one run of the job; level .001/"
            + CELLS
            + " for coverage, 3 errors for bias.\n\n"
            + "| world | method, estimand | metric | months | replicates | truth | bias | bias, % of baseline | spread | mean error | covers, % | finds, % | measured | placebo failed | |\n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
            + String.join("\n", lines)
            + "\n"
            + measured.group(2);
    Files.writeString(PAGE, measured.replaceFirst(Matcher.quoteReplacement(table)));
  }

  private final List<String> lines = new ArrayList<>();
}
