package dev.cohortium.beforeafter;

import static dev.cohortium.beforeafter.Shop.EFFECT;
import static dev.cohortium.beforeafter.Shop.ORDERS;
import static dev.cohortium.beforeafter.Shop.WHOLE;
import static dev.cohortium.beforeafter.Shop.assertNear;
import static dev.cohortium.beforeafter.Shop.effect;
import static dev.cohortium.beforeafter.Shop.note;
import static dev.cohortium.beforeafter.Shop.study;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.Given;
import dev.cohortium.config.Study;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.BeforeAfterPaths;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Effects;
import dev.cohortium.table.EventStudyMonths;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.PreTrends;
import dev.cohortium.table.Table;
import java.time.YearMonth;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

/** Who is compared, who is not and why, and what counts as nothing. */
class WhoIsCountedTest extends ShopTest {
  @Test
  void data_that_give_nothing_to_compare_say_why() {
    Frames nothing = new BeforeAfterJob().run(new Frames(spark()), study());
    assertThat(effect(nothing, "event_study", WHOLE).<String>getAs(Effects.REASON))
        .isEqualTo("The programme has no members.");

    Frames old = shop("0", ORDERS);
    old.with(
        Joinings.TABLE,
        Given.as(
            Joinings.TABLE,
            old.get(Joinings.TABLE)
                .withColumn("joining_month", functions.expr("date'2020-01-01'"))));
    Frames older = new BeforeAfterJob().run(old, study());
    assertThat(effect(older, "event_study", WHOLE).<String>getAs(Effects.REASON))
        .isEqualTo("Of 600 members 600 joined before the first month that could be a base.");
    assertThat(effect(older, "before_after_did", WHOLE).<String>getAs(Effects.REASON))
        .startsWith("At the launch nobody joined who can be compared");

    Frames fewer = new BeforeAfterJob().run(only("'c0', 'c1', 'c5'"), study());
    Row effect = effect(fewer, "event_study", WHOLE);
    assertThat(effect.<String>getAs(Effects.STATUS)).isEqualTo("unmeasured");
    assertThat(effect.<String>getAs(Effects.REASON))
        .isEqualTo("Of 3 members 3 joined in a month with too few members to be a cohort.");
  }

  /** The shop with some of its members only; of the others nobody knows that they joined. */
  private Frames only(String members) {
    Frames shop = shop("0", ORDERS);
    return shop.with(
        Joinings.TABLE,
        Given.as(
            Joinings.TABLE,
            shop.get(Joinings.TABLE).where("customer_id in (%s)".formatted(members))));
  }

  @Test
  void every_member_is_counted_with_what_became_of_them() {
    Frames shop = shop("0", ORDERS);
    // Members are c0, c1, c4, c5, c8, c9, c12 and so on.
    shop.with(
        Joinings.TABLE,
        Given.as(
            Joinings.TABLE,
            shop.get(Joinings.TABLE)
                .withColumn("number", functions.expr("int(substr(customer_id, 2))"))
                .withColumn(
                    "joining_month",
                    functions.expr(
                        """
                        case when number = 0 then date'2022-09-01'
                             when number between 1 and 9 then date'2023-06-01'
                             when number between 10 and 19 then date'2021-06-01'
                             when number between 20 and 29 then date'2022-03-01'
                             else joining_month end
                        """))
                .withColumn(
                    "left_month",
                    functions.expr("if(number between 40 and 49, date'2023-02-01', null)"))));
    shop.with(
        Joinings.TABLE,
        shop.get(Joinings.TABLE)
            .union(
                rows(
                    Joinings.TABLE,
                    """
                    program_id | customer_id | joining_month | orders_until_joining | orders_in_month
                    club | nobody | 2022-11-01 | 0 | 0
                    """)));
    Frames found = new BeforeAfterJob().run(shop, study());

    Row effect = effect(found, "event_study", WHOLE);
    assertThat(effect.<Long>getAs(Effects.TREATED)).isEqualTo(584);
    assertThat(note(found, effect, Checks.ATTRITION))
        .isEqualTo(
            "Of 601 members 584 are in the cohort of their joining month, "
                + "5 joined in the last month, after which nothing is seen yet, "
                + "1 joined in a month with too few members to be a cohort, "
                + "1 have no order, and were not registered, "
                + "4 joined before the first month that could be a base, "
                + "6 joined too soon after their first order, or before it; they are compared until then. "
                + "Of all of them 6 left again and still count: the effect is that of having joined. This effect is of 584.");
    assertNear(effect, EFFECT);
  }

