package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LinByArmsTest {
  @Test
  void the_experiment_with_one_covariate_agrees_with_R() {
    // exact.md, NSW: Lin on re75 alone.
    Estimate found = References.measured(ofNsw());
    References.agree(found.value(), 1749.051512732, 1e-9);
    References.agree(found.stdError(), 669.523997988, 1e-9);
    // Of 185 treated and 260 controls, whose lines leave 183 and 258 free.
    assertThat(found.degreesOfFreedom()).isBetween(183.0, 441.0);
  }

  @Test
  void a_covariate_that_is_constant_leaves_the_plain_difference() {
    CrossMoments treated = CrossMoments.of(new double[][] {{4, 1}, {8, 1}, {6, 1}});
    CrossMoments control = CrossMoments.of(new double[][] {{1, 1}, {3, 1}, {2, 1}});
    LinByArms lines = LinByArms.of(treated, control);

    Estimate found =
        References.measured(
            lines.effect(
                lines.treated().variance(4, 1)
                    + lines.treated().variance(8, 1)
                    + lines.treated().variance(6, 1),
                lines.control().variance(1, 1)
                    + lines.control().variance(3, 1)
                    + lines.control().variance(2, 1)));

    References.agree(found.value(), 4, 1e-14);
    assertThat(lines.treatedOverBaseline(1, 2))
        .isEqualTo(new Quotient(6, 2, 1, 2, 0, Double.POSITIVE_INFINITY));
    References.agree(found.stdError(), Math.sqrt(4 / 3.0 + 1 / 3.0), 1e-14);
  }

  @Test
  void a_small_arm_decides_the_degrees_of_freedom() {
    CrossMoments four = CrossMoments.of(new double[][] {{4, 1}, {8, 2}, {5, 3}, {7, 0}});
    CrossMoments many = CrossMoments.of(new double[1_000][2]);

    // Satterthwaite: (3 + 1)² / (3² / (4 - 2) + 1² / (1,000 - 2)).
    References.agree(
        References.measured(LinByArms.of(four, many).effect(3, 1)).degreesOfFreedom(),
        16 / (4.5 + 1 / 998.0),
        1e-12);
  }

  @Test
  void as_many_customers_as_coefficients_are_unmeasured_and_one_in_an_arm_is_refused() {
    CrossMoments two = CrossMoments.of(new double[][] {{4, 1}, {8, 2}});
    CrossMoments one = CrossMoments.of(new double[][] {{4, 1}});

    assertThat(LinByArms.of(two, two).effect(1, 1)).isInstanceOf(Unmeasured.class);
    assertThatThrownBy(() -> LinByArms.of(two, one)).isInstanceOf(IllegalArgumentException.class);
  }

  private static Measurement ofNsw() {
    LinByArms lines =
        LinByArms.of(Nsw.crossMoments(1, "re78", "re75"), Nsw.crossMoments(0, "re78", "re75"));
    return lines.effect(variance(lines.treated(), 1), variance(lines.control(), 0));
  }

  private static double variance(LinByArms.Line line, int arm) {
    double[] after = Nsw.column("re78", arm);
    double[] before = Nsw.column("re75", arm);
    double sum = 0;
    for (int i = 0; i < after.length; i++) {
      sum += line.variance(after[i], before[i]);
    }
    return sum;
  }
}
