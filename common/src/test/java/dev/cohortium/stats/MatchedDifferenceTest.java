package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatchedDifferenceTest {
  /**
   * reference/lalonde/reference.json, matching: att_diff_weighted, and sandwich's errors of the
   * weighted regression: hc0 by row, cluster_subclass_HC0_noadj by set. Closed forms.
   */
  @ParameterizedTest
  @CsvSource({
    "nn_1to1, true",
    "nn_1to1_caliper02, true",
    "nn_1to1_linlogit_caliper02, true",
    "nn_1to1_exact_race_caliper02, true",
    "nn_2to1, true",
    "nn_replace_k1, false",
    "nn_replace_k3, false"
  })
  void effect_and_influence_agree_with_the_reference(String name, boolean hasSets) {
    var lalonde = new Lalonde();
    var difference = of(lalonde, name);
    assertRelative(difference.effect().orElseThrow(), reference(name, "att_diff_weighted"));
    double byRow =
        squares(difference.treatedInfluence()) + squares(difference.candidateInfluence());
    assertRelative(Math.sqrt(byRow), reference(name, "hc0", "se"));
    if (hasSets) {
      double bySet = squares(difference.setInfluence());
      assertRelative(Math.sqrt(bySet), reference(name, "cluster_subclass_HC0_noadj", "se"));
    }
  }

  /** reference.json, estimatr_CR2 of pairs: its error is that of paired differences. */
  @ParameterizedTest
  @ValueSource(strings = {"nn_1to1", "nn_1to1_caliper02", "nn_1to1_linlogit_caliper02"})
  void the_paired_error_agrees_with_the_reference(String name) {
    Estimate paired = of(new Lalonde(), name).paired().estimate().orElseThrow();
    assertRelative(paired.stdError(), reference(name, "estimatr_CR2", "se"));
    assertRelative(paired.degreesOfFreedom(), reference(name, "estimatr_CR2", "df"));
    // Limits lie near 0, so they are held in units of the error.
    double low = reference(name, "estimatr_CR2", "lo");
    double high = reference(name, "estimatr_CR2", "hi");
    assertThat(paired.interval().low()).isCloseTo(low, within(1e-9 * paired.stdError()));
    assertThat(paired.interval().high()).isCloseTo(high, within(1e-9 * paired.stdError()));
  }

  @Test
  void influence_adds_up_to_nothing_and_to_the_same_by_set_and_by_unit() {
    var difference = of(new Lalonde(), "nn_replace_k3");
    assertThat(sum(difference.treatedInfluence())).isCloseTo(0, within(1e-9));
    assertThat(sum(difference.candidateInfluence())).isCloseTo(0, within(1e-9));
    assertThat(sum(difference.setInfluence())).isCloseTo(0, within(1e-9));
    assertThat(sum(difference.pairInfluence())).isCloseTo(0, within(1e-9));
    assertThat(difference.treatedRows()).hasSize(difference.setCount()).isSorted();
  }

  @Test
  void shifted_outcomes_change_nothing_and_scaled_ones_scale() {
    var matches = Matches.pairs(4, 2, -1, 0, 3);
    double[] treated = {5, 100, 8, 2};
    double[] candidates = {1, 50, 3, 7};
    Estimate estimate = estimate(MatchedDifference.of(matches, treated, candidates));
    Estimate other =
        estimate(
            MatchedDifference.of(matches, mapped(treated, 1e6, -3), mapped(candidates, 1e6, -3)));
    assertThat(estimate.value()).isCloseTo((2 + 7 - 5) / 3.0, within(1e-12));
    assertThat(other.value()).isCloseTo(-3 * estimate.value(), within(1e-8));
    assertThat(other.stdError()).isCloseTo(3 * estimate.stdError(), within(1e-8));
  }

  @Test
  void order_of_rows_does_not_matter() {
    Estimate estimate =
        estimate(
            MatchedDifference.of(
                Matches.pairs(3, 0, 1, 2), new double[] {4, 9, 2}, new double[] {1, 3, 5}));
    Estimate other =
        estimate(
            MatchedDifference.of(
                Matches.pairs(3, 2, 0, 1), new double[] {2, 4, 9}, new double[] {1, 3, 5}));
    assertThat(other.value()).isCloseTo(estimate.value(), within(1e-12));
    assertThat(other.stdError()).isCloseTo(estimate.stdError(), within(1e-12));
  }

  @Test
  void effects_of_parts_average_by_their_sets() {
    var random = new SplittableRandom(3);
    double[] treated = random.doubles(40, -5, 9).toArray();
    double[] candidates = random.doubles(40, -5, 9).toArray();
    int[] all = new int[40];
    int[] first = new int[40];
    int[] second = new int[40];
    for (int row = 0; row < 40; row++) {
      all[row] = 39 - row;
      first[row] = row < 13 ? all[row] : -1;
      second[row] = row < 13 ? -1 : all[row];
    }
    double ofFirst =
        MatchedDifference.of(Matches.pairs(40, first), treated, candidates).effect().orElseThrow();
    double ofSecond =
        MatchedDifference.of(Matches.pairs(40, second), treated, candidates).effect().orElseThrow();
    assertThat(
            MatchedDifference.of(Matches.pairs(40, all), treated, candidates)
                .effect()
                .orElseThrow())
        .isCloseTo((13 * ofFirst + 27 * ofSecond) / 40, within(1e-12));
  }

  @Test
  void the_difference_in_differences_is_the_difference_of_two() {
    var matches = Matches.pairs(3, 2, 0, -1);
    double[] treatedBefore = {1, 2, 3};
    double[] treatedAfter = {7, 9, 11};
    double[] candidatesBefore = {2, 5, 1};
    double[] candidatesAfter = {3, 8, 4};
    double change =
        MatchedDifference.ofChange(
                matches, treatedBefore, treatedAfter, candidatesBefore, candidatesAfter)
            .effect()
            .orElseThrow();
    double before =
        MatchedDifference.of(matches, treatedBefore, candidatesBefore).effect().orElseThrow();
    double after =
        MatchedDifference.of(matches, treatedAfter, candidatesAfter).effect().orElseThrow();
    assertThat(change).isCloseTo(after - before, within(1e-12)).isCloseTo(4.5, within(1e-12));
  }

  @Test
  void data_without_an_error_are_unmeasured_with_the_reason() {
    assertThat(
            MatchedDifference.of(Matches.pairs(1, -1), new double[] {1}, new double[] {1}).paired())
        .isEqualTo(new Unmeasured("0 matched treated, at least 2 are needed for an error."));
    assertThat(
            MatchedDifference.of(Matches.pairs(2, 0, -1), new double[] {1, 2}, new double[] {1, 2})
                .paired())
        .isEqualTo(new Unmeasured("1 matched treated, at least 2 are needed for an error."));
    assertThat(
            MatchedDifference.of(Matches.pairs(2, 0, 1), new double[] {3, 4}, new double[] {1, 2})
                .paired())
        .isEqualTo(
            new Unmeasured("All matched sets differ by the same, which leaves no error to tell."));
  }

  /** By hand: each pair differs by 0.2; in doubles its error would be 3.5e-17. */
  @Test
  void differences_equal_but_for_rounding_are_unmeasured() {
    double[] treated = {0.3, 0.4, 0.5};
    double[] controls = {0.1, 0.2, 0.3};
    var matches = Matches.pairs(3, 0, 1, 2);
    assertThat(MatchedDifference.of(matches, treated, controls).paired())
        .isEqualTo(
            new Unmeasured("All matched sets differ by the same, which leaves no error to tell."));
    for (var variance : AbadieImbens.OutcomeVariance.values()) {
      assertThat(AbadieImbens.of(matches, treated, controls, controls, variance))
          .isInstanceOf(Unmeasured.class);
    }
  }

  /** The diagnostic that must fail: pairs that share a control are no independent pairs. */
  @Test
  void shared_controls_have_no_paired_error() {
    assertThat(of(new Lalonde(), "nn_replace_k1").paired())
        .isEqualTo(
            new Unmeasured(
                "Some control serves several treated, whose sets are not independent of each"
                    + " other."));
  }

  @Test
  void outcomes_that_cannot_be_are_refused() {
    var matches = Matches.pairs(1, 0, -1);
    double[] one = {1};
    double[] two = {1, 2};
    assertThatThrownBy(() -> MatchedDifference.of(matches, one, one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("treated outcomes has 1 values, must have as many as treated rows, 2");
    assertThatThrownBy(() -> MatchedDifference.of(matches, two, two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("candidate outcomes has 2 values, must have as many as candidate rows, 1");
    assertThatThrownBy(
            () -> MatchedDifference.of(matches, new double[] {1, Double.POSITIVE_INFINITY}, one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("treated outcome[1] is Infinity, must be finite");
    assertThatThrownBy(() -> MatchedDifference.ofChange(matches, one, two, one, one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("treated after has 2 values, must have as many as treated before, 1");
    assertThatThrownBy(() -> Matches.pairs(1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("controls holds row 1, must be below candidates, 1");
  }

  private static MatchedDifference of(Lalonde lalonde, String name) {
    return MatchedDifference.of(
        lalonde.matches(name),
        Lalonde.treated(lalonde.outcomes),
        Lalonde.controls(lalonde.outcomes));
  }

  private static double reference(String name, String... keys) {
    String[] path = new String[keys.length + 2];
    path[0] = "matching";
    path[1] = name;
    System.arraycopy(keys, 0, path, 2, keys.length);
    return References.number(Lalonde.ANSWERS, path);
  }

  private static void assertRelative(double actual, double expected) {
    assertThat(actual / expected).isCloseTo(1, within(1e-9));
  }

  private static Estimate estimate(MatchedDifference difference) {
    return difference.paired().estimate().orElseThrow();
  }

  private static double[] mapped(double[] values, double shift, double scale) {
    return Arrays.stream(values).map(value -> value * scale + shift).toArray();
  }

  private static double squares(double... values) {
    return Arrays.stream(values).map(value -> value * value).sum();
  }

  private static double sum(double... values) {
    return Arrays.stream(values).sum();
  }

  @Test
  void no_set_has_no_mean_and_no_effect() {
    var difference = MatchedDifference.of(Matches.pairs(1, -1), new double[] {1}, new double[] {1});
    assertThat(difference.effect()).isEmpty();
    assertThat(difference.treatedMean()).isEmpty();
    assertThat(difference.controlMean()).isEmpty();
  }

  /** Three controls of a million candidates: no more degrees of freedom than three give. */
  @Test
  void candidates_that_serve_nobody_are_no_clusters() {
    double[] candidates = new double[1_000_000];
    candidates[5] = 1;
    candidates[70] = 4;
    var difference =
        MatchedDifference.of(
            Matches.pairs(candidates.length, 5, 70, 900), new double[] {2, 4, 9}, candidates);
    ClusterSums sums = ClusterSums.of(difference.candidateInfluence());
    assertThat(sums.clusters()).isEqualTo(3);
    ClusteredMean mean = ClusteredMean.of(0, difference.candidateInfluence(), 1);
    assertThat(mean.independent().estimate().orElseThrow().degreesOfFreedom()).isEqualTo(2);
  }
}
