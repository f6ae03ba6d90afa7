package dev.cohortium.panel;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.desc;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.not;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.Rewards;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.sql.Date;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PanelJobTest extends SparkTest {
  private static final String ZONE = "Europe/Berlin";
  private static final Pattern EXCHANGE = Pattern.compile("\\bExchange hashpartitioning");

  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  @Test
  void results_do_not_depend_on_partitions_or_on_the_order_of_rows() {
    var expected = shownTables(panel(world(sessionOf(3), 3_000, 4)));
    forgetKeptRows();
    assertThat(shownTables(panel(world(sessionOf(1), 3_000, 1)))).isEqualTo(expected);
    forgetKeptRows();
    assertThat(shownTables(panel(reversed(world(sessionOf(16), 3_000, 7))))).isEqualTo(expected);
    assertThat(expected.get(CustomerMonths.TABLE)).hasSizeGreaterThan(200);
    assertThat(expected.get(Joinings.TABLE)).hasSize(60);
  }

  @Test
  void customer_months_agree_with_plain_sql() {
    Frames in = world(spark(), 3_000, 2);
    in.get(Transactions.TABLE).createOrReplaceTempView("line");
    in.get(Rewards.TABLE).createOrReplaceTempView("reward");
    Dataset<Row> expected =
        spark()
            .sql(
                """
                with receipt as (
                  select customer_id, month, transaction_id, sum(net_amount) as net,
                    min(store_id) as store_id, max(card_used) as card_used,
                    min(occurred_at) as at,
                    to_date(from_utc_timestamp(min(occurred_at), 'Europe/Berlin')) as day
                  from line where customer_id is not null group by all),
                from_receipts as (
                  select customer_id, month,
                    count(case when net > 0 then 1 end) as orders,
                    count(case when net < 0 then 1 end) as return_receipts,
                    count(distinct case when net > 0 then day end) as active_days,
                    case when count(store_id) > 0
                      then count(distinct case when net > 0 then store_id end) end as stores,
                    case when count(case when net > 0 then card_used end) > 0
                      then count(case when net > 0 and card_used then 1 end) end as card_orders,
                    min(case when net > 0 then at end) as first_order_at,
                    max(case when net > 0 then at end) as last_order_at
                  from receipt group by all),
                from_lines as (
                  select customer_id, month, sum(quantity) as items,
                    sum(net_amount) as net_revenue,
                    coalesce(sum(case when net_amount > 0 then net_amount end), cast(0 as decimal(18,4))) as gross_revenue,
                    sum(discount_amount) as discount,
                    sum(case when cost_amount is not null then net_amount end) - sum(cost_amount) as margin,
                    case when count(category) > 0
                      then count(distinct case when net_amount > 0 then category end) end as categories
                  from line where customer_id is not null group by all),
                from_rewards as (
                  select customer_id,
                    trunc(from_utc_timestamp(occurred_at, 'Europe/Berlin'), 'month') as month,
                    sum(case when kind = 'earn' then points end) as points_earned
                  from reward group by all)
                select r.customer_id, r.month, orders, return_receipts, items, gross_revenue,
                  net_revenue, discount, margin, active_days, categories, stores, card_orders,
                  coalesce(points_earned, cast(0 as decimal(18,4))) as points_earned,
                  first_order_at, last_order_at
                from from_receipts r
                join from_lines using (customer_id, month)
                left join from_rewards using (customer_id, month)
                """);
    Dataset<Row> actual = panel(in).get(CustomerMonths.TABLE);
    assertThat(shown(actual.selectExpr(expected.columns()))).isEqualTo(shown(expected));
  }

  @Test
  void receipt_months_agree_with_plain_sql() {
    Frames in = world(spark(), 3_000, 2);
    in.get(Transactions.TABLE).createOrReplaceTempView("line");
    Dataset<Row> expected =
        spark()
            .sql(
                """
                with receipt as (
                  select customer_id, month, transaction_id, min(store_id) as store_id,
                    min(channel) as channel, max(card_used) as card_used, sum(net_amount) as net
                  from line group by all)
                select month, store_id, channel, customer_id is not null as identified, card_used,
                  count(*) as receipts, count(distinct customer_id) as customers,
                  sum(net) as net_revenue
                from receipt group by all
                """);
    Dataset<Row> actual = panel(in).get(ReceiptMonths.TABLE);
    assertThat(shown(actual.selectExpr(expected.columns()))).isEqualTo(shown(expected));
  }

  @Test
  void no_money_and_no_receipt_is_lost() {
    Frames in = world(spark(), 3_000, 2);
    Frames out = panel(in);
    String money = "cast(sum(net_amount) as decimal(20,4))";
    String revenue = "cast(sum(net_revenue) as decimal(20,4))";
    List<String> identified =
        shown(in.get(Transactions.TABLE).where("customer_id is not null").selectExpr(money));
    assertThat(shown(out.get(CustomerMonths.TABLE).selectExpr(revenue))).isEqualTo(identified);
    assertThat(shown(out.get(ReceiptMonths.TABLE).where("identified").selectExpr(revenue)))
        .isEqualTo(identified);
    assertThat(shown(out.get(ReceiptMonths.TABLE).selectExpr(revenue)))
        .isEqualTo(shown(in.get(Transactions.TABLE).selectExpr(money)));
    assertThat(shown(out.get(ReceiptMonths.TABLE).selectExpr("sum(receipts)")))
        .isEqualTo(List.of("1000"));
  }

  @Test
  void lines_are_exchanged_once_and_receipts_never() {
    SparkSession session = sessionOf(3);
    session.conf().set("spark.sql.autoBroadcastJoinThreshold", "-1");
    Frames in = world(session, 60, 2);
    Frames withoutRewards =
        new Frames(session).with(Transactions.TABLE, in.get(Transactions.TABLE));
    assertThat(exchanges(panel(withoutRewards).get(CustomerMonths.TABLE))).isEqualTo(1);
    forgetKeptRows();
    Frames out = panel(in);
    // The second one is that of the rewards, of the sums by place, of the enrolments.
    assertThat(exchanges(out.get(CustomerMonths.TABLE))).isEqualTo(2);
    assertThat(exchanges(out.get(ReceiptMonths.TABLE))).isEqualTo(2);
    assertThat(exchanges(out.get(Joinings.TABLE))).isEqualTo(2);
  }

  @Test
  void one_customer_may_have_very_many_receipts() {
    Dataset<Row> lines =
        conformed(
            spark()
                .range(0, 1_000_000, 1, 4)
                .selectExpr(
                    "concat('p', id) as transaction_id",
                    "'till' as customer_id",
                    "date'2024-01-01' as month",
                    "timestamp_seconds(1704106800 + (id % 31) * 86400) as occurred_at",
                    "concat('s', id % 7) as store_id",
                    "concat('k', id % 50) as category",
                    "1.25 as net_amount"),
            Transactions.TABLE);
    assertRows(
        panel(new Frames(spark()).with(Transactions.TABLE, lines)).get(CustomerMonths.TABLE),
        CustomerMonths.TABLE,
        """
        customer_id | month      | orders | net_revenue | active_days | active_day_bits | categories | stores
        till        | 2024-01-01 | 1000000 | 1250000     | 31         | 4294967294      | 50         | 7
        """);
  }

  @Test
  void no_transactions_make_an_empty_panel_but_keep_the_members() {
    Frames in =
        new Frames(spark())
            .with(
                Enrolments.TABLE,
                rows(
                    Enrolments.TABLE,
                    """
                    program_id | customer_id | enrolled_at
                    club       | ann         | 2024-01-31 23:30:00
                    """));
    Frames out = panel(in);
    assertThat(shown(out.get(CustomerMonths.TABLE))).isEmpty();
    assertThat(shown(out.get(ReceiptMonths.TABLE))).isEmpty();
    assertRows(
        out.get(Joinings.TABLE),
        Joinings.TABLE,
        """
        program_id | customer_id | joining_month | orders_until_joining | orders_in_month | acquired_month | left_month
        club       | ann         | 2024-02-01    | 0                    | 0               |                |
        """);
  }

  @Test
  void points_and_joinings_that_changed_make_their_months_again_and_no_other() {
    Frames before = world(spark(), 600, 2);
    Frames then = panel(before);
    Frames now = new Frames(spark());
    now.with(Transactions.TABLE, before.get(Transactions.TABLE));
    now.with(
        Rewards.TABLE,
        before
            .get(Rewards.TABLE)
            .withColumn(
                "points",
                expr("cast(if(entry_id = 'e70', points + 1000, points) as decimal(18,4))"))
            .where("entry_id <> 'e3'"));
    now.with(
        Enrolments.TABLE,
        before
            .get(Enrolments.TABLE)
            .where("customer_id <> 'c59'")
            .withColumn(
                "enrolled_at",
                expr("if(customer_id = 'c50', enrolled_at + interval 40 days, enrolled_at)")));
    Frames whole = panel(now);
    then.tables().forEach(table -> now.standing(table, then.get(table)));
    now.since(
        Map.of(
            Transactions.TABLE,
            new Frames.Since(Optional.of(Set.of()), before.get(Transactions.TABLE)),
            Rewards.TABLE,
            new Frames.Since(Optional.empty(), before.get(Rewards.TABLE)),
            Enrolments.TABLE,
            new Frames.Since(Optional.empty(), before.get(Enrolments.TABLE))));

    Frames out = new PanelJob().run(now, study());

    // e3 is of January, e70 of February; c50 joined on 20 February and on 31 March, c59 on 29
    // February.
    Set<LocalDate> months = out.monthsOf(CustomerMonths.TABLE).orElseThrow();
    assertThat(months)
        .containsExactlyInAnyOrder(
            LocalDate.of(2024, 1, 1), LocalDate.of(2024, 2, 1), LocalDate.of(2024, 3, 1));
    for (Table table : whole.tables()) {
      Dataset<Row> rows = Contracts.conform(out.get(table), table);
      boolean isWhole = out.monthsOf(table).isEmpty();
      Object[] days = months.stream().map(Date::valueOf).toArray();
      Dataset<Row> all =
          isWhole ? rows : rows.unionByName(then.get(table).where(not(col("month").isin(days))));
      assertThat(shown(all)).as(table.name()).isEqualTo(shown(whole.get(table)));
    }
  }

  /** Runs the job and holds its outputs against their contracts. */
  private static Frames panel(Frames in) {
    Frames out = new PanelJob().run(in, study());
    Frames conformed = new Frames(in.session());
    out.tables().forEach(t -> conformed.with(t, Contracts.conform(out.get(t), t)));
    return conformed;
  }

  private static Map<Table, List<String>> shownTables(Frames frames) {
    Map<Table, List<String>> shown = new LinkedHashMap<>();
    frames.tables().forEach(t -> shown.put(t, shown(frames.get(t))));
    return shown;
  }

  private static int exchanges(Dataset<Row> rows) {
    String plan = rows.queryExecution().executedPlan().toString();
    return (int) EXCHANGE.matcher(plan).results().count();
  }

  private SparkSession sessionOf(int shufflePartitions) {
    SparkSession session = spark().newSession();
    session.conf().set("spark.sql.shuffle.partitions", shufflePartitions);
    return session;
  }

  /**
   * Three lines a receipt of 40 customers and of nobody over half a year, an eighth of the lines
   * taken back, with gaps in every optional column; ids of receipts are also ids of customers.
   */
  private static Frames world(SparkSession session, long lines, int partitions) {
    Dataset<Row> transactions =
        session
            .range(0, lines, 1, partitions)
            .selectExpr("id", "id div 3 as receipt", "cast(id % 3 as int) as line_no")
            .selectExpr(
                "*",
                "1704067200 + pmod(xxhash64(receipt, 'when'), 15724800) as second",
                "pmod(xxhash64(receipt, 'who'), 44) as who",
                "pmod(xxhash64(id, 'what'), 8) as what")
            .selectExpr(
                "concat('c', receipt) as transaction_id",
                "line_no",
                "case when who < 40 then concat('c', who) end as customer_id",
                "timestamp_seconds(second + line_no) as occurred_at",
                "trunc(from_utc_timestamp(timestamp_seconds(second), '"
                    + ZONE
                    + "'), 'month') as month",
                "case when what > 1 then concat('s', receipt % 3) end as store_id",
                "case when receipt % 5 > 0 then 'till' end as channel",
                "case when what > 2 then concat('k', what) end as category",
                "case when what <> 3 then what - 1 end as quantity",
                "case when what = 0 then -1 else 1 end * pmod(xxhash64(id, 'paid'), 100000) / 1000 as net_amount",
                "case when what = 5 then 0.5 end as discount_amount",
                "case when what > 4 then 7.1234 end as cost_amount",
                "case when receipt % 4 > 0 then what = 6 end as card_used");
    Dataset<Row> enrolments =
        session
            .range(0, 90, 1, partitions)
            .selectExpr(
                "'club' as program_id",
                "concat('c', id % 60) as customer_id",
                "timestamp_seconds(1704063600 + (id % 80) * 86400) as enrolled_at",
                "case when id % 2 = 0 then timestamp'2024-05-31 22:00:00' end as left_at");
    Dataset<Row> rewards =
        session
            .range(0, 300, 1, partitions)
            .selectExpr(
                "concat('e', id) as entry_id",
                "concat('c', id % 50) as customer_id",
                "timestamp_seconds(1704063600 + id * 43200) as occurred_at",
                "case when id % 4 = 0 then 'redeem' else 'earn' end as kind",
                "id as points");
    return new Frames(session)
        .with(Transactions.TABLE, conformed(transactions, Transactions.TABLE))
        .with(Enrolments.TABLE, conformed(enrolments, Enrolments.TABLE))
        .with(Rewards.TABLE, conformed(rewards, Rewards.TABLE));
  }

  private static Frames reversed(Frames frames) {
    Frames reversed = new Frames(frames.session());
    for (Table table : frames.tables()) {
      reversed.with(
          table,
          frames
              .get(table)
              .orderBy(desc(table.columnNames().get(0)), desc(table.columnNames().get(1))));
    }
    return reversed;
  }

  /** The rows with the contract's types; columns that they lack are null. */
  private static Dataset<Row> conformed(Dataset<Row> rows, Table table) {
    List<String> given = List.of(rows.columns());
    return rows.selectExpr(
        table.columns().stream()
            .map(
                c ->
                    "cast(%s as %s) as %s"
                        .formatted(
                            given.contains(c.name()) ? c.name() : "null", c.type().sql(), c.name()))
            .toArray(String[]::new));
  }

  private static Study study() {
    return new Study(
        "world",
        ZoneId.of(ZONE),
        "EUR",
        Optional.empty(),
        0.05,
        LocalDate.of(2000, 1, 1),
        LocalDate.of(2100, 1, 1),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of("net_revenue"),
        new Study.Headline("net_revenue", "look_alike_did", 6),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        new Study.Privacy(5),
        Set.of());
  }
}
