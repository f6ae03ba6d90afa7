package dev.cohortium.beforeafter;

import static dev.cohortium.beforeafter.Shop.EFFECT;
import static dev.cohortium.beforeafter.Shop.ORDERS;
import static dev.cohortium.beforeafter.Shop.WHOLE;
import static dev.cohortium.beforeafter.Shop.assertNear;
import static dev.cohortium.beforeafter.Shop.check;
import static dev.cohortium.beforeafter.Shop.effect;
import static dev.cohortium.beforeafter.Shop.note;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.Given;
import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.runtime.JobRunner;
import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Effects;
import dev.cohortium.table.EventStudyMonths;
import dev.cohortium.table.GroupTimes;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.LookAlikePairs;
import dev.cohortium.table.PreTrends;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The event study on the matched sets of the job look-alike. */
class MatchedTest extends SparkTest {
  private static final String METHOD = "event_study_matched";

  @TempDir private Path folder;

  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  // --- by hand ---

  @Test
  void members_change_less_what_their_look_alikes_change_as_they_count_and_have_not_joined() {
    Frames in = new Frames(spark());
    // Amounts of January to May (always 10), June, in which members join, July and August.
    Dataset<Row> shoppers =
        shoppers(
            """
            customer | june | july | august
            m1       | 50   | 18   | 20
            m2       | 50   | 18   | 20
            m3       | 50   | 18   | 20
            m4       | 50   | 18   | 20
            m5       | 50   | 18   | 20
            m6       | 50   | 18   | 20
            a1       | 10   | 13   | 14
            a2       | 10   | 11   | 12
            a3       | 10   | 11   | 12
            a4       | 10   | 11   | 12
            a5       | 10   | 14   | 12
            a6       | 10   | 90   | 90
            other    | 10   | 40   | 40
            """);
    in.with(CustomerMonths.TABLE, Given.as(CustomerMonths.TABLE, months(shoppers, "1")));
    // a6 joins in August and is no look-alike of July any more, for July may be anticipation.
    in.with(
        Joinings.TABLE,
        Given.as(
            Joinings.TABLE,
            shoppers
                .where("customer like 'm%' or customer = 'a6'")
                .selectExpr(
                    "'club' as program_id",
                    "customer as customer_id",
                    "if(customer = 'a6', date'2022-08-01', date'2022-06-01') as joining_month")));
    in.with(
        LookAlikePairs.TABLE,
        rows(
            LookAlikePairs.TABLE,
            """
            program_id | matched_set | customer_id | role       | joining_month | joining_order | score | distance | weight | as_of      | run_id
            club       | 1           | m1          | member     | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 1           | a1          | look_alike | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 2           | m2          | member     | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 2           | a1          | look_alike | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 3           | m3          | member     | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 3           | a2          | look_alike | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 4           | m4          | member     | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 4           | a3          | look_alike | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 5           | m5          | member     | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 5           | a4          | look_alike | 2022-06-01    | 1             | 0     | 0        | 0.5    | 2022-08-31 | r
            club       | 5           | a5          | look_alike | 2022-06-01    | 1             | 0     | 0        | 0.5    | 2022-08-31 | r
            club       | 6           | m6          | member     | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 6           | a6          | look_alike | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            other      | 7           | other       | look_alike | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            """));
    Frames found = new BeforeAfterJob().run(in, untilAugust());
    assertConforms(found, new BeforeAfterJob());

    Row july = monthly(found, "2022-07-01");
    // By hand: 18 - 10 less (2 x 3 + 1 + 1 + .5 x 1 + .5 x 4) / 5, the base being April.
    assertThat(july.<Double>getAs("estimate")).isCloseTo(8 - 10.5 / 5, within(1e-12));
    assertThat(july.<Long>getAs("treated")).isEqualTo(6);
    assertThat(july.<Long>getAs("control")).isEqualTo(5);
    Row june = monthly(found, "2022-06-01");
    assertThat(june.<Double>getAs("estimate")).isCloseTo(40, within(1e-12));
    // In June a6, who joins in two months, is still one of them.
    assertThat(june.<Long>getAs("control")).isEqualTo(6);
    // By hand: 20 - 10 less (2 x 4 + 2 + 2 + .5 x 2 + .5 x 2) / 5.
    assertThat(monthly(found, "2022-08-01").<Double>getAs("estimate"))
        .isCloseTo(10 - 14.0 / 5, within(1e-12));
    Row effect = effect(found, METHOD, "variant = 'raw' and horizon_months = 2");
    assertThat(effect.<String>getAs(Effects.REASON))
        .isEqualTo(
            "In one of the months 6 members could be compared; fewer than 25 tell no effect.");
  }

