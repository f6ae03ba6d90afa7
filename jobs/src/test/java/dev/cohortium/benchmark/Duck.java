package dev.cohortium.benchmark;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** The same panel and cohorts in DuckDB, from the same Parquet files to Parquet files. */
final class Duck implements AutoCloseable {
  private static final String RECEIPTS =
      """
      create or replace temp table receipt as
      select customer_id, month, transaction_id,
        min(occurred_at) as bought_at, min(store_id) as store_id, min(channel) as channel,
        bool_or(card_used) as card_used, sum(quantity) as items,
        sum(greatest(net_amount, 0)) as gross, sum(greatest(-net_amount, 0)) as returned,
        sum(net_amount) as net, sum(discount_amount) as discount,
        sum(net_amount - cost_amount) as margin
      from line group by customer_id, month, transaction_id
      """;

  private static final String CUSTOMER_MONTHS =
      """
      with categories_of as (
        select customer_id, month,
          case when count(category) > 0
            then count(distinct case when net_amount > 0 then category end) end as categories
        from line where customer_id is not null group by customer_id, month),
      with_day as (
        select *, net > 0 as is_order,
          day(least(greatest((bought_at at time zone 'Europe/Berlin')::date, month), last_day(month))) as day
        from receipt where customer_id is not null),
      months as (
        select customer_id, month,
          count(*) filter (is_order) as orders, count(*) filter (net < 0) as return_receipts,
          sum(items)::decimal(20, 4) as items, sum(gross)::decimal(20, 4) as gross_revenue,
          sum(returned)::decimal(20, 4) as returned_amount, sum(net)::decimal(20, 4) as net_revenue,
          sum(discount)::decimal(20, 4) as discount, sum(margin)::decimal(20, 4) as margin,
          coalesce(bit_or(1::bigint << day) filter (is_order), 0) as active_day_bits,
          case when count(store_id) > 0
            then count(distinct store_id) filter (is_order) end::integer as stores,
          sum(card_used::bigint) filter (is_order)::bigint as card_orders,
          min(bought_at) filter (is_order) as first_order_at, max(bought_at) filter (is_order) as last_order_at
        from with_day group by customer_id, month)
      select months.*, bit_count(active_day_bits)::integer as active_days,
        categories::integer as categories,
        null::decimal(20, 4) as points_earned, null::decimal(20, 4) as points_redeemed
      from months join categories_of using (customer_id, month)
      """;

  private static final String RECEIPT_MONTHS =
      """
      select month, store_id, channel, customer_id is not null as identified, card_used,
        count(*) as receipts, count(distinct customer_id) as customers,
        sum(net)::decimal(20, 4) as net_revenue
      from receipt group by all
      """;

  private static final String CELLS =
      """
      create or replace temp table cell as
      with used as (
        select customer_id, (year(month) * 12 + month(month) - 1)::integer as period, orders,
          net_revenue, margin
        from customer_month where month <= date '%1$s'),
      begun as (
        select customer_id, min(period) as cohort from used where orders > 0 group by customer_id),
      bought as (
        select cohort, period - cohort as age,
          coalesce(lag(period) over (partition by customer_id order by period) - cohort, -1) as previous
        from used join begun using (customer_id) where orders > 0),
      counted as (
        select cohort, age, count(*) as active, count(*) filter (age - previous > 6) as reactivated
        from bought group by cohort, age),
      opened as (
        select cohort, greatest(previous + 1, age - 5) as age, count(*) as opened
        from bought group by all),
      money as (
        select cohort, period - cohort as age, sum(orders)::bigint as orders,
          sum(net_revenue) as net_revenue, sum(margin) as margin
        from used join begun using (customer_id) where period >= cohort group by all),
      dense as (
        select cohort, active as cohort_size,
          unnest(range(0, %2$d - cohort + 1))::integer as age
        from counted where age = 0),
      every as (
        select d.cohort, d.age, cohort_size, coalesce(active, 0) as active,
          coalesce(reactivated, 0) as reactivated, coalesce(opened, 0) as opened,
          coalesce(orders, 0) as orders, coalesce(net_revenue, 0) as net_revenue, margin
        from dense d left join counted using (cohort, age) left join opened using (cohort, age)
          left join money using (cohort, age)),
      seen as (
        select *, sum(opened) over so_far - coalesce(sum(active) over before, 0) as seen
        from every
        window so_far as (partition by cohort order by age rows unbounded preceding),
          before as (partition by cohort order by age rows between unbounded preceding and 1 preceding))
      select make_date((cohort // 12)::bigint, (cohort %% 12 + 1)::bigint, 1) as cohort, age,
        cohort_size, active,
        case when age + 5 <= %2$d - cohort then seen::bigint end as rolling,
        (cohort_size - lag(seen, 5) over (partition by cohort order by age))::bigint as churned,
        case when age >= 6 then reactivated end as reactivated,
        orders, net_revenue, margin
      from seen
      """;

