package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LinTest {
  @Test
  void the_experiment_agrees_with_R() {
    // estimatr 1.0.0 lm_lin: nsw/reference.json, bench_nsw_dw_experimental.lin_hc2; exact.md.
    JobProgramme nsw = JobProgramme.randomised();
    Estimate found = References.measured(Lin.of(nsw.treated, nsw.earnings, nsw.rows));
    References.agree(found.value(), 1621.58308189585, 1e-9);
    References.agree(found.stdError(), 694.721569121303, 1e-9);
    String[] path = {"bench_nsw_dw_experimental", "lin_hc2", "lo"};
    References.agree(found.interval().low(), nsw.answer(path), 1e-9);
    path[2] = "hi";
    References.agree(found.interval().high(), nsw.answer(path), 1e-9);
  }

  @Test
  void the_experiment_with_one_covariate_agrees_with_R() {
    // exact.md, NSW: Lin on re75 alone.
    JobProgramme nsw = JobProgramme.randomised();
    double[][] before = new double[nsw.rows.length][];
    for (int i = 0; i < before.length; i++) {
      before[i] = new double[] {nsw.rows[i][7]};
    }
    Estimate found = References.measured(Lin.of(nsw.treated, nsw.earnings, before));
    References.agree(found.value(), 1749.051512732, 1e-9);
    References.agree(found.stdError(), 669.523997988, 1e-9);
  }

  @Test
  void without_covariates_it_is_the_difference_of_means() {
    // (4 + 8) / 2 - (1 + 3 + 2) / 3 = 4; Neyman: 8 / 2 + 1 / 3.
    boolean[] treated = {true, false, true, false, false};
    Estimate found =
        References.measured(Lin.of(treated, new double[] {4, 1, 8, 3, 2}, new double[5][0]));
    References.agree(found.value(), 4, 1e-14);
    References.agree(found.stdError(), Math.sqrt(4 + 1 / 3.0), 1e-14);
    assertThat(found.degreesOfFreedom()).isEqualTo(3);
  }

  @Test
  void units_and_order_do_not_matter() {
    Worlds world = Worlds.draw(new Draws(1, 0), 60, Worlds.Outcome.CURVED);
    Worlds other = world.inOtherUnits();
    Estimate one = References.measured(Lin.of(world.treated(), world.outcomes(), world.rows()));
    Estimate two = References.measured(Lin.of(other.treated(), other.outcomes(), other.rows()));
    References.agree(two.value(), 10 * one.value(), 1e-10);
    References.agree(two.stdError(), 10 * one.stdError(), 1e-10);
  }

  @Test
  void too_few_units_are_unmeasured() {
    boolean[] treated = {true, false, false, false};
    double[] outcomes = {1, 2, 3, 5};
    assertThat(Lin.of(treated, outcomes, new double[4][0]))
        .isEqualTo(
            new Unmeasured(
                "A comparison needs 2 treated and 2 controls; there are 1 treated and 3"
                    + " controls."));
    assertThat(Lin.of(new boolean[4], outcomes, new double[4][0])).isInstanceOf(Unmeasured.class);
    boolean[] halves = {true, false, true, false};
    assertThat(Lin.of(halves, outcomes, new double[][] {{1}, {2}, {4}, {3}}))
        .isEqualTo(new Unmeasured("4 rows for 4 coefficients leave nothing to tell an error by."));
  }

  @Test
  void a_constant_covariate_changes_nothing_however_many_units() {
    // Errors of sd 1, a fair coin: the error is 2 / sqrt(n) = 0.004472, by Neyman's formula.
    int n = 200_000;
    SplittableRandom random = new SplittableRandom(4);
    double[][] alone = new double[n][];
    double[][] beside = new double[n][];
    boolean[] treated = new boolean[n];
    double[] outcomes = new double[n];
    for (int i = 0; i < n; i++) {
      double x = random.nextGaussian();
      alone[i] = new double[] {x};
      beside[i] = new double[] {x, 1};
      treated[i] = random.nextBoolean();
      outcomes[i] = x + (treated[i] ? 1 : 0) + random.nextGaussian();
    }
    Estimate expected = References.measured(Lin.of(treated, outcomes, alone));
    Estimate found = References.measured(Lin.of(treated, outcomes, beside));
    References.agree(expected.stdError(), 0.004472, 0.01);
    References.agree(found.stdError(), expected.stdError(), 1e-12);
    References.agree(found.value(), expected.value(), 1e-12);
    assertThat(found.degreesOfFreedom()).isEqualTo(expected.degreesOfFreedom());
  }

  @Test
  void a_covariate_that_is_constant_but_for_rounding_changes_nothing() {
    Worlds world = Worlds.draw(new Draws(2, 0), 60, Worlds.Outcome.LINEAR);
    double[][] alone = new double[60][];
    double[][] beside = new double[60][];
    for (int i = 0; i < 60; i++) {
      alone[i] = new double[] {world.rows()[i][0]};
      beside[i] = new double[] {world.rows()[i][0], i % 2 == 0 ? 0.3 : 0.1 + 0.2};
    }
    Estimate expected = References.measured(Lin.of(world.treated(), world.outcomes(), alone));
    Estimate found = References.measured(Lin.of(world.treated(), world.outcomes(), beside));
    References.agree(found.stdError(), expected.stdError(), 1e-12);
    assertThat(found.degreesOfFreedom()).isEqualTo(56);
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> Lin.of(new boolean[3], new double[4], new double[4][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("treated has 3 values, must have as many as covariates, 4");
    assertThatThrownBy(() -> Lin.of(new boolean[2], new double[] {1, Double.NaN}, new double[2][1]))
        .hasMessage("outcomes[1] is NaN, must be finite");
  }

  @Test
  void it_says_nothing_true_where_treatment_is_chosen() {
    Simulation chosen =
        Simulation.of(
            400, 21, 1, (draws, truth) -> Finding.of(experiment(draws.unit(0), 1), truth));
    assertThat(chosen.isUnbiased(0.001)).isFalse();
  }

  private static Measurement experiment(SplittableRandom random, double choice) {
    double[][] rows = new double[120][1];
    boolean[] treated = new boolean[120];
    double[] outcomes = new double[120];
    for (int i = 0; i < 120; i++) {
      double hidden = random.nextGaussian();
      rows[i][0] = random.nextGaussian();
      treated[i] = random.nextDouble() < (choice * hidden > 0 ? 0.6 : 0.3);
      outcomes[i] = Math.exp(0.5 * rows[i][0]) + hidden + (treated[i] ? 1 : 0);
    }
    return Lin.of(treated, outcomes, rows);
  }
}
