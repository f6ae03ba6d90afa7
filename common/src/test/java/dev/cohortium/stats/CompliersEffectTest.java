package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.CompliersEffect.Method;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CompliersEffectTest {
  private static final double NORMAL = Double.POSITIVE_INFINITY;

  /** exact.md: ITT 0.5 (se .1), compliance .4 (se .01), rho 0. */
  @Test
  void the_quotient_of_estimates_agrees_with_the_exact_case() {
    CompliersEffect compliers = CompliersEffect.of(new Quotient(0.5, 0.4, 0.01, 0.0001, 0, NORMAL));
    Estimate effect = compliers.effect().estimate().orElseThrow();
    agree(effect.value(), 1.25);
    agree(effect.stdError(), 0.251945554634);
    agree(compliers.firstStageF().getAsDouble(), 1600);
    assertThat(compliers.method()).isEqualTo(Method.WALD);
    assertThat(compliers.limits()).isEqualTo(ConfidenceSet.of(effect.interval()));
  }

  /** numpy 2.4.6: var(y - c d, ddof=1) / n by arm; degrees of freedom by Satterthwaite. */
  @Test
  void two_arms_agree_with_numpy() {
    CompliersEffect compliers =
        CompliersEffect.of(
            arm(40, CompliersEffectTest::treated, i -> i % 5 < 3 ? 1 : 0),
            arm(30, CompliersEffectTest::control, i -> i % 10 == 0 ? 1 : 0));
    Estimate effect = compliers.effect().estimate().orElseThrow();
    agree(effect.value(), 4.723333333333333);
    agree(effect.stdError(), 1.6236723124963444);
    agree(effect.degreesOfFreedom(), 63.94955479434509);
    agree(compliers.firstStageF().getAsDouble(), 27.005730659025794);
  }

  /** scipy 1.17.1 optimize.brentq of the test of mean(y - c d), joiners 40 % against 33 %. */
  @Test
  void a_weak_first_stage_has_two_half_lines_that_agree_with_a_search() {
    CompliersEffect compliers =
        CompliersEffect.of(
            arm(40, CompliersEffectTest::treated, i -> i % 5 < 2 ? 1 : 0),
            arm(30, CompliersEffectTest::control, i -> i % 3 == 0 ? 1 : 0));
    agree(compliers.effect().estimate().orElseThrow().value(), 35.424999999999976);
    agree(compliers.firstStageF().getAsDouble(), 0.3216723549488058);
    assertThat(compliers.method()).isEqualTo(Method.ANDERSON_RUBIN);
    assertThat(compliers.limits().pieces()).hasSize(2);
    agree(compliers.limits().pieces().get(0).high(), -10.90854934125852);
    agree(compliers.limits().pieces().get(1).low(), 5.600698032239937);
  }

  /** By hand: Y is 1.5 (.8), z = 1.875, two-sided .0608; F = (.1 / .04)². Wald's would be 5e-5. */
  @Test
  void a_weak_first_stage_has_the_p_value_of_its_limits() {
    CompliersEffect compliers =
        CompliersEffect.of(new Quotient(1.5, 0.1, 0.64, 0.0016, 0.9 * 0.8 * 0.04, NORMAL));
    agree(compliers.firstStageF().getAsDouble(), 6.25);
    assertThat(compliers.limits().contains(0)).isTrue();
    assertThat(compliers.pValue()).isCloseTo(0.0608, within(5e-5));
    assertThat(compliers.effect().estimate().orElseThrow().pValue()).isLessThan(1e-4);
  }

  @Test
  void all_joined_and_no_control_gives_the_intention_to_treat() {
    CompliersEffect compliers =
        CompliersEffect.of(
            arm(40, CompliersEffectTest::treated, i -> 1),
            arm(30, CompliersEffectTest::control, i -> 0));
    Measurement plain =
        TwoSample.of(
            moments(40, CompliersEffectTest::treated), moments(30, CompliersEffectTest::control));
    Estimate effect = compliers.effect().estimate().orElseThrow();
    agree(effect.value(), plain.estimate().orElseThrow().value());
    agree(effect.stdError(), plain.estimate().orElseThrow().stdError());
    agree(effect.degreesOfFreedom(), plain.estimate().orElseThrow().degreesOfFreedom());
    assertThat(compliers.firstStageF()).isEmpty();
    assertThat(compliers.method()).isEqualTo(Method.WALD);
  }

  @Test
  void arms_swapped_change_nothing() {
    CrossMoments one = arm(40, CompliersEffectTest::treated, i -> i % 5 < 3 ? 1 : 0);
    CrossMoments two = arm(30, CompliersEffectTest::control, i -> i % 10 == 0 ? 1 : 0);
    Estimate here = CompliersEffect.of(one, two).effect().estimate().orElseThrow();
    Estimate there = CompliersEffect.of(two, one).effect().estimate().orElseThrow();
    agree(there.value(), here.value());
    agree(there.stdError(), here.stdError());
  }

  @Test
  void arms_that_cannot_tell_are_unmeasured() {
    CompliersEffect nobody =
        CompliersEffect.of(
            arm(9, CompliersEffectTest::treated, i -> 0),
            arm(9, CompliersEffectTest::control, i -> 0));
    assertThat(nobody.effect())
        .isEqualTo(new Unmeasured("The offer moved nobody: the arms joined alike."));
    assertThat(nobody.limits()).isEqualTo(ConfidenceSet.EVERYTHING);
    assertThat(nobody.method()).isEqualTo(Method.NONE);
    CompliersEffect alike =
        CompliersEffect.of(
            arm(8, CompliersEffectTest::treated, i -> i % 2),
            arm(6, CompliersEffectTest::control, i -> i % 2));
    assertThat(alike.effect())
        .isEqualTo(new Unmeasured("The denominator is 0: there is no quotient."));
    assertThat(alike.firstStageF()).hasValue(0);
    assertThat(alike.limits().isBounded()).isFalse();
    assertThat(
            CompliersEffect.of(
                    arm(1, CompliersEffectTest::treated, i -> 1),
                    arm(9, CompliersEffectTest::control, i -> 0))
                .effect())
        .isEqualTo(
            new Unmeasured("The arms have 1 treated and 9 control customers; each needs 2."));
    assertThat(CompliersEffect.of(arm(9, i -> 5, i -> 1), arm(9, i -> 4, i -> 0)).effect())
        .isEqualTo(new Unmeasured("No arm varies: nothing tells how far the estimate may be off."));
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> CompliersEffect.of(CrossMoments.none(3), CrossMoments.none(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("treated has 3 values, must have as many as metric and joined, 2");
  }

  private static double treated(int customer) {
    return customer * 7 % 11 + (customer % 4 == 0 ? 0.5 : 0) + (customer % 5 < 3 ? 3 : 0);
  }

  private static double control(int customer) {
    return customer * 5 % 13 * 0.8;
  }

  private static CrossMoments arm(int customers, IntToDoubleFunction y, IntToDoubleFunction d) {
    double[][] rows = new double[customers][];
    for (int i = 0; i < customers; i++) {
      rows[i] = new double[] {y.applyAsDouble(i), d.applyAsDouble(i)};
    }
    return CrossMoments.of(rows);
  }

  private static Moments moments(int customers, IntToDoubleFunction y) {
    return Moments.of(IntStream.range(0, customers).mapToDouble(y).toArray());
  }
}
