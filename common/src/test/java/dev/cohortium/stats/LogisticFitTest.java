package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LogisticFitTest {
  @Test
  void steps_summed_over_parts_give_the_regression_of_all_rows() throws Exception {
    Worlds world = Worlds.draw(new Draws(21, 0), 200, Worlds.Outcome.LINEAR);
    Gram gram = Gram.none(2);
    for (int from = 0; from < 200; from += 50) {
      gram =
          gram.plus(
              Gram.of(
                  Arrays.copyOfRange(world.rows(), from, from + 50),
                  outcomes(Arrays.copyOfRange(world.treated(), from, from + 50))));
    }
    Gram all = gram;
    LogisticFit fit = LinearFitTest.sent(LogisticFit.of(all, place -> summed(all, world, place)));
    Logistic expected = Logistic.of(world.rows(), world.treated());
    assertThat(fit.likelihood()).isEqualTo(LogisticFit.Likelihood.MAXIMISED);
    for (int j = 0; j < 3; j++) {
      References.agree(fit.coefficients()[j], expected.coefficients()[j], 1e-10);
      References.agree(
          References.measured(fit.coefficient(j)).stdError(),
          References.measured(expected.coefficient(j)).stdError(),
          1e-10);
    }
    References.agree(fit.logit(world.rows()[3]), expected.logits()[3], 1e-10);
  }

  private static double[] outcomes(boolean... treated) {
    double[] outcomes = new double[treated.length];
    Arrays.setAll(outcomes, i -> treated[i] ? 1 : 0);
    return outcomes;
  }

  private static LogisticState summed(Gram gram, Worlds world, double[] place) {
    LogisticState sum = LogisticState.none(place);
    double[] ones = new double[50];
    Arrays.fill(ones, 1);
    for (int from = 0; from < 200; from += 50) {
      LogisticState part =
          LogisticState.of(
              gram,
              Arrays.copyOfRange(world.rows(), from, from + 50),
              Arrays.copyOfRange(world.treated(), from, from + 50),
              ones,
              place);
      try {
        sum = sum.plus(LinearFitTest.sent(part));
      } catch (java.io.IOException | ClassNotFoundException impossible) {
        throw new AssertionError(impossible);
      }
    }
    return sum;
  }

  @Test
  void a_state_has_the_likelihood_gradient_and_curvature_of_one_row() {
    // One treated row at logit 0: log 2; -(1 - 1/2); 1/4.
    Gram gram = Gram.of(new double[][] {{0}, {2}}, new double[2]);
    LogisticState state =
        LogisticState.of(
            gram, new double[][] {{2}}, new boolean[] {true}, new double[] {1}, new double[2]);
    References.agree(state.value(), Math.log(2), 1e-15);
    assertThat(state.gradient()).containsExactly(-0.5, -0.5);
    assertThat(state.curvature()).isDeepEqualTo(new double[][] {{0.25, 0.25}, {0.25, 0.25}});
    assertThat(state.weight()).isEqualTo(1);
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    LogisticState state = LogisticState.none(new double[2]);
    assertThatThrownBy(() -> state.plus(LogisticState.none(new double[] {0, 1})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("other is at [0.0, 1.0], must be at the coefficients of this, [0.0, 0.0]");
    Gram gram = Gram.of(new double[][] {{0}, {2}}, new double[2]);
    double[][] rows = {{0}, {2}};
    double[] ones = {1, 1};
    boolean[] nobody = new boolean[2];
    assertThatThrownBy(
            () -> LogisticFit.of(gram, at -> LogisticState.of(gram, rows, nobody, ones, at)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("None of 2 units are treated: there is no score.");
    assertThatThrownBy(() -> LogisticState.of(gram, rows, nobody, ones, new double[1]))
        .hasMessage("place has 1 values, must have as many as coefficients, 2");
    assertThatThrownBy(() -> LogisticFit.of(Gram.none(1), at -> state))
        .hasMessage("n is 0, must be at least 1");
  }
}
