package dev.cohortium.beforeafter;

import static dev.cohortium.beforeafter.Shop.ORDERS;
import static dev.cohortium.beforeafter.Shop.study;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.Given;
import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.evidence.Metric;
import dev.cohortium.evidence.PanelSurvey;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Joinings;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Test;

/** What is known of customers, read and brought together once. */
class LivesTest extends ShopTest {
  @Test
  void a_covariate_that_is_no_number_is_refused() {
    assertThatThrownBy(
            () ->
                new BeforeAfterJob()
                    .run(shop("0", ORDERS), study("before-after.covariates=[region]")))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("which is not always a number");
  }

  @Test
  void strata_of_other_values_are_others_and_no_covariate_is_infinite() {
    Study study =
        study(
            "segments.one=\"if(customer_id = 'c0', 'a|b', 'a')\"",
            "segments.two=\"if(customer_id = 'c0', 'c', 'b|c')\"",
            "segments.far=\"if(customer_id = 'c0', double('Infinity'), 1)\"",
            "before-after.strata=[one, two]",
            "before-after.covariates=[far]");
    List<Row> lives =
        new Lives(shop("0", ORDERS), study)
            .of("club")
            .where("customer_id in ('c0', 'c1')")
            .orderBy("customer_id")
            .selectExpr(Lives.STRATUM, Lives.COVARIATES + "[0]")
            .collectAsList();
    assertThat(lives)
        .extracting(row -> row.getString(0), row -> row.get(1))
        .containsExactly(tuple("[\"a|b\",\"c\"]", null), tuple("[\"a\",\"b|c\"]", 1.0));
  }

  @Test
  void all_that_is_known_of_a_customer_comes_together_in_one_exchange() {
    Study study = study();
    String plan =
        new Lives(shop("0", ORDERS), study).of("club").queryExecution().executedPlan().toString();
    assertThat(plan)
        .containsOnlyOnce("Exchange ")
        .containsPattern("Exchange hashpartitioning\\(xxhash64\\(customer_id\\)")
        .containsPattern("Sort \\[xxhash64\\(customer_id\\)#\\d+L ASC NULLS FIRST\\]");
  }

  @Test
  void the_panel_is_read_once_whatever_the_number_of_programmes() {
    Frames shop = shop("0", ORDERS);
    LongAccumulator read = spark().sparkContext().longAccumulator();
    Dataset<Row> panel = shop.get(CustomerMonths.TABLE);
    shop.with(
        CustomerMonths.TABLE,
        panel.filter(
            (FilterFunction<Row>)
                row -> {
                  read.add(1);
                  return true;
                }));
    Dataset<Row> joinings = shop.get(Joinings.TABLE);
    shop.with(
        Joinings.TABLE,
        joinings.unionByName(joinings.withColumn(Joinings.PROGRAM_ID, functions.lit("card"))));
    Study study = study("metrics=[net_revenue]", "before-after.segments=[]");
    Frames found = new BeforeAfterJob().run(shop, study);
    assertThat(found.get(Effects.TABLE).where("program_id = 'card'").isEmpty()).isFalse();
    assertThat(read.value()).isEqualTo(panel.count());
  }

  @Test
  void what_one_look_tells_is_what_the_panel_tells() {
    Frames shop = shop("if(id = 7, 100000, id % 11)", ORDERS);
    shop.with(
        CustomerMonths.TABLE,
        shop.get(CustomerMonths.TABLE)
            .withColumn("margin", functions.expr("if(month < date'2022-06-01', null, margin)")));
    Study study = study("metrics=[net_revenue, margin]");
    Survey survey = new Lives(shop, study).survey();
    PanelSurvey expected =
        PanelSurvey.of(
            shop.get(CustomerMonths.TABLE), study.asOf().orElseThrow(), Metric.of(study));
    assertThat(survey.panel()).isEqualTo(expected);
    assertThat(expected.caps()).containsOnlyKeys(Metric.NET_REVENUE, Metric.MARGIN);
    assertThat(expected.withoutMargin()).isCloseTo(5.0 / 18, within(1e-12));
    Window window = Window.of(study, "club", YearMonth.of(2022, 1));
    assertThat(survey.cohorts("club", window)).containsExactly(10, 12);
    assertThat(survey.cohorts("nothing", window)).isEmpty();
  }

