package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.LeastSquares.ClusterFactor;
import dev.cohortium.stats.LeastSquares.ErrorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LinearFitTest {
  @Test
  void robust_errors_of_parts_by_a_second_pass_equal_those_of_all_rows() throws Exception {
    Worlds world = Worlds.draw(new Draws(16, 0), 120, Worlds.Outcome.CURVED);
    double[][] rows = world.rows();
    double[] outcomes = world.outcomes();
    Gram merged = Gram.none(2);
    for (int from = 0; from < 120; from += 40) {
      Gram part =
          Gram.of(
              Arrays.copyOfRange(rows, from, from + 40),
              Arrays.copyOfRange(outcomes, from, from + 40));
      merged = merged.plus(sent(part));
    }
    LinearFit fit = sent(LinearFit.of(merged));
    double[] direction = fit.direction(new double[] {0, 1, 0});
    double squares = 0;
    double[] ofPairs = new double[60];
    long[] pairs = new long[120];
    for (int i = 0; i < 120; i++) {
      double influence = fit.influence(direction, rows[i], outcomes[i], 1);
      squares += influence * influence / (1 - fit.leverage(rows[i], 1));
      ofPairs[i / 2] += influence;
      pairs[i] = i / 2;
    }
    LeastSquares all = LeastSquares.of(rows, outcomes);
    Estimate expected = References.measured(all.coefficient(1, ErrorModel.HC2));
    References.agree(fit.coefficients()[1], expected.value(), 1e-12);
    References.agree(Math.sqrt(squares), expected.stdError(), 1e-12);
    References.agree(
        Math.sqrt(ClusterSums.of(ofPairs).variance()),
        References.measured(all.clustered(1, pairs, ClusterFactor.CLUSTERS)).stdError(),
        1e-12);
  }

  @Test
  void leverages_sum_to_the_number_of_coefficients() {
    Worlds world = Worlds.draw(new Draws(17, 0), 50, Worlds.Outcome.LINEAR);
    LinearFit fit = LinearFit.of(Gram.of(world.rows(), world.outcomes()));
    double sum = Arrays.stream(world.rows()).mapToDouble(row -> fit.leverage(row, 1)).sum();
    References.agree(sum, fit.rank(), 1e-12);
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> LinearFit.of(Gram.none(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("n is 0, must be at least 1");
    LinearFit fit = LinearFit.of(Gram.of(new double[][] {{1}, {2}}, new double[2]));
    assertThatThrownBy(() -> fit.leverage(new double[2], 1))
        .hasMessage("row has 2 values, must have as many as columns, 1");
    assertThatThrownBy(() -> fit.direction(new double[1]))
        .hasMessage("combination has 1 values, must have as many as coefficients, 2");
    double nan = Double.NaN;
    double[] row = {1};
    double[] bad = {nan};
    double[] direction = fit.direction(new double[] {0, 1});
    assertThatThrownBy(() -> fit.fitted(bad)).hasMessage("row is NaN, must be finite");
    assertThatThrownBy(() -> fit.residual(bad, 1)).hasMessage("row is NaN, must be finite");
    assertThatThrownBy(() -> fit.residual(row, nan)).hasMessage("outcome is NaN, must be finite");
    assertThatThrownBy(() -> fit.leverage(bad, 1)).hasMessage("row is NaN, must be finite");
    assertThatThrownBy(() -> fit.leverage(row, nan)).hasMessage("weight is NaN, must be finite");
    assertThatThrownBy(() -> fit.direction(new double[] {1, nan}))
        .hasMessage("combination[1] is NaN, must be finite");
    assertThatThrownBy(() -> fit.influence(new double[] {0, nan}, row, 1, 1))
        .hasMessage("direction[1] is NaN, must be finite");
    assertThatThrownBy(() -> fit.influence(direction, row, 1, 0))
        .hasMessage("weight is 0, must be above 0");
    assertThatThrownBy(() -> fit.influence(direction, bad, 1, 1))
        .hasMessage("row is NaN, must be finite");
  }

  /** What a cluster's worker gets. */
  @SuppressWarnings("unchecked")
  static <T> T sent(T state) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(state);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }
}
