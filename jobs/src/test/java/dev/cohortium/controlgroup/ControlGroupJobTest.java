package dev.cohortium.controlgroup;

import static dev.cohortium.Given.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.Project;
import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.ControlGroupAssignments;
import dev.cohortium.table.ControlGroupChecks;
import dev.cohortium.table.ControlGroupPaths;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Exposures;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.Table;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

class ControlGroupJobTest extends SparkTest {
  @Test
  void the_job_programme_gives_the_answers_of_R() throws IOException {
    Frames found =
        new ControlGroupJob()
            .run(
                nsw(),
                study(
                    """
                    as-of = "2024-03", metrics = [net_revenue], headline.horizon = 1
                    control-group { horizons = [1], experiments.nsw.shares { control = 260, treatment = 185 } }
                    """));
    List<Row> effects = effects(found);

    // exact.md, NSW, of a hundredth: R t.test, CUPED by its formula, estimatr lm_lin on re75.
    assertEffect(one(effects, "control_group_itt"), 1794.342382, 670.9965444673);
    assertEffect(one(effects, "control_group_itt_cuped"), 1748.922222829, 668.9587440917);
    assertEffect(one(effects, "control_group_itt_lin"), 1749.051512732, 669.523997988);
    Row cace = one(effects, "control_group_cace");
    assertThat(cace.<String>getAs(Effects.STATUS)).isEqualTo("unmeasured");
    assertThat(cace.<String>getAs(Effects.REASON))
        .isEqualTo("Nothing tells who joined: sources.enrolments is missing.");
    Row itt = one(effects, "control_group_itt");
    assertThat(itt.<Long>getAs(Effects.TREATED)).isEqualTo(185);
    assertThat(itt.<Long>getAs(Effects.CONTROL)).isEqualTo(260);
    assertThat(itt.<String>getAs(Effects.FAILED_CHECKS)).isEqualTo("small_sample_skew");
    assertThat(itt.<Object>getAs(Effects.WINDOW_START)).hasToString("2024-03-01");
  }

  private static void assertEffect(Row effect, double value, double error) {
    assertThat(effect.<Double>getAs(Effects.ESTIMATE) / 100).isCloseTo(value, within(1e-8 * value));
    assertThat(effect.<Double>getAs(Effects.STD_ERROR) / 100)
        .isCloseTo(error, within(1e-8 * error));
  }