  @Test
  void look_alikes_count_by_their_orders_after_the_one_at_which_their_member_joined() {
    Frames in = new Frames(spark());
    // Amounts of January to May are 10; all order once a month, and in June as written.
    Dataset<Row> shoppers =
        shoppers(
            """
            customer | orders | june | july | august
            m1       | 3      | 50   | 18   | 18
            m2       | 1      | 50   | 18   | 18
            m3       | 3      | 50   | 18   | 18
            m4       | 3      | 50   | 18   | 18
            m5       | 3      | 50   | 18   | 18
            m6       | 3      | 50   | 18   | 18
            a1       | 5      | 10   | 13   | 10
            a2       | 3      | 10   | 11   | 10
            a3       | 3      | 10   | 11   | 10
            a4       | 3      | 10   | 11   | 10
            a5       | 3      | 10   | 14   | 10
            """);
    in.with(
        CustomerMonths.TABLE,
        Given.as(CustomerMonths.TABLE, months(shoppers, "if(m = 5, orders, 1)")));
    in.with(
        Joinings.TABLE,
        Given.as(
            Joinings.TABLE,
            shoppers
                .where("customer like 'm%'")
                .selectExpr(
                    "'club' as program_id",
                    "customer as customer_id",
                    "date'2022-06-01' as joining_month",
                    "orders as orders_until_joining",
                    "true as joined_at_order")));
    // a1 is in a set of the third order and in one of the first.
    in.with(
        LookAlikePairs.TABLE,
        rows(
            LookAlikePairs.TABLE,
            """
            program_id | matched_set | customer_id | role       | joining_month | joining_order | score | distance | weight | as_of      | run_id
            club       | 1           | m1          | member     | 2022-06-01    | 3             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 1           | a1          | look_alike | 2022-06-01    | 3             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 2           | m2          | member     | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 2           | a1          | look_alike | 2022-06-01    | 1             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 3           | m3          | member     | 2022-06-01    | 3             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 3           | a2          | look_alike | 2022-06-01    | 3             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 4           | m4          | member     | 2022-06-01    | 3             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 4           | a3          | look_alike | 2022-06-01    | 3             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 5           | m5          | member     | 2022-06-01    | 3             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 5           | a4          | look_alike | 2022-06-01    | 3             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 6           | m6          | member     | 2022-06-01    | 3             | 0     | 0        | 1      | 2022-08-31 | r
            club       | 6           | a5          | look_alike | 2022-06-01    | 3             | 0     | 0        | 1      | 2022-08-31 | r
            """));
    Row july = monthly(new BeforeAfterJob().run(in, untilAugust()), "2022-07-01");
    // By hand: 6 joined at 33 orders of June, so that 9 of 11 orders are without; two orders of a1
    // come after the third, four after the first, and of the others none after the third.
    double two = Math.pow(11 / 9.0, 2);
    double four = Math.pow(11 / 9.0, 4);
    double lookAlikes = ((two + four) * 3 + 1 + 1 + 1 + 4) / (two + four + 4);
    assertThat(july.<Double>getAs("estimate")).isCloseTo(8 - lookAlikes, within(1e-9));
    assertThat(july.<Long>getAs("control")).isEqualTo(5);
  }