  @Test
  void a_month_of_returns_acquires_nobody_and_is_in_no_cap() {
    Frames shop = new Frames(spark());
    shop.with(
        CustomerMonths.TABLE,
        rows(
            CustomerMonths.TABLE,
            """
            customer_id | month      | orders | net_revenue | margin
            returned    | 2022-03-01 | 0      | -5          |
            returned    | 2022-05-01 | 1      | 30          |
            registered  | 2022-06-01 | 2      | 50          | 9
            """));
    shop.with(
        Customers.TABLE,
        rows(
            Customers.TABLE,
            """
            customer_id | registered_at
            registered  | 2022-02-10 12:00:00
            early       | 2021-02-10 12:00:00
            late        | 2023-07-01 12:00:00
            unknown     |
            """));
    shop.with(
        Joinings.TABLE,
        rows(
            Joinings.TABLE,
            """
            program_id | customer_id | joining_month | orders_until_joining | joined_at_order | orders_in_month
            club       | joined      | 2022-04-01    | 0                    | false           | 0
            """));
    Lives lives = new Lives(shop, study("metrics=[net_revenue, margin]"));
    Window window = Window.of(study(), "club", YearMonth.of(2022, 1));
    assertThat(lives.of("club").collectAsList())
        .extracting(row -> row.getString(0), row -> Life.of(row, window).acquired())
        .containsExactlyInAnyOrder(
            tuple("returned", 4),
            tuple("registered", 1),
            tuple("early", -11),
            tuple("joined", StaggeredDesign.NEVER));
    PanelSurvey panel = lives.survey().panel();
    assertThat(panel.first()).contains(YearMonth.of(2022, 3));
    assertThat(panel.withoutMargin()).isEqualTo(0.5);
  }

  @Test
  void a_cap_is_the_end_of_the_bar_up_to_which_99_and_a_half_percent_are() {
    PanelSurvey.Bars bars = new PanelSurvey.Bars(List.of(Metric.NET_REVENUE));
    for (int month = 0; month < 995; month++) {
      bars.add(Metric.NET_REVENUE, 20);
    }
    for (int month = 0; month < 5; month++) {
      bars.add(Metric.NET_REVENUE, 9_000);
    }
    bars.add(Metric.MARGIN, 3);
    // By hand: ln 20 / ln 1.005 = 600.6.
    assertThat(bars.survey(Optional.empty()).caps())
        .isEqualTo(Map.of(Metric.NET_REVENUE, Math.exp(601 * Math.log(1.005))));
  }

  @Test
  void covariates_are_known_of_those_who_can_be_compared() {
    Frames shop = shop("0", ORDERS);
    Dataset<Row> customers =
        spark()
            .range(1_201)
            .selectExpr(
                "concat('c', id) as customer_id",
                "'north' as region",
                // Nobody knows anything of c1200, who is registered after the last month.
                "if(id = 1200, timestamp'2023-08-01', null) as registered_at",
                "if(id = 1200, null, map('age', string(20 + id % 3), 'cars', if(id % 4 = 0, null, '2'))) as attributes");
    shop.with(Customers.TABLE, Given.as(Customers.TABLE, customers));
    Study study = study("before-after.covariates=[age, cars]");
    Covariates found = new Lives(shop, study).survey().covariates();
    assertThat(found.means()).containsExactly(21.0, 2.0);
    assertThat(found.lacking()).containsExactly(1);
  }

  @Test
  void customers_whose_hashes_are_alike_are_told_apart() {
    Lives lives = new Lives(shop("0", ORDERS), study());
    List<Row> ofAll = new ArrayList<>();
    Lives.Brought.of(lives.known().collectAsList().iterator(), Integer.MIN_VALUE)
        .forEachRemaining(ofAll::add);
    Map<String, byte[]> expected = new HashMap<>();
    lives
        .of("club")
        .collectAsList()
        .forEach(row -> expected.put(row.getString(0), row.getAs(Lives.MONTHS)));
    assertThat(ofAll).hasSize(1_200).extracting(row -> row.getString(0)).doesNotHaveDuplicates();
    assertThat(ofAll)
        .allSatisfy(
            row -> assertThat((byte[]) row.get(2)).isEqualTo(expected.get(row.getString(0))));
  }

  @Test
  void months_come_back_as_they_were_packed() {
    TreeMap<Integer, double[]> months = new TreeMap<>();
    months.put(24_276, new double[] {2, 19.99, Double.NaN, 0.25});
    months.put(24_270, new double[] {0, -5, -1e-9, Double.MAX_VALUE});
    PackedMonths packed = new PackedMonths(PackedMonths.of(months));
    double[] amounts = new double[PackedMonths.AMOUNTS];
    for (int month : months.keySet()) {
      assertThat(packed.next(amounts)).isTrue();
      assertThat(packed.month()).isEqualTo(month);
      assertThat(amounts).containsExactly(months.get(month));
    }
    assertThat(packed.next(amounts)).isFalse();
    assertThat(new PackedMonths(PackedMonths.of(new TreeMap<>())).next(amounts)).isFalse();
  }
}
