package dev.cohortium.beforeafter;

import static dev.cohortium.beforeafter.Shop.EFFECT;
import static dev.cohortium.beforeafter.Shop.ORDERS;
import static dev.cohortium.beforeafter.Shop.WHOLE;
import static dev.cohortium.beforeafter.Shop.assertNear;
import static dev.cohortium.beforeafter.Shop.check;
import static dev.cohortium.beforeafter.Shop.effect;
import static dev.cohortium.beforeafter.Shop.judged;
import static dev.cohortium.beforeafter.Shop.note;
import static dev.cohortium.beforeafter.Shop.study;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.Given;
import dev.cohortium.config.Study;
import dev.cohortium.config.WorldReader;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.runtime.JobRunner;
import dev.cohortium.runtime.RunSummary;
import dev.cohortium.table.BeforeAfterPaths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.EventStudyMonths;
import dev.cohortium.table.GroupTimes;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.PreTrends;
import dev.cohortium.table.Table;
import dev.cohortium.world.WorldPanel;
import java.nio.file.Path;
import java.sql.Date;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job on small shops whose truth is known, and on data that give it nothing to compare. */
class BeforeAfterJobTest extends ShopTest {
  @TempDir private Path folder;

  @Test
  void members_and_others_who_move_alike_give_the_effect_and_grade_B() {
    Frames found = new BeforeAfterJob().run(shop("0", ORDERS), study());
    assertConforms(found, new BeforeAfterJob());

    assertNear(effect(found, "event_study", WHOLE), EFFECT);
    assertNear(effect(found, "event_study_stratified", WHOLE), EFFECT);
    // In the second month others join, too.
    assertNear(effect(found, "before_after_did", WHOLE.replace("= 3", "= 1")), EFFECT);
    Row study = effect(found, "event_study", WHOLE);
    assertThat(study.<String>getAs(Effects.CREDIBILITY)).isEqualTo("B");
    assertThat(study.<String>getAs(Effects.FAILED_CHECKS)).isEmpty();
    assertThat(study.<Long>getAs(Effects.TREATED)).isEqualTo(600);
    assertThat(study.<Long>getAs(Effects.CONTROL)).isGreaterThanOrEqualTo(600);
    Row launch = effect(found, "before_after_did", WHOLE);
    assertThat(launch.<String>getAs(Effects.CREDIBILITY)).isEqualTo("D");
    // Of 900 who had not joined in November 300 did in January, two months after.
    assertThat(judged(found, launch, Checks.CONTAMINATION).<Double>getAs(EffectChecks.VALUE))
        .isCloseTo(300.0 / 900, within(1e-12));
    assertThat(launch.<Date>getAs(Effects.WINDOW_START)).isEqualTo(Date.valueOf("2022-12-01"));
    assertThat(launch.<Date>getAs(Effects.WINDOW_END)).isEqualTo(Date.valueOf("2023-02-28"));
    assertNear(effect(found, "event_study", WHOLE.replace("'all'", "'north'")), EFFECT);

    Row receipt = effect(found, "event_study", WHOLE.replace("net_revenue", "average_receipt"));
    assertNear(receipt, EFFECT / 1.5);
    assertThat(receipt.<Double>getAs(Effects.RELATIVE_LOW)).isPositive();

    Row naive = effect(found, "naive_before_after", WHOLE + " and estimand = 'change_at_joining'");
    assertThat(naive.<String>getAs(Effects.CREDIBILITY)).isEqualTo("E");
    assertThat(effect(found, "event_study", WHOLE.replace("net_revenue", "active_rate")))
        .satisfies(row -> assertThat(row.<String>getAs(Effects.REASON)).contains("No arm varies"));
  }

  @Test
  void the_paths_meet_the_effects() {
    Frames found = new BeforeAfterJob().run(shop("0", ORDERS), study());
    for (Row path :
        found
            .get(BeforeAfterPaths.TABLE)
            .where("axis = 'event' and metric = 'net_revenue' and segment = 'all'")
            .collectAsList()) {
      Row month =
          found
              .get(EventStudyMonths.TABLE)
              .where(
                  "variant = 'event_study' and metric = 'net_revenue' and segment = 'all' and event_month = "
                      + path.getAs("period"))
              .collectAsList()
              .get(0);
      double difference =
          path.<Double>getAs("members_mean") - path.<Double>getAs("counterfactual_mean");
      assertThat(difference).isCloseTo(month.<Double>getAs("estimate"), within(1e-9));
      assertThat(path.<Double>getAs("comparison_mean"))
          .isCloseTo(path.<Double>getAs("counterfactual_mean"), within(5.0));
      assertThat(month.<Double>getAs("band_low")).isLessThan(month.<Double>getAs("ci_low"));
    }
    Row base =
        found
            .get(EventStudyMonths.TABLE)
            .where("variant = 'event_study' and metric = 'net_revenue' and segment = 'all'")
            .where("event_month = -2")
            .collectAsList()
            .get(0);
    assertThat(base.<Double>getAs("estimate")).isZero();
    assertThat(base.<Double>getAs("std_error")).isNull();
    assertThat(base.<Long>getAs("treated")).isEqualTo(600);
  }

