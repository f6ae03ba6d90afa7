package dev.cohortium.controlgroup;

import static dev.cohortium.controlgroup.ControlGroupJobTest.as;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.CoverageSection;
import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Joinings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.hipparchus.distribution.discrete.BinomialDistribution;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * 500 replicates as segments of experiments in one run of the job. The offer makes half of the
 * treated join, and each order of who joined costs 10 more: with .6 orders a month 3 for all
 * treated and 6 for compliers; in the world without an effect 0. Written into docs/coverage.md.
 */
@Tag("simulation")
class ControlGroupSimulation extends SparkTest {
  private static final int REPLICATES = 500;

  /** Controls of a replicate of the worlds of one stratum. */
  private static final double SMALLER_ARM = 120;

  private static final List<Integer> HORIZONS = List.of(1, 2, 3);
  private static final List<String> LOOKS = List.of("look1", "look2", "look3");

  /** Worlds, and whether the offer has an effect. */
  private static final Map<String, Boolean> WORLDS =
      new TreeMap<>(Map.of("plain", true, "strata", true, "none", false));

  private static final Map<String, Double> TRUTH =
      new TreeMap<>(
          Map.of(
              "control_group_itt", 3.0,
              "control_group_itt_cuped", 3.0,
              "control_group_itt_lin", 3.0,
              "control_group_cace", 6.0));

  private final List<String> page = new ArrayList<>();
  private final List<String> outside = new ArrayList<>();

  @Override
  public SparkConf conf() {
    return super.conf().set("spark.sql.shuffle.partitions", "8");
  }

  @Test
  void intervals_cover_the_truth_and_adjustment_narrows_them_as_it_should() throws IOException {
    Dataset<Row> customers = customers().localCheckpoint();
    Dataset<Row> months = months(customers).localCheckpoint();
    List<Row> effects =
        new ControlGroupJob()
            .run(frames(customers, months), study())
            .get(Effects.TABLE)
            .where("segment_by = 'replicate' and variant = 'raw'")
            .collectAsList();

    page.addAll(
        List.of(
            "| world | method | horizon | mean error | coverage, % |", "|---|---|---|---|---|"));
    WORLDS.forEach((world, hasEffect) -> judge(effects, world, hasEffect ? 1 : 0));
    looks(effects);
    page.addAll(
        List.of(
            "",
            "| world | horizon | 1 - rho² | CUPED's variance of the plain, as told | as found |",
            "|---|---|---|---|---|"));
    for (String world : List.of("plain", "none")) {
      narrowing(effects, months, world);
    }
    HORIZONS.forEach(span -> neverWider(effects, "strata", span));
    CoverageSection.write("control-group", String.join("\n", page));
    assertThat(outside).isEmpty();
  }

  // --- coverage ---

  private void judge(List<Row> effects, String world, int factor) {
    TRUTH.forEach(
        (method, effect) -> {
          double truth = factor * effect;
          List<List<Row>> looks = new ArrayList<>();
          for (int span : HORIZONS) {
            List<Row> cell = cell(effects, world, method, span);
            assertThat(cell).as(world + " " + method + " " + span).hasSize(REPLICATES);
            looks.add(cell);
            judge(world, method, span, cell, truth);
          }
          together(world, method, "all", looks, truth);
        });
  }

  private void judge(String world, String method, int span, List<Row> cell, double truth) {
    long covered =
        cell.stream().filter(row -> isIn(row, Effects.CI_LOW, Effects.CI_HIGH, truth)).count();
    long rejected = cell.stream().filter(row -> row.<Double>getAs(Effects.P_VALUE) < 0.05).count();
    double mean = mean(cell);
    double chance = Math.sqrt(variance(cell) / REPLICATES);
    page.add(
        String.format(
            Locale.ROOT,
            "| %s | %s | %d | %.3f ± %.3f | %.1f |",
            world,
            method,
            span,
            mean - truth,
            chance,
            100.0 * covered / REPLICATES));
    double level = 0.001 / (WORLDS.size() * TRUTH.size() * HORIZONS.size());
    boolean isRight =
        isInBand(covered, level)
            && Math.abs(mean - truth) <= 3 * chance
            && (truth != 0 || isInBand(REPLICATES - rejected, level));
    if (!isRight) {
      outside.add(String.join(" ", world, method, "" + span, "" + covered, "" + (mean - truth)));
    }
  }

