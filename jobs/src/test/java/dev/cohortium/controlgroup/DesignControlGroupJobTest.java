package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.corr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.CrossMoments;
import dev.cohortium.stats.MinimumDetectableEffect;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.ControlGroupAssignments;
import dev.cohortium.table.ControlGroupChecks;
import dev.cohortium.table.ControlGroupDesign;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class DesignControlGroupJobTest extends SparkTest {
  private static final String MONTHS =
      """
      customer_id | month      | orders | net_revenue | margin
      ann         | 2024-01-01 | 1      | 10          | 5
      ann         | 2024-02-01 | 2      | 30          | 5
      bob         | 2024-01-01 | 1      | 20          | 5
      bob         | 2024-02-01 | 1      | 20          | 5
      cleo        | 2024-02-01 | 1      | 60          | 5
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
  void the_share_held_out_is_within_binomial_error_and_another_salt_draws_independently() {
    Row found =
        customers(200_000)
            .select(
                arm("salt").equalTo("control").cast("double").as("one"),
                arm("pepper").equalTo("control").cast("double").as("other"))
            .agg(avg("one"), avg("other"), corr("one", "other"))
            .collectAsList()
            .get(0);

    // 4 errors of a share of .1, and of a correlation.
    double error = 4 * Math.sqrt(0.1 * 0.9 / 200_000);
    assertThat(found.getDouble(0)).isCloseTo(0.1, within(error));
    assertThat(found.getDouble(1)).isCloseTo(0.1, within(error));
    assertThat(found.getDouble(2)).isCloseTo(0, within(4 / Math.sqrt(200_000)));
  }

  @Test
  void a_stratum_has_its_own_share() {
    Study.DesignControlGroup design = design("shares { north = 0.5 }, strata = [region]");
    double north =
        customers(50_000)
            .select(
                Draw.arm(design, col("id"), lit("north"))
                    .equalTo("control")
                    .cast("double")
                    .as("held_out"))
            .agg(avg("held_out"))
            .collectAsList()
            .get(0)
            .getDouble(0);

    assertThat(north).isCloseTo(0.5, within(4 * 0.5 / Math.sqrt(50_000)));
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
    Frames found = run(study("share = 0.5, strata = [region]"), "2024-02", frames(MONTHS));

    // Of February, by customer: 30, 20, 60; in January 10, 20, 0.
    CrossMoments moments = CrossMoments.of(new double[][] {{30, 10}, {20, 20}, {60, 0}});
    double correlation =
        moments.covariance(0, 1) / Math.sqrt(moments.covariance(0, 0) * moments.covariance(1, 1));
    List<Row> arms =
        found.get(ControlGroupAssignments.TABLE).groupBy("arm").count().collectAsList();
    Row all =
        found
            .get(ControlGroupDesign.TABLE)
            .where("segment_by = 'all' and metric = 'net_revenue'")
            .collectAsList()
            .get(0);
    assertThat(all.<Long>getAs("base")).isEqualTo(3);
    assertThat(all.<Integer>getAs("window_months")).isEqualTo(1);
    assertThat(all.<Double>getAs("baseline")).isCloseTo(110 / 3.0, within(1e-12));
    assertThat(all.<Double>getAs("correlation")).isCloseTo(correlation, within(1e-12));
    assertThat(all.<Double>getAs("target_effect")).isCloseTo(0.05 * 110 / 3.0, within(1e-12));
    if (arms.size() == 2) {
      double wanted =
          MinimumDetectableEffect.of(Math.sqrt(moments.covariance(0, 0)))
              .withCorrelation(correlation)
              .effect(all.<Long>getAs("treatment"), all.<Long>getAs("control"));
      assertThat(all.<Double>getAs("minimum_detectable_effect")).isCloseTo(wanted, within(1e-9));
    }
    assertThat(all.<Object>getAs("months_to_reach")).isNull();
    assertThat(
            found.get(ControlGroupDesign.TABLE).select("segment_by", "segment").distinct().count())
        .isEqualTo(4);
  }

  private Dataset<Row> assigned(String text) {
    return rows(Assignments.TABLE, text);
  }

  private Frames frames(String months) {
    return new Frames(spark())
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
