package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class NetPromoterScoreTest {
  /** exact.md: 600 / 200 of 1,000; 25 / 5 of 66; 42 / 3 of 90. */
  @Test
  void the_raw_score_agrees_with_the_worked_cases() {
    agree(of(600, 200, 1000).score().getAsDouble(), 40);
    agree(of(25, 5, 66).score().getAsDouble(), 100 * 20 / 66.0);
    agree(of(42, 3, 90).score().getAsDouble(), 100 * 39 / 90.0);
  }

  /** exact.md: p = 1/2, d = 1/6, n = 324. */
  @Test
  void the_wald_interval_agrees_with_the_exact_case() {
    Estimate wald = of(162, 54, 324).wald().estimate().orElseThrow();
    agree(wald.value(), 33.3333333333);
    agree(wald.stdError(), 4.1408666250);
    agree(wald.interval().low(), 25.2173838836);
    agree(wald.interval().high(), 41.4492827831);
  }

  /** exact.md: 150 / 50 of 300. */
  @Test
  void the_adjusted_interval_agrees_with_the_exact_case() {
    Estimate adjusted = of(150, 50, 300).adjusted().estimate().orElseThrow();
    agree(adjusted.value(), 33.00330033003);
    agree(adjusted.stdError(), 4.28403559774);
  }

  /** exact.md: 40 and 20 of 100 against 30 and 30 of 100: z; the adjusted one by numpy 2.4.6. */
  @Test
  void the_difference_of_two_scores_agrees_with_the_exact_case() {
    Estimate wald = of(40, 20, 100).waldMinus(of(30, 30, 100)).estimate().orElseThrow();
    agree(wald.value() / wald.stdError(), 1.85695338177);
    Estimate adjusted = of(40, 20, 100).minus(of(30, 30, 100)).adjusted().estimate().orElseThrow();
    agree(adjusted.value(), 19.41747572815534);
    agree(adjusted.stdError(), Math.hypot(7.369469572113943, 7.6137801657078255));
  }

  /** exact.md: five promoters of five. */
  @Test
  void answers_of_one_kind_still_leave_a_width() {
    NetPromoterScore five = of(5, 0, 5);
    assertThat(five.score()).hasValue(100);
    assertThat(five.wald())
        .isEqualTo(new Unmeasured("All answers are of one kind: the plain error says nothing."));
    Interval interval = five.interval().orElseThrow();
    assertThat(interval.high()).isEqualTo(100);
    agree(interval.low(), 62.5 - Wilson.Z * 22.963966338592297);
    assertThat(five.waldMinus(five)).isInstanceOf(Unmeasured.class);
    assertThat(five.minus(five).adjusted().estimate().orElseThrow().stdError()).isGreaterThan(30);
  }

  /** By hand: 20 - 0 points; three of three against none of three: 200, and no more. */
  @Test
  void the_difference_is_raw_beside_its_adjusted_interval() {
    agree(of(40, 20, 100).minus(of(30, 30, 100)).raw().getAsDouble(), 20);
    NetPromoterScore.Difference widest = of(3, 0, 3).minus(of(0, 3, 3));
    assertThat(widest.raw()).hasValue(200);
    agree(widest.adjusted().estimate().orElseThrow().value(), 100);
    for (int answers : new int[] {1, 3, 30, 1_000_000}) {
      var apart = of(answers, 0, answers).minus(of(0, answers, answers));
      assertThat(apart.raw()).hasValue(200);
      assertThat(apart.interval().orElseThrow().high()).isEqualTo(200);
    }
  }

  @Test
  void promoters_and_detractors_swapped_change_the_sign_alone() {
    for (int p = 0; p <= 12; p++) {
      for (int d = 0; d <= 12 - p; d++) {
        Interval here = of(p, d, 12).interval().orElseThrow();
        Interval there = of(d, p, 12).interval().orElseThrow();
        assertThat(Math.abs(here.low() + there.high())).isLessThan(1e-12);
        assertThat(here.contains(of(p, d, 12).score().getAsDouble())).isTrue();
        assertThat(here.low()).isGreaterThanOrEqualTo(-100);
      }
    }
  }

  @Test
  void answers_of_parts_add_up() {
    assertThat(of(3, 1, 9).plus(of(2, 5, 8))).isEqualTo(of(5, 6, 17));
  }

  @Test
  void the_interval_covers_a_planted_score_of_a_small_sample() {
    Simulation.assertCovers(
        11, random -> draw(random, 60, 0.6, 0.1).interval().orElseThrow().contains(50));
  }

  @Test
  void the_difference_covers_a_planted_one() {
    Simulation.assertCovers(
        12,
        random ->
            draw(random, 80, 0.5, 0.2)
                .minus(draw(random, 50, 0.3, 0.3))
                .interval()
                .orElseThrow()
                .contains(30));
  }

  /** Of 15 answers with a high score the plain interval is often of no width. */
  @Test
  void the_plain_interval_covers_too_seldom() {
    Simulation.assertUndercovers(
        13,
        random ->
            draw(random, 15, 0.9, 0.02)
                .wald()
                .estimate()
                .filter(estimate -> estimate.interval().contains(88))
                .isPresent());
  }

  @Test
  void no_answers_are_unmeasured_and_negative_ones_refused() {
    assertThat(of(0, 0, 0).score()).isEmpty();
    assertThat(of(0, 0, 0).interval()).isEmpty();
    assertThat(of(0, 0, 0).wald()).isEqualTo(new Unmeasured("Nobody answered."));
    NetPromoterScore.Difference none = of(1, 1, 4).minus(of(0, 0, 0));
    assertThat(none.adjusted()).isEqualTo(new Unmeasured("Nobody answered."));
    assertThat(none.raw()).isEmpty();
    assertThat(none.interval()).isEmpty();
    assertThatThrownBy(() -> new NetPromoterScore(1, -1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("passives is -1, must be at least 0");
  }

  private static NetPromoterScore of(long promoters, long detractors, long answers) {
    return new NetPromoterScore(promoters, answers - promoters - detractors, detractors);
  }

  private static NetPromoterScore draw(RandomGenerator random, int n, double p, double d) {
    int promoters = 0;
    int detractors = 0;
    for (int i = 0; i < n; i++) {
      double u = random.nextDouble();
      promoters += u < p ? 1 : 0;
      detractors += u >= 1 - d ? 1 : 0;
    }
    return of(promoters, detractors, n);
  }

  @Test
  void the_interval_of_a_difference_holds_the_raw_one_however_few_answered() {
    for (int n = 1; n <= 6; n++) {
      for (int one = 0; one < (n + 1) * (n + 1); one++) {
        for (int two = 0; two < (n + 1) * (n + 1); two++) {
          int p = one % (n + 1);
          int d = one / (n + 1);
          int p2 = two % (n + 1);
          int d2 = two / (n + 1);
          if (p + d <= n && p2 + d2 <= n) {
            NetPromoterScore.Difference apart = of(p, d, n).minus(of(p2, d2, n));
            Interval interval = apart.interval().orElseThrow();
            assertThat(interval.contains(apart.raw().orElseThrow())).isTrue();
            assertThat(interval.low()).isGreaterThanOrEqualTo(-200);
            assertThat(interval.high()).isLessThanOrEqualTo(200);
          }
        }
      }
    }
  }
}
