package dev.cohortium.panel;

import dev.cohortium.SparkTest;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.Transactions;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class JoiningTest extends SparkTest {
  /** Three orders in May, two of them on the 10th; one in March; returns and a stranger's order. */
  private static final String TRANSACTIONS =
      """
      transaction_id | customer_id | month      | occurred_at         | net_amount
      march          | ann         | 2024-03-01 | 2024-03-20 10:00:00 | 10
      returned       | ann         | 2024-01-01 | 2024-01-20 10:00:00 | -3
      first          | ann         | 2024-05-01 | 2024-05-10 10:00:00 | 10
      second         | ann         | 2024-05-01 | 2024-05-10 18:00:00 | 10
      brought_back   | ann         | 2024-05-01 | 2024-05-12 10:00:00 | -3
      third          | ann         | 2024-05-01 | 2024-05-20 10:00:00 | 10
      other          | bob         | 2024-05-01 | 2024-05-01 10:00:00 | 10
      unnamed        |             | 2024-05-01 | 2024-05-01 10:00:00 | 10
      """;

  @Test
  void the_order_at_the_time_of_joining_counts() {
    assertRows(
        joinings(
            """
            program_id | customer_id | enrolled_at
            at_first   | ann         | 2024-05-10 10:00:00
            at_second  | ann         | 2024-05-10 18:00:00
            at_third   | ann         | 2024-05-20 10:00:00
            """),
        Joinings.TABLE,
        """
        program_id | customer_id | joining_month | orders_until_joining | orders_in_month | acquired_month | left_month
        at_first   | ann         | 2024-05-01    | 1                    | 3               | 2024-03-01     |
        at_second  | ann         | 2024-05-01    | 2                    | 3               | 2024-03-01     |
        at_third   | ann         | 2024-05-01    | 3                    | 3               | 2024-03-01     |
        """);
  }

  @Test
  void an_order_later_that_day_is_the_joining_receipt_unless_one_came_before_it() {
    assertRows(
        joinings(
            """
            program_id     | customer_id | enrolled_at
            dated_by_day   | ann         | 2024-05-10 00:00:00
            minutes_before | ann         | 2024-05-20 09:58:00
            between_orders | ann         | 2024-05-10 12:00:00
            after_orders   | ann         | 2024-05-10 23:00:00
            quiet_day      | ann         | 2024-05-11 00:00:00
            day_of_return  | ann         | 2024-05-12 00:00:00
            """),
        Joinings.TABLE,
        """
        program_id     | customer_id | orders_until_joining | joined_at_order | orders_in_month
        dated_by_day   | ann         | 1                    | true            | 3
        minutes_before | ann         | 3                    | true            | 3
        between_orders | ann         | 1                    | true            | 3
        after_orders   | ann         | 2                    | true            | 3
        quiet_day      | ann         | 2                    | false           | 3
        day_of_return  | ann         | 2                    | false           | 3
        """);
  }

  @Test
  void of_several_orders_at_one_time_one_is_the_joining_receipt() {
    var transactions =
        """
        transaction_id | customer_id | month      | occurred_at         | net_amount
        one            | ann         | 2024-05-01 | 2024-05-10 00:00:00 | 10
        two            | ann         | 2024-05-01 | 2024-05-10 00:00:00 | 10
        three          | ann         | 2024-05-01 | 2024-05-10 00:00:00 | 10
        """;
    var enrolments =
        """
        program_id | customer_id | enrolled_at
        club       | ann         | 2024-05-10 00:00:00
        """;
    assertRows(
        joinings(transactions, enrolments, ZoneOffset.UTC),
        Joinings.TABLE,
        """
        program_id | customer_id | orders_until_joining | orders_in_month
        club       | ann         | 1                    | 3
        """);
  }

  @Test
  void members_without_an_order_stay() {
    assertRows(
        joinings(
            """
            program_id | customer_id | enrolled_at
            early      | ann         | 2024-02-10 10:00:00
            club       | never_seen  | 2024-05-10 10:00:00
            """),
        Joinings.TABLE,
        """
        program_id | customer_id | joining_month | orders_until_joining | orders_in_month | acquired_month | left_month
        early      | ann         | 2024-02-01    | 0                    | 0               | 2024-03-01     |
        club       | never_seen  | 2024-05-01    | 0                    | 0               |                |
        """);
  }

  @Test
  void repeated_enrolments_are_one_joining_at_the_first() {
    assertRows(
        joinings(
            """
            program_id | customer_id | enrolled_at         | left_at
            came_back  | ann         | 2024-05-20 10:00:00 |
            came_back  | ann         | 2024-03-20 10:00:00 | 2024-04-02 10:00:00
            left_twice | ann         | 2024-05-10 10:00:00 | 2024-08-02 10:00:00
            left_twice | ann         | 2024-05-20 10:00:00 | 2024-06-02 10:00:00
            still_in   | ann         | 2024-05-10 10:00:00 |
            still_in   | ann         | 2024-05-20 10:00:00 | 2024-06-02 10:00:00
            """),
        Joinings.TABLE,
        """
        program_id | customer_id | joining_month | orders_until_joining | orders_in_month | left_month
        came_back  | ann         | 2024-03-01    | 1                    | 1               |
        left_twice | ann         | 2024-05-01    | 1                    | 3               | 2024-08-01
        still_in   | ann         | 2024-05-01    | 1                    | 3               |
        """);
  }

  @Test
  void months_and_days_are_cut_in_the_study_zone() {
    var transactions =
        """
        transaction_id | customer_id | month      | occurred_at         | net_amount
        may            | ann         | 2024-05-01 | 2024-06-01 01:00:00 | 10
        first_of_june  | ann         | 2024-06-01 | 2024-06-02 02:00:00 | 10
        """;
    var enrolments =
        """
        program_id   | customer_id | enrolled_at         | left_at
        dated_by_day | ann         | 2024-06-01 04:00:00 | 2024-07-01 03:00:00
        end_of_may   | ann         | 2024-06-01 03:00:00 | 2024-07-01 04:00:00
        """;
    assertRows(
        joinings(transactions, enrolments, ZoneId.of("America/New_York")),
        Joinings.TABLE,
        """
        program_id   | customer_id | joining_month | orders_until_joining | orders_in_month | acquired_month | left_month
        dated_by_day | ann         | 2024-06-01    | 1                    | 1               | 2024-05-01     | 2024-06-01
        end_of_may   | ann         | 2024-05-01    | 1                    | 1               | 2024-05-01     | 2024-07-01
        """);
  }

  private Dataset<Row> joinings(String enrolments) {
    return joinings(TRANSACTIONS, enrolments, ZoneOffset.UTC);
  }

  private Dataset<Row> joinings(String transactions, String enrolments, ZoneId zone) {
    var receipts = Receipts.of(rows(Transactions.TABLE, transactions));
    return Contracts.conform(
        Joining.joinings(rows(Enrolments.TABLE, enrolments), receipts, zone), Joinings.TABLE);
  }
}