  private static Study untilAugust() {
    return Shop.study(
        "metrics=[net_revenue]",
        "programmes.club.launched=\"2022-01-01\"",
        "as-of=\"2022-08\"",
        "look-alike.pre-months=4",
        "before-after.pre-months=4",
        "before-after.horizons=[1, 2]",
        "privacy.smallest-cell=0");
  }

  /** Rows whose first cell is a text, the others numbers. */
  private Dataset<Row> shoppers(String text) {
    List<String> lines = text.lines().toList();
    String values =
        lines.stream()
            .skip(1)
            .map(line -> "('" + line.replaceFirst(" *\\|", "',").replace('|', ',') + ")")
            .collect(java.util.stream.Collectors.joining(", "));
    return spark()
        .sql("select * from values %s as t(%s)".formatted(values, lines.get(0).replace('|', ',')));
  }

  private static Dataset<Row> months(Dataset<Row> shoppers, String orders) {
    return shoppers
        .selectExpr("*", "posexplode(array(10, 10, 10, 10, 10, june, july, august)) as (m, amount)")
        .selectExpr(
            "customer as customer_id",
            "add_months(date'2021-12-01', m + 1) as month",
            orders + " as orders",
            "amount as net_revenue")
        .union(
            // They were known before.
            shoppers.selectExpr("customer", "date'2021-01-01'", "1", "10"));
  }

  private static Row monthly(Frames found, String month) {
    return found
        .get(GroupTimes.TABLE)
        .where("variant = '%s' and month = date'%s'".formatted(METHOD, month))
        .collectAsList()
        .get(0);
  }

  // --- a shop ---

  /** Customers of every other dozen buy for 4 more every month; three in four members are such. */
  private static final String GROWING = "pmod(id div 12, 2) = 1";

  private Frames shop() {
    Frames shop = Shop.frames(spark(), "if(" + GROWING + ", 4 * m, 0)", ORDERS);
    Dataset<Row> joinings = shop.get(Joinings.TABLE).withColumn("id", id());
    shop.with(Joinings.TABLE, joinings.where(GROWING + " or pmod(id, 12) < 4").drop("id"));
    return shop.with(LookAlikePairs.TABLE, pairs(joinings, "2023-06-30"));
  }

  private static org.apache.spark.sql.Column id() {
    return functions.expr("int(substr(customer_id, 2))");
  }

  /** Each growing member with the growing customer of the next number but one, who is none. */
  private static Dataset<Row> pairs(Dataset<Row> joinings, String asOf) {
    Dataset<Row> sets =
        joinings
            .where(GROWING)
            .selectExpr(
                "customer_id as matched_set",
                "joining_month",
                "explode(array(struct(customer_id, 'member' as role), struct(concat('c', id + 2) as customer_id, 'look_alike' as role))) as one")
            .selectExpr(
                "'club' as program_id",
                "matched_set",
                "one.customer_id",
                "one.role",
                "joining_month",
                "1 as joining_order",
                "0 as score",
                "0 as distance",
                "1 as weight",
                "date'" + asOf + "' as as_of",
                "'r' as run_id");
    return Given.as(LookAlikePairs.TABLE, sets);
  }

  private static Study study() {
    return Shop.study("look-alike.pre-months=6");
  }

  @Test
  void where_members_differ_from_others_look_alikes_tell_what_the_event_study_misses() {
    Frames found = new BeforeAfterJob().run(shop(), study());
    assertConforms(found, new BeforeAfterJob());
    Row plain = effect(found, "event_study", WHOLE);
    assertThat(plain.<Double>getAs(Effects.ESTIMATE))
        .isGreaterThan(EFFECT + 4 * plain.<Double>getAs(Effects.STD_ERROR));
    assertThat(check(found, plain, Checks.PRE_TREND)).isEqualTo("failed");

    Row matched = effect(found, METHOD, WHOLE);
    assertNear(matched, EFFECT);
    assertThat(check(found, matched, Checks.PRE_TREND)).isEqualTo("passed");
    assertThat(check(found, matched, Checks.REACTION)).isEqualTo("passed");
    assertThat(matched.<Long>getAs(Effects.TREATED)).isEqualTo(300);
    // Of every two dozen 6 growing members have look-alikes, and 2 others none.
    assertThat(note(found, matched, Checks.ATTRITION))
        .startsWith("Of 400 members 300 are compared with their look-alikes");
    assertNear(effect(found, METHOD, WHOLE.replace("'raw'", "'balanced'")), EFFECT);
    for (String variant : List.of(METHOD, METHOD + "_balanced")) {
      assertThat(
              found
                  .get(EventStudyMonths.TABLE)
                  .where("variant = '%s' and metric = 'orders'".formatted(variant))
                  .isEmpty())
          .as(variant)
          .isFalse();
    }
    assertThat(found.get(PreTrends.TABLE).where("variant = '" + METHOD + "'").count()).isEqualTo(3);
  }

