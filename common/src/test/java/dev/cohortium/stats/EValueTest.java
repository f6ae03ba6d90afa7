package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EValueTest {
  @Test
  void the_published_example_agrees() {
    // exact.md: RR 3.9, lower limit 1.8 -> 7.26303434416, 3.0 (VanderWeele, Ding 2017).
    EValue found = EValue.ofRiskRatio(3.9, new Interval(1.8, 8.7));
    References.agree(found.value(), 7.26303434416, 1e-9);
    References.agree(found.limit(), 3, 1e-14);
  }

  @Test
  void a_standardised_difference_agrees() {
    // exact.md: d = 0.5: RR 1.5761733830, E-value 2.52914198186.
    EValue found = EValue.ofStandardisedDifference(0.5, 0.1);
    References.agree(found.riskRatio(), 1.5761733830, 1e-9);
    References.agree(found.value(), 2.52914198186, 1e-9);
    double low = Math.exp(0.91 * 0.5 - 1.78 * 0.1);
    References.agree(found.limit(), low + Math.sqrt(low * (low - 1)), 1e-14);
  }

  @Test
  void a_harm_needs_as_much_as_the_same_benefit() {
    EValue benefit = EValue.ofRiskRatio(2, new Interval(1.25, 4));
    EValue harm = EValue.ofRiskRatio(0.5, new Interval(0.25, 0.8));
    assertThat(harm.value()).isEqualTo(benefit.value());
    assertThat(harm.limit()).isEqualTo(benefit.limit());
  }

  @Test
  void no_effect_and_an_interval_that_holds_none_need_nothing() {
    assertThat(EValue.ofStandardisedDifference(0, 0.2)).isEqualTo(new EValue(1, 1, 1));
    assertThat(EValue.ofRiskRatio(1.5, new Interval(0.9, 2.5)).limit()).isEqualTo(1);
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> EValue.ofRiskRatio(0, new Interval(0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("riskRatio is 0, must be above 0");
    assertThatThrownBy(() -> EValue.ofRiskRatio(2, new Interval(3, 4)))
        .hasMessage("riskRatio is 2.0, must lie in the interval, Interval[low=3.0, high=4.0]");
    assertThatThrownBy(() -> EValue.ofStandardisedDifference(Double.NaN, 1))
        .hasMessage("difference is NaN, must be finite");
    assertThatThrownBy(() -> EValue.ofStandardisedDifference(1, -1))
        .hasMessage("stdError is -1, must be at least 0");
    assertThatThrownBy(() -> EValue.ofStandardisedDifference(1000, 1))
        .hasMessage("riskRatio is Infinity, must be finite");
  }
}
