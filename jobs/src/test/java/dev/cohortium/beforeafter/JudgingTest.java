package dev.cohortium.beforeafter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Base;
import java.sql.Date;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** What is said of effects of a few customers, known long before a panel of 14 months. */
class JudgingTest {
  private static final int START = 14;
  private static final int END = 15;
  private static final int STATUS = 30;
  private static final int REASON = 31;

  private static Window window(int preMonths, int inactiveMonths, int horizon) {
    return new Window(
        YearMonth.of(2022, 1),
        StaggeredDesign.of(14, preMonths).withAnticipation(1).with(Base.UNIVERSAL),
        List.of(horizon),
        inactiveMonths,
        Map.of(),
        Window.UNKNOWN);
  }

  /** Those who join in September, in December and never. */
  private static Effect effect(Window window, Metric metric, int early, int late, int never) {
    JoiningCohorts cohorts = JoiningCohorts.none(window.design(), 1);
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < early + late + never; i++) {
      int joined = i < early ? 8 : i < early + late ? 11 : StaggeredDesign.NEVER;
      double[] months = random.doubles(14).toArray();
      cohorts.add(joined, -20, 0, new double[][] {months});
    }
    EventStudy study = EventStudy.of(cohorts, window.design(), 0);
    Map<Fate, Long> fates = new EnumMap<>(Map.of(Fate.COMPARED, (long) early + late));
    Judging judging =
        new Judging(
            "club", window, Place.ALL, fates, 0, Optional.empty(), 0, new Stopping(0, 2, 6), 0);
    judging.add(new Measured(metric), Studied.of(Variant.EVENT_STUDY, study, window));
    return judging.effects().get(0);
  }

  private static Row row(Effect effect) {
    return effect.row("before-after", LocalDate.of(2023, 2, 28), "run");
  }

  @Test
  void a_month_of_too_few_members_leaves_a_horizon_unmeasured() {
    // Two months after joining all 40 are seen, three after it only the 10 of September.
    assertThat(effect(window(6, 6, 2), Metric.ORDERS, 10, 30, 60).isMeasured()).isTrue();
    assertThat(row(effect(window(6, 6, 3), Metric.ORDERS, 10, 30, 60)).getString(REASON))
        .isEqualTo(
            "In one of the months 10 members could be compared; fewer than 25 tell no effect.");
  }

  @Test
  void too_few_customers_in_all_leave_an_effect_unmeasured() {
    assertThat(row(effect(window(6, 6, 2), Metric.ORDERS, 30, 0, 15)).getString(REASON))
        .isEqualTo(
            "In one of the months 45 customers could be compared; fewer than 50 tell no error.");
    assertThat(effect(window(6, 6, 2), Metric.ORDERS, 30, 0, 25).isMeasured()).isTrue();
  }

  @Test
  void an_effect_says_in_which_months_it_was_measured() {
    Row two = row(effect(window(6, 6, 2), Metric.ORDERS, 30, 30, 60));
    // The first month after September 2022, the second after December.
    assertThat(two.getDate(START)).isEqualTo(Date.valueOf("2022-10-01"));
    assertThat(two.getDate(END)).isEqualTo(Date.valueOf("2023-02-28"));
    Row three = row(effect(window(6, 6, 3), Metric.ORDERS, 10, 30, 60));
    assertThat(three.get(START)).isNull();
  }

  @Test
  void having_churned_is_told_of_months_in_which_that_could_be_only() {
    // The base of September is July, month 6; who joins was known from February on, or before.
    assertThat(row(effect(window(6, 6, 2), Metric.CHURNED_RATE, 30, 30, 60)).getString(STATUS))
        .isEqualTo("unsupported");
    assertThat(effect(window(6, 4, 2), Metric.CHURNED_RATE, 30, 30, 60).isSupported()).isTrue();
    // Since December of the year before, which is not in the panel.
    assertThat(effect(window(10, 8, 2), Metric.CHURNED_RATE, 30, 30, 60).isSupported()).isFalse();
    assertThat(effect(window(10, 7, 2), Metric.CHURNED_RATE, 30, 30, 60).isSupported()).isTrue();
  }
}
