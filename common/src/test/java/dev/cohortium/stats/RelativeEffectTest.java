package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RelativeEffectTest {
  /** numpy 2.4.6 on reference nsw/nsw_dw.csv: delta method without covariance, re78 by treat. */
  @Test
  void the_relative_effect_of_two_arms_agrees_with_numpy() {
    RelativeEffect relative =
        RelativeEffect.of(
            Nsw.moments("re78", 1).meanEstimate(), Nsw.moments("re78", 0).meanEstimate());
    Estimate effect = relative.effect().estimate().orElseThrow();
    agree(effect.value(), 0.39394527543396385);
    agree(effect.stdError(), 0.1641947994677099);
    assertThat(relative.method()).isEqualTo(RelativeEffect.Method.DELTA);
    assertThat(relative.limits()).isEqualTo(ConfidenceSet.of(effect.interval()));
  }

  @Test
  void units_of_the_metric_cancel() {
    RelativeEffect here = RelativeEffect.of(new Quotient(12, 10, 0.04, 0.05, 0.01, 40));
    RelativeEffect cents = RelativeEffect.of(new Quotient(1200, 1000, 400, 500, 100, 40));
    agree(
        cents.effect().estimate().orElseThrow().stdError(),
        here.effect().estimate().orElseThrow().stdError());
    agree(here.effect().estimate().orElseThrow().value(), 0.2);
  }

  /** B = 10 with an error of 2.5, 4 of them: limits of QuotientTest's kind, 1 less. */
  @Test
  void a_baseline_under_five_errors_has_fieller_s_limits() {
    Quotient quotient = new Quotient(12, 10, 4, 6.25, 0, 40);
    RelativeEffect relative = RelativeEffect.of(quotient);
    assertThat(relative.method()).isEqualTo(RelativeEffect.Method.FIELLER);
    assertThat(relative.limits()).isEqualTo(quotient.fieller(0.95).shiftedBy(-1));
    RelativeEffect weak = RelativeEffect.of(new Quotient(12, 1, 4, 6.25, 0, 40));
    assertThat(weak.limits().isBounded()).isFalse();
  }

  @Test
  void five_errors_exactly_keep_the_delta_method() {
    assertThat(RelativeEffect.of(new Quotient(12, 10, 4, 4, 0, 40)).method())
        .isEqualTo(RelativeEffect.Method.DELTA);
  }

  @Test
  void a_baseline_not_above_0_has_no_relative_effect() {
    for (double baseline : new double[] {0, -3}) {
      RelativeEffect relative = RelativeEffect.of(new Quotient(12, baseline, 4, 6, 0, 40));
      assertThat(relative.effect())
          .isEqualTo(
              new Unmeasured("The baseline is not above 0: there is nothing to be relative to."));
      assertThat(relative.limits()).isEqualTo(ConfidenceSet.EVERYTHING);
      assertThat(relative.method()).isEqualTo(RelativeEffect.Method.NONE);
    }
    assertThat(RelativeEffect.of(new Quotient(12, 6, 0, 0, 0, 40)).effect())
        .isEqualTo(new Unmeasured("No arm varies: nothing tells how far the estimate may be off."));
  }
}