  @Test
  void a_month_without_a_receipt_counts_as_zero() {
    Frames shop = shop("0", ORDERS);
    shop.with(
        CustomerMonths.TABLE,
        shop.get(CustomerMonths.TABLE).where("month < date'2023-03-01' or customer_id > 'c5'"));
    Frames found = new BeforeAfterJob().run(shop, study());

    Row effect = effect(found, "event_study", WHOLE.replace("net_revenue", "active_rate"));
    assertThat(effect.<Long>getAs(Effects.TREATED)).isEqualTo(600);
    double silent =
        found
            .get(BeforeAfterPaths.TABLE)
            .where("axis = 'calendar' and period = '2023-04' and metric = 'active_rate'")
            .where("segment = 'all'")
            .collectAsList()
            .get(0)
            .<Double>getAs("members_mean");
    assertThat(silent).isCloseTo(share("customer_id > 'c5' and joined is not null"), within(1e-12));
  }

  /** The share of the members of whom something is true. */
  private double share(String where) {
    Dataset<Row> members =
        spark()
            .range(1_200)
            .selectExpr("concat('c', id) as customer_id", "if(id % 4 < 2, 1, null) as joined")
            .where("joined is not null");
    return (double) members.where(where).count() / members.count();
  }

  @Test
  void customers_acquired_late_serve_later_cohorts_only() {
    Frames shop = shop("0", ORDERS);
    shop.with(
        CustomerMonths.TABLE,
        shop.get(CustomerMonths.TABLE)
            .where("not (customer_id in ('c4', 'c8') and month < date'2022-09-01')"));
    Frames found = new BeforeAfterJob().run(shop, study());
    assertThat(effect(found, "event_study", WHOLE).<Long>getAs(Effects.TREATED)).isEqualTo(598);
  }

  @Test
  void a_margin_that_is_not_known_is_in_no_table_of_months() {
    Frames shop = shop("0", ORDERS);
    shop.with(
        CustomerMonths.TABLE,
        shop.get(CustomerMonths.TABLE)
            .withColumn("margin", functions.expr("if(month < date'2022-06-01', null, margin)")));
    Frames found = new BeforeAfterJob().run(shop, study("metrics=[margin, orders]"));
    assertThat(effect(found, "event_study", WHOLE.replace("net_revenue", "margin")))
        .satisfies(row -> assertThat(row.<String>getAs(Effects.STATUS)).isNotEqualTo("measured"));
    for (Table table : List.of(EventStudyMonths.TABLE, BeforeAfterPaths.TABLE, PreTrends.TABLE)) {
      assertThat(found.get(table).where("metric = 'margin'").isEmpty()).isTrue();
      assertThat(found.get(table).where("metric = 'orders'").isEmpty()).isFalse();
    }
  }

  @Test
  void who_makes_the_last_order_is_counted_once_among_the_months_until_it() {
    Row bob = Shop.row(null, 0, Shop.Joined.BY_POST, 2, 0, 9);
    Window window = Window.of(study(), "club", YearMonth.of(2022, 1));
    double[][] counted = Gathering.atOrders(Life.of(bob, window), window);
    // Known for long enough from month 6 on, with 12 orders in the 6 months before; six months of
    // silence are seen up to month 11.
    assertThat(counted[Gathering.COULD_STOP])
        .containsExactly(0, 0, 0, 0, 0, 0, 12, 12, 12, 12, 0, 0, 0, 0, 0, 0, 0, 0);
    assertThat(counted[Gathering.STOPPED])
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void nobody_could_have_joined_before_the_launch_where_they_live() {
    Study study = study("programmes.club.launched-by-region={north=2022-05-01, south=2022-11-01}");
    Row ann = Shop.row(12, 2, Shop.Joined.AT_THE_TILL, 3, 0, 17);
    Life life = Life.of(ann, Window.of(study, "club", YearMonth.of(2022, 1)));
    // Month 10 is that of the launch in the south, 12 that of joining, at the second order.
    assertThat(IntStream.range(0, 18).map(life::chances).toArray())
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0);
    assertThat(IntStream.range(0, 18).filter(life::joinsAtOrder).toArray()).containsExactly(12);
  }

  @Test
  void who_joins_by_post_after_orders_of_the_month_joined_at_none_of_them() {
    // Three orders in month 12, in which all join.
    String members =
        """
        orders_until_joining | joined_at_order | chances | takes_one
        0                    | false           | 0       | false
        2                    | false           | 2       | false
        2                    | true            | 2       | true
        """;
    Window window = Window.of(study(), "club", YearMonth.of(2022, 1));
    members
        .lines()
        .skip(1)
        .map(line -> line.strip().split(" *\\| *", -1))
        .forEach(
            cells -> {
              Shop.Joined how =
                  Boolean.parseBoolean(cells[1]) ? Shop.Joined.AT_THE_TILL : Shop.Joined.BY_POST;
              Row row = Shop.row(12, Integer.parseInt(cells[0]), how, 3, 12, 12);
              double[][] counted = Gathering.atOrders(Life.of(row, window), window);
              assertThat(counted[Gathering.COULD_JOIN][12]).isEqualTo(Double.parseDouble(cells[2]));
              assertThat(counted[Gathering.JOINED][12])
                  .isEqualTo(Boolean.parseBoolean(cells[3]) ? 1 : 0);
            });
  }
}
