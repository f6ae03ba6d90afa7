package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EntropyBalancingTest {
  @Test
  void the_survey_comparison_agrees_with_R() {
    // R 4.2.2, dual by Newton and package ebal: lalonde/reference.json, ebal_mean.
    JobProgramme lalonde = JobProgramme.observed();
    EntropyBalancing found = EntropyBalancing.of(lalonde.rows, lalonde.treated, lalonde.earnings);
    JobProgramme answers = lalonde;
    References.agree(measured(found.effect()).value(), answers.answer("ebal_mean", "att"), 1e-6);
    References.agree(
        Math.sqrt(ClusterSums.of(found.effectWithFixedWeights().influences()).sumOfSquares()),
        answers.answer("ebal_mean", "hc0_fixed_w", "se"),
        1e-6);
    References.agree(found.controls().value(), answers.answer("ebal_mean", "ess_control"), 1e-6);
    for (int j = 0; j < 8; j++) {
      References.agree(
          found.lambda()[j],
          answers.answer("ebal_mean", "lambda", JobProgramme.COVARIATES.get(j)),
          1e-6);
    }
    for (String id : new String[] {"PSID1", "PSID2", "PSID100", "PSID429"}) {
      References.agree(
          found.weights()[lalonde.places.get(id)],
          answers.answer("ebal_mean", "weights_norm", id),
          1e-6);
    }
    References.agree(
        Arrays.stream(found.weights()).skip(185).max().orElseThrow(),
        answers.answer("ebal_mean", "max_weight_norm"),
        1e-6);
    assertThat(found.imbalance()).isLessThan(1e-12);
    // 98 of 429 controls: under 30 %.
    assertThat(found.controls().isSupported()).isFalse();
  }

  @Test
  void squares_balanced_too_agree_with_R() {
    // lalonde/reference.json, ebal_mean_var.
    JobProgramme lalonde = JobProgramme.observed();
    double[][] rows = new double[lalonde.rows.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOf(lalonde.rows[i], 12);
      int[] squared = {0, 1, 6, 7};
      for (int j = 0; j < 4; j++) {
        rows[i][8 + j] = rows[i][squared[j]] * rows[i][squared[j]];
      }
    }
    EntropyBalancing found = EntropyBalancing.of(rows, lalonde.treated, lalonde.earnings);
    References.agree(
        measured(found.effect()).value(), lalonde.answer("ebal_mean_var", "att"), 1e-6);
    References.agree(
        found.controls().value(), lalonde.answer("ebal_mean_var", "ess_control"), 1e-6);
  }

  @Test
  void the_experiment_agrees_with_R() {
    // nsw/reference.json, bench_nsw_dw_experimental: ebal_att, and ebal10_att with dummies of no
    // earnings before.
    JobProgramme nsw = JobProgramme.randomised();
    EntropyBalancing found = EntropyBalancing.of(nsw.rows, nsw.treated, nsw.earnings);
    String key = "bench_nsw_dw_experimental";
    References.agree(measured(found.effect()).value(), nsw.answer(key, "ebal_att", "att"), 1e-6);
    References.agree(found.controls().value(), nsw.answer(key, "ebal_att", "ess"), 1e-6);
    References.agree(
        Math.sqrt(ClusterSums.of(found.effectWithFixedWeights().influences()).sumOfSquares()),
        nsw.answer(key, "ebal_att", "hc0_fixed_w"),
        1e-6);
    double[][] rows = new double[nsw.rows.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOf(nsw.rows[i], 10);
      rows[i][8] = rows[i][6] == 0 ? 1 : 0;
      rows[i][9] = rows[i][7] == 0 ? 1 : 0;
    }
    EntropyBalancing ten = EntropyBalancing.of(rows, nsw.treated, nsw.earnings);
    References.agree(measured(ten.effect()).value(), nsw.answer(key, "ebal10_att", "att"), 1e-6);
    References.agree(ten.controls().value(), nsw.answer(key, "ebal10_att", "ess"), 1e-6);
  }

  @Test
  void order_and_units_do_not_matter() {
    Worlds world = Worlds.draw(new Draws(7, 0), 100, Worlds.Outcome.CURVED);
    Estimate one = measured(of(world));
    Estimate other = measured(of(world.inOtherUnits()));
    References.agree(other.value(), 10 * one.value(), 1e-9);
    References.agree(other.stdError(), 10 * one.stdError(), 1e-9);
  }

  @Test
  void means_that_no_weights_reach_are_unmeasured() {
    double[][] rows = {{9}, {8}, {1}, {2}, {3}};
    boolean[] treated = {true, true, false, false, false};
    EntropyBalancing found = EntropyBalancing.of(rows, treated, new double[] {1, 2, 3, 4, 6});
    Unmeasured expected =
        new Unmeasured(
            "No weights of the 3 controls give them the covariate means of the treated.");
    assertThat(found.effect().independent()).isEqualTo(expected);
    assertThat(found.effectWithFixedWeights().clustered(new long[5])).isEqualTo(expected);
    assertThat(found.weights()).isEmpty();
    assertThat(found.controls().isSupported()).isFalse();
  }

  @Test
  void a_column_that_is_constant_among_controls_alone_is_unmeasured() {
    double[][] rows = {{1, 1}, {2, 0}, {1, 0}, {2, 0}, {3, 0}};
    boolean[] treated = {true, true, false, false, false};
    assertThat(
            EntropyBalancing.of(rows, treated, new double[] {1, 2, 3, 4, 6}).effect().independent())
        .isInstanceOf(Unmeasured.class);
  }

  @Test
  void a_kind_of_controls_without_treated_weighs_nothing() {
    double[][] rows = {{1, 0}, {2, 0}, {0, 0}, {1.5, 0}, {3, 0}, {2, 1}, {1, 1}};
    boolean[] treated = {true, true, false, false, false, false, false};
    EntropyBalancing found =
        EntropyBalancing.of(rows, treated, new double[] {1, 2, 3, 4, 6, 100, 200});
    assertThat(found.weights()[5] + found.weights()[6]).isCloseTo(0, within(1e-8));
    assertThat(measured(found.effect()).value()).isBetween(-4.5, 0.0);
    assertThat(measured(found.effect()).stdError()).isLessThan(5);
  }

  @Test
  void as_many_coefficients_as_controls_are_unmeasured() {
    double[][] rows = {{1.5}, {2}, {1}, {3}};
    assertThat(
            EntropyBalancing.of(
                    rows, new boolean[] {true, true, false, false}, new double[] {1, 2, 3, 4})
                .effect()
                .independent())
        .isEqualTo(
            new Unmeasured("2 controls for 2 coefficients leave nothing to tell an error by."));
  }

  @Test
  void one_control_is_unmeasured() {
    assertThat(
            EntropyBalancing.of(
                    new double[][] {{1}, {2}, {1.5}},
                    new boolean[] {true, true, false},
                    new double[] {1, 2, 3})
                .effect()
                .independent())
        .isEqualTo(
            new Unmeasured(
                "A comparison needs 2 treated and 2 controls; there are 2 treated and 1"
                    + " controls."));
  }

  @Test
  void a_constant_covariate_changes_nothing() {
    for (int seed = 0; seed < 50; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double[][] alone = new double[200][];
      double[][] beside = new double[200][];
      boolean[] treated = new boolean[200];
      double[] outcomes = new double[200];
      for (int i = 0; i < 200; i++) {
        double x = random.nextGaussian();
        alone[i] = new double[] {x};
        beside[i] = new double[] {x, seed % 2 == 0 ? 1 : 0.1};
        treated[i] = random.nextDouble() < 0.3;
        outcomes[i] = x + random.nextGaussian();
      }
      Estimate expected = measured(EntropyBalancing.of(alone, treated, outcomes).effect());
      Estimate found = measured(EntropyBalancing.of(beside, treated, outcomes).effect());
      References.agree(found.value(), expected.value(), 1e-12);
      References.agree(found.stdError(), expected.stdError(), 1e-12);
    }
  }

  @Test
  void a_covariate_that_is_constant_but_for_rounding_changes_nothing() {
    Worlds world = Worlds.draw(new Draws(9, 0), 200, Worlds.Outcome.LINEAR);
    double[][] beside = new double[200][];
    for (int i = 0; i < 200; i++) {
      beside[i] = Arrays.copyOf(world.rows()[i], 3);
      beside[i][2] = world.treated()[i] ? 0.3 : 0.1 + 0.2;
    }
    Estimate expected = measured(of(world));
    Estimate found =
        measured(EntropyBalancing.of(beside, world.treated(), world.outcomes()).effect());
    References.agree(found.value(), expected.value(), 1e-12);
    References.agree(found.stdError(), expected.stdError(), 1e-12);
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> EntropyBalancing.of(new double[0][], new boolean[0], new double[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rows.length is 0, must be at least 1");
    assertThatThrownBy(() -> EntropyBalancing.of(new double[4][1], new boolean[3], new double[4]))
        .hasMessage("treated has 3 values, must have as many as rows, 4");
    assertThatThrownBy(() -> EntropyBalancing.of(new double[4][1], new boolean[4], new double[3]))
        .hasMessage("outcomes has 3 values, must have as many as rows, 4");
    assertThatThrownBy(
            () ->
                EntropyBalancing.of(new double[2][1], new boolean[2], new double[] {0, Double.NaN}))
        .hasMessage("outcomes[1] is NaN, must be finite");
  }

  @Test
  void fixed_weights_are_too_cautious_where_the_outcome_is_linear() {
    Worlds world = Worlds.draw(new Draws(8, 0), 500, Worlds.Outcome.LINEAR);
    EntropyBalancing found = EntropyBalancing.of(world.rows(), world.treated(), world.outcomes());
    assertThat(measured(found.effectWithFixedWeights()).stdError())
        .isGreaterThan(1.1 * measured(found.effect()).stdError());
  }

  private static ClusteredMean of(Worlds world) {
    return EntropyBalancing.of(world.rows(), world.treated(), world.outcomes()).effect();
  }

  private static Estimate measured(ClusteredMean effect) {
    return effect.independent().estimate().orElseThrow();
  }

  @Test
  void outcomes_that_do_not_vary_are_unmeasured() {
    for (int n = 20; n < 60; n++) {
      Worlds world = Worlds.draw(new Draws(25, n), n, Worlds.Outcome.LINEAR);
      double[] outcomes = new double[n];
      Arrays.fill(outcomes, 1);
      EntropyBalancing found = EntropyBalancing.of(world.rows(), world.treated(), outcomes);
      assertThat(found.effect().independent()).isInstanceOf(Unmeasured.class);
      assertThat(found.effectWithFixedWeights().independent()).isInstanceOf(Unmeasured.class);
    }
  }
}
