package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.InverseProbability.Truncation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InverseProbabilityTest {
  @Test
  void the_survey_comparison_agrees_with_R() {
    // R 4.2.2, weights e / (1 - e), M-estimation: lalonde/reference.json, ipw_att.
    JobProgramme lalonde = JobProgramme.observed();
    InverseProbability found =
        InverseProbability.of(
            Logistic.of(lalonde.rows, lalonde.treated), lalonde.earnings, Truncation.NONE);
    JobProgramme answers = lalonde;
    Estimate effect = measured(found.effect().independent());
    References.agree(effect.value(), answers.answer("ipw_att", "hajek"), 1e-6);
    References.agree(
        Math.sqrt(ClusterSums.of(found.effect().influences()).sumOfSquares()),
        answers.answer("ipw_att", "se_m_estimation"),
        1e-6);
    References.agree(
        Math.sqrt(ClusterSums.of(found.effectWithFixedWeights().influences()).sumOfSquares()),
        answers.answer("ipw_att", "se_fixed_weights_HC0"),
        1e-6);
    References.agree(found.controls().value(), answers.answer("ipw_att", "ess_control"), 1e-6);
    References.agree(
        Arrays.stream(found.weights()).skip(185).max().orElseThrow(),
        answers.answer("ipw_att", "max_weight"),
        1e-6);
    for (String id : new String[] {"PSID1", "PSID2", "PSID100", "PSID429"}) {
      References.agree(
          found.weights()[lalonde.places.get(id)], answers.answer("ipw_att", "weights", id), 1e-6);
    }
  }

  @Test
  void the_experiment_agrees_with_R() {
    // nsw/reference.json, bench_nsw_dw_experimental.
    JobProgramme nsw = JobProgramme.randomised();
    InverseProbability found =
        InverseProbability.of(Logistic.of(nsw.rows, nsw.treated), nsw.earnings, Truncation.NONE);
    String key = "bench_nsw_dw_experimental";
    References.agree(
        measured(found.effect().independent()).value(), nsw.answer(key, "ipw_hajek"), 1e-6);
    References.agree(found.controls().value(), nsw.answer(key, "ipw_ess"), 1e-6);
    assertThat(found.controls().isSupported()).isTrue();
  }

  @Test
  void truncation_caps_the_largest_weights_of_controls() {
    JobProgramme lalonde = JobProgramme.observed();
    Logistic score = Logistic.of(lalonde.rows, lalonde.treated);
    double[] free = InverseProbability.of(score, lalonde.earnings, Truncation.NONE).weights();
    InverseProbability capped =
        InverseProbability.of(score, lalonde.earnings, Truncation.AT_PERCENTILE_99_5);
    double[] sorted = Arrays.stream(free).skip(185).sorted().toArray();
    // 0.995 * 428 = 425.86.
    double cap = sorted[425] + 0.86 * (sorted[426] - sorted[425]);
    for (int i = 185; i < free.length; i++) {
      References.agree(capped.weights()[i], Math.min(free[i], cap), 1e-9);
    }
    assertThat(measured(capped.effect().independent()).value()).isNotEqualTo(1214.07122329292);
  }

  @Test
  void order_and_units_do_not_matter() {
    Worlds world = Worlds.draw(new Draws(5, 0), 100, Worlds.Outcome.CURVED);
    Estimate one = measured(of(world, Truncation.AT_PERCENTILE_99_5));
    Estimate other = measured(of(world.inOtherUnits(), Truncation.AT_PERCENTILE_99_5));
    References.agree(other.value(), 10 * one.value(), 1e-9);
    References.agree(other.stdError(), 10 * one.stdError(), 1e-9);
  }

  @Test
  void one_control_is_unmeasured() {
    double[][] rows = {{1}, {2}, {3}, {2}};
    Logistic score = Logistic.of(rows, new boolean[] {true, true, true, false});
    assertThat(
            InverseProbability.of(score, new double[] {1, 2, 3, 4}, Truncation.NONE)
                .effect()
                .clustered(new long[4]))
        .isEqualTo(
            new Unmeasured(
                "A comparison needs 2 treated and 2 controls; there are 3 treated and 1"
                    + " controls."));
  }

  @Test
  void a_separated_score_still_gives_finite_numbers_that_nothing_supports() {
    double[][] rows = new double[60][1];
    boolean[] treated = new boolean[60];
    double[] outcomes = new double[60];
    for (int i = 0; i < 60; i++) {
      rows[i][0] = i;
      treated[i] = i >= 30;
      outcomes[i] = i % 7;
    }
    InverseProbability found =
        InverseProbability.of(Logistic.of(rows, treated), outcomes, Truncation.NONE);
    assertThat(found.effect().independent()).isInstanceOf(Estimate.class);
    assertThat(found.controls().isSupported()).isFalse();
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    Logistic score = Logistic.of(new double[][] {{1}, {2}}, new boolean[] {true, false});
    assertThatThrownBy(() -> InverseProbability.of(score, new double[3], Truncation.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("outcomes has 3 values, must have as many as score, 2");
    assertThatThrownBy(
            () -> InverseProbability.of(score, new double[] {1, Double.NaN}, Truncation.NONE))
        .hasMessage("outcomes[1] is NaN, must be finite");
  }

  @Test
  void the_naive_difference_does_not_cover_where_treatment_is_chosen() {
    Simulation.of(
            200,
            51,
            Worlds.PLANTED,
            (draws, truth) -> {
              Worlds world = Worlds.draw(draws, 500, Worlds.Outcome.CURVED);
              return Finding.of(
                  Lin.of(world.treated(), world.outcomes(), new double[500][0]), truth);
            })
        .assertUndercovers();
  }

  private static Measurement of(Worlds world, Truncation truncation) {
    return InverseProbability.of(
            Logistic.of(world.rows(), world.treated()), world.outcomes(), truncation)
        .effect()
        .independent();
  }

  private static Estimate measured(Measurement measurement) {
    return measurement.estimate().orElseThrow();
  }
}
