package dev.cohortium.cohorts;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Source;
import dev.cohortium.config.Study;
import dev.cohortium.config.Study.CohortBy;
import dev.cohortium.config.Study.Granularity;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.CohortAverage;
import dev.cohortium.table.CohortRetention;
import dev.cohortium.table.CohortValue;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Table;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class CohortsTest extends SparkTest {
  private static final String THREE_CUSTOMERS =
      """
      customer_id | month      | orders | net_revenue | margin
      ann         | 2024-01-01 | 2      | 30.00       | 10.00
      ann         | 2024-02-01 | 1      | 10.00       |
      ann         | 2024-04-01 | 1      |  5.00       |  2.00
      bob         | 2024-01-01 | 1      | 20.00       |
      cid         | 2024-02-01 | 1      |  7.00       |
      """;

  @Test
  void customers_who_came_together_are_followed_to_the_last_complete_month() {
    Frames marts = run(study().upTo("2024-04"), THREE_CUSTOMERS);
    assertRows(
        marts.get(CohortRetention.TABLE),
        CohortRetention.TABLE,
        """
        cohort_by      | granularity | segment_by | segment | cohort     | age | cohort_size | active | retained_rate | rolling | rolling_rate | churned | reactivated | suppressed | as_of
        first_purchase | month       | all        | all     | 2024-01-01 | 0   | 2           | 2      | 1.0           | 2       | 1.0          |         |             | false      | 2024-04-30
        first_purchase | month       | all        | all     | 2024-01-01 | 1   | 2           | 1      | 0.5           | 1       | 0.5          | 0       |             | false      | 2024-04-30
        first_purchase | month       | all        | all     | 2024-01-01 | 2   | 2           | 0      | 0.0           | 1       | 0.5          | 1       | 0           | false      | 2024-04-30
        first_purchase | month       | all        | all     | 2024-01-01 | 3   | 2           | 1      | 0.5           |         |              | 1       | 0           | false      | 2024-04-30
        first_purchase | month       | all        | all     | 2024-02-01 | 0   | 1           | 1      | 1.0           | 1       | 1.0          |         |             | false      | 2024-04-30
        first_purchase | month       | all        | all     | 2024-02-01 | 1   | 1           | 0      | 0.0           | 0       | 0.0          | 0       |             | false      | 2024-04-30
        first_purchase | month       | all        | all     | 2024-02-01 | 2   | 1           | 0      | 0.0           |         |              | 1       | 0           | false      | 2024-04-30
        """);
    assertRows(
        marts.get(CohortAverage.TABLE),
        CohortAverage.TABLE,
        """
        cohort_by      | granularity | segment_by | segment | age | cohorts | customers | retained_rate      | rolling_rate       | as_of
        first_purchase | month       | all        | all     | 0   | 2       | 3         | 1.0                | 1.0                | 2024-04-30
        first_purchase | month       | all        | all     | 1   | 2       | 3         | 0.3333333333333333 | 0.3333333333333333 | 2024-04-30
        first_purchase | month       | all        | all     | 2   | 2       | 3         | 0.0                | 0.5                | 2024-04-30
        first_purchase | month       | all        | all     | 3   | 1       | 2         | 0.5                |                    | 2024-04-30
        """);
  }

  @Test
  void money_is_told_per_customer_of_the_cohort_and_a_silent_month_counts_as_zero() {
    Frames marts = run(study().upTo("2024-04"), THREE_CUSTOMERS);
    assertRows(
        marts.get(CohortValue.TABLE).where(col(CohortValue.COHORT).equalTo("2024-01-01")),
        CohortValue.TABLE,
        """
        age | cohort_size | orders | net_revenue | margin  | net_revenue_per_customer | cumulative_net_revenue_per_customer | cumulative_margin_per_customer | average_receipt    | orders_per_active | net_revenue_retention
        0   | 2           | 3      | 50.0000     | 10.0000 | 25.0                     | 25.0                                | 5.0                            | 16.666666666666668 | 1.5               | 1.0
        1   | 2           | 1      | 10.0000     |         | 5.0                      | 30.0                                | 5.0                            | 10.0               | 1.0               | 0.2
        2   | 2           | 0      | 0.0000      |         | 0.0                      | 30.0                                | 5.0                            |                    |                   | 0.0
        3   | 2           | 1      | 5.0000      | 2.0000  | 2.5                      | 32.5                                | 6.0                            | 5.0                | 1.0               | 0.1
        """);
  }

  @Test
  void every_mart_meets_its_contract() {
    Frames marts = run(study().upTo("2024-04"), THREE_CUSTOMERS);
    CohortsJob job = new CohortsJob();
    assertThat(marts.tables()).containsExactlyElementsOf(job.writes());
    for (Table table : job.writes()) {
      assertThat(Contracts.conform(marts.get(table), table).columns())
          .containsExactlyElementsOf(table.columnNames());
    }
  }

  @Test
  void an_empty_panel_has_no_cohorts() {
    Frames marts = run(study().upTo("2024-04"), "customer_id | month | orders | net_revenue");
    for (Table table : new CohortsJob().writes()) {
      assertThat(marts.get(table).isEmpty()).isTrue();
    }
  }

  @Test
  void what_comes_after_as_of_is_not_used() {
    Frames marts = run(study().upTo("2024-02"), THREE_CUSTOMERS);
    assertRows(
        marts.get(CohortRetention.TABLE),
        CohortRetention.TABLE,
        """
        cohort     | age | cohort_size | active | rolling | churned | as_of
        2024-01-01 | 0   | 2           | 2      | 2       |         | 2024-02-29
        2024-01-01 | 1   | 2           | 1      |         | 0       | 2024-02-29
        2024-02-01 | 0   | 1           | 1      |         |         | 2024-02-29
        """);
    assertThat(run(study().upTo("2023-12"), THREE_CUSTOMERS).get(CohortValue.TABLE).isEmpty())
        .isTrue();
  }

  @Test
  void a_month_of_returns_only_is_silent_but_its_money_counts_from_the_first_order_on() {
    Frames marts =
        run(
            study().upTo("2024-04"),
            """
            customer_id | month      | orders | net_revenue | margin
            ann         | 2024-01-01 | 0      | -9.00       | -9.00
            ann         | 2024-02-01 | 1      | 10.00       |  4.00
            ann         | 2024-03-01 | 0      | -4.00       | -1.00
            bob         | 2024-03-01 | 0      | -1.00       |
            """);
    assertRows(
        marts.get(CohortRetention.TABLE),
        CohortRetention.TABLE,
        """
        cohort     | age | cohort_size | active | rolling | churned | reactivated
        2024-02-01 | 0   | 1           | 1      | 1       |         |
        2024-02-01 | 1   | 1           | 0      | 0       | 0       |
        2024-02-01 | 2   | 1           | 0      |         | 1       | 0
        """);
    assertRows(
        marts.get(CohortValue.TABLE),
        CohortValue.TABLE,
        """
        cohort     | age | orders | net_revenue | margin  | cumulative_net_revenue_per_customer | cumulative_margin_per_customer | average_receipt | net_revenue_retention
        2024-02-01 | 0   | 1      | 10.0000     |  4.0000 | 10.0                                | 4.0                            | 10.0            |  1.0
        2024-02-01 | 1   | 0      | -4.0000     | -1.0000 |  6.0                                | 3.0                            |                 | -0.4
        2024-02-01 | 2   | 0      |  0.0000     |         |  6.0                                | 3.0                            |                 |  0.0
        """);
  }

  @Test
  void a_customer_who_buys_after_the_whole_span_of_silence_is_reactivated() {
    Frames marts =
        run(
            study().upTo("2024-07"),
            """
            customer_id | month      | orders | net_revenue
            ann         | 2024-01-01 | 1      | 1.00
            ann         | 2024-03-01 | 1      | 1.00
            ann         | 2024-06-01 | 1      | 1.00
            """);
    assertRows(
        marts.get(CohortRetention.TABLE),
        CohortRetention.TABLE,
        """
        age | active | rolling | churned | reactivated
        0   | 1      | 1       |         |
        1   | 0      | 1       | 0       |
        2   | 1      | 1       | 0       | 0
        3   | 0      | 0       | 0       | 0
        4   | 0      | 1       | 1       | 0
        5   | 1      | 1       | 0       | 1
        6   | 0      |         | 0       | 0
        """);
  }

  @Test
  void members_belong_to_the_month_of_their_first_joining_even_if_they_never_order() {
    Frames marts =
        run(
            study().by(CohortBy.ENROLMENT).upTo("2024-04"),
            """
            customer_id | month      | orders | net_revenue
            ann         | 2024-01-01 | 1      | 100.00
            ann         | 2024-04-01 | 1      |   5.00
            bob         | 2024-02-01 | 1      |   7.00
            cid         | 2024-02-01 | 1      |   9.00
            """,
            """
            program_id | customer_id | enrolled_at
            club       | ann         | 2024-02-10 10:00:00
            plus       | ann         | 2024-02-10 10:00:00
            plus       | ann         | 2024-03-01 10:00:00
            club       | bob         | 2024-02-01 10:00:00
            club       | dan         | 2024-02-20 10:00:00
            club       | eve         | 2024-05-01 10:00:00
            """,
            "customer_id");
    assertRows(
        marts.get(CohortRetention.TABLE),
        CohortRetention.TABLE,
        """
        cohort_by | cohort     | age | cohort_size | active | rolling | churned | reactivated
        enrolment | 2024-02-01 | 0   | 3           | 1      | 1       |         |
        enrolment | 2024-02-01 | 1   | 3           | 0      | 1       | 2       |
        enrolment | 2024-02-01 | 2   | 3           | 1      |         | 2       | 1
        """);
    assertRows(
        marts.get(CohortValue.TABLE),
        CohortValue.TABLE,
        """
        cohort     | age | cohort_size | orders | net_revenue
        2024-02-01 | 0   | 3           | 1      | 7.0000
        2024-02-01 | 1   | 3           | 0      | 0.0000
        2024-02-01 | 2   | 3           | 1      | 5.0000
        """);
  }

  @Test
  void who_joined_before_the_first_receipts_is_in_no_cohort_of_joining() {
    Frames marts =
        run(
            study().by(CohortBy.ENROLMENT).upTo("2024-02"),
            """
            customer_id | month      | orders | net_revenue
            ann         | 2024-01-01 | 1      | 5
            bob         | 2024-02-01 | 1      | 5
            """,
            """
            program_id | customer_id | enrolled_at
            club       | ann         | 2023-12-31 12:00:00
            club       | bob         | 2024-01-02 12:00:00
            """,
            "customer_id");
    assertRows(
        marts.get(CohortRetention.TABLE),
        CohortRetention.TABLE,
        """
        cohort     | age | cohort_size | active
        2024-01-01 | 0   | 1           | 0
        2024-01-01 | 1   | 1           | 1
        """);
  }

  @Test
  void a_member_joins_in_the_month_of_the_studys_own_zone() {
    Frames marts =
        run(
            study().by(CohortBy.ENROLMENT).upTo("2024-02"),
            """
            customer_id | month      | orders | net_revenue
            bob         | 2024-01-01 | 1      | 5
            """,
            """
            program_id | customer_id | enrolled_at
            club       | ann         | 2024-01-31 23:30:00
            """,
            "customer_id");
    assertRows(
        marts.get(CohortRetention.TABLE),
        CohortRetention.TABLE,
        """
        cohort     | age | cohort_size | active
        2024-02-01 | 0   | 1           | 0
        """);
  }

  /**
   * Bits: 2020-12-31; 2021-01-02 and 04; 2021-01-29. The week 2020-W53 is Monday 28 to Sunday 3.
   */
  @Test
  void a_week_across_new_year_is_one_week() {
    Frames marts =
        run(
            study().every(Granularity.WEEK).upTo("2021-01"),
            """
            customer_id | month      | orders | net_revenue | active_day_bits
            ann         | 2020-12-01 | 1      | 1.00        | 2147483648
            ann         | 2021-01-01 | 2      | 2.00        | 20
            bob         | 2021-01-01 | 1      | 2.00        | 536870912
            """);
    assertRows(
        marts.get(CohortRetention.TABLE),
        CohortRetention.TABLE,
        """
        granularity | cohort     | age | cohort_size | active
        week        | 2020-12-28 | 0   | 1           | 1
        week        | 2020-12-28 | 1   | 1           | 1
        week        | 2020-12-28 | 2   | 1           | 0
        week        | 2020-12-28 | 3   | 1           | 0
        week        | 2020-12-28 | 4   | 1           | 0
        week        | 2021-01-25 | 0   | 1           | 1
        """);
  }

  /** 2024-02-29 is a Thursday: the week that began on the 26th is not over. Bits: 25th; 26th. */
  @Test
  void a_week_that_as_of_cuts_does_not_count() {
    Frames marts =
        run(
            study().every(Granularity.WEEK).upTo("2024-02"),
            """
            customer_id | month      | orders | net_revenue | active_day_bits
            ann         | 2024-02-01 | 1      | 1.00        | 33554432
            bob         | 2024-02-01 | 1      | 1.00        | 67108864
            """);
    assertRows(
        marts.get(CohortRetention.TABLE),
        CohortRetention.TABLE,
        """
        cohort     | age | cohort_size | active
        2024-02-19 | 0   | 1           | 1
        """);
  }

  /** Bits: 2024-02-27 and 29; 2024-03-01. */
  @Test
  void days_are_followed_across_the_months_edge() {
    Frames marts =
        run(
            study().every(Granularity.DAY).upTo("2024-03"),
            """
            customer_id | month      | orders | net_revenue | active_day_bits
            ann         | 2024-02-01 | 2      | 1.00        | 671088640
            ann         | 2024-03-01 | 1      | 1.00        | 2
            """);
    Dataset<Row> retention = marts.get(CohortRetention.TABLE);
    assertThat(retention.count()).isEqualTo(34);
    assertRows(
        retention.where(col(CohortRetention.AGE).lt(5)),
        CohortRetention.TABLE,
        """
        granularity | cohort     | age | cohort_size | active
        day         | 2024-02-27 | 0   | 1           | 1
        day         | 2024-02-27 | 1   | 1           | 0
        day         | 2024-02-27 | 2   | 1           | 1
        day         | 2024-02-27 | 3   | 1           | 1
        day         | 2024-02-27 | 4   | 1           | 0
        """);
    assertThat(marts.get(CohortValue.TABLE).count()).as("money is told by months").isEqualTo(2);
  }

  @Test
  void a_history_of_ten_years_is_followed_to_its_end() {
    Frames marts =
        run(
            study().upTo("2024-12"),
            """
            customer_id | month      | orders | net_revenue
            ann         | 2015-01-01 | 1      | 1.00
            ann         | 2020-06-01 | 1      | 1.00
            ann         | 2024-12-01 | 1      | 1.00
            """);
    assertThat(marts.get(CohortRetention.TABLE).count()).isEqualTo(120);
    assertRows(
        marts.get(CohortRetention.TABLE).where("active = 1 or age in (64, 118)"),
        CohortRetention.TABLE,
        """
        age | active | churned | reactivated
        0   | 1      |         |
        64  | 0      | 1       | 0
        65  | 1      | 0       | 1
        118 | 0      | 1       | 0
        119 | 1      | 0       | 1
        """);
  }

  @Test
  void segments_are_values_of_expressions_over_the_customer_and_unknown_where_there_is_none() {
    Frames marts =
        run(
            study()
                .upTo("2024-01")
                .cutBy("country", "attributes.country")
                .cutBy("generation", "floor((2024 - birth_year) / 15)"),
            """
            customer_id | month      | orders | net_revenue
            ann         | 2024-01-01 | 1      | 1.00
            bob         | 2024-01-01 | 1      | 2.00
            cid         | 2024-01-01 | 1      | 4.00
            dan         | 2024-01-01 | 1      | 8.00
            """,
            "program_id | customer_id | enrolled_at",
            """
            customer_id | birth_year | city
            ann         | 1990       | fr
            bob         | 1980       | fr
            cid         |            |
            """);
    assertRows(
        marts.get(CohortValue.TABLE),
        CohortValue.TABLE,
        """
        segment_by | segment | age | cohort_size | net_revenue
        all        | all     | 0   | 4           | 15.0000
        country    | fr      | 0   | 2           |  3.0000
        country    | unknown | 0   | 2           | 12.0000
        generation | 2       | 0   | 2           |  3.0000
        generation | unknown | 0   | 2           | 12.0000
        """);
  }

  @Test
  void a_segment_below_the_smallest_cell_is_withheld_and_the_sibling_that_would_tell_it() {
    Dataset<Row> cells =
        rows(
            CohortRetention.TABLE,
            """
            cohort_by      | granularity | segment_by | segment | cohort     | age | cohort_size
            first_purchase | month       | all        | all     | 2024-01-01 | 0   | 2
            first_purchase | month       | country    | de      | 2024-01-01 | 0   | 5
            first_purchase | month       | country    | fr      | 2024-01-01 | 0   | 2
            first_purchase | month       | country    | nl      | 2024-01-01 | 0   | 4
            first_purchase | month       | country    | be      | 2024-01-01 | 0   | 4
            first_purchase | month       | country    | de      | 2024-02-01 | 0   | 5
            first_purchase | month       | country    | fr      | 2024-02-01 | 0   | 2
            first_purchase | month       | country    | nl      | 2024-02-01 | 0   | 1
            first_purchase | month       | country    | fr      | 2024-03-01 | 0   | 2
            first_purchase | month       | country    | fr      | 2024-04-01 | 0   | 3
            enrolment      | month       | country    | de      | 2024-01-01 | 0   | 9
            """);
    assertRows(
        CohortsJob.withheld(cells, new Study.Privacy(3)),
        CohortRetention.TABLE,
        """
        cohort_by      | segment_by | segment | cohort     | suppressed
        first_purchase | all        | all     | 2024-01-01 | false
        first_purchase | country    | de      | 2024-01-01 | false
        first_purchase | country    | fr      | 2024-01-01 | true
        first_purchase | country    | nl      | 2024-01-01 | false
        first_purchase | country    | be      | 2024-01-01 | true
        first_purchase | country    | de      | 2024-02-01 | false
        first_purchase | country    | fr      | 2024-02-01 | true
        first_purchase | country    | nl      | 2024-02-01 | true
        first_purchase | country    | fr      | 2024-03-01 | true
        first_purchase | country    | fr      | 2024-04-01 | false
        enrolment      | country    | de      | 2024-01-01 | false
        """);
    assertThat(
            CohortsJob.withheld(cells, new Study.Privacy(0))
                .where(col(CohortRetention.SUPPRESSED))
                .isEmpty())
        .isTrue();
  }

  @Test
  void a_withheld_cell_keeps_its_keys_only_and_is_not_pooled() {
    Frames marts =
        run(
            study().upTo("2024-02").cutBy("city", "city").withholdBelow(2),
            """
            customer_id | month      | orders | net_revenue
            ann         | 2024-01-01 | 1      | 1.00
            bob         | 2024-01-01 | 1      | 2.00
            bob         | 2024-02-01 | 1      | 2.00
            cid         | 2024-01-01 | 1      | 4.00
            dan         | 2024-02-01 | 1      | 8.00
            eve         | 2024-02-01 | 1      | 9.00
            """,
            "program_id | customer_id | enrolled_at",
            """
            customer_id | city
            ann         | rome
            bob         | bari
            cid         | bari
            dan         | rome
            eve         | rome
            """);
    assertRows(
        marts.get(CohortRetention.TABLE),
        CohortRetention.TABLE,
        """
        segment_by | segment | cohort     | age | cohort_size | active | retained_rate | suppressed
        all        | all     | 2024-01-01 | 0   | 3           | 3      | 1.0           | false
        all        | all     | 2024-01-01 | 1   | 3           | 1      | 0.3333333333333333 | false
        all        | all     | 2024-02-01 | 0   | 2           | 2      | 1.0           | false
        city       | bari    | 2024-01-01 | 0   |             |        |               | true
        city       | bari    | 2024-01-01 | 1   |             |        |               | true
        city       | rome    | 2024-01-01 | 0   |             |        |               | true
        city       | rome    | 2024-01-01 | 1   |             |        |               | true
        city       | rome    | 2024-02-01 | 0   | 2           | 2      | 1.0           | false
        """);
    Dataset<Row> withheldValue = marts.get(CohortValue.TABLE).where(col(CohortValue.SUPPRESSED));
    assertRows(
        withheldValue,
        CohortValue.TABLE,
        """
        segment_by | segment | cohort     | age | cohort_size | orders | net_revenue | margin | net_revenue_per_customer | cumulative_net_revenue_per_customer | cumulative_margin_per_customer | average_receipt | orders_per_active | net_revenue_retention
        city       | bari    | 2024-01-01 | 0   | | | | | | | | | |
        city       | bari    | 2024-01-01 | 1   | | | | | | | | | |
        city       | rome    | 2024-01-01 | 0   | | | | | | | | | |
        city       | rome    | 2024-01-01 | 1   | | | | | | | | | |
        """);
    assertRows(
        marts.get(CohortAverage.TABLE),
        CohortAverage.TABLE,
        """
        segment_by | segment | age | cohorts | customers | retained_rate
        all        | all     | 0   | 2       | 5         | 1.0
        all        | all     | 1   | 1       | 3         | 0.3333333333333333
        city       | rome    | 0   | 1       | 2         | 1.0
        """);
  }

  @Test
  void a_segment_that_cannot_be_computed_is_refused_with_the_columns_there_are() {
    assertThatThrownBy(
            () -> run(study().upTo("2024-04").cutBy("town", "upper(town)"), THREE_CUSTOMERS))
        .isInstanceOf(UserFault.class)
        .hasMessage(
            """
            Segment 'town' = "upper(town)" cannot be computed over the table customers: A column or function parameter with name `town` cannot be resolved.
            It must be a deterministic SQL expression over one customer's columns: customer_id, registered_at, birth_year, gender, income_band, education, region, city, attributes.NAME, delivered_at."""
                .strip());
    for (String sql :
        List.of(
            "count(city)",
            "row_number() over (order by city)",
            "rand() < 0.5",
            "explode(map_keys(attributes))",
            "city +",
            "city = 'a' or")) {
      assertThat(
              catchThrowable(() -> run(study().upTo("2024-04").cutBy("odd", sql), THREE_CUSTOMERS)))
          .as(sql)
          .isInstanceOf(UserFault.class)
          .hasMessageContaining("Segment 'odd' = \"" + sql + "\"");
    }
    assertThatThrownBy(() -> run(study().upTo("2024-04").cutBy("all", "city"), THREE_CUSTOMERS))
        .isInstanceOf(UserFault.class)
        .hasMessageStartingWith("Segment 'all' of study 'test' has the name of the whole.");
  }

  @Test
  void limits_over_columns_are_those_of_plain_numbers() {
    // The grid: every count up to 40 of 1 to 40, then large ones.
    Dataset<Row> counts =
        spark()
            .range(1, 41)
            .selectExpr("id as n", "explode(sequence(0L, id)) as x")
            .unionByName(
                spark()
                    .range(1, 8)
                    .selectExpr(
                        "cast(pow(10, id + 2) as bigint) as n",
                        "explode(array(0L, 1L, cast(pow(10, id) as bigint), cast(pow(10, id + 2) as bigint) - 1, cast(pow(10, id + 2) as bigint))) as x"));
    for (Row row :
        counts
            .select(
                col("x"),
                col("n"),
                WilsonLimits.low(col("x"), col("n")),
                WilsonLimits.high(col("x"), col("n")))
            .collectAsList()) {
      var plain = dev.cohortium.stats.Wilson.of(row.getLong(0), row.getLong(1));
      assertThat(row.getDouble(2)).isEqualTo(plain.low());
      assertThat(row.getDouble(3)).isEqualTo(plain.high());
    }
  }

  @Test
  void the_job_needs_its_section_and_transactions() {
    CohortsJob job = new CohortsJob();
    assertThat(job.isConfiguredIn(study().upTo("2024-01").study(true))).isTrue();
    assertThat(job.isConfiguredIn(study().upTo("2024-01").study(false))).isFalse();
  }

  static Sketch study() {
    return new Sketch(
        List.of(CohortBy.FIRST_PURCHASE), List.of(Granularity.MONTH), "2024-01", Map.of(), 0);
  }

  /** The parts of a study that cohorts read; inactive-months is 2. */
  record Sketch(
      List<CohortBy> by,
      List<Granularity> granularities,
      String asOf,
      Map<String, String> segments,
      int smallestCell) {
    Sketch by(CohortBy... kinds) {
      return new Sketch(List.of(kinds), granularities, asOf, segments, smallestCell);
    }

    Sketch every(Granularity... lengths) {
      return new Sketch(by, List.of(lengths), asOf, segments, smallestCell);
    }

    Sketch upTo(String month) {
      return new Sketch(by, granularities, month, segments, smallestCell);
    }

    Sketch cutBy(String name, String sql) {
      Map<String, String> more = new java.util.LinkedHashMap<>(segments);
      more.put(name, sql);
      return new Sketch(by, granularities, asOf, more, smallestCell);
    }

    Sketch withholdBelow(int customers) {
      return new Sketch(by, granularities, asOf, segments, customers);
    }

    Study study(boolean hasTransactions) {
      Source transactions =
          new Source(
              "transactions",
              Source.Format.CSV,
              List.of("receipts.csv"),
              Map.of(),
              Map.of(),
              Map.of(),
              Map.of(),
              Map.of(),
              Source.Duplicates.KEEP,
              Source.Delivery.RUN,
              Optional.empty(),
              ZoneId.of("Europe/Paris"));
      return new Study(
          "test",
          ZoneId.of("Europe/Paris"),
          "EUR",
          Optional.of(YearMonth.parse(asOf)),
          0.05,
          LocalDate.parse("1990-01-01"),
          LocalDate.parse("2100-01-01"),
          hasTransactions ? Map.of("transactions", transactions) : Map.of(),
          Map.of(),
          segments,
          List.of("net_revenue"),
          new Study.Headline("net_revenue", "look_alike_did", 6),
          Optional.of(new Study.Cohorts(by, granularities, 2, List.copyOf(segments.keySet()))),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          new Study.Privacy(smallestCell),
          Set.of());
    }
  }

  private Frames run(Sketch study, String customerMonths) {
    return run(study, customerMonths, "program_id | customer_id | enrolled_at", "customer_id");
  }

  /** Runs the job; a customer's city stands as the attribute country, too. */
  private Frames run(Sketch study, String customerMonths, String enrolments, String customers) {
    Frames in =
        new Frames(spark())
            .with(CustomerMonths.TABLE, rows(CustomerMonths.TABLE, customerMonths))
            .with(Enrolments.TABLE, rows(Enrolments.TABLE, enrolments))
            .with(
                Customers.TABLE,
                rows(Customers.TABLE, customers)
                    .withColumn(
                        Customers.ATTRIBUTES,
                        org.apache.spark.sql.functions.map(lit("country"), col(Customers.CITY))));
    return new CohortsJob().run(in, study.study(true));
  }
}
