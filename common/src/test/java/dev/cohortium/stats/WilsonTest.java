package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WilsonTest {
  /**
   * Newcombe 1998, doi 10.1002/(SICI)1097-0258(19980430)17:8, table I; digits by the closed form.
   */
  @Test
  void limits_agree_with_the_published_cases() {
    assertThat(Wilson.of(81, 263).low()).isCloseTo(0.255288519878, within(1e-12));
    assertThat(Wilson.of(81, 263).high()).isCloseTo(0.366209576983, within(1e-12));
    assertThat(Wilson.of(0, 20).high()).isCloseTo(0.161125158053, within(1e-12));
  }

  @Test
  void nobody_and_everybody_reach_the_bounds_exactly() {
    for (long n : new long[] {1, 2, 3, 7, 20, 263, 1_000_003, 9_007_199_254_740_993L}) {
      assertThat(Wilson.of(0, n).low()).isZero();
      assertThat(Wilson.of(n, n).high()).isEqualTo(1);
    }
  }

  @Test
  void failures_have_the_mirrored_interval() {
    for (long n = 1; n <= 60; n++) {
      for (long x = 0; x <= n; x++) {
        assertThat(Wilson.of(x, n).low()).isCloseTo(1 - Wilson.of(n - x, n).high(), within(1e-15));
      }
    }
  }

  @Test
  void limits_are_where_the_score_test_just_rejects() {
    for (long[] c : new long[][] {{1, 3}, {5, 20}, {81, 263}, {999, 1000}, {3, 1_000_000}}) {
      double rate = (double) c[0] / c[1];
      for (double limit :
          new double[] {Wilson.of(c[0], c[1]).low(), Wilson.of(c[0], c[1]).high()}) {
        double score = (rate - limit) / Math.sqrt(limit * (1 - limit) / c[1]);
        assertThat(Math.abs(score)).isCloseTo(Wilson.Z, within(1e-8));
      }
    }
  }

  @Test
  void the_interval_holds_the_rate_and_narrows_with_the_trials() {
    for (long n = 10; n <= 100_000; n *= 10) {
      Wilson few = Wilson.of(n / 10 * 3, n);
      Wilson many = Wilson.of(n * 3, n * 10);
      assertThat(few.low()).isLessThan(many.low());
      assertThat(many.low()).isLessThan(0.3);
      assertThat(many.high()).isGreaterThan(0.3).isLessThan(few.high());
    }
  }

  /**
   * 20,000 samples of 40, each at a planted rate of its own: standard error of the share 0.0015.
   */
  @Test
  void the_interval_covers_the_planted_rate_as_often_as_it_says() {
    var random = new SplittableRandom(20240229);
    int samples = 20_000;
    double covered = 0;
    for (int sample = 0; sample < samples; sample++) {
      double rate = random.nextDouble();
      int successes = 0;
      for (int trial = 0; trial < 40; trial++) {
        successes += random.nextDouble() < rate ? 1 : 0;
      }
      Wilson interval = Wilson.of(successes, 40);
      covered += interval.low() <= rate && rate <= interval.high() ? 1 : 0;
    }
    assertThat(covered / samples).isCloseTo(0.95, within(0.006));
  }

  @Test
  void counts_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> Wilson.of(0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("trials is 0, must be at least 1");
    assertThatThrownBy(() -> Wilson.of(-1, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("successes is -1, must lie in 0..5 (trials)");
    assertThatThrownBy(() -> Wilson.of(6, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("successes is 6, must lie in 0..5 (trials)");
  }
}
