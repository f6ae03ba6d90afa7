package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.AbadieImbens.OutcomeVariance;
import dev.cohortium.stats.MatchingRule.Replacement;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AbadieImbensTest {
  /**
   * reference/lalonde/reference.json, Matching 4.10-8 with ties: all controls within 1e-5 of the
   * M-th squared standardised distance are a set; its default is one variance for all.
   */
  @ParameterizedTest
  @CsvSource({"ps_M1_ties, 1", "ps_M3_ties, 3", "logit_M1, 1"})
  void effect_and_error_agree_with_the_reference(String name, int least) {
    var lalonde = new Lalonde();
    double[] scores = name.startsWith("logit") ? lalonde.logits : lalonde.scores;
    Matches matches = allTies(scores, least);
    Estimate estimate =
        AbadieImbens.of(
                matches,
                Lalonde.treated(lalonde.outcomes),
                Lalonde.controls(lalonde.outcomes),
                Lalonde.controls(scores),
                OutcomeVariance.EQUAL)
            .estimate()
            .orElseThrow();
    assertThat((double) matches.pairCount())
        .isEqualTo(
            References.number(Lalonde.ANSWERS, "Matching", name, "n_matched_pairs_unweighted"));
    double effect = References.number(Lalonde.ANSWERS, "Matching", name, "att");
    double error = References.number(Lalonde.ANSWERS, "Matching", name, "se_AI");
    assertThat(estimate.value() / effect).isCloseTo(1, within(1e-9));
    assertThat(estimate.stdError() / error).isCloseTo(1, within(1e-9));
  }

  /**
   * By hand: differences 6, 8 and -1, effect 13/3, squares about it 101 - 169/3 = 134/3. Only the
   * first control serves twice (K^2 - K2 = 2); its neighbours are 7 and 6: s2 = 2/3 (4 - 6.5)^2 =
   * 25/6. Var = (134/3 + 2 * 25/6) / 9 = 53/9.
   */
  @Test
  void nearest_neighbours_agree_with_a_calculation_by_hand() {
    Estimate estimate =
        AbadieImbens.of(
                Matches.pairs(4, 0, 0, 2),
                new double[] {10, 12, 5},
                new double[] {4, 7, 6, 99},
                new double[] {0, 1, 2, 7},
                OutcomeVariance.NEAREST_NEIGHBOURS)
            .estimate()
            .orElseThrow();
    assertThat(estimate.value()).isCloseTo(13 / 3.0, within(1e-12));
    assertThat(estimate.stdError()).isCloseTo(Math.sqrt(53) / 3, within(1e-12));
    assertThat(estimate.degreesOfFreedom()).isInfinite();
  }

  /**
   * By hand: candidates of one score, the first (4) serving all of 3, 5, 9 and 20. Its s2 is 7/8 (4
   * - 5)^2, as the other seven have the mean 5. Squares about the effect 5.25: 172.75. Var =
   * (172.75 + (16 - 4) 7/8) / 16 = 183.25 / 16, in whatever order the candidates stand.
   */
  @Test
  void the_order_of_candidates_of_one_score_does_not_matter() {
    double[] candidates = {4, 0, 1, 2, 8, 16, 3, 5};
    double[] treated = {3, 5, 9, 20};
    for (int shift = 0; shift < candidates.length; shift++) {
      double[] shifted = new double[candidates.length];
      for (int row = 0; row < candidates.length; row++) {
        shifted[(row + shift) % candidates.length] = candidates[row];
      }
      Estimate estimate =
          estimate(
              Matches.pairs(candidates.length, shift, shift, shift, shift),
              treated,
              shifted,
              new double[candidates.length],
              OutcomeVariance.NEAREST_NEIGHBOURS);
      assertThat(estimate.stdError()).isCloseTo(Math.sqrt(183.25) / 4, within(1e-12));
    }
  }

  @Test
  void without_reuse_it_is_the_error_of_pairs() {
    var matches = Matches.pairs(4, 1, 3, 0);
    double[] treated = {3, 8, 1};
    double[] candidates = {2, 2, 9, 4};
    double[] scores = {0.1, 0.2, 0.3, 0.4};
    double sets = 3;
    double paired =
        MatchedDifference.of(matches, treated, candidates)
            .paired()
            .estimate()
            .orElseThrow()
            .stdError();
    for (OutcomeVariance variance : OutcomeVariance.values()) {
      assertThat(estimate(matches, treated, candidates, scores, variance).stdError())
          .isCloseTo(paired * Math.sqrt((sets - 1) / sets), within(1e-12));
    }
  }

  @Test
  void order_shift_and_scale_leave_or_scale_it() {
    var random = new SplittableRandom(5);
    double[] treated = random.doubles(30).toArray();
    double[] candidates = random.doubles(20).toArray();
    double[] scores = random.doubles(20).toArray();
    int[] controlOf = random.ints(30, 0, 20).toArray();
    Estimate estimate =
        estimate(
            Matches.pairs(20, controlOf),
            treated,
            candidates,
            scores,
            OutcomeVariance.NEAREST_NEIGHBOURS);
    Estimate mirrored =
        estimate(
            Matches.pairs(20, Arrays.stream(controlOf).map(row -> 19 - row).toArray()),
            mapped(treated),
            mapped(reversed(candidates)),
            reversed(scores),
            OutcomeVariance.NEAREST_NEIGHBOURS);
    assertThat(mirrored.value()).isCloseTo(-4 * estimate.value(), within(1e-10));
    assertThat(mirrored.stdError()).isCloseTo(4 * estimate.stdError(), within(1e-10));
  }

  /** 150 treated who share 60 candidates. */
  @Test
  void pairs_taken_as_independent_cover_too_seldom() {
    Simulation.assertUndercovers(
        20240312,
        random -> {
          double[] treatedScores = random.doubles(150, 0.3, 1).toArray();
          double[] scores = random.doubles(60, 0, 1).toArray();
          double[] treated = Arrays.stream(treatedScores).map(s -> 2 + spread(random, s)).toArray();
          double[] candidates = Arrays.stream(scores).map(s -> spread(random, s)).toArray();
          Matches matches =
              NearestNeighbour.match(
                  ScoredUnits.of("treated", treatedScores),
                  ScoredUnits.of("candidates", scores),
                  MatchingRule.oneToOne(Double.POSITIVE_INFINITY).with(Replacement.WITH));
          MatchedDifference found = MatchedDifference.of(matches, treated, candidates);
          double paired = Math.sqrt(Arrays.stream(found.setInfluence()).map(i -> i * i).sum());
          return Estimate.normal(found.effect().orElseThrow(), paired).interval().contains(2);
        });
  }

  @Test
  void too_few_are_unmeasured_with_the_reason() {
    double[] two = {1, 2};
    assertThat(
            AbadieImbens.of(
                Matches.pairs(2, 0, -1), two, two, two, OutcomeVariance.NEAREST_NEIGHBOURS))
        .isEqualTo(new Unmeasured("1 matched treated, at least 2 are needed for an error."));
    assertThat(
            AbadieImbens.of(
                Matches.pairs(2, 0, 1), two, two, two, OutcomeVariance.NEAREST_NEIGHBOURS))
        .isEqualTo(
            new Unmeasured("2 candidates, at least 3 are needed for the variance among them."));
    assertThat(
            AbadieImbens.of(
                    Matches.pairs(3, 0, 0),
                    two.clone(),
                    new double[3],
                    new double[3],
                    OutcomeVariance.NEAREST_NEIGHBOURS)
                .estimate())
        .isPresent();
    assertThat(
            AbadieImbens.of(
                Matches.pairs(3, 0, 0),
                new double[2],
                new double[3],
                new double[3],
                OutcomeVariance.NEAREST_NEIGHBOURS))
        .isEqualTo(
            new Unmeasured("No outcome differs from another, which leaves no error to tell."));
  }

  @Test
  void scores_that_cannot_be_are_refused() {
    var matches = Matches.pairs(2, 0, 1);
    double[] two = {1, 2};
    assertThatThrownBy(
            () ->
                AbadieImbens.of(
                    matches, two, two, new double[] {1, Double.NaN}, OutcomeVariance.EQUAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("candidate score[1] is NaN, must be finite");
    assertThatThrownBy(
            () -> AbadieImbens.of(matches, two, two, new double[3], OutcomeVariance.EQUAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("candidate scores has 3 values, must have as many as candidate outcomes, 2");
  }

  private static Matches allTies(double[] scores, int least) {
    double deviation = Math.sqrt(WeightedMoments.of(scores).variance());
    int candidates = scores.length - Lalonde.TREATED;
    int[] controls = new int[Lalonde.TREATED * candidates];
    Arrays.fill(controls, -1);
    for (int row = 0; row < Lalonde.TREATED; row++) {
      double score = scores[row];
      double[] distances =
          IntStream.range(Lalonde.TREATED, scores.length)
              .mapToDouble(c -> Math.pow((scores[c] - score) / deviation, 2))
              .toArray();
      double greatest = Arrays.stream(distances).sorted().toArray()[least - 1] + 1e-5;
      int[] set = IntStream.range(0, candidates).filter(c -> distances[c] <= greatest).toArray();
      System.arraycopy(set, 0, controls, row * candidates, set.length);
    }
    return new Matches(candidates, candidates, controls);
  }

  private static Estimate estimate(
      Matches matches,
      double[] treated,
      double[] candidates,
      double[] scores,
      OutcomeVariance variance) {
    return AbadieImbens.of(matches, treated, candidates, scores, variance).estimate().orElseThrow();
  }

  private static double spread(SplittableRandom random, double score) {
    return (1 + score) * Distributions.normalQuantile(random.nextDouble(Double.MIN_NORMAL, 1));
  }

  private static double[] mapped(double... values) {
    return Arrays.stream(values).map(value -> 7 - 4 * value).toArray();
  }

  private static double[] reversed(double... values) {
    return IntStream.range(0, values.length)
        .mapToDouble(row -> values[values.length - 1 - row])
        .toArray();
  }
}
