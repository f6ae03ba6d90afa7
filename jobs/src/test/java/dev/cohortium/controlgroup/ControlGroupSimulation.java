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
 * 500 replicates as segments of one experiment in one run of the job. The offer makes half of the
 * treated join, and each order of who joined costs 10 more: with .6 orders a month 3 for all
 * treated and 6 for compliers. Written into docs/coverage.md.
 */
@Tag("simulation")
class ControlGroupSimulation extends SparkTest {
  private static final int REPLICATES = 500;
  private static final int CUSTOMERS = 400;
  private static final List<Integer> HORIZONS = List.of(1, 2, 3);
  private static final Map<String, Double> TRUTH =
      new TreeMap<>(
          Map.of(
              "control_group_itt", 3.0,
              "control_group_itt_cuped", 3.0,
              "control_group_itt_lin", 3.0,
              "control_group_cace", 6.0));

  private final List<String> page =
      new ArrayList<>(
          List.of("| method | horizon | mean error | coverage, % |", "|---|---|---|---|"));

  @Override
  public SparkConf conf() {
    return super.conf().set("spark.sql.shuffle.partitions", "8");
  }

  @Test
  void intervals_cover_the_truth_and_adjustment_never_widens_them() throws IOException {
    List<Row> effects =
        new ControlGroupJob()
            .run(world(), study())
            .get(Effects.TABLE)
            .where("segment_by = 'replicate' and variant = 'raw'")
            .collectAsList();

    List<String> outside = new ArrayList<>();
    TRUTH.forEach(
        (method, truth) -> {
          Map<String, Integer> always = new TreeMap<>();
          for (int months : HORIZONS) {
            List<Row> cell = cell(effects, method, months);
            assertThat(cell).hasSize(REPLICATES);
            cell.forEach(
                row ->
                    always.merge(
                        row.getAs(Effects.SEGMENT),
                        isIn(row, Effects.ALWAYS_LOW, Effects.ALWAYS_HIGH, truth) ? 1 : 0,
                        Integer::sum));
            judge(method, months, cell, truth, outside);
          }
          long all = always.values().stream().filter(n -> n == HORIZONS.size()).count();
          page.add(
              String.format(
                  Locale.ROOT, "| %s | all | | %.1f |", method, 100.0 * all / REPLICATES));
          if (all < band().inverseCumulativeProbability(0.001)) {
            outside.add(method + " at all looks: " + all);
          }
        });
    assertNarrower(effects);
    CoverageSection.write("control-group", String.join("\n", page));
    assertThat(outside).isEmpty();
  }

  private void judge(
      String method, int months, List<Row> cell, double truth, List<String> outside) {
    long covered =
        cell.stream().filter(row -> isIn(row, Effects.CI_LOW, Effects.CI_HIGH, truth)).count();
    double mean =
        cell.stream()
            .mapToDouble(row -> row.<Double>getAs(Effects.ESTIMATE))
            .average()
            .orElseThrow();
    double squares =
        cell.stream()
            .mapToDouble(row -> Math.pow(row.<Double>getAs(Effects.ESTIMATE) - mean, 2))
            .sum();
    double chance = Math.sqrt(squares / (REPLICATES - 1.0) / REPLICATES);
    page.add(
        String.format(
            Locale.ROOT,
            "| %s | %d | %.3f ± %.3f | %.1f |",
            method,
            months,
            mean - truth,
            chance,
            100.0 * covered / REPLICATES));
    double level = 0.001 / (TRUTH.size() * HORIZONS.size());
    boolean isRight =
        covered >= band().inverseCumulativeProbability(level / 2)
            && covered <= band().inverseCumulativeProbability(1 - level / 2)
            && Math.abs(mean - truth) <= 3 * chance;
    if (!isRight) {
      outside.add(method + " " + months + ": " + covered + ", " + (mean - truth));
    }
  }

  private void assertNarrower(List<Row> effects) {
    for (int months : HORIZONS) {
      Map<Object, Double> plain = errors(cell(effects, "control_group_itt", months));
      Map<Object, Double> adjusted = errors(cell(effects, "control_group_itt_cuped", months));
      double ratio = 0;
      for (Map.Entry<Object, Double> entry : plain.entrySet()) {
        double error = adjusted.get(entry.getKey());
        assertThat(error).isLessThanOrEqualTo(entry.getValue() * (1 + 1e-9));
        ratio += error * error / entry.getValue() / entry.getValue() / REPLICATES;
      }
      page.add(
          String.format(
              Locale.ROOT, "| CUPED's variance of the plain | %d | %.3f | |", months, ratio));
    }
  }

  private static Map<Object, Double> errors(List<Row> cell) {
    Map<Object, Double> errors = new TreeMap<>();
    cell.forEach(
        row -> errors.put(row.getAs(Effects.SEGMENT), row.<Double>getAs(Effects.STD_ERROR)));
    return errors;
  }

  private static BinomialDistribution band() {
    return new BinomialDistribution(REPLICATES, 0.95);
  }

  private static boolean isIn(Row row, String low, String high, double truth) {
    return row.<Double>getAs(low) <= truth && truth <= row.<Double>getAs(high);
  }

  private static List<Row> cell(List<Row> effects, String method, int months) {
    return effects.stream()
        .filter(row -> row.getAs(Effects.METHOD).equals(method))
        .filter(row -> row.<Integer>getAs(Effects.HORIZON_MONTHS) == months)
        .toList();
  }

  private Frames world() {
    Dataset<Row> customers =
        spark()
            .range((long) REPLICATES * CUSTOMERS)
            .selectExpr(
                "concat('c', id) as customer_id",
                "concat('r', id % " + REPLICATES + ") as region",
                "if(" + uniform("'arm'") + " < 0.3, 'control', 'treatment') as arm",
                "10 + 60 * pow(" + uniform("'level'") + ", 3) as level",
                uniform("'joins'") + " < 0.5 as joins");
    Dataset<Row> months =
        customers
            .selectExpr("*", "explode(sequence(-3, 3)) as m", "customer_id as id")
            .where(uniform("m, 'buys'") + " < 0.6")
            .selectExpr(
                "customer_id",
                "add_months(date'2024-03-01', m) as month",
                "1 as orders",
                "level + 10 * "
                    + uniform("m, 'noise'")
                    + " + if(arm = 'treatment' and joins and m > 0, 10, 0) as net_revenue");
    return new Frames(spark())
        .with(CustomerMonths.TABLE, as(CustomerMonths.TABLE, months))
        .with(Customers.TABLE, as(Customers.TABLE, customers.select("customer_id", "region")))
        .with(
            Assignments.TABLE,
            as(
                Assignments.TABLE,
                customers.selectExpr(
                    "'offer' as experiment_id",
                    "customer_id",
                    "arm",
                    "timestamp'2024-03-15 00:00:00' as assigned_at")))
        .with(
            Joinings.TABLE,
            as(
                Joinings.TABLE,
                customers
                    .where("arm = 'treatment' and joins")
                    .selectExpr(
                        "'club' as program_id",
                        "customer_id",
                        "date'2024-03-01' as joining_month")));
  }

  /** A number between 0 and 1 that follows from the id and this. */
  private static String uniform(String of) {
    return "(pmod(xxhash64(id, " + of + "), 1000003) / 1000003)";
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
        }
        control-group { horizons = [1, 2, 3], segments = [replicate], experiments.offer.shares { control = 3, treatment = 7 } }
        """,
        "test",
        List.of(),
        Map.of());
  }
}
