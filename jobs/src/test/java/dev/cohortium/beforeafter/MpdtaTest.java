package dev.cohortium.beforeafter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import dev.cohortium.Project;
import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.BeforeAfterAggregates;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.EventStudyMonths;
import dev.cohortium.table.GroupTimes;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.PreTrends;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The counties of mpdta as a study: counties are customers, the years 2003 to 2007 the months from
 * January 2024, a million times lemp the receipt, all registered long before. The answers are R's:
 * did 2.5.1, analytic errors, mpdta/reference.json.
 */
class MpdtaTest extends SparkTest {
  private static final String HAS_ERROR = " and std_error is not null";
  private static final double MILLION = 1e6;
  private static final int FIRST_YEAR = 2003;
  private static final YearMonth FIRST = YearMonth.of(2024, 1);

  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  @Test
  void counties_give_the_answers_of_R_through_the_job() throws IOException {
    Frames in = counties();
    for (Map.Entry<String, String> controls :
        Map.of("never", "nevertreated", "not-yet", "notyettreated").entrySet()) {
      Frames found = new BeforeAfterJob().run(in, study(controls.getKey()));
      agree(found, controls.getValue(), "none|dr", "event_study");
      assertConforms(found, new BeforeAfterJob());
    }
  }

  @Test
  void counties_given_their_population_give_the_answers_of_R_through_the_job() throws IOException {
    Frames in = counties();
    Study study = study("not-yet", "before-after.covariates=[lpop]");
    Frames found = new BeforeAfterJob().run(in, study);
    agree(found, "notyettreated", "lpop|dr", "event_study_dr");
    agree(found, "notyettreated", "lpop|reg", "event_study_or");
    agree(found, "notyettreated", "lpop|ipw", "event_study_ipw");
    agree(found, "notyettreated", "none|dr", "event_study");
  }

  private static void agree(Frames found, String controls, String method, String variant)
      throws IOException {
    Answers varying = new Answers(controls + "|" + method + "|varying");
    Answers universal = new Answers(controls + "|" + method + "|universal");
    String of = "variant = '" + variant + "'";
    varying.agree(
        found.get(GroupTimes.TABLE).where(of).collectAsList(),
        row -> year(row, "joining_month") + " " + year(row, "month"),
        varying.each());
    universal.agree(
        found.get(EventStudyMonths.TABLE).where(of + HAS_ERROR).collectAsList(),
        row -> row.getAs("event_month").toString(),
        universal.egt("dynamic"));
    // As in R the base has an effect of 0 and no error.
    Row base =
        found
            .get(EventStudyMonths.TABLE)
            .where(of + " and std_error is null")
            .collectAsList()
            .get(0);
    assertThat(base.<Integer>getAs("event_month")).isEqualTo(-1);
    assertThat(base.<Double>getAs("estimate")).isZero();
    List<Row> means =
        found
            .get(BeforeAfterAggregates.TABLE)
            .where(of + " and first_event_month = 0")
            .collectAsList();
    agreeInMeans(universal, means);
    if (variant.equals("event_study")) {
      Map<String, double[]> balanced = universal.egt("dynamic_balance_e1");
      universal.agree(
          found
              .get(EventStudyMonths.TABLE)
              .where("variant = 'event_study_balanced'" + HAS_ERROR)
              .collectAsList(),
          row -> row.getAs("event_month").toString(),
          balanced);
      Row preTrend = found.get(PreTrends.TABLE).where(of).collectAsList().get(0);
      assertThat(preTrend.<Double>getAs("wald_all"))
          .isCloseTo(varying.number("wald_pretest"), within(1e-6 * varying.number("wald_pretest")));
      assertThat(preTrend.<Integer>getAs("wald_all_df")).isEqualTo(5);
    }
  }

  private static void agreeInMeans(Answers answers, List<Row> means) {
    answers.agree(
        of(means, "joining_month"), row -> yearOf(row.getAs("period")), answers.egt("group"));
    answers.agree(of(means, "month"), row -> yearOf(row.getAs("period")), answers.egt("calendar"));
    answers.agree(of(means, "joining_months"), row -> "all", answers.overall("group"));
    answers.agree(of(means, "months"), row -> "all", answers.overall("calendar"));
    answers.agree(of(means, "event_months"), row -> "all", answers.overall("dynamic"));
    answers.agree(of(means, "simple"), row -> "all", answers.overall("simple"));
  }

  private static List<Row> of(List<Row> means, String aggregate) {
    return means.stream().filter(row -> aggregate.equals(row.getAs("aggregate"))).toList();
  }

  private static String year(Row row, String column) {
    return yearOf(row.getAs(column).toString().substring(0, 7));
  }

  private static String yearOf(String month) {
    return Integer.toString(FIRST_YEAR + YearMonth.parse(month).getMonthValue() - 1);
  }

  private interface Name {
    String of(Row row);
  }

