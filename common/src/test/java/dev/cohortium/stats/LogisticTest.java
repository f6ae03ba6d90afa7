package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogisticTest {
  @Test
  void the_propensity_score_agrees_with_R() {
    // R 4.2.2 glm(treat ~ .., binomial): lalonde/reference.json, ps.
    JobProgramme lalonde = JobProgramme.observed();
    Logistic score = Logistic.of(lalonde.rows, lalonde.treated);
    assertThat(score.isSeparated()).isFalse();
    for (int j = 0; j <= 8; j++) {
      String name = j == 0 ? "(Intercept)" : JobProgramme.COVARIATES.get(j - 1);
      References.agree(score.coefficients()[j], lalonde.answer("ps", "coef", name), 1e-6);
      Estimate found = score.coefficient(j).estimate().orElseThrow();
      assertThat(found.value()).isEqualTo(score.coefficients()[j]);
      References.agree(found.stdError(), lalonde.answer("ps", "se", name), 1e-6);
    }
    double[] probabilities = score.probabilities();
    for (String id : List.of("NSW1", "NSW2", "NSW100", "NSW185", "PSID1", "PSID2", "PSID429")) {
      References.agree(probabilities[lalonde.places.get(id)], lalonde.answer("ps", "ps", id), 1e-6);
    }
    // The likelihood's own equation: as many expected as observed.
    References.agree(Arrays.stream(probabilities).sum(), 185, 1e-12);
  }

  @Test
  void the_spread_of_logits_agrees_with_R() {
    // lalonde/reference.json, ps_sd: 1.804511970631 of all units.
    JobProgramme lalonde = JobProgramme.observed();
    double[] logits = Logistic.of(lalonde.rows, lalonde.treated).logits();
    double mean = Arrays.stream(logits).average().orElseThrow();
    double squares = Arrays.stream(logits).map(l -> (l - mean) * (l - mean)).sum();
    References.agree(
        Math.sqrt(squares / (logits.length - 1)), lalonde.answer("ps_sd", "logit_sd_all"), 1e-6);
  }

  @Test
  void the_score_of_the_experiment_agrees_with_R() {
    // nsw/reference.json, bench_nsw_dw_experimental.ps_coef.
    JobProgramme nsw = JobProgramme.randomised();
    double[] found = Logistic.of(nsw.rows, nsw.treated).coefficients();
    List<String> names =
        List.of(
            "(Intercept)", "age", "educ", "black", "hisp", "married", "nodegree", "re74", "re75");
    for (int j = 0; j < found.length; j++) {
      References.agree(
          found[j], nsw.answer("bench_nsw_dw_experimental", "ps_coef", names.get(j)), 1e-6);
    }
  }

  @Test
  void one_dummy_gives_the_logarithm_of_the_odds_ratio() {
    // 3 of 4 and 2 of 8 treated: log(3 / 1) - log(2 / 6); errors sqrt(1/3 + 1 + 1/2 + 1/6).
    double[][] rows = new double[12][1];
    boolean[] treated = new boolean[12];
    for (int i = 0; i < 12; i++) {
      rows[i][0] = i < 4 ? 1 : 0;
      treated[i] = i < 3 || i >= 10;
    }
    Logistic score = Logistic.of(rows, treated);
    Estimate slope = score.coefficient(1).estimate().orElseThrow();
    References.agree(slope.value(), Math.log(9), 1e-12);
    References.agree(slope.stdError(), Math.sqrt(2), 1e-10);
    // (3 * 6 + half of the ties 3 * 1 + 2 * 6) / (5 * 7)
    References.agree(score.auc(), 25.5 / 35, 1e-14);
  }

  @Test
  void the_area_under_the_curve_counts_pairs() {
    JobProgramme lalonde = JobProgramme.observed();
    Logistic score = Logistic.of(lalonde.rows, lalonde.treated);
    double[] logits = score.logits();
    double won = 0;
    for (int t = 0; t < 185; t++) {
      for (int c = 185; c < logits.length; c++) {
        won += logits[t] > logits[c] ? 1 : logits[t] == logits[c] ? 0.5 : 0;
      }
    }
    References.agree(score.auc(), won / 185 / 429, 1e-12);
  }

  @Test
  void weights_count_as_rows_and_order_and_units_do_not_matter() {
    Worlds world = Worlds.draw(new Draws(3, 0), 80, Worlds.Outcome.LINEAR);
    double[] weights = new double[80];
    Arrays.fill(weights, 1);
    weights[7] = 2;
    double[][] rows = Arrays.copyOf(world.rows(), 81);
    boolean[] treated = Arrays.copyOf(world.treated(), 81);
    rows[80] = rows[7];
    treated[80] = treated[7];
    double[] weighted = Logistic.of(world.rows(), world.treated(), weights).coefficients();
    double[] repeated = Logistic.of(rows, treated).coefficients();
    for (int j = 0; j < 3; j++) {
      References.agree(weighted[j], repeated[j], 1e-10);
    }
    Worlds other = world.inOtherUnits();
    double[] logits = Logistic.of(world.rows(), world.treated()).logits();
    double[] others = Logistic.of(other.rows(), other.treated()).logits();
    for (int i = 0; i < 80; i++) {
      References.agree(others[79 - i], logits[i], 1e-9);
    }
  }

  @Test
  void perfect_separation_is_reported_and_gets_a_prior() {
    double[][] rows = {{1, 3}, {2, 1}, {3, 2}, {4, 3}, {5, 2}, {6, 1}};
    boolean[] treated = {false, false, false, true, true, true};
    Logistic score = Logistic.of(rows, treated);
    assertThat(score.isSeparated()).isTrue();
    assertThat(score.auc()).isEqualTo(1);
    // Where the log posterior is flat: sum((t - p) z_j) = b_j / 2.5^2, z_j standardised.
    double deviation = Math.sqrt(35.0 / 12);
    double slope = 0;
    double[] probabilities = score.probabilities();
    for (int i = 0; i < 6; i++) {
      slope += ((treated[i] ? 1 : 0) - probabilities[i]) * (rows[i][0] - 3.5) / deviation;
    }
    assertThat(slope).isCloseTo(score.coefficients()[1] * deviation / 6.25, within(1e-9));
    assertThat(Arrays.stream(probabilities).boxed()).allMatch(p -> p > 0.001 && p < 0.999);
  }

  @Test
  void a_rare_dummy_without_controls_is_separated_and_not_singular() {
    int n = 200_000;
    double[][] rows = new double[n][1];
    boolean[] treated = new boolean[n];
    for (int i = 0; i < n; i++) {
      rows[i][0] = i < 2 ? 1 : 0;
      treated[i] = i < 2 || i % 3 == 0;
    }
    assertThat(Logistic.of(rows, treated).isSeparated()).isTrue();
  }

  @Test
  void a_dummy_without_controls_is_separated_too() {
    double[][] rows = new double[60][1];
    boolean[] treated = new boolean[60];
    for (int i = 0; i < 60; i++) {
      rows[i][0] = i % 10 == 0 ? 1 : 0;
      treated[i] = i % 10 == 0 || i % 3 == 0;
    }
    Logistic score = Logistic.of(rows, treated);
    assertThat(score.isSeparated()).isTrue();
    assertThat(score.coefficient(1).estimate().orElseThrow().value()).isBetween(1.0, 30.0);
    assertThat(score.logit(new double[] {1})).isEqualTo(score.logits()[0]);
  }

  @Test
  void an_aliased_column_is_left_out() {
    double[][] rows = {{1, 2}, {2, 4}, {3, 6}, {1, 2}, {5, 10}, {2, 4}};
    Logistic score = Logistic.of(rows, new boolean[] {true, false, true, false, false, true});
    assertThat(score.aliased()).containsExactly(1);
    assertThat(score.coefficients()[2]).isZero();
    assertThat(score.coefficient(2))
        .isEqualTo(
            new Unmeasured(
                "Column 1 is constant or explained by those before it, so its coefficient cannot"
                    + " be told."));
  }

  @Test
  void a_constant_column_does_not_separate_however_many_rows() {
    int n = 100_000;
    SplittableRandom random = new SplittableRandom(12);
    double[][] rows = new double[n][];
    boolean[] treated = new boolean[n];
    for (int i = 0; i < n; i++) {
      rows[i] = new double[] {random.nextGaussian(), 1};
      treated[i] = random.nextBoolean();
    }
    Logistic score = Logistic.of(rows, treated);
    assertThat(score.isSeparated()).isFalse();
    assertThat(score.aliased()).containsExactly(1);
    // A fair coin's logit: 2 / sqrt(n) = 0.00632.
    Estimate intercept = score.coefficient(0).estimate().orElseThrow();
    References.agree(intercept.stdError(), 0.00632, 0.01);
  }

  @Test
  void one_far_row_on_its_side_does_not_separate_the_others() {
    double[][] rows = new double[101][];
    boolean[] treated = new boolean[101];
    SplittableRandom random = new SplittableRandom(13);
    for (int i = 0; i < 100; i++) {
      double x = random.nextGaussian();
      rows[i] = new double[] {x};
      treated[i] = random.nextDouble() < 1 / (1 + Math.exp(-x));
    }
    rows[100] = new double[] {1e10};
    treated[100] = true;
    Logistic score = Logistic.of(rows, treated);
    assertThat(score.isSeparated()).isFalse();
    assertThat(score.likelihood()).isEqualTo(LogisticFit.Likelihood.SINGULAR);
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    double[][] rows = {{1}, {2}, {4}};
    assertThatThrownBy(() -> Logistic.of(rows, new boolean[] {true, true, true}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("treated holds 3 treated and 0 controls, must hold both");
    assertThatThrownBy(() -> Logistic.of(new double[0][], new boolean[0]))
        .hasMessage("rows.length is 0, must be at least 1");
    assertThatThrownBy(() -> Logistic.of(rows, new boolean[2]))
        .hasMessage("treated has 2 values, must have as many as rows, 3");
    boolean[] treated = {true, false, true};
    assertThatThrownBy(() -> Logistic.of(rows, treated, new double[] {1, -1, 1}))
        .hasMessage("weights[1] is -1, must be above 0");
    assertThatThrownBy(() -> Logistic.of(new double[][] {{1}, {Double.NaN}, {3}}, treated))
        .hasMessage("rows[1] is NaN, must be finite");
    assertThatThrownBy(() -> Logistic.of(rows, treated).coefficient(2))
        .hasMessage("coefficient is 2, must lie in 0..1");
  }
}
