package dev.cohortium.benchmark;

import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.CohortRetention;
import dev.cohortium.table.CohortValue;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.Table;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/** Whether two engines gave the same answers: a benchmark of different answers is a failure. */
final class Answers {
  /** Sums of every measure; those of times and texts tell one from another by their own sums. */
  private static final Map<Table, String> DIGESTS =
      Map.of(
          CustomerMonths.TABLE,
          """
          count(*), sum(orders), sum(return_receipts), sum(items), sum(gross_revenue),
          sum(returned_amount), sum(net_revenue), sum(discount), sum(margin), sum(active_days),
          sum(active_day_bits), sum(categories), sum(stores), sum(card_orders),
          min(first_order_at), max(first_order_at), min(last_order_at), max(last_order_at),
          count(distinct first_order_at), count(distinct last_order_at), min(customer_id),
          max(customer_id), sum(month(month) * orders)""",
          ReceiptMonths.TABLE,
          """
          count(*), sum(receipts), sum(customers), sum(net_revenue), count(distinct store_id),
          sum(case when channel = 'web' then customers end), sum(case when card_used then receipts end),
          sum(case when identified then net_revenue end)""",
          CohortRetention.TABLE,
          """
          count(*), sum(cohort_size), sum(active), sum(rolling), sum(churned), sum(reactivated),
          count(rolling), count(churned), count(reactivated), min(cohort), max(cohort),
          round(sum(retained_low), 6), round(sum(retained_high), 6), sum(age * active)""",
          CohortValue.TABLE,
          """
          count(*), sum(cohort_size), sum(orders), sum(net_revenue), sum(margin),
          round(sum(cumulative_net_revenue_per_customer), 3), sum(age * orders)""");

  private Answers() {}

  /**
   * Compares the panel and the marts of {@code warehouse} with those of {@code duck}. Both are read
   * by DuckDB, so that nothing but the rows can differ.
   *
   * @throws IllegalStateException if they differ
   */
  static void compare(Warehouse warehouse, Duck duck, Path folder) throws SQLException {
    for (Map.Entry<Table, String> digest : DIGESTS.entrySet()) {
      Table table = digest.getKey();
      Path copy = folder.resolve("spark-" + table.name());
      warehouse.read(table).write().mode("overwrite").parquet(copy.toString());
      String query = "select " + digest.getValue() + " from '%s'";
      var ours = duck.row(query.formatted(copy + "/*.parquet"));
      var theirs = duck.row(query.formatted(duck.file(table.name())));
      if (!ours.equals(theirs)) {
        throw new IllegalStateException(
            table + " differs:\n  Spark  " + ours + "\n  DuckDB " + theirs);
      }
    }
  }
}