  @Test
  void a_trend_of_the_members_own_fails_the_test_and_the_verdict_says_why() {
    Frames found =
        new BeforeAfterJob().run(shop("if(joined is not null, 2 * m, 0)", ORDERS), study());
    Row study = effect(found, "event_study", WHOLE);
    assertThat(check(found, study, Checks.PRE_TREND)).isEqualTo("failed");
    assertThat(study.<String>getAs(Effects.CREDIBILITY)).isEqualTo("D");
    assertThat(study.<String>getAs(Effects.FAILED_CHECKS)).contains("pre_trend");
    Row trend =
        found
            .get(PreTrends.TABLE)
            .where("variant = 'event_study' and metric = 'net_revenue' and segment = 'all'")
            .collectAsList()
            .get(0);
    assertThat(trend.<Double>getAs("p_value")).isLessThan(0.001);
    assertThat(note(found, study, Checks.PRE_TREND)).contains("moved apart already");
  }

  @Test
  void what_a_run_prints_says_why_an_effect_is_not_believed() {
    Frames shop = shop("if(joined is not null, 2 * m, 0)", ORDERS);
    BeforeAfterJob job = new BeforeAfterJob();
    Shop.warehouse(shop, job, folder);
    Study study = study("headline.method=event_study", "headline.horizon=3");
    RunSummary run = new JobRunner(context(study, folder, Instant.EPOCH)).run(List.<Job>of(job));

    RunSummary.Verdict verdict = run.verdicts().get(0);
    assertThat(verdict.method()).isEqualTo("event_study");
    assertThat(verdict.credibility()).isEqualTo("D");
    assertThat(verdict.naive()).isNotNull();
    assertThat(verdict.evidence().get(0))
        .isEqualTo(
            "Of 600 members 600 are in the cohort of their joining month. This effect is of 600.");
    assertThat(verdict.evidence())
        .anySatisfy(
            sentence ->
                assertThat(sentence)
                    .startsWith("Pre trend: failed. In months -5 to -3 since joining")
                    .contains("moved apart already"));
  }

  @Test
  void joining_that_follows_recent_orders_is_refused_grade_B() {
    String reacting = ORDERS + " + if(m = joined - 2, 1, 0)";
    Frames found = new BeforeAfterJob().run(shop("0", reacting), study());
    Row study = effect(found, "event_study", WHOLE);
    assertThat(check(found, study, Checks.REACTION)).isEqualTo("failed");
    assertThat(study.<String>getAs(Effects.CREDIBILITY)).isEqualTo("D");

    assertConforms(found, new BeforeAfterJob());
    Row weighted = effect(found, "event_study_ipcw", WHOLE);
    assertNear(weighted, EFFECT);
    assertThat(weighted.<Double>getAs(Effects.STD_ERROR))
        .isNotEqualTo(study.<Double>getAs(Effects.STD_ERROR));
    assertThat(weighted.<String>getAs(Effects.CREDIBILITY)).isEqualTo("D");
    assertThat(
            found
                .get(GroupTimes.TABLE)
                .where("variant = 'event_study_ipcw' and metric = 'net_revenue'")
                .where("std_error is not null")
                .isEmpty())
        .isFalse();
  }

  @Test
  void orders_of_the_last_month_before_joining_may_be_anticipation_and_the_check_says_so() {
    String anticipating = ORDERS + " + if(m = joined - 1, 1, 0)";
    Frames found = new BeforeAfterJob().run(shop("0", anticipating), study());
    Row study = effect(found, "event_study", WHOLE);
    assertNear(study, EFFECT);
    assertThat(check(found, study, Checks.REACTION)).isEqualTo("inconclusive");
    assertThat(note(found, study, Checks.REACTION)).contains("cannot tell the two apart");
    assertThat(study.<String>getAs(Effects.CREDIBILITY)).isEqualTo("D");
  }

  // --- worlds ---

