package dev.cohortium.panel;

import dev.cohortium.SparkTest;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.Rewards;
import dev.cohortium.table.Transactions;
import java.time.ZoneId;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class PanelTest extends SparkTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @Test
  void receipts_are_summed_by_customer_and_month() {
    var transactions =
        """
        transaction_id | line_no | customer_id | month      | occurred_at         | store_id | category | quantity | net_amount | discount_amount | cost_amount | card_used
        p1             | 1       | ann         | 2024-01-01 | 2024-01-02 10:00:00 | mitte    | tea      | 2        | 10.00      | 1.00            | 6.00        | true
        p1             | 2       | ann         | 2024-01-01 | 2024-01-02 10:00:30 | mitte    | cake     | 1        |  5.50      |                 | 3.00        | true
        p2             | 1       | ann         | 2024-01-01 | 2024-01-02 18:00:00 | nord     | tea      | 1        |  5.00      | 0.50            | 3.00        | false
        p3             | 1       | ann         | 2024-01-01 | 2024-01-09 09:00:00 | mitte    | tea      | -1       | -5.00      |                 | -3.00       | true
        p4             | 1       | bob         | 2024-01-01 | 2024-01-09 09:00:00 | mitte    | tea      | 1        |  5.00      |                 | 3.00        | false
        """;
    assertRows(
        customerMonths(transactions),
        CustomerMonths.TABLE,
        """
        customer_id | month      | orders | return_receipts | items | gross_revenue | returned_amount | net_revenue | discount | margin | active_days | active_day_bits | categories | stores | card_orders | points_earned | points_redeemed | first_order_at      | last_order_at
        ann         | 2024-01-01 | 2      | 1               | 3     | 20.50         | 5.00            | 15.50       | 1.50     | 6.50   | 1           | 4               | 2          | 2      | 1           |               |                 | 2024-01-02 10:00:00 | 2024-01-02 18:00:00
        bob         | 2024-01-01 | 1      | 0               | 1     |  5.00         | 0.00            |  5.00       |          | 2.00   | 1           | 512             | 1          | 1      | 0           |               |                 | 2024-01-09 09:00:00 | 2024-01-09 09:00:00
        """);
    assertRows(
        receiptMonths(transactions),
        ReceiptMonths.TABLE,
        """
        month      | store_id | channel | identified | card_used | receipts | customers | net_revenue
        2024-01-01 | mitte    |         | true       | true      | 2        | 1         | 10.50
        2024-01-01 | mitte    |         | true       | false     | 1        | 1         |  5.00
        2024-01-01 | nord     |         | true       | false     | 1        | 1         |  5.00
        """);
  }

  @Test
  void a_silent_month_is_absent() {
    assertRows(
        customerMonths(
            """
            transaction_id | customer_id | month      | occurred_at         | net_amount
            p1             | ann         | 2024-01-01 | 2024-01-31 10:00:00 | 10.00
            p2             | ann         | 2024-03-01 | 2024-03-01 09:00:00 |  5.50
            """),
        CustomerMonths.TABLE,
        """
        customer_id | month      | orders | net_revenue
        ann         | 2024-01-01 | 1      | 10.00
        ann         | 2024-03-01 | 1      |  5.50
        """);
  }

  @Test
  void days_are_cut_in_the_study_zone() {
    assertRows(
        customerMonths(
            """
            transaction_id | customer_id | month      | occurred_at         | net_amount
            last_of_day    | ann         | 2024-01-01 | 2024-01-31 22:59:59 | 1
            next_day       | ann         | 2024-02-01 | 2024-01-31 23:30:00 | 1
            summer         | ann         | 2024-07-01 | 2024-06-30 22:00:00 | 1
            """),
        CustomerMonths.TABLE,
        """
        customer_id | month      | active_days | active_day_bits | first_order_at
        ann         | 2024-01-01 | 1           | 2147483648      | 2024-01-31 22:59:59
        ann         | 2024-02-01 | 1           | 2               | 2024-01-31 23:30:00
        ann         | 2024-07-01 | 1           | 2               | 2024-06-30 22:00:00
        """);
  }

  @Test
  void an_order_outside_its_month_counts_on_the_nearest_day() {
    assertRows(
        customerMonths(
            """
            transaction_id | customer_id | month      | occurred_at         | net_amount
            too_late       | ann         | 2024-02-01 | 2024-03-05 10:00:00 | 1
            too_early      | bob         | 2024-02-01 | 2024-01-05 10:00:00 | 1
            """),
        CustomerMonths.TABLE,
        """
        customer_id | month      | active_days | active_day_bits
        ann         | 2024-02-01 | 1           | 536870912
        bob         | 2024-02-01 | 1           | 2
        """);
  }

  @Test
  void a_month_of_returns_is_not_active_but_its_money_counts() {
    assertRows(
        customerMonths(
            """
            transaction_id | customer_id | month      | occurred_at         | store_id | category | net_amount | card_used
            r1             | ann         | 2024-01-01 | 2024-01-05 10:00:00 | mitte    | tea      | -7.25      | true
            """),
        CustomerMonths.TABLE,
        """
        customer_id | month      | orders | return_receipts | gross_revenue | returned_amount | net_revenue | active_days | active_day_bits | categories | stores | card_orders | first_order_at | last_order_at
        ann         | 2024-01-01 | 0      | 1               | 0             | 7.25            | -7.25       | 0           | 0               | 0          | 0      |             |                |
        """);
  }

  @Test
  void a_receipt_that_nets_to_zero_is_neither_order_nor_return() {
    assertRows(
        customerMonths(
            """
            transaction_id | line_no | customer_id | month      | occurred_at         | net_amount
            swap           | 1       | ann         | 2024-01-01 | 2024-01-05 10:00:00 |  8.00
            swap           | 2       | ann         | 2024-01-01 | 2024-01-05 10:00:00 | -8.00
            gift           | 1       | bob         | 2024-01-01 | 2024-01-05 10:00:00 |  0.00
            """),
        CustomerMonths.TABLE,
        """
        customer_id | month      | orders | return_receipts | gross_revenue | returned_amount | net_revenue | active_days
        ann         | 2024-01-01 | 0      | 0               | 8             | 8               | 0           | 0
        bob         | 2024-01-01 | 0      | 0               | 0             | 0               | 0           | 0
        """);
  }

  @Test
  void a_receipt_that_also_takes_back_is_one_order_with_both_amounts() {
    assertRows(
        customerMonths(
            """
            transaction_id | line_no | customer_id | month      | occurred_at         | category | quantity | net_amount
            p1             | 1       | ann         | 2024-01-01 | 2024-01-05 10:00:00 | tea      |  3       |  9.00
            p1             | 2       | ann         | 2024-01-01 | 2024-01-05 10:01:00 | cake     | -1       | -2.50
            """),
        CustomerMonths.TABLE,
        """
        customer_id | month      | orders | return_receipts | items | gross_revenue | returned_amount | net_revenue | categories
        ann         | 2024-01-01 | 1      | 0               | 2     | 9.00          | 2.50            | 6.50        | 1
        """);
  }

  @Test
  void what_no_line_knows_is_null_and_what_some_know_is_summed_over_those() {
    assertRows(
        customerMonths(
            """
            transaction_id | line_no | customer_id | month      | occurred_at         | store_id | category | quantity | net_amount | discount_amount | cost_amount | card_used
            p1             | 1       | nobody      | 2024-01-01 | 2024-01-05 10:00:00 |          |          |          | 10.00      |                 |             |
            p2             | 1       | some        | 2024-01-01 | 2024-01-05 10:00:00 | mitte    | tea      | 4        | 10.00      | 0.00            | 7.00        | false
            p2             | 2       | some        | 2024-01-01 | 2024-01-05 10:00:00 |          |          |          | 20.00      |                 |             |
            p3             | 1       | some        | 2024-01-01 | 2024-01-06 10:00:00 |          |          |          | 30.00      |                 |             |
            """),
        CustomerMonths.TABLE,
        """
        customer_id | month      | items | net_revenue | discount | margin | categories | stores | card_orders
        nobody      | 2024-01-01 |       | 10.00       |          |        |            |        |
        some        | 2024-01-01 | 4     | 60.00       | 0.00     | 3.00   | 1          | 1      | 0
        """);
  }

  @Test
  void an_anonymous_receipt_is_only_in_receipt_months() {
    var transactions =
        """
        transaction_id | line_no | customer_id | month      | occurred_at         | store_id | channel | net_amount | card_used
        ann            | 1       |             | 2024-01-01 | 2024-01-05 10:00:00 | mitte    | till    |  3.00      |
        ann            | 2       |             | 2024-01-01 | 2024-01-05 10:00:00 |          |         |  4.00      |
        t2             | 1       |             | 2024-01-01 | 2024-01-06 10:00:00 | mitte    | till    | -1.00      |
        t3             | 1       | ann         | 2024-01-01 | 2024-01-07 10:00:00 | mitte    | till    | 20.00      | true
        t4             | 1       | ann         | 2024-01-01 | 2024-01-08 10:00:00 | mitte    | till    | 30.00      | true
        t5             | 1       | bob         | 2024-01-01 | 2024-01-08 10:00:00 | mitte    | till    | 40.00      | true
        """;
    assertRows(
        customerMonths(transactions),
        CustomerMonths.TABLE,
        """
        customer_id | month      | orders | net_revenue
        ann         | 2024-01-01 | 2      | 50.00
        bob         | 2024-01-01 | 1      | 40.00
        """);
    assertRows(
        receiptMonths(transactions),
        ReceiptMonths.TABLE,
        """
        month      | store_id | channel | identified | card_used | receipts | customers | net_revenue
        2024-01-01 | mitte    | till    | false      |           | 2        | 0         |  6.00
        2024-01-01 | mitte    | till    | true       | true      | 3        | 2         | 90.00
        """);
  }

  @Test
  void lines_of_one_transaction_with_two_customers_are_a_receipt_of_each() {
    assertRows(
        customerMonths(
            """
            transaction_id | line_no | customer_id | month      | occurred_at         | net_amount
            p1             | 1       | ann         | 2024-01-01 | 2024-01-05 10:00:00 |  9.00
            p1             | 2       | bob         | 2024-01-01 | 2024-01-05 10:00:00 | -2.00
            """),
        CustomerMonths.TABLE,
        """
        customer_id | month      | orders | return_receipts | net_revenue
        ann         | 2024-01-01 | 1      | 0               |  9.00
        bob         | 2024-01-01 | 0      | 1               | -2.00
        """);
  }

  @Test
  void the_largest_amounts_add_up_exactly() {
    assertRows(
        customerMonths(
            """
            transaction_id | line_no | customer_id | month      | occurred_at         | net_amount
            p1             | 1       | ann         | 2024-01-01 | 2024-01-05 10:00:00 | 99999999999999.9999
            p1             | 2       | ann         | 2024-01-01 | 2024-01-05 10:00:00 | 99999999999999.9999
            p2             | 1       | ann         | 2024-01-01 | 2024-01-06 10:00:00 | 0.0001
            """),
        CustomerMonths.TABLE,
        """
        customer_id | month      | net_revenue
        ann         | 2024-01-01 | 199999999999999.9999
        """);
  }

  @Test
  void sums_beyond_a_long_of_ten_thousandths_are_exact_and_beyond_the_contract_null() {
    assertRows(
        customerMonths(
            """
            transaction_id | customer_id | month      | occurred_at         | quantity            | net_amount | discount_amount | cost_amount
            """
                + lines("ann", 30, "99999999999999.9999", "-0.0001", "-99999999999999.9999")
                + lines("bob", 101, "99999999999999.9999", "-99999.9999", "0")),
        CustomerMonths.TABLE,
        """
        customer_id | month      | orders | return_receipts | items                 | returned_amount | net_revenue   | margin
        ann         | 2024-01-01 | 0      | 30              | 2999999999999999.9970 | 0.0030          | -0.0030       | 2999999999999999.9940
        bob         | 2024-01-01 | 0      | 101             |                       | 10099999.9899   | -10099999.9899 | -10099999.9899
        """);
  }

  /** So many receipts of one line. */
  private static String lines(
      String customer, int count, String quantity, String netAmount, String costAmount) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                "%s%d | %s | 2024-01-01 | 2024-01-05 10:00:00 | %s | %s | | %s\n"
                    .formatted(customer, i, customer, quantity, netAmount, costAmount))
        .collect(Collectors.joining());
  }

  @Test
  void categories_are_counted_once_each_however_many_there_are() {
    for (int categories : new int[] {63, 64, 65, 512, 513, 1500}) {
      String lines =
          IntStream.range(0, 2 * categories)
              .mapToObj(
                  i ->
                      "p%d | ann | 2024-01-01 | 2024-01-05 10:00:00 | k%d | %d%n"
                          .formatted(i / 7, i % categories, i % categories == 0 ? -1 : 1))
              .collect(Collectors.joining());
      assertRows(
          customerMonths(
              "transaction_id | customer_id | month | occurred_at | category | net_amount\n"
                  + lines),
          CustomerMonths.TABLE,
          """
          customer_id | month      | categories
          ann         | 2024-01-01 | %d
          """
              .formatted(categories - 1));
    }
  }

  @Test
  void points_belong_to_the_local_month_of_their_entry() {
    var transactions =
        """
        transaction_id | customer_id | month      | occurred_at         | net_amount
        p1             | ann         | 2024-01-01 | 2024-01-31 10:00:00 | 1
        p2             | ann         | 2024-02-01 | 2024-02-01 09:00:00 | 1
        p3             | bob         | 2024-02-01 | 2024-02-01 09:00:00 | 1
        """;
    var rewards =
        """
        entry_id | customer_id | occurred_at         | kind   | points
        e1       | ann         | 2024-01-31 22:30:00 | earn   | 10
        e2       | ann         | 2024-01-31 22:40:00 | earn   |  5
        e3       | ann         | 2024-01-31 23:30:00 | redeem |  7
        e4       | ann         | 2024-01-15 10:00:00 | expire |  1
        e5       | ann         | 2024-01-15 10:00:00 | adjust | -1
        e6       | ann         | 2024-03-15 10:00:00 | earn   | 99
        e7       | eve         | 2024-01-15 10:00:00 | earn   | 99
        """;
    var customerMonths =
        Panel.customerMonths(receipts(transactions), rows(Rewards.TABLE, rewards), BERLIN);
    assertRows(
        Contracts.conform(customerMonths, CustomerMonths.TABLE),
        CustomerMonths.TABLE,
        """
        customer_id | month      | points_earned | points_redeemed
        ann         | 2024-01-01 | 15            | 0
        ann         | 2024-02-01 | 0             | 7
        bob         | 2024-02-01 | 0             | 0
        """);
  }

  private Dataset<Row> customerMonths(String transactions) {
    return Contracts.conform(
        Panel.customerMonths(receipts(transactions), BERLIN), CustomerMonths.TABLE);
  }

  private Dataset<Row> receiptMonths(String transactions) {
    return Contracts.conform(Panel.receiptMonths(receipts(transactions)), ReceiptMonths.TABLE);
  }

  private Receipts receipts(String transactions) {
    return Receipts.of(rows(Transactions.TABLE, transactions));
  }
}
