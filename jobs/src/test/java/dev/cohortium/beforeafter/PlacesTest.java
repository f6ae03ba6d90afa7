package dev.cohortium.beforeafter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.table.Effects;
import dev.cohortium.table.GroupTimes;
import java.time.YearMonth;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many places in one run of the job, and what does not fit into one. */
class PlacesTest extends SparkTest {
  private static final int VALUES = 200;
  private static final int CUSTOMERS_OF_A_VALUE = 120;

  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  private static Study study(String first, String lines) {
    return StudyReader.parse(
        """
        study = shop, currency = EUR, as-of = "2023-06", metrics = [orders]
        sources {
          transactions { format = csv, path = x, columns { transaction_id = a, occurred_at = b, net_amount = c } }
          customers { format = csv, path = x, columns { customer_id = a } }
          enrolments { format = csv, path = x, columns { customer_id = a, enrolled_at = b } }
        }
        programmes.club { launched = "%s" }
        segments.town = region
        before-after { horizons = [1], %s }
        """
            .formatted(first, lines),
        "shop",
        List.of(),
        Map.of());
  }

  /**
   * Customers with orders in each of 18 months from January 2022, or from the seventh on. Of three
   * one joins in November 2022 and one in January 2023.
   *
   * @param where which of them are there, by their number and town
   */
  private Frames towns(String where) {
    Dataset<Row> customers =
        spark()
            .range(VALUES * CUSTOMERS_OF_A_VALUE)
            .selectExpr(
                "id",
                "concat('c', id) as customer_id",
                "concat('t', id %% %d) as region".formatted(VALUES),
                "case id div %d %% 3 when 0 then 10 when 1 then 12 end as joined".formatted(VALUES),
                "if(id div %d %% 5 = 0, 5, 0) as acquired".formatted(VALUES))
            .where(where);
    Dataset<Row> months =
        customers
            .selectExpr("*", "explode(sequence(acquired, 17)) as m")
            .selectExpr(
                "customer_id",
                "add_months(date'2022-01-01', m) as month",
                "1 + pmod(xxhash64(id, m, 'orders'), 3) as orders");
    return Shop.frames(customers, months, Shop.Joined.BY_POST);
  }

  /** Effects that are measured, by method, variant and estimand, of one value of a segment. */
  private static Map<String, Row> effects(Frames found, String segment) {
    Map<String, Row> effects = new HashMap<>();
    found
        .get(Effects.TABLE)
        .where(
            "status = 'measured' and variant != 'winsorised' and segment = '%s'".formatted(segment))
        .collectAsList()
        .forEach(
            row ->
                effects.put(
                    row.getAs(Effects.METHOD)
                        + row.<String>getAs(Effects.VARIANT)
                        + row.getAs(Effects.ESTIMAND),
                    row));
    return effects;
  }

  @Test
  void two_hundred_values_of_a_segment_are_each_what_they_are_alone() {
    Frames together =
        new BeforeAfterJob().run(towns("true"), study("2022-11-01", "segments = [town]"));
    // Raw and balanced, of the event study and the seasonal view; at the launch; naive around
    // joining.
    int kinds = 6;
    assertThat(
            together
                .get(Effects.TABLE)
                .where("segment_by = 'town' and status = 'measured' and variant != 'winsorised'")
                .groupBy("segment")
                .count()
                .where("count = " + kinds)
                .count())
        .isEqualTo(VALUES);
    for (String town : List.of("t3", "t198")) {
      Frames alone =
          new BeforeAfterJob()
              .run(towns("region = '%s'".formatted(town)), study("2022-11-01", "segments = []"));
      Map<String, Row> expected = effects(alone, "all");
      Map<String, Row> found = effects(together, town);
      assertThat(found.keySet()).isEqualTo(expected.keySet()).hasSize(kinds);
      expected.forEach(
          (key, row) -> {
            for (String number : List.of(Effects.ESTIMATE, Effects.STD_ERROR, Effects.BASELINE)) {
              assertThat(found.get(key).<Double>getAs(number))
                  .as(town + " " + key + " " + number)
                  .isCloseTo(row.<Double>getAs(number), within(1e-12));
            }
            assertThat(found.get(key).<Long>getAs(Effects.TREATED))
                .isEqualTo(row.<Long>getAs(Effects.TREATED));
          });
      assertThat(months(together, town)).isEqualTo(months(alone, "all")).isPositive();
    }
  }

