package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.InverseProbability.Truncation;
import org.junit.jupiter.api.Test;

class AipwTest {
  @Test
  void the_survey_comparison_agrees_with_R() {
    // R 4.2.2, lm of the controls and Hajek weights: lalonde/reference.json, aipw_att_hajek.
    JobProgramme lalonde = JobProgramme.observed();
    Aipw found =
        Aipw.of(
            Logistic.of(lalonde.rows, lalonde.treated),
            lalonde.rows,
            lalonde.earnings,
            Truncation.NONE);
    JobProgramme answers = lalonde;
    References.agree(
        References.measured(found.effect().independent()).value(),
        answers.answer("aipw_att_hajek", "att"),
        1e-6);
    References.agree(
        References.measured(found.outcomeRegression().independent()).value(),
        answers.answer("aipw_att_hajek", "outcome_reg_att"),
        1e-9);
    assertThat(found.controls().isSupported()).isFalse();
  }

  @Test
  void the_experiment_agrees_with_R() {
    // nsw/reference.json, bench_nsw_dw_experimental.
    JobProgramme nsw = JobProgramme.randomised();
    Aipw found =
        Aipw.of(Logistic.of(nsw.rows, nsw.treated), nsw.rows, nsw.earnings, Truncation.NONE);
    String key = "bench_nsw_dw_experimental";
    References.agree(
        References.measured(found.effect().independent()).value(),
        nsw.answer(key, "aipw_att"),
        1e-6);
    References.agree(
        References.measured(found.outcomeRegression().independent()).value(),
        nsw.answer(key, "outcome_reg_att"),
        1e-9);
  }

  @Test
  void order_and_units_do_not_matter() {
    Worlds world = Worlds.draw(new Draws(6, 0), 100, Worlds.Outcome.CURVED);
    Aipw one = of(world, world.rows());
    Worlds moved = world.inOtherUnits();
    Aipw other = of(moved, moved.rows());
    same(other.effect(), one.effect());
    same(other.outcomeRegression(), one.outcomeRegression());
  }

  private static void same(ClusteredMean other, ClusteredMean one) {
    Estimate expected = References.measured(one.independent());
    Estimate found = References.measured(other.independent());
    References.agree(found.value(), 10 * expected.value(), 1e-9);
    References.agree(found.stdError(), 10 * expected.stdError(), 1e-9);
  }

  @Test
  void a_covariate_that_no_control_varies_is_unmeasured() {
    double[][] rows = {{1, 1}, {2, 0}, {3, 1}, {1.5, 0}, {2, 0}, {3.5, 0}, {1, 0}, {4, 0}};
    boolean[] treated = {true, true, true, false, false, false, false, false};
    Aipw found =
        Aipw.of(
            Logistic.of(rows, treated),
            rows,
            new double[] {1, 2, 1, 4, 2, 3, 2, 1},
            Truncation.NONE);
    Unmeasured expected =
        new Unmeasured(
            "A covariate that varies among the treated does not among the 5 controls, so they"
                + " cannot tell what the treated would have done.");
    assertThat(found.effect().independent()).isEqualTo(expected);
    assertThat(found.outcomeRegression().independent()).isEqualTo(expected);
  }

  @Test
  void as_many_coefficients_as_controls_are_unmeasured() {
    double[][] rows = {{1}, {2}, {1.5}, {3}, {1}};
    Logistic score = Logistic.of(rows, new boolean[] {true, true, true, false, false});
    assertThat(
            Aipw.of(score, rows, new double[] {1, 2, 3, 4, 7}, Truncation.NONE)
                .effect()
                .independent())
        .isEqualTo(
            new Unmeasured("2 controls for 2 coefficients leave nothing to tell an error by."));
  }

  @Test
  void one_treated_is_unmeasured() {
    double[][] rows = {{1}, {2}, {3}, {2}};
    Logistic score = Logistic.of(rows, new boolean[] {true, false, false, false});
    Aipw found = Aipw.of(score, rows, new double[] {1, 2, 3, 4}, Truncation.NONE);
    assertThat(found.effect().independent()).isInstanceOf(Unmeasured.class);
  }

