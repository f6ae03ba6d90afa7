package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static dev.cohortium.stats.References.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.ComparisonPlan.Adjustment;
import dev.cohortium.stats.ComparisonPlan.Contrast;
import dev.cohortium.stats.ComparisonPlan.Outcome;
import dev.cohortium.stats.InverseProbability.Truncation;
import dev.cohortium.stats.LeastSquares.ClusterFactor;
import dev.cohortium.stats.LeastSquares.ErrorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedComparisonTest {
  private static final Contrast LEVEL = Contrast.plain(0, Outcome.LEVEL);

  /** One metric, one estimand. */
  private static ComparisonPlan plan(
      int covariates, int weightings, List<Integer> horizons, Contrast... contrasts) {
    return new ComparisonPlan(1, covariates, 1, weightings, horizons, List.of(contrasts));
  }

  private static ComparisonPlan oneMonth(int covariates, Contrast... contrasts) {
    return plan(covariates, 1, List.of(1), contrasts);
  }

  private static Contrast adjusted(int weighting, int regression, Adjustment adjustment) {
    return new Contrast(weighting, regression, Outcome.LEVEL, adjustment);
  }

  // --- against the other estimators, on a job programme's participants ---

  @ParameterizedTest
  @ValueSource(strings = {"nn_1to1", "nn_2to1", "nn_replace_k1", "nn_replace_k3"})
  void matched_weights_of_one_month_are_the_matched_difference(String name) {
    Lalonde lalonde = new Lalonde();
    Matches matches = lalonde.matches(name);
    double[] treated = Lalonde.treated(lalonde.outcomes);
    double[] controls = Lalonde.controls(lalonde.outcomes);
    MatchedDifference expected = MatchedDifference.of(matches, treated, controls);
    List<Observation> units = new ArrayList<>();
    List<Long> sets = new ArrayList<>();
    List<Long> customers = new ArrayList<>();
    for (int row : expected.treatedRows()) {
      units.add(Observation.treated(treated[row]));
      sets.add((long) row);
      customers.add((long) row);
      for (int nth = 0; nth < matches.controlCount(row); nth++) {
        int control = matches.control(row, nth);
        units.add(Observation.control(controls[control]).weighing(1.0 / matches.controlCount(row)));
        sets.add((long) row);
        customers.add(1000L + control);
      }
    }
    WeightedComparison found = Observation.compare(oneMonth(0, LEVEL), units);
    agree(found.estimates(0)[0], expected.effect().orElseThrow());
    agree(found.treatedMeans(0)[0], expected.treatedMean().orElseThrow());
    double[] influences = Observation.influences(found, units, 0, 0);
    double[] bySet = expected.setInfluence();
    for (int set = 0; set < bySet.length; set++) {
      double sum = 0;
      for (int i = 0; i < influences.length; i++) {
        sum += sets.get(i) == expected.treatedRows()[set] ? influences[i] : 0;
      }
      assertThat(sum).isCloseTo(bySet[set], within(1e-9));
    }
    double[] ofExpected = new double[influences.length];
    double[] ofTreated = expected.treatedInfluence();
    double[] ofPairs = expected.pairInfluence();
    int at = 0;
    int pair = 0;
    for (int set = 0; set < ofTreated.length; set++) {
      ofExpected[at++] = ofTreated[set];
      for (int n = matches.controlCount(expected.treatedRows()[set]); n > 0; n--) {
        ofExpected[at++] = ofPairs[pair++];
      }
    }
    long[] setIds = sets.stream().mapToLong(Long::longValue).toArray();
    long[] ids = customers.stream().mapToLong(Long::longValue).toArray();
    same(
        clustered(found, influences, setIds, ids),
        ClusteredMean.of(expected.effect().orElseThrow(), ofExpected).clustered(setIds, ids));
    same(
        joint(found, units, setIds, ids).mean(0).value(),
        ClusteredMean.of(expected.effect().orElseThrow(), ofExpected).clustered(setIds, ids));
  }

  private static Measurement clustered(
      WeightedComparison found, double[] influences, long[] sets, long[] customers) {
    return ClusteredMean.of(found.estimates(0)[0], influences).clustered(sets, customers);
  }

  /** The estimates with products of influences summed by customer, set and both. */
  private static JointEstimate joint(
      WeightedComparison found, List<Observation> units, long[] sets, long[] customers) {
    long[] cells = new long[sets.length];
    Arrays.setAll(cells, i -> sets[i] * 1_000_000 + customers[i]);
    return JointEstimate.of(
        found,
        0,
        InfluenceProductsTest.clustered(found, units, customers),
        InfluenceProductsTest.clustered(found, units, sets),
        InfluenceProductsTest.clustered(found, units, cells));
  }

  private static void same(Measurement found, Measurement expected) {
    agree(measured(found).value(), measured(expected).value());
    agree(measured(found).stdError(), measured(expected).stdError());
    assertThat(measured(found).degreesOfFreedom()).isEqualTo(measured(expected).degreesOfFreedom());
  }

  @Test
  void changes_are_the_matched_difference_of_changes() {
    Lalonde lalonde = new Lalonde();
    Matches matches = lalonde.matches("nn_1to1");
    double[] earlier = lalonde.covariate("re75");
    MatchedDifference expected =
        MatchedDifference.ofChange(
            matches,
            Lalonde.treated(earlier),
            Lalonde.treated(lalonde.outcomes),
            Lalonde.controls(earlier),
            Lalonde.controls(lalonde.outcomes));
    List<Observation> units = new ArrayList<>();
    for (int row = 0; row < Lalonde.TREATED; row++) {
      int control = Lalonde.TREATED + matches.control(row, 0);
      units.add(Observation.treated(lalonde.outcomes[row]).from(earlier[row]));
      units.add(Observation.control(lalonde.outcomes[control]).from(earlier[control]));
    }
    WeightedComparison found =
        Observation.compare(oneMonth(0, Contrast.plain(0, Outcome.CHANGE)), units);
    agree(found.estimates(0)[0], expected.effect().orElseThrow());
    double[] influences = Observation.influences(found, units, 0, 0);
    double[] bySet = expected.setInfluence();
    for (int set = 0; set < bySet.length; set++) {
      assertThat(influences[2 * set] + influences[2 * set + 1]).isCloseTo(bySet[set], within(1e-9));
    }
    // The treated's mean is that after treatment, whatever it is held against.
    agree(
        found.treatedMeans(0)[0],
        MatchedDifference.of(
                matches, Lalonde.treated(lalonde.outcomes), Lalonde.controls(lalonde.outcomes))
            .treatedMean()
            .orElseThrow());
  }

  @ParameterizedTest
  @CsvSource({
    "pairs_nn_1to1.csv, nn_1to1",
    "pairs_nn_1to1_caliper02.csv, nn_1to1_caliper02",
    "pairs_nn_1to1_linlogit_caliper02.csv, nn_1to1_linlogit_caliper02",
    "pairs_nn_1to1_exact_race_caliper02.csv, nn_1to1_exact_race_caliper02"
  })
  void regression_of_matched_pairs_agrees_with_R(String file, String key) {
    // sandwich vcovCL(lm(re78 ~ treat + covariates), cluster = ~subclass) on the pairs:
    // lalonde/reference.json, matching, adj_additive_cluster_HC1; its factor taken out here.
    JobProgramme.Pairs pairs = JobProgramme.observed().pairs(file);
    int n = pairs.sets.length;
    List<Observation> units = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      units.add(
          Observation.of(pairs.treatment[i][0] == 1, pairs.earnings[i])
              .with(Arrays.copyOfRange(pairs.rows[i], 1, pairs.rows[i].length)));
    }
    int covariates = pairs.rows[0].length - 1;
    WeightedComparison found =
        Observation.compare(oneMonth(covariates, adjusted(0, 0, Adjustment.BOTH_ARMS)), units);
    JobProgramme lalonde = JobProgramme.observed();
    double coefficients = covariates + 2.0;
    double factor = (n - 1) / (n - coefficients);
    agree(
        found.estimates(0)[0], lalonde.answer("matching", key, "adj_additive_cluster_HC1", "att"));
    double variance =
        ClusterSums.of(Observation.influences(found, units, 0, 0), pairs.sets).variance();
    agree(
        Math.sqrt(variance * factor),
        lalonde.answer("matching", key, "adj_additive_cluster_HC1", "se"));
  }

  @Test
  void regression_of_weighted_units_is_least_squares() {
    JobProgramme lalonde = JobProgramme.observed();
    double[] weights = new Draws(3, 0).numbers(0, lalonde.rows.length, r -> 0.2 + r.nextDouble());
    List<Observation> units = units(lalonde, weights);
    WeightedComparison found =
        Observation.compare(oneMonth(8, adjusted(0, 0, Adjustment.BOTH_ARMS)), units);
    LeastSquares expected = LeastSquares.of(lalonde.treatmentAndRows(), lalonde.earnings, weights);
    double[] influences = Observation.influences(found, units, 0, 0);
    Estimate byRow = measured(expected.coefficient(1, ErrorModel.HC0));
    agree(found.estimates(0)[0], byRow.value());
    agree(Math.sqrt(ClusterSums.of(influences).sumOfSquares()), byRow.stdError());
    long[] clusters = IntStream.range(0, weights.length).mapToLong(i -> i % 101).toArray();
    agree(
        Math.sqrt(ClusterSums.of(influences, clusters).variance()),
        measured(expected.clustered(1, clusters, ClusterFactor.CLUSTERS)).stdError());
  }

  private static List<Observation> units(JobProgramme lalonde, double[] weights) {
    return IntStream.range(0, weights.length)
        .mapToObj(
            i ->
                Observation.of(lalonde.treated[i], lalonde.earnings[i])
                    .with(lalonde.rows[i])
                    .weighing(weights[i]))
        .toList();
  }

  /** Units by their odds, weighting 0, and as they are, weighting 1. */
  private static List<Observation> byOdds(
      JobProgramme lalonde, Logistic score, Truncation truncation) {
    OddsWeights odds = OddsWeights.of(score, truncation);
    double[] logits = score.logits();
    double[] own = score.weights();
    return IntStream.range(0, logits.length)
        .mapToObj(
            i ->
                Observation.of(lalonde.treated[i], lalonde.earnings[i])
                    .with(lalonde.rows[i])
                    .weighing(odds.weights()[i], own[i])
                    .scored(
                        score.fit().standardised(lalonde.rows[i]),
                        own[i] * LogisticState.surprise(lalonde.treated[i], logits[i]),
                        odds.slope(i),
                        0))
        .toList();
  }

  private static WeightedComparison projected(
      ComparisonPlan plan, List<Observation> units, LogisticFit fit) {
    WeightedComparison comparison = Observation.compare(plan, units);
    ScoreSlopes slopes = ScoreSlopes.none();
    units.forEach(unit -> slopes.add(comparison, unit));
    comparison.project(slopes, Map.of("all", fit));
    return comparison;
  }

  private static void sameAsClusteredMean(
      WeightedComparison found, List<Observation> units, ClusteredMean expected) {
    Estimate estimate = measured(expected.independent());
    agree(found.estimates(0)[0], estimate.value());
    double[] influences = Observation.influences(found, units, 0, 0);
    agree(Math.sqrt(ClusterSums.of(influences).variance()), estimate.stdError());
    assertThat(Arrays.stream(influences).sum()).isCloseTo(0, within(1e-6));
  }

  @ParameterizedTest
  @EnumSource(Truncation.class)
  void odds_with_their_score_projected_are_inverse_probability(Truncation truncation) {
    JobProgramme lalonde = JobProgramme.observed();
    double[] weights = new Draws(4, 0).numbers(0, lalonde.rows.length, r -> 0.5 + r.nextDouble());
    Logistic score = Logistic.of(lalonde.rows, lalonde.treated, weights);
    List<Observation> units = byOdds(lalonde, score, truncation);
    ComparisonPlan plan = plan(0, 2, List.of(1), LEVEL);
    List<Observation> bare = units.stream().map(unit -> unit.with()).toList();
    InverseProbability expected = InverseProbability.of(score, lalonde.earnings, truncation);
    sameAsClusteredMean(Observation.compare(plan, bare), bare, expected.effectWithFixedWeights());
    sameAsClusteredMean(projected(plan, bare, score.fit()), bare, expected.effect());
    agree(Observation.compare(plan, bare).support(0).value(), expected.controls().value());
  }

  @ParameterizedTest
  @EnumSource(Truncation.class)
  void odds_with_the_controls_regression_are_the_augmented_estimator(Truncation truncation) {
    JobProgramme lalonde = JobProgramme.observed();
    double[] weights = new Draws(5, 0).numbers(0, lalonde.rows.length, r -> 0.5 + r.nextDouble());
    Logistic score = Logistic.of(lalonde.rows, lalonde.treated, weights);
    List<Observation> units = byOdds(lalonde, score, truncation);
    ComparisonPlan plan = plan(8, 2, List.of(1), adjusted(0, 1, Adjustment.CONTROLS));
    Aipw expected = Aipw.of(score, lalonde.rows, lalonde.earnings, truncation);
    sameAsClusteredMean(projected(plan, units, score.fit()), units, expected.effect());
  }

  @Test
  void a_score_with_a_prior_is_projected_as_inverse_probability_does() {
    // Whoever is above 2 is treated: no maximum of the likelihood.
    double[][] rows = new Draws(6, 0).rows(0, 60, r -> new double[] {r.nextGaussian() + 1});
    boolean[] treated = new boolean[60];
    double[] outcomes = new Draws(7, 0).numbers(0, 60, SplittableRandom::nextGaussian);
    List<Observation> units = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      treated[i] = rows[i][0] > 2;
    }
    Logistic score = Logistic.of(rows, treated);
    assertThat(score.isSeparated()).isTrue();
    OddsWeights odds = OddsWeights.of(score, Truncation.NONE);
    for (int i = 0; i < 60; i++) {
      units.add(
          Observation.of(treated[i], outcomes[i])
              .weighing(odds.weights()[i])
              .scored(
                  score.fit().standardised(rows[i]),
                  LogisticState.surprise(treated[i], score.logits()[i]),
                  odds.slope(i)));
    }
    WeightedComparison found = projected(oneMonth(0, LEVEL), units, score.fit());
    double[] expected =
        InverseProbability.of(score, outcomes, Truncation.NONE).effect().influences();
    double[] influences = Observation.influences(found, units, 0, 0);
    for (int i = 0; i < 60; i++) {
      assertThat(influences[i]).isCloseTo(expected[i], within(1e-12));
    }
  }

  @Test
  void entropy_weights_with_their_own_regression_are_entropy_balancing() {
    JobProgramme lalonde = JobProgramme.observed();
    EntropyBalancing expected =
        EntropyBalancing.of(lalonde.rows, lalonde.treated, lalonde.earnings);
    double[] weights = expected.weights();
    List<Observation> units =
        IntStream.range(0, weights.length)
            .mapToObj(
                i ->
                    Observation.of(lalonde.treated[i], lalonde.earnings[i])
                        .with(lalonde.rows[i])
                        .weighing(weights[i], 1))
            .toList();
    sameAsClusteredMean(
        Observation.compare(plan(8, 2, List.of(1), adjusted(0, 0, Adjustment.CONTROLS)), units),
        units,
        expected.effect());
    // Another regression changes nothing in the value, for nothing is left to adjust.
    WeightedComparison other =
        Observation.compare(plan(8, 2, List.of(1), adjusted(0, 1, Adjustment.CONTROLS)), units);
    agree(other.estimates(0)[0], measured(expected.effect().independent()).value(), 1e-9);
    double error = Math.sqrt(ClusterSums.of(Observation.influences(other, units, 0, 0)).variance());
    agree(error, measured(expected.effect().independent()).stdError(), 0.1);
  }

  // --- months ---

  /** Treated 3, 4, 5 in the mean; controls 2, (2 * 1 + 2 * 3) / 4 = 2, then one alone, 1. */
  @Test
  void those_who_stay_stand_for_those_who_left() {
    List<Observation> units =
        List.of(
            Observation.treated(4, 5, 6),
            Observation.treated(2, 3, 4),
            Observation.control(1, 1, 1).staying(1, 2, 4),
            Observation.control(2, 3, 9).staying(1, 2, 0),
            Observation.control(3, 5, 7).staying(1, 0, 0));
    ComparisonPlan plan = new ComparisonPlan(1, 0, 2, 1, List.of(1, 3), List.of(LEVEL));
    WeightedComparison found = Observation.compare(plan, units);
    agree(found.estimates(found.block(0, 0, 0))[0], 1);
    int block = found.block(0, 0, 1);
    agree(found.estimates(block)[0], (1 + 2 + 4) / 3.0);
    agree(found.treatedMeans(block)[0], 4);
    assertThat(found.controls(block)).isEqualTo(3);
    assertThat(found.support(block).value()).isEqualTo(1);
    assertThat(found.support(block).n()).isEqualTo(3);
    // The controls' means over the months in which they count: 1, (2 + 2 * 3) / 3, 3; each by what
    // it counts, 7, 3 and 1: mean 18 / 11.
    double deviation =
        Math.sqrt(
            (7 * Math.pow(1 - 18 / 11.0, 2)
                    + 3 * Math.pow(8 / 3.0 - 18 / 11.0, 2)
                    + Math.pow(3 - 18 / 11.0, 2))
                / 11);
    agree(found.controlDeviations(block)[0], deviation);
    double[] influences = Observation.influences(found, units, block, 0);
    double[] expected = {0.5, -0.5, 5 / 18.0, -1 / 6.0, -1 / 9.0};
    for (int i = 0; i < expected.length; i++) {
      agree(influences[i], expected[i]);
    }
    // Whatever they do later: 2, 3 and 17 / 3.
    agree(found.estimates(found.block(0, 1, 1))[0], (1 + 1 - 2 / 3.0) / 3);
  }

  @Test
  void a_unit_observed_for_less_than_a_horizon_is_in_the_shorter_one() {
    List<Observation> units =
        List.of(
            Observation.treated(4, 8),
            Observation.treated(6),
            Observation.control(1, 2),
            Observation.control(3));
    WeightedComparison found = Observation.compare(plan(0, 1, List.of(1, 2), LEVEL), units);
    agree(found.estimates(0)[0], 5 - 2);
    agree(found.estimates(1)[0], (3 + 6) / 2.0);
    assertThat(found.treated(0)).isEqualTo(2);
    assertThat(found.treated(1)).isEqualTo(1);
    assertThat(Observation.influences(found, units, 1, 0)[1]).isZero();
  }

  /** Units of three months in which months, covariates and staying differ. */
  private static List<Observation> world(Draws draws, int count) {
    List<Observation> units = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SplittableRandom random = draws.unit(i);
      boolean treated = random.nextDouble() < 0.4;
      double x = random.nextGaussian();
      double z = random.nextInt(3);
      double[] after = new double[3];
      double[] stays = {1, 1, 1};
      for (int m = 0; m < 3; m++) {
        after[m] = 5 + m * m + x - z + (treated ? 1 : 0) + random.nextGaussian();
      }
      if (!treated && random.nextDouble() < 0.7) {
        stays[1] = 1 + random.nextDouble();
        stays[2] = random.nextDouble() < 0.6 ? stays[1] * 1.5 : 0;
      }
      double[] observed = random.nextDouble() < 0.2 ? Arrays.copyOf(after, 2) : after;
      units.add(
          Observation.of(treated, observed)
              .with(x, z, 7)
              .from(4 + x + random.nextGaussian())
              .staying(stays)
              .weighing(0.5 + random.nextDouble(), 0.1 + random.nextDouble()));
    }
    return units;
  }

  private static final List<Contrast> ALL =
      List.of(
          LEVEL,
          Contrast.plain(1, Outcome.CHANGE),
          new Contrast(0, 0, Outcome.LEVEL, Adjustment.BOTH_ARMS),
          new Contrast(1, 0, Outcome.LEVEL, Adjustment.CONTROLS),
          new Contrast(0, 1, Outcome.CHANGE, Adjustment.CONTROLS),
          new Contrast(1, 1, Outcome.CHANGE, Adjustment.BOTH_ARMS));

  private static final ComparisonPlan EVERYTHING =
      new ComparisonPlan(1, 3, 2, 2, List.of(1, 2, 3), ALL);

  /**
   * The regression of unit-months on treatment in each month, the months and covariates, each row
   * by weight times staying: its coefficients of treatment on average, with influences by unit.
   */
  @ParameterizedTest
  @EnumSource(Outcome.class)
  void months_adjusted_in_both_arms_are_one_regression_of_unit_months(Outcome outcome) {
    List<Observation> units = world(new Draws(8, 0), 150);
    List<double[]> rows = new ArrayList<>();
    List<Double> outcomes = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    List<Integer> of = new ArrayList<>();
    for (int i = 0; i < units.size(); i++) {
      Observation unit = units.get(i);
      for (int m = 1; m <= 3 && unit.months() == 3; m++) {
        if (unit.stays(0, m) > 0) {
          double[] row = new double[7];
          if (m > 1) {
            row[m - 2] = 1;
          }
          if (unit.isTreated()) {
            row[1 + m] = 1;
          }
          row[5] = unit.covariates()[0];
          row[6] = unit.covariates()[1];
          rows.add(row);
          outcomes.add(unit.after(0, m) - (outcome == Outcome.CHANGE ? unit.before(0) : 0));
          weights.add(unit.weight(1) * unit.stays(0, m));
          of.add(i);
        }
      }
    }
    LeastSquares expected =
        LeastSquares.of(
            rows.toArray(double[][]::new),
            outcomes.stream().mapToDouble(Double::doubleValue).toArray(),
            weights.stream().mapToDouble(Double::doubleValue).toArray());
    double third = 1 / 3.0;
    double[] combination = {0, 0, 0, third, third, third, 0, 0};
    double[] byRow = expected.influences(combination);
    double[] byUnit = new double[units.size()];
    for (int row = 0; row < byRow.length; row++) {
      byUnit[of.get(row)] += byRow[row];
    }
    Contrast contrast = new Contrast(1, 1, outcome, Adjustment.BOTH_ARMS);
    WeightedComparison found = Observation.compare(plan(3, 2, List.of(1, 3), contrast), units);
    agree(
        found.estimates(1)[0], LogisticState.product(combination, expected.coefficients()), 1e-11);
    double[] influences = Observation.influences(found, units, 1, 0);
    for (int i = 0; i < byUnit.length; i++) {
      assertThat(influences[i]).isCloseTo(byUnit[i], within(1e-12));
    }
  }

  @Test
  void what_months_and_covariates_explain_leaves_the_planted_effect_exactly() {
    // Who leaves does so by x, and later months are higher: neither bends the slope.
    List<Observation> units = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      double x = i % 8;
      boolean treated = i < 15;
      double more = treated ? 2 : 0;
      units.add(
          Observation.of(treated, 100 + 3 * x + more, 200 + 3 * x + more, 400 + 3 * x + more)
              .with(x)
              .staying(1, x > 5 && !treated ? 0 : 1.5, x > 3 && !treated ? 0 : 2));
    }
    for (Adjustment adjustment : List.of(Adjustment.BOTH_ARMS, Adjustment.CONTROLS)) {
      WeightedComparison found =
          Observation.compare(
              plan(1, 1, List.of(3), new Contrast(0, 0, Outcome.LEVEL, adjustment)), units);
      agree(found.estimates(0)[0], 2, 1e-12);
    }
    assertThat(Observation.compare(plan(1, 1, List.of(3), LEVEL), units).estimates(0)[0])
        .isGreaterThan(3);
  }

  // --- laws ---

  private static void assertSame(WeightedComparison found, WeightedComparison expected) {
    for (int block = 0; block < expected.blocks(); block++) {
      assertThat(expected.reason(block)).isEmpty();
      agree(found.estimates(block)[0], expected.estimates(block)[0], 1e-10);
      agree(found.treatedMeans(block)[0], expected.treatedMeans(block)[0], 1e-12);
      agree(found.controlDeviations(block)[0], expected.controlDeviations(block)[0], 1e-11);
      agree(found.support(block).value(), expected.support(block).value(), 1e-12);
      assertThat(found.treated(block)).isEqualTo(expected.treated(block));
      assertThat(found.controls(block)).isEqualTo(expected.controls(block));
    }
  }

  @Test
  void order_and_parts_do_not_matter() {
    List<Observation> units = world(new Draws(9, 0), 200);
    WeightedComparison expected = Observation.compare(EVERYTHING, units);
    for (int split = 0; split < 20; split++) {
      SplittableRandom random = new Draws(10, split).unit(0);
      ComparisonSums[] parts = new ComparisonSums[4];
      Arrays.setAll(parts, i -> ComparisonSums.empty(EVERYTHING));
      for (int i = units.size() - 1; i >= 0; i--) {
        parts[random.nextInt(3)].add(units.get(i));
      }
      assertSame(
          WeightedComparison.of(parts[3].plus(parts[0]).plus(parts[1].plus(parts[2]))), expected);
    }
  }

  @Test
  void influences_sum_to_nothing_in_every_block() {
    List<Observation> units = world(new Draws(11, 0), 200);
    WeightedComparison found = Observation.compare(EVERYTHING, units);
    double[][] room = found.influences();
    double[][] sums = found.influences();
    for (Observation unit : units) {
      found.influences(unit, room);
      for (int block = 0; block < room.length; block++) {
        sums[block][0] += room[block][0];
        sums[block][1] += room[block][1];
      }
    }
    for (double[] sum : sums) {
      assertThat(sum[0]).isCloseTo(0, within(1e-12));
      assertThat(sum[1]).isCloseTo(0, within(1e-12));
    }
  }

  @Test
  void a_unit_of_twice_the_weight_is_two_units() {
    List<Observation> units = world(new Draws(12, 0), 120);
    List<FollowUp> doubled = new ArrayList<>(units);
    doubled.addAll(units.subList(0, 40));
    WeightedComparison twice = Observation.compare(EVERYTHING, doubled);
    for (Observation unit : units.subList(0, 40)) {
      unit.weighing(2 * unit.weight(0), 2 * unit.weight(1));
    }
    WeightedComparison once = Observation.compare(EVERYTHING, units);
    for (int block = 0; block < once.blocks(); block++) {
      agree(once.estimates(block)[0], twice.estimates(block)[0], 1e-10);
      agree(once.controlDeviations(block)[0], twice.controlDeviations(block)[0], 1e-11);
      double[] found = Observation.influences(once, units, block, 0);
      double[] same = Observation.influences(twice, units, block, 0);
      for (int i = 0; i < found.length; i++) {
        // With its doubled weight a unit has, among all, the influence of both.
        assertThat(found[i]).isCloseTo(same[i], within(1e-12));
      }
    }
  }

  @Test
  void shifted_outcomes_change_no_difference_and_scaled_ones_scale() {
    List<Observation> units = world(new Draws(13, 0), 120);
    WeightedComparison expected = Observation.compare(EVERYTHING, units);
    List<Observation> moved =
        units.stream()
            .map(
                unit -> {
                  double[] after = new double[unit.months()];
                  Arrays.setAll(after, m -> -3 * unit.after(0, m + 1) + 1e6);
                  return Observation.of(unit.isTreated(), after)
                      .with(unit.covariates()[0] * 10 + 1e4, unit.covariates()[1], 7)
                      .from(-3 * unit.before(0) + 1e6)
                      .staying(unit.stays(0, 1), unit.stays(0, 2), unit.stays(0, 3))
                      .weighing(1e-9 * unit.weight(0), 1e9 * unit.weight(1));
                })
            .toList();
    WeightedComparison found = Observation.compare(EVERYTHING, moved);
    for (int block = 0; block < expected.blocks(); block++) {
      assertThat(found.estimates(block)[0])
          .isCloseTo(-3 * expected.estimates(block)[0], within(1e-8));
      agree(found.controlDeviations(block)[0], 3 * expected.controlDeviations(block)[0], 1e-8);
      double[] moving = Observation.influences(found, moved, block, 0);
      double[] staying = Observation.influences(expected, units, block, 0);
      for (int i = 0; i < moving.length; i++) {
        assertThat(moving[i]).isCloseTo(-3 * staying[i], within(1e-8));
      }
    }
  }

  @Test
  void it_is_the_same_after_a_journey() throws Exception {
    List<Observation> units = world(new Draws(14, 0), 60);
    ComparisonSums sums = ComparisonSums.empty(EVERYTHING);
    units.subList(0, 30).forEach(sums::add);
    ComparisonSums sent = journey(sums);
    units.subList(30, 60).forEach(sums::add);
    units.subList(30, 60).forEach(sent::add);
    WeightedComparison expected = WeightedComparison.of(sums);
    WeightedComparison found = journey(WeightedComparison.of(sent));
    for (int block = 0; block < expected.blocks(); block++) {
      assertThat(Observation.influences(found, units, block, 0))
          .isEqualTo(Observation.influences(expected, units, block, 0));
    }
  }

  private static <T> T journey(T object) throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      @SuppressWarnings("unchecked")
      T back = (T) in.readObject();
      return back;
    }
  }

  // --- scores ---

  @Test
  void units_that_are_not_compared_moved_the_score_too() {
    Draws draws = new Draws(15, 0);
    double[][] rows = draws.rows(0, 200, r -> new double[] {r.nextGaussian()});
    double[] chance = draws.numbers(200, 200, SplittableRandom::nextDouble);
    boolean[] treated = new boolean[200];
    for (int i = 0; i < 200; i++) {
      treated[i] = chance[i] < 1 / (1 + Math.exp(-rows[i][0]));
    }
    Logistic score = Logistic.of(rows, treated);
    OddsWeights odds = OddsWeights.of(score, Truncation.NONE);
    List<Observation> units = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      double outcome = rows[i][0] + chance[(i + 7) % 200];
      boolean isSegment = i % 3 > 0;
      units.add(
          Observation.of(
                  treated[i], i % 5 == 0 ? new double[] {outcome} : new double[] {outcome, 2})
              .weighing(isSegment ? odds.weights()[i] : 0)
              .scored(
                  score.fit().standardised(rows[i]),
                  LogisticState.surprise(treated[i], score.logits()[i]),
                  odds.slope(i)));
    }
    WeightedComparison found = projected(plan(0, 1, List.of(1, 2), LEVEL), units, score.fit());
    for (int block = 0; block < 2; block++) {
      double[] influences = Observation.influences(found, units, block, 0);
      assertThat(influences[0]).isNotZero();
      assertThat(Arrays.stream(influences).sum()).isCloseTo(0, within(1e-9));
    }
  }

  @Test
  void slopes_of_parts_add_up() {
    JobProgramme lalonde = JobProgramme.observed();
    Logistic score = Logistic.of(lalonde.rows, lalonde.treated);
    List<Observation> units = byOdds(lalonde, score, Truncation.NONE);
    ComparisonPlan plan = plan(8, 2, List.of(1), adjusted(0, 0, Adjustment.CONTROLS), LEVEL);
    WeightedComparison one = projected(plan, units, score.fit());
    WeightedComparison other = Observation.compare(plan, units);
    ScoreSlopes first = ScoreSlopes.none();
    ScoreSlopes second = ScoreSlopes.none();
    for (int i = 0; i < units.size(); i++) {
      (i % 3 == 0 ? first : second).add(other, units.get(i));
    }
    other.project(ScoreSlopes.none().plus(first).plus(second), Map.of("all", score.fit()));
    for (int block = 0; block < 2; block++) {
      double[] expected = Observation.influences(one, units, block, 0);
      double[] found = Observation.influences(other, units, block, 0);
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).isCloseTo(expected[i], within(1e-9));
      }
    }
  }

  // --- too little, too large, too alike ---

  @Test
  void constant_outcomes_have_no_influence_at_all() {
    List<Observation> units = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      units.add(
          Observation.of(i % 3 == 0, 0.1, 0.1)
              .from(0.7)
              .with(Math.sin(i))
              .weighing(0.1 + i % 7)
              .staying(1, 1 + 0.01 * i));
    }
    ComparisonPlan plan =
        plan(
            1,
            1,
            List.of(2),
            LEVEL,
            Contrast.plain(0, Outcome.CHANGE),
            new Contrast(0, 0, Outcome.LEVEL, Adjustment.BOTH_ARMS),
            new Contrast(0, 0, Outcome.CHANGE, Adjustment.CONTROLS));
    WeightedComparison found = Observation.compare(plan, units);
    for (int block = 0; block < 4; block++) {
      assertThat(found.estimates(block)).containsExactly(0);
      assertThat(found.controlDeviations(block)).containsExactly(0);
      assertThat(Observation.influences(found, units, block, 0)).containsOnly(0);
    }
  }

  @Test
  void a_great_level_costs_no_digits() {
    Draws draws = new Draws(16, 0);
    double[] noise = draws.numbers(0, 400, SplittableRandom::nextGaussian);
    List<Observation> near = new ArrayList<>();
    List<Observation> far = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      double value = Math.rint(noise[i] * 1024) / 1024;
      near.add(Observation.of(i % 4 == 0, value));
      far.add(Observation.of(i % 4 == 0, (1L << 30) + value));
    }
    ComparisonPlan plan = oneMonth(0, LEVEL);
    WeightedComparison expected = Observation.compare(plan, near);
    WeightedComparison found = Observation.compare(plan, far);
    agree(found.controlDeviations(0)[0], expected.controlDeviations(0)[0], 1e-6);
    assertThat(found.estimates(0)[0]).isCloseTo(expected.estimates(0)[0], within(1e-5));
  }

  @Test
  void tiny_weights_are_weights() {
    List<Observation> units = world(new Draws(17, 0), 120);
    WeightedComparison expected = Observation.compare(EVERYTHING, units);
    units.forEach(unit -> unit.weighing(1e-140 * unit.weight(0), 1e-140 * unit.weight(1)));
    assertSame(Observation.compare(EVERYTHING, units), expected);
  }

  @Test
  void where_nobody_is_left_there_is_a_reason() {
    ComparisonPlan plan = plan(0, 1, List.of(1, 2), LEVEL);
    WeightedComparison found =
        Observation.compare(
            plan, List.of(Observation.treated(1, 2), Observation.control(1, 2).staying(1, 0)));
    assertThat(found.reason(0)).isEmpty();
    assertThat(found.reason(1)).isEqualTo("No control is to be compared in month 2.");
    assertThat(found.estimates(1)).containsExactly(0);
    assertThat(found.support(1).isSupported()).isFalse();
    assertThat(Observation.compare(plan, List.of(Observation.control(1, 2))).reason(0))
        .isEqualTo("No treated unit is to be compared in month 1.");
    assertThat(WeightedComparison.of(ComparisonSums.empty(EVERYTHING)).reason(3))
        .isEqualTo("No control is to be compared in month 1.");
  }

  @Test
  void a_regression_of_too_few_or_of_others_tells_nothing() {
    List<Observation> few =
        List.of(
            Observation.treated(1).with(1),
            Observation.control(2).with(2),
            Observation.control(3).with(4));
    assertThat(Observation.compare(oneMonth(1, adjusted(0, 0, Adjustment.CONTROLS)), few).reason(0))
        .isEqualTo("2 controls for 2 coefficients leave nothing to tell an error by.");
    assertThat(
            Observation.compare(oneMonth(1, adjusted(0, 0, Adjustment.BOTH_ARMS)), few).reason(0))
        .isEqualTo("3 units for 3 coefficients leave nothing to tell an error by.");
    List<Observation> apart = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      apart.add(Observation.of(i < 10, i).with(i % 3, i < 5 ? 1 : 0));
    }
    assertThat(
            Observation.compare(oneMonth(2, adjusted(0, 0, Adjustment.CONTROLS)), apart).reason(0))
        .isEqualTo(
            "A covariate that varies among the treated does not among the controls, so they cannot"
                + " tell what the treated would have done.");
    assertThat(
            Observation.compare(oneMonth(2, adjusted(0, 0, Adjustment.BOTH_ARMS)), apart).reason(0))
        .isEmpty();
  }

  @Test
  void a_copy_of_a_covariate_changes_nothing() {
    List<Observation> units = world(new Draws(18, 0), 120);
    ComparisonPlan plan = plan(3, 2, List.of(1, 3), adjusted(1, 0, Adjustment.CONTROLS));
    WeightedComparison expected = Observation.compare(plan, units);
    units.forEach(
        unit ->
            unit.with(unit.covariates()[0], unit.covariates()[1], 3 * unit.covariates()[0] - 1));
    WeightedComparison found = Observation.compare(plan, units);
    assertThat(found.reason(1)).isEmpty();
    agree(found.estimates(1)[0], expected.estimates(1)[0]);
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    ComparisonSums sums = ComparisonSums.empty(plan(1, 1, List.of(1), LEVEL));
    assertRefused(() -> sums.add(Observation.treated(Double.NaN).with(1)), "metrics after is NaN");
    assertRefused(() -> sums.add(Observation.treated(1).with()), "covariates has 0 values");
    assertRefused(
        () -> sums.add(Observation.treated(1).with(Double.POSITIVE_INFINITY)),
        "covariates and metrics before[0] is Infinity");
    assertRefused(
        () -> sums.add(Observation.treated(1).with(1).from(Double.NaN)),
        "covariates and metrics before[1] is NaN");
    assertRefused(
        () -> sums.add(Observation.treated(1).with(1).weighing(-1)),
        "weight is -1, must be at least 0");
    assertRefused(
        () -> sums.add(Observation.treated(1).with(1).weighing(Double.NaN)), "weight is NaN");
    assertRefused(
        () -> sums.add(Observation.control(1).with(1).staying(-0.5)),
        "stays is -0.5, must be at least 0");
    assertRefused(() -> sums.plus(ComparisonSums.empty(EVERYTHING)), "other is of another plan");
    WeightedComparison found =
        Observation.compare(
            oneMonth(0, LEVEL), List.of(Observation.treated(1), Observation.control(2)));
    double[] row = {1};
    assertRefused(
        () -> ScoreSlopes.none().add(found, Observation.treated(1).scored(row, 1, 1)),
        "weightSlope of a treated unit is not 0");
    ScoreSlopes slopes = ScoreSlopes.none().add(found, Observation.control(2).scored(row, 1, 1));
    assertRefused(() -> found.project(slopes, Map.of()), "fits has no score 'all'");
    assertRefused(() -> plan(0, 1, List.of(3, 2), LEVEL), "horizons is 2, must be at least 4");
    assertRefused(
        () -> plan(0, 1, List.of(1), Contrast.plain(1, Outcome.LEVEL)),
        "weighting is 1, must be at most 0");
    assertRefused(
        () -> plan(0, 1, List.of(1), adjusted(0, -1, Adjustment.CONTROLS)),
        "regressionWeighting is -1, must be at least 0");
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  // --- simulations ---

  private static Finding finding(
      WeightedComparison found, InfluenceProducts products, double truth) {
    return Finding.of(JointEstimate.of(found, 0, products).mean(0).value(), truth);
  }

  /** Customers of three units each, whose outcomes and covariate they share. */
  private static Simulation customers(boolean isClustered) {
    ComparisonPlan plan = plan(1, 1, List.of(2), adjusted(0, 0, Adjustment.BOTH_ARMS));
    return Simulation.of(
        300,
        19,
        0.7,
        (draws, truth) -> {
          List<Observation> units = new ArrayList<>();
          long[] customers = new long[360];
          for (int i = 0; i < customers.length; i++) {
            SplittableRandom random = draws.unit(i);
            SplittableRandom shared = draws.unit(1000 + i / 3);
            customers[i] = isClustered ? i / 3 : i;
            boolean treated = shared.nextDouble() < 0.4;
            double x = shared.nextGaussian() + (treated ? 0.5 : 0);
            double own = 3 * shared.nextGaussian() + 2 * x + (treated ? truth : 0);
            units.add(
                Observation.of(
                        treated, own + random.nextGaussian(), 5 + own + random.nextGaussian())
                    .with(x));
          }
          WeightedComparison found = Observation.compare(plan, units);
          return finding(found, InfluenceProductsTest.clustered(found, units, customers), truth);
        });
  }

  @Test
  void errors_by_customer_cover_as_often_as_they_say() {
    Simulation found = customers(true);
    Band band = Band.of(300);
    assertThat(found.covered()).isBetween(band.least(), band.most());
    assertThat(Math.abs(found.bias().value())).isLessThan(3 * found.bias().stdError());
  }

  @Test
  void errors_by_unit_are_too_small_where_customers_repeat() {
    customers(false).assertUndercovers();
  }

  /** Controls who spent much join in the next month, and are then compared no more. */
  private static Simulation leaving(boolean isWeighted) {
    ComparisonPlan plan = plan(0, 1, List.of(4), LEVEL);
    return Simulation.of(
        300,
        20,
        1,
        (draws, truth) -> {
          List<Observation> units = new ArrayList<>();
          for (int i = 0; i < 500; i++) {
            SplittableRandom random = draws.unit(i);
            boolean treated = i < 150;
            double level = random.nextGaussian();
            double[] after = new double[4];
            double[] stays = {1, 1, 1, 1};
            double chance = 1;
            for (int m = 0; m < 4; m++) {
              stays[m] = chance == 0 ? 0 : isWeighted ? 1 / chance : 1;
              after[m] = 10 + level + random.nextGaussian() + (treated ? truth : 0);
              double joins = after[m] > 10.5 ? 0.4 : 0.05;
              boolean joined = random.nextDouble() < joins;
              chance = treated ? 1 : joined ? 0 : chance * (1 - joins);
            }
            units.add(Observation.of(treated, after).staying(stays));
          }
          WeightedComparison found = Observation.compare(plan, units);
          return finding(found, Observation.products(found, units), truth);
        });
  }

  @Test
  void weights_for_staying_cover_where_who_leaves_depends_on_the_past() {
    Simulation found = leaving(true);
    Band band = Band.of(300);
    assertThat(found.covered()).isBetween(band.least(), band.most());
    assertThat(Math.abs(found.bias().value())).isLessThan(3 * found.bias().stdError());
  }

  @Test
  void without_weights_those_who_stay_are_not_those_who_left() {
    Simulation found = leaving(false);
    found.assertUndercovers();
    assertThat(found.bias().value()).isGreaterThan(10 * found.bias().stdError());
  }

  @Test
  void weights_that_collapse_on_a_few_are_not_supported() {
    List<Observation> units = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      units.add(Observation.of(i < 100, i).weighing(i < 100 ? 1 : Math.exp(i / 3.0)));
    }
    assertThat(Observation.compare(oneMonth(0, LEVEL), units).support(0).isSupported()).isFalse();
  }
}
