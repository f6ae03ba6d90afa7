package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
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
