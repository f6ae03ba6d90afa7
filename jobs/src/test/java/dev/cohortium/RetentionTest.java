package dev.cohortium;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.cohorts.CohortsJob;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.CohortRetention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every cell of cohort_retention by month, week and day against SQL that DuckDB runs over the
 * delivered files. Half of the receipts and joinings lie around midnight in Berlin, in winter, in
 * summer, and in the nights in which the clocks change (2024-10-27 and 2025-03-30).
 */
class RetentionTest extends SparkTest {
  private static final Instant FROM = Instant.parse("2024-08-31T22:00:00Z");
  private static final int DAYS = 273;

  /** 2 months; 2 * 365.25 / 12 / 7 = 8.7 weeks; 60.9 days. */
  private static final Map<String, Integer> INACTIVE = Map.of("month", 2, "week", 9, "day", 61);

  /**
   * Counts customers cell by cell. An age is a difference of periods, the first that as-of has not
   * completed is the end. One row of orders is an age of a customer and an active period, so many
   * periods later than the age.
   */
  private static final String COUNTED =
      """
      with lines as (
        select * from read_csv('FOLDER/receipts.csv', types = {'moment': 'timestamptz'})
        where card is not null),
      receipts as (
        select card, cast(min(moment) at time zone 'Europe/Berlin' as date) as day, sum(amount) as net
        from lines group by receipt, card),
      joined as (
        select card, cast(min(moment) at time zone 'Europe/Berlin' as date) as day
        from read_csv('FOLDER/enrolments.csv', types = {'moment': 'timestamptz'}) group by card),
      active as (
        select distinct card, cast(date_trunc('UNIT', day) as date) as period
        from receipts where net > 0 and day < LAST),
      entered as (
        select 'first_purchase' as kind, card, min(day) as day
        from receipts where net > 0 group by card
        union all
        select 'enrolment', card, day
        from joined where day >= (select date_trunc('month', min(day)) from receipts)),
      members as (
        select kind, card, cast(date_trunc('UNIT', day) as date) as cohort
        from entered where day < LAST),
      lives as (
        select *, date_diff('UNIT', cohort, LAST) as ages, unnest(range(ages)) as age
        from members),
      orders as (
        select kind, l.card, cohort, age, date_diff('UNIT', cohort, period) - age as later
        from lives l join active a on a.card = l.card and a.period >= cohort),
      counted as (
        select kind, cohort, age, ages,
          count(distinct card) as customers,
          count(distinct card) filter (later = 0) as active,
          count(distinct card) filter (later between 0 and SPAN - 1) as rolling,
          count(distinct card) filter (later between 1 - SPAN and 0) as still_here,
          count(distinct card) filter (is_active and later between -SPAN and -1) as never_gone
        from (
          select *, bool_or(later = 0) over (partition by kind, card, cohort, age) as is_active
          from lives left join orders using (kind, card, cohort, age))
        group by all)
      select kind, 'UNIT', cohort, age, customers, active,
        case when age + SPAN <= ages then rolling end,
        case when age >= SPAN - 1 then customers - still_here end,
        case when age >= SPAN then active - never_gone end
      from counted
      """;

  @TempDir private Path folder;

  @BeforeEach
  void deliver() throws IOException {
    Random random = new Random(20241027);
    List<String> receipts = new ArrayList<>(List.of("receipt,card,moment,amount"));
    List<String> enrolments = new ArrayList<>(List.of("card,moment"));
    for (int c = 0; c < 90; c++) {
      int born = random.nextInt(DAYS);
      int count = random.nextInt(3) == 0 ? random.nextInt(50) : random.nextInt(5);
      for (int r = 0; r < count; r++) {
        Instant at = instant(random, born + random.nextInt(DAYS - born));
        String card = random.nextInt(20) == 0 ? "" : "c" + c;
        for (String amount : amounts(random)) {
          receipts.add("r" + c + "-" + r + "," + card + "," + at + "," + amount);
        }
      }
      for (int e = random.nextInt(3); e > 0; e--) {
        enrolments.add("c" + c + "," + instant(random, random.nextInt(DAYS) - 20));
      }
    }
    Files.write(folder.resolve("receipts.csv"), receipts);
    Files.write(folder.resolve("enrolments.csv"), enrolments);
  }

  @Test
  void months_weeks_and_days_are_what_sql_over_the_delivered_files_counts() throws SQLException {
    List<String> expected = new ArrayList<>();
    for (Map.Entry<String, Integer> unit : INACTIVE.entrySet()) {
      // The first period that is not complete on 2025-04-30, a Wednesday.
      expected.addAll(
          duckdb(
              COUNTED
                  .replace("LAST", "cast(date_trunc('UNIT', date '2025-05-01') as date)")
                  .replace("FOLDER", folder.toString())
                  .replace("UNIT", unit.getKey())
                  .replace("SPAN", unit.getValue().toString())));
    }
    List<String> computed =
        shown(
            retention()
                .get(CohortRetention.TABLE)
                .select(
                    "cohort_by",
                    "granularity",
                    "cohort",
                    "age",
                    "cohort_size",
                    "active",
                    "rolling",
                    "churned",
                    "reactivated"));
    assertThat(expected).hasSizeGreaterThan(10_000);
    assertThat(computed).hasSameSizeAs(expected);
    assertThat(without(computed, expected)).as("computed, not counted").isEmpty();
    assertThat(without(expected, computed)).as("counted, not computed").isEmpty();
  }

  private static Set<String> without(List<String> cells, List<String> others) {
    Set<String> left = new TreeSet<>(cells);
    others.forEach(left::remove);
    return left;
  }

  /** The lines of an order, a return or a receipt of nothing in the end. */
  private static List<String> amounts(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> List.of("-4.50");
      case 1 -> List.of("3.00", "-3.00");
      case 2, 3, 4 -> List.of("9.90", "-1.50", "0.00");
      default -> List.of("12.00");
    };
  }

  /** A time of that day in Berlin, more or less; every other one within an hour of midnight. */
  private static Instant instant(Random random, int day) {
    int minutes = random.nextBoolean() ? random.nextInt(120) - 60 : random.nextInt(24 * 60);
    return FROM.plus(Duration.ofDays(day).plusMinutes(minutes));
  }

  /** The jobs one after the other on what was delivered. */
  private Frames retention() {
    Study study =
        StudyReader.parse(
            """
            study = retention, time-zone = "Europe/Berlin", currency = EUR, as-of = "2025-04"
            sources {
              transactions {
                format = csv
                types { moment = timestamp, amount = "decimal(12,4)" }
                columns { transaction_id = receipt, customer_id = card, occurred_at = moment, net_amount = amount }
                duplicates = keep
              }
              enrolments {
                format = csv
                types { moment = timestamp }
                columns { program_id = "'club'", customer_id = card, enrolled_at = moment }
              }
            }
            cohorts { by = [first_purchase, enrolment], granularity = [month, week, day], inactive-months = 2 }
            """,
            "retention",
            List.of(
                "sources.transactions.path=" + folder.resolve("receipts.csv"),
                "sources.enrolments.path=" + folder.resolve("enrolments.csv")),
            Map.of());
    Frames tables = new Frames(spark());
    for (Job job : List.of(new IngestJob(), new PanelJob(), new CohortsJob())) {
      Frames out = job.run(tables, study);
      out.tables().forEach(table -> tables.with(table, out.get(table)));
    }
    return tables;
  }

  private static List<String> duckdb(String query) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          cells.add(String.valueOf(rows.getObject(i)));
        }
        lines.add(String.join(" | ", cells));
      }
    }
    return lines;
  }
}
