package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MultipleTestingTest {
  private static final double[] FAMILY = {.0010, .0080, .0390, .0410, .0420, .0600, .0740, .2050};

  /** exact.md. */
  @Test
  void benjamini_and_hochberg_agree_with_the_exact_case() {
    assertAgree(
        MultipleTesting.benjaminiHochberg(FAMILY),
        .008,
        .032,
        .0672,
        .0672,
        .0672,
        .08,
        .592 / 7,
        .205);
  }

  /** exact.md. */
  @Test
  void holm_agrees_with_the_exact_case() {
    assertAgree(MultipleTesting.holm(FAMILY), .008, .056, .234, .234, .234, .234, .234, .234);
  }

  @Test
  void the_order_of_the_family_does_not_matter() {
    var random = new SplittableRandom(39);
    for (int i = 0; i < 100; i++) {
      double[] family = random.doubles(1 + i % 9).map(p -> p * p).toArray();
      double[] turned = turned(family);
      assertThat(turned(MultipleTesting.holm(turned))).isEqualTo(MultipleTesting.holm(family));
      assertThat(turned(MultipleTesting.benjaminiHochberg(turned)))
          .isEqualTo(MultipleTesting.benjaminiHochberg(family));
    }
  }

  @Test
  void adjusted_ones_lie_between_the_raw_ones_and_holm_s() {
    double[] family = new SplittableRandom(40).doubles(50).map(p -> p * p * p).toArray();
    double[] holm = MultipleTesting.holm(family);
    double[] hochberg = MultipleTesting.benjaminiHochberg(family);
    for (int i = 0; i < family.length; i++) {
      assertThat(hochberg[i]).isBetween(family[i], holm[i]);
      assertThat(holm[i]).isLessThanOrEqualTo(1);
    }
    assertThat(MultipleTesting.holm(0.3)).containsExactly(0.3);
  }

  /** 20 true nulls: raw p-values make a false finding in 64 % of families. */
  @Test
  void families_of_nulls_make_a_false_finding_as_seldom_as_said() {
    assertThat(families(MultipleTesting::holm).rejected()).isLessThan(43);
    assertThat(families(MultipleTesting::benjaminiHochberg).rejected()).isLessThan(43);
    families(family -> family).assertUndercovers();
  }

  /** Of 500 families 25 should have one, at most 42 but for chance. */
  private static Simulation families(UnaryOperator<double[]> adjustment) {
    return Simulation.of(
        500, 41, 0, (draws, truth) -> Finding.rejecting(finds(draws.unit(0), adjustment) > 0));
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> MultipleTesting.holm())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pValues.length is 0, must be at least 1");
    assertThatThrownBy(() -> MultipleTesting.benjaminiHochberg(0.1, Double.NaN))
        .hasMessage("pValues[1] is NaN, must lie in 0..1");
    assertThatThrownBy(() -> MultipleTesting.holm(1.5))
        .hasMessage("pValues[0] is 1.5, must lie in 0..1");
  }

  private static long finds(SplittableRandom random, UnaryOperator<double[]> adjustment) {
    double[] adjusted = adjustment.apply(random.doubles(20).toArray());
    return IntStream.range(0, 20).filter(i -> adjusted[i] < 0.05).count();
  }

  private static double[] turned(double[] values) {
    return IntStream.range(0, values.length)
        .mapToDouble(i -> values[values.length - 1 - i])
        .toArray();
  }

  private static void assertAgree(double[] actual, double... expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      agree(actual[i], expected[i]);
    }
  }
}
