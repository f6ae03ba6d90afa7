package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusteredMeanTest {
  @ParameterizedTest
  @CsvSource({
    "pairs_nn_1to1.csv, nn_1to1",
    "pairs_nn_1to1_caliper02.csv, nn_1to1_caliper02",
    "pairs_nn_1to1_linlogit_caliper02.csv, nn_1to1_linlogit_caliper02",
    "pairs_nn_1to1_exact_race_caliper02.csv, nn_1to1_exact_race_caliper02"
  })
  void matched_pairs_agree_with_R(String file, String key) {
    // estimatr 1.0.0 lm_robust(.., clusters = subclass, se_type = "CR2"), which for pairs is
    // G / (G - 1): lalonde/reference.json, matching.
    JobProgramme lalonde = JobProgramme.observed();
    JobProgramme.Pairs pairs = lalonde.pairs(file);
    double[] differences = pairs.differences();
    Estimate found = References.measured(ClusteredMean.of(differences).independent());
    JobProgramme answers = lalonde;
    References.agree(found.value(), answers.answer("matching", key, "estimatr_CR2", "att"), 1e-9);
    References.agree(found.stdError(), answers.answer("matching", key, "estimatr_CR2", "se"), 1e-9);
    References.agree(
        found.interval().low(), answers.answer("matching", key, "estimatr_CR2", "lo"), 1e-9);
    References.agree(
        found.interval().high(), answers.answer("matching", key, "estimatr_CR2", "hi"), 1e-9);

    // The same by influences of treated and controls, clustered by pair.
    double[] influences = new double[pairs.sets.length];
    for (int i = 0; i < influences.length; i++) {
      int sign = i % 2 == 0 ? 1 : -1;
      double mean = mean(pairs.earnings, i % 2);
      influences[i] = sign * (pairs.earnings[i] - mean) / differences.length;
    }
    Estimate byUnits =
        References.measured(ClusteredMean.of(found.value(), influences).clustered(pairs.sets));
    References.agree(byUnits.stdError(), found.stdError(), 1e-9);
  }

  private static double mean(double[] values, int from) {
    double sum = 0;
    for (int i = from; i < values.length; i += 2) {
      sum += values[i];
    }
    return sum / (values.length / 2.0);
  }

  @Test
  void two_clusterings_by_hand() {
    // Influences 3 -1 -4 2; sets {0 1} {2 3}: 2, -2: 8 * 2/1 = 16; customers {0 2} {1} {3}: -1 -1
    // 2:
    // 6 * 3/2 = 9; cells: 30 * 4/3 = 40. 16 + 9 - 40 < 16: floored at 16; t with 1 df.
    ClusteredMean mean = ClusteredMean.of(5, new double[] {3, -1, -4, 2});
    long[] sets = {1, 1, 2, 2};
    assertThat(mean.clustered(sets, new long[] {7, 8, 7, 9})).isEqualTo(new Estimate(5, 4, 1));
    // Customers {0 3} {1 2}: 5, -5: 50 * 2/1 = 100, 16 + 100 - 40 = 76 < 100.
    assertThat(mean.clustered(sets, new long[] {7, 8, 8, 7})).isEqualTo(new Estimate(5, 10, 1));
  }

  @Test
  void cells_that_sets_and_customers_share_count_once() {
    SplittableRandom random = new SplittableRandom(9);
    double[] values = new double[300];
    long[] ids = new long[300];
    for (int i = 0; i < 300; i++) {
      ids[i] = i / 3;
      values[i] = random.nextGaussian() + i % 100;
    }
    ClusteredMean mean = ClusteredMean.of(values);
    References.agree(
        References.measured(mean.clustered(ids, ids)).stdError(),
        References.measured(mean.clustered(ids)).stdError(),
        1e-12);
    assertThat(mean.independent()).isEqualTo(ClusteredMean.of(values, ones(300)).independent());
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void sums_of_different_clusters_add_up() {
    SplittableRandom random = new SplittableRandom(4);
    for (int split = 0; split < 200; split++) {
      int n = 1 + random.nextInt(40);
      int at = random.nextInt(n + 1);
      double[] influences = new double[n];
      long[] clusters = new long[n];
      for (int i = 0; i < n; i++) {
        influences[i] = random.nextGaussian();
        clusters[i] = (i < at ? 0L : 100L) + random.nextInt(5);
      }
      ClusterSums parts =
          ClusterSums.of(Arrays.copyOf(influences, at), Arrays.copyOf(clusters, at))
              .plus(
                  ClusterSums.of(
                      Arrays.copyOfRange(influences, at, n), Arrays.copyOfRange(clusters, at, n)));
      ClusterSums all = ClusterSums.of(influences, clusters);
      assertThat(parts.clusters()).isEqualTo(all.clusters());
      References.agree(parts.sumOfSquares(), all.sumOfSquares(), 1e-12);
    }
  }

  @Test
  void order_shift_and_scale_move_the_mean_as_they_must() {
    double[] values = {3, 1, 4, 1, 5, 9};
    long[] clusters = {1, 1, 2, 3, 3, 2};
    Estimate one = References.measured(ClusteredMean.of(values).clustered(clusters));
    // 5 - 2 v, backwards.
    Estimate other =
        References.measured(
            ClusteredMean.of(new double[] {-13, -5, 3, -3, 3, -1})
                .clustered(new long[] {2, 3, 3, 2, 1, 1}));
    References.agree(other.value(), 5 - 2 * one.value(), 1e-12);
    References.agree(other.stdError(), 2 * one.stdError(), 1e-12);
    assertThat(other.degreesOfFreedom()).isEqualTo(2);
  }

  @Test
  void a_single_cluster_and_equal_values_are_unmeasured() {
    ClusteredMean mean = ClusteredMean.of(new double[] {1, 2, 3});
    assertThat(mean.clustered(new long[3]))
        .isEqualTo(
            new Unmeasured("All observations belong to one cluster, which cannot tell an error."));
    assertThat(mean.clustered(new long[] {1, 2, 3}, new long[3])).isInstanceOf(Unmeasured.class);
    assertThat(ClusteredMean.of(new double[] {0.1, 0.1, 0.1}).independent())
        .isEqualTo(new Unmeasured("The observations do not vary, so no error can be told."));
    assertThat(ClusteredMean.of(new double[] {7}).independent()).isInstanceOf(Unmeasured.class);
    Unmeasured nobody = new Unmeasured("There are no observations.");
    assertThat(ClusteredMean.measure(0, new ClusterSums(0, 0))).isEqualTo(nobody);
    assertThat(ClusteredMean.of(new double[0]).independent()).isEqualTo(nobody);
    assertThat(ClusteredMean.of(0, new double[0]).clustered(new long[0])).isEqualTo(nobody);
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> ClusteredMean.of(1, new double[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("influences sum to 3.0, must sum to 0");
    double[] two = {1, 2};
    assertThatThrownBy(() -> ClusteredMean.of(two, new double[] {1e308, 1e308}))
        .hasMessage("sum of weights is Infinity, must be finite");
    assertThatThrownBy(() -> ClusteredMean.of(new double[] {1, Double.NaN}))
        .hasMessage("values[1] is NaN, must be finite");
    assertThatThrownBy(() -> ClusteredMean.of(new double[] {1, 2}).clustered(new long[1]))
        .hasMessage("clusters has 1 values, must have as many as influences, 2");
    assertThatThrownBy(() -> new ClusterSums(-1, 0))
        .hasMessage("clusters is -1, must be at least 0");
    assertThatThrownBy(() -> ClusteredMean.unmeasured(new Unmeasured("None.")).influences())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("No influences: None.");
  }

  @Test
  void one_clustering_or_none_covers_too_seldom_where_there_are_two() {
    Simulation.of(400, 41, 3, crossed((mean, sets, customers) -> mean.clustered(sets)))
        .assertUndercovers();
    Simulation.of(400, 41, 3, crossed((mean, sets, customers) -> mean.independent()))
        .assertUndercovers();
  }

  private interface ErrorOf {
    Measurement of(ClusteredMean mean, long[] sets, long[] customers);
  }

  /** 900 observations of 60 sets and 60 customers that share shocks. */
  private static Simulation.Study crossed(ErrorOf error) {
    return (draws, truth) -> {
      SplittableRandom random = draws.unit(0);
      double[] ofSets = new double[60];
      double[] ofCustomers = new double[60];
      Arrays.setAll(ofSets, i -> random.nextGaussian());
      Arrays.setAll(ofCustomers, i -> random.nextGaussian());
      double[] values = new double[900];
      long[] sets = new long[900];
      long[] customers = new long[900];
      for (int i = 0; i < 900; i++) {
        sets[i] = i % 60;
        customers[i] = (i + 7L * (i / 60)) % 60;
        values[i] =
            truth + ofSets[(int) sets[i]] + ofCustomers[(int) customers[i]] + random.nextGaussian();
      }
      return Finding.of(error.of(ClusteredMean.of(values), sets, customers), truth);
    };
  }

  @Test
  void clusters_without_an_influence_do_not_count() {
    // Cluster 1 sums to 0, but its members have influences; cluster 3 has none.
    double[] influences = {1, -1, 2, -2, 0, 0};
    long[] clusters = {1, 1, 2, 4, 3, 3};
    assertThat(ClusterSums.of(influences, clusters)).isEqualTo(new ClusterSums(3, 8));
    assertThat(ClusterSums.of(influences)).isEqualTo(new ClusterSums(4, 10));
    assertThat(ClusterSums.of(influences, clusters, new long[6])).isEqualTo(new ClusterSums(3, 8));
    // A value that is the mean has no influence, and is an observation all the same.
    assertThat(ClusteredMean.of(new double[] {1, 2, 3}).independent())
        .isEqualTo(new Estimate(2, Math.sqrt(2 / 9.0 * 3 / 2), 2));
  }

  @Test
  void an_error_that_is_rounding_beside_the_terms_is_none() {
    double[] rounding = {1e-16, -1e-16};
    assertThat(ClusteredMean.of(0, rounding, 1, 1).independent())
        .isEqualTo(new Unmeasured("The observations do not vary, so no error can be told."));
    assertThat(ClusteredMean.of(0, rounding).independent()).isInstanceOf(Estimate.class);
    ClusterSums sums = ClusterSums.of(rounding);
    assertThat(ClusteredMean.measure(0, sums, 1)).isInstanceOf(Unmeasured.class);
    assertThat(ClusteredMean.measure(0, sums, sums, sums, 1)).isInstanceOf(Unmeasured.class);
  }
}
