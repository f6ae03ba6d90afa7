package dev.cohortium.controlgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardsTest {
  // --- sample ratio ---

  /** Pearson's of 100 and 300: 2 x 100² / 200 = 100; of 900 and 710: 2 x 95² / 805 = 22.4. */
  @Test
  void a_segment_that_the_treatment_fills_fails_though_the_whole_is_sound() {
    Sample sample =
        new Cells(study("segments = [tier], experiments.offer.shares { control = 1, a = 1 }"))
            .written(
                """
                arm     | assigned | stratum | segment   | customers
                control | 2024-02  | all     | all       | 1000
                a       | 2024-02  | all     | all       | 1010
                control | 2024-02  | all     | tier=gold | 100
                a       | 2024-02  | all     | tier=gold | 300
                control | 2024-02  | all     | tier=none | 900
                a       | 2024-02  | all     | tier=none | 710
                control | 2024-02  | all     | kin=few   | 1000
                a       | 2024-02  | all     | kin=few   | 1010\
                """)
            .sample();
    Guards guards = new Guards(sample);

    assertThat(outcomes(guards, "sample_ratio"))
        .containsExactly(
            "sample_ratio passed",
            "sample_ratio_kin=few passed",
            "sample_ratio_tier=gold failed",
            "sample_ratio_tier=none failed");
    assertThat(check(guards, place("a", "tier", "gold"), "sample_ratio").outcome())
        .isEqualTo(Effect.FAILED);
    assertThat(check(guards, place("a", "kin", "few"), "sample_ratio").outcome())
        .isEqualTo(Effect.PASSED);
    assertThat(check(guards, place("a", Cell.ALL, Cell.ALL), "sample_ratio").outcome())
        .isEqualTo(Effect.PASSED);
  }

  @Test
  void only_the_arms_that_were_not_planned_are_named() {
    Guards guards =
        new Guards(
            new Cells(study("experiments.offer.shares { control = 1, a = 1 }"))
                .written(
                    """
                    arm     | assigned | stratum | segment | customers
                    control | 2024-02  | all     | all     | 100
                    a       | 2024-02  | all     | all     | 100
                    b       | 2024-02  | all     | all     | 3\
                    """)
                .sample());

    assertThat(guards.all().get(0).outcome()).isEqualTo(Effect.FAILED);
    assertThat(guards.all().get(0).note()).isEqualTo("There are arms that were not planned: b.");
  }

  // --- who was assigned ---

  @ParameterizedTest(name = "{0} of the controls and {1} of the treated are missing: {2}")
  @CsvSource({"0, 1, passed", "1700, 1700, passed", "2500, 2500, inconclusive", "0, 200, failed"})
  void attrition_is_a_matter_of_its_share_and_of_how_it_is_spread(
      int controls, int treated, String outcome) {
    Guards guards =
        new Guards(
            new Cells(study(""))
                .written(
                    """
                    arm     | assigned | stratum | segment | customers | unknown
                    control | 2024-02  | all     | all     | 35000     | %d
                    a       | 2024-02  | all     | all     | 35000     | %d\
                    """
                        .formatted(controls, treated))
                .sample());

    assertThat(outcomes(guards, Roster.ATTRITION)).containsExactly("attrition " + outcome);
  }

  @ParameterizedTest(name = "of 70,000 {0} were contacted before and {1} have no time: {2}")
  @CsvSource({"1, 0, passed", "0, 1, passed", "400, 400, failed"})
  void a_customer_contacted_before_assignment_is_a_matter_of_the_share(
      int contacted, int untimed, String outcome) {
    Sample sample =
        new Cells(study(""))
            .written(
                """
                arm     | assigned | stratum | segment | customers | contacted_before
                control | 2024-02  | all     | all     | 35000     | 0
                a       | 2024-02  | all     | all     | 35000     | %d\
                """
                    .formatted(contacted))
            .sample(
                "2024-01",
                new Experiment("offer", "club", Set.of(Cell.ALL), Map.of(), 70_000, untimed, 0));

    assertThat(outcomes(new Guards(sample), Roster.ASSIGNED_FIRST))
        .containsExactly("assignment_before_outcome " + outcome);
  }

  // --- contamination ---

  @Test
  void controls_who_redeem_without_being_members_contaminate_the_experiment() {
    String cells =
        """
        arm     | assigned | stratum | segment | customers | joined_since | contacted | redeemed
        control | 2024-02  | all     | all     | 1000      | 30           | 50        | 400
        a       | 2024-02  | all     | all     | 1000      | 500          | 1000      | 100\
        """;
    Guards guards = new Guards(new Cells(study("")).written(cells).sample());

    assertThat(outcomes(guards, Contamination.NAME))
        .containsExactly(
            "contamination_joined_1 passed",
            "contamination_contacted_1 passed",
            "contamination_redeemed_1 failed");
    Effect.Check check = check(guards, place("a", Cell.ALL, Cell.ALL), Contamination.NAME);
    assertThat(check.value()).isEqualTo(0.4);
    assertThat(check.note())
        .contains("control arm that redeemed without being a member by the end");
    Study without =
        ControlGroupJobTest.study(
            "as-of = \"2024-06\", metrics = [net_revenue], headline.horizon = 1, control-group.horizons = [1]");
    assertThat(outcomes(new Guards(new Cells(without).written(cells).sample()), "contamination"))
        .allMatch(line -> line.endsWith("not_judged"));
  }

  // --- balance ---

  /** By hand: means 10 and 13, variance 100 of 1,000 each: 3 / sqrt(.2) = 6.7 errors apart. */
  @Test
  void an_arm_that_was_different_before_marks_its_own_effects_only() {
    Sample sample = unequal().sample();
    Guards guards = new Guards(sample);

    assertThat(outcomes(guards, BalanceBefore.NAME))
        .containsExactly("balance_net_revenue_a passed", "balance_net_revenue_b failed");
    assertThat(check(guards, place("a", Cell.ALL, Cell.ALL), BalanceBefore.NAME).outcome())
        .isEqualTo(Effect.PASSED);
    assertThat(check(guards, place("b", Cell.ALL, Cell.ALL), BalanceBefore.NAME).outcome())
        .isEqualTo(Effect.FAILED);
  }

  @Test
  void a_window_before_that_the_panel_does_not_have_is_not_judged() {
    Guards guards = new Guards(unequal().sample("2024-02"));

    assertThat(guards.all().stream().filter(g -> g.check().startsWith("balance")))
        .hasSize(2)
        .allMatch(guard -> guard.outcome().equals(Effect.NOT_JUDGED))
        .allMatch(guard -> guard.note().startsWith("The panel begins in 2024-02"));
  }

  private static Cells unequal() {
    return new Cells(study(""))
        .written(
            """
            arm     | assigned | stratum | segment | customers | x0    | x0*x0
            control | 2024-02  | all     | all     | 1000      | 10000 | 200000
            a       | 2024-02  | all     | all     | 1000      | 10000 | 200000
            b       | 2024-02  | all     | all     | 1000      | 13000 | 269000\
            """);
  }

  private static Study study(String controlGroup) {
    return ControlGroupJobTest.study(
        """
        as-of = "2024-06", metrics = [net_revenue], headline.horizon = 1
        programmes.club {}
        segments { tier = attributes, kin = attributes }
        sources {
          enrolments { format = csv, path = x, columns { customer_id = a, enrolled_at = b } }
          exposures { format = csv, path = x, columns { experiment_id = a, customer_id = b, exposed_at = c } }
          rewards { format = csv, path = x, columns { entry_id = e, customer_id = a, occurred_at = b, points = c, kind = d } }
        }
        control-group { horizons = [1] %s }
        """
            .formatted(controlGroup.isEmpty() ? "" : ", " + controlGroup));
  }

  private static List<String> outcomes(Guards guards, String check) {
    return guards.all().stream()
        .filter(guard -> guard.check().startsWith(check))
        .map(guard -> guard.check() + " " + guard.outcome())
        .toList();
  }

  private static Place place(String arm, String by, String segment) {
    return new Place("offer", arm, by, segment, 1);
  }

  private static Effect.Check check(Guards guards, Place place, String name) {
    return guards.of(place, List.of("net_revenue")).stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
