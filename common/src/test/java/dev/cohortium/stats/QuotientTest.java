package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuotientTest {
  private static final double NORMAL = Double.POSITIVE_INFINITY;

  /** The test of 3 - 2 r inverted by scipy 1.17.1 optimize.brentq, normal and t with 12 df. */
  @Test
  void fieller_s_interval_agrees_with_inverting_the_test_by_search() {
    Interval normal = only(new Quotient(3, 2, 0.25, 0.16, 0.05, NORMAL).fieller(0.95));
    agree(normal.low(), 0.9616376760534532);
    agree(normal.high(), 2.469557680083469);
    Interval student = only(new Quotient(3, 2, 0.25, 0.16, 0.05, 12).fieller(0.95));
    agree(student.low(), 0.9115300091803553);
    agree(student.high(), 2.6451670553693365);
  }

  /** The same for 3 - 0.5 r: a denominator of 1.25 errors. */
  @Test
  void a_denominator_that_may_be_0_gives_two_half_lines() {
    ConfidenceSet set = new Quotient(3, 0.5, 0.25, 0.16, 0.05, NORMAL).fieller(0.95);
    assertThat(set.pieces()).hasSize(2);
    assertThat(set.isBounded()).isFalse();
    agree(set.pieces().get(0).high(), -9.495843807212488);
    agree(set.pieces().get(1).low(), 2.321915042634562);
    assertThat(set.contains(6)).isTrue();
    assertThat(set.contains(0)).isFalse();
    assertThat(set.contains(-1e300)).isTrue();
  }

  @Test
  void where_neither_differs_from_0_nothing_is_excluded() {
    assertThat(new Quotient(0.3, 0.5, 0.25, 0.16, 0.05, NORMAL).fieller(0.95))
        .isEqualTo(ConfidenceSet.EVERYTHING);
    assertThat(new Quotient(0, 0, 1, 1, 0, NORMAL).fieller(0.95))
        .isEqualTo(ConfidenceSet.EVERYTHING);
  }

  @Test
  void a_denominator_known_exactly_scales_the_numerator_s_interval() {
    Quotient quotient = new Quotient(3, -2, 0.25, 0, 0, 7);
    Interval interval = only(quotient.fieller(0.9));
    Interval scaled = new Estimate(-1.5, 0.25, 7).interval(0.9);
    agree(interval.low(), scaled.low());
    agree(interval.high(), scaled.high());
    agree(quotient.deltaMethod().estimate().orElseThrow().stdError(), 0.25);
    Interval zero = only(new Quotient(0, 2, 0, 0.01, 0, NORMAL).fieller(0.95));
    assertThat(zero).isEqualTo(new Interval(0, 0));
  }

  @Test
  void every_limit_is_where_the_test_just_rejects() {
    var random = new SplittableRandom(16);
    for (int i = 0; i < 500; i++) {
      double up = Math.exp(20 * random.nextGaussian());
      double down = Math.exp(20 * random.nextGaussian());
      double n = up * random.nextGaussian();
      double d = down * 2 * random.nextGaussian();
      double vn = up * up * random.nextDouble();
      double vd = down * down * random.nextDouble();
      double c = Math.sqrt(vn) * Math.sqrt(vd) * (2 * random.nextDouble() - 1);
      ConfidenceSet set = new Quotient(n, d, vn, vd, c, NORMAL).fieller(0.95);
      assertThat(set.contains(n / d)).isTrue();
      for (Interval piece : set.pieces()) {
        for (double r : new double[] {piece.low(), piece.high()}) {
          if (Double.isFinite(r)) {
            double z = (n - r * d) / Math.sqrt(vn - 2 * r * c + r * r * vd);
            agree(Math.abs(z), Wilson.Z, 1e-6);
          }
        }
      }
    }
  }

  /** By hand: weights 1/4 and 3/4, variances by their squares. */
  @Test
  void parts_add_up_by_their_weights() {
    Quotient sum =
        Quotient.sum(
            new double[] {0.25, 0.75},
            List.of(new Quotient(8, 4, 16, 32, 8, 5), new Quotient(4, 8, 16, 0, 0, 5)),
            9);
    assertThat(sum).isEqualTo(new Quotient(5, 7, 10, 2, 0.5, 9));
  }

  @Test
  void a_gap_that_a_shift_rounds_away_is_closed() {
    var gap =
        new ConfidenceSet(
            List.of(
                new Interval(Double.NEGATIVE_INFINITY, -1e-20),
                new Interval(1e-20, Double.POSITIVE_INFINITY)));
    assertThat(gap.shiftedBy(-1)).isEqualTo(ConfidenceSet.EVERYTHING);
    assertThat(gap.shiftedBy(1e-21).pieces()).hasSize(2);
  }

  @Test
  void the_delta_method_covers_a_weak_denominator_too_seldom() {
    Simulation.assertUndercovers(
        17,
        random ->
            new Quotient(6 + random.nextGaussian(), 1 + random.nextGaussian(), 1, 1, 0, NORMAL)
                .deltaMethod()
                .estimate()
                .orElseThrow()
                .interval()
                .contains(6));
  }

  @Test
  void a_denominator_of_0_is_unmeasured_and_one_without_an_error_refused() {
    Quotient quotient = new Quotient(3, 0, 1, 0, 0, NORMAL);
    assertThat(quotient.deltaMethod())
        .isEqualTo(new Unmeasured("The denominator is 0: there is no quotient."));
    assertThatThrownBy(() -> quotient.fieller(0.95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("denominator is 0 without an error, must differ from 0");
    assertThat(new Quotient(1e200, 1e-200, 1, 1, 0, NORMAL).deltaMethod())
        .isEqualTo(new Unmeasured("The denominator is too near 0: there is no quotient."));
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> new Quotient(3, 2, -1, 1, 0, NORMAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("numeratorVariance is -1, must be at least 0");
    assertThatThrownBy(() -> new Quotient(3, 2, 1, 4, 2.5, NORMAL))
        .hasMessage("covariance is 2.5, must lie within +-2.0 (the variances)");
    assertThatThrownBy(() -> new Quotient(Double.NaN, 2, 1, 4, 0, NORMAL))
        .hasMessage("numerator is NaN, must be finite");
    assertThatThrownBy(() -> new Quotient(1, 2, 1, 4, 0, 0))
        .hasMessage("degreesOfFreedom is 0.0, must be above 0");
    assertThatThrownBy(() -> new Quotient(1, 2, 1, 4, 0, 3).fieller(1))
        .hasMessage("level is 1, must lie between 0 and 1");
    assertThatThrownBy(
            () ->
                new ConfidenceSet(
                    List.of(new Interval(0, 1), new Interval(2, 3), new Interval(4, 5))))
        .hasMessage("pieces.size is 3, must be at most 2");
    assertThatThrownBy(() -> new ConfidenceSet(List.of()))
        .hasMessage("pieces.size is 0, must be at least 1");
    assertThatThrownBy(() -> new ConfidenceSet(List.of(new Interval(0, 2), new Interval(1, 3))))
        .hasMessage("pieces[1].low is 1.0, must be above pieces[0].high, 2.0");
  }

  private static Interval only(ConfidenceSet set) {
    assertThat(set.pieces()).hasSize(1);
    return set.pieces().get(0);
  }

  /** N is 3 D throughout, so that no error is left: neither an error of 0 nor a p-value of 0. */
  @Test
  void a_quotient_without_variance_is_unmeasured() {
    Unmeasured constant =
        new Unmeasured("No arm varies: nothing tells how far the estimate may be off.");
    assertThat(new Quotient(6, 2, 9, 1, 3, 10).deltaMethod()).isEqualTo(constant);
    assertThat(new Quotient(6, 2, 0, 0, 0, 10).deltaMethod()).isEqualTo(constant);
    assertThat(new Quotient(1, 1, 1e-32, 0, 0, 10).deltaMethod()).isEqualTo(constant);
    assertThat(CompliersEffect.of(new Quotient(6, 2, 9, 1, 3, 10)).effect()).isEqualTo(constant);
    assertThat(RelativeEffect.of(new Quotient(6, 2, 9, 1, 3, 10)).effect()).isEqualTo(constant);
  }

  /** By hand, r = 2: errors 2 and 2 x 3 = 6, (4 + 36)^2 / (4^2 / 10 + 36^2 / 20). */
  @Test
  void independent_estimates_have_satterthwaite_s_degrees_of_freedom() {
    Quotient quotient = Quotient.independent(new Estimate(8, 2, 10), new Estimate(4, 3, 20));
    agree(quotient.degreesOfFreedom(), 1600 / (1.6 + 64.8));
    assertThat(
            Quotient.independent(new Estimate(8, 2, 10), new Estimate(0, 3, 20)).degreesOfFreedom())
        .isEqualTo(10);
  }
}