  @Test
  void an_effect_of_matched_sets_does_not_depend_on_partitions() {
    Row once = effect(new BeforeAfterJob().run(shop(), study()), METHOD, WHOLE);
    Frames in = shop();
    in.with(LookAlikePairs.TABLE, in.get(LookAlikePairs.TABLE).repartition(7));
    in.with(CustomerMonths.TABLE, in.get(CustomerMonths.TABLE).repartition(5));
    spark().conf().set("spark.sql.shuffle.partitions", "7");
    try {
      Row again = effect(new BeforeAfterJob().run(in, study()), METHOD, WHOLE);
      for (String number : List.of(Effects.ESTIMATE, Effects.STD_ERROR, Effects.BASELINE)) {
        assertThat(again.<Double>getAs(number)).isCloseTo(once.<Double>getAs(number), within(1e-9));
      }
    } finally {
      spark().conf().set("spark.sql.shuffle.partitions", "2");
    }
  }

  // --- nothing to compare ---

  @Test
  void without_pairs_of_this_month_there_is_no_effect_and_the_reason_says_so() {
    Frames none = shop();
    none.with(LookAlikePairs.TABLE, none.get(LookAlikePairs.TABLE).limit(0));
    Frames earlier = shop();
    earlier.with(
        LookAlikePairs.TABLE,
        pairs(earlier.get(Joinings.TABLE).withColumn("id", id()), "2023-05-31"));
    for (Frames in : List.of(none, earlier)) {
      Frames found = new BeforeAfterJob().run(in, study());
      Row effect = effect(found, METHOD, WHOLE);
      assertThat(effect.<String>getAs(Effects.STATUS)).isEqualTo("unmeasured");
      assertThat(effect.<String>getAs(Effects.REASON))
          .startsWith("The job look-alike has not run for this programme as of this month");
      assertThat(found.get(EventStudyMonths.TABLE).where("variant = '" + METHOD + "'").isEmpty())
          .isTrue();
    }
  }

  @Test
  void a_study_without_look_alikes_has_no_such_effect() {
    Frames found = new BeforeAfterJob().run(shop(), Shop.study());
    assertThat(found.get(Effects.TABLE).where("method = '" + METHOD + "'").isEmpty()).isTrue();
  }

  @Test
  void other_pairs_make_the_job_run_again() {
    Frames shop = shop();
    Warehouse warehouse = Shop.warehouse(shop, new BeforeAfterJob(), folder);
    Instant first = Instant.parse("2023-07-01T00:00:00Z");
    String run = lastOf(warehouse, first);
    assertThat(lastOf(warehouse, first.plusSeconds(60))).isEqualTo(run);
    warehouse.replace(LookAlikePairs.TABLE, shop.get(LookAlikePairs.TABLE).limit(100));
    assertThat(lastOf(warehouse, first.plusSeconds(120))).isNotEqualTo(run);
  }

  /** The run that the effects are of after one at {@code now}. */
  private String lastOf(Warehouse warehouse, Instant now) {
    new JobRunner(context(study(), folder, now)).run(List.<Job>of(new BeforeAfterJob()));
    return warehouse.read(Effects.TABLE).select(Effects.RUN_ID).first().getString(0);
  }
}
