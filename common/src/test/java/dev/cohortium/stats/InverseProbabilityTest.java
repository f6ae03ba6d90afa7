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
    Estimate effect = References.measured(found.effect().independent());
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
    double largest = answers.answer("ipw_att", "max_weight");
    assertThat(Arrays.stream(found.weights()).skip(185).max().orElseThrow()).isEqualTo(1);
    for (String id : new String[] {"PSID1", "PSID2", "PSID100", "PSID429"}) {
      References.agree(
          found.weights()[lalonde.places.get(id)] * largest,
          answers.answer("ipw_att", "weights", id),
          1e-6);
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
        References.measured(found.effect().independent()).value(),
        nsw.answer(key, "ipw_hajek"),
        1e-6);
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
      References.agree(capped.weights()[i], Math.min(free[i] / cap, 1), 1e-9);
    }
    assertThat(References.measured(capped.effect().independent()).value())
        .isNotEqualTo(1214.07122329292);
  }

  @Test
  void order_and_units_do_not_matter() {
    Worlds world = Worlds.draw(new Draws(5, 0), 100, Worlds.Outcome.CURVED);
    Estimate one = References.measured(of(world, Truncation.AT_PERCENTILE_99_5));
    Estimate other = References.measured(of(world.inOtherUnits(), Truncation.AT_PERCENTILE_99_5));
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
  void one_treated_far_from_all_others_is_no_reason_to_refuse() {
    Worlds world = Worlds.draw(new Draws(15, 0), 300, Worlds.Outcome.LINEAR);
    for (Truncation truncation : Truncation.values()) {
      Logistic score = withOneFarTreated(world);
      InverseProbability found = InverseProbability.of(score, world.outcomes(), truncation);
      assertThat(References.measured(found.effect().independent()).value()).isFinite();
      assertThat(found.controls().isSupported()).isTrue();
    }
  }

  /**
   * The score of a world whose first treated has 2,000 as its first covariate: a logit over 710.
   */
  static Logistic withOneFarTreated(Worlds world) {
    int first = 0;
    while (!world.treated()[first]) {
      first++;
    }
    world.rows()[first][0] = 2000;
    return Logistic.of(world.rows(), world.treated());
  }

  @Test
  void a_score_fitted_elsewhere_gives_the_same_effect_with_the_error_of_known_weights() {
    Worlds world = Worlds.draw(new Draws(19, 0), 300, Worlds.Outcome.CURVED);
    Logistic here = Logistic.of(world.rows(), world.treated());
    KnownScore elsewhere = KnownScore.of(here.logits(), world.treated());
    for (Truncation truncation : Truncation.values()) {
      InverseProbability expected = InverseProbability.of(here, world.outcomes(), truncation);
      InverseProbability found = InverseProbability.of(elsewhere, world.outcomes(), truncation);
      assertThat(found.effect().independent())
          .isEqualTo(expected.effectWithFixedWeights().independent());
    }
  }

  @Test
  void one_control_of_infinite_odds_carries_all_weight_and_supports_nothing() {
    double[] logits = {0, 0, 1000, 1, 0, -800};
    boolean[] treated = {true, true, false, false, false, false};
    InverseProbability found =
        InverseProbability.of(
            KnownScore.of(logits, treated), new double[] {5, 7, 2, 9, 9, 9}, Truncation.NONE);
    assertThat(found.weights()).containsExactly(1, 1, 1, 0, 0, 0);
    assertThat(References.measured(found.effect().independent()).value()).isEqualTo(4);
    assertThat(found.controls().value()).isEqualTo(1);
  }

  @Test
  void a_cap_far_below_the_largest_odds_leaves_the_others_their_weight() {
    // 202 controls, the last of odds e^1000: 0.995 * 201 = 199.995, between two of even odds.
    double[] logits = new double[204];
    boolean[] treated = new boolean[204];
    treated[0] = true;
    treated[1] = true;
    logits[203] = 1000;
    double[] weights =
        InverseProbability.of(
                KnownScore.of(logits, treated), new double[204], Truncation.AT_PERCENTILE_99_5)
            .weights();
    assertThat(weights).containsOnly(1);
  }

  @Test
  void scores_that_cannot_be_are_refused() {
    boolean[] treated = {true, false};
    assertThatThrownBy(() -> KnownScore.of(new double[] {0, Double.POSITIVE_INFINITY}, treated))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logits[1] is Infinity, must be finite");
    assertThatThrownBy(() -> KnownScore.of(new double[3], treated))
        .hasMessage("treated has 2 values, must have as many as logits, 3");
    assertThatThrownBy(() -> KnownScore.of(new double[2], treated, new double[] {1e308, 1e308}))
        .hasMessage("sum of weights is Infinity, must be finite");
    assertThatThrownBy(() -> KnownScore.of(new double[2], treated, new double[] {1, 0}))
        .hasMessage("weights[1] is 0, must be above 0");
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

  /** Ten treated and few controls of one outcome: naive means of it differ in their last bits. */
  @Test
  void outcomes_that_do_not_vary_are_unmeasured_and_never_an_exact_zero() {
    for (int controls = 2; controls <= 40; controls++) {
      for (double outcome : new double[] {1, 0.1, -3.3e7, 0}) {
        double[] logits = new double[10 + controls];
        boolean[] treated = new boolean[10 + controls];
        double[] outcomes = new double[10 + controls];
        for (int i = 0; i < treated.length; i++) {
          treated[i] = i < 10;
          outcomes[i] = outcome;
          logits[i] = controls % 3 == 0 ? 0 : i % 4;
        }
        InverseProbability found =
            InverseProbability.of(KnownScore.of(logits, treated), outcomes, Truncation.NONE);
        Unmeasured constant =
            new Unmeasured("The observations do not vary, so no error can be told.");
        assertThat(found.effect().independent()).isEqualTo(constant);
        assertThat(found.effectWithFixedWeights().independent()).isEqualTo(constant);
      }
    }
  }

  @Test
  void an_estimated_score_does_not_make_an_effect_of_outcomes_that_do_not_vary() {
    Worlds world = Worlds.draw(new Draws(23, 0), 200, Worlds.Outcome.LINEAR);
    double[] outcomes = new double[200];
    Arrays.fill(outcomes, 0.7);
    Logistic score = Logistic.of(world.rows(), world.treated());
    for (Truncation truncation : Truncation.values()) {
      assertThat(InverseProbability.of(score, outcomes, truncation).effect().independent())
          .isInstanceOf(Unmeasured.class);
    }
  }

  @Test
  void units_of_one_arm_alone_are_unmeasured() {
    for (boolean all : new boolean[] {true, false}) {
      boolean[] treated = {all, all, all};
      KnownScore score = KnownScore.of(new double[] {1, 2, 3}, treated);
      InverseProbability found =
          InverseProbability.of(score, new double[] {1, 2, 3}, Truncation.AT_PERCENTILE_99_5);
      assertThat(found.effect().independent()).isInstanceOf(Unmeasured.class);
      Aipw doubly = Aipw.of(score, new double[3][1], new double[] {1, 2, 3}, Truncation.NONE);
      assertThat(doubly.effect().independent()).isInstanceOf(Unmeasured.class);
      assertThat(doubly.outcomeRegression().independent()).isInstanceOf(Unmeasured.class);
    }
    assertThat(
            InverseProbability.of(
                    KnownScore.of(new double[0], new boolean[0]), new double[0], Truncation.NONE)
                .effect()
                .independent())
        .isInstanceOf(Unmeasured.class);
  }
}
