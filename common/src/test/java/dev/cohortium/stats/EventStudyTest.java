package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Controls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventStudyTest {
  private static final StaggeredDesign NOT_YET = Counties.design();
  private static final StaggeredDesign NEVER = NOT_YET.with(Controls.NEVER_JOINED);
  private static final StaggeredDesign PLANTED = StaggeredDesign.of(14, 9);

  @Test
  void every_effect_error_and_aggregate_agrees_with_R() {
    // R 4.2.2, did 2.5.1, att_gt and aggte without bootstrap: mpdta/reference.json.
    Counties counties = Counties.all();
    Mpdta.agree("nevertreated|none|dr|varying", counties.study(NEVER));
    Mpdta.agree("notyettreated|none|dr|varying", counties.study(NOT_YET));
    Mpdta.agree("nevertreated|none|dr|universal", counties.study(NEVER.with(Base.UNIVERSAL)));
    Mpdta.agree("notyettreated|none|dr|universal", counties.study(NOT_YET.with(Base.UNIVERSAL)));
    Mpdta.agree(
        "nevertreated|none|dr|varying|anticipation1",
        counties.study(Counties.anticipating(1, NEVER)));
    Mpdta.agree(
        "notyettreated|none|dr|varying|anticipation1",
        counties.study(Counties.anticipating(1, NOT_YET)));
  }

  @Test
  void counties_that_all_join_in_the_end_agree_with_R() {
    Counties joiners = Counties.all().where(joined -> joined != StaggeredDesign.NEVER);
    Mpdta.agree("notyettreated|none|dr|varying|no_never_treated_rows", joiners.study(NOT_YET));
  }

  @Test
  void counties_without_a_gap_agree_with_R() {
    Counties counties = Counties.balanced();
    assertThat(counties.joined).hasSize(426);
    Mpdta.agree("unbalanced_balanced_by_dropping|nevertreated|none|dr", counties.study(NEVER));
  }

  @Test
  void all_covariances_agree_with_R() {
    // mpdta/reference.json, V_over_n of the two variants.
    Counties counties = Counties.all();
    Mpdta.agreeInCovariances("nevertreated|none|dr|varying", counties.study(NEVER));
    Mpdta.agreeInCovariances("notyettreated|none|dr|varying", counties.study(NOT_YET));
  }

  @Test
  void the_test_of_all_effects_before_joining_agrees_with_R() {
    Counties counties = Counties.all();
    Mpdta.agreeInWald("nevertreated|none|dr|varying", counties.study(NEVER).beforeJoining());
    Mpdta.agreeInWald("notyettreated|none|dr|varying", counties.study(NOT_YET).beforeJoining());
    Mpdta.agreeInWald(
        "notyettreated|none|dr|universal",
        counties.study(NOT_YET.with(Base.UNIVERSAL)).beforeJoining());
    Mpdta.agreeInWald(
        "notyettreated|none|dr|varying|anticipation1",
        counties.study(Counties.anticipating(1, NOT_YET)).beforeJoining());
  }

  @Test
  void the_chance_of_the_weights_counts() {
    // exact.md: mpdta, not yet treated, simple aggregate, .012052 with it and .011695 without.
    EventStudy study = Counties.all().study(NOT_YET);
    GroupTimeEffects effects = study.effects();
    LinearForm simple = effects.aggregates().simple(0).orElseThrow();
    JointEffects each = study.joint(effects.aggregates().each());
    double fixed = 0;
    for (int one = 0; one < each.size(); one++) {
      for (int other = 0; other < each.size(); other++) {
        fixed += simple.ofCells()[one] * simple.ofCells()[other] * each.covariance(one, other);
      }
    }
    assertThat(Math.sqrt(fixed)).isCloseTo(.011695, within(5e-7));
    double error = References.measured(study.joint(List.of(simple)).effect(0)).stdError();
    assertThat(error).isCloseTo(.012052, within(5e-7));
  }

  @Test
  void difference_in_differences_at_a_launch_agrees_with_R() {
    // mpdta/reference.json, two_by_two_2007: did and hc0, 2006 and 2007 only.
    Counties counties =
        Counties.all().where(joined -> joined == 4 || joined == StaggeredDesign.NEVER);
    StaggeredDesign design = StaggeredDesign.twoByTwo();
    JoiningCohorts cohorts = JoiningCohorts.none(design, 1);
    for (int i = 0; i < counties.joined.length; i++) {
      int joined = counties.joined[i] == 4 ? 1 : StaggeredDesign.NEVER;
      double[] periods = {counties.employment[i][3], counties.employment[i][4]};
      cohorts.add(joined, -9, 0, new double[][] {periods});
    }
    Estimate effect = References.measured(EventStudy.of(cohorts, design, 0).effect(0));
    References.agree(effect.value(), References.number(Mpdta.FILE, "two_by_two_2007", "did"));
    References.agree(effect.stdError(), References.number(Mpdta.FILE, "two_by_two_2007", "hc0"));
  }

  @Test
  void strata_late_acquisition_and_every_design_follow_the_definition() {
    for (long seed = 1; seed <= 6; seed++) {
      StaggeredWorld world = StaggeredWorld.mixed(400, 9, seed);
      for (Controls controls : List.of(Controls.NEVER_JOINED, Controls.NOT_YET_JOINED)) {
        for (Base base : List.of(Base.VARYING, Base.UNIVERSAL)) {
          StaggeredDesign design =
              Counties.anticipating(
                  (int) (seed % 3), StaggeredDesign.of(9, 5).with(controls).with(base));
          follows(world, design);
          follows(world.pooled(), design);
        }
      }
    }
  }

  private static void follows(StaggeredWorld world, StaggeredDesign design) {
    EventStudy study = world.study(design);
    GroupTimeEffects effects = study.effects();
    assertThat(effects.cells()).isNotEmpty();
    List<LinearForm> forms = new ArrayList<>(effects.aggregates().each());
    forms.addAll(effects.aggregates().byEventMonth().values());
    forms.addAll(effects.aggregates().byCohort(1).values());
    effects.aggregates().simple(1).ifPresent(forms::add);
    effects.aggregates().overCohorts(1).ifPresent(forms::add);
    forms.addAll(effects.levels().each());
    forms.addAll(effects.levels().byEventMonth().values());
    effects.levels().overCohorts(1).ifPresent(forms::add);
    JointEffects found = study.joint(forms);
    JointEffects expected = world.byDefinition(effects, forms);
    for (int one = 0; one < forms.size(); one++) {
      double scale = expected.covariance(one, one);
      for (int other = 0; other < forms.size(); other++) {
        double both = Math.sqrt(scale * expected.covariance(other, other));
        assertThat(found.covariance(one, other))
            .isCloseTo(expected.covariance(one, other), within(1e-9 * both));
      }
    }
  }

  @Test
  void customers_whose_stratum_has_too_few_controls_are_dropped_and_counted() {
    StaggeredDesign design = StaggeredDesign.of(6, 4).with(Controls.NEVER_JOINED);
    JoiningCohorts cohorts = JoiningCohorts.none(design, 1);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 40; i++) {
      int joined = i % 2 == 0 ? 4 : StaggeredDesign.NEVER;
      cohorts.add(joined, -9, 0, new double[][] {random.doubles(6).toArray()});
    }
    for (int i = 0; i < 7; i++) {
      int joined = i < 3 ? 4 : StaggeredDesign.NEVER;
      cohorts.add(joined, -9, 1, new double[][] {random.doubles(6).toArray()});
    }
    assertThat(EventStudy.of(cohorts, design, 0).effects().cells())
        .isNotEmpty()
        .allMatch(cell -> cell.treated() == 20 && cell.dropped() == 3 && cell.controls() == 20);
  }

  @Test
  void effects_that_cannot_be_told_have_a_reason() {
    StaggeredDesign design = StaggeredDesign.of(6, 4);
    JoiningCohorts cohorts = JoiningCohorts.none(design, 1);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 24; i++) {
      int joined = i < 4 ? 3 : i < 20 ? 4 : StaggeredDesign.NEVER;
      cohorts.add(joined, -9, 0, new double[][] {random.doubles(6).toArray()});
    }
    GroupTimeEffects effects = EventStudy.of(cohorts, design, 0).effects();
    assertThat(effects.cells()).isEmpty();
    assertThat(effects.gaps())
        .anyMatch(
            gap ->
                gap.joined() == 3
                    && gap.reason()
                        .equals("The cohort has 4 customers; fewer than 5 tell nothing."))
        .anyMatch(
            gap ->
                gap.joined() == 4
                    && gap.reason()
                        .equals(
                            "Of the cohort's 16 customers 0 have 5 controls or more; fewer than 5"
                                + " tell nothing."));
    assertThat(effects.aggregates().simple(1)).isEmpty();
    assertThat(effects.aggregates().overCohorts(1)).isEmpty();
    assertThat(Aggregates.mean(effects.aggregates().byEventMonth(), 1, 2)).isEmpty();
    assertThat(EventStudy.of(JoiningCohorts.none(design, 1), design, 0).effects().cells())
        .isEmpty();
  }

  @Test
  void what_never_varies_is_unmeasured() {
    StaggeredDesign design = StaggeredDesign.twoByTwo();
    JoiningCohorts cohorts = JoiningCohorts.none(design, 1);
    for (int i = 0; i < 20; i++) {
      int joined = i < 10 ? 1 : StaggeredDesign.NEVER;
      cohorts.add(joined, -9, 0, new double[][] {{1, 2}});
    }
    EventStudy study = EventStudy.of(cohorts, design, 0);
    assertThat(study.effect(0)).isInstanceOf(Unmeasured.class);
    assertThat(study.joint(study.effects().aggregates().each()).effect(0))
        .isInstanceOf(Unmeasured.class);
  }

  @Test
  void shifts_of_a_month_or_of_a_customer_change_nothing_and_units_scale() {
    StaggeredWorld world = StaggeredWorld.mixed(300, 9, 11).pooled();
    double[][] moved = new double[world.months.length][];
    Arrays.setAll(
        moved,
        i -> {
          double[] path = world.months[i].clone();
          Arrays.setAll(path, month -> 3 * path[month] + 1e4 * month + 100.0 * i);
          return path;
        });
    StaggeredWorld shifted = new StaggeredWorld(world.joined, world.acquired, world.stratum, moved);
    StaggeredDesign design = StaggeredDesign.of(9, 5);
    EventStudy one = world.study(design);
    EventStudy other = shifted.study(design);
    for (int place = 0; place < one.effects().cells().size(); place++) {
      Estimate expected = References.measured(one.effect(place));
      Estimate found = References.measured(other.effect(place));
      double error = expected.stdError();
      assertThat(found.value()).isCloseTo(3 * expected.value(), within(1e-9 * error));
      assertThat(found.stdError()).isCloseTo(3 * error, within(1e-7 * error));
    }
  }

  @Test
  void an_offset_changes_nothing_but_spares_digits() {
    StaggeredWorld world = StaggeredWorld.mixed(300, 9, 12).pooled();
    StaggeredDesign design = StaggeredDesign.of(9, 5);
    double[][] offsets = {{10, 20, 30, 40, 50, 60, 70, 80, 90}};
    JoiningCohorts around = world.add(JoiningCohorts.around(design, offsets), 0, 300);
    for (Controls controls : Controls.values()) {
      EventStudy expected = world.study(design.with(controls));
      EventStudy found = EventStudy.of(around, design.with(controls), 0);
      for (int place = 0; place < expected.effects().cells().size(); place++) {
        Estimate one = References.measured(expected.effect(place));
        Estimate other = References.measured(found.effect(place));
        assertThat(other.value()).isCloseTo(one.value(), within(1e-10 * one.stdError()));
        References.agree(other.stdError(), one.stdError());
      }
    }
  }

  @Test
  void the_naive_change_is_the_cohorts_own() {
    StaggeredWorld world = StaggeredWorld.mixed(300, 9, 13).pooled();
    EventStudy study = world.study(StaggeredDesign.of(9, 5).with(Controls.NOBODY));
    for (int place = 0; place < study.effects().cells().size(); place++) {
      Cell cell = study.effects().cells().get(place);
      double[] changes =
          IntStream.range(0, 300)
              .filter(i -> world.joined[i] == cell.joined())
              .filter(i -> world.acquired[i] <= cell.joined() - 5)
              .mapToDouble(i -> world.months[i][cell.month()] - world.months[i][cell.base()])
              .toArray();
      Moments moments = Moments.of(changes);
      Estimate found = References.measured(study.effect(place));
      References.agree(found.value(), moments.mean());
      double n = changes.length;
      References.agree(
          found.stdError(), moments.meanEstimate().stdError() * Math.sqrt((n - 1) / n));
      assertThat(cell.controls()).isZero();
    }
  }

  @Test
  void designs_that_do_not_fit_the_sums_are_refused() {
    StaggeredDesign design = StaggeredDesign.of(9, 5);
    JoiningCohorts cohorts = JoiningCohorts.none(design, 2);
    assertThatThrownBy(() -> EventStudy.of(cohorts, design, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("metric is 2, must be at most 1");
    assertThatThrownBy(() -> EventStudy.of(cohorts, StaggeredDesign.of(8, 5), 0))
        .hasMessage("design's months has 8 values, must have as many as cohorts, 9");
    assertThatThrownBy(() -> EventStudy.of(cohorts, StaggeredDesign.of(9, 6), 0))
        .hasMessage("the last acquisition month early enough for all is -4, must be at least -3");
  }

  @Test
  void planted_effects_lie_within_their_limits_as_often_as_these_say() {
    Simulation.assertRight(
        41,
        2,
        random -> {
          Draws draws = new Draws(random.nextLong(), 0);
          EventStudy study = StaggeredWorld.planted(draws, event -> event, 0).study(PLANTED);
          return study.joint(List.of(headline(study, 3))).effect(0);
        });
  }

  @Test
  void relative_effects_lie_within_their_limits_as_often_as_these_say() {
    // Without joining the cohorts' means are 11.5 + 2 sin(month) + .3 month, month 8.5 + event.
    double baseline =
        IntStream.range(0, 12)
            .mapToDouble(i -> 11.5 + 2 * Math.sin(8 + i / 4 + i % 4) + .3 * (8 + i / 4 + i % 4))
            .average()
            .orElseThrow();
    Simulation.assertCovers(
        47,
        random -> {
          Draws draws = new Draws(random.nextLong(), 0);
          EventStudy study = StaggeredWorld.planted(draws, event -> event, 0).study(PLANTED);
          LinearForm level =
              Aggregates.mean(study.effects().levels().byEventMonth(), 1, 3).orElseThrow();
          RelativeEffect found = study.joint(List.of(headline(study, 3), level)).relative(0, 1);
          return found.limits().contains(2 / baseline);
        });
  }

  @Test
  void an_effect_relative_to_the_baseline_of_two_arms_is_that_of_their_means() {
    SplittableRandom random = new SplittableRandom(6);
    JoiningCohorts cohorts = JoiningCohorts.none(StaggeredDesign.twoByTwo(), 1);
    double[] treated = random.doubles(40, 5, 6).toArray();
    double[] controls = random.doubles(60, 4, 5).toArray();
    for (double value : treated) {
      cohorts.add(1, -9, 0, new double[][] {{0, value}});
    }
    for (double value : controls) {
      cohorts.add(StaggeredDesign.NEVER, -9, 0, new double[][] {{0, value}});
    }
    EventStudy study = EventStudy.of(cohorts, StaggeredDesign.twoByTwo(), 0);
    List<LinearForm> forms =
        List.of(study.effects().aggregates().each().get(0), study.effects().levels().each().get(0));
    RelativeEffect found = study.joint(forms).relative(0, 1);
    RelativeEffect expected = RelativeEffect.of(mean(treated), mean(controls));
    References.agree(
        References.measured(found.effect()).value(),
        References.measured(expected.effect()).value());
    References.agree(
        References.measured(found.effect()).stdError(),
        References.measured(expected.effect()).stdError());
  }

  /** With the variance by n, as influences give it. */
  private static Estimate mean(double[] values) {
    Estimate mean = Moments.of(values).meanEstimate();
    double n = values.length;
    return Estimate.normal(mean.value(), mean.stdError() * Math.sqrt((n - 1) / n));
  }

  @Test
  void the_band_holds_all_event_months_at_once_as_often_as_it_says() {
    EventStudy first = StaggeredWorld.planted(new Draws(42, 0), event -> event, 0).study(PLANTED);
    double factor = eventMonths(first).bandFactor(0.95);
    Simulation.assertCovers(
        43,
        random -> {
          Draws draws = new Draws(random.nextLong(), 0);
          JointEffects found =
              eventMonths(StaggeredWorld.planted(draws, event -> event, 0).study(PLANTED));
          boolean covers = true;
          for (int event = 0; event < found.size(); event++) {
            Estimate estimate = References.measured(found.effect(event));
            covers &= Math.abs(estimate.value() - event) <= factor * estimate.stdError();
          }
          return covers;
        });
  }

  @Test
  void the_naive_change_takes_season_and_growth_for_an_effect() {
    Simulation.assertUndercovers(
        44,
        random -> {
          Draws draws = new Draws(random.nextLong(), 0);
          EventStudy study =
              StaggeredWorld.planted(draws, event -> event, 0).study(PLANTED.with(Controls.NOBODY));
          return References.measured(study.joint(List.of(headline(study, 3))).effect(0))
              .interval()
              .contains(2);
        });
  }

  @Test
  void a_base_of_the_same_month_takes_out_a_season_that_joiners_have_of_their_own() {
    StaggeredDesign design = StaggeredDesign.of(36, 24);
    Simulation.assertCovers(45, random -> coversSeasonal(random, design.with(Base.SEASONAL)));
    Simulation.assertUndercovers(46, random -> coversSeasonal(random, design));
  }

  /** Whether the limits of event months 1 to 11 hold the effect, 1. */
  private static boolean coversSeasonal(SplittableRandom random, StaggeredDesign design) {
    JoiningCohorts cohorts = JoiningCohorts.none(design, 1);
    double[][] months = new double[1][36];
    for (int i = 0; i < 90; i++) {
      int joined = i < 45 ? 24 + i % 3 : StaggeredDesign.NEVER;
      for (int month = 0; month < 36; month++) {
        months[0][month] = random.nextGaussian() + (month >= joined ? 1 : 0);
        months[0][month] += i < 45 && month % 12 == 11 ? 6 : 0;
      }
      cohorts.add(joined, -9, 0, months);
    }
    EventStudy study = EventStudy.of(cohorts, design, 0);
    LinearForm year =
        Aggregates.mean(study.effects().aggregates().byEventMonth(), 1, 9).orElseThrow();
    return References.measured(study.joint(List.of(year)).effect(0)).interval().contains(1);
  }

  @Test
  void effects_out_of_order_are_refused() {
    StaggeredDesign design = StaggeredDesign.of(9, 5);
    Cell first = new Cell(4, 4, 2, 1, 7, 9, 9, 0);
    assertThatThrownBy(() -> GroupTimeEffects.of(design, List.of(first, first), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("month is 4, must be above 4");
    Cell other = new Cell(4, 5, 2, 1, 7, 8, 9, 0);
    assertThatThrownBy(() -> GroupTimeEffects.of(design, List.of(first, other), List.of()))
        .hasMessage("a cohort's change of size is -1, must be 0");
    Cell infinite = new Cell(4, 5, 2, Double.POSITIVE_INFINITY, 7, 9, 9, 0);
    assertThatThrownBy(() -> GroupTimeEffects.of(design, List.of(infinite), List.of()))
        .hasMessage("effect is Infinity, must be finite");
    GroupTimeEffects effects = GroupTimeEffects.of(design, List.of(first), List.of());
    assertThat(effects.cohortOf(4, -1)).isZero();
    assertThat(effects.cohortOf(4, 0)).isEqualTo(-1);
    assertThat(effects.cohortOf(5, -1)).isEqualTo(-1);
    assertThat(effects.size(4)).isEqualTo(9);
    assertThatThrownBy(() -> effects.size(5)).hasMessage("joined is 5, must be one of [4]");
    assertThatThrownBy(() -> effects.aggregates().balancedByEventMonth(-1))
        .hasMessage("last is -1, must be at least 0");
  }

  // --- customers who do not vary ---

  /** A price that all pay: 9.95, rising by .05 a month; members {@code more} from joining on. */
  private static double[] fee(int joined, double more) {
    return IntStream.range(0, 14)
        .mapToDouble(month -> 9.95 + 0.05 * month + (month > joined ? more : 0))
        .toArray();
  }

  /** 503 who join in months 9 to 12 and 5,021 who never do, summed in parts. */
  private static JoiningCohorts paying(StaggeredDesign design, double more, int parts, int odd) {
    List<JoiningCohorts> sums =
        IntStream.range(0, parts).mapToObj(part -> JoiningCohorts.none(design, 1)).toList();
    for (int i = 0; i < 503 + 5_021; i++) {
      int joined = i < 503 ? 9 + i % 4 : StaggeredDesign.NEVER;
      double[] months = fee(joined, more);
      for (int month = 0; month < months.length && i < odd; month++) {
        months[month] += (i * 7 + month * 5) % 11;
      }
      sums.get(i % parts).add(joined, -20, 0, new double[][] {months});
    }
    JoiningCohorts all = sums.get(0);
    sums.subList(1, parts).forEach(all::plus);
    return all;
  }

  @Test
  void where_customers_do_not_vary_there_is_no_error_in_any_number_of_parts() {
    StaggeredDesign design = PLANTED.with(Base.UNIVERSAL);
    for (int parts : new int[] {1, 3, 4}) {
      for (double more : new double[] {0, 1.5}) {
        EventStudy study = EventStudy.of(paying(design, more, parts, 0), design, 0);
        for (int place = 0; place < study.effects().cells().size(); place++) {
          assertThat(study.effect(place)).isEqualTo(TooFew.CONSTANT);
        }
        JointEffects months =
            study.joint(List.copyOf(study.effects().aggregates().byEventMonth().values()));
        assertThat(months.band(0.95)).allMatch(limits -> limits.low() == limits.high());
        assertThat(months.wald()).isEqualTo(new Wald(0, 0, 1));
        assertThat(study.joint(List.of(headline(study, 2))).effect(0)).isEqualTo(TooFew.CONSTANT);
        assertThat(study.beforeJoining()).isEqualTo(new Wald(0, 0, 1));
        assertThat(PreTrend.of(study).map(of -> of.wald().degreesOfFreedom()).orElse(0)).isZero();
      }
    }
  }

  @Test
  void a_few_who_vary_among_many_who_do_not_are_measured_alike_in_any_number_of_parts() {
    StaggeredDesign design = PLANTED.with(Base.UNIVERSAL);
    Estimate whole = headlineOfFee(design, 1);
    assertThat(whole.stdError()).isPositive();
    for (int parts : new int[] {3, 4}) {
      Estimate split = headlineOfFee(design, parts);
      assertThat(split.value()).isCloseTo(whole.value(), within(1e-9));
      assertThat(split.stdError()).isCloseTo(whole.stdError(), within(1e-9));
    }
  }

  private static Estimate headlineOfFee(StaggeredDesign design, int parts) {
    EventStudy study = EventStudy.of(paying(design, 0, parts, 8), design, 0);
    return References.measured(study.joint(List.of(headline(study, 2))).effect(0));
  }

  private static LinearForm headline(EventStudy study, int horizon) {
    return Aggregates.mean(study.effects().aggregates().byEventMonth(), 1, horizon).orElseThrow();
  }

  /** From that of joining on to the third. */
  private static JointEffects eventMonths(EventStudy study) {
    return study.joint(
        List.copyOf(study.effects().aggregates().byEventMonth().subMap(0, 4).values()));
  }
}
