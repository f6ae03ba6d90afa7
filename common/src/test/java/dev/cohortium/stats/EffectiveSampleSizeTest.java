package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EffectiveSampleSizeTest {
  @Test
  void equal_weights_count_in_full_and_one_weight_as_one() {
    assertThat(EffectiveSampleSize.of(3, 3, 3, 3).value()).isEqualTo(4);
    assertThat(EffectiveSampleSize.of(0, 5, 0).value()).isEqualTo(1);
    // (1 + 2 + 3)^2 / (1 + 4 + 9)
    assertThat(EffectiveSampleSize.of(1, 2, 3).value()).isCloseTo(36 / 14.0, within(1e-15));
    assertThat(EffectiveSampleSize.of().value()).isZero();
  }

  @Test
  void sums_of_parts_add_up_and_scale_does_not_matter() {
    EffectiveSampleSize parts =
        EffectiveSampleSize.of(1, 2)
            .plus(EffectiveSampleSize.of())
            .plus(EffectiveSampleSize.of(5, 0.5));
    assertThat(parts).isEqualTo(EffectiveSampleSize.of(1, 2, 5, 0.5));
    assertThat(EffectiveSampleSize.of(1e9, 2e9, 5e9, 5e8).value())
        .isCloseTo(parts.value(), within(1e-14));
  }

  @Test
  void weights_that_collapse_on_few_units_support_nothing() {
    double[] weights = new double[100];
    Arrays.fill(weights, 1);
    assertThat(EffectiveSampleSize.of(weights).isSupported()).isTrue();
    weights[0] = 100;
    assertThat(EffectiveSampleSize.of(weights).isSupported()).isFalse();
    assertThat(EffectiveSampleSize.of(Arrays.copyOfRange(weights, 1, 25)).isSupported()).isFalse();
    assertThat(EffectiveSampleSize.of().isSupported()).isFalse();
  }

  @Test
  void weights_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> EffectiveSampleSize.of(1, -2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights[1] is -2, must be at least 0");
    assertThatThrownBy(() -> EffectiveSampleSize.of(1, Double.NaN))
        .hasMessage("weights[1] is NaN, must be finite");
    assertThatThrownBy(() -> EffectiveSampleSize.of(1e200, 1))
        .hasMessage("sumOfSquares is Infinity, must be finite");
  }

  /** 25 weights of 0.1: 24.999999999999996. */
  @Test
  void rounding_does_not_take_support_away() {
    for (double weight : new double[] {0.1, 0.3, 1e-9, 7e20}) {
      double[] weights = new double[25];
      Arrays.fill(weights, weight);
      assertThat(EffectiveSampleSize.of(weights).isSupported()).isTrue();
    }
    double[] ofHundred = new double[100];
    Arrays.fill(ofHundred, 0, 30, 0.1);
    assertThat(EffectiveSampleSize.of(ofHundred).isSupported()).isTrue();
  }

  @Test
  void weights_too_small_to_square_tell_the_same_in_both_forms() {
    double[] tiny = {1e-200, 1e-200};
    assertThat(EffectiveSampleSize.of(tiny).value()).isZero();
    assertThat(WeightedMoments.of(new double[] {1, 2}, tiny).effectiveSampleSize()).isZero();
  }
}
