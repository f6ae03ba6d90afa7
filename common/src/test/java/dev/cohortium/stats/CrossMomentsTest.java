package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CrossMomentsTest {
  /** By hand: deviations (-1, -2), (0, 1), (1, 1): products 1, 3, 6 over n - 1 = 2. */
  @Test
  void covariances_agree_with_hand_reckoning() {
    CrossMoments moments = CrossMoments.of(new double[][] {{1, 2}, {2, 5}, {3, 5}});
    assertThat(moments.count()).isEqualTo(3);
    assertThat(moments.variables()).isEqualTo(2);
    agree(moments.mean(1), 4);
    agree(moments.covariance(0, 0), 1);
    agree(moments.covariance(0, 1), 1.5);
    agree(moments.covariance(1, 1), 3);
    agree(moments.varianceOf(2, -1), 4 - 6 + 3);
  }

  @Test
  void moments_of_parts_add_up_in_any_order() {
    var random = new Random(4);
    for (int i = 0; i < 200; i++) {
      double[][] rows = rows(random, 2 + random.nextInt(20), 3, 100);
      int cut = 1 + random.nextInt(rows.length - 1);
      CrossMoments whole = CrossMoments.of(rows);
      CrossMoments front = CrossMoments.of(Arrays.copyOfRange(rows, 0, cut));
      CrossMoments back = CrossMoments.of(Arrays.copyOfRange(rows, cut, rows.length));
      assertSame(front.plus(back), whole);
      assertSame(back.plus(CrossMoments.none(3)).plus(front), whole);
      assertSame(CrossMoments.none(3).plus(whole), whole);
    }
  }

  @Test
  void a_large_level_costs_no_digits() {
    double[][] rows = rows(new Random(5), 300, 2, 0);
    double[][] far =
        Arrays.stream(rows)
            .map(row -> new double[] {row[0] + 1e8, row[1] - 3e8})
            .toArray(double[][]::new);
    CrossMoments here = CrossMoments.of(rows);
    CrossMoments there = CrossMoments.of(far);
    agree(there.covariance(0, 1), here.covariance(0, 1), 1e-7);
    agree(there.covariance(1, 1), here.covariance(1, 1), 1e-7);
  }

  @Test
  void a_sum_that_only_rounding_varies_has_no_variance() {
    double[][] rows =
        new Random(6).doubles(50).mapToObj(x -> new double[] {x, 0.1 * x}).toArray(double[][]::new);
    assertThat(CrossMoments.of(rows).varianceOf(0.1, -1)).isZero();
    double[][] constant = {{0.1, 1}, {0.1, 2}, {0.1, 4}};
    assertThat(CrossMoments.of(constant).covariance(0, 0)).isZero();
    assertThat(CrossMoments.of(constant).covariance(0, 1)).isZero();
  }

  @Test
  void sums_of_another_program_are_taken_as_they_are() {
    CrossMoments summed =
        CrossMoments.ofSums(3, new double[] {2, 4}, new double[][] {{2, 3}, {3, 6}});
    assertSame(summed, CrossMoments.of(new double[][] {{1, 2}, {2, 5}, {3, 5}}));
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> CrossMoments.of(new double[0][]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rows.length is 0, must be at least 1");
    assertThatThrownBy(() -> CrossMoments.of(new double[][] {{1, 2}, {3}}))
        .hasMessage("rows[1] has 1 values, must have as many as rows[0], 2");
    assertThatThrownBy(() -> CrossMoments.of(new double[][] {{1, Double.NaN}}))
        .hasMessage("rows[0][1] is NaN, must be finite");
    assertThatThrownBy(() -> CrossMoments.none(0)).hasMessage("variables is 0, must be at least 1");
    assertThatThrownBy(() -> CrossMoments.none(2).plus(CrossMoments.none(3)))
        .hasMessage("other has 3 values, must have as many as this, 2");
    assertThatThrownBy(() -> CrossMoments.of(new double[][] {{1, 2}}).covariance(0, 1))
        .hasMessage("count is 1, must be at least 2");
    assertThatThrownBy(
            () -> CrossMoments.ofSums(3, new double[] {2, 4}, new double[][] {{2, 3}, {1, 6}}))
        .hasMessage("scatter[1][0] is 1.0, must equal scatter[0][1], 3.0");
    assertThatThrownBy(
            () -> CrossMoments.ofSums(3, new double[] {2, 4}, new double[][] {{1, 3}, {3, 4}}))
        .hasMessage("scatter[1][0] is 3.0, must lie within +-2.0 (the diagonal)");
    assertThatThrownBy(() -> CrossMoments.ofSums(3, new double[] {2}, new double[][] {{-2}}))
        .hasMessage("scatter[0][0] is -2, must be at least 0");
  }

  private static double[][] rows(Random random, int count, int variables, double level) {
    double[][] rows = new double[count][variables];
    for (double[] row : rows) {
      double common = random.nextGaussian();
      for (int k = 0; k < variables; k++) {
        row[k] = level + common + (k + 1) * random.nextGaussian();
      }
    }
    return rows;
  }

  private static void assertSame(CrossMoments actual, CrossMoments expected) {
    assertThat(actual.count()).isEqualTo(expected.count());
    for (int i = 0; i < expected.variables(); i++) {
      agree(actual.mean(i), expected.mean(i), 1e-12);
      for (int j = 0; j < expected.variables(); j++) {
        double size = Math.sqrt(expected.covariance(i, i)) * Math.sqrt(expected.covariance(j, j));
        assertThat(Math.abs(actual.covariance(i, j) - expected.covariance(i, j)))
            .isLessThanOrEqualTo(1e-11 * size);
      }
    }
  }

  @Test
  void too_few_observations_for_a_sum_have_none() {
    double[] means = {3};
    assertThatThrownBy(() -> CrossMoments.ofSums(0, means, new double[1][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("means[0] of no observations is 3, must be 0");
    assertThatThrownBy(() -> CrossMoments.ofSums(1, means, new double[][] {{2}}))
        .hasMessage("scatter[0][0] of fewer than 2 observations is 2, must be 0");
    assertThat(CrossMoments.ofSums(1, means, new double[1][1]).mean(0)).isEqualTo(3);
  }

  @Test
  void plain_sums_give_the_moments_of_their_rows_and_constants_do_not_vary() {
    double[][] rows = {{1, 7.1, 2}, {2, 7.1, 5}, {4, 7.1, -3}};
    double[] sums = new double[3];
    double[][] products = new double[3][3];
    for (double[] row : rows) {
      for (int i = 0; i < 3; i++) {
        sums[i] += row[i];
        for (int j = 0; j < 3; j++) {
          products[i][j] += row[i] * row[j];
        }
      }
    }

    CrossMoments found = CrossMoments.ofPowerSums(3, sums, products);

    CrossMoments wanted = CrossMoments.of(rows);
    References.agree(found.mean(0), wanted.mean(0), 1e-14);
    References.agree(found.covariance(0, 2), wanted.covariance(0, 2), 1e-13);
    assertThat(found.covariance(1, 1)).isZero();
    assertThat(found.covariance(1, 2)).isZero();
    assertThat(CrossMoments.ofPowerSums(0, new double[1], new double[1][1]).count()).isZero();
  }

  @Test
  void linear_combinations_have_the_moments_of_combined_rows() {
    CrossMoments found =
        CrossMoments.of(new double[][] {{1, 3}, {2, 5}, {4, -3}})
            .transformed(new double[][] {{2, 1}, {0, -1}}, 10, 0);

    CrossMoments wanted = CrossMoments.of(new double[][] {{15, -3}, {19, -5}, {15, 3}});
    References.agree(found.mean(0), wanted.mean(0), 1e-14);
    References.agree(found.covariance(0, 0), wanted.covariance(0, 0), 1e-13);
    References.agree(found.covariance(0, 1), wanted.covariance(0, 1), 1e-13);
  }
}
