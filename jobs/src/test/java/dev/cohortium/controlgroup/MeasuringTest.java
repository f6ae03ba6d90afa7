package dev.cohortium.controlgroup;

import static dev.cohortium.controlgroup.Cells.turn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.stats.ConfidenceSequence;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.PeekingLevels;
import dev.cohortium.stats.StratifiedArms;
import dev.cohortium.stats.Unmeasured;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class MeasuringTest {
  private static final String ENROLMENTS =
      "programmes.club {}, sources.enrolments { format = csv, path = x, columns { customer_id = a, enrolled_at = b } }\n";

  // --- who joined ---

  /**
   * 8 % joined and 4 % of the control: by hand F = .04² / ((.0736 + .0384) / 199) = 2.84, below 10.
   */
  @Test
  void a_weak_first_stage_takes_the_p_value_of_its_limits_and_is_no_evidence() {
    Sample sample =
        new Cells(study(ENROLMENTS, ""))
            .made("control", "2024-02", "all", 200, i -> spender(i, 10, i % 25 == 0))
            .made("a", "2024-02", "all", 200, i -> spender(i, 10.3, i % 25 < 2))
            .sample();
    Effect effect = one(Cells.effects(sample), "control_group_cace");
    Effect.Found found = effect.found();

    assertThat(found.value()).isInstanceOf(Estimate.class);
    assertThat(outcome(effect, OwnChecks.FIRST_STAGE)).isEqualTo(Effect.INCONCLUSIVE);
    boolean holdsNone = found.interval().low() <= 0 && 0 <= found.interval().high();
    assertThat(found.pValue() >= 0.05).isEqualTo(holdsNone);
    assertThat(found.pValue())
        .isCloseTo(
            one(Cells.effects(sample), "control_group_itt").estimate().pValue(), within(1e-3));
    assertThat(number(effect, "p_value")).isEqualTo(found.pValue());
    assertThat(effect.credibility()).isEqualTo("D");
  }

  /** By hand: half joined for 2 more; the level of the first of all looks is 1 - .3 / pi². */
  @Test
  void limits_for_all_looks_are_those_of_anderson_and_rubin_however_strong_the_first_stage() {
    Cells cells =
        new Cells(study(ENROLMENTS, ""))
            .made("control", "2024-02", "all", 200, i -> spender(i, 10, false))
            .made("a", "2024-02", "all", 200, i -> spender(i, 12, i % 2 == 0));
    Effect effect = one(Cells.effects(cells.sample()), "control_group_cace");
    Pair arms = cells.sample().pairs(new Place("offer", "a", Cell.ALL, Cell.ALL, 1)).get(0);
    String[] terms = {"y0", Windows.TREATED};

    assertThat(outcome(effect, OwnChecks.FIRST_STAGE)).isEqualTo(Effect.PASSED);
    assertThat(effect.found().always())
        .isEqualTo(
            StratifiedArms.of(
                    List.of(
                        StratifiedArms.Stratum.of(
                            arms.treated().moments(terms), arms.control().moments(terms))))
                .compliersLimits(1 - 0.3 / (Math.PI * Math.PI))
                .pieces()
                .get(0));
  }

  /** By hand: half joined, for half of the months: 2 for 4 of each and 8 of each month. */
  @Test
  void the_effect_of_a_month_as_a_member_counts_the_months() {
    List<Effect> effects =
        Cells.effects(
            new Cells(study(ENROLMENTS, ""))
                .made("control", "2024-02", "all", 200, i -> spender(i, 10, false))
                .made("a", "2024-02", "all", 200, i -> halfJoined(spender(i, 12, i % 2 == 0)))
                .sample());

    assertThat(one(effects, "control_group_cace").estimate().value()).isCloseTo(4, within(1e-9));
    Effect dose =
        effects.stream().filter(e -> e.key().variant().equals("dose")).findFirst().orElseThrow();
    assertThat(dose.key().estimand()).isEqualTo("cace_per_member_month");
    assertThat(dose.estimate().value()).isCloseTo(8, within(1e-9));
  }

  private static double[] halfJoined(double[] customer) {
    return new double[] {customer[0], customer[1], customer[2] / 2};
  }

  @Test
  void where_nothing_tells_who_joined_there_is_no_effect_on_compliers() {
    assertThat(reason(one(Cells.effects(two().sample()), "control_group_cace")))
        .isEqualTo("Nothing tells who joined: sources.enrolments is missing.");
  }

  // --- the average receipt ---

  @Test
  void an_average_receipt_of_few_buyers_is_not_told() {
    Study study = ControlGroupJobTest.study(text("", "", "average_receipt"));
    List<Effect> effects =
        Cells.effects(
            new Cells(study)
                .written(
                    """
                    arm     | assigned | stratum | segment | customers | ordered
                    control | 2024-02  | all     | all     | 200       | 24
                    a       | 2024-02  | all     | all     | 200       | 60
                    """)
                .sample());

    assertThat(reason(one(effects, "control_group_itt")))
        .isEqualTo(
            "In the window 60 customers of arm a have an order and 24 of control; fewer than 25 tell no average receipt.");
    assertThat(reason(one(effects, "control_group_itt_cuped"))).startsWith("In the window 60");
  }

  /** By hand: revenue is 8 or 12 in both arms; of 200 customers one has 50 orders, the others 1. */
  @Test
  void an_average_receipt_is_judged_by_the_revenue_and_by_the_orders() {
    Study study = ControlGroupJobTest.study(text("", "", "average_receipt"));
    Effect effect =
        one(
            Cells.effects(
                new Cells(study)
                    .written(
                        """
                        arm     | assigned | stratum | segment | customers | ordered | y0   | y0*y0 | y0^3   | y1  | y1*y1 | y1^3   | y0*y1 | x0   | x0*x0 | x1  | x1*x1
                        control | 2024-02  | all     | all     | 200       | 200     | 2000 | 20800 | 224000 | 249 | 2699  | 125199 | 2588  | 2000 | 20800 | 200 | 250
                        a       | 2024-02  | all     | all     | 200       | 200     | 2000 | 20800 | 224000 | 249 | 2699  | 125199 | 2588  | 2000 | 20800 | 300 | 500
                        """)
                    .sample()),
            "control_group_itt");

    assertThat(effect.key().metric()).isEqualTo("average_receipt");
    assertThat(outcome(effect, OwnChecks.SKEW)).isEqualTo(Effect.FAILED);
    // .5 more orders before, of a variance of .25 in each arm of 200: 10 errors.
    assertThat(outcome(effect, BalanceBefore.NAME)).isEqualTo(Effect.FAILED);
  }

  // --- strata ---

  @Test
  void strata_with_too_few_of_an_arm_are_not_counted_and_the_effect_says_so() {
    Cells cells =
        new Cells(study("", ""))
            .made("control", "2024-02", "north", 100, i -> spender(i, 10, false))
            .made("a", "2024-02", "north", 100, i -> spender(i, 12, false))
            .made("control", "2024-02", "far", 1_000, i -> spender(i, 10, false));
    Effect without = one(Cells.effects(cells.sample()), "control_group_itt");
    Effect with =
        one(
            Cells.effects(
                cells.made("a", "2024-02", "far", 1, i -> spender(i, 90, false)).sample()),
            "control_group_itt");

    assertThat(outcome(without, OwnChecks.STRATA_LEFT_OUT)).isEqualTo(Effect.PASSED);
    assertThat(outcome(with, OwnChecks.STRATA_LEFT_OUT)).isEqualTo(Effect.FAILED);
    for (Effect effect : List.of(without, with)) {
      assertThat(effect.estimate().value()).isCloseTo(2, within(1e-9));
      assertThat(number(effect, "treated")).isEqualTo(100L);
      assertThat(number(effect, "control")).isEqualTo(100L);
    }
  }

  /** By hand: 10 in the north and 30 in the south for 2 more, halves: 20 and 10 %. */
  @Test
  void every_adjusted_estimate_over_strata_has_its_relative_lift() {
    List<Effect> effects =
        Cells.effects(
            new Cells(study("", ""))
                .made("control", "2024-02", "north", 140, i -> spender(i, 10, false))
                .made("a", "2024-02", "north", 60, i -> spender(i, 12, false))
                .made("control", "2024-02", "south", 60, i -> spender(i, 30, false))
                .made("a", "2024-02", "south", 140, i -> spender(i, 32, false))
                .sample());

    for (String method : List.of("control_group_itt", "control_group_itt_cuped")) {
      Effect.Found found = one(effects, method).found();
      assertThat(found.baseline()).isCloseTo(20, within(0.2));
      Estimate lift = (Estimate) found.relative().effect();
      assertThat(lift.value())
          .isCloseTo(((Estimate) found.value()).value() / found.baseline(), within(1e-9));
      assertThat(lift.value()).isCloseTo(0.1, within(0.02));
    }
  }

  /** Both arms add 2 in the north and nothing in the south; half of all customers live in each. */
  @Test
  void arms_whose_shares_differ_by_stratum_have_effects_of_the_same_customers() {
    List<Effect> effects =
        Cells.effects(
            new Cells(study("", ""))
                .made("control", "2024-02", "north", 90, i -> spender(i, 10, false))
                .made("a", "2024-02", "north", 720, i -> spender(i, 12, false))
                .made("b", "2024-02", "north", 90, i -> spender(i, 12, false))
                .made("control", "2024-02", "south", 90, i -> spender(i, 10, false))
                .made("a", "2024-02", "south", 90, i -> spender(i, 10, false))
                .made("b", "2024-02", "south", 720, i -> spender(i, 10, false))
                .sample());

    for (String method :
        List.of("control_group_itt", "control_group_itt_cuped", "control_group_itt_lin")) {
      assertThat(effects)
          .filteredOn(e -> e.key().method().equals(method) && e.key().variant().equals("raw"))
          .extracting(e -> e.key().arm(), e -> Math.round(1e6 * e.estimate().value()) / 1e6)
          .containsExactly(tuple("a", 1.0), tuple("b", 1.0));
    }
  }

  /** A slope told by 5 controls, who stand for half of all, promises what it does not keep. */
  @Test
  void where_one_small_arm_tells_the_slope_the_plain_difference_is_taken() {
    List<Effect> effects =
        Cells.effects(
            new Cells(study("", ""))
                .made("control", "2024-02", "north", 5, i -> spender(i, 10, false))
                .made("a", "2024-02", "north", 500, i -> spender(i, 12, false))
                .made("control", "2024-02", "south", 500, i -> spender(i, 10, false))
                .made("a", "2024-02", "south", 500, i -> spender(i, 12, false))
                .sample());

    assertThat(one(effects, "control_group_itt_cuped").found())
        .isEqualTo(one(effects, "control_group_itt").found());
  }

  @Test
  void arms_of_which_no_stratum_has_both_tell_no_effect() {
    List<Effect> effects =
        Cells.effects(
            new Cells(study("", ""))
                .made("control", "2024-02", "north", 100, i -> spender(i, 10, false))
                .made("a", "2024-02", "south", 100, i -> spender(i, 12, false))
                .sample());

    assertThat(effects).isNotEmpty().noneMatch(Effect::isMeasured);
    assertThat(outcome(one(effects, "control_group_itt"), OwnChecks.STRATA_LEFT_OUT))
        .isEqualTo(Effect.FAILED);
  }

  // --- few ---

  @Test
  void an_arm_below_the_smallest_cell_tells_no_mean() {
    assertThat(reason(one(Cells.effects(two("", 4, 60).sample()), "control_group_itt")))
        .isEqualTo(
            "There are 60 customers in arm a and 4 in control; of fewer than 5 no mean is told (privacy.smallest-cell).");
  }

  // --- what the panel does not have ---

  @Test
  void a_window_that_lies_before_the_panel_is_not_measured_as_zero() {
    Sample sample = two().sample("2024-05");

    assertThat(reason(one(Cells.effects(sample), "control_group_itt")))
        .isEqualTo(
            "The panel begins in 2024-05: it has no whole window of customers who were assigned in 2024-02 or later.");
  }

  @Test
  void churn_is_not_told_where_the_panel_begins_within_the_months_that_tell_it() {
    Cells churn = new Cells(ControlGroupJobTest.study(text("", "", "churned_rate")));
    Sample sample =
        churn
            .made("control", "2024-02", "all", 100, i -> spender(i, 1, false))
            .made("a", "2024-02", "all", 100, i -> spender(i, 2, false))
            .sample("2024-01");

    assertThat(reason(one(Cells.effects(sample), "control_group_itt")))
        .isEqualTo(
            "Who has churned is known from orders since 2023-10: the panel begins in 2024-01.");
    assertThat(one(Cells.effects(churn.sample("2023-10")), "control_group_itt").isMeasured())
        .isTrue();
  }

  @Test
  void an_adjustment_by_months_that_the_panel_does_not_have_says_so() {
    Effect whole = one(Cells.effects(two().sample("2024-01")), "control_group_itt_cuped");
    Effect cut = one(Cells.effects(two().sample("2024-02")), "control_group_itt_cuped");

    assertThat(outcome(whole, OwnChecks.WINDOW_BEFORE)).isEqualTo(Effect.PASSED);
    assertThat(outcome(cut, OwnChecks.WINDOW_BEFORE)).isEqualTo(Effect.NOT_JUDGED);
  }

  private static Cells two() {
    return two("");
  }

  private static Cells two(String controlGroup) {
    return two(controlGroup, 100, 100);
  }

  /** An arm of so many that spends 2 more. */
  private static Cells two(String controlGroup, int controls, int treated) {
    return new Cells(study("", controlGroup))
        .made("control", "2024-02", "all", controls, i -> spender(i, 10, false))
        .made("a", "2024-02", "all", treated, i -> spender(i, 12, false));
  }

  // --- looks ---

  /** Horizons of 1 month: the n-th month of assignment makes the n-th look. */
  @Test
  void customers_who_come_later_make_another_look_and_no_other_kind_of_interval() {
    List<Effect> looks =
        List.of(
            itt(two()),
            itt(withMonth(two(), "2024-03")),
            itt(withMonth(withMonth(two(), "2024-03"), "2024-05")),
            // Whose window of June is not complete makes none.
            itt(withMonth(withMonth(two(), "2024-03"), "2024-06")));

    assertThat(looks)
        .extracting(look -> look.found().always())
        .containsExactly(
            new PeekingLevels(0.05).interval(looks.get(0).estimate(), 1),
            new PeekingLevels(0.05).interval(looks.get(1).estimate(), 2),
            new PeekingLevels(0.05).interval(looks.get(2).estimate(), 4),
            new PeekingLevels(0.05).interval(looks.get(3).estimate(), 2));
  }

  @Test
  void customers_who_arrive_by_the_study_have_a_sequence_that_the_first_month_plans() {
    String monthly = ", experiments.offer.arrivals = monthly";
    Effect first = itt(two(monthly));
    Effect second = itt(withMonth(two(monthly), "2024-03"));
    Effect planned =
        itt(
            withMonth(
                two(", experiments.offer { arrivals = monthly, planned = 5000 }"), "2024-03"));

    assertThat(first.found().always())
        .isEqualTo(new ConfidenceSequence(0.05, 200).interval(first.estimate(), 200));
    assertThat(second.found().always())
        .isEqualTo(new ConfidenceSequence(0.05, 200).interval(second.estimate(), 300));
    assertThat(planned.found().always())
        .isEqualTo(new ConfidenceSequence(0.05, 5_000).interval(second.estimate(), 300));
  }

  @Test
  void who_was_drawn_here_arrives_unless_the_study_says_that_all_came_at_once() {
    Experiment drawn =
        new Experiment("offer", "club", Set.of("all"), Map.of("all", 0.5), 200, 0, 0);
    Effect arriving = one(Cells.effects(two().sample("2024-01", drawn)), "control_group_itt");
    Effect once =
        one(
            Cells.effects(two(", experiments.offer.arrivals = once").sample("2024-01", drawn)),
            "control_group_itt");

    assertThat(arriving.found().always())
        .isEqualTo(new ConfidenceSequence(0.05, 200).interval(arriving.estimate(), 200));
    assertThat(once.found().always())
        .isEqualTo(new PeekingLevels(0.05).interval(once.estimate(), 1));
  }

  private static Effect itt(Cells cells) {
    return one(Cells.effects(cells.sample()), "control_group_itt");
  }

  /** With 50 more customers in each arm, assigned in that month. */
  private static Cells withMonth(Cells cells, String month) {
    return cells
        .made("control", month, "all", 50, i -> spender(i, 10, false))
        .made("a", month, "all", 50, i -> spender(i, 12, false));
  }

  // --- helpers ---

  /**
   * What one spends after, half of whose ups and downs were there before, and whether it joined.
   */
  private static double[] spender(int i, double level, boolean hasJoined) {
    double own = turn(i, -3, -1, 0, 1, 3);
    double after = level + own + turn(i, 0.5, -0.5);
    return new double[] {after, 5 + own / 2 + turn(i, 0.2, 0, -0.2), hasJoined ? 1 : 0};
  }

  private static Study study(String more, String controlGroup) {
    return ControlGroupJobTest.study(text(more, controlGroup, "net_revenue"));
  }

  private static String text(String more, String controlGroup, String metric) {
    return """
        as-of = "2024-06", metrics = [%s], headline { metric = %s, horizon = 1 }
        control-group { horizons = [1] %s }
        %s
        """
        .formatted(metric, metric, controlGroup, more);
  }

  private static Effect one(List<Effect> effects, String method) {
    return effects.stream()
        .filter(effect -> effect.key().method().equals(method))
        .filter(effect -> effect.key().variant().equals("raw"))
        .findFirst()
        .orElseThrow();
  }

  private static String reason(Effect effect) {
    return ((Unmeasured) effect.found().value()).reason();
  }

  private static String outcome(Effect effect, String check) {
    return effect.checks("test", LocalDate.EPOCH, "run").stream()
        .filter(row -> row.getString(1).equals(check))
        .map(row -> row.getString(4))
        .findFirst()
        .orElseThrow();
  }

  private static Object number(Effect effect, String column) {
    Row row = effect.row("test", null, null, LocalDate.EPOCH, "run");
    List<String> names =
        dev.cohortium.table.Effects.TABLE.columns().stream()
            .map(dev.cohortium.table.Column::name)
            .toList();
    return row.get(names.indexOf(column));
  }
}
