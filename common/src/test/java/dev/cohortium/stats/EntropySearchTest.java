package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EntropySearchTest {
  /** R 4.2.2, dual by Newton and package ebal: lalonde/reference.json, ebal_mean; rows in parts. */
  @Test
  void weights_of_rows_that_lie_anywhere_agree_with_R() throws Exception {
    JobProgramme lalonde = JobProgramme.observed();
    Gram treated = gram(lalonde.rows, 0, 185);
    Gram controls = gram(lalonde.rows, 185, 614);
    EntropySearch search = EntropySearch.of(treated, controls);
    int passes = 0;
    for (; !search.isOver(); passes++) {
      EntropyState sum = LinearFitTest.sent(search.sum()).state();
      for (int from = 185; from < 614; from += 13) {
        EntropyState.Sum part = new EntropyState.Sum(treated, controls, search.place());
        for (int i = from; i < from + 13; i++) {
          part.add(lalonde.rows[i], 1);
        }
        sum = LinearFitTest.sent(part.state()).plus(sum);
      }
      search = LinearFitTest.sent(search).next(sum);
    }
    EntropyFit fit = LinearFitTest.sent(search.fit().orElseThrow());
    assertThat(passes).isLessThan(12);
    assertThat(fit.imbalance()).isLessThan(1e-11);
    References.agree(fit.controls().value(), lalonde.answer("ebal_mean", "ess_control"), 1e-6);
    for (int j = 0; j < 8; j++) {
      double expected = lalonde.answer("ebal_mean", "lambda", JobProgramme.COVARIATES.get(j));
      References.agree(fit.lambda()[j], expected, 1e-6);
    }
    for (String id : new String[] {"PSID1", "PSID2", "PSID100", "PSID429"}) {
      double weight = fit.weight(lalonde.rows[lalonde.places.get(id)]);
      References.agree(weight, lalonde.answer("ebal_mean", "weights_norm", id), 1e-6);
    }
  }

  @Test
  void a_base_weight_of_two_counts_as_two_controls() {
    Worlds world = Worlds.draw(new Draws(41, 0), 120, Worlds.Outcome.LINEAR);
    Gram.Sum treated = new Gram.Sum(2);
    Gram.Sum weighted = new Gram.Sum(2);
    Gram.Sum repeated = new Gram.Sum(2);
    for (int i = 0; i < 120; i++) {
      if (world.treated()[i]) {
        treated.add(world.rows()[i], 0, 1);
      } else {
        weighted.add(world.rows()[i], 0, 1 + i % 2);
        for (int times = 0; times <= i % 2; times++) {
          repeated.add(world.rows()[i], 0, 1);
        }
      }
    }
    EntropySearch byWeight = EntropySearch.of(treated.gram(), weighted.gram());
    EntropySearch byRows = EntropySearch.of(treated.gram(), repeated.gram());
    while (!byWeight.isOver()) {
      byWeight = byWeight.next(state(byWeight, world, true));
    }
    while (!byRows.isOver()) {
      byRows = byRows.next(state(byRows, world, false));
    }
    EntropyFit found = byWeight.fit().orElseThrow();
    EntropyFit expected = byRows.fit().orElseThrow();
    double sum = 0;
    double[] means = new double[2];
    for (int i = 0; i < 120; i++) {
      if (!world.treated()[i]) {
        double weight = (1 + i % 2) * found.weight(world.rows()[i]);
        References.agree(weight, (1 + i % 2) * expected.weight(world.rows()[i]), 1e-9);
        sum += weight;
        means[0] += weight * world.rows()[i][0];
        means[1] += weight * world.rows()[i][1];
      }
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
    assertThat(means[0]).isCloseTo(treated.gram().mean(0), within(1e-10));
    assertThat(means[1]).isCloseTo(treated.gram().mean(1), within(1e-10));
  }

  private static EntropyState state(EntropySearch search, Worlds world, boolean isWeighted) {
    EntropyState.Sum sum = search.sum();
    for (int i = 0; i < 120; i++) {
      for (int times = 0; !world.treated()[i] && times <= (isWeighted ? 0 : i % 2); times++) {
        sum.add(world.rows()[i], isWeighted ? 1 + i % 2 : 1);
      }
    }
    return sum.state();
  }

  @Test
  void states_of_parts_add_up_where_exponents_are_beyond_a_double_s() {
    SplittableRandom random = new SplittableRandom(42);
    Gram treated = Gram.of(new double[][] {{1, 2}, {2, 5}}, new double[2]);
    Gram controls = Gram.of(new double[][] {{0, 2}, {3, 5}, {1, 9}, {4, 4}}, new double[4]);
    for (int split = 0; split < 200; split++) {
      double[] place = {random.nextGaussian() * 900, random.nextGaussian()};
      int n = 1 + random.nextInt(20);
      int cut = random.nextInt(n + 1);
      EntropyState.Sum whole = new EntropyState.Sum(treated, controls, place);
      EntropyState.Sum front = new EntropyState.Sum(treated, controls, place);
      EntropyState.Sum back = new EntropyState.Sum(treated, controls, place);
      for (int i = 0; i < n; i++) {
        double[] row = {random.nextGaussian(), 2 + random.nextGaussian()};
        double weight = 0.5 + random.nextDouble();
        whole.add(row, weight);
        (i < cut ? front : back).add(row, weight);
      }
      EntropyState expected = whole.state();
      for (EntropyState found :
          new EntropyState[] {front.state().plus(back.state()), back.plus(front).state()}) {
        assertThat(found.n()).isEqualTo(n);
        assertThat(found.value())
            .isFinite()
            .isCloseTo(expected.value(), within(1e-12 * (1 + Math.abs(expected.value()))));
        for (int j = 0; j < 2; j++) {
          assertThat(found.gradient()[j]).isCloseTo(expected.gradient()[j], within(1e-9));
          for (int l = 0; l < 2; l++) {
            assertThat(found.curvature()[j][l]).isCloseTo(expected.curvature()[j][l], within(1e-9));
          }
        }
      }
    }
  }

  /** By hand, one column: controls 0 and 2, treated mean 1; at place 0 the log of 2, mean 0. */
  @Test
  void a_state_has_the_dual_and_its_derivatives() {
    Gram treated = Gram.of(new double[][] {{1}, {1}}, new double[2]);
    Gram controls = Gram.of(new double[][] {{0}, {2}}, new double[2]);
    EntropyState state =
        new EntropyState.Sum(treated, controls, new double[1])
            .add(new double[] {0}, 1)
            .add(new double[] {2}, 3)
            .state();
    // Standardised by a deviation of 1: -1 and 1 with weights 1 and 3.
    References.agree(state.value(), Math.log(4), 1e-15);
    assertThat(state.gradient()).containsExactly(0.5);
    assertThat(state.curvature()).isDeepEqualTo(new double[][] {{0.75}});
  }

  @Test
  void a_search_without_weights_ends_with_the_reason() {
    Gram two = Gram.of(new double[][] {{8}, {9}}, new double[2]);
    Gram three = Gram.of(new double[][] {{1}, {2}, {3}}, new double[3]);
    assertThat(EntropySearch.of(Gram.none(1), three).unmeasured())
        .contains(
            new Unmeasured(
                "A comparison needs 2 treated and 2 controls; there are 0 treated and 3"
                    + " controls."));
    assertThat(EntropySearch.of(three, two).unmeasured())
        .contains(
            new Unmeasured("2 controls for 2 coefficients leave nothing to tell an error by."));
    EntropySearch search = EntropySearch.of(two, three);
    while (!search.isOver()) {
      EntropyState.Sum sum = search.sum();
      for (int x = 1; x <= 3; x++) {
        sum.add(new double[] {x}, 1);
      }
      search = search.next(sum.state());
    }
    assertThat(search.fit()).isEmpty();
    assertThat(search.unmeasured())
        .contains(
            new Unmeasured(
                "No weights of the 3 controls give them the covariate means of the treated."));
    assertThatThrownBy(search::place)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The search is over: it needs no more states.");
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    Gram treated = Gram.of(new double[][] {{1}, {2}}, new double[2]);
    Gram controls = Gram.of(new double[][] {{1}, {2}, {4}}, new double[3]);
    assertThatThrownBy(() -> EntropySearch.of(treated, Gram.none(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("controls has 2 values, must have as many as treated, 1");
    assertThatThrownBy(() -> new EntropyState.Sum(treated, controls, new double[2]))
        .hasMessage("place has 2 values, must have as many as columns that vary, 1");
    EntropySearch search = EntropySearch.of(treated, controls);
    EntropyState.Sum sum = search.sum();
    assertThatThrownBy(() -> sum.add(new double[1], -1))
        .hasMessage("weight is -1, must be above 0");
    assertThatThrownBy(() -> sum.add(new double[2], 1))
        .hasMessage("row has 2 values, must have as many as columns, 1");
    assertThatThrownBy(() -> search.next(sum.state()))
        .hasMessage("state has 0 controls, must have all 3");
    EntropyState.Sum elsewhere = new EntropyState.Sum(treated, controls, new double[] {1});
    assertThatThrownBy(() -> search.next(elsewhere.state()))
        .hasMessage("state is at [1.0], must be at [0.0]");
    assertThatThrownBy(() -> sum.plus(elsewhere))
        .hasMessage("other is at [1.0], must be at the place of this, [0.0]");
  }

  private static Gram gram(double[][] rows, int from, int to) {
    Gram.Sum sum = new Gram.Sum(rows[0].length);
    for (int i = from; i < to; i++) {
      sum.add(rows[i], 0, 1);
    }
    return sum.gram();
  }
}
