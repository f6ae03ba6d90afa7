package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class ConfidenceSequenceTest {
  private static final ConfidenceSequence SEQUENCE = new ConfidenceSequence(0.05, 2_000);

  /** Python 3, the formula of the paper as written: n = 5,000 of 20,000, SE 0.03, alpha 0.05. */
  @Test
  void the_half_width_agrees_with_the_formula() {
    Interval interval =
        new ConfidenceSequence(0.05, 20_000).interval(Estimate.normal(1, 0.03), 5_000);
    agree((interval.high() - interval.low()) / 2, 0.09792880115479213);
    agree((interval.high() + interval.low()) / 2, 1);
  }

  /** Against its width at the planned size, that of a plan for a tenth or for ten times as many. */
  @Test
  void it_is_narrowest_at_the_planned_customers() {
    Estimate estimate = Estimate.normal(0, 1);
    double planned = new ConfidenceSequence(0.05, 2_000).interval(estimate, 2_000).high();
    for (long other : new long[] {200, 1_000, 1_900, 2_100, 4_000, 20_000}) {
      assertThat(new ConfidenceSequence(0.05, other).interval(estimate, 2_000).high())
          .isGreaterThan(planned * (other > 1_800 && other < 2_200 ? 0.9999 : 1));
    }
  }

  @Test
  void it_scales_with_the_error_and_is_wider_than_one_look() {
    Interval one = SEQUENCE.interval(Estimate.normal(0, 1), 700);
    agree(SEQUENCE.interval(Estimate.normal(0, 3), 700).high(), 3 * one.high());
    assertThat(one.high()).isGreaterThan(Wilson.Z);
  }

  @Test
  void its_level_is_that_of_the_normal_interval_at_the_same_look() {
    Estimate estimate = Estimate.normal(2, 3);
    Interval normal = estimate.interval(SEQUENCE.level(700));
    agree(normal.low(), SEQUENCE.interval(estimate, 700).low(), 1e-9);
    agree(normal.high(), SEQUENCE.interval(estimate, 700).high(), 1e-9);
  }

  @Test
  void the_ordinary_interval_at_every_look_covers_too_seldom() {
    Simulation.assertUndercovers(
        34, random -> allLooksCover(random, (estimate, customers) -> estimate.interval()));
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> new ConfidenceSequence(1, 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alpha is 1, must lie between 0 and 1");
    assertThatThrownBy(() -> new ConfidenceSequence(0.05, 1))
        .hasMessage("plannedCustomers is 1, must be at least 2");
    assertThatThrownBy(() -> SEQUENCE.interval(Estimate.normal(0, 1), 1))
        .hasMessage("customers is 1, must be at least 2");
  }

  /** Skewed spend, 100 customers more at each of 20 looks, an effect of 0.3. */
  private static boolean allLooksCover(
      SplittableRandom random, BiFunction<Estimate, Long, Interval> intervals) {
    Moments treated = Moments.NONE;
    Moments control = Moments.NONE;
    boolean covers = true;
    for (long customers = 100; customers <= 2_000; customers += 100) {
      treated = treated.plus(spend(random, 1.3));
      control = control.plus(spend(random, 1));
      Estimate estimate = TwoSample.of(treated, control).estimate().orElseThrow();
      covers &= intervals.apply(estimate, customers).contains(0.3);
    }
    return covers;
  }

  private static Moments spend(SplittableRandom random, double mean) {
    return Moments.of(random.doubles(50).map(u -> -mean * Math.log(1 - u)).toArray());
  }
}
