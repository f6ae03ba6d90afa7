package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class InfluenceSumsTest {
  @Test
  void one_cluster_tells_no_error() {
    GroupTimeEffects.Cell cell = new GroupTimeEffects.Cell(4, 5, 2, 1, 7, 9, 9, 0);
    GroupTimeEffects effects =
        GroupTimeEffects.of(StaggeredDesign.of(9, 5), List.of(cell), List.of());
    InfluenceSums sums = new InfluenceSums(effects.aggregates().each());
    sums.add(new double[] {3}).add(new double[] {0});
    // Who moves nothing is no cluster.
    assertThat(sums.clustered(0).effect(0)).isInstanceOf(Unmeasured.class);
    // Two clusters, by hand: (9 + 16) * 2 / 1, and one degree of freedom.
    Estimate found = References.measured(sums.add(new double[] {-4}).clustered(0).effect(0));
    References.agree(found.stdError(), Math.sqrt(50));
    assertThat(found.degreesOfFreedom()).isEqualTo(1);
  }
}
