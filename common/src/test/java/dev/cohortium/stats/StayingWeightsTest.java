package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Controls;
import dev.cohortium.stats.StaggeredDesign.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class StayingWeightsTest {
  private static final StaggeredDesign DESIGN = StaggeredDesign.of(6, 4).upTo(1);

  /** The cohort of month 3, its base 1, in month 4: controls have not joined by 5. */
  private static final Comparison CELL = new Comparison(3, 4, 1);

  private static final double[] HALF = {0, -1, 0, -2, 0, -4};

  @Test
  void a_change_counts_by_the_inverse_chance_of_not_having_joined_from_its_first_month_on() {
    StayingWeights weights = alike(DESIGN, HALF);
    double[] stayed = StayingWeights.stayed(HALF);
    // By hand: months 1 and 2 of the cohort; 1 to 5 of its controls.
    assertThat(Math.log(weights.weight(CELL, Role.TREATED, stayed))).isCloseTo(1, within(1e-12));
    assertThat(Math.log(weights.weight(CELL, Role.CONTROL, stayed))).isCloseTo(7, within(1e-12));
    // Before joining month 0 is compared with 1: from 0 to 2 for both.
    Comparison before = new Comparison(3, 0, 1);
    assertThat(Math.log(weights.weight(before, Role.TREATED, stayed))).isCloseTo(1, within(1e-12));
    // Who never joins has not joined until the window ends.
    StaggeredDesign never = DESIGN.with(Controls.NEVER_JOINED);
    Comparison early = new Comparison(3, 2, 1);
    assertThat(Math.log(alike(never, HALF).weight(early, Role.CONTROL, stayed)))
        .isCloseTo(7, within(1e-12));
  }

  @Test
  void a_look_alike_counts_by_the_inverse_chance_of_not_having_joined_since_its_members_month() {
    StayingWeights weights = alike(DESIGN, HALF);
    double[] stayed = StayingWeights.stayed(HALF);
    // By hand: months 3 to 5; before joining month 3 alone, in which nobody who joined is compared.
    assertThat(Math.log(weights.weightSinceJoining(CELL, stayed, 0))).isCloseTo(6, within(1e-12));
    Comparison before = new Comparison(3, 0, 1);
    assertThat(Math.log(weights.weightSinceJoining(before, stayed, 0))).isCloseTo(2, within(1e-12));
    // Nobody counts more than controls by the months from the base on: 7, and a bar of .01.
    double[] rare = StayingWeights.stayed(0, 0, 0, -9, 0, 0);
    assertThat(Math.log(weights.weightSinceJoining(CELL, rare, 0))).isCloseTo(7, within(.011));
    // Of 9 the first orders of the month take 1.5: what is left is capped, and not less for them.
    assertThat(Math.log(weights.weightSinceJoining(CELL, rare, -1.5))).isCloseTo(7, within(.011));
    assertThat(Math.log(weights.weightSinceJoining(CELL, rare, -3))).isCloseTo(6, within(1e-12));
  }

  private static StayingWeights alike(StaggeredDesign design, double[] logStays) {
    return bars(design).add(StaggeredDesign.NEVER, -9, StayingWeights.stayed(logStays)).weights();
  }

  private static StayingWeights.Bars bars(StaggeredDesign design) {
    List<Comparison> cells =
        List.of(CELL, new Comparison(3, 0, 1), new Comparison(3, 2, 1), new Comparison(3, 3, 1));
    return new StayingWeights.Bars(design, cells);
  }

  @Test
  void the_largest_weights_are_capped_whatever_the_parts_they_were_counted_in() {
    StayingWeights.Bars one = bars(DESIGN);
    StayingWeights.Bars other = bars(DESIGN);
    for (int i = 0; i < 1000; i++) {
      (i % 3 == 0 ? one : other).add(StaggeredDesign.NEVER, -9, stayed(i / 1000.0));
    }
    StayingWeights weights = one.plus(other).weights();
    // By hand: the log weights are 0 to .999, so 99.5 % of them lie below .995; bars are .01 wide.
    assertThat(Math.log(weights.weight(CELL, Role.CONTROL, stayed(5))))
        .isCloseTo(.995, within(.01));
    assertThat(Math.log(weights.weight(CELL, Role.CONTROL, stayed(.4))))
        .isCloseTo(.4, within(1e-12));
  }

  /** A log weight of {@code less} in {@link #CELL}. */
  private static double[] stayed(double less) {
    return StayingWeights.stayed(0, 0, 0, 0, -less, 0);
  }

  @Test
  void who_joins_or_comes_within_the_months_moves_no_cap() {
    StayingWeights.Bars bars = bars(DESIGN).add(StaggeredDesign.NEVER, -9, stayed(0));
    for (int i = 0; i < 9; i++) {
      bars.add(5, -9, stayed(3)).add(StaggeredDesign.NEVER, 1, stayed(3));
    }
    assertThat(Math.log(bars.weights().weight(CELL, Role.CONTROL, stayed(3))))
        .isCloseTo(0, within(.011));
  }

  @Test
  void without_a_chance_to_join_everybody_counts_alike() {
    StayingWeights weights = alike(DESIGN, new double[6]);
    assertThat(weights.weight(CELL, Role.TREATED, new double[7])).isEqualTo(1);
    assertThat(weights.weight(CELL, Role.CONTROL, new double[7])).isEqualTo(1);
  }

  @Test
  void what_is_no_chance_is_refused() {
    assertThatThrownBy(() -> StayingWeights.stayed(0, .1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logStays is 0.1, must be at most 0");
    assertThatThrownBy(() -> StayingWeights.stayed(0, Double.NEGATIVE_INFINITY))
        .hasMessage("logStays[1] is -Infinity, must be finite");
    assertThatThrownBy(() -> bars(DESIGN).add(3, -9, new double[3]))
        .hasMessage("stayed has 2 values, must have as many as the design, 6");
    assertThatThrownBy(() -> bars(DESIGN.with(Controls.NOBODY)))
        .hasMessage("controls are NOBODY, must be somebody: there is nothing to compare");
  }

  @Test
  void where_joining_reacts_to_the_months_orders_the_weights_take_out_the_bias() {
    // Seen: everybody alike, mean error .137 (its own error .007), limits hold 143 of 200; weighted
    // .025 (.008) and 193. In 300 samples of 2,000 customers: .139 (.003) and 91; .024 (.004) and
    // 281,
    // mean error told .0662, spread .0651. The cap leaves the rest: without it .007 (.007). With
    // weights
    // of controls alone .039 (.005): the cohort's base month is chosen, too.
    Simulation plain =
        Simulation.of(200, 61, 1, (draws, effect) -> found(draws, effect, ReactingWorld::plain));
    Simulation weighted =
        Simulation.of(
            200, 61, 1, (draws, effect) -> found(draws, effect, ReactingWorld::byStaying));
    plain.assertUndercovers();
    Band band = Band.of(200);
    assertThat(weighted.covered()).isBetween(band.least(), band.most());
    assertThat(Math.abs(weighted.bias().value())).isLessThan(plain.bias().value() / 4);
  }

  @Test
  void look_alikes_that_are_left_count_for_those_who_joined() {
    // Seen: who is left counting alike, mean error .132 (its own error .011), limits hold 170 of
    // 200; by the chances .003 (.013) and 189.
    Simulation plain =
        Simulation.of(200, 63, 1, (draws, effect) -> found(draws, effect, ReactingWorld::onSets));
    Simulation weighted =
        Simulation.of(
            200, 63, 1, (draws, effect) -> found(draws, effect, ReactingWorld::onSetsByStaying));
    plain.assertUndercovers();
    Band band = Band.of(200);
    assertThat(weighted.covered()).isBetween(band.least(), 200);
    assertThat(Math.abs(weighted.bias().value())).isLessThan(plain.bias().value() / 4);
  }

  private static Finding found(
      Draws draws, double effect, Function<ReactingWorld, Measurement> study) {
    return Finding.of(study.apply(ReactingWorld.draw(draws, 600, effect)), effect);
  }

  @Test
  void the_chances_of_joining_are_those_that_were_drawn() {
    // The world's logit at an order: -2.7 + .4 of the level.
    JoiningHazards hazards = ReactingWorld.draw(new Draws(62, 0), 20_000, 0).hazards();
    for (int month = 6; month < ReactingWorld.MONTHS; month++) {
      LogisticFit fit = hazards.fit(month).orElseThrow();
      for (int place = 0; place < 2; place++) {
        Estimate found = References.measured(fit.coefficient(place));
        assertThat(found.interval(0.9999).contains(place == 0 ? -2.7 : .4)).isTrue();
      }
    }
    assertThat(hazards.fit(5)).isEmpty();
    assertThat(hazards.logStay(5, new double[] {1})).isZero();
    double probability = 1 / (1 + Math.exp(-hazards.fit(6).orElseThrow().logit(new double[] {1})));
    assertThat(hazards.logStay(6, new double[] {1}))
        .isCloseTo(Math.log(1 - probability), within(1e-12));
  }

  @Test
  void hazards_are_those_of_a_regression_of_each_month_whatever_the_parts() {
    double[][] rows = {{0}, {1}, {2}, {3}, {4}, {5}};
    boolean[] joins = {false, true, false, true, false, true};
    JoiningHazards.Search search = JoiningHazards.search(3, 1);
    while (!search.isOver()) {
      JoiningHazards.Pass one = search.pass();
      JoiningHazards.Pass other = search.pass();
      for (int i = 0; i < rows.length; i++) {
        (i < 2 ? one : other).add(1, rows[i], joins[i], i % 2 + 1);
        other.add(2, rows[i], true, 1);
      }
      search = search.next(one.plus(other));
    }
    JoiningHazards hazards = search.hazards();
    double[] weights = {1, 2, 1, 2, 1, 2};
    Logistic expected = Logistic.of(rows, joins, weights);
    assertThat(hazards.fit(1).orElseThrow().coefficients())
        .containsExactly(expected.coefficients(), within(1e-9));
    // Nobody had an opportunity in month 0; everybody took it in month 2, so nobody stays to count.
    assertThat(hazards.logStay(0, rows[0])).isZero();
    assertThat(hazards.logStay(2, rows[0])).isZero();
    assertThat(Arrays.asList(hazards.fit(0), hazards.fit(2))).allMatch(Optional::isEmpty);
  }

  @Test
  void a_search_that_is_not_over_has_no_hazards() {
    assertThatThrownBy(() -> JoiningHazards.search(3, 1).hazards())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The search is not over: it needs another pass.");
    assertThatThrownBy(() -> JoiningHazards.search(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("months is 0, must be at least 1");
  }
}