  /** What R says of a variant; estimates and errors by name. */
  private record Answers(String variant) {
    private Config json() {
      return ConfigFactory.parseFile(Project.reference("mpdta/reference.json").toFile())
          .getConfig(ConfigUtil.joinPath("att_gt", variant));
    }

    double number(String key) {
      return ((Number) ((List<?>) json().getList(key).unwrapped().get(0)).get(0)).doubleValue();
    }

    /** Effects; those without an error are bases. */
    Map<String, double[]> each() {
      Config found = json();
      List<Double> months = found.getDoubleList("t");
      List<String> names = new ArrayList<>();
      for (int i = 0; i < months.size(); i++) {
        names.add(found.getDoubleList("group").get(i).intValue() + " " + months.get(i).intValue());
      }
      return values(names, found);
    }

    Map<String, double[]> egt(String aggregate) {
      Config found = json().getConfig("agg." + aggregate);
      return values(
          found.getDoubleList("egt").stream().map(key -> Integer.toString(key.intValue())).toList(),
          found);
    }

    private static Map<String, double[]> values(List<String> names, Config found) {
      List<?> errors = found.getList("se").unwrapped();
      Map<String, double[]> values = new HashMap<>();
      for (int i = 0; i < names.size(); i++) {
        if (errors.get(i) instanceof Number error) {
          values.put(
              names.get(i), new double[] {found.getDoubleList("att").get(i), error.doubleValue()});
        }
      }
      return values;
    }

    Map<String, double[]> overall(String aggregate) {
      Config found = json().getConfig("agg." + aggregate);
      return Map.of(
          "all", new double[] {found.getDouble("overall_att"), found.getDouble("overall_se")});
    }

    void agree(List<Row> rows, Name name, Map<String, double[]> expected) {
      assertThat(rows.stream().map(name::of))
          .containsExactlyInAnyOrderElementsOf(expected.keySet());
      for (Row row : rows) {
        double[] answer = expected.get(name.of(row));
        double scale = Math.max(Math.abs(answer[0]), answer[1]);
        assertThat(row.<Double>getAs("estimate") / MILLION)
            .as("%s %s", variant, name.of(row))
            .isCloseTo(answer[0], within(1e-6 * scale));
        assertThat(row.<Double>getAs("std_error") / MILLION)
            .as("%s %s", variant, name.of(row))
            .isCloseTo(answer[1], within(1e-6 * answer[1]));
      }
    }
  }

  // --- the counties as a study ---

  private Frames counties() throws IOException {
    StringBuilder months = new StringBuilder("customer_id | month | orders | net_revenue\n");
    Map<String, String> listed = new HashMap<>();
    Map<String, String> joined = new HashMap<>();
    List<String> lines = Files.readAllLines(Project.reference("mpdta/mpdta.csv"));
    List<String> header = List.of(lines.get(0).split(",", -1));
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      String id = cells[header.indexOf("countyreal")];
      BigDecimal amount =
          new BigDecimal(cells[header.indexOf("lemp")])
              .movePointRight(6)
              .setScale(4, RoundingMode.HALF_UP);
      String month = day(Integer.parseInt(cells[header.indexOf("year")]));
      months.append(id + " | " + month + " | 1 | " + amount.toPlainString() + "\n");
      listed.put(id, id + " | 2000-01-01 00:00:00 | " + cells[header.indexOf("lpop")]);
      int group = Integer.parseInt(cells[header.indexOf("first.treat")]);
      if (group > 0) {
        joined.put(id, "club | " + id + " | " + day(group) + " | 1 | true | 1");
      }
    }
    return new Frames(spark())
        .with(CustomerMonths.TABLE, rows(CustomerMonths.TABLE, months.toString()))
        .with(
            Customers.TABLE,
            rows(
                Customers.TABLE,
                "customer_id | registered_at | city\n" + String.join("\n", listed.values())))
        .with(
            Joinings.TABLE,
            rows(
                Joinings.TABLE,
                "program_id | customer_id | joining_month | orders_until_joining | joined_at_order | orders_in_month\n"
                    + String.join("\n", joined.values())));
  }

  private static String day(int year) {
    return FIRST.plusMonths(year - FIRST_YEAR).atDay(1).toString();
  }

  private static Study study(String controls, String... more) {
    return StudyReader.parse(
        """
        study = mpdta, currency = USD, as-of = "2024-05", metrics = [net_revenue]
        sources {
          transactions { format = csv, path = x, columns { transaction_id = a, occurred_at = b, net_amount = c } }
          customers { format = csv, path = x, columns { customer_id = a } }
          enrolments { format = csv, path = x, columns { customer_id = a, enrolled_at = b } }
        }
        programmes.club {}
        segments.lpop = "cast(city as double)"
        before-after { anticipation = 0, pre-months = 9, horizons = [1], controls = %s }
        """
            .formatted(controls),
        "mpdta",
        List.of(more),
        Map.of());
  }
}
