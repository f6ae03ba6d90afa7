package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GramTest {
  private static final double[][] ROWS = {{1, 5}, {2, 3}, {3, 8}, {4, 1}, {6, 2}};
  private static final double[] OUTCOMES = {3, 1, 4, 1, 5};

  @Test
  void coefficients_agree_with_R() {
    // R 4.2.2, lm(re78 ~ treat + age + educ + race + married + nodegree + re74 + re75):
    // lalonde/reference.json, ols_adjusted.coef. Closed form.
    JobProgramme lalonde = JobProgramme.observed();
    double[] found = Gram.of(lalonde.treatmentAndRows(), lalonde.earnings).coefficients();
    String[] names = {"(Intercept)", "treat"};
    for (int j = 0; j < found.length; j++) {
      String name = j < 2 ? names[j] : JobProgramme.COVARIATES.get(j - 2);
      double expected = lalonde.answer("ols_adjusted", "coef", name);
      References.agree(found[j], expected, 1e-9);
    }
  }

  @Test
  void states_of_parts_add_up() {
    SplittableRandom random = new SplittableRandom(5);
    for (int split = 0; split < 200; split++) {
      int n = 1 + random.nextInt(30);
      double[][] rows = new double[n][2];
      double[] outcomes = new double[n];
      double[] weights = new double[n];
      for (int i = 0; i < n; i++) {
        rows[i] = new double[] {1e6 + random.nextGaussian(), random.nextInt(3)};
        outcomes[i] = random.nextGaussian() - 1e4;
        weights[i] = 0.5 + random.nextDouble();
      }
      Gram parts = Gram.none(2);
      for (int from = 0; from < n; ) {
        int to = from + 1 + random.nextInt(n - from);
        parts =
            parts.plus(
                Gram.of(
                    Arrays.copyOfRange(rows, from, to),
                    Arrays.copyOfRange(outcomes, from, to),
                    Arrays.copyOfRange(weights, from, to)));
        from = to;
      }
      Gram all = Gram.of(rows, outcomes, weights);
      assertThat(parts.n()).isEqualTo(n);
      assertThat(parts.weight()).isCloseTo(all.weight(), within(1e-12 * n));
      assertThat(parts.mean(0)).isCloseTo(all.mean(0), within(1e-8));
      assertThat(parts.independent()).isEqualTo(all.independent());
      if (n > 5 && all.independent().length == 2) {
        for (int j = 1; j <= 2; j++) {
          double expected = all.coefficients()[j];
          assertThat(parts.coefficients()[j])
              .isCloseTo(expected, within(1e-7 * (1 + Math.abs(expected))));
        }
        assertThat(parts.residualSumOfSquares())
            .isCloseTo(all.residualSumOfSquares(), within(1e-7 * (1 + n)));
      }
    }
  }

  @Test
  void columns_that_others_explain_are_aliased() {
    double[][] rows = new double[20][];
    double[] outcomes = new double[20];
    for (int i = 0; i < 20; i++) {
      double day = i % 7;
      rows[i] = new double[] {day, 7, 3 * day - 1, i % 3, day + i % 3};
      outcomes[i] = day + i;
    }
    Gram gram = Gram.of(rows, outcomes);
    assertThat(gram.independent()).containsExactly(0, 3);
    assertThat(gram.aliased()).containsExactly(1, 2, 4);
    double[] coefficients = gram.coefficients();
    assertThat(coefficients[2]).isZero();
    assertThat(coefficients[5]).isZero();
  }

  @Test
  void a_column_of_large_numbers_loses_nothing() {
    // y = 2 x - 3 exactly, x = 1e9 + 0..9: naive sums of squares lose all digits.
    double[][] rows = new double[10][1];
    double[] outcomes = new double[10];
    for (int i = 0; i < 10; i++) {
      rows[i][0] = 1e9 + i;
      outcomes[i] = 2.0 * i;
    }
    Gram gram = Gram.of(rows, outcomes);
    assertThat(gram.coefficients()[1]).isCloseTo(2, within(1e-12));
    assertThat(gram.residualSumOfSquares()).isCloseTo(0, within(1e-9));
  }

  @Test
  void a_constant_varies_by_exactly_nothing_also_in_parts() {
    int n = 300_000;
    double[][] rows = new double[n][2];
    for (int i = 0; i < n; i++) {
      rows[i][0] = 0.1;
      rows[i][1] = i % 10;
    }
    Gram whole = Gram.of(rows, new double[n]);
    Gram parts = whole.plus(Gram.of(Arrays.copyOf(rows, 7), new double[7]));
    for (Gram gram : new Gram[] {whole, parts}) {
      assertThat(gram.mean(0)).isEqualTo(0.1);
      assertThat(gram.cross(0, 0)).isZero();
      assertThat(gram.cross(0, 1)).isZero();
      assertThat(gram.aliased()).containsExactly(0);
    }
  }

  @Test
  void sums_of_another_program_give_the_same_state() {
    Gram expected = Gram.of(ROWS, OUTCOMES);
    // Means and centred cross products by hand: columns 1 2 3 4 6, 5 3 8 1 2, outcomes 3 1 4 1 5.
    double[][] cross = {{14.8}, {-9.8, 30.8}, {6.2, 7.8, 12.8}};
    Gram found = Gram.ofSums(5, 5, new double[] {3.2, 3.8, 2.8}, cross);
    for (int j = 0; j < 3; j++) {
      References.agree(found.coefficients()[j], expected.coefficients()[j], 1e-12);
      for (int l = 0; l < 3; l++) {
        References.agree(found.cross(j, l), expected.cross(j, l), 1e-12);
        References.agree(found.inverse()[j][l], expected.inverse()[j][l], 1e-12);
      }
    }
    assertThatThrownBy(() -> Gram.ofSums(5, 5, new double[3], new double[2][2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cross has 2 values, must have as many as means, 3");
    assertThatThrownBy(() -> Gram.ofSums(5, 5, new double[1], new double[][] {{-1}}))
        .hasMessage("cross[0][0] is -1, must be at least 0");
    assertThatThrownBy(() -> Gram.ofSums(0, 5, new double[1], new double[1][1]))
        .hasMessage("n is 0, must be at least 1");
    assertThatThrownBy(() -> Gram.none(2).inverse()).hasMessage("n is 0, must be at least 1");
  }

  @Test
  void certified_coefficients_of_nearly_collinear_columns_agree() {
    // NIST Statistical Reference Datasets, Longley: certified values.
    double[] found = Gram.of(Longley.ROWS, Longley.EMPLOYED).coefficients();
    for (int j = 0; j < found.length; j++) {
      References.agree(found[j], Longley.COEFFICIENTS[j], 1e-9);
    }
  }

  @Test
  void weights_count_as_rows() {
    Gram weighted = Gram.of(ROWS, OUTCOMES, new double[] {2, 1, 1, 1, 3});
    Gram repeated =
        Gram.of(ROWS, OUTCOMES)
            .plus(Gram.of(new double[][] {ROWS[0]}, new double[] {OUTCOMES[0]}))
            .plus(
                Gram.of(
                    new double[][] {ROWS[4], ROWS[4]}, new double[] {OUTCOMES[4], OUTCOMES[4]}));
    for (int j = 0; j < 3; j++) {
      assertThat(weighted.coefficients()[j]).isCloseTo(repeated.coefficients()[j], within(1e-12));
    }
  }

  @Test
  void rows_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> Gram.of(new double[0][], new double[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rows.length is 0, must be at least 1");
    assertThatThrownBy(() -> Gram.of(new double[][] {{1, 2}, {1}}, new double[2]))
        .hasMessage("rows[1] has 1 values, must have as many as rows[0], 2");
    assertThatThrownBy(() -> Gram.of(new double[][] {{1, 2}, {1, Double.NaN}}, new double[2]))
        .hasMessage("rows[1][1] is NaN, must be finite");
    assertThatThrownBy(() -> Gram.of(ROWS, new double[4]))
        .hasMessage("outcomes has 4 values, must have as many as rows, 5");
    assertThatThrownBy(() -> Gram.of(ROWS, OUTCOMES, new double[] {1, 1, 0, 1, 1}))
        .hasMessage("weights[2] is 0, must be above 0");
    assertThatThrownBy(() -> Gram.of(new double[][] {{1e200}, {-1e200}}, new double[2]))
        .hasMessage("cross products[0] is Infinity, must be finite");
    assertThatThrownBy(() -> Gram.of(ROWS, OUTCOMES).plus(Gram.none(1)))
        .hasMessage("other has 1 values, must have as many as this, 2");
    assertThatThrownBy(() -> Gram.none(2).coefficients()).hasMessage("n is 0, must be at least 1");
  }

  @Test
  void rows_added_one_by_one_give_the_same_state() throws Exception {
    SplittableRandom random = new SplittableRandom(6);
    for (int split = 0; split < 200; split++) {
      int n = 1 + random.nextInt(30);
      double[][] rows = new double[n][2];
      double[] outcomes = new double[n];
      double[] weights = new double[n];
      int cut = random.nextInt(n + 1);
      Gram.Sum front = new Gram.Sum(2);
      Gram.Sum back = new Gram.Sum(2);
      for (int i = 0; i < n; i++) {
        rows[i] = new double[] {1e6 + random.nextGaussian(), random.nextInt(3)};
        outcomes[i] = random.nextGaussian() - 1e4;
        weights[i] = 0.5 + random.nextDouble();
        (i < cut ? front : back).add(rows[i], outcomes[i], weights[i]);
      }
      Gram all = Gram.of(rows, outcomes, weights);
      Gram found = LinearFitTest.sent(front).plus(LinearFitTest.sent(back)).gram();
      assertThat(found.n()).isEqualTo(n);
      References.agree(found.weight(), all.weight(), 1e-14);
      for (int j = 0; j < 3; j++) {
        References.agree(found.mean(j), all.mean(j), 1e-14);
        for (int l = 0; l < 3; l++) {
          double size = Math.sqrt(all.cross(j, j) * all.cross(l, l));
          assertThat(found.cross(j, l)).isCloseTo(all.cross(j, l), within(1e-12 * size));
          assertThat(found.cross(j, l)).isEqualTo(found.cross(l, j));
        }
      }
    }
  }

  /** NIST, Longley; and a level of 1e9: what rows in memory do not lose, rows one by one do not. */
  @Test
  void rows_added_one_by_one_lose_no_digits() {
    Gram.Sum longley = new Gram.Sum(Longley.ROWS[0].length);
    for (int i = 0; i < Longley.ROWS.length; i++) {
      longley.add(Longley.ROWS[i], Longley.EMPLOYED[i], 1);
    }
    double[] found = longley.gram().coefficients();
    for (int j = 0; j < found.length; j++) {
      References.agree(found[j], Longley.COEFFICIENTS[j], 1e-9);
    }
    Gram.Sum sum = new Gram.Sum(2);
    // One far row first: the others' means must not keep its digits.
    sum.add(new double[] {1e14, 0.1}, 0, 1);
    double mean = 0;
    for (int i = 0; i < 300_000; i++) {
      sum.add(new double[] {i % 10, 0.1}, 0, 1);
      mean += i % 10;
    }
    Gram gram = sum.gram();
    References.agree(gram.mean(0), (1e14 + mean) / 300_001, 1e-15);
    assertThat(gram.mean(1)).isEqualTo(0.1);
    assertThat(gram.cross(1, 1)).isZero();
    assertThat(gram.aliased()).containsExactly(1);
    double[][] alone = new double[10][1];
    Gram.Sum high = new Gram.Sum(1);
    for (int i = 0; i < 10; i++) {
      alone[i][0] = 1e9 + i;
      high.add(alone[i], 2.0 * i, 1);
    }
    assertThat(high.gram().coefficients()[1]).isCloseTo(2, within(1e-12));
    assertThat(high.gram().residualSumOfSquares()).isCloseTo(0, within(1e-9));
  }

  @Test
  void rows_that_cannot_be_are_not_added() {
    Gram.Sum sum = new Gram.Sum(1);
    double[] row = {1};
    assertThatThrownBy(() -> sum.add(new double[2], 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row has 2 values, must have as many as columns, 1");
    assertThatThrownBy(() -> sum.add(new double[] {Double.NaN}, 0, 1))
        .hasMessage("row is NaN, must be finite");
    assertThatThrownBy(() -> sum.add(row, Double.NaN, 1))
        .hasMessage("outcome is NaN, must be finite");
    assertThatThrownBy(() -> sum.add(row, 0, 0)).hasMessage("weight is 0, must be above 0");
    assertThatThrownBy(() -> sum.add(row, 0, Double.NaN))
        .hasMessage("weight is NaN, must be finite");
    assertThatThrownBy(() -> sum.plus(new Gram.Sum(2)))
        .hasMessage("other has 2 values, must have as many as this, 1");
    assertThatThrownBy(() -> new Gram.Sum(-1)).hasMessage("columns is -1, must be at least 0");
    assertThat(sum.gram().n()).isZero();
    assertThat(sum.plus(new Gram.Sum(1)).gram().n()).isZero();
  }
}
