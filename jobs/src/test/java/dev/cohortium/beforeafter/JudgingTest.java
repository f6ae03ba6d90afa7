package dev.cohortium.beforeafter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.LaunchRegion;
import dev.cohortium.stats.RegionalLaunch;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Controls;
import java.sql.Date;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
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
  private static final int CHECK = 1;
  private static final int THRESHOLD = 3;
  private static final int OUTCOME = 4;
  private static final int NOTE = 5;

  /** At an order. */
  private static final OrderHazards NOBODY_JOINS = new OrderHazards(new double[40], new double[40]);

  private static final Stopping NOBODY_STOPS = new Stopping(0, 2, 6);

  private static Window window(int preMonths, int inactiveMonths, int horizon) {
    return new Window(
        YearMonth.of(2022, 1),
        StaggeredDesign.of(14, preMonths).with(Base.UNIVERSAL),
        List.of(horizon),
        inactiveMonths,
        Map.of(),
        Window.UNKNOWN);
  }

  private static Judging judging(
      Window window, Map<Fate, Long> fates, Optional<Reaction> reaction) {
    return new Judging(
        "club", window, Place.ALL, fates, 0, reaction, NOBODY_JOINS, NOBODY_STOPS, 0);
  }

  /** Those who join in September, in December and never. */
  private static Effect effect(Window window, Metric metric, int early, int late, int never) {
    Map<Fate, Long> fates = new EnumMap<>(Map.of(Fate.COMPARED, (long) early + late));
    return judged(fates, window, metric, early, late, never);
  }

  private static Effect judged(
      Map<Fate, Long> fates, Window window, Metric metric, int early, int late, int never) {
    JoiningCohorts cohorts = JoiningCohorts.none(window.design(), 1);
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < early + late + never; i++) {
      int joined = i < early ? 8 : i < early + late ? 11 : StaggeredDesign.NEVER;
      double[] months = random.doubles(14).toArray();
      cohorts.add(joined, -20, 0, new double[][] {months});
    }
    EventStudy study = EventStudy.of(cohorts, window.design(), 0);
    Judging judging = judging(window, fates, Optional.empty());
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

  // --- what was seen before joining ---

  /** Effects of those who join in September, alike, and in December, who rise on their own. */
  private static List<Effect> rising(Window window) {
    JoiningCohorts cohorts = JoiningCohorts.none(window.design(), 1);
    SplittableRandom random = new SplittableRandom(12);
    for (int i = 0; i < 240; i++) {
      int joined = i < 60 ? 8 : i < 120 ? 11 : StaggeredDesign.NEVER;
      double[] months = random.doubles(14).toArray();
      for (int month = 0; month < months.length; month++) {
        months[month] += (joined == 11 ? month : 0) + (month > joined ? 5 : 0);
      }
      cohorts.add(joined, -20, 0, new double[][] {months});
    }
    Studied studied =
        Studied.of(Variant.EVENT_STUDY, EventStudy.of(cohorts, window.design(), 0), window);
    Judging judging = judging(window, Map.of(), Optional.empty());
    judging.add(new Measured(Metric.ORDERS), studied);
    return judging.effects();
  }

  private static Row check(Effect effect, String name) {
    return effect.checks("before-after", LocalDate.of(2023, 2, 28), "run").stream()
        .filter(row -> row.getString(CHECK).equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_balanced_effect_is_judged_by_the_months_before_of_its_own_cohorts() {
    // Five months after joining only those of September are seen.
    Window six = window(6, 6, 5);
    StaggeredDesign design = six.design().with(Controls.NEVER_JOINED);
    List<Effect> effects =
        rising(new Window(six.first(), design, six.horizons(), 6, Map.of(), Window.UNKNOWN));
    assertThat(check(effects.get(0), Checks.PRE_TREND).getString(OUTCOME)).isEqualTo("failed");
    assertThat(check(effects.get(1), Checks.PRE_TREND).getString(OUTCOME)).isEqualTo("passed");
    // By hand: of 6 months before joining the last is anticipation and the one before it the base.
    assertThat(check(effects.get(1), Checks.PRE_TREND).getString(NOTE))
        .endsWith(
            " The test has 3 degrees of freedom; with before-after.pre-months = 9 it has up to 6.");
  }

  @Test
  void a_reaction_that_could_not_have_been_seen_is_none_that_is_not_there() {
    JoiningCohorts cohorts = JoiningCohorts.none(window(6, 6, 2).design(), 1);
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 200; i++) {
      int joined = i < 100 ? 8 : StaggeredDesign.NEVER;
      double[] months = random.doubles(14).map(value -> 10 + value).toArray();
      months[9] += i < 100 ? 1 : 0;
      months[10] += i < 100 ? 1 : 0;
      cohorts.add(joined, -20, 0, new double[][] {months});
    }
    Window window = window(6, 6, 2);
    Studied studied =
        Studied.of(Variant.EVENT_STUDY, EventStudy.of(cohorts, window.design(), 0), window);
    // By hand: at .025 each and a power of .8, (2.2414 + .8416) errors of orders; 2 orders a month.
    for (double error : new double[] {0.05, 0.1}) {
      Reaction reaction = new Reaction(Estimate.normal(0, 1), Estimate.normal(0.01, error), 2);
      Judging judging = judging(window, Map.of(), Optional.of(reaction));
      judging.add(new Measured(Metric.ITEMS), studied);
      Effect effect = judging.effects().get(0);
      Row check = check(effect, Checks.DETECTABLE_REACTION);
      assertThat(check(effect, Checks.REACTION).getString(OUTCOME)).isEqualTo("passed");
      assertThat(check.getDouble(THRESHOLD))
          .isCloseTo(3.083 * error / 2 * effect.found().baseline(), within(1e-3));
      // The effect is about 1 of 10.5, the threshold .81 or 1.62.
      assertThat(check.getString(OUTCOME)).isEqualTo(error < 0.07 ? "passed" : "inconclusive");
    }
  }

  @Test
  void two_looks_at_joining_are_two_tests() {
    // By hand: z = 2.17 has p = .03, twice that is above .05; of one look it is below.
    Estimate seen = Estimate.normal(2.17, 1);
    assertThat(new Reaction(seen, Estimate.normal(0, 1), 1).isThere()).isFalse();
    assertThat(new Reaction(seen, seen, 1).isThere()).isTrue();
    assertThat(new Reaction(Estimate.normal(2.5, 1), Estimate.normal(0, 1), 1).pValue())
        .isCloseTo(0.0248, within(1e-4));
  }

  @Test
  void a_horizon_that_the_same_month_a_year_before_cannot_be_looked_at_for_says_so() {
    Window window =
        new Window(
            YearMonth.of(2022, 1),
            StaggeredDesign.of(40, 12).with(Base.SEASONAL),
            List.of(10, 12),
            6,
            Map.of(),
            Window.UNKNOWN);
    JoiningCohorts cohorts = JoiningCohorts.none(window.design(), 1);
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 100; i++) {
      int joined = i < 40 ? 15 : StaggeredDesign.NEVER;
      cohorts.add(joined, -20, 0, new double[][] {random.doubles(40).toArray()});
    }
    Studied studied =
        Studied.of(Variant.SEASONAL, EventStudy.of(cohorts, window.design(), 0), window);
    Map<Fate, Long> fates = new EnumMap<>(Map.of(Fate.COMPARED, 40L));
    Judging judging = judging(window, fates, Optional.empty());
    judging.add(new Measured(Metric.ORDERS), studied);
    assertThat(judging.effects().get(0).isMeasured()).isTrue();
    assertThat(row(judging.effects().get(2)).getString(REASON))
        .isEqualTo(
            "11 months after joining the same month one year before is no month before joining, and that of two years before is looked at with before-after.pre-months = 14 only.");
  }

  @Test
  void a_number_of_members_that_is_too_small_does_not_follow_from_what_is_told_of_a_segment() {
    Map<Fate, Long> fates = new EnumMap<>(Map.of(Fate.COMPARED, 97L, Fate.TOO_FEW, 3L));
    Checks segment = new Checks(Optional.empty(), NOBODY_JOINS, NOBODY_STOPS, fates, 2, 5);
    // 97 / 100 and 97 would tell the 3.
    assertThat(segment.attrition(97).value()).isNull();
    assertThat(segment.attrition(97).outcome()).isEqualTo(Effect.PASSED);
    assertThat(segment.attrition(97).note())
        .isEqualTo(
            "Of the members 97 are in the cohort of their joining month, fewer than 5 joined in a month with too few members to be a cohort. Of all of them fewer than 5 left again and still count: the effect is that of having joined. This effect is of 97.");
  }

  @Test
  void where_no_number_of_members_is_too_small_all_of_them_are_told_of_a_segment() {
    Map<Fate, Long> fates = new EnumMap<>(Map.of(Fate.COMPARED, 95L, Fate.TOO_FEW, 5L));
    Checks segment = new Checks(Optional.empty(), NOBODY_JOINS, NOBODY_STOPS, fates, 0, 5);
    assertThat(segment.attrition(95).value()).isEqualTo(0.95);
    assertThat(segment.attrition(95).note())
        .isEqualTo(
            "Of 100 members 95 are in the cohort of their joining month, 5 joined in a month with too few members to be a cohort. This effect is of 95.");
    // Of the 95 some are in no month that the effect is of: their share would tell how many.
    assertThat(segment.attrition(4).value()).isNull();
    assertThat(segment.attrition(4).note()).endsWith(" This effect is of fewer than 5.");
  }

  @Test
  void an_effect_of_launches_by_region_is_told_beside_what_would_have_been_without() {
    Window window = window(6, 6, 2);
    SplittableRandom random = new SplittableRandom(10);
    List<LaunchRegion> regions = new ArrayList<>();
    for (int region = 0; region < 60; region++) {
      int launch = region % 2 == 0 ? 8 : StaggeredDesign.NEVER;
      double[] sums = random.doubles(14).map(value -> 1_000 + 50 * value).toArray();
      for (int month = 9; month < 14 && region % 2 == 0; month++) {
        sums[month] += 300;
      }
      regions.add(LaunchRegion.ofSums(launch, 100, new double[][] {sums}));
    }
    Judging judging = judging(window, Map.of(), Optional.empty());
    judging.addByRegion(
        new Measured(Metric.ORDERS), 2, RegionalLaunch.of(window.design().upTo(2), regions, 0, 1));
    Effect effect = judging.effects().get(0);
    // By hand: 100 customers of 10.25 each, and 3 more from the month after the launch on.
    assertThat(effect.found().baseline()).isCloseTo(10.25, within(0.1));
    assertThat(((Estimate) effect.found().relative().effect()).value())
        .isCloseTo(3 / 10.25, within(0.02));
  }

  private static List<String> outcomes(Effect effect, String check) {
    return effect.checks("job", LocalDate.EPOCH, "run").stream()
        .filter(row -> row.getString(1).equals(check))
        .map(row -> row.getString(4))
        .toList();
  }

  @Test
  void an_effect_on_less_than_half_of_the_members_is_not_believed() {
    Map<Fate, Long> half = new EnumMap<>(Map.of(Fate.COMPARED, 60L, Fate.ALWAYS_MEMBERS, 60L));
    Effect effect = judged(half, window(6, 6, 2), Metric.ORDERS, 30, 30, 60);
    assertThat(outcomes(effect, Checks.ATTRITION)).containsExactly(Effect.PASSED);
    Map<Fate, Long> few = new EnumMap<>(Map.of(Fate.COMPARED, 60L, Fate.ALWAYS_MEMBERS, 61L));
    effect = judged(few, window(6, 6, 2), Metric.ORDERS, 30, 30, 60);
    assertThat(outcomes(effect, Checks.ATTRITION)).containsExactly(Effect.INCONCLUSIVE);
    assertThat(effect.credibility()).isEqualTo("D");
  }

  /**
   * Of 80 who join in September 20 are in a stratum in which 4 stay out: too few by one. All have 7
   * more in each month from September on than two months before.
   */
  private static JoiningCohorts strata(Window window) {
    JoiningCohorts cohorts = JoiningCohorts.none(window.design(), 1);
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < 144; i++) {
      double[] months = random.doubles(14).toArray();
      for (int month = 8; month < 14; month++) {
        months[month] = months[month - 2] + 7;
      }
      int stratum = i >= 60 && i < 84 ? 1 : 0;
      cohorts.add(i < 80 ? 8 : StaggeredDesign.NEVER, -20, stratum, new double[][] {months});
    }
    return cohorts;
  }

  @Test
  void members_whose_stratum_has_nobody_to_compare_are_counted_in_a_check() {
    Window window = window(6, 6, 2);
    EventStudy study = EventStudy.of(strata(window), window.design(), 0);
    Map<Fate, Long> fates = new EnumMap<>(Map.of(Fate.COMPARED, 80L));
    Judging judging = judging(window, fates, Optional.empty());
    judging.add(new Measured(Metric.ORDERS), Studied.of(Variant.STRATIFIED, study, window));
    Effect effect = judging.effects().get(0);
    Row check =
        effect.checks("job", LocalDate.EPOCH, "run").stream()
            .filter(row -> row.getString(1).equals(Checks.DROPPED))
            .findFirst()
            .orElseThrow();
    assertThat(check.getDouble(2)).isEqualTo(20.0 / 80);
    assertThat(check.getString(4)).isEqualTo(Effect.INCONCLUSIVE);
    assertThat(effect.row("job", LocalDate.EPOCH, "run").<Long>getAs(28)).isEqualTo(60);
  }

  @Test
  void a_cohort_is_compared_only_where_an_effect_on_it_is_told() {
    Window window = window(6, 6, 2);
    JoiningCohorts cohorts = JoiningCohorts.none(window.design(), 1);
    SplittableRandom random = new SplittableRandom(9);
    // Nobody stays out: who joined in December serve those of September until October.
    for (int i = 0; i < 60; i++) {
      int joined = i < 30 ? 8 : 11;
      cohorts.add(joined, -20, 0, new double[][] {random.doubles(14).toArray()});
    }
    GroupTimeEffects effects = EventStudy.of(cohorts, window.design(), 0).effects();
    assertThat(Fate.ofCohort(8, 30, effects)).isEqualTo(Fate.COMPARED);
    assertThat(Fate.ofCohort(8, 4, effects)).isEqualTo(Fate.TOO_FEW);
    assertThat(Fate.ofCohort(11, 30, effects)).isEqualTo(Fate.COMPARISON_ONLY);
    assertThat(Fate.ofCohort(13, 30, effects)).isEqualTo(Fate.NOT_YET_SEEN);

    // Who stay out were acquired too late to be compared with those of September.
    JoiningCohorts apart = JoiningCohorts.none(window.design(), 1);
    for (int i = 0; i < 60; i++) {
      double[][] months = {random.doubles(14).toArray()};
      apart.add(i < 30 ? 8 : StaggeredDesign.NEVER, i < 30 ? -20 : 5, 0, months);
    }
    effects = EventStudy.of(apart, window.design(), 0).effects();
    assertThat(Fate.ofCohort(8, 30, effects)).isEqualTo(Fate.NOBODY_ELSE);
  }

  @Test
  void members_alone_changed_as_much_as_the_effect_and_others_together() {
    Window window = window(6, 6, 2);
    JoiningCohorts cohorts = strata(window);
    GroupTimeEffects corrected = EventStudy.of(cohorts, window.design(), 0).effects();
    GroupTimeEffects alone = EventStudy.alone(cohorts, window.design(), 0).effects();
    assertThat(alone.cells()).hasSameSizeAs(corrected.cells());
    for (int place = 0; place < alone.cells().size(); place++) {
      GroupTimeEffects.Cell one = corrected.cells().get(place);
      GroupTimeEffects.Cell other = alone.cells().get(place);
      assertThat(List.of(other.joined(), other.month(), other.base()))
          .isEqualTo(List.of(one.joined(), one.month(), one.base()));
      assertThat(other.treated()).isEqualTo(one.treated()).isEqualTo(60);
      assertThat(other.level()).isEqualTo(one.level());
      if (one.month() == 8) {
        // Two months after the base, for all.
        assertThat(other.effect()).isCloseTo(7, within(1e-12));
        assertThat(one.effect()).isCloseTo(0, within(1e-12));
      }
    }
  }
}