  private static final String RETENTION =
      """
      select cohort, age, cohort_size, active, active / cohort_size as retained_rate,
        (2.0::double * active + 3.8414588206941236 - 1.959963984540054 * sqrt(
          4.0::double * active * (cohort_size - active) / cohort_size + 3.8414588206941236))
          / (2.0::double * (cohort_size + 3.8414588206941236)) as retained_low,
        (2.0::double * active + 3.8414588206941236 + 1.959963984540054 * sqrt(
          4.0::double * active * (cohort_size - active) / cohort_size + 3.8414588206941236))
          / (2.0::double * (cohort_size + 3.8414588206941236)) as retained_high,
        rolling, rolling / cohort_size as rolling_rate, churned, reactivated
      from cell order by cohort, age
      """;

  private static final String VALUE =
      """
      select cohort, age, cohort_size, orders, net_revenue, margin,
        net_revenue::double / cohort_size as net_revenue_per_customer,
        sum(net_revenue) over so_far::double / cohort_size as cumulative_net_revenue_per_customer,
        sum(margin) over so_far::double / cohort_size as cumulative_margin_per_customer,
        net_revenue::double / nullif(orders, 0) as average_receipt,
        orders / nullif(active, 0) as orders_per_active
      from cell window so_far as (partition by cohort order by age rows unbounded preceding)
      order by cohort, age
      """;

  private static final String AVERAGE =
      """
      select age, count(*) as cohorts, sum(cohort_size) as customers,
        sum(active) / sum(cohort_size) as retained_rate,
        sum(rolling) / sum(cohort_size) filter (rolling is not null) as rolling_rate
      from cell group by age order by age
      """;

  private final Connection connection;
  private final Path folder;

  /** Results go to {@code folder}. */
  Duck(Path folder, int threads) throws SQLException {
    this.folder = folder;
    this.connection = DriverManager.getConnection("jdbc:duckdb:");
    execute("set threads = " + threads);
    execute("set memory_limit = '4GB'");
    execute("set temp_directory = '" + folder.resolve("spill") + "'");
    execute("set preserve_insertion_order = false");
  }

  /** Time for customer_months and receipt_months of the clean table in {@code transactions}. */
  Took panel(String transactions) throws SQLException {
    Took begun = Took.now();
    execute(
        "create or replace view line as select * from read_parquet('%s/*/*.parquet', hive_partitioning = true, hive_types = {'month': date})"
            .formatted(transactions));
    execute(RECEIPTS);
    write(CUSTOMER_MONTHS, "customer_months");
    write(RECEIPT_MONTHS, "receipt_months");
    return begun.untilNow();
  }

  /** Time for the three marts of cohorts by first purchase, from the panel's file. */
  Took cohorts(LocalDate asOf) throws SQLException {
    Took begun = Took.now();
    execute("create or replace view customer_month as from '" + file("customer_months") + "'");
    execute(CELLS.formatted(asOf, asOf.getYear() * 12 + asOf.getMonthValue() - 1));
    write(RETENTION, "cohort_retention");
    write(VALUE, "cohort_value");
    write(AVERAGE, "cohort_average");
    return begun.untilNow();
  }

  private void write(String query, String table) throws SQLException {
    execute("copy (" + query + ") to '" + file(table) + "' (format parquet)");
  }

  /** The file that holds {@code table}. */
  Path file(String table) {
    return folder.resolve(table + ".parquet");
  }

  /** The values of the first row of {@code query}, as texts. */
  List<String> row(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      ResultSetMetaData columns = rows.getMetaData();
      List<String> values = new ArrayList<>();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        values.add(columns.getColumnName(i) + " = " + rows.getString(i));
      }
      return values;
    }
  }

  /** Does what {@code sql} says. */
  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
