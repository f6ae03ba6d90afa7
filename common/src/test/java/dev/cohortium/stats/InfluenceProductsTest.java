package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.ComparisonPlan.Contrast;
import dev.cohortium.stats.ComparisonPlan.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InfluenceProductsTest {
  private static final ComparisonPlan PLAN =
      new ComparisonPlan(2, 0, 1, 1, List.of(1, 2), List.of(Contrast.plain(0, Outcome.LEVEL)));

  /** Units of two metrics and two months. */
  static List<Observation> units(int count) {
    List<Observation> units = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SplittableRandom random = new Draws(31, 0).unit(i);
      double base = random.nextGaussian();
      units.add(
          Observation.of(i % 3 == 0)
              .metrics(
                  new double[] {5 + base + random.nextGaussian(), 6 + base},
                  new double[] {3 + base, 4 + random.nextGaussian()})
              .weighing(0.5 + random.nextDouble()));
    }
    return units;
  }

  /** The products of units that the cluster of the same id hold together. */
  static InfluenceProducts clustered(
      WeightedComparison comparison, List<? extends FollowUp> units, long... clusters) {
    Map<Long, double[][]> sums = new TreeMap<>();
    for (int i = 0; i < clusters.length; i++) {
      double[][] room = comparison.influences();
      comparison.influences(units.get(i), room);
      double[][] sum = sums.computeIfAbsent(clusters[i], id -> comparison.influences());
      for (int block = 0; block < room.length; block++) {
        for (int j = 0; j < room[block].length; j++) {
          sum[block][j] += room[block][j];
        }
      }
    }
    InfluenceProducts products = InfluenceProducts.empty(comparison);
    sums.values().forEach(products::add);
    return products;
  }

  @Test
  void variances_are_those_of_a_clustered_mean() {
    List<Observation> units = units(120);
    long[] clusters = IntStream.range(0, 120).mapToLong(i -> i % 37).toArray();
    WeightedComparison comparison = Observation.compare(PLAN, units);
    InfluenceProducts products = clustered(comparison, units, clusters);
    for (int block = 0; block < 2; block++) {
      assertThat(products.clusters(block)).isEqualTo(37);
      for (int metric = 0; metric < 2; metric++) {
        Estimate expected =
            References.measured(
                ClusteredMean.of(
                        comparison.estimates(block)[metric],
                        Observation.influences(comparison, units, block, metric))
                    .clustered(clusters));
        agree(Math.sqrt(products.covariance(block, 2 + metric, 2 + metric)), expected.stdError());
      }
    }
  }

  /** Treated 1 and 3, controls 0 and 4: influences -1/2, 1/2, and on the estimate 1, -1 beside. */
  @Test
  void the_treated_s_mean_and_the_estimate_vary_together() {
    List<Observation> units =
        List.of(
            Observation.treated(1),
            Observation.treated(3),
            Observation.control(0),
            Observation.control(4));
    ComparisonPlan plan =
        new ComparisonPlan(1, 0, 1, 1, List.of(1), List.of(Contrast.plain(0, Outcome.LEVEL)));
    WeightedComparison comparison = Observation.compare(plan, units);
    InfluenceProducts products = Observation.products(comparison, units);
    assertThat(products.clusters(0)).isEqualTo(4);
    agree(products.covariance(0, 0, 0), 0.5 * 4 / 3);
    agree(products.covariance(0, 0, 1), 0.5 * 4 / 3);
    agree(products.covariance(0, 1, 0), 0.5 * 4 / 3);
    agree(products.covariance(0, 1, 1), 2.5 * 4 / 3);
    // In pairs (1, 0) and (3, 4): -1/2 + 1 and 1/2 - 1.
    InfluenceProducts pairs = clustered(comparison, units, 1, 2, 1, 2);
    agree(pairs.covariance(0, 1, 1), 0.5 * 2);
    agree(pairs.covariance(0, 0, 1), -0.5 * 2);
  }

  @Test
  void clusters_of_parts_add_up() {
    List<Observation> units = units(60);
    WeightedComparison comparison = Observation.compare(PLAN, units);
    InfluenceProducts expected = Observation.products(comparison, units);
    InfluenceProducts found =
        InfluenceProducts.empty(comparison)
            .plus(Observation.products(comparison, units.subList(17, 60)))
            .plus(Observation.products(comparison, units.subList(0, 17)));
    for (int block = 0; block < 2; block++) {
      assertThat(found.clusters(block)).isEqualTo(expected.clusters(block));
      for (int one = 0; one < 4; one++) {
        for (int other = 0; other < 4; other++) {
          agree(found.covariance(block, one, other), expected.covariance(block, one, other));
        }
      }
    }
  }

  @Test
  void a_cluster_without_influence_does_not_count() {
    List<Observation> units = units(30);
    WeightedComparison comparison = Observation.compare(PLAN, units);
    InfluenceProducts products = InfluenceProducts.empty(comparison).add(comparison.influences());
    assertThat(products.clusters(0)).isZero();
    double[][] room = comparison.influences();
    comparison.influences(units.get(0), room);
    assertThat(products.add(room).clusters(0)).isEqualTo(1);
    assertThat(products.covariance(0, 2, 2)).isZero();
  }

  @Test
  void influences_of_another_comparison_are_refused() {
    InfluenceProducts products = InfluenceProducts.empty(Observation.compare(PLAN, units(30)));
    assertThatThrownBy(() -> products.add(new double[3][4]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("influences has 3 values, must have as many as blocks, 2");
    assertThatThrownBy(() -> products.add(new double[2][6]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("influences has 6 values, must have as many as means and estimates, 4");
    assertThatThrownBy(() -> products.covariance(0, 4, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("place is 4, must be at most 3");
    double[][] wrong = new double[2][4];
    wrong[1][2] = Double.NaN;
    products.add(wrong);
    products.add(new double[][] {{1, 1, 1, 1}, {1, 1, 1, 1}});
    assertThatThrownBy(() -> products.covariance(1, 2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be finite");
  }
}