  /** Arms as assignments, a hundred times the earnings of 1975 and 1978 as receipts. */
  private Frames nsw() throws IOException {
    StringBuilder months = new StringBuilder("customer_id | month | orders | net_revenue\n");
    StringBuilder listed = new StringBuilder("customer_id\n");
    StringBuilder arms = new StringBuilder("experiment_id | customer_id | arm | assigned_at\n");
    List<String> lines = Files.readAllLines(Project.reference("nsw/nsw_dw.csv"));
    List<String> header = List.of(lines.get(0).split(",", -1));
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      String id = cells[header.indexOf("id")];
      String arm = cells[header.indexOf("treat")].equals("1") ? "treatment" : "control";
      listed.append(id + "\n");
      arms.append("nsw | " + id + " | " + arm + " | 2024-02-10\n");
      addEarnings(months, id, "2024-01-01", cells[header.indexOf("re75")]);
      addEarnings(months, id, "2024-03-01", cells[header.indexOf("re78")]);
    }
    return new Frames(spark())
        .with(CustomerMonths.TABLE, rows(CustomerMonths.TABLE, months.toString()))
        .with(Customers.TABLE, rows(Customers.TABLE, listed.toString()))
        .with(Assignments.TABLE, rows(Assignments.TABLE, arms.toString()));
  }

  private static void addEarnings(StringBuilder months, String id, String month, String earned) {
    BigDecimal amount = new BigDecimal(earned).movePointRight(2).setScale(4, RoundingMode.HALF_UP);
    if (amount.signum() > 0) {
      months.append(id + " | " + month + " | 1 | " + amount.toPlainString() + "\n");
    }
  }

  @Test
  void a_world_with_two_arms_and_strata_of_different_shares_gives_its_effect_back() {
    Frames found =
        new ControlGroupJob()
            .run(
                world(),
                study(
                    """
                    as-of = "2024-06", metrics = [net_revenue, orders, average_receipt, active_rate, churned_rate], headline.horizon = 3
                    programmes.club {}
                    sources {
                      enrolments { format = csv, path = x, columns { customer_id = a, enrolled_at = b } }
                      exposures { format = csv, path = x, columns { experiment_id = a, customer_id = b, exposed_at = c } }
                    }
                    segments.region = region
                    control-group {
                      horizons = [1, 3, 6], segments = [region]
                      experiments.offer {
                        strata { north { control = 2, a = 1, b = 1 }, south { control = 1, a = 2, b = 2 } }
                      }
                    }
                    """));
    List<Row> effects = effects(found);

    // An order more costs 5 more in arm a: 5 times .6 orders a month; half of a joined.
    Row itt = one(effects, "control_group_itt", "a", "net_revenue", 3);
    Row cuped = one(effects, "control_group_itt_cuped", "a", "net_revenue", 3);
    Row lin = one(effects, "control_group_itt_lin", "a", "net_revenue", 3);
    Row cace = one(effects, "control_group_cace", "a", "net_revenue", 3);
    for (Row effect : List.of(itt, cuped, lin)) {
      assertNear(effect, 3);
      assertThat(effect.<String>getAs(Effects.CREDIBILITY)).isEqualTo("A");
      assertThat(effect.<Double>getAs(Effects.ALWAYS_LOW))
          .isLessThan(effect.<Double>getAs(Effects.CI_LOW));
      assertRelative(effect);
    }
    assertRelative(one(effects, "control_group_itt", "a", "average_receipt", 3));
    assertNear(cace, 6);
    assertNear(one(effects, "control_group_itt", "b", "net_revenue", 3), 0);
    assertNear(one(effects, "control_group_itt", "a", "average_receipt", 3), 5);
    assertNear(one(effects, "control_group_itt", "a", "orders", 3), 0);
    assertThat(cuped.<Double>getAs(Effects.STD_ERROR))
        .isLessThan(itt.<Double>getAs(Effects.STD_ERROR));
    assertThat(lin.<Double>getAs(Effects.STD_ERROR))
        .isCloseTo(cuped.<Double>getAs(Effects.STD_ERROR), within(0.02));
    Row late = one(effects, "control_group_itt", "a", "net_revenue", 6);
    assertThat(late.<String>getAs(Effects.REASON))
        .isEqualTo(
            "The first customers were assigned in 2024-02: their window of 6 months ends in 2024-08, after as-of, 2024-06.");
    assertNear(inSegment(effects, "north"), 3);
    assertThat(itt.<Double>getAs(Effects.P_ADJUSTED))
        .isGreaterThanOrEqualTo(itt.<Double>getAs(Effects.P_VALUE));
    assertConforms(found);
    assertChecks(found);
    assertPaths(found, itt.<Double>getAs(Effects.ESTIMATE));
  }

  private static void assertNear(Row effect, double truth) {
    assertThat(effect.<String>getAs(Effects.STATUS)).isEqualTo("measured");
    assertThat(effect.<Double>getAs(Effects.ESTIMATE))
        .isCloseTo(truth, within(4 * effect.<Double>getAs(Effects.STD_ERROR)));
  }

  private static void assertRelative(Row effect) {
    double relative =
        effect.<Double>getAs(Effects.ESTIMATE) / effect.<Double>getAs(Effects.BASELINE);
    assertThat(effect.<Double>getAs(Effects.RELATIVE)).isCloseTo(relative, within(1e-9));
    assertThat(effect.<Double>getAs(Effects.RELATIVE_LOW)).isPositive().isLessThan(relative);
  }

  /** The rows meet the contracts, and keys are unique. */
  private static void assertConforms(Frames found) {
    for (Table table : new ControlGroupJob().writes()) {
      Dataset<Row> rows = Contracts.conform(found.get(table), table);
      Dataset<Row> keys =
          rows.select(
              table.key().stream().map(functions::col).toArray(org.apache.spark.sql.Column[]::new));
      assertThat(keys.distinct().count()).as(table.name()).isEqualTo(rows.count()).isPositive();
    }
  }

  private void assertChecks(Frames found) {
    Dataset<Row> checks = found.get(ControlGroupChecks.TABLE);
    assertThat(
            shown(
                checks
                    .where("check = 'sample_ratio'")
                    .select("assignment_month", "stratum", "outcome")))
        .containsExactly(
            "2024-02 | all | passed",
            "2024-03 | all | passed",
            "all | all | passed",
            "all | north | passed",
            "all | south | passed");
    Row contacted = checks.where("check = 'contamination_contacted_3'").collectAsList().get(0);
    assertThat(contacted.<Double>getAs("value")).isBetween(0.0, 0.02).isPositive();
    assertThat(checks.where("outcome = 'failed'").select("check").collectAsList()).isEmpty();
    assertThat(checks.where("check = 'power_a'").collectAsList().get(0).<String>getAs("note"))
        .contains("the target");
  }

  /** The months' effects are those of the window, where all customers have all months. */
  private static void assertPaths(Frames found, double ofThreeMonths) {
    Row third =
        found
            .get(ControlGroupPaths.TABLE)
            .where("arm = 'a' and metric = 'net_revenue' and month_since = 3")
            .collectAsList()
            .get(0);
    // Strata are weighted by the customers of all arms here, by those of two there.
    assertThat(third.<Double>getAs("cumulative_effect") / 3).isCloseTo(ofThreeMonths, within(0.3));
    assertThat(third.<Double>getAs("mean_low")).isLessThan(third.<Double>getAs("mean"));
  }

  /**
   * 4,000 customers of two regions, assigned in February or March; in the north two in four are
   * controls, in the south one in five.
   */
  private Frames world() {
    Dataset<Row> customers =
        spark()
            .range(4_000)
            .selectExpr(
                "concat('c', id) as customer_id",
                "if(id % 3 = 0, 'north', 'south') as region",
                "pmod(xxhash64(id, 'arm'), 100000) / 100000 as u",
                "10 + pmod(xxhash64(id, 'level'), 40) + if(id % 3 = 0, 30, 0) as level",
                "if(pmod(xxhash64(id, 'month'), 2) = 0, 2, 3) as since",
                "pmod(xxhash64(id, 'joins'), 2) = 0 as joins",
                "pmod(xxhash64(id, 'contact'), 100) = 0 as stray")
            .withColumn(
                "arm",
                functions.expr(
                    "case when u < if(region = 'north', .5, .2) then 'control' when u < if(region = 'north', .75, .6) then 'a' else 'b' end"));
    Dataset<Row> months =
        customers
            .selectExpr("*", "explode(sequence(-2, 6)) as m")
            .where("pmod(xxhash64(customer_id, m, 'buys'), 100) < 60")
            .selectExpr(
                "customer_id",
                "add_months(date'2023-12-01', m) as month",
                "1 as orders",
                "level + pmod(xxhash64(customer_id, m, 'noise'), 10) + if(arm = 'a' and m > since, 5, 0) as net_revenue");
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
                    "region as stratum",
                    "to_timestamp(concat('2024-0', since, '-15')) as assigned_at")))
        .with(
            Joinings.TABLE,
            as(
                Joinings.TABLE,
                customers
                    .where("arm = 'a' and joins")
                    .selectExpr(
                        "'club' as program_id",
                        "customer_id",
                        "to_date(concat('2024-0', since, '-01')) as joining_month")))
        .with(
            Exposures.TABLE,
            as(
                Exposures.TABLE,
                customers
                    .where("arm <> 'control' or stray")
                    .selectExpr(
                        "'offer' as experiment_id",
                        "customer_id",
                        "timestamp'2024-03-20 10:00:00' as exposed_at")));
  }

  @Test
  void experiments_that_cannot_be_measured_say_why_and_a_lost_arm_has_the_lowest_credibility() {
    Frames found =
        new ControlGroupJob()
            .run(
                strangeWorld(),
                study(
                    """
                    as-of = "2024-06", metrics = [net_revenue, orders], headline.horizon = 1, privacy.smallest-cell = 0
                    control-group { horizons = [1], experiments.lossy.shares { control = 1, treatment = 1 } }
                    """));
    List<Row> effects = effects(found);

    assertThat(reason(effects, "alone")).isEqualTo("The experiment has no arm besides control.");
    assertThat(reason(effects, "without"))
        .isEqualTo(
            "There are 300 customers in arm treatment and 0 in control whose window is complete; both need some.");
    assertThat(reason(effects, "late"))
        .isEqualTo(
            "The first customers were assigned in 2024-06: their window of 1 months ends in 2024-07, after as-of, 2024-06.");
    assertThat(reason(effects, "future"))
        .isEqualTo(
            "Of 300 customers in the experiment 300 were assigned after as-of, and of 0 nobody knows when.");
    assertThat(reason(effects, "lossy", "orders")).contains("No arm varies");
    assertThat(
            effects.stream()
                .filter(e -> e.getAs(Effects.EXPERIMENT_ID).equals("tiny"))
                .filter(e -> e.getAs(Effects.METHOD).equals("control_group_itt_lin"))
                .filter(e -> e.getAs(Effects.VARIANT).equals("raw"))
                .filter(e -> e.getAs(Effects.METRIC).equals("net_revenue"))
                .map(e -> e.<String>getAs(Effects.REASON)))
        .isNotEmpty()
        .containsOnly("No arm varies: nothing tells how far the estimate may be off.");
    Row lossy = of(effects, "lossy", "net_revenue");
    assertThat(lossy.<String>getAs(Effects.STATUS)).isEqualTo("measured");
    assertThat(lossy.<String>getAs(Effects.CREDIBILITY)).isEqualTo("E");
    assertThat(lossy.<String>getAs(Effects.FAILED_CHECKS)).startsWith("sample_ratio");
    assertThat(
            found
                .get(EffectChecks.TABLE)
                .where("check_name = 'sample_ratio' and outcome = 'failed'")
                .join(found.get(Effects.TABLE).where("experiment_id = 'lossy'"), "effect_id")
                .count())
        .isEqualTo(effects.stream().filter(e -> e.getAs("experiment_id").equals("lossy")).count());
  }

  private Frames strangeWorld() {
    Dataset<Row> customers = spark().range(300).selectExpr("id", "concat('c', id) as customer_id");
    Dataset<Row> arms =
        customers.selectExpr(
            "customer_id",
            "stack(6, 'alone', 'control', timestamp'2024-02-15 00:00:00',"
                + " 'without', 'treatment', timestamp'2024-02-15 00:00:00',"
                + " 'late', if(id % 2 = 0, 'control', 'treatment'), timestamp'2024-06-15 00:00:00',"
                + " 'future', if(id % 2 = 0, 'control', 'treatment'), timestamp'2024-07-15 00:00:00',"
                + " 'lossy', if(id % 3 = 0, 'control', 'treatment'), timestamp'2024-02-15 00:00:00',"
                // One bought before and one did not: the line through two customers leaves nothing.
                + " 'tiny', if(id < 2, 'treatment', 'control'), timestamp'2024-04-15 00:00:00')"
                + " as (experiment_id, arm, assigned_at)");
    return new Frames(spark())
        .with(Assignments.TABLE, as(Assignments.TABLE, arms))
        .with(
            Customers.TABLE, as(Customers.TABLE, customers.where("id < 299").select("customer_id")))
        .with(
            CustomerMonths.TABLE,
            as(
                CustomerMonths.TABLE,
                customers.selectExpr(
                    "customer_id",
                    "date'2024-03-01' as month",
                    "1 as orders",
                    "id % 7 as net_revenue")));
  }

  @Test
  void an_experiment_that_is_in_both_lists_and_a_customer_in_two_arms_are_refused() {
    String arms =
        """
        experiment_id | customer_id | arm       | assigned_at
        spring        | ann         | control   | 2024-02-10
        spring        | ann         | treatment | 2024-02-10
        """;
    Study study = study("as-of = \"2024-06\", metrics = [orders], control-group.horizons = [1]");
    Frames twice = new Frames(spark()).with(Assignments.TABLE, rows(Assignments.TABLE, arms));

    assertThatThrownBy(() -> new ControlGroupJob().run(twice, study))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("1 customers of experiment 'spring' are in two of its arms");

    Frames both =
        new Frames(spark())
            .with(Assignments.TABLE, rows(Assignments.TABLE, arms))
            .with(
                ControlGroupAssignments.TABLE,
                rows(
                    ControlGroupAssignments.TABLE,
                    """
                    experiment_id | customer_id | arm
                    spring        | bob         | control
                    """));
    assertThatThrownBy(() -> new ControlGroupJob().run(both, study))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("Experiment 'spring' is in sources.assignments and was drawn");
  }

  // --- helpers ---

  private static List<Row> effects(Frames found) {
    return found.get(Effects.TABLE).collectAsList();
  }

  private static Row one(List<Row> effects, String method) {
    return effects.stream()
        .filter(
            e -> e.getAs(Effects.METHOD).equals(method) && e.getAs(Effects.VARIANT).equals("raw"))
        .findFirst()
        .orElseThrow();
  }

  private static Row one(List<Row> effects, String method, String arm, String metric, int months) {
    return effects.stream()
        .filter(e -> e.getAs(Effects.METHOD).equals(method))
        .filter(e -> e.getAs(Effects.VARIANT).equals("raw"))
        .filter(e -> e.getAs(Effects.ARM).equals(arm))
        .filter(e -> e.getAs(Effects.METRIC).equals(metric))
        .filter(e -> e.getAs(Effects.SEGMENT).equals("all"))
        .filter(e -> e.<Integer>getAs(Effects.HORIZON_MONTHS) == months)
        .findFirst()
        .orElseThrow();
  }

  private static Row inSegment(List<Row> effects, String segment) {
    return effects.stream()
        .filter(e -> e.getAs(Effects.METHOD).equals("control_group_itt_cuped"))
        .filter(e -> e.getAs(Effects.VARIANT).equals("raw"))
        .filter(e -> e.getAs(Effects.ARM).equals("a"))
        .filter(e -> e.getAs(Effects.METRIC).equals("net_revenue"))
        .filter(e -> e.getAs(Effects.SEGMENT).equals(segment))
        .filter(e -> e.<Integer>getAs(Effects.HORIZON_MONTHS) == 3)
        .findFirst()
        .orElseThrow();
  }

  private static Row of(List<Row> effects, String experiment, String metric) {
    return effects.stream()
        .filter(e -> e.getAs(Effects.EXPERIMENT_ID).equals(experiment))
        .filter(e -> e.getAs(Effects.METRIC).equals(metric))
        .filter(e -> e.getAs(Effects.METHOD).equals("control_group_itt"))
        .findFirst()
        .orElseThrow();
  }

  private static String reason(List<Row> effects, String experiment) {
    return reason(effects, experiment, "net_revenue");
  }

  private static String reason(List<Row> effects, String experiment, String metric) {
    return of(effects, experiment, metric).getAs(Effects.REASON);
  }

  static Study study(String more) {
    return StudyReader.parse(
        """
        study = shop, currency = EUR
        sources {
          transactions { format = csv, path = x, columns { transaction_id = a, occurred_at = b, net_amount = c } }
          customers { format = csv, path = x, columns { customer_id = a } }
          assignments { format = csv, path = x, columns { experiment_id = a, customer_id = b, arm = c } }
        }
        """
            + more,
        "test",
        List.of(),
        Map.of());
  }
}
