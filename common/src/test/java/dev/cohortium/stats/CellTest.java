package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.stats.Cell.Claim;
import dev.cohortium.stats.Cell.Deviation;
import org.junit.jupiter.api.Test;

class CellTest {
  /** A mean of 1,000 values whose error is {@code factor} of what it should be. */
  private static Cell cell(double factor, double bias) {
    return Cell.of(
        "mean",
        "normal",
        0.1,
        (draws, truth) -> {
          double mean = truth + bias + Math.sqrt(0.001) * draws.unit(0).nextGaussian();
          return Finding.of(Estimate.normal(mean, factor * Math.sqrt(0.001)), truth);
        });
  }

  private static Cell.Outcome run(Cell cell) {
    return cell.run(2_000, 0.001);
  }

  @Test
  void a_right_estimator_passes() {
    assertThat(run(cell(1, 0)).passes()).isTrue();
    assertThat(run(cell(1, 0).with(Claim.TEST)).passes()).isTrue();
  }

  @Test
  void a_wrong_error_fails_unless_it_is_expected() {
    Cell small = cell(0.85, 0);
    assertThat(run(small).deviations()).containsExactly(Deviation.COVERS_TOO_SELDOM);
    assertThat(run(small).passes()).isFalse();
    assertThat(run(small.with(Claim.TEST)).passes()).isFalse();
    assertThat(run(small.expecting("few", Deviation.COVERS_TOO_SELDOM)).passes()).isTrue();
    assertThat(run(small.expecting("few", Deviation.COVERS_TOO_OFTEN)).passes()).isFalse();
    assertThat(run(cell(1.2, 0)).deviations()).containsExactly(Deviation.COVERS_TOO_OFTEN);
  }

  @Test
  void a_bias_fails() {
    assertThat(run(cell(1, 0.005)).deviations()).containsExactly(Deviation.BIASED);
  }

  @Test
  void what_skewness_excuses_must_have_been_warned_of() {
    Cell silent = cell(0.85, 0).expecting("skewed", Deviation.WARNED);
    assertThat(run(silent).passes()).isFalse();
    Cell warned =
        Cell.of(
                "mean",
                "skewed",
                0.1,
                (draws, truth) ->
                    silent.study().find(draws, truth).checked(Moments.of(0, 0, 0, 0, 1)))
            .expecting("skewed", Deviation.WARNED);
    assertThat(run(warned).passes()).isTrue();
  }

  @Test
  void a_draw_depends_on_its_seed_replicate_and_unit_alone() {
    double[] all = new Draws(7, 3).numbers(0, 5, random -> random.nextDouble());
    assertThat(new Draws(7, 3).numbers(2, 1, random -> random.nextDouble()))
        .containsExactly(all[2]);
    assertThat(all).doesNotHaveDuplicates();
    assertThat(new Draws(7, 4).unit(0).nextDouble()).isNotEqualTo(all[0]);
    assertThat(new Draws(8, 3).unit(0).nextDouble()).isNotEqualTo(all[0]);
  }
}