  private static boolean isInBand(long covered, double level) {
    BinomialDistribution band = new BinomialDistribution(REPLICATES, 0.95);
    return covered >= band.inverseCumulativeProbability(level / 2)
        && covered <= band.inverseCumulativeProbability(1 - level / 2);
  }

  /** How many replicates' intervals for all looks hold at all of them. */
  private void together(
      String world, String method, String name, List<List<Row>> looks, double truth) {
    Map<String, Integer> holding = new TreeMap<>();
    looks.forEach(
        cell ->
            cell.forEach(
                row ->
                    holding.merge(
                        row.getAs(Effects.SEGMENT),
                        isIn(row, Effects.ALWAYS_LOW, Effects.ALWAYS_HIGH, truth) ? 1 : 0,
                        Integer::sum)));
    long all = holding.values().stream().filter(n -> n == looks.size()).count();
    page.add(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s | | %.1f |",
            world,
            method,
            name,
            100.0 * all / REPLICATES));
    if (all < new BinomialDistribution(REPLICATES, 0.95).inverseCumulativeProbability(0.001)) {
      outside.add(world + " " + method + " at all looks: " + all);
    }
  }

  /** Customers assigned in three months, looked at whenever another month is complete. */
  private void looks(List<Row> effects) {
    for (String method : List.of("control_group_itt", "control_group_itt_cuped")) {
      together(
          "arriving",
          method,
          "1, at 3 looks",
          LOOKS.stream().map(look -> cell(effects, look, method, 1)).toList(),
          3);
    }
  }

  // --- CUPED ---

  /**
   * Variances of the adjusted estimate by those of the plain one against 1 - rho², within 4 Monte
   * Carlo errors: the told ones on average, below it by up to 1 / customers of the smaller arm,
   * 120, for which theta was fitted to them; the found ones by their logarithm, whose error is 2
   * rho / sqrt(replicates), since the two estimates are correlated by sqrt(1 - rho²).
   */
  private void narrowing(List<Row> effects, Dataset<Row> months, String world) {
    for (int span : HORIZONS) {
      double left = neverWider(effects, world, span);
      double expected = 1 - squaredCorrelation(months, world, span);
      List<Double> ratios = ratios(effects, world, span);
      double spread =
          ratios.stream().mapToDouble(r -> Math.pow(r - left, 2)).sum() / (REPLICATES - 1);
      double found =
          variance(cell(effects, world, "control_group_itt_cuped", span))
              / variance(cell(effects, world, "control_group_itt", span));
      page.add(
          String.format(
              Locale.ROOT,
              "| %s | %d | %.3f | %.3f ± %.3f | %.3f |",
              world,
              span,
              expected,
              left,
              Math.sqrt(spread / REPLICATES),
              found));
      double chance = 4 * Math.sqrt(spread / REPLICATES);
      double chanceFound = 4 * 2 * Math.sqrt((1 - expected) / REPLICATES);
      boolean isRight =
          left <= expected + chance
              && left >= expected - chance - 1 / SMALLER_ARM
              && Math.abs(Math.log(found / expected)) <= chanceFound;
      if (!isRight) {
        outside.add(world + " narrows to " + left + ", " + found + " for " + expected);
      }
    }
  }

  /** The mean ratio of the variances, of which none is above 1. */
  private double neverWider(List<Row> effects, String world, int span) {
    List<Double> ratios = ratios(effects, world, span);
    assertThat(ratios).hasSize(REPLICATES).allMatch(ratio -> ratio <= 1 + 1e-9);
    return ratios.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private static List<Double> ratios(List<Row> effects, String world, int span) {
    Map<Object, Double> plain = errors(cell(effects, world, "control_group_itt", span));
    Map<Object, Double> adjusted = errors(cell(effects, world, "control_group_itt_cuped", span));
    return plain.entrySet().stream()
        .map(entry -> Math.pow(adjusted.get(entry.getKey()) / entry.getValue(), 2))
        .toList();
  }

  private static Map<Object, Double> errors(List<Row> cell) {
    Map<Object, Double> errors = new TreeMap<>();
    cell.forEach(
        row -> errors.put(row.getAs(Effects.SEGMENT), row.<Double>getAs(Effects.STD_ERROR)));
    return errors;
  }

  /** rho² of the windows after and before over all replicates, arms weighted as the error does. */
  private static double squaredCorrelation(Dataset<Row> months, String world, int span) {
    List<Row> arms =
        months
            .where("world = '" + world + "'")
            .groupBy("id", "arm")
            .agg(
                org.apache.spark.sql.functions.expr(
                    "sum(if(m between 1 and " + span + ", spent, 0)) as after"),
                org.apache.spark.sql.functions.expr(
                    "sum(if(m between -" + span + " and -1, spent, 0)) as before"))
            .groupBy("arm")
            .agg(
                org.apache.spark.sql.functions.expr("covar_samp(after, before) / count(1)"),
                org.apache.spark.sql.functions.expr("var_samp(after) / count(1)"),
                org.apache.spark.sql.functions.expr("var_samp(before) / count(1)"))
            .collectAsList();
    double[] sums = new double[3];
    arms.forEach(
        arm -> {
          for (int i = 0; i < sums.length; i++) {
            sums[i] += arm.getDouble(i + 1);
          }
        });
    return sums[0] / sums[1] * sums[0] / sums[2];
  }

  // --- cells ---

  private static double mean(List<Row> cell) {
    return cell.stream()
        .mapToDouble(row -> row.<Double>getAs(Effects.ESTIMATE))
        .average()
        .orElseThrow();
  }

  private static double variance(List<Row> cell) {
    double mean = mean(cell);
    return cell.stream()
            .mapToDouble(row -> Math.pow(row.<Double>getAs(Effects.ESTIMATE) - mean, 2))
            .sum()
        / (REPLICATES - 1);
  }

  private static boolean isIn(Row row, String low, String high, double truth) {
    return row.<Double>getAs(low) <= truth && truth <= row.<Double>getAs(high);
  }

  private static List<Row> cell(List<Row> effects, String experiment, String method, int months) {
    return effects.stream()
        .filter(row -> row.getAs(Effects.EXPERIMENT_ID).equals(experiment))
        .filter(row -> row.getAs(Effects.METHOD).equals(method))
        .filter(row -> row.<Integer>getAs(Effects.HORIZON_MONTHS) == months)
        .toList();
  }

  // --- worlds ---

  /**
   * plain: 30 % are controls. strata: three of different sizes, shares and levels, amounts skewed.
   * none: amounts skewed, no effect. arriving: a third assigned in each of three months.
   */
  private Dataset<Row> customers() {
    return world("plain", 400, "'all'", "0.3", "10 + 60 * pow(" + uniform("'level'") + ", 3)", "0")
        .union(
            world(
                "strata",
                400,
                "case when %1$s < 0.5 then 'north' when %1$s < 0.8 then 'south' else 'far' end"
                    .formatted(uniform("'stratum'")),
                "case stratum when 'north' then 0.2 when 'south' then 0.5 else 0.7 end",
                skewed() + " * case stratum when 'north' then 1 when 'south' then 1.5 else 2 end",
                "0"))
        .union(world("none", 400, "'all'", "0.3", skewed(), "0"))
        .union(
            world(
                "arriving",
                450,
                "'all'",
                "0.3",
                "10 + 60 * pow(" + uniform("'level'") + ", 3)",
                "pmod(xxhash64(id, 'since'), 3)"));
  }

  private static String skewed() {
    return "(5 - 20 * ln(1 - " + uniform("'level'") + "))";
  }

  private Dataset<Row> world(
      String name, int customers, String stratum, String share, String level, String since) {
    return spark()
        .range((long) REPLICATES * customers)
        .selectExpr("'" + name + "' as world", "concat('" + name + "', id) as id", "id as number")
        .selectExpr("*", stratum + " as stratum", "cast(" + since + " as int) as since")
        .selectExpr(
            "world",
            "id",
            "concat('r', number % " + REPLICATES + ") as region",
            "stratum",
            "since",
            "if(" + uniform("'arm'") + " < " + share + ", 'control', 'treatment') as arm",
            "cast(" + level + " as double) as level",
            uniform("'joins'") + " < 0.5 as joins");
  }

  /** Months from December 2023, m counted from March 2024. */
  private static Dataset<Row> months(Dataset<Row> customers) {
    return customers
        .selectExpr("*", "explode(sequence(-3, 3)) as m")
        .where(uniform("m, 'buys'") + " < 0.6")
        .selectExpr(
            "world",
            "id",
            "arm",
            "m",
            "level + 10 * "
                + uniform("m, 'noise'")
                + " + if(world <> 'none' and arm = 'treatment' and joins and m > since, 10, 0) as spent");
  }

  /** A number from 0 and below 1 that follows from the id and this. */
  private static String uniform(String of) {
    return "(pmod(xxhash64(id, " + of + "), 1000003) / 1000003)";
  }

  private Frames frames(Dataset<Row> customers, Dataset<Row> months) {
    return new Frames(spark())
        .with(
            CustomerMonths.TABLE,
            as(
                CustomerMonths.TABLE,
                months.selectExpr(
                    "id as customer_id",
                    "add_months(date'2024-03-01', m) as month",
                    "1 as orders",
                    "spent as net_revenue")))
        .with(
            Customers.TABLE,
            as(Customers.TABLE, customers.selectExpr("id as customer_id", "region")))
        .with(
            Assignments.TABLE,
            as(
                Assignments.TABLE,
                customers
                    .selectExpr(
                        "*",
                        "explode(if(world = 'arriving', slice(array('look1', 'look2', 'look3'), since + 1, 3), array(world))) as experiment_id")
                    .selectExpr(
                        "experiment_id",
                        "id as customer_id",
                        "arm",
                        "stratum",
                        "to_timestamp(add_months(date'2024-03-15', since)) as assigned_at")))
        .with(
            Joinings.TABLE,
            as(
                Joinings.TABLE,
                customers
                    .where("arm = 'treatment' and joins")
                    .selectExpr(
                        "'club' as program_id",
                        "id as customer_id",
                        "add_months(date'2024-03-01', since) as joining_month")));
  }

  private static Study study() {
    return StudyReader.parse(
        """
        study = shop, currency = EUR, as-of = "2024-06", metrics = [net_revenue], headline.horizon = 3
        programmes.club {}
        segments.replicate = region
        sources {
          transactions { format = csv, path = x, columns { transaction_id = a, occurred_at = b, net_amount = c } }
          customers { format = csv, path = x, columns { customer_id = a } }
          assignments { format = csv, path = x, columns { experiment_id = a, customer_id = b, arm = c } }
          enrolments { format = csv, path = x, columns { customer_id = a, enrolled_at = b } }
        }
        control-group {
          horizons = [1, 2, 3], segments = [replicate]
          experiments { look1.arrivals = monthly, look2.arrivals = monthly, look3.arrivals = monthly }
        }
        """,
        "test",
        List.of(),
        Map.of());
  }
}
