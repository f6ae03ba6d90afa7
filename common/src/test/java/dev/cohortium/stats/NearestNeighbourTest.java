package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.Matches.Reason;
import dev.cohortium.stats.MatchingRule.Replacement;
import dev.cohortium.stats.MatchingRule.Ties;
import dev.cohortium.stats.MatchingRule.TreatedOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNeighbourTest {
  private static final double NONE = Double.POSITIVE_INFINITY;

  /** The options of other tools: treated in descending score, ties by row. */
  private static final MatchingRule PARITY = MatchingRule.oneToOne(NONE).with(Ties.ROW);

  /**
   * reference/lalonde/pairs_*.csv, MatchIt 4.7.2: on the probability, caliper 0.2 of the full
   * sample's deviation. Of three controls with replacement some share a score: their order within a
   * set is not defined, the set is.
   */
  @ParameterizedTest
  @CsvSource({
    "nn_1to1, 1, 0, WITHOUT",
    "nn_1to1_caliper02, 1, 0.2, WITHOUT",
    "nn_1to1_linlogit_caliper02, 1, 0.2, WITHOUT",
    "nn_2to1, 2, 0, WITHOUT",
    "nn_replace_k1, 1, 0, WITH",
    "nn_replace_k3, 3, 0, WITH"
  })
  void pairs_are_the_references_one_by_one(
      String name, int ratio, double factor, Replacement replacement) {
    var lalonde = new Lalonde();
    double[] scores = name.contains("linlogit") ? lalonde.logits : lalonde.scores;
    double caliper =
        factor == 0
            ? NONE
            : Caliper.ofFullDeviation(
                    factor, Lalonde.treatedMoments(scores), Lalonde.controlMoments(scores))
                .orElseThrow();
    Matches matches =
        NearestNeighbour.match(
            ScoredUnits.of("treated", Lalonde.treated(scores)),
            ScoredUnits.of("candidates", Lalonde.controls(scores)),
            parity(caliper).withRatio(ratio).with(replacement));
    Map<String, List<String>> found = named(lalonde, matches);
    Map<String, List<String>> expected = lalonde.pairs(name);
    if (ratio == 3) {
      found.values().forEach(set -> set.sort(Comparator.naturalOrder()));
      expected.values().forEach(set -> set.sort(Comparator.naturalOrder()));
    }
    assertThat(found).isEqualTo(expected);
    assertEffect(lalonde, matches, name);
  }

  private static MatchingRule parity(double caliper) {
    return MatchingRule.oneToOne(caliper).with(Ties.ROW);
  }

  /** reference/lalonde/pairs_nn_1to1_exact_race_caliper02.csv: one stratum at a time. */
  @Test
  void exact_strata_are_matched_one_at_a_time() {
    var lalonde = new Lalonde();
    double caliper =
        Caliper.ofFullDeviation(
                0.2, Lalonde.treatedMoments(lalonde.scores), Lalonde.controlMoments(lalonde.scores))
            .orElseThrow();
    int[] controlOf = new int[Lalonde.TREATED];
    for (String race : List.of("black", "hispan", "white")) {
      int[] treated = rows(lalonde, race, 0, Lalonde.TREATED);
      int[] candidates = rows(lalonde, race, Lalonde.TREATED, lalonde.ids.length);
      Matches matches =
          NearestNeighbour.match(
              ScoredUnits.of("treated", at(lalonde.scores, treated)),
              ScoredUnits.of("candidates", at(lalonde.scores, candidates)),
              parity(caliper));
      for (int i = 0; i < treated.length; i++) {
        controlOf[treated[i]] =
            matches.controlCount(i) == 0 ? -1 : candidates[matches.control(i, 0)] - Lalonde.TREATED;
      }
    }
    Matches all = Matches.pairs(lalonde.ids.length - Lalonde.TREATED, controlOf);
    assertThat(named(lalonde, all)).isEqualTo(lalonde.pairs("nn_1to1_exact_race_caliper02"));
    assertEffect(lalonde, all, "nn_1to1_exact_race_caliper02");
  }

  /** reference/lalonde/reference_ties.json: the range of the effect over 100 orders of the rows. */
  @ParameterizedTest
  @CsvSource({
    "nn_1to1, 1, 0, WITHOUT",
    "nn_1to1_caliper02, 1, 0.2, WITHOUT",
    "nn_2to1, 2, 0, WITHOUT",
    "nn_replace_k1, 1, 0, WITH",
    "nn_replace_k2, 2, 0, WITH",
    "nn_replace_k3, 3, 0, WITH"
  })
  void other_ties_give_an_effect_in_the_references_range(
      String name, int ratio, double factor, Replacement replacement) {
    var lalonde = new Lalonde();
    // Scores of one covariate pattern may differ in their last bits: they are ties.
    double[] scores = Arrays.stream(lalonde.scores).map(p -> Math.rint(p * 1e12) / 1e12).toArray();
    double caliper =
        factor == 0
            ? NONE
            : Caliper.ofFullDeviation(
                    factor, Lalonde.treatedMoments(scores), Lalonde.controlMoments(scores))
                .orElseThrow();
    for (long salt = 0; salt < 20; salt++) {
      Matches matches =
          NearestNeighbour.match(
              ScoredUnits.of("treated", Lalonde.treated(scores)),
              ScoredUnits.of("candidates", Lalonde.controls(scores)),
              MatchingRule.oneToOne(caliper).withRatio(ratio).with(replacement).withSalt(salt));
      double effect =
          MatchedDifference.of(
                  matches, Lalonde.treated(lalonde.outcomes), Lalonde.controls(lalonde.outcomes))
              .effect()
              .orElseThrow();
      double low = References.number(Lalonde.TIES, name, "att_min");
      double high = References.number(Lalonde.TIES, name, "att_max");
      double slack = 1e-6;
      assertThat(effect).as("salt %s", salt).isBetween(low - slack, high + slack);
      assertThat((double) matches.matchedCount())
          .isEqualTo(References.list(Lalonde.TIES, name, "n_treated_matched").get(0));
    }
  }

  @Test
  void every_rule_does_what_a_search_through_all_candidates_does() {
    var random = new SplittableRandom(20240301);
    for (int world = 0; world < 400; world++) {
      int treatedCount = 1 + random.nextInt(12);
      int candidateCount = random.nextInt(15);
      int levels = 1 + random.nextInt(20);
      double[] treated = draw(random, treatedCount, levels);
      double[] candidates = draw(random, candidateCount, levels);
      double caliper = random.nextInt(3) == 0 ? NONE : random.nextInt(4) * 0.25;
      for (TreatedOrder order : TreatedOrder.values()) {
        for (Ties ties : Ties.values()) {
          for (Replacement replacement : Replacement.values()) {
            int ratio = 1 + random.nextInt(3);
            var rule = new MatchingRule(ratio, caliper, replacement, order, ties, world);
            assertThat(
                    sets(
                        NearestNeighbour.match(
                            ScoredUnits.of("treated", treated),
                            ScoredUnits.of("candidates", candidates),
                            rule)))
                .as("world %s, %s", world, rule)
                .isEqualTo(search(treated, candidates, rule));
          }
        }
      }
    }
  }

  @Test
  void hashed_ids_make_the_order_of_rows_irrelevant() {
    var random = new SplittableRandom(7);
    double[] treated = draw(random, 60, 12);
    double[] candidates = draw(random, 90, 12);
    Map<Long, List<Long>> first = null;
    for (int world = 0; world < 20; world++) {
      long[] treatedIds = shuffled(random, treated.length);
      long[] candidateIds = shuffled(random, candidates.length);
      long[] otherIds = Arrays.stream(candidateIds).map(id -> id + treated.length).toArray();
      Matches matches =
          NearestNeighbour.match(
              ScoredUnits.of("treated", by(treated, treatedIds), treatedIds),
              ScoredUnits.of("candidates", by(candidates, candidateIds), otherIds),
              MatchingRule.oneToOne(0.5).withRatio(2));
      Map<Long, List<Long>> found = new HashMap<>();
      int[] pairTreated = matches.pairTreated();
      int[] pairControls = matches.pairControls();
      for (int pair = 0; pair < pairTreated.length; pair++) {
        found
            .computeIfAbsent(treatedIds[pairTreated[pair]], id -> new ArrayList<>())
            .add(candidateIds[pairControls[pair]]);
      }
      first = first == null ? found : first;
      assertThat(found).isEqualTo(first);
    }
  }

  @Test
  void scaled_and_shifted_scores_match_alike() {
    var random = new SplittableRandom(11);
    double[] treated = draw(random, 50, 40);
    double[] candidates = draw(random, 70, 40);
    for (double scale : new double[] {0.25, 4, 1024}) {
      assertThat(
              sets(
                  NearestNeighbour.match(
                      ScoredUnits.of("treated", scaled(treated, scale)),
                      ScoredUnits.of("candidates", scaled(candidates, scale)),
                      MatchingRule.oneToOne(0.5 * scale))))
          .isEqualTo(
              sets(
                  NearestNeighbour.match(
                      ScoredUnits.of("treated", treated),
                      ScoredUnits.of("candidates", candidates),
                      MatchingRule.oneToOne(0.5))));
    }
  }

  @Test
  void parts_further_apart_than_the_caliper_match_as_if_alone() {
    var random = new SplittableRandom(13);
    double[] treated = draw(random, 30, 1000);
    double[] candidates = draw(random, 40, 1000);
    double[] twiceTreated = twice(treated);
    double[] twiceCandidates = twice(candidates);
    var rule = PARITY.with(TreatedOrder.ASCENDING);
    var caliper = parity(0.25).with(rule.order());
    Matches alone =
        NearestNeighbour.match(
            ScoredUnits.of("treated", treated), ScoredUnits.of("candidates", candidates), caliper);
    Matches both =
        NearestNeighbour.match(
            ScoredUnits.of("treated", twiceTreated),
            ScoredUnits.of("candidates", twiceCandidates),
            caliper);
    for (int row = 0; row < treated.length; row++) {
      assertThat(both.controlCount(row)).isEqualTo(alone.controlCount(row));
      assertThat(both.controlCount(row + treated.length)).isEqualTo(alone.controlCount(row));
      if (alone.controlCount(row) > 0) {
        assertThat(both.control(row, 0)).isEqualTo(alone.control(row, 0));
        assertThat(both.control(row + treated.length, 0))
            .isEqualTo(alone.control(row, 0) + candidates.length);
      }
    }
  }

  @Test
  void one_score_for_all_uses_every_candidate_once() {
    int count = 300_000;
    double[] scores = new double[count];
    Matches matches =
        NearestNeighbour.match(
            ScoredUnits.of("treated", scores),
            ScoredUnits.of("candidates", scores),
            MatchingRule.oneToOne(0));
    assertThat(Arrays.stream(matches.pairControls()).distinct().count()).isEqualTo(count);
  }

  @Test
  void both_zeros_are_one_score() {
    Matches matches =
        NearestNeighbour.match(
            ScoredUnits.of("treated", new double[] {0.0}),
            ScoredUnits.of("candidates", new double[] {-0.0, 0.0}),
            parity(0));
    assertThat(matches.control(0, 0)).isZero();
  }

  @Test
  void distances_beyond_all_numbers_are_still_compared() {
    for (double far : new double[] {1.7e308, -1.7e308}) {
      Matches matches =
          NearestNeighbour.match(
              ScoredUnits.of("treated", new double[] {far}),
              ScoredUnits.of("candidates", new double[] {-far}),
              MatchingRule.oneToOne(NONE));
      assertThat(matches.control(0, 0)).isZero();
    }
  }

  @Test
  void every_unmatched_treated_has_its_reason() {
    Matches matches =
        NearestNeighbour.match(
            ScoredUnits.of("treated", new double[] {5, 1, 1.25, 0}),
            ScoredUnits.of("candidates", new double[] {1}),
            MatchingRule.oneToOne(0.5));
    assertThat(matches.reason(0)).contains(Reason.OUTSIDE_CALIPER);
    assertThat(matches.reason(1)).contains(Reason.NO_CANDIDATE);
    assertThat(matches.reason(2)).isEmpty();
    assertThat(matches.reason(3)).contains(Reason.NO_CANDIDATE);
    assertThat(matches.matchedCount()).isOne();
  }

  @Test
  void without_candidates_nobody_is_matched() {
    Matches matches =
        NearestNeighbour.match(
            ScoredUnits.of("treated", new double[] {1, 2}),
            ScoredUnits.of("candidates", new double[0]),
            MatchingRule.oneToOne(NONE).withRatio(2));
    assertThat(matches.reason(0)).contains(Reason.NO_CANDIDATE);
    assertThat(matches.reason(1)).contains(Reason.NO_CANDIDATE);
    assertThat(matches.pairCount()).isZero();
  }

  /** The diagnostic that must fail: without overlap a caliper leaves nobody. */
  @Test
  void arms_that_do_not_overlap_leave_everybody_outside_the_caliper() {
    var random = new SplittableRandom(17);
    Matches matches =
        NearestNeighbour.match(
            ScoredUnits.of("treated", random.doubles(100, 5, 6).toArray()),
            ScoredUnits.of("candidates", random.doubles(300, 0, 1).toArray()),
            MatchingRule.oneToOne(0.5));
    assertThat(IntStream.range(0, 100).mapToObj(matches::reason))
        .allMatch(reason -> reason.orElseThrow() == Reason.OUTSIDE_CALIPER);
  }

  @Test
  void an_id_that_stands_twice_is_refused_whatever_its_scores() {
    refuses(() -> ScoredUnits.of("candidates", new double[] {3, 2, 1}, new long[] {7, 1, 7}))
        .hasMessage("candidates ids hold 7 twice, must differ from one another");
    refuses(() -> ScoredUnits.of("treated", new double[] {2, 2}, new long[] {-4, -4}))
        .hasMessage("treated ids hold -4 twice, must differ from one another");
  }

  @Test
  void an_id_of_both_arms_is_refused() {
    var treated = ScoredUnits.of("treated", new double[] {3, 2}, new long[] {9, 4});
    var candidates = ScoredUnits.of("candidates", new double[] {3, 2, 1}, new long[] {8, 2, 9});
    refuses(() -> NearestNeighbour.match(treated, candidates, MatchingRule.oneToOne(1)))
        .hasMessage("id 9 stands among treated and candidates, must be in one");
    refuses(() -> NearestNeighbour.match(candidates, treated, MatchingRule.oneToOne(1)))
        .hasMessage("id 9 stands among candidates and treated, must be in one");
    var rows = ScoredUnits.of("candidates", new double[] {3, 2, 1});
    var others = ScoredUnits.of("candidates", new double[] {3, 2, 1}, new long[] {8, 2, 5});
    for (ScoredUnits fine : List.of(rows, others)) {
      assertThat(NearestNeighbour.match(treated, fine, PARITY).matchedCount()).isEqualTo(2);
    }
  }

  @Test
  void what_cannot_be_matched_is_refused() {
    var one = ScoredUnits.of("candidates", new double[] {1});
    var none = ScoredUnits.of("treated", new double[0]);
    refuses(() -> ScoredUnits.of("treated", new double[] {1, Double.NaN}))
        .hasMessage("treated score[1] is NaN, must be finite");
    refuses(() -> ScoredUnits.of("treated", new double[] {1}, new long[2]))
        .hasMessage("treated ids has 2 values, must have as many as treated scores, 1");
    refuses(() -> NearestNeighbour.match(none, one, MatchingRule.oneToOne(1)))
        .hasMessage("treated count is 0, must be at least 1");
    refuses(() -> MatchingRule.oneToOne(-1)).hasMessage("caliper is -1, must be at least 0");
    refuses(() -> MatchingRule.oneToOne(Double.NaN))
        .hasMessage("caliper is NaN, must be at least 0");
    refuses(() -> MatchingRule.oneToOne(1).withRatio(0))
        .hasMessage("ratio is 0, must be at least 1");
    var two = ScoredUnits.of("treated", new double[] {1, 2});
    refuses(() -> NearestNeighbour.match(two, one, PARITY.withRatio(Integer.MAX_VALUE)))
        .hasMessage("ratio times treated count is 4294967294, must be at most 2147483639");
    var alone = NearestNeighbour.match(two, one, PARITY);
    refuses(() -> alone.control(0, 1))
        .hasMessage("nth is 1, must be below 0, the controls of row 0");
  }

  /**
   * reference/lalonde/reference.json: the caliper that MatchIt used, and ps_sd on the logit, whose
   * regression was iterated further than MatchIt's: 1e-6, as an optimiser is involved.
   */
  @Test
  void calipers_are_the_references() {
    var lalonde = new Lalonde();
    var treated = Lalonde.treatedMoments(lalonde.logits);
    var controls = Lalonde.controlMoments(lalonde.logits);
    double fullOfLogit = References.number(Lalonde.ANSWERS, "ps_sd", "logit_sd_all");
    double pooledOfLogit = References.number(Lalonde.ANSWERS, "ps_sd", "logit_sd_pooled");
    assertThat(Caliper.ofFullDeviation(1, treated, controls).orElseThrow() / fullOfLogit)
        .isCloseTo(1, within(1e-6));
    assertThat(Caliper.ofPooledDeviation(1, treated, controls).orElseThrow() / pooledOfLogit)
        .isCloseTo(1, within(1e-6));
    double full =
        Caliper.ofFullDeviation(
                0.2, Lalonde.treatedMoments(lalonde.scores), Lalonde.controlMoments(lalonde.scores))
            .orElseThrow();
    double expected =
        References.number(
            Lalonde.ANSWERS, "matching", "nn_1to1_caliper02", "caliper_width_used", "1");
    assertThat(full / expected).isCloseTo(1, within(1e-9));
    var one = WeightedMoments.of(1);
    var equal = WeightedMoments.of(1, 1);
    assertThat(Caliper.ofPooledDeviation(0.2, equal, equal)).isEmpty();
    assertThat(Caliper.ofPooledDeviation(0.2, one, equal)).isEmpty();
    assertThat(Caliper.ofPooledDeviation(0.2, treated, WeightedMoments.NONE)).isEmpty();
    assertThat(Caliper.ofFullDeviation(0.2, one, WeightedMoments.NONE)).isEmpty();
    refuses(() -> Caliper.ofFullDeviation(0, treated, controls))
        .hasMessage("factor is 0, must be above 0");
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ?> refuses(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertEffect(Lalonde lalonde, Matches matches, String name) {
    double effect =
        MatchedDifference.of(
                matches, Lalonde.treated(lalonde.outcomes), Lalonde.controls(lalonde.outcomes))
            .effect()
            .orElseThrow();
    double expected = References.number(Lalonde.ANSWERS, "matching", name, "att_diff_weighted");
    assertThat(effect / expected).isCloseTo(1, within(1e-9));
  }

  private static Map<String, List<String>> named(Lalonde lalonde, Matches matches) {
    Map<String, List<String>> named = new HashMap<>();
    List<List<Integer>> sets = sets(matches);
    for (int row = 0; row < sets.size(); row++) {
      List<String> names = new ArrayList<>();
      sets.get(row).stream()
          .filter(c -> c >= 0)
          .forEach(c -> names.add(lalonde.ids[c + Lalonde.TREATED]));
      named.put(lalonde.ids[row], names);
    }
    return named;
  }

  /** Controls of each treated row; none: the reason's entry. */
  private static List<List<Integer>> sets(Matches matches) {
    List<List<Integer>> sets = new ArrayList<>();
    for (int row = 0; row < matches.treatedCount(); row++) {
      List<Integer> set = new ArrayList<>();
      for (int nth = 0; nth < matches.controlCount(row); nth++) {
        set.add(matches.control(row, nth));
      }
      matches.reason(row).ifPresent(reason -> set.add(reason.entry));
      sets.add(set);
    }
    return sets;
  }

  /** The rule by its words: each in turn looks through all candidates. */
  private static List<List<Integer>> search(
      double[] treated, double[] candidates, MatchingRule rule) {
    Comparator<Integer> ties =
        rule.ties() == Ties.ROW
            ? Comparator.naturalOrder()
            : Comparator.comparingLong(row -> ScoreOrder.hash(row, rule.salt()));
    Comparator<Integer> turn =
        switch (rule.order()) {
          case ASCENDING ->
              Comparator.<Integer>comparingDouble(r -> treated[r]).thenComparing(ties);
          case DESCENDING ->
              Comparator.<Integer>comparingDouble(r -> -treated[r]).thenComparing(ties);
          case ROW -> Comparator.naturalOrder();
          case HASHED_ID -> Comparator.comparingLong(row -> ScoreOrder.hash(row, rule.salt()));
        };
    List<Integer> turns = new ArrayList<>(IntStream.range(0, treated.length).boxed().toList());
    turns.sort(turn);
    List<List<Integer>> sets = new ArrayList<>();
    Arrays.stream(treated).forEach(score -> sets.add(new ArrayList<>()));
    List<Integer> free = new ArrayList<>(IntStream.range(0, candidates.length).boxed().toList());
    for (int round = 0; round < rule.ratio(); round++) {
      for (int row : turns) {
        List<Integer> set = sets.get(row);
        double score = treated[row];
        Comparator<Integer> withinScore =
            (a, b) -> candidates[a] >= score ? ties.compare(a, b) : ties.compare(b, a);
        Comparator<Integer> nearest =
            Comparator.<Integer>comparingDouble(c -> Math.abs(candidates[c] - score))
                .thenComparing(c -> candidates[c])
                .thenComparing(withinScore);
        List<Integer> possible =
            free.stream().filter(c -> !set.contains(c)).sorted(nearest).toList();
        int reason = possible.isEmpty() ? Reason.NO_CANDIDATE.entry : Reason.OUTSIDE_CALIPER.entry;
        if (possible.isEmpty() || Math.abs(candidates[possible.get(0)] - score) > rule.caliper()) {
          if (set.isEmpty()) {
            set.add(reason);
          }
          continue;
        }
        int best = possible.get(0);
        double distance = Math.abs(candidates[best] - score);
        for (int other : possible) {
          boolean acrossAtOneDistance =
              Math.abs(candidates[other] - score) == distance
                  && candidates[other] != candidates[possible.get(0)];
          if (acrossAtOneDistance) {
            best = ties.compare(other, best) < 0 ? other : best;
            break;
          }
        }
        set.add(best);
        if (rule.replacement() == Replacement.WITHOUT) {
          free.remove(Integer.valueOf(best));
        }
      }
    }
    return sets;
  }

  /** Scores on a grid of quarters, so that many tie. */
  private static double[] draw(SplittableRandom random, int count, int levels) {
    return IntStream.range(0, count).mapToDouble(i -> random.nextInt(levels) * 0.25 - 1).toArray();
  }

  private static long[] shuffled(SplittableRandom random, int count) {
    Map<Long, Long> keys = new HashMap<>();
    IntStream.range(0, count).forEach(i -> keys.put((long) i, random.nextLong()));
    return keys.keySet().stream()
        .sorted(Comparator.comparing(keys::get))
        .mapToLong(Long::longValue)
        .toArray();
  }

  private static double[] by(double[] values, long... ids) {
    return Arrays.stream(ids).mapToDouble(id -> values[(int) id]).toArray();
  }

  private static double[] at(double[] values, int... rows) {
    return Arrays.stream(rows).mapToDouble(row -> values[row]).toArray();
  }

  private static double[] scaled(double[] values, double scale) {
    return Arrays.stream(values).map(value -> value * scale + scale).toArray();
  }

  private static double[] twice(double... values) {
    return IntStream.range(0, 2 * values.length)
        .mapToDouble(i -> values[i % values.length] + (i < values.length ? 0 : 1e6))
        .toArray();
  }

  private static int[] rows(Lalonde lalonde, String race, int from, int to) {
    return IntStream.range(from, to).filter(row -> lalonde.races[row].equals(race)).toArray();
  }
}
