package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class TwoSampleTest {
  private static final Moments SOME = Moments.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3.5);
  private static final Moments OTHERS = Moments.of(2, 7, 1, 8, 2, 8, 1, 8);

  /** scipy 1.17.1 stats.ttest_ind(a, b, equal_var=False) and its confidence_interval(). */
  @Test
  void welch_agrees_with_scipy() {
    Estimate estimate = TwoSample.of(SOME, OTHERS).estimate().orElseThrow();
    agree(estimate.value(), -0.675);
    agree(estimate.degreesOfFreedom(), 12.436786250320852);
    agree(estimate.pValue(), 0.6437876414012415);
    agree(estimate.interval().low(), -3.766397299984058);
    agree(estimate.interval().high(), 2.4163972999840584);
  }

  private static double naive(String key) {
    return References.number("nsw/reference.json", "bench_nsw_dw_experimental", "naive", key);
  }

  /**
   * Reference nsw/reference.json, naive (R 4.2.2 t.test); p and degrees of freedom of scipy 1.17.1.
   */
  @Test
  void the_randomised_job_programme_has_its_published_effect() {
    Estimate estimate =
        TwoSample.of(Nsw.moments("re78", 1), Nsw.moments("re78", 0)).estimate().orElseThrow();
    agree(estimate.value(), naive("diff"));
    agree(estimate.stdError(), naive("welch_se"));
    agree(estimate.pValue(), 0.007892978305501865);
    agree(estimate.degreesOfFreedom(), 307.13249449670695);
  }

  @Test
  void arms_swapped_change_the_sign_alone() {
    Estimate here = TwoSample.of(SOME, OTHERS).estimate().orElseThrow();
    Estimate there = TwoSample.of(OTHERS, SOME).estimate().orElseThrow();
    agree(there.value(), -here.value());
    agree(there.stdError(), here.stdError());
    agree(there.degreesOfFreedom(), here.degreesOfFreedom());
  }

  @Test
  void an_arm_that_does_not_vary_leaves_the_other_s_degrees_of_freedom() {
    Estimate estimate = TwoSample.of(SOME, Moments.of(2, 2, 2)).estimate().orElseThrow();
    agree(estimate.degreesOfFreedom(), 9);
    agree(estimate.stdError(), Math.sqrt(0.6025));
  }

  @Test
  void a_planted_difference_is_found_between_unequal_arms() {
    Simulation.assertRight(
        7,
        0.5,
        random ->
            TwoSample.of(
                Moments.of(random.doubles(25).map(u -> 0.5 + 3 * u).toArray()),
                Moments.of(random.doubles(10).map(u -> 1 + 2 * u - 0.5).toArray())));
  }

  /** Revenue with a few huge accounts: the check of skewness says what the interval cannot. */
  @Test
  void few_skewed_customers_are_covered_too_seldom_and_the_check_says_so() {
    int[] passed = {0};
    Simulation.assertUndercovers(
        8,
        random -> {
          Moments treated = lognormal(random, 15);
          Moments control = lognormal(random, 400);
          passed[0] += SmallSampleSkew.of(treated).passes() ? 1 : 0;
          return TwoSample.of(treated, control).estimate().orElseThrow().interval().contains(0);
        });
    assertThat(passed[0]).isLessThan(500 / 20);
  }

  @Test
  void a_level_that_is_none_is_refused() {
    for (double level : new double[] {0, 1, 95, Double.NaN}) {
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> Estimate.normal(1, 1).interval(level))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("level is ")
          .hasMessageEndingWith(", must lie between 0 and 1");
    }
  }

  @Test
  void arms_too_small_or_constant_are_unmeasured() {
    assertThat(TwoSample.of(Moments.of(4), OTHERS))
        .isEqualTo(
            new Unmeasured("The arms have 1 treated and 8 control customers; each needs 2."));
    assertThat(TwoSample.of(SOME, Moments.NONE))
        .isEqualTo(
            new Unmeasured("The arms have 10 treated and 0 control customers; each needs 2."));
    assertThat(TwoSample.of(Moments.of(1, 1), Moments.of(0, 0)))
        .isEqualTo(new Unmeasured("No arm varies: nothing tells how far the estimate may be off."));
  }

  private static Moments lognormal(RandomGenerator random, int customers) {
    double[] values = new double[customers];
    for (int i = 0; i < customers; i++) {
      values[i] = Math.exp(1.6 * random.nextGaussian());
    }
    return Moments.of(values);
  }
}
