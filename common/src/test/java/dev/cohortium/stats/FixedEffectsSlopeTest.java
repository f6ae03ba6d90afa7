package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.LeastSquares.ClusterFactor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FixedEffectsSlopeTest {
  private static final int PLACES = 12;
  private static final int MONTHS = 9;

  /** Regressor and outcome of places that differ, in months that differ. */
  private static double[][][] panel(long seed, double slope) {
    var random = new SplittableRandom(seed);
    double[][][] panel = new double[2][PLACES][MONTHS];
    for (int place = 0; place < PLACES; place++) {
      double pace = random.nextDouble(1, 5);
      double shock = 0;
      for (int month = 0; month < MONTHS; month++) {
        shock = 0.6 * shock + random.nextGaussian();
        panel[0][place][month] = pace * month + random.nextDouble();
        panel[1][place][month] =
            slope * panel[0][place][month] + 10 * place + Math.sin(month) + shock;
      }
    }
    return panel;
  }

  @Test
  void it_is_least_squares_with_a_column_of_each_place_and_month() {
    double[][][] panel = panel(1, -0.7);
    double[][] rows = new double[PLACES * MONTHS][PLACES + MONTHS - 1];
    double[] outcomes = new double[rows.length];
    long[] clusters = new long[rows.length];
    for (int place = 0; place < PLACES; place++) {
      for (int month = 0; month < MONTHS; month++) {
        int row = place * MONTHS + month;
        rows[row][0] = panel[0][place][month];
        if (place > 0) {
          rows[row][place] = 1;
        }
        if (month > 0) {
          rows[row][PLACES - 1 + month] = 1;
        }
        outcomes[row] = panel[1][place][month];
        clusters[row] = place;
      }
    }
    Estimate expected =
        References.measured(
            LeastSquares.of(rows, outcomes).clustered(1, clusters, ClusterFactor.CLUSTERS));
    Estimate found = References.measured(FixedEffectsSlope.of(panel[0], panel[1]));
    References.agree(found.value(), expected.value(), 1e-9);
    References.agree(found.stdError(), expected.stdError(), 1e-9);
    assertThat(found.degreesOfFreedom()).isEqualTo(PLACES - 1);
  }

  @Test
  void what_differs_between_places_or_months_alone_changes_nothing() {
    double[][][] panel = panel(2, 0.4);
    Estimate before = References.measured(FixedEffectsSlope.of(panel[0], panel[1]));
    for (int place = 0; place < PLACES; place++) {
      for (int month = 0; month < MONTHS; month++) {
        panel[1][place][month] += 1000 * place - 50 * month * month;
      }
    }
    Estimate after = References.measured(FixedEffectsSlope.of(panel[0], panel[1]));
    References.agree(after.value(), before.value(), 1e-9);
    References.agree(after.stdError(), before.stdError(), 1e-8);
  }

  @Test
  void a_planted_slope_is_covered_as_often_as_promised() {
    int covered = 0;
    int replicates = 400;
    for (int replicate = 0; replicate < replicates; replicate++) {
      double[][][] panel = panel(1000 + replicate, -0.3);
      Estimate found = References.measured(FixedEffectsSlope.of(panel[0], panel[1]));
      covered += found.interval().contains(-0.3) ? 1 : 0;
    }
    // 12 clusters: Student's t leaves the coverage a little low. Binomial band at .001 of 93 %.
    assertThat(covered).isBetween(354, 392);
  }

  @Test
  void what_cannot_be_told_is_unmeasured() {
    assertThat(FixedEffectsSlope.of(new double[0][], new double[0][]))
        .isEqualTo(
            new Unmeasured("Fewer than 6 places, or than 2 months, tell no change within them."));
    assertThat(FixedEffectsSlope.of(new double[][] {{1, 2}}, new double[][] {{1, 2}}))
        .isInstanceOf(Unmeasured.class);
    // Alike everywhere: nothing but months tells them apart.
    double[][] same = new double[6][];
    double[][] outcomes = new double[6][];
    for (int place = 0; place < 6; place++) {
      same[place] = new double[] {1, 2, 5};
      outcomes[place] = new double[] {place, 2, 3 * place};
    }
    assertThat(FixedEffectsSlope.of(same, outcomes))
        .isEqualTo(new Unmeasured("The regressor does not vary within places and months."));
  }

  @Test
  void panels_with_holes_or_without_numbers_are_refused() {
    assertThatThrownBy(
            () -> FixedEffectsSlope.of(new double[][] {{1, 2}, {3}}, new double[][] {{1, 2}, {3}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("regressor has 1 values");
    assertThatThrownBy(
            () ->
                FixedEffectsSlope.of(
                    new double[][] {{1, Double.NaN}, {3, 4}}, new double[][] {{1, 2}, {3, 4}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("regressor");
  }
}
