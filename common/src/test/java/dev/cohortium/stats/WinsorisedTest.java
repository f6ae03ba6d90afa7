package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WinsorisedTest {
  /** numpy 2.4.6 percentile([sqrt(37 i % 1009) for i in 1..300], 99.5), linear interpolation. */
  @Test
  void the_cap_agrees_with_numpy() {
    double[] totals =
        IntStream.rangeClosed(1, 300).mapToDouble(i -> Math.sqrt(i * 37 % 1009)).toArray();
    agree(Winsorised.of(totals).orElseThrow().cap(), 31.638884321320564);
  }

  @Test
  void order_does_not_matter_and_units_scale_the_cap() {
    double[] totals = new Random(37).doubles(500).toArray();
    double cap = Winsorised.of(totals).orElseThrow().cap();
    double[] turned = IntStream.range(0, 500).mapToDouble(i -> 3 * totals[499 - i] + 2).toArray();
    agree(Winsorised.of(turned).orElseThrow().cap(), 3 * cap + 2);
    assertThat(totals).isEqualTo(new Random(37).doubles(500).toArray());
  }

  @Test
  void totals_above_the_cap_count_as_the_cap() {
    Winsorised winsorised = new Winsorised(50);
    assertThat(winsorised.capped(51)).isEqualTo(50);
    assertThat(winsorised.capped(50)).isEqualTo(50);
    assertThat(winsorised.capped(-7)).isEqualTo(-7);
  }

  @Test
  void too_few_buyers_have_no_cap_and_numbers_that_cannot_be_are_refused() {
    assertThat(Winsorised.of(new double[199])).isEmpty();
    assertThat(Winsorised.of(new double[200])).isEmpty();
    assertThat(Winsorised.of(IntStream.range(-300, 0).asDoubleStream().toArray())).isEmpty();
    assertThatThrownBy(() -> new Winsorised(-20)).hasMessage("cap is -20, must be above 0");
    assertThatThrownBy(() -> Winsorised.of(1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("totals[1] is NaN, must be finite");
    assertThatThrownBy(() -> new Winsorised(Double.POSITIVE_INFINITY))
        .hasMessage("cap is Infinity, must be finite");
    assertThatThrownBy(() -> new Winsorised(1).capped(Double.NaN))
        .hasMessage("total is NaN, must be finite");
  }
}