  private static long months(Frames found, String segment) {
    return found.get(GroupTimes.TABLE).where("segment = '%s'".formatted(segment)).count();
  }

  @Test
  void more_months_than_fit_are_refused_and_a_later_first_month_is_not() {
    // Ten years, in each month of which somebody joins.
    Dataset<Row> customers =
        spark()
            .range(120)
            .selectExpr(
                "concat('c', id) as customer_id", "'t' as region", "int(id) - 102 as joined");
    Dataset<Row> months =
        customers.selectExpr("customer_id", "date'2013-07-01' as month", "1 as orders");
    Frames ten = Shop.frames(customers, months, Shop.Joined.BY_POST);
    assertThatThrownBy(() -> new BeforeAfterJob().run(ten, study("2013-07-01", "segments = []")))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("over 120 months, in 118 of which somebody joined")
        .hasMessageContaining("Name a later month in before-after.since");
    Frames later =
        new BeforeAfterJob().run(ten, study("2013-07-01", "since = \"2022-07\", segments = []"));
    // In the two first months, and the 108 before them.
    assertThat(effectsReason(later)).startsWith("Of 120 members 1 joined in the last month");
    assertThat(effectsReason(later)).contains("110 joined before the first month that could be");
  }

  @Test
  void what_all_tasks_hold_at_once_is_what_may_not_be_more_than_half_the_heap() {
    // 64 bytes: 32 in all, 8 for each of 4 tasks, of which 2 tell effects and 6 hold sums thrice.
    Room room = new Room(64, 4);
    assertThat(room.ofEffects()).isEqualTo(8);
    assertThat(room.ofSums(2)).isEqualTo(2);
    assertThat(room.ofSums(9)).isZero();
    assertThat(room.alone().ofEffects()).isEqualTo(32);
    // An eighth in 4 tasks.
    assertThat(room.handedOn()).isEqualTo(2);
  }

  @Test
  void sums_are_refused_where_effects_alone_would_fit() {
    Study whole = study("2022-11-01", "segments = []");
    Window window = Window.of(whole, "club", YearMonth.of(2022, 1));
    long effects = EventStudy.bytes(window.design(), List.of(10, 12), window.months());
    Room room = new Room(2 * effects, 2);
    assertThatThrownBy(() -> tables(whole, room))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("the sums of all 'all' by month of joining")
        .hasMessageContaining("are more than 0 MB")
        .hasMessageContaining("give more with --memory");
    // With a segment two tasks tell effects at once, and neither fits.
    assertThatThrownBy(() -> tables(study("2022-11-01", "segments = [town]"), room))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("over 18 months, in 2 of which somebody joined");
  }

  private void tables(Study study, Room room) {
    Frames in = towns("id % 20 = 0");
    Lives lives = new Lives(in, study);
    new Comparing(in, study, "club", "before-after", lives, lives.survey(), room).tables();
  }

  private static String effectsReason(Frames found) {
    return found
        .get(Effects.TABLE)
        .where("method = 'event_study' and variant = 'raw'")
        .collectAsList()
        .get(0)
        .getAs(Effects.REASON);
  }

  @Test
  void a_later_first_month_changes_nothing_that_is_measured_after_it() {
    Frames all = new BeforeAfterJob().run(towns("id % 20 = 0"), study("2022-11-01", ""));
    Frames since =
        new BeforeAfterJob().run(towns("id % 20 = 0"), study("2022-11-01", "since = \"2022-05\""));
    // The first cohort's first month is May 2022, five months before its base and joining.
    Row expected = effects(all, "all").get("event_studyrawjoin_vs_stay_out");
    Row found = effects(since, "all").get("event_studyrawjoin_vs_stay_out");
    for (String number : List.of(Effects.ESTIMATE, Effects.STD_ERROR)) {
      assertThat(found.<Double>getAs(number))
          .isCloseTo(expected.<Double>getAs(number), within(1e-12));
    }
    assertThat(found.<Long>getAs(Effects.TREATED)).isEqualTo(expected.<Long>getAs(Effects.TREATED));
  }
}
