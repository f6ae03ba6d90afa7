package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MomentsTest {
  /** numpy 2.4.6 var(ddof=1), scipy 1.17.1 stats.skew of the same list. */
  @Test
  void variance_and_skewness_agree_with_scipy() {
    Moments moments = Moments.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3.5);
    agree(moments.mean(), 3.95);
    agree(moments.variance(), 6.025);
    agree(moments.skewness(), 0.6336434200501668);
  }

  /** scipy 1.17.1 stats.skew of re78 of reference nsw/nsw_dw.csv, treat = 1. */
  @Test
  void skewness_of_real_earnings_agrees_with_scipy() {
    agree(Nsw.moments("re78", 1).skewness(), 2.7206360113401944);
    agree(Nsw.moments("re78", 0).skewness(), 1.8187157060262231);
  }

  @Test
  void moments_of_parts_add_up_in_any_order() {
    var random = new Random(1);
    for (int i = 0; i < 200; i++) {
      double[] values = random.doubles(1 + random.nextInt(30), -5, 50).map(v -> v * v).toArray();
      int cut = random.nextInt(values.length + 1);
      Moments whole = Moments.of(values);
      Moments front = Moments.of(Arrays.copyOfRange(values, 0, cut));
      Moments back = Moments.of(Arrays.copyOfRange(values, cut, values.length));
      assertSame(front.plus(back), whole);
      assertSame(back.plus(front), whole);
    }
  }

  @Test
  void a_shift_moves_the_mean_and_a_scale_its_powers() {
    double[] values = new Random(2).doubles(500, 0, 9).map(v -> v * v * v).toArray();
    Moments here = Moments.of(values);
    Moments far = Moments.of(Arrays.stream(values).map(v -> 1e9 + v).toArray());
    agree(far.variance(), here.variance(), 1e-8);
    agree(far.skewness(), here.skewness(), 1e-8);
    Moments scaled = Moments.of(Arrays.stream(values).map(v -> -3 * v).toArray());
    agree(scaled.variance(), 9 * here.variance());
    agree(scaled.skewness(), -here.skewness());
  }

  @Test
  void equal_values_have_no_variance_at_all() {
    Moments moments = Moments.of(0.1, 0.1, 0.1).plus(Moments.of(0.1));
    assertThat(moments.squaredDeviations()).isZero();
    assertThat(moments.mean()).isEqualTo(0.1);
    assertThat(moments.skewness()).isZero();
    assertThat(moments.meanWithError())
        .isEqualTo(
            new Unmeasured("All values are equal: nothing tells how far their mean may be off."));
  }

  @Test
  void too_few_values_have_no_error() {
    assertThat(Moments.of(4).meanWithError())
        .isEqualTo(new Unmeasured("There are too few values, 1; a mean's error needs 2."));
    assertThatThrownBy(() -> Moments.of(4).variance())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("count is 1, must be at least 2");
    assertThatThrownBy(() -> Moments.NONE.skewness()).hasMessage("count is 0, must be at least 2");
  }

  /** As parts that were summed elsewhere leave it: 0.1 and the double next to it. */
  @Test
  void equal_values_but_for_rounding_have_no_error() {
    Moments parts = Moments.of(0.1, 0.1).plus(Moments.of(Math.nextUp(0.1), Math.nextUp(0.1)));
    assertThat(parts.squaredDeviations()).isPositive();
    assertThat(parts.meanWithError()).isInstanceOf(Unmeasured.class);
    assertThat(parts.skewness()).isZero();
    assertThat(TwoSample.of(parts, parts)).isInstanceOf(Unmeasured.class);
    assertThat(Moments.of(1e9, 1e9 + 1).meanWithError()).isInstanceOf(Estimate.class);
  }

  @Test
  void numbers_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> Moments.of(1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("values[1] is NaN, must be finite");
    assertThatThrownBy(() -> Moments.of(-1e200, 1e200))
        .hasMessage("squaredDeviations is Infinity, must be finite");
    assertThatThrownBy(() -> new Moments(-1, 0, 0, 0))
        .hasMessage("count is -1, must be at least 0");
    assertThatThrownBy(() -> new Moments(3, 0, -1, 0))
        .hasMessage("squaredDeviations is -1, must be at least 0");
  }

  private static void assertSame(Moments actual, Moments expected) {
    assertThat(actual.count()).isEqualTo(expected.count());
    agree(actual.mean(), expected.mean(), 1e-12);
    agree(actual.squaredDeviations(), expected.squaredDeviations(), 1e-11);
    double size = Math.pow(expected.squaredDeviations(), 1.5);
    assertThat(Math.abs(actual.cubedDeviations() - expected.cubedDeviations()))
        .isLessThanOrEqualTo(1e-11 * size);
  }

  @Test
  void too_few_values_for_a_moment_have_none() {
    assertThatThrownBy(() -> new Moments(0, 3, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mean of no values is 3, must be 0");
    assertThatThrownBy(() -> new Moments(1, 3, 2, 0))
        .hasMessage("squaredDeviations of fewer than 2 values is 2, must be 0");
    assertThatThrownBy(() -> new Moments(1, 3, 0, 2))
        .hasMessage("cubedDeviations of fewer than 2 values is 2, must be 0");
    assertThat(new Moments(1, 3, 0, 0)).isEqualTo(Moments.of(3));
  }

  @Test
  void plain_sums_give_the_moments_of_their_values() {
    // 1, 2, 4, 9.
    Moments found = Moments.ofPowerSums(4, 16, 102, 802);

    Moments wanted = Moments.of(1, 2, 4, 9);
    References.agree(found.variance(), wanted.variance(), 1e-13);
    References.agree(found.skewness(), wanted.skewness(), 1e-12);
    assertThat(Moments.ofPowerSums(3, 0.3, 0.03, 0.003).isConstant()).isTrue();
    assertThat(Moments.ofPowerSums(0, 0, 0, 0)).isEqualTo(Moments.NONE);
  }
}
