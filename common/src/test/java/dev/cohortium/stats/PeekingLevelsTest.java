package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class PeekingLevelsTest {
  private static final PeekingLevels LEVELS = new PeekingLevels(0.05);

  /** scipy 1.17.1: t.ppf(1 - 6 * .05 / (pi² 9) / 2, 50). */
  @Test
  void the_interval_of_the_third_look_agrees_with_scipy() {
    agree(LEVELS.interval(new Estimate(0, 1, 50), 3).high(), 3.0781318982623027);
  }

  @Test
  void levels_of_all_looks_add_up_to_alpha() {
    double sum = 0;
    int looks = 100_000;
    for (int look = 1; look <= looks; look++) {
      sum += LEVELS.level(look);
    }
    // The rest of sum 1 / k² beyond K is 1 / K - 1 / (2 K²).
    agree(sum + 6 * 0.05 / (Math.PI * Math.PI) * (1.0 / looks - 0.5 / looks / looks), 0.05);
    agree(LEVELS.level(2), LEVELS.level(1) / 4);
  }

  @Test
  void the_p_value_meets_alpha_where_the_interval_meets_0() {
    Estimate far = new Estimate(LEVELS.interval(new Estimate(0, 1, 50), 3).high(), 1, 50);
    agree(LEVELS.pValue(far, 3), 0.05);
    assertThat(LEVELS.pValue(Estimate.normal(0.1, 1), 9)).isEqualTo(1);
  }

  @Test
  void the_ordinary_interval_month_after_month_covers_too_seldom() {
    Simulation.assertUndercovers(
        36, random -> allMonthsCover(random, (estimate, look) -> estimate.interval()));
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> new PeekingLevels(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alpha is 0, must lie between 0 and 1");
    assertThatThrownBy(() -> LEVELS.level(0)).hasMessage("look is 0, must be at least 1");
  }

  /** The same 120 customers, 12 months, total spend so far: an effect of 0.2 a month. */
  private static boolean allMonthsCover(
      SplittableRandom random, BiFunction<Estimate, Integer, Interval> intervals) {
    double[] treated = new double[60];
    double[] control = new double[60];
    boolean covers = true;
    for (int month = 1; month <= 12; month++) {
      for (int i = 0; i < 60; i++) {
        treated[i] += 0.2 + random.nextGaussian();
        control[i] += random.nextGaussian();
      }
      Estimate estimate =
          TwoSample.of(Moments.of(treated), Moments.of(control)).estimate().orElseThrow();
      covers &= intervals.apply(estimate, month).contains(0.2 * month);
    }
    return covers;
  }
}
