package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RosenbaumBoundsTest {
  /** reference/lalonde/reference.json, rosenbaum_wilcoxon_caliper_pairs: nn_1to1_caliper02. */
  @Test
  void signed_ranks_agree_with_the_reference() {
    var bounds = RosenbaumBounds.ofSignedRanks(lalondeDifferences());
    String section = "rosenbaum_wilcoxon_caliper_pairs";
    List<Double> gammas = References.list(Lalonde.ANSWERS, section, "gamma");
    List<Double> expected = References.list(Lalonde.ANSWERS, section, "p_upper");
    for (int i = 0; i < gammas.size(); i++) {
      double p = bounds.upperPValue(gammas.get(i));
      assertThat(p / expected.get(i)).isCloseTo(1, within(1e-9));
    }
    assertThat(bounds.sensitivity()).isEmpty();
  }

  private static double[] lalondeDifferences() {
    var lalonde = new Lalonde();
    Matches matches = lalonde.matches("nn_1to1_caliper02");
    int[] treated = matches.pairTreated();
    int[] controls = matches.pairControls();
    return IntStream.range(0, treated.length)
        .mapToDouble(
            pair ->
                lalonde.outcomes[treated[pair]]
                    - lalonde.outcomes[controls[pair] + Lalonde.TREATED])
        .toArray();
  }

  /** reference/exact.md: sign test, 110 of 122 discordant pairs. */
  @Test
  void discordant_pairs_agree_with_the_exact_answers() {
    var bounds = RosenbaumBounds.ofDiscordantPairs(110, 122);
    assertThat(bounds.upperPValue(5) / 0.0231685638425).isCloseTo(1, within(1e-9));
    assertThat(bounds.upperPValue(6) / 0.0969287747942).isCloseTo(1, within(1e-9));
    double gamma = bounds.sensitivity().orElseThrow();
    assertThat(gamma).isBetween(5.0, 6.0);
    assertThat(bounds.upperPValue(gamma)).isCloseTo(0.05, within(1e-12));
  }

  @Test
  void differences_that_were_counted_by_size_tell_the_same() {
    for (int pairs : new int[] {0, 1, 12, 19, 20, 300}) {
      var random = new SplittableRandom(pairs);
      double[] differences =
          random.doubles(pairs, -2, 5).map(difference -> Math.rint(4 * difference) / 4).toArray();
      double[] sizes = Arrays.stream(differences).map(Math::abs).sorted().distinct().toArray();
      long[] positive =
          Arrays.stream(sizes)
              .mapToLong(size -> Arrays.stream(differences).filter(d -> d == size).count())
              .toArray();
      long[] negative =
          Arrays.stream(sizes)
              .mapToLong(
                  size -> Arrays.stream(differences).filter(d -> d == -size && d != 0).count())
              .toArray();
      var expected = RosenbaumBounds.ofSignedRanks(differences);
      var found = RosenbaumBounds.ofTallies(sizes, positive, negative);
      for (double gamma = 1; gamma < 20; gamma *= 1.3) {
        assertThat(found.upperPValue(gamma)).isCloseTo(expected.upperPValue(gamma), within(1e-12));
      }
    }
  }

  @Test
  void counts_of_sizes_that_cannot_be_are_refused() {
    assertThatThrownBy(
            () ->
                RosenbaumBounds.ofTallies(
                    new double[] {2, 1}, new long[] {1, 1}, new long[] {0, 0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sizes");
    assertThatThrownBy(
            () -> RosenbaumBounds.ofTallies(new double[] {2}, new long[] {-1}, new long[] {0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("positive");
  }

  @Test
  void greater_bias_explains_more() {
    var random = new SplittableRandom(1);
    double[] differences = random.doubles(200, -1, 3).toArray();
    for (var bounds :
        List.of(
            RosenbaumBounds.ofSignedRanks(differences),
            RosenbaumBounds.ofDiscordantPairs(40, 50))) {
      double before = 0;
      for (double gamma = 1; gamma < 1e300; gamma *= 1.7) {
        double p = bounds.upperPValue(gamma);
        assertThat(p).isBetween(before, 1.0);
        before = p;
      }
      double gamma = bounds.sensitivity().orElseThrow();
      assertThat(bounds.upperPValue(gamma)).isCloseTo(0.05, within(1e-9));
    }
  }

  @Test
  void order_scale_and_pairs_without_a_difference_change_nothing() {
    double[] differences = {3, -1, 2, 2, -2, 7, 0, 5};
    double[] others = {50, 0, 70, -20, 20, 20, 0, -10, 30, 0};
    for (double gamma : new double[] {1, 1.5, 4}) {
      assertThat(RosenbaumBounds.ofSignedRanks(others).upperPValue(gamma))
          .isCloseTo(RosenbaumBounds.ofSignedRanks(differences).upperPValue(gamma), within(1e-14));
    }
  }

  /** By hand: all four signs up have the chance 1/2^4, and (2/3)^4 at Gamma 2. */
  @Test
  void under_twenty_pairs_signed_ranks_are_exact() {
    var bounds = RosenbaumBounds.ofSignedRanks(1, 2, 3, 4);
    assertThat(bounds.upperPValue(1)).isCloseTo(1 / 16.0, within(1e-15));
    assertThat(bounds.upperPValue(2)).isCloseTo(16 / 81.0, within(1e-15));
    assertThat(bounds.sensitivity()).isEmpty();
    // By hand, ranks 1.5, 1.5 and 3, sum above 0: 4.5 or more by 3 + 1.5 twice and by all.
    assertThat(RosenbaumBounds.ofSignedRanks(2, -2, 5, 0).upperPValue(1))
        .isCloseTo(3 / 8.0, within(1e-15));
    assertThat(RosenbaumBounds.ofSignedRanks(-1, -2).upperPValue(3)).isOne();
  }

  /** scipy 1.17.1 stats.wilcoxon(d, alternative="greater", method="exact") of 12 differences. */
  @Test
  void exact_signed_ranks_agree_with_scipy() {
    double[] differences = {0.3, -1.2, 2.5, 3.1, 4.7, -0.8, 5.2, 6.6, 7.9, -2.2, 8.3, 9.4};
    assertThat(RosenbaumBounds.ofSignedRanks(differences).upperPValue(1))
        .isCloseTo(0.008056640625, within(1e-12));
  }

  @Test
  void turned_signs_mirror_the_p_value_without_bias() {
    double[] differences =
        IntStream.range(0, 25).mapToDouble(i -> i % 3 == 0 ? -i - 1 : i + 1).toArray();
    double[] turned = Arrays.stream(differences).map(d -> -d).toArray();
    assertThat(RosenbaumBounds.ofSignedRanks(turned).upperPValue(1))
        .isCloseTo(1 - RosenbaumBounds.ofSignedRanks(differences).upperPValue(1), within(1e-14));
  }

  /** 150 pairs without an effect in which a hidden bias of 2 decides who is treated. */
  @Test
  void a_planted_hidden_bias_passes_for_an_effect_below_its_gamma() {
    Simulation.assertUndercovers(
        20240313,
        random -> {
          double[] differences =
              IntStream.range(0, 150)
                  .mapToDouble(
                      pair -> random.nextDouble() * (random.nextDouble() < 2.0 / 3 ? 1 : -1))
                  .toArray();
          return RosenbaumBounds.ofSignedRanks(differences).upperPValue(1) > 0.05;
        });
  }

  @Test
  void pairs_that_tell_nothing_have_a_p_value_of_one() {
    for (var bounds :
        List.of(
            RosenbaumBounds.ofSignedRanks(),
            RosenbaumBounds.ofSignedRanks(0, 0),
            RosenbaumBounds.ofDiscordantPairs(0, 0),
            RosenbaumBounds.ofDiscordantPairs(0, 9))) {
      assertThat(bounds.upperPValue(1)).isOne();
      assertThat(bounds.upperPValue(1e300)).isOne();
      assertThat(bounds.sensitivity()).isEmpty();
    }
  }

  @Test
  void one_sided_data_still_have_a_finite_gamma() {
    assertThat(RosenbaumBounds.ofDiscordantPairs(1_000_000, 1_000_000).sensitivity().orElseThrow())
        .isFinite();
    assertThat(
            RosenbaumBounds.ofSignedRanks(IntStream.rangeClosed(1, 5000).asDoubleStream().toArray())
                .sensitivity()
                .orElseThrow())
        .isFinite();
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> RosenbaumBounds.ofSignedRanks(1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("differences[1] is NaN, must be finite");
    assertThatThrownBy(() -> RosenbaumBounds.ofDiscordantPairs(3, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("higher is 3, must be at most 2");
    var bounds = RosenbaumBounds.ofDiscordantPairs(1, 2);
    assertThatThrownBy(() -> bounds.upperPValue(0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gamma is 0.5, must be at least 1");
    assertThatThrownBy(() -> bounds.upperPValue(Double.POSITIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gamma is Infinity, must be finite");
  }
}
