package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Run;
import dev.cohortium.stats.CrossMoments;
import dev.cohortium.stats.MinimumDetectableEffect;
import dev.cohortium.stats.SampleRatio;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.ControlGroupAssignments;
import dev.cohortium.table.ControlGroupChecks;
import dev.cohortium.table.ControlGroupDesign;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DesignControlGroupJobTest extends SparkTest {
  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  private static final String MONTHS =
      """
      customer_id | month      | orders | net_revenue | margin
      ann         | 2024-01-01 | 1      | 10          | 5
      ann         | 2024-02-01 | 2      | 30          | 5
      bob         | 2024-01-01 | 1      | 20          | 5
      bob         | 2024-02-01 | 1      | 20          | 5
      cleo        | 2024-02-01 | 1      | 60          | 5
      """;

  private static final String SEVEN =
      MONTHS
          + """
          dan         | 2024-01-01 | 1      | 50          | 5
          dan         | 2024-02-01 | 1      | 40          | 5
          eve         | 2024-01-01 | 1      | 15          | 5
          eve         | 2024-02-01 | 1      | 10          | 5
          fay         | 2024-01-01 | 1      | 25          | 5
          fay         | 2024-02-01 | 1      | 25          | 5
          gil         | 2024-02-01 | 1      | 0           | 5
          """;

  // --- the draw ---

  @Test
  void the_draw_is_the_same_in_any_partitioning_and_beside_any_customers() {
    Dataset<Row> few = customers(2_000).select(col("id"), arm("salt").as("arm"));
    Dataset<Row> many =
        customers(5_000).repartition(7, col("id")).select(col("id"), arm("salt").as("arm"));

    assertThat(few.except(many).count()).isZero();
  }

  @Test
  void two_experiments_with_different_salts_are_independent() {
    Map<String, Long> customers = new TreeMap<>();
    customers(200_000)
        .groupBy(concat(arm("salt"), lit("+"), arm("pepper")).as("arms"))
        .count()
        .collectAsList()
        .forEach(row -> customers.put(row.getString(0), row.getLong(1)));

    assertThat(customers)
        .containsOnlyKeys(
            "control+control", "control+treatment", "treatment+control", "treatment+treatment");
    long[] counts = customers.values().stream().mapToLong(Long::longValue).toArray();
    // Each arm of the one holds .1 of the other.
    assertThat(SampleRatio.of(counts, new double[] {0.01, 0.09, 0.09, 0.81}).isAlarm()).isFalse();
  }

  @Test
  void the_share_of_each_stratum_is_within_binomial_error() {
    Study.DesignControlGroup design =
        design("share = 0.1, shares { s1 = 0.5, s2 = 0.02 }, strata = [region]");
    Map<String, Double> shares = Map.of("s0", 0.1, "s1", 0.5, "s2", 0.02, "s3", 0.1);
    List<Row> found =
        customers(200_000)
            .withColumn("stratum", expr("concat('s', pmod(xxhash64(id, 'stratum'), 4))"))
            .groupBy("stratum")
            .agg(
                count_if(Draw.arm(design, col("id"), col("stratum")).equalTo("control")),
                count(lit(1)))
            .collectAsList();

    assertThat(found).hasSize(4);
    for (Row stratum : found) {
      double share = shares.get(stratum.getString(0));
      long[] counts = {stratum.getLong(1), stratum.getLong(2) - stratum.getLong(1)};
      assertThat(SampleRatio.of(counts, new double[] {share, 1 - share}).isAlarm())
          .as(stratum.toString())
          .isFalse();
    }
  }

  private static Column arm(String salt) {
    Study.DesignControlGroup design = design("salt = " + salt);
    return Draw.arm(design, col("id"), lit("all"));
  }

  private Dataset<Row> customers(long count) {
    return spark().range(count).selectExpr("concat('c', id) as id");
  }

  // --- the job ---

  @Test
  void later_runs_add_the_new_and_move_nobody() {
    Frames first = run(study(""), "2024-02", frames(MONTHS));
    Dataset<Row> before = first.get(ControlGroupAssignments.TABLE);
    Frames again = frames(MONTHS + "dora | 2024-03-01 | 1 | 5 | 1\n");
    again.standing(ControlGroupAssignments.TABLE, before);

    Dataset<Row> after = run(study(""), "2024-03", again).get(ControlGroupAssignments.TABLE);

    assertThat(before.count()).isEqualTo(3);
    assertThat(before.except(after).count()).isZero();
    assertRows(
        after.where("customer_id = 'dora'"),
        ControlGroupAssignments.TABLE,
        """
        experiment_id | customer_id | assigned_at         | stratum | as_of
        holdout       | dora        | 2024-03-31 21:59:59 | all     | 2024-03-31
        """);
  }

  @Test
  void another_salt_or_share_of_what_is_drawn_is_refused() {
    Frames again = frames(MONTHS);
    again.standing(
        ControlGroupAssignments.TABLE,
        run(study("share = 0.001"), "2024-02", frames(MONTHS)).get(ControlGroupAssignments.TABLE));

    assertThatThrownBy(() -> run(study("share = 0.999"), "2024-02", again))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("were changed after it was drawn: 3 customers would change arms");
  }

  @Test
  void an_experiment_that_was_drawn_elsewhere_is_refused_and_others_with_its_customers_are_told() {
    String other =
        """
        experiment_id | customer_id | arm
        holdout       | ann         | control
        """;
    assertThatThrownBy(
            () ->
                run(study(""), "2024-02", frames(MONTHS).with(Assignments.TABLE, assigned(other))))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("is in sources.assignments, too");

    Frames found =
        run(
            study(""),
            "2024-02",
            frames(MONTHS).with(Assignments.TABLE, assigned(other.replace("holdout", "coupon "))));

    assertRows(
        found.get(ControlGroupChecks.TABLE),
        ControlGroupChecks.TABLE,
        """
        experiment_id | check           | value | outcome      | job
        holdout       | conflict_coupon | 1     | inconclusive | design-control-group
        """);
  }

  @Test
  void what_will_be_seen_follows_from_the_last_window_and_the_one_before() {
    Frames found = run(study("share = 0.5"), "2024-02", frames(SEVEN));

    // Of February, by customer; in January.
    CrossMoments moments =
        CrossMoments.of(
            new double[][] {{30, 10}, {20, 20}, {60, 0}, {40, 50}, {10, 15}, {25, 25}, {0, 0}});
    double correlation =
        moments.covariance(0, 1) / Math.sqrt(moments.covariance(0, 0) * moments.covariance(1, 1));
    Row all =
        found
            .get(ControlGroupDesign.TABLE)
            .where("segment_by = 'all' and metric = 'net_revenue'")
            .collectAsList()
            .get(0);
    assertThat(all.<Long>getAs("base")).isEqualTo(7);
    assertThat(all.<Integer>getAs("window_months")).isEqualTo(1);
    assertThat(all.<Double>getAs("baseline")).isCloseTo(185 / 7.0, within(1e-12));
    assertThat(all.<Double>getAs("correlation")).isCloseTo(correlation, within(1e-12));
    assertThat(all.<Double>getAs("target_effect")).isCloseTo(0.05 * 185 / 7.0, within(1e-12));
    double wanted =
        MinimumDetectableEffect.of(Math.sqrt(moments.covariance(0, 0)))
            .withCorrelation(correlation)
            .effect(all.<Long>getAs("treatment"), all.<Long>getAs("control"));
    assertThat(all.<Double>getAs("minimum_detectable_effect")).isCloseTo(wanted, within(1e-9));
    assertThat(all.<Object>getAs("months_to_reach")).isNull();
  }

  @Test
  void the_design_tells_of_each_of_the_studys_segments_whether_it_makes_strata_or_not() {
    Frames found = run(study("share = 0.5"), "2024-02", frames(SEVEN));

    assertRows(
        found.get(ControlGroupDesign.TABLE).where("metric = 'net_revenue'"),
        ControlGroupDesign.TABLE,
        """
        segment_by | segment | base
        all        | all     | 7
        region     | north   | 1
        region     | south   | 1
        region     | unknown | 5
        """);
  }

  @Test
  void a_group_drawn_for_a_month_that_is_over_is_assigned_when_it_is_drawn() {
    Frames in = at("2024-07-20T10:00:00Z", MONTHS);

    Dataset<Row> drawn = run(study(""), "2024-02", in).get(ControlGroupAssignments.TABLE);

    assertRows(
        drawn,
        ControlGroupAssignments.TABLE,
        """
        customer_id | assigned_at         | as_of      | share
        ann         | 2024-07-20 10:00:00 | 2024-02-29 | 0.1
        bob         | 2024-07-20 10:00:00 | 2024-02-29 | 0.1
        cleo        | 2024-07-20 10:00:00 | 2024-02-29 | 0.1
        """);
  }

  @Test
  void a_share_of_a_stratum_that_nobody_is_in_is_refused() {
    assertThatThrownBy(
            () ->
                run(
                    study("strata = [region], shares { nrth = 0.5, south = 0.2 }"),
                    "2024-02",
                    frames(MONTHS)))
        .isInstanceOf(UserFault.class)
        .hasMessage(
            "design-control-group.shares says something of nrth, which no customer is in.\nCorrect the name; there are: north, south, unknown.");
  }

  @Test
  void the_rows_of_an_earlier_design_stay_beside_those_of_the_next() {
    Frames first = run(study(""), "2024-02", frames(MONTHS));
    Frames again = frames(MONTHS);
    again.standing(ControlGroupDesign.TABLE, first.get(ControlGroupDesign.TABLE));
    again.standing(ControlGroupAssignments.TABLE, first.get(ControlGroupAssignments.TABLE));

    Frames next = run(study("experiment = next, salt = other"), "2024-02", again);

    assertThat(shown(next.get(ControlGroupDesign.TABLE).select("experiment_id").distinct()))
        .containsExactly("holdout", "next");
    assertThat(
            next.get(ControlGroupDesign.TABLE)
                .where("experiment_id = 'holdout'")
                .except(first.get(ControlGroupDesign.TABLE))
                .isEmpty())
        .isTrue();
  }

  @Test
  void an_experiment_whose_windows_are_over_is_no_conflict() {
    String others =
        """
        experiment_id | customer_id | arm       | assigned_at
        over          | ann         | control   | 2024-01-10
        runs          | bob         | treatment | 2024-02-10
        someday       | cleo        | treatment |
        """;

    Frames found =
        run(study(""), "2024-02", frames(MONTHS).with(Assignments.TABLE, assigned(others)));

    assertRows(
        found.get(ControlGroupChecks.TABLE),
        ControlGroupChecks.TABLE,
        """
        check            | value | outcome
        conflict_runs    | 1     | inconclusive
        conflict_someday | 1     | inconclusive
        """);
  }

  private Dataset<Row> assigned(String text) {
    return rows(Assignments.TABLE, text);
  }

  private Frames frames(String months) {
    return at("1970-01-01T00:00:00Z", months);
  }

  /** What a run that starts then is given. */
  private Frames at(String startedAt, String months) {
    return new Frames(spark(), Run.unwatched("run", Instant.parse(startedAt)))
        .with(CustomerMonths.TABLE, rows(CustomerMonths.TABLE, months))
        .with(
            Customers.TABLE,
            rows(
                Customers.TABLE,
                """
                customer_id | region | registered_at
                ann         | north  |
                bob         | south  | 2024-01-01 00:00
                late        | south  | 2024-05-01 00:00
                """));
  }

  private static Frames run(Study study, String asOf, Frames in) {
    return new DesignControlGroupJob().run(in, study.withAsOf(java.time.YearMonth.parse(asOf)));
  }

  private static Study.DesignControlGroup design(String more) {
    return study(more).designControlGroup().orElseThrow();
  }

  private static Study study(String more) {
    return StudyReader.parse(
        """
        study = shop, currency = EUR, time-zone = "Europe/Berlin", metrics = [net_revenue, average_receipt]
        headline.horizon = 1
        segments.region = region
        sources {
          transactions { format = csv, path = x, columns { transaction_id = a, occurred_at = b, net_amount = c } }
          customers { format = csv, path = x, columns { customer_id = a } }
        }
        design-control-group { experiment = holdout, salt = spring }
        design-control-group { %s }
        """
            .formatted(more),
        "test",
        List.of(),
        Map.of());
  }
}
