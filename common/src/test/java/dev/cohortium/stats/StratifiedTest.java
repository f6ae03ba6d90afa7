package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.Stratified.Stratum;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StratifiedTest {
  /** numpy 2.4.6 on reference nsw/nsw_dw.csv: Welch of re78 within black = 0 and 1, by size. */
  @Test
  void strata_of_the_job_programme_agree_with_numpy() {
    List<Stratum> strata =
        IntStream.range(0, 2).mapToObj(s -> stratum(nsw(1, s), nsw(0, s))).toList();
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
    Stratum buyers = stratum(Moments.of(1, 2, 4), Moments.of(0, 1, 1));
    Stratum silent = stratum(Moments.of(0, 0, 0), Moments.of(0, 0, 0));
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
    Stratum fine = stratum(Moments.of(1, 2, 5), Moments.of(0, 1, 3));
    Stratum other = stratum(Moments.of(7, 2), Moments.of(0, 1));
    Stratum lonely = stratum(Moments.of(1), Moments.of(0, 1));
    Stratified with = Stratified.of(List.of(fine, lonely, other));
    Stratified without = Stratified.of(List.of(fine, other));
    assertThat(with.effect()).isEqualTo(without.effect());
    assertThat(with.customers()).isEqualTo(10);
    assertThat(with.customersLeftOut()).isEqualTo(3);
    assertThat(without.customersLeftOut()).isZero();
  }

  @Test
  void strata_of_which_none_is_measured_or_varies_are_unmeasured() {
    Stratum lonely = stratum(Moments.of(1), Moments.of(0, 1));
    assertThat(Stratified.of(List.of(lonely)))
        .isEqualTo(
            new Stratified(
                new Unmeasured(
                    "None of the strata, 1, is measured. The first: The arms have 1 treated and 2"
                        + " control customers; each needs 2."),
                0,
                3));
    Stratum silent = stratum(Moments.of(0, 0), Moments.of(0, 0));
    assertThat(Stratified.of(List.of(silent)).effect())
        .isEqualTo(new Unmeasured("No arm varies: nothing tells how far the estimate may be off."));
  }

  @Test
  void a_stratum_counts_by_its_size_and_not_by_its_two_arms() {
    Stratum few = Stratum.of(90, Moments.of(4, 6), Moments.of(1, 3));
    Stratum many = Stratum.of(10, Moments.of(1, 2, 3), Moments.of(2, 2, 2));

    Estimate estimate = Stratified.of(List.of(few, many)).effect().estimate().orElseThrow();

    // .9 x 3 + .1 x 0, and .81 (2/2 + 2/2) + .01 (1/3).
    agree(estimate.value(), 2.7);
    agree(estimate.stdError(), Math.sqrt(1.62 + 0.01 / 3));
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
        stratum(arm(random, 80, 10 + effect), arm(random, 20, 10)),
        stratum(arm(random, 20, 2 + effect), arm(random, 80, 2)));
  }

  private static Stratum stratum(Moments treated, Moments control) {
    return Stratum.of(treated.count() + control.count(), treated, control);
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
