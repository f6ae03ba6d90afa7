package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.LeastSquares.ClusterFactor;
import dev.cohortium.stats.LeastSquares.ErrorModel;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LeastSquaresTest {
  private static final double[][] ROWS = {{1, 5}, {2, 3}, {3, 8}, {4, 1}, {6, 2}};
  private static final double[] OUTCOMES = {3, 1, 4, 1, 5};

  @ParameterizedTest
  @EnumSource
  void errors_of_independent_rows_agree_with_R(ErrorModel model) {
    // R 4.2.2, lm(..), sandwich 3.0-2 vcovHC: lalonde/reference.json, ols_adjusted.
    JobProgramme lalonde = JobProgramme.observed();
    Estimate found =
        References.measured(
            LeastSquares.of(lalonde.treatmentAndRows(), lalonde.earnings).coefficient(1, model));
    String key = model.name().toLowerCase(Locale.ROOT);
    JobProgramme answers = lalonde;
    References.agree(found.value(), answers.answer("ols_adjusted", key, "att"), 1e-9);
    References.agree(found.stdError(), answers.answer("ols_adjusted", key, "se"), 1e-9);
    assertThat(found.degreesOfFreedom()).isEqualTo(604);
  }

  @Test
  void certified_errors_of_nearly_collinear_columns_agree() {
    // NIST Statistical Reference Datasets, Longley: certified values.
    LeastSquares fit = LeastSquares.of(Longley.ROWS, Longley.EMPLOYED);
    for (int j = 0; j < Longley.ERRORS.length; j++) {
      Estimate found = References.measured(fit.coefficient(j, ErrorModel.CLASSICAL));
      References.agree(found.value(), Longley.COEFFICIENTS[j], 1e-9);
      References.agree(found.stdError(), Longley.ERRORS[j], 1e-9);
    }
  }

  @Test
  void errors_in_the_experiment_agree_with_R() {
    // nsw/reference.json, bench_nsw_dw_experimental.ols_adj.
    JobProgramme nsw = JobProgramme.randomised();
    String[] path = {"bench_nsw_dw_experimental", "ols_adj", "att"};
    LeastSquares fit = LeastSquares.of(nsw.treatmentAndRows(), nsw.earnings);
    Estimate found = References.measured(fit.coefficient(1, ErrorModel.HC2));
    References.agree(found.value(), nsw.answer(path), 1e-9);
    path[2] = "hc2";
    References.agree(found.stdError(), nsw.answer(path), 1e-9);
    path[2] = "hc0";
    References.agree(
        References.measured(fit.coefficient(1, ErrorModel.HC0)).stdError(), nsw.answer(path), 1e-9);
  }

  @ParameterizedTest
  @CsvSource({
    "pairs_nn_1to1.csv, nn_1to1",
    "pairs_nn_1to1_caliper02.csv, nn_1to1_caliper02",
    "pairs_nn_1to1_linlogit_caliper02.csv, nn_1to1_linlogit_caliper02",
    "pairs_nn_1to1_exact_race_caliper02.csv, nn_1to1_exact_race_caliper02"
  })
  void errors_clustered_by_pair_agree_with_R(String file, String key) {
    // sandwich vcovCL(cluster = ~subclass) on the pairs: lalonde/reference.json, matching.
    JobProgramme lalonde = JobProgramme.observed();
    JobProgramme.Pairs pairs = lalonde.pairs(file);
    LeastSquares plain = LeastSquares.of(pairs.treatment, pairs.earnings);
    same(lalonde, plain.coefficient(1, ErrorModel.HC0), "matching", key, "hc0");
    same(lalonde, plain.coefficient(1, ErrorModel.HC1), "matching", key, "hc1");
    same(lalonde, plain.coefficient(1, ErrorModel.HC3), "matching", key, "hc3");
    same(
        lalonde,
        plain.clustered(1, pairs.sets, ClusterFactor.NONE),
        "matching",
        key,
        "cluster_subclass_HC0_noadj");
    same(
        lalonde,
        plain.clustered(1, pairs.sets, ClusterFactor.CLUSTERS_AND_COEFFICIENTS),
        "matching",
        key,
        "cluster_subclass_HC1");
    same(
        lalonde,
        LeastSquares.of(pairs.rows, pairs.earnings)
            .clustered(1, pairs.sets, ClusterFactor.CLUSTERS_AND_COEFFICIENTS),
        "matching",
        key,
        "adj_additive_cluster_HC1");
  }

  @Test
  void errors_of_weighted_strata_agree_with_R() {
    // lm(re78 ~ treat, weights) after exact matching on race, married, nodegree: every stratum of
    // lalonde holds both arms; controls weigh n_treated / n_controls of their stratum.
    JobProgramme lalonde = JobProgramme.observed();
    Map<Long, double[]> counts = new HashMap<>();
    long[] strata = new long[lalonde.rows.length];
    for (int i = 0; i < strata.length; i++) {
      double[] row = lalonde.rows[i];
      strata[i] = (long) (row[2] + 2 * row[3] + 4 * row[4] + 8 * row[5]);
      counts.computeIfAbsent(strata[i], s -> new double[2])[lalonde.treated[i] ? 1 : 0]++;
    }
    double[] weights = new double[strata.length];
    double[][] treatment = new double[strata.length][1];
    for (int i = 0; i < strata.length; i++) {
      double[] count = counts.get(strata[i]);
      treatment[i][0] = lalonde.treated[i] ? 1 : 0;
      weights[i] = lalonde.treated[i] ? 1 : count[1] / count[0];
    }
    String key = "exact_race_married_nodegree";
    LeastSquares fit = LeastSquares.of(treatment, lalonde.earnings, weights);
    same(lalonde, fit.coefficient(1, ErrorModel.HC0), key, "hc0");
    same(lalonde, fit.coefficient(1, ErrorModel.HC1), key, "hc1");
    same(lalonde, fit.coefficient(1, ErrorModel.HC3), key, "hc3");
    same(
        lalonde,
        fit.clustered(1, strata, ClusterFactor.CLUSTERS_AND_COEFFICIENTS),
        key,
        "cluster_subclass_HC1");
    same(lalonde, fit.clustered(1, strata, ClusterFactor.NONE), key, "cluster_subclass_HC0_noadj");
  }

  @Test
  void errors_by_set_and_unit_agree_with_R_but_for_the_floor() {
    // sandwich vcovCL(cluster = ~subclass + id): V_a + V_b - V_ab, which here is below V_b.
    JobProgramme lalonde = JobProgramme.observed();
    JobProgramme.Pairs pairs = lalonde.pairs("pairs_nn_replace_k1.csv");
    LeastSquares fit = LeastSquares.of(pairs.treatment, pairs.earnings);
    ClusterFactor factor = ClusterFactor.CLUSTERS_AND_COEFFICIENTS;
    same(
        lalonde,
        fit.clustered(1, pairs.units, factor),
        "matching",
        "nn_replace_k1",
        "cluster_id_HC1");
    long[] cells = new long[pairs.sets.length];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = pairs.sets[i] * 1000 + pairs.units[i];
    }
    double bySet = variance(fit.clustered(1, pairs.sets, factor));
    double byUnit = variance(fit.clustered(1, pairs.units, factor));
    double byCell = variance(fit.clustered(1, cells, factor));
    References.agree(
        Math.sqrt(bySet + byUnit - byCell),
        lalonde.answer("matching", "nn_replace_k1", "cluster_subclass_and_id_HC1", "se"),
        1e-9);
    Estimate floored = References.measured(fit.clustered(1, pairs.sets, pairs.units, factor));
    assertThat(floored.stdError() * floored.stdError())
        .isCloseTo(Math.max(bySet, byUnit), within(1e-6));
    assertThat(floored.degreesOfFreedom()).isEqualTo(184);
  }

  private static void same(JobProgramme lalonde, Measurement found, String... path) {
    String[] value = Arrays.copyOf(path, path.length + 1);
    value[path.length] = "att";
    References.agree(References.measured(found).value(), lalonde.answer(value), 1e-9);
    value[path.length] = "se";
    References.agree(References.measured(found).stdError(), lalonde.answer(value), 1e-9);
  }

  private static double variance(Measurement measurement) {
    return Math.pow(References.measured(measurement).stdError(), 2);
  }

  @Test
  void the_order_of_rows_does_not_matter() {
    double[][] rows = {ROWS[3], ROWS[0], ROWS[4], ROWS[1], ROWS[2]};
    double[] outcomes = {OUTCOMES[3], OUTCOMES[0], OUTCOMES[4], OUTCOMES[1], OUTCOMES[2]};
    for (ErrorModel model : ErrorModel.values()) {
      Estimate one = References.measured(LeastSquares.of(ROWS, OUTCOMES).coefficient(2, model));
      Estimate other = References.measured(LeastSquares.of(rows, outcomes).coefficient(2, model));
      References.agree(other.value(), one.value(), 1e-12);
      References.agree(other.stdError(), one.stdError(), 1e-12);
    }
  }

  @Test
  void units_of_columns_and_outcome_move_coefficients_as_they_must() {
    double[][] rows = new double[5][];
    double[] outcomes = new double[5];
    for (int i = 0; i < 5; i++) {
      rows[i] = new double[] {ROWS[i][0] * 1e6 - 4, ROWS[i][1]};
      outcomes[i] = 3 * OUTCOMES[i] + 100;
    }
    for (ErrorModel model : ErrorModel.values()) {
      Estimate one = References.measured(LeastSquares.of(ROWS, OUTCOMES).coefficient(1, model));
      Estimate other = References.measured(LeastSquares.of(rows, outcomes).coefficient(1, model));
      References.agree(other.value(), 3e-6 * one.value(), 1e-10);
      References.agree(other.stdError(), 3e-6 * one.stdError(), 1e-10);
    }
  }

  @Test
  void clusters_of_one_row_are_HC1_but_for_a_factor() {
    LeastSquares fit = LeastSquares.of(ROWS, OUTCOMES);
    long[] own = {1, 2, 3, 4, 5};
    double clustered = variance(fit.clustered(1, own, ClusterFactor.CLUSTERS_AND_COEFFICIENTS));
    References.agree(clustered, variance(fit.coefficient(1, ErrorModel.HC1)), 1e-12);
  }

  @Test
  void too_few_rows_an_aliased_column_and_a_perfect_fit_are_unmeasured() {
    LeastSquares three =
        LeastSquares.of(new double[][] {{1, 2}, {2, 2.5}, {3, 1}}, new double[] {1, 0, 4});
    assertThat(three.coefficient(1, ErrorModel.HC1))
        .isEqualTo(new Unmeasured("3 rows for 3 coefficients leave nothing to tell an error by."));
    LeastSquares constant =
        LeastSquares.of(new double[][] {{1, 2}, {2, 2}, {3, 2}, {5, 2}}, new double[] {1, 0, 4, 2});
    assertThat(constant.aliased()).containsExactly(1);
    assertThat(constant.clustered(2, new long[4], ClusterFactor.NONE))
        .isEqualTo(
            new Unmeasured(
                "Column 1 is constant or explained by those before it, so its coefficient cannot"
                    + " be told."));
    assertThat(LeastSquares.of(ROWS, new double[5]).coefficient(1, ErrorModel.HC0))
        .isEqualTo(new Unmeasured("The fit is perfect, so no error can be told."));
    assertThat(LeastSquares.of(ROWS, OUTCOMES).clustered(1, new long[5], ClusterFactor.NONE))
        .isEqualTo(
            new Unmeasured("All observations belong to one cluster, which cannot tell an error."));
  }

  @Test
  void a_row_that_alone_decides_a_coefficient_fails_HC2_and_not_HC1() {
    double[][] rows = {{1, 0}, {2, 0}, {3, 0}, {4, 0}, {6, 1}};
    LeastSquares fit = LeastSquares.of(rows, OUTCOMES);
    assertThat(fit.coefficient(1, ErrorModel.HC2))
        .isEqualTo(new Unmeasured("Row 4 alone decides a coefficient (leverage 1), so HC2 fails."));
    assertThat(fit.coefficient(1, ErrorModel.HC1)).isInstanceOf(Estimate.class);
  }

  @Test
  void a_constant_column_is_aliased_however_many_rows() {
    int n = 500_000;
    SplittableRandom random = new SplittableRandom(9);
    double[][] alone = new double[n][];
    double[][] beside = new double[n][];
    double[] outcomes = new double[n];
    for (int i = 0; i < n; i++) {
      double x = random.nextGaussian();
      alone[i] = new double[] {x};
      beside[i] = new double[] {x, 3};
      outcomes[i] = x + random.nextGaussian();
    }
    LeastSquares fit = LeastSquares.of(beside, outcomes);
    assertThat(fit.aliased()).containsExactly(1);
    Estimate found = References.measured(fit.coefficient(1, ErrorModel.HC2));
    Estimate expected =
        References.measured(LeastSquares.of(alone, outcomes).coefficient(1, ErrorModel.HC2));
    // Errors and column of sd 1: 1 / sqrt(n) = 0.001414.
    References.agree(expected.stdError(), 0.001414, 0.01);
    References.agree(found.stdError(), expected.stdError(), 1e-12);
  }

  @ParameterizedTest
  @CsvSource({"1e8", "1e9", "-1e12"})
  void an_offset_of_a_column_costs_no_digits_of_errors(double offset) {
    double[][] rows = new double[5][];
    for (int i = 0; i < 5; i++) {
      rows[i] = new double[] {ROWS[i][0] + offset, ROWS[i][1]};
    }
    for (ErrorModel model : ErrorModel.values()) {
      Estimate expected =
          References.measured(LeastSquares.of(ROWS, OUTCOMES).coefficient(1, model));
      Estimate found = References.measured(LeastSquares.of(rows, OUTCOMES).coefficient(1, model));
      References.agree(found.value(), expected.value(), 1e-12);
      References.agree(found.stdError(), expected.stdError(), 1e-12);
    }
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    LeastSquares fit = LeastSquares.of(ROWS, OUTCOMES);
    assertThatThrownBy(() -> fit.coefficient(3, ErrorModel.HC0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("coefficient is 3, must lie in 0..2");
    assertThatThrownBy(() -> fit.clustered(1, new long[4], ClusterFactor.NONE))
        .hasMessage("clusters has 4 values, must have as many as influences, 5");
    assertThatThrownBy(() -> fit.fitted(new double[1]))
        .hasMessage("row has 1 values, must have as many as columns, 2");
    assertThatThrownBy(
            () -> LeastSquares.of(ROWS, new double[] {1, 2, Double.POSITIVE_INFINITY, 4, 5}))
        .hasMessage("outcomes[2] is Infinity, must be finite");
  }

  @Test
  void the_classical_error_covers_too_seldom_where_the_spread_grows() {
    Simulation.assertUndercovers(
        11,
        random ->
            References.measured(unequalSpread(random, ErrorModel.CLASSICAL))
                .interval()
                .contains(2));
  }

  @Test
  void HC2_covers_where_the_spread_grows() {
    Simulation found =
        Simulation.of(
            400,
            11,
            2,
            (draws, truth) -> Finding.of(unequalSpread(draws.unit(0), ErrorModel.HC2), truth));
    assertThat(found.covered()).isBetween(Band.of(400).least(), Band.of(400).most());
  }

  private static Measurement unequalSpread(SplittableRandom random, ErrorModel model) {
    double[][] rows = new double[200][1];
    double[] outcomes = new double[200];
    for (int i = 0; i < 200; i++) {
      rows[i][0] = random.nextDouble(-1, 1);
      outcomes[i] = 1 + 2 * rows[i][0] + rows[i][0] * rows[i][0] * random.nextGaussian();
    }
    return LeastSquares.of(rows, outcomes).coefficient(1, model);
  }

  @Test
  void errors_of_rows_cover_too_seldom_where_clusters_share_shocks() {
    Simulation.assertUndercovers(12, random -> shocks(random).contains(2));
  }

  private static Interval shocks(SplittableRandom random) {
    double[][] rows = new double[360][1];
    double[] outcomes = new double[360];
    for (int g = 0; g < 60; g++) {
      double x = random.nextGaussian();
      double shock = random.nextGaussian();
      for (int i = 6 * g; i < 6 * g + 6; i++) {
        rows[i][0] = x;
        outcomes[i] = 1 + 2 * x + shock + random.nextGaussian();
      }
    }
    return References.measured(LeastSquares.of(rows, outcomes).coefficient(1, ErrorModel.HC1))
        .interval();
  }

  /** By hand: the first three rows alone decide the intercept, and all are 2. */
  @Test
  void a_coefficient_whose_rows_do_not_vary_is_unmeasured_by_every_robust_error() {
    double[][] rows = {{0}, {0}, {0}, {1}, {1}, {1}};
    LeastSquares fit = LeastSquares.of(rows, new double[] {2, 2, 2, 1, 5, 9});
    Unmeasured constant = new Unmeasured("The observations do not vary, so no error can be told.");
    for (ErrorModel model : ErrorModel.values()) {
      if (model != ErrorModel.CLASSICAL) {
        assertThat(fit.coefficient(0, model)).isEqualTo(constant);
      }
      assertThat(fit.coefficient(1, model)).isInstanceOf(Estimate.class);
    }
    assertThat(fit.clustered(0, new long[] {1, 2, 3, 4, 5, 6}, ClusterFactor.CLUSTERS))
        .isEqualTo(constant);
  }
}