  @Test
  void in_a_world_where_members_differ_in_level_only_the_truth_is_found() {
    WorldPanel world =
        new WorldPanel(
            spark(),
            WorldReader.parse(
                """
                seed = 11, customers = 1500, months = 26, start = "2021-05"
                regions { north { share = 0.6, stores = 3, launch-month = 10 }, south { share = 0.4, stores = 3, launch-month = 12 } }
                joining { selection = level, hazard = 0.05, on-level = 0 }
                effect { orders = 1.3, receipt = 1.1, drop-out = 1, ramp-months = 1 }
                """,
                "world",
                List.of(),
                Map.of()),
            2);
    Frames found = new BeforeAfterJob().run(world.frames(), study("metrics=[net_revenue, orders]"));
    Row study = effect(found, "event_study", WHOLE.replace("'raw'", "'balanced'"));
    Dataset<Row> joinings =
        world
            .frames()
            .get(Joinings.TABLE)
            .where("months_between(joining_month, acquired_month) >= 6")
            .select("customer_id");
    double truth =
        world
            .truth()
            .where("experiment_id = '-' and metric = 'net_revenue' and horizon_months = 3")
            .join(joinings, "customer_id")
            .agg(functions.avg("difference_vs_stay_out"))
            .collectAsList()
            .get(0)
            .getDouble(0);
    assertNear(study, truth);
    // Two months in which 2 % stop are 4 %.
    double both = judged(found, study, Checks.ALIVE).<Double>getAs(EffectChecks.THRESHOLD);
    double atOrders =
        judged(found, study, Checks.AT_AN_ORDER).<Double>getAs(EffectChecks.THRESHOLD);
    double stopping = (both - atOrders) / study.<Double>getAs(Effects.BASELINE);
    assertThat(stopping).isBetween(0.03, 0.05);
    Row naive = effect(found, "naive_before_after", WHOLE + " and estimand = 'change_at_joining'");
    assertThat(naive.<String>getAs(Effects.CREDIBILITY)).isEqualTo("E");
  }

  @Test
  void a_programme_that_is_joined_by_post_has_no_effect_by_the_chances_of_joining_at_orders() {
    Frames shop = shop("0", ORDERS);
    shop.with(
        Joinings.TABLE,
        shop.get(Joinings.TABLE).withColumn(Joinings.JOINED_AT_ORDER, functions.lit(false)));
    Frames found = new BeforeAfterJob().run(shop, study("metrics=[net_revenue]"));
    Row study = effect(found, "event_study", WHOLE);
    assertNear(study, EFFECT);
    assertThat(check(found, study, Checks.AT_AN_ORDER)).isEqualTo("passed");
    assertThat(note(found, study, Checks.AT_AN_ORDER)).isEqualTo("Nobody joined at an order.");
    assertThat(found.get(Effects.TABLE).where("method = 'event_study_ipcw'").isEmpty()).isTrue();
  }

  @Test
  void launches_by_region_are_told_by_exchanging_them_where_regions_are_few() {
    Frames shop = shop("if((id div 4) % 8 < 4 and m > 10, 5, 0)", ORDERS);
    shop.with(
        Customers.TABLE,
        Given.as(
            Customers.TABLE,
            spark()
                .range(1_200)
                .selectExpr(
                    "concat('c', id) as customer_id", "concat('r', (id div 4) % 8) as region")));
    // r0 to r3 in November 2022; in each region as many of its customers join.
    Frames found =
        new BeforeAfterJob()
            .run(
                shop,
                study(
                    "programmes.club.launched-by-region.r4=\"2023-06-01\"",
                    "programmes.club.launched-by-region.r5=\"2023-06-01\"",
                    "programmes.club.launched-by-region.r6=\"2023-06-01\"",
                    "programmes.club.launched-by-region.r7=\"2023-06-01\""));
    assertConforms(found, new BeforeAfterJob());
    Row launch = effect(found, "launch_by_region", WHOLE);
    // By hand: 8! / (4! 4!) = 70 ways, and the opposite one is as large.
    assertThat(launch.<String>getAs(Effects.STATUS)).isEqualTo("unmeasured");
    assertThat(launch.<String>getAs(Effects.REASON))
        .startsWith("8 regions are too few for an error, fewer than 50.")
        .contains("All 70 ways to exchange launch months", "p = 0.0286");
    assertThat(check(found, launch, Checks.EXCHANGED)).isEqualTo("passed");
    assertThat(launch.<String>getAs(Effects.CREDIBILITY)).isEqualTo("D");
  }

  @Test
  void what_is_told_of_a_metric_does_not_depend_on_the_others() {
    Frames shop = shop("0", ORDERS);
    Frames all = new BeforeAfterJob().run(shop, study("before-after.segments=[]"));
    Frames one =
        new BeforeAfterJob().run(shop, study("before-after.segments=[]", "metrics=[orders]"));
    for (Table table : List.of(GroupTimes.TABLE, EventStudyMonths.TABLE)) {
      String of = "metric = 'orders' and variant = 'event_study_ipcw'";
      List<String> expected = shown(one.get(table).where(of).drop("run_id"));
      assertThat(shown(all.get(table).where(of).drop("run_id"))).isEqualTo(expected).isNotEmpty();
      assertThat(one.get(table).where(of + " and std_error > 0").isEmpty()).isFalse();
    }
  }

  @Test
  void the_last_month_is_the_end_of_what_is_seen() {
    Study early = study().withAsOf(YearMonth.of(2023, 2));
    Frames found = new BeforeAfterJob().run(shop("0", ORDERS), early);
    Row three = effect(found, "event_study", WHOLE);
    // Who joined in January 2023 is not seen in the second month after it.
    assertThat(three.<Long>getAs(Effects.TREATED)).isEqualTo(300);
    Row balanced = effect(found, "event_study", WHOLE.replace("'raw'", "'balanced'"));
    assertThat(balanced.<Long>getAs(Effects.TREATED)).isEqualTo(300);
  }
}
