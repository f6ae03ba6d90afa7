package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MinimumDetectableEffectTest {
  private static final MinimumDetectableEffect PLAN = MinimumDetectableEffect.of(1);

  /** exact.md: sd 1, alpha .05 two-sided, power .8. */
  @Test
  void effects_agree_with_the_exact_cases() {
    agree(PLAN.effect(10_000, 10_000), 0.039620398116);
    agree(PLAN.effect(95_000, 5_000), 0.040649670768);
  }

  /** scipy 1.17.1: 2 (norm.ppf(.975) + norm.ppf(.8))² / .05² * 2 = 12,558.2. */
  @Test
  void the_customers_of_an_effect_are_rounded_up() {
    assertThat(PLAN.customers(0.05, 0.5)).isEqualTo(12_559);
    assertThat(PLAN.customers(-0.05, 0.5)).isEqualTo(12_559);
  }

  @Test
  void the_customers_that_an_effect_needs_find_it() {
    for (double share : new double[] {0.05, 0.3, 0.5, 0.9}) {
      long all = PLAN.customers(0.02, share);
      long treated = Math.round(all * share);
      agree(PLAN.effect(treated, all - treated), 0.02, 1e-4);
    }
  }

  @Test
  void a_correlated_covariate_narrows_it_and_units_scale_it() {
    agree(PLAN.withCorrelation(-0.6).effect(100, 50), 0.8 * PLAN.effect(100, 50));
    agree(MinimumDetectableEffect.of(7).effect(100, 50), 7 * PLAN.effect(100, 50));
    agree(PLAN.effect(50, 100), PLAN.effect(100, 50));
  }

  /** 500 experiments: power 80 % within the exact binomial band at level 0.001, 74 % to 85.6 %. */
  @Test
  void the_effect_is_found_as_often_as_planned() {
    var random = new Random(32);
    double effect = PLAN.effect(120, 60);
    int found = 0;
    for (int i = 0; i < 500; i++) {
      Measurement measured = TwoSample.of(arm(random, 120, effect), arm(random, 60, 0));
      found += measured.estimate().orElseThrow().pValue() < 0.05 ? 1 : 0;
    }
    assertThat(found).isBetween(369, 429);
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> MinimumDetectableEffect.of(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("standardDeviation is 0, must lie between 0 and ");
    assertThatThrownBy(() -> PLAN.withCorrelation(1))
        .hasMessage("correlation is 1, must lie between -1 and 1");
    assertThatThrownBy(() -> new MinimumDetectableEffect(1, 0, 0.05, 0.02))
        .hasMessage("power is 0.02, must lie between 0.025 and 1");
    assertThatThrownBy(() -> PLAN.effect(0, 4)).hasMessage("treated is 0, must be at least 1");
    assertThatThrownBy(() -> PLAN.customers(1, 1))
        .hasMessage("treatedShare is 1, must lie between 0 and 1");
    assertThatThrownBy(() -> PLAN.customers(0, 0.5))
        .hasMessage("effect is 0.0, must be larger: it needs over 2^53 customers");
  }

  private static Moments arm(Random random, int customers, double mean) {
    double[] values = new double[customers];
    for (int i = 0; i < customers; i++) {
      values[i] = mean + random.nextGaussian();
    }
    return Moments.of(values);
  }
}