  @Test
  void a_constant_covariate_changes_nothing_however_many_units() {
    int n = 100_000;
    Worlds world = Worlds.draw(new Draws(14, 0), n, Worlds.Outcome.LINEAR);
    double[][] beside = new double[n][];
    for (int i = 0; i < n; i++) {
      beside[i] = new double[] {world.rows()[i][0], world.rows()[i][1], 1};
    }
    Logistic score = Logistic.of(world.rows(), world.treated());
    Estimate expected =
        References.measured(
            Aipw.of(score, world.rows(), world.outcomes(), Truncation.NONE).effect().independent());
    Estimate found =
        References.measured(
            Aipw.of(score, beside, world.outcomes(), Truncation.NONE).effect().independent());
    References.agree(found.value(), expected.value(), 1e-10);
    References.agree(found.stdError(), expected.stdError(), 1e-10);
  }

  @Test
  void one_treated_far_from_all_others_is_no_reason_to_refuse() {
    Worlds world = Worlds.draw(new Draws(15, 0), 300, Worlds.Outcome.LINEAR);
    Logistic score = InverseProbabilityTest.withOneFarTreated(world);
    assertThat(
            References.measured(
                    Aipw.of(score, world.rows(), world.outcomes(), Truncation.NONE)
                        .effect()
                        .independent())
                .value())
        .isFinite();
  }

  @Test
  void a_score_fitted_elsewhere_gives_the_same_effect() {
    Worlds world = Worlds.draw(new Draws(20, 0), 300, Worlds.Outcome.CURVED);
    KnownScore elsewhere =
        KnownScore.of(Logistic.of(world.rows(), world.treated()).logits(), world.treated());
    Aipw found = Aipw.of(elsewhere, world.rows(), world.outcomes(), Truncation.NONE);
    Aipw expected = of(world, world.rows());
    References.agree(
        References.measured(found.effect().independent()).value(),
        References.measured(expected.effect().independent()).value(),
        1e-12);
    assertThat(found.outcomeRegression().independent())
        .isEqualTo(expected.outcomeRegression().independent());
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    double[][] rows = {{1}, {2}};
    Logistic score = Logistic.of(rows, new boolean[] {true, false});
    assertThatThrownBy(() -> Aipw.of(score, new double[3][1], new double[2], Truncation.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("covariates has 3 values, must have as many as score, 2");
    assertThatThrownBy(() -> Aipw.of(score, rows, new double[3], Truncation.NONE))
        .hasMessage("outcomes has 3 values, must have as many as score, 2");
    assertThatThrownBy(
            () ->
                Aipw.of(score, new double[][] {{Double.NaN}, {1}}, new double[2], Truncation.NONE))
        .hasMessage("rows[0] is NaN, must be finite");
  }

  @Test
  void the_regression_alone_is_biased_where_it_is_wrong() {
    Simulation wrong =
        Simulation.of(
            400,
            63,
            Worlds.PLANTED,
            (draws, truth) -> {
              Worlds world = Worlds.draw(draws, 500, Worlds.Outcome.CURVED);
              return Finding.of(of(world, world.rows()).outcomeRegression().independent(), truth);
            });
    assertThat(wrong.isUnbiased(0.001)).isFalse();
  }

  private static Aipw of(Worlds world, double[][] ofScore) {
    return Aipw.of(
        Logistic.of(ofScore, world.treated()), world.rows(), world.outcomes(), Truncation.NONE);
  }

  @Test
  void outcomes_that_do_not_vary_or_follow_the_covariates_exactly_are_unmeasured() {
    Worlds world = Worlds.draw(new Draws(24, 0), 200, Worlds.Outcome.LINEAR);
    double[] constant = new double[200];
    double[] exact = new double[200];
    for (int i = 0; i < 200; i++) {
      constant[i] = 0.7;
      exact[i] = 3 * world.rows()[i][0] - 0.1;
    }
    Logistic score = Logistic.of(world.rows(), world.treated());
    for (double[] outcomes : new double[][] {constant, exact}) {
      Aipw found = Aipw.of(score, world.rows(), outcomes, Truncation.NONE);
      assertThat(found.effect().independent()).isInstanceOf(Unmeasured.class);
      assertThat(found.outcomeRegression().independent()).isInstanceOf(Unmeasured.class);
    }
  }
}
