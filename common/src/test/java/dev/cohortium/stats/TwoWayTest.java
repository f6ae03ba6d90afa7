package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.junit.jupiter.api.Test;

class TwoWayTest {
  private static final double[][] NOTHING = new double[2][2];

  @Test
  void clusterings_add_and_what_both_have_counts_once() {
    double[][] one = {{4, 1}, {1, 9}};
    double[][] other = {{5, -1}, {-1, 8}};
    double[][] both = {{2, .5}, {.5, 3}};
    // By hand: 4 + 5 - 2, 1 - 1 - .5, 9 + 8 - 3.
    double[][] found = TwoWay.covariance(one, other, both);
    assertThat(found[0]).containsExactly(new double[] {7, -.5}, within(1e-12));
    assertThat(found[1]).containsExactly(new double[] {-.5, 14}, within(1e-12));
  }

  @Test
  void no_error_is_below_that_of_one_clustering_and_no_direction_is_negative() {
    double[][] one = {{4, 0}, {0, 1}};
    double[][] both = {{4, 3}, {3, 1}};
    double[][] found = TwoWay.covariance(one, NOTHING, both);
    assertThat(found[0][0]).isGreaterThanOrEqualTo(4);
    assertThat(found[1][1]).isGreaterThanOrEqualTo(1);
    var eigen = new EigenDecompositionSymmetric(MatrixUtils.createRealMatrix(found));
    assertThat(Arrays.stream(eigen.getEigenvalues()).min().orElseThrow())
        .isGreaterThanOrEqualTo(-1e-12);
  }

  @Test
  void nothing_that_varies_stays_nothing() {
    assertThat(TwoWay.covariance(NOTHING, NOTHING, NOTHING)).isDeepEqualTo(NOTHING);
  }

  @Test
  void one_cluster_tells_no_error() {
    GroupTimeEffects.Cell cell = new GroupTimeEffects.Cell(4, 5, 2, 1, 7, 9, 9, 0);
    GroupTimeEffects effects =
        GroupTimeEffects.of(StaggeredDesign.of(9, 5), List.of(cell), List.of());
    InfluenceSums sums = new InfluenceSums(effects.aggregates().each());
    sums.add(new double[] {3}).add(new double[] {0});
    assertThat(sums.clusters()).isEqualTo(1);
    assertThat(sums.clustered().effect(0)).isInstanceOf(Unmeasured.class);
    // Two clusters, by hand: (9 + 16) * 2 / 1, and one degree of freedom.
    Estimate found = References.measured(sums.add(new double[] {-4}).clustered().effect(0));
    References.agree(found.stdError(), Math.sqrt(50));
    assertThat(found.degreesOfFreedom()).isEqualTo(1);
  }
}
