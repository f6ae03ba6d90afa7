package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.Stratified.Stratum;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StratifiedTest {
  /** numpy 2.4.6 on reference nsw/nsw_dw.csv: Welch of re78 within black = 0 and 1, by size. */
  @Test
  void strata_of_the_job_programme_agree_with_numpy() {
    List<Stratum> strata =
        IntStream.range(0, 2).mapToObj(s -> Stratum.of(nsw(1, s), nsw(0, s))).toList();
    Estimate estimate = Stratified.of(strata).effect().estimate().orElseThrow();
    agree(estimate.value(), 1824.816919528374);
    agree(estimate.stdError(), 666.5550729548257);
    agree(estimate.degreesOfFreedom(), 299.3068917641088);
  }

  @Test
  void one_stratum_is_itself_and_the_order_does_not_matter() {
    var random = new Random(20);
    List<Stratum> strata = new ArrayList<>(strata(random, 0.5));
    Estimate alone = Stratified.of(strata.subList(0, 1)).effect().estimate().orElseThrow();
    Estimate first = strata.get(0).effect().estimate().orElseThrow();
    agree(alone.value(), first.value());
    agree(alone.stdError(), first.stdError());
    agree(alone.degreesOfFreedom(), first.degreesOfFreedom());
    Estimate forward = Stratified.of(strata).effect().estimate().orElseThrow();
    Collections.reverse(strata);
    Estimate backward = Stratified.of(strata).effect().estimate().orElseThrow();
    agree(backward.value(), forward.value());
    agree(backward.stdError(), forward.stdError());
  }

  @Test
  void a_stratum_where_nobody_buys_counts_with_no_error() {
    Stratum buyers = Stratum.of(Moments.of(1, 2, 4), Moments.of(0, 1, 1));
    Stratum silent = Stratum.of(Moments.of(0, 0, 0), Moments.of(0, 0, 0));
    Estimate estimate = Stratified.of(List.of(buyers, silent)).effect().estimate().orElseThrow();
    Estimate alone = buyers.effect().estimate().orElseThrow();
    agree(estimate.value(), alone.value() / 2);
    agree(estimate.stdError(), alone.stdError() / 2);
    agree(estimate.degreesOfFreedom(), alone.degreesOfFreedom());
  }

  @Test
  void a_planted_effect_is_found_though_shares_differ_by_stratum() {
    Simulation.assertRight(21, 0.5, random -> Stratified.of(strata(random, 0.5)).effect());
  }

  /** Heavy buyers are treated more often: without strata their level passes for an effect. */
  @Test
  void the_pooled_difference_covers_too_seldom_where_shares_differ() {
    Simulation.assertUndercovers(
        22,
        random -> {
          Moments treated = arm(random, 80, 10.5).plus(arm(random, 20, 2.5));
          Moments control = arm(random, 20, 10).plus(arm(random, 80, 2));
          return TwoSample.difference(treated.meanEstimate(), control.meanEstimate())
              .interval()
              .contains(0.5);
        });
  }

  @Test
  void strata_too_small_are_left_out_and_counted() {
    Stratum fine = Stratum.of(Moments.of(1, 2, 5), Moments.of(0, 1, 3));
    Stratum other = Stratum.of(Moments.of(7, 2), Moments.of(0, 1));
    Stratum lonely = Stratum.of(Moments.of(1), Moments.of(0, 1));
    Stratified with = Stratified.of(List.of(fine, lonely, other));
    Stratified without = Stratified.of(List.of(fine, other));
    assertThat(with.effect()).isEqualTo(without.effect());
    assertThat(with.customers()).isEqualTo(10);
    assertThat(with.customersLeftOut()).isEqualTo(3);
    assertThat(without.customersLeftOut()).isZero();
  }

  @Test
  void strata_of_which_none_is_measured_or_varies_are_unmeasured() {
    Stratum lonely = Stratum.of(Moments.of(1), Moments.of(0, 1));
    assertThat(Stratified.of(List.of(lonely)))
        .isEqualTo(
            new Stratified(
                new Unmeasured(
                    "None of the strata, 1, is measured. The first: The arms have 1 treated and 2"
                        + " control customers; each needs 2."),
                0,
                3));
    Stratum silent = Stratum.of(Moments.of(0, 0), Moments.of(0, 0));
    assertThat(Stratified.of(List.of(silent)).effect())
        .isEqualTo(new Unmeasured("No arm varies: nothing tells how far the estimate may be off."));
  }

  /** A silent stratum counts with no error, one too small to adjust counts unadjusted. */
  @Test
  void strata_count_alike_with_adjustment_and_without() {
    var random = new Random(43);
    CrossMoments treated = before(random, 40, 0.5);
    CrossMoments control = before(random, 40, 0);
    CrossMoments nobody = CrossMoments.of(new double[40][2]);
    CrossMoments two = CrossMoments.of(new double[][] {{3, 1}, {4, 7}});
    CrossMoments one = CrossMoments.of(new double[][] {{3, 1}});
    Stratified adjusted =
        Stratified.of(
            List.of(
                Stratum.adjusted(treated, control),
                Stratum.adjusted(nobody, nobody),
                Stratum.adjusted(two, two),
                Stratum.adjusted(one, two)));
    assertThat(adjusted.customers()).isEqualTo(164);
    assertThat(adjusted.customersLeftOut()).isEqualTo(3);
    Estimate alone = Cuped.of(treated, control).largeSampleEffect().estimate().orElseThrow();
    Estimate effect = adjusted.effect().estimate().orElseThrow();
    agree(effect.value(), 80 / 164.0 * alone.value());
    // By hand: 3 and 4 have the variance 1/2, over 2 customers in each of two arms.
    agree(effect.stdError(), Math.hypot(80 / 164.0 * alone.stdError(), 4 / 164.0 * Math.sqrt(0.5)));
  }

  /** Strata of 60 customers of whom the window before tells nothing. */
  @Test
  void adjustment_never_widens_the_error_of_small_strata() {
    var random = new Random(45);
    for (int draw = 0; draw < 50; draw++) {
      List<CrossMoments> arms = Stream.generate(() -> before(random, 30, 0, 0)).limit(12).toList();
      double adjusted = error(arms, Stratum::adjusted);
      double plain = error(arms, (a, b) -> Stratum.of(outcome(a), outcome(b)));
      assertThat(adjusted).isLessThanOrEqualTo(plain * (1 + 1e-12));
    }
  }

  @Test
  void strata_of_few_are_not_adjusted() {
    var random = new Random(46);
    CrossMoments few = before(random, 24, 0.5);
    CrossMoments many = before(random, 60, 0);
    assertThat(Stratum.adjusted(few, many)).isEqualTo(Stratum.of(few.moments(0), many.moments(0)));
  }

  private static double error(
      List<CrossMoments> arms, BiFunction<CrossMoments, CrossMoments, Stratum> stratum) {
    return Stratified.of(
            IntStream.range(0, arms.size() / 2)
                .mapToObj(i -> stratum.apply(arms.get(2 * i), arms.get(2 * i + 1)))
                .toList())
        .effect()
        .estimate()
        .orElseThrow()
        .stdError();
  }

  private static Moments outcome(CrossMoments arm) {
    return new Moments(arm.count(), arm.mean(0), arm.covariance(0, 0) * (arm.count() - 1), 0);
  }

  @Test
  void a_planted_effect_is_found_adjusted_within_strata() {
    Simulation.assertRight(
        44,
        0.5,
        random ->
            Stratified.of(
                    List.of(
                        Stratum.adjusted(before(random, 60, 0.5), before(random, 25, 0)),
                        Stratum.adjusted(before(random, 25, 5.5), before(random, 60, 5))))
                .effect());
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> Stratified.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strata.size is 0, must be at least 1");
    assertThatThrownBy(() -> new Stratum(0, new Unmeasured("")))
        .hasMessage("size is 0, must be at least 1");
  }

  private static List<Stratum> strata(RandomGenerator random, double effect) {
    return List.of(
        Stratum.of(arm(random, 80, 10 + effect), arm(random, 20, 10)),
        Stratum.of(arm(random, 20, 2 + effect), arm(random, 80, 2)));
  }

  private static CrossMoments before(RandomGenerator random, int customers, double mean) {
    return before(random, customers, mean, 1);
  }

  private static CrossMoments before(
      RandomGenerator random, int customers, double mean, double slope) {
    double[][] rows = new double[customers][];
    for (int i = 0; i < customers; i++) {
      double x = random.nextGaussian();
      rows[i] = new double[] {mean + slope * x + random.nextGaussian(), x};
    }
    return CrossMoments.of(rows);
  }

  private static Moments arm(RandomGenerator random, int customers, double mean) {
    return Moments.of(
        IntStream.range(0, customers).mapToDouble(i -> mean + random.nextGaussian()).toArray());
  }

  private static Moments nsw(int treat, int stratum) {
    double[] earnings = Nsw.column("re78", treat);
    double[] black = Nsw.column("black", treat);
    return Moments.of(
        IntStream.range(0, earnings.length)
            .filter(i -> black[i] == stratum)
            .mapToDouble(i -> earnings[i])
            .toArray());
  }
}
