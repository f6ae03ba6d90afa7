package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.LogisticFit.Likelihood;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogisticSearchTest {
  /** Two strata of one pass, each over at its own step; states and searches as workers get them. */
  @Test
  void one_pass_serves_the_searches_of_many_strata() throws Exception {
    Worlds easy = Worlds.draw(new Draws(31, 0), 200, Worlds.Outcome.LINEAR);
    double[][] rows = new double[40][1];
    boolean[] treated = new boolean[40];
    for (int i = 0; i < 40; i++) {
      rows[i][0] = i;
      treated[i] = i >= 25;
    }
    double[][][] ofStrata = {easy.rows(), rows};
    boolean[][] treatedOfStrata = {easy.treated(), treated};
    LogisticSearch[] searches = new LogisticSearch[2];
    Gram[] grams = new Gram[2];
    for (int stratum = 0; stratum < 2; stratum++) {
      grams[stratum] = gram(ofStrata[stratum], treatedOfStrata[stratum]);
      searches[stratum] = LogisticSearch.of(grams[stratum]);
    }
    int passes = 0;
    while (!searches[0].isOver() || !searches[1].isOver()) {
      passes++;
      for (int stratum = 0; stratum < 2; stratum++) {
        if (!searches[stratum].isOver()) {
          double[] place = LinearFitTest.sent(searches[stratum]).place();
          LogisticState.Sum front = new LogisticState.Sum(grams[stratum], place);
          LogisticState.Sum back = new LogisticState.Sum(grams[stratum], place);
          for (int i = 0; i < ofStrata[stratum].length; i++) {
            (i % 3 == 0 ? front : back).add(ofStrata[stratum][i], treatedOfStrata[stratum][i], 1);
          }
          LogisticState state = LinearFitTest.sent(back).plus(LinearFitTest.sent(front)).state();
          searches[stratum] = searches[stratum].next(LinearFitTest.sent(state));
        }
      }
    }
    Logistic expected = Logistic.of(easy.rows(), easy.treated());
    LogisticFit found = searches[0].fit().orElseThrow();
    for (int j = 0; j < 3; j++) {
      References.agree(found.coefficients()[j], expected.coefficients()[j], 1e-12);
    }
    LogisticFit separated = LinearFitTest.sent(searches[1]).fit().orElseThrow();
    assertThat(separated.likelihood()).isEqualTo(Likelihood.SEPARATED);
    References.agree(
        separated.coefficients()[1], Logistic.of(rows, treated).coefficients()[1], 1e-9);
    assertThat(passes).isLessThan(45);
  }

  @Test
  void every_pass_is_a_step_and_none_is_repeated() {
    Worlds world = Worlds.draw(new Draws(32, 0), 300, Worlds.Outcome.LINEAR);
    Gram gram = gram(world.rows(), world.treated());
    int[] passes = {0};
    double[] ones = new double[300];
    Arrays.fill(ones, 1);
    double[][] seen = new double[100][];
    LogisticFit.of(
        gram,
        place -> {
          for (int before = 0; before < passes[0]; before++) {
            assertThat(place).isNotEqualTo(seen[before]);
          }
          seen[passes[0]++] = place;
          return LogisticState.of(gram, world.rows(), world.treated(), ones, place);
        });
    // Quadratic: from the intercept alone to 1e-10 in a handful of steps.
    assertThat(passes[0]).isLessThan(8);
  }

  /** Two million rows in blocks, all treated before all controls: no separation, no prior. */
  @Test
  void many_rows_in_blocks_with_the_treated_first_converge() {
    int n = 2_000_000;
    int blocks = 8;
    SplittableRandom random = new SplittableRandom(33);
    double[][] row = new double[1][1];
    double[] x = new double[n];
    int treated = n / 4;
    Gram.Sum all = new Gram.Sum(1);
    for (int i = 0; i < n; i++) {
      x[i] = random.nextDouble() * 10 + (i < treated ? 0.5 : 0);
      row[0][0] = x[i];
      all.add(row[0], i < treated ? 1 : 0, 1);
    }
    Gram gram = all.gram();
    LogisticSearch search = LogisticSearch.of(gram);
    int passes = 0;
    for (; !search.isOver(); passes++) {
      double[] place = search.place();
      LogisticState.Sum sum = new LogisticState.Sum(gram, place);
      for (int block = 0; block < blocks; block++) {
        LogisticState.Sum part = new LogisticState.Sum(gram, place);
        for (int i = n / blocks * block; i < n / blocks * (block + 1); i++) {
          row[0][0] = x[i];
          part.add(row[0], i < treated, 1);
        }
        sum.plus(part);
      }
      search = search.next(sum.state());
    }
    assertThat(search.fit().orElseThrow().likelihood()).isEqualTo(Likelihood.MAXIMISED);
    assertThat(passes).isLessThan(8);
  }

  /** By hand: a half of 2^54 up and down again, and 1,000 halves between that a double forgets. */
  @Test
  void a_gradient_whose_terms_cancel_keeps_the_rest() {
    double[][] rows = new double[1002][1];
    boolean[] treated = new boolean[1002];
    double[] weights = new double[1002];
    Arrays.fill(weights, 1);
    weights[0] = 0x1p54;
    weights[1001] = 0x1p54;
    treated[0] = true;
    rows[0][0] = 1;
    Gram gram = Gram.of(new double[][] {{0}, {2}}, new double[] {0, 1});
    LogisticState serial = LogisticState.of(gram, rows, treated, weights, new double[2]);
    assertThat(serial.gradient()[0]).isEqualTo(500.5 - 0.5);
    LogisticState parts = LogisticState.none(new double[2]);
    for (int i = 0; i < 1002; i++) {
      parts =
          parts.plus(
              LogisticState.of(
                  gram,
                  new double[][] {rows[i]},
                  new boolean[] {treated[i]},
                  new double[] {weights[i]},
                  new double[2]));
    }
    assertThat(parts.gradient()[0]).isEqualTo(500);
  }

  @Test
  void the_direction_gives_the_influences_of_an_estimated_score() {
    Worlds world = Worlds.draw(new Draws(34, 0), 100, Worlds.Outcome.LINEAR);
    Logistic score = Logistic.of(world.rows(), world.treated());
    LogisticFit fit = score.fit();
    double[] slopes = new SplittableRandom(35).doubles(100, -1, 1).toArray();
    double[] expected = score.influences(slopes);
    double[] sum = new double[fit.rank()];
    for (int i = 0; i < 100; i++) {
      double[] row = fit.standardised(world.rows()[i]);
      for (int j = 0; j < sum.length; j++) {
        sum[j] += slopes[i] * row[j];
      }
    }
    double[] direction = fit.direction(sum);
    for (int i = 0; i < 100; i++) {
      double[] row = world.rows()[i];
      double surprise = (world.treated()[i] ? 1 : 0) - LogisticState.probability(fit.logit(row));
      double found = LogisticState.product(direction, fit.standardised(row)) * surprise;
      assertThat(found).isCloseTo(expected[i], within(1e-12));
    }
    assertThat(fit.standardised(world.rows()[0])[0]).isOne();
    assertThatThrownBy(() -> fit.direction(new double[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("slopes has 1 values, must have as many as coefficients, 3");
    assertThatThrownBy(() -> fit.direction(new double[] {0, Double.NaN, 0}))
        .hasMessage("slopes[1] is NaN, must be finite");
    assertThatThrownBy(() -> fit.standardised(new double[] {1, Double.NaN}))
        .hasMessage("row[1] is NaN, must be finite");
  }

  @Test
  void a_stratum_of_one_arm_is_over_at_once_with_the_reason() {
    double[][] rows = {{1}, {2}, {4}};
    LogisticSearch all = LogisticSearch.of(gram(rows, new boolean[] {true, true, true}));
    assertThat(all.isOver()).isTrue();
    assertThat(all.fit()).isEmpty();
    assertThat(all.unmeasured())
        .contains(new Unmeasured("All of 3 units are treated: there is no score."));
    assertThat(LogisticSearch.of(gram(rows, new boolean[3])).unmeasured())
        .contains(new Unmeasured("None of 3 units are treated: there is no score."));
    assertThatThrownBy(all::place)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The search is over: it needs no more states.");
    double[] ones = {1, 1, 1};
    assertThat(Logistic.ofBothArms(rows, new boolean[3], ones)).isEmpty();
    boolean[] both = {true, false, true};
    assertThat(Logistic.ofBothArms(rows, both, ones).orElseThrow().coefficients())
        .isEqualTo(Logistic.of(rows, both).coefficients());
  }

  @Test
  void arguments_that_cannot_be_are_refused() {
    double[][] rows = {{1}, {2}, {4}};
    Gram gram = gram(rows, new boolean[] {true, false, true});
    assertThatThrownBy(() -> LogisticSearch.of(Gram.of(rows, new double[] {3, 1, 2})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("must be 0 or 1 in every row");
    assertThatThrownBy(() -> LogisticSearch.of(Gram.none(1)))
        .hasMessage("n is 0, must be at least 1");
    LogisticSearch search = LogisticSearch.of(gram);
    assertThatThrownBy(() -> search.next(LogisticState.none(new double[] {7, 0})))
        .hasMessageStartingWith("state is at [7.0, 0.0], must be at [0.69");
    assertThatThrownBy(() -> new LogisticState.Sum(gram, new double[1]))
        .hasMessage("place has 1 values, must have as many as coefficients, 2");
    LogisticState.Sum sum = new LogisticState.Sum(gram, new double[2]);
    assertThatThrownBy(() -> sum.add(rows[0], true, 0)).hasMessage("weight is 0, must be above 0");
    assertThatThrownBy(() -> sum.add(new double[2], true, 1))
        .hasMessage("row has 2 values, must have as many as columns, 1");
    assertThatThrownBy(() -> sum.add(new double[] {Double.NaN}, true, 1))
        .hasMessage("row is NaN, must be finite");
    assertThatThrownBy(() -> sum.plus(new LogisticState.Sum(gram, new double[] {0, 1})))
        .hasMessage("other is at [0.0, 1.0], must be at the coefficients of this, [0.0, 0.0]");
    // None of it was added.
    assertThat(sum.state().weight()).isZero();
  }

  private static Gram gram(double[][] rows, boolean[] treated) {
    double[] outcomes = new double[treated.length];
    Arrays.setAll(outcomes, i -> treated[i] ? 1 : 0);
    return Gram.of(rows, outcomes);
  }
}
