package dev.cohortium.cohorts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study.CohortBy;
import dev.cohortium.config.Study.Granularity;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.CohortRetention;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Enrolments;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Cohorts of 300 random customers over 20 months, held against counting them one by one. */
class CohortsLawTest extends SparkTest {
  private static final LocalDate FROM = LocalDate.parse("2020-06-01");
  private static final LocalDate AS_OF = LocalDate.parse("2021-12-31");
  private static final int INACTIVE_MONTHS = 2;

  /** 2 * 365.25 / 12 / 7 = 8.7. */
  private static final int INACTIVE_WEEKS = 9;

  private static final List<Customer> CUSTOMERS = customers(new Random(20200601), 300);

  /** A customer's days with an order, days with a return, joining and city, where there is one. */
  record Customer(
      String id,
      Set<LocalDate> orders,
      Set<LocalDate> returns,
      Optional<LocalDate> joined,
      Optional<String> city) {}

  @AfterEach
  void resetPartitions() {
    spark().conf().set("spark.sql.shuffle.partitions", "3");
  }

  @Test
  void months_and_weeks_of_both_kinds_are_what_counting_one_by_one_finds() {
    Dataset<Row> retention = marts(CUSTOMERS).get(CohortRetention.TABLE);
    List<String> expected = new ArrayList<>();
    for (CohortBy by : CohortBy.values()) {
      expected.addAll(
          counted(by, "month", d -> d.withDayOfMonth(1), ChronoUnit.MONTHS, INACTIVE_MONTHS));
      expected.addAll(
          counted(
              by,
              "week",
              d -> d.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)),
              ChronoUnit.WEEKS,
              INACTIVE_WEEKS));
    }
    Collections.sort(expected);
    assertThat(
            shown(
                retention
                    .where("segment_by = 'all'")
                    .select(
                        "cohort_by",
                        "granularity",
                        "cohort",
                        "age",
                        "cohort_size",
                        "active",
                        "rolling",
                        "churned",
                        "reactivated")))
        .isEqualTo(expected);
  }

  @Test
  void segments_add_up_to_the_whole() {
    marts(CUSTOMERS).get(CohortRetention.TABLE).createOrReplaceTempView("retention");
    String sums =
        """
        select cohort_by, granularity, cohort, age, sum(cohort_size), sum(active), sum(rolling),
          sum(churned), sum(reactivated)
        from retention where segment_by = '%s' group by 1, 2, 3, 4
        """;
    assertThat(shown(spark().sql(sums.formatted("city"))))
        .isEqualTo(shown(spark().sql(sums.formatted("all"))));
  }

  @Test
  void who_has_churned_is_who_had_less_who_came_back_and_who_has_now() {
    marts(CUSTOMERS).get(CohortRetention.TABLE).createOrReplaceTempView("retention");
    // Newly churned at age k: in the window that began a span before k, but not in the next.
    Dataset<Row> broken =
        spark()
            .sql(
                """
                select * from (
                  select *,
                    lag(churned) over cohorts as churned_before,
                    case granularity when 'month' then 2 else 9 end as span,
                    cohort_size - churned as in_window
                  from retention
                  window cohorts as (
                    partition by cohort_by, granularity, segment_by, segment, cohort order by age))
                where churned < 0 or churned > cohort_size
                  or active > rolling or rolling > cohort_size
                  or reactivated > active or reactivated > churned_before
                  or churned < churned_before - reactivated
                  or in_window < active
                  or (churned is null) <> (age < span - 1)
                  or (reactivated is null) <> (age < span)
                """);
    assertThat(shown(broken)).isEmpty();
  }

  @Test
  void partitions_and_the_order_of_rows_do_not_matter() {
    List<Customer> reversed = new ArrayList<>(CUSTOMERS);
    Collections.reverse(reversed);
    List<List<String>> first = shownMarts(marts(CUSTOMERS));
    for (int partitions : new int[] {1, 16}) {
      spark().catalog().clearCache();
      spark().conf().set("spark.sql.shuffle.partitions", String.valueOf(partitions));
      assertThat(shownMarts(marts(reversed))).as("%s partitions", partitions).isEqualTo(first);
    }
  }

  private static List<List<String>> shownMarts(Frames marts) {
    return new CohortsJob().writes().stream().map(table -> shown(marts.get(table))).toList();
  }

  @Test
  void the_panel_crosses_the_network_once() {
    CohortsTest.Sketch sketch = CohortsTest.study().upTo("2021-12").cutBy("city", "city");
    spark().conf().set("spark.sql.autoBroadcastJoinThreshold", "-1");
    try {
      Frames in = in(CUSTOMERS);
      Dataset<Row> cells =
          Cells.cells(
              in.get(CustomerMonths.TABLE),
              Cells.joinings(in.get(Enrolments.TABLE), sketch.study(true).timeZone()),
              Segments.of(in.get(Customers.TABLE), sketch.study(true)),
              sketch.study(true).cohorts().orElseThrow(),
              Granularity.MONTH,
              AS_OF);
      String plan = cells.queryExecution().executedPlan().toString();
      // By customer: the enrolments to their first, the customers to their segments, and the panel
      // with the joinings. What follows are sums: alike in all segments, by segment, by cohort.
      assertThat(plan.split("Exchange hashpartitioning\\(customer_id#\\d+, \\d+\\)", -1))
          .as(plan)
          .hasSize(1 + 3);
      assertThat(plan.split("Exchange ", -1)).as(plan).hasSize(1 + 3 + 3);
    } finally {
      spark().conf().unset("spark.sql.autoBroadcastJoinThreshold");
    }
  }

  /** Every cohort at every age, counted customer by customer. */
  private static List<String> counted(
      CohortBy by,
      String granularity,
      Function<LocalDate, LocalDate> periodOf,
      ChronoUnit unit,
      int inactive) {
    // The period in which the day after as-of lies is the first that is not complete.
    LocalDate end = periodOf.apply(AS_OF.plusDays(1));
    var cohorts = new TreeMap<LocalDate, List<Set<LocalDate>>>();
    for (Customer customer : CUSTOMERS) {
      var active = new TreeSet<LocalDate>();
      customer.orders().stream().map(periodOf).filter(p -> p.isBefore(end)).forEach(active::add);
      Optional<LocalDate> cohort =
          by == CohortBy.ENROLMENT
              ? customer.joined().map(periodOf).filter(p -> p.isBefore(end))
              : active.stream().findFirst();
      cohort.ifPresent(c -> cohorts.computeIfAbsent(c, x -> new ArrayList<>()).add(active));
    }
    List<String> lines = new ArrayList<>();
    cohorts.forEach(
        (cohort, members) -> {
          int ages = (int) unit.between(cohort, end);
          for (int age = 0; age < ages; age++) {
            int active = 0;
            int rolling = 0;
            int churned = 0;
            int reactivated = 0;
            for (Set<LocalDate> periods : members) {
              boolean isActive = periods.contains(cohort.plus(age, unit));
              boolean wasSilent = isSilent(periods, cohort, age - inactive, age - 1, unit);
              active += isActive ? 1 : 0;
              rolling += isSilent(periods, cohort, age, age + inactive - 1, unit) ? 0 : 1;
              churned += isSilent(periods, cohort, age - inactive + 1, age, unit) ? 1 : 0;
              reactivated += isActive && wasSilent ? 1 : 0;
            }
            lines.add(
                String.join(
                    " | ",
                    by == CohortBy.ENROLMENT ? "enrolment" : "first_purchase",
                    granularity,
                    cohort.toString(),
                    String.valueOf(age),
                    String.valueOf(members.size()),
                    String.valueOf(active),
                    age + inactive <= ages ? String.valueOf(rolling) : "null",
                    age >= inactive - 1 ? String.valueOf(churned) : "null",
                    age >= inactive ? String.valueOf(reactivated) : "null"));
          }
        });
    return lines;
  }

  private static boolean isSilent(
      Set<LocalDate> periods, LocalDate cohort, int from, int to, ChronoUnit unit) {
    for (int age = from; age <= to; age++) {
      if (periods.contains(cohort.plus(age, unit))) {
        return false;
      }
    }
    return true;
  }

  /** Frequent and rare buyers, some with returns, some members, some never seen buying. */
  private static List<Customer> customers(Random random, int count) {
    List<Customer> customers = new ArrayList<>();
    int days = (int) ChronoUnit.DAYS.between(FROM, FROM.plusMonths(20));
    for (int i = 0; i < count; i++) {
      Set<LocalDate> orders = new HashSet<>();
      Set<LocalDate> returns = new HashSet<>();
      int born = random.nextInt(days);
      int receipts = random.nextInt(4) == 0 ? random.nextInt(40) : random.nextInt(6);
      for (int r = 0; r < receipts; r++) {
        LocalDate day = FROM.plusDays(born + random.nextInt(days - born));
        (random.nextInt(10) == 0 ? returns : orders).add(day);
      }
      customers.add(
          new Customer(
              "c" + i,
              orders,
              returns,
              random.nextInt(3) == 0
                  ? Optional.empty()
                  : Optional.of(FROM.plusDays(random.nextInt(days))),
              random.nextInt(5) == 0
                  ? Optional.empty()
                  : Optional.of(List.of("bari", "pisa", "rome").get(random.nextInt(3)))));
    }
    return customers;
  }

  private Frames marts(List<Customer> customers) {
    return new CohortsJob()
        .run(
            in(customers),
            CohortsTest.study()
                .by(CohortBy.values())
                .every(Granularity.MONTH, Granularity.WEEK)
                .upTo("2021-12")
                .cutBy("city", "city")
                .study(true));
  }

  private Frames in(List<Customer> customers) {
    StringBuilder months =
        new StringBuilder(
            "customer_id | month | orders | net_revenue | margin | active_day_bits\n");
    StringBuilder joined = new StringBuilder("program_id | customer_id | enrolled_at\n");
    StringBuilder cities = new StringBuilder("customer_id | city\n");
    for (Customer c : customers) {
      var receipts = new TreeMap<YearMonth, long[]>();
      for (LocalDate day : c.orders()) {
        long[] month = receipts.computeIfAbsent(YearMonth.from(day), m -> new long[3]);
        month[0]++;
        month[1] |= 1L << day.getDayOfMonth();
        month[2] += day.getDayOfMonth() * 100 + 37;
      }
      for (LocalDate day : c.returns()) {
        receipts.computeIfAbsent(YearMonth.from(day), m -> new long[3])[2] -= 1203;
      }
      receipts.forEach(
          (month, sums) ->
              months
                  .append(c.id() + " | " + month.atDay(1) + " | " + sums[0] + " | ")
                  .append(java.math.BigDecimal.valueOf(sums[2], 2) + " | ")
                  .append(sums[0] % 2 == 0 ? "" : java.math.BigDecimal.valueOf(sums[2], 3))
                  .append(" | " + sums[1] + "\n"));
      c.joined().ifPresent(day -> joined.append("club | " + c.id() + " | " + day + " 10:00:00\n"));
      c.city().ifPresent(city -> cities.append(c.id() + " | " + city + "\n"));
    }
    return new Frames(spark())
        .with(CustomerMonths.TABLE, rows(CustomerMonths.TABLE, months.toString()))
        .with(Enrolments.TABLE, rows(Enrolments.TABLE, joined.toString()))
        .with(Customers.TABLE, rows(Customers.TABLE, cities.toString()));
  }
}
