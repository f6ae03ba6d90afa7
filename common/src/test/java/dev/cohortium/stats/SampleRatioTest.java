package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.SampleRatio.Method;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SampleRatioTest {
  private static final double[] HALVES = {0.5, 0.5};

  /** exact.md: 821,588 against 815,482, equal split. */
  @Test
  void a_small_mismatch_of_many_customers_is_an_alarm() {
    SampleRatio ratio = SampleRatio.of(new long[] {821_588, 815_482}, HALVES);
    agree(ratio.pValue(), 1.82179287262e-06);
    assertThat(ratio.isAlarm()).isTrue();
    assertThat(ratio.method()).isEqualTo(Method.CHI_SQUARED);
  }

  /** exact.md: 21,307 / 21,387 / 21,306, equal thirds. */
  @Test
  void three_arms_that_are_fine_agree_with_the_exact_case() {
    SampleRatio ratio =
        SampleRatio.of(
            new long[] {21_307, 21_387, 21_306}, new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0});
    agree(ratio.chiSquared(), 0.20253125);
    assertThat(ratio.degreesOfFreedom()).isEqualTo(2);
    agree(ratio.pValue(), 0.903692958);
    assertThat(ratio.isAlarm()).isFalse();
  }

  /** scipy 1.17.1 stats.binomtest(k, n, p).pvalue, two-sided. */
  @Test
  void two_small_arms_agree_with_the_exact_binomial_test() {
    double[][] cases = {
      {0, 20, 0.1, 0.25452997802490435},
      {9, 40, 0.1, 0.015495305414444483},
      {3, 12, 0.4, 0.3835495751679999}
    };
    for (double[] c : cases) {
      SampleRatio ratio =
          SampleRatio.of(
              new long[] {(long) c[0], (long) (c[1] - c[0])}, new double[] {c[2], 1 - c[2]});
      assertThat(ratio.method()).isEqualTo(Method.EXACT);
      agree(ratio.pValue(), c[3]);
    }
  }

  /** scipy 1.17.1 stats.multinomial(n, p).pmf summed over all outcomes at most as likely. */
  @Test
  void several_small_arms_agree_with_going_through_all_outcomes() {
    agree(exact(new long[] {3, 5, 12}, 0.1, 0.2, 0.7), 0.47843207864997395);
    agree(exact(new long[] {6, 1, 2, 11}, 0.1, 0.2, 0.3, 0.4), 0.003988742889100666);
    agree(exact(new long[] {20, 3, 2}, 0.6, 0.3, 0.1), 0.1031231679231015);
    agree(exact(new long[] {2, 3, 20}, 0.1, 0.3, 0.6), 0.1031231679231015);
  }

  /** 3 customers expected of 3,000,000 where 20 came; scipy 1.17.1: binom.logpmf and its tails. */
  @Test
  void a_tiny_arm_beside_large_ones_is_tested_exactly() {
    double[] shares = {1e-6, 0.5, 0.5 - 1e-6};
    SampleRatio many = SampleRatio.of(new long[] {20, 1_500_000, 1_499_980}, shares);
    assertThat(many.method()).isEqualTo(Method.EXACT);
    agree(many.pValue(), 3.091979913526135e-10, 1e-6);
    SampleRatio fine = SampleRatio.of(new long[] {3, 1_500_000, 1_499_997}, shares);
    agree(fine.pValue(), 1, 0.01);
  }

  /**
   * numpy 2.4.6 through all outcomes of 400; of the arm alone scipy 1.17.1: binom.sf(29, 400, .01)
   * = 3.9e-17, binom.sf(39, 30000, .0001) = 7.8e-31.
   */
  @Test
  void a_small_arm_does_not_hide_among_large_ones() {
    double[] hundredth = {0.01, 0.33, 0.33, 0.33};
    agree(exact(new long[] {30, 124, 123, 123}, hundredth), 1.0585779836832522e-15, 1e-8);
    double[] tiny = {0.0001, 0.3333, 0.3333, 0.3333};
    assertThat(exact(new long[] {40, 9990, 9990, 9980}, tiny)).isLessThan(1e-20);
    assertThat(exact(new long[] {3, 9999, 9999, 9999}, tiny)).isGreaterThan(0.9);
  }

  /** By hand: all four customers in an arm of 1 % have the chance 0.01^4, the smallest of all. */
  @Test
  void four_customers_in_the_smallest_of_ten_arms_are_tested_exactly() {
    double[] shares = new double[10];
    Arrays.fill(shares, 0.11);
    shares[9] = 0.01;
    long[] counts = new long[10];
    counts[9] = 4;
    agree(exact(counts, shares), 1e-8, 1e-6);
  }

  /** scipy 1.17.1: twice binom.sf(39, 3000000, 1e-6), times the two tests. */
  @Test
  void beyond_all_outcomes_each_small_arm_is_tested_by_itself() {
    double large = (1 - 1e-6) / 3;
    double[] shares = {1e-6, large, large, large};
    SampleRatio broken = SampleRatio.of(new long[] {40, 999_987, 999_987, 999_986}, shares);
    assertThat(broken.method()).isEqualTo(Method.EACH_SMALL_ARM);
    assertThat(broken.degreesOfFreedom()).isEqualTo(3);
    agree(broken.pValue(), 3.2005259274900464e-30, 1e-6);
    SampleRatio fine = SampleRatio.of(new long[] {3, 999_999, 999_999, 999_999}, shares);
    agree(fine.pValue(), 1);
    SampleRatio huge =
        SampleRatio.of(new long[] {40, 2_999_999_960L}, new double[] {1e-9, 1 - 1e-9});
    assertThat(huge.isAlarm()).isTrue();
  }

  @Test
  void many_arms_of_few_customers_are_tested_one_by_one() {
    double[] shares = new double[30];
    long[] counts = new long[30];
    Arrays.fill(shares, 1 / 30.0);
    Arrays.fill(counts, 4);
    SampleRatio ratio = SampleRatio.of(counts, shares);
    assertThat(ratio.method()).isEqualTo(Method.EACH_SMALL_ARM);
    agree(ratio.pValue(), 1);
    counts[0] += 30;
    counts[1] -= 4;
    assertThat(SampleRatio.of(counts, shares).isAlarm()).isTrue();
  }

  @Test
  void the_order_of_arms_does_not_matter() {
    agree(
        SampleRatio.of(new long[] {10, 300, 95}, new double[] {0.05, 0.7, 0.25}).pValue(),
        SampleRatio.of(new long[] {95, 10, 300}, new double[] {0.25, 0.05, 0.7}).pValue());
  }

  @Test
  void a_broken_split_alarms() {
    assertThat(draw(new SplittableRandom(31), 20_000, 0.88).isAlarm()).isTrue();
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> SampleRatio.of(new long[] {1}, new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("counts.length is 1, must be at least 2");
    assertThatThrownBy(() -> SampleRatio.of(new long[] {1, 2, 3}, HALVES))
        .hasMessage("shares has 2 values, must have as many as counts, 3");
    assertThatThrownBy(() -> SampleRatio.of(new long[] {0, 0}, HALVES))
        .hasMessage("sum of counts is 0, must be at least 1");
    assertThatThrownBy(() -> SampleRatio.of(new long[] {4, -1}, HALVES))
        .hasMessage("counts[1] is -1, must be at least 0");
    assertThatThrownBy(() -> SampleRatio.of(new long[] {4, 1}, new double[] {0, 1}))
        .hasMessage("shares[0] is 0, must lie between 0 and 1");
    assertThatThrownBy(() -> SampleRatio.of(new long[] {4, 1}, new double[] {0.5, 0.25}))
        .hasMessage("shares add up to 0.75, must add up to 1");
  }

  private static double exact(long[] counts, double... shares) {
    SampleRatio ratio = SampleRatio.of(counts, shares);
    assertThat(ratio.method()).isEqualTo(Method.EXACT);
    return ratio.pValue();
  }

  private static SampleRatio draw(SplittableRandom random, int customers, double share) {
    long treated = 0;
    for (int i = 0; i < customers; i++) {
      treated += random.nextDouble() < share ? 1 : 0;
    }
    return SampleRatio.of(new long[] {treated, customers - treated}, new double[] {0.9, 0.1});
  }

  // --- laws ---

  private static final int SPLITS = 100_000;

  @Test
  void alarms_on_sound_splits_are_as_many_as_the_threshold_promises() {
    for (double share : new double[] {0.5, 0.1}) {
      double[] shares = {share, 1 - share};
      int alarms = 0;
      Binomial splits = new Binomial(70_000, share, 4);
      for (int i = 0; i < SPLITS; i++) {
        long held = splits.next();
        alarms += SampleRatio.of(new long[] {held, 70_000 - held}, shares).isAlarm() ? 1 : 0;
      }
      // scipy 1.17.1: binom.ppf([.0005, .9995], 100000, .001) = 69, 134.
      assertThat(alarms).as("alarms at a share of " + share).isBetween(69, 134);
    }
  }

  @Test
  void a_loss_of_three_percent_of_an_arm_of_70000_is_found_in_99_splits_of_100() {
    int found = 0;
    Binomial splits = new Binomial(140_000, 0.5, 5);
    for (int i = 0; i < SPLITS; i++) {
      long arm = splits.next();
      long left = arm - Math.round(0.03 * arm);
      found += SampleRatio.of(new long[] {left, 140_000 - arm}, HALVES).isAlarm() ? 1 : 0;
    }
    // By the normal law: P((2100 - 3.2905 sqrt(137900)) / (1.97 sqrt(35000)) > Z) = .9914.
    assertThat(found).isGreaterThanOrEqualTo((int) (0.99 * SPLITS));
  }

  /** Draws from a binomial law, by the inverse of its distribution function. */
  private static final class Binomial {
    private final double[] upTo;
    private final SplittableRandom random;

    Binomial(int customers, double share, long seed) {
      random = new SplittableRandom(seed);
      double[] chance = new double[customers + 1];
      int mode = (int) (customers * share);
      chance[mode] = 1;
      double odds = share / (1 - share);
      for (int k = mode; k < customers; k++) {
        chance[k + 1] = chance[k] * odds * (customers - k) / (k + 1);
      }
      for (int k = mode; k > 0; k--) {
        chance[k - 1] = chance[k] / odds * k / (customers - k + 1);
      }
      Arrays.parallelPrefix(chance, Double::sum);
      upTo = chance;
    }

    long next() {
      double u = random.nextDouble() * upTo[upTo.length - 1];
      int place = Arrays.binarySearch(upTo, u);
      return place < 0 ? -place - 1 : place;
    }
  }
}
