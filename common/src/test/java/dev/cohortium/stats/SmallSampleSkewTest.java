package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SmallSampleSkewTest {
  /** 355 skewness², skewness by scipy 1.17.1 of re78 of reference nsw/nsw_dw.csv, treat = 1. */
  @Test
  void the_job_programme_is_too_small_for_its_skewness() {
    SmallSampleSkew skew = SmallSampleSkew.of(Nsw.moments("re78", 1));
    agree(skew.needed().getAsDouble(), 355 * 2.7206360113401944 * 2.7206360113401944);
    assertThat(skew.customers()).isEqualTo(185);
    assertThat(skew.passes()).isFalse();
  }

  /** skewness of 1 to 9 and a 1,000: by far above what 10 customers bear. */
  @Test
  void one_huge_account_fails_and_even_values_pass() {
    assertThat(SmallSampleSkew.of(Moments.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 1000)).passes()).isFalse();
    assertThat(SmallSampleSkew.of(Moments.of(1, 2, 3, 4, 5)).passes()).isTrue();
  }

  /**
   * 90 customers who stand for nine tenths, beside 5,000 who stand for one: the mean is as skewed
   * as that of the 90 alone, though all customers put together are as good as even.
   */
  @Test
  void few_customers_of_a_stratum_that_stands_for_many_want_as_many_as_if_alone() {
    Moments few = Moments.of(IntStream.range(0, 90).mapToDouble(i -> i % 9 == 0 ? 1 : 0).toArray());
    Moments many = Moments.of(IntStream.range(0, 5_000).mapToDouble(i -> i % 2).toArray());
    SmallSampleSkew alone = SmallSampleSkew.of(few);

    SmallSampleSkew together = SmallSampleSkew.of(new double[] {0.9, 0.1}, List.of(few, many));

    assertThat(SmallSampleSkew.of(few.plus(many)).passes()).isTrue();
    assertThat(together.passes()).isFalse();
    assertThat(together.customers()).isEqualTo(5_090);
    agree(
        together.needed().getAsDouble() / together.customers(),
        alone.needed().getAsDouble() / alone.customers(),
        0.05);
  }

  /**
   * By hand: 0, 0, 3 have the unbiased cumulants 3 and 9 (n sum d³ / ((n - 1) (n - 2)) with sum d³
   * = 6); of the mean of two strata alike 3/6 and 9/36, a skewness of 1/sqrt(2) of 6 customers.
   */
  @Test
  void the_skewness_of_small_strata_is_told_by_unbiased_cumulants() {
    Moments half = Moments.of(0, 0, 3);

    SmallSampleSkew together = SmallSampleSkew.of(new double[] {0.5, 0.5}, List.of(half, half));

    agree(together.skewness().getAsDouble(), 0.25 / Math.pow(0.5, 1.5) * Math.sqrt(6));
    assertThat(together.customers()).isEqualTo(6);
  }

  @Test
  void strata_of_two_customers_tell_no_skewness_and_of_one_are_refused() {
    Moments two = Moments.of(0, 3);
    double[] shares = {0.5, 0.5};

    assertThat(SmallSampleSkew.of(shares, List.of(two, two)).passes()).isFalse();
    assertThat(SmallSampleSkew.of(shares, List.of(two, Moments.of(1, 1, 1, 1))).passes()).isFalse();
    assertThatThrownBy(() -> SmallSampleSkew.of(shares, List.of(two, Moments.of(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("count is 1, must be at least 2");
  }

  @Test
  void the_bound_itself_passes() {
    assertThat(new SmallSampleSkew(355, OptionalDouble.of(-1)).passes()).isTrue();
    assertThat(new SmallSampleSkew(354, OptionalDouble.of(-1)).passes()).isFalse();
  }

  @Test
  void an_arm_that_tells_nothing_does_not_pass() {
    for (Moments arm : new Moments[] {Moments.NONE, Moments.of(1, 2), Moments.of(3, 3, 3, 3)}) {
      assertThat(SmallSampleSkew.of(arm).skewness()).isEmpty();
      assertThat(SmallSampleSkew.of(arm).needed()).isEmpty();
      assertThat(SmallSampleSkew.of(arm).passes()).isFalse();
    }
  }

  /** Equal values summed elsewhere: their squares are not 0 but rounding. */
  @Test
  void values_equal_but_for_rounding_tell_no_skewness() {
    Moments arm = new Moments(5000, 0.3, 1e-28, 1e-44);
    assertThat(SmallSampleSkew.of(arm).skewness()).isEmpty();
    assertThat(SmallSampleSkew.of(arm).passes()).isFalse();
  }
}
