package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static dev.cohortium.stats.References.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.ComparisonPlan.Contrast;
import dev.cohortium.stats.ComparisonPlan.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JointEstimateTest {
  private static final ComparisonPlan PLAN =
      new ComparisonPlan(2, 0, 1, 1, List.of(1), List.of(Contrast.plain(0, Outcome.LEVEL)));

  /** Amounts and counts, the treated's twice. */
  private static List<Observation> orders(Draws draws, int count, double receipt) {
    List<Observation> units = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SplittableRandom random = draws.unit(i);
      boolean treated = i % 3 == 0;
      double orders = 1 + random.nextInt(treated ? 9 : 5);
      double amount = orders * (treated ? receipt : 20) * (0.5 + random.nextDouble());
      units.add(Observation.of(treated).metrics(new double[] {amount}, new double[] {orders}));
    }
    return units;
  }

  private static long[] ids(int count, int clusters) {
    return IntStream.range(0, count).mapToLong(i -> i * 11L % clusters).toArray();
  }

  /** What every unit adds to a combination of means and estimates. */
  private static double[] combined(
      WeightedComparison found, List<Observation> units, double... combination) {
    double[][] room = found.influences();
    double[] sums = new double[units.size()];
    for (int i = 0; i < sums.length; i++) {
      found.influences(units.get(i), room);
      sums[i] = LogisticState.product(combination, room[0]);
    }
    return sums;
  }

  @Test
  void a_combination_s_variance_is_that_of_its_influences() {
    List<Observation> units = orders(new Draws(41, 0), 300, 20);
    WeightedComparison found = Observation.compare(PLAN, units);
    long[] customers = ids(300, 211);
    long[] sets = ids(300, 97);
    long[] cells = new long[300];
    Arrays.setAll(cells, i -> 1000 * customers[i] + sets[i]);
    double[] combination = {0.3, -1, 2, 0.7};
    double[] influences = combined(found, units, combination);
    InfluenceProducts byCustomer = InfluenceProductsTest.clustered(found, units, customers);
    JointEstimate one = JointEstimate.of(found, 0, byCustomer);
    agree(one.variance(combination), ClusterSums.of(influences, customers).variance());
    assertThat(one.clusters()).isEqualTo(211);
    JointEstimate two =
        JointEstimate.of(
            found,
            0,
            byCustomer,
            InfluenceProductsTest.clustered(found, units, sets),
            InfluenceProductsTest.clustered(found, units, cells));
    agree(
        two.variance(combination),
        ClusteredMean.twoWay(
            ClusterSums.of(influences, sets).variance(),
            ClusterSums.of(influences, customers).variance(),
            ClusterSums.of(influences, cells).variance()));
    assertThat(two.clusters()).isEqualTo(97);
    assertThat(measured(two.mean(0).value()).degreesOfFreedom()).isEqualTo(96);
  }

  @Test
  void the_effect_on_a_mean_is_the_estimate_relative_to_the_rest_of_the_treated_s_mean() {
    List<Observation> units = orders(new Draws(42, 0), 300, 20);
    WeightedComparison found = Observation.compare(PLAN, units);
    InfluenceProducts products = Observation.products(found, units);
    JointEstimate.Effect effect = JointEstimate.of(found, 0, products).mean(1);
    double value = found.estimates(0)[1];
    double treated = found.treatedMeans(0)[1];
    agree(measured(effect.value()).value(), value);
    agree(measured(effect.value()).stdError(), Math.sqrt(products.covariance(0, 3, 3)));
    agree(effect.baseline(), treated - value);
    double ofTreated = products.covariance(0, 1, 1);
    double both = products.covariance(0, 1, 3);
    RelativeEffect expected =
        RelativeEffect.of(
            new Quotient(
                treated,
                treated - value,
                ofTreated,
                ofTreated - 2 * both + products.covariance(0, 3, 3),
                ofTreated - both,
                299));
    agree(measured(effect.relative().effect()).value(), measured(expected.effect()).value());
    agree(measured(effect.relative().effect()).stdError(), measured(expected.effect()).stdError());
    // Arms that share no customer are independent, but for n - 1 of each arm instead of n.
    double[] ofArm =
        units.stream().filter(Observation::isTreated).mapToDouble(u -> u.after(1, 1)).toArray();
    double[] ofOther =
        units.stream().filter(u -> !u.isTreated()).mapToDouble(u -> u.after(1, 1)).toArray();
    RelativeEffect arms =
        RelativeEffect.of(Moments.of(ofArm).meanEstimate(), Moments.of(ofOther).meanEstimate());
    agree(
        measured(effect.relative().effect()).stdError(), measured(arms.effect()).stdError(), 0.01);
  }

  @Test
  void the_error_of_a_relative_effect_is_that_of_its_combination_by_both_clusterings() {
    List<Observation> units = orders(new Draws(43, 0), 300, 20);
    WeightedComparison found = Observation.compare(PLAN, units);
    long[] customers = ids(300, 211);
    // Sets of a treated and controls: their influences offset each other, so the floor holds.
    long[] sets = IntStream.range(0, 300).mapToLong(i -> i / 3).toArray();
    long[] cells = IntStream.range(0, 300).mapToLong(i -> i).toArray();
    JointEstimate joint =
        JointEstimate.of(
            found,
            0,
            InfluenceProductsTest.clustered(found, units, customers),
            InfluenceProductsTest.clustered(found, units, sets),
            InfluenceProductsTest.clustered(found, units, cells));
    JointEstimate.Effect effect = joint.mean(0);
    double treated = found.treatedMeans(0)[0];
    double ratio = treated / effect.baseline();
    // d(T / B) = (dT - r (dT - d)) / B.
    double[] combination = {(1 - ratio) / effect.baseline(), 0, ratio / effect.baseline(), 0};
    agree(measured(effect.relative().effect()).stdError(), Math.sqrt(joint.variance(combination)));
  }

  @Test
  void the_effect_on_a_ratio_is_that_of_the_difference_of_ratios() {
    List<Observation> units = orders(new Draws(44, 0), 400, 25);
    WeightedComparison found = Observation.compare(PLAN, units);
    JointEstimate.Effect effect =
        JointEstimate.of(found, 0, Observation.products(found, units)).ratio(0, 1);
    double[] amounts = new double[2];
    double[] orders = new double[2];
    for (Observation unit : units) {
      amounts[unit.isTreated() ? 1 : 0] += unit.after(0, 1);
      orders[unit.isTreated() ? 1 : 0] += unit.after(1, 1);
    }
    double with = amounts[1] / orders[1];
    double without = amounts[0] / orders[0];
    agree(measured(effect.value()).value(), with - without);
    agree(effect.baseline(), without);
    agree(measured(effect.relative().effect()).value(), with / without - 1);
    // z = (M - R D) / sum D of each arm.
    double squares = 0;
    for (Observation unit : units) {
      int arm = unit.isTreated() ? 1 : 0;
      double ratio = arm == 1 ? with : without;
      squares += Math.pow((unit.after(0, 1) - ratio * unit.after(1, 1)) / orders[arm], 2);
    }
    agree(measured(effect.value()).stdError(), Math.sqrt(squares * 400 / 399));
  }

  @Test
  void the_size_of_another_metric_does_not_matter() {
    List<Observation> units = orders(new Draws(45, 0), 200, 20);
    WeightedComparison found = Observation.compare(PLAN, units);
    Estimate expected =
        measured(JointEstimate.of(found, 0, Observation.products(found, units)).mean(1).value());
    units.forEach(
        unit ->
            unit.metrics(new double[] {1e15 * unit.after(0, 1)}, new double[] {unit.after(1, 1)}));
    WeightedComparison larger = Observation.compare(PLAN, units);
    Estimate same =
        measured(JointEstimate.of(larger, 0, Observation.products(larger, units)).mean(1).value());
    agree(same.stdError(), expected.stdError());
  }

  @Test
  void an_effect_is_told_in_deviations_between_controls() {
    List<Observation> units = orders(new Draws(46, 0), 200, 20);
    WeightedComparison found = Observation.compare(PLAN, units);
    JointEstimate joint = JointEstimate.of(found, 0, Observation.products(found, units));
    Moments controls =
        Moments.of(
            units.stream()
                .filter(unit -> !unit.isTreated())
                .mapToDouble(unit -> unit.after(0, 1))
                .toArray());
    double deviation = Math.sqrt(controls.squaredDeviations() / (double) controls.count());
    agree(measured(joint.standardised(0)).value(), found.estimates(0)[0] / deviation);
    agree(
        measured(joint.standardised(0)).stdError(),
        measured(joint.mean(0).value()).stdError() / deviation);
    units.stream()
        .filter(unit -> !unit.isTreated())
        .forEach(unit -> unit.metrics(new double[] {1}, new double[] {0.1}));
    WeightedComparison constant = Observation.compare(PLAN, units);
    assertThat(JointEstimate.of(constant, 0, Observation.products(constant, units)).standardised(1))
        .isEqualTo(
            new Unmeasured("The controls do not vary, so there is no unit to tell the effect in."));
  }

  private static String reason(JointEstimate.Effect effect) {
    assertThat(effect.relative().effect()).isInstanceOf(Unmeasured.class);
    return ((Unmeasured) effect.value()).reason();
  }

  private static JointEstimate.Effect mean(List<Observation> units) {
    WeightedComparison found = Observation.compare(PLAN, units);
    return JointEstimate.of(found, 0, Observation.products(found, units)).mean(0);
  }

  @Test
  void too_few_have_a_reason_instead_of_an_effect() {
    assertThat(reason(mean(orders(new Draws(47, 0), 72, 20))))
        .isEqualTo("24 treated were compared; fewer than 25 tell no effect.");
    List<Observation> units = orders(new Draws(47, 0), 120, 20);
    WeightedComparison found = Observation.compare(PLAN, units);
    InfluenceProducts few = InfluenceProductsTest.clustered(found, units, ids(120, 49));
    assertThat(reason(JointEstimate.of(found, 0, few).mean(0)))
        .isEqualTo("49 customers were compared; fewer than 50 tell no error.");
    InfluenceProducts all = Observation.products(found, units);
    InfluenceProducts one = InfluenceProductsTest.clustered(found, units, new long[120]);
    assertThat(reason(JointEstimate.of(found, 0, all, one, all).mean(0)))
        .isEqualTo("All observations belong to one matched set, which cannot tell an error.");
  }

  @Test
  void a_ratio_without_units_says_that_there_are_none() {
    List<Observation> units = new ArrayList<>(orders(new Draws(48, 0), 90, 20));
    units.removeIf(unit -> !unit.isTreated());
    WeightedComparison found = Observation.compare(PLAN, units);
    JointEstimate joint = JointEstimate.of(found, 0, Observation.products(found, units));
    assertThat(reason(joint.ratio(0, 1))).isEqualTo("No control is to be compared in month 1.");
    assertThat(reason(joint.mean(0))).isEqualTo("No control is to be compared in month 1.");
    assertThat(joint.standardised(0)).isInstanceOf(Unmeasured.class);
  }

  @Test
  void nothing_to_divide_by_and_nothing_that_varies_are_unmeasured() {
    List<Observation> units = orders(new Draws(49, 0), 120, 20);
    units.forEach(unit -> unit.metrics(new double[] {unit.after(0, 1)}, new double[] {0}));
    WeightedComparison found = Observation.compare(PLAN, units);
    JointEstimate joint = JointEstimate.of(found, 0, Observation.products(found, units));
    assertThat(reason(joint.ratio(0, 1))).isEqualTo("There is nothing to divide by.");
    assertThat(joint.mean(1).value()).isEqualTo(ClusteredMean.CONSTANT);
    assertThat(joint.mean(0).value()).isInstanceOf(Estimate.class);
    units.forEach(unit -> unit.metrics(new double[] {0.1}, new double[] {0.3}));
    assertThat(mean(units).value()).isEqualTo(ClusteredMean.CONSTANT);
  }

  @Test
  void a_baseline_below_0_has_an_effect_but_none_relative_to_it() {
    List<Observation> units = orders(new Draws(50, 0), 120, 20);
    units.forEach(
        unit ->
            unit.metrics(new double[] {unit.after(0, 1) - 500}, new double[] {unit.after(1, 1)}));
    JointEstimate.Effect effect = mean(units);
    assertThat(effect.value()).isInstanceOf(Estimate.class);
    assertThat(effect.baseline()).isNegative();
    assertThat(effect.relative().effect())
        .isEqualTo(
            new Unmeasured("The baseline is not above 0: there is nothing to be relative to."));
  }

  @Test
  void metrics_that_are_not_there_are_refused() {
    List<Observation> units = orders(new Draws(51, 0), 120, 20);
    WeightedComparison found = Observation.compare(PLAN, units);
    JointEstimate joint = JointEstimate.of(found, 0, Observation.products(found, units));
    assertThatThrownBy(() -> joint.mean(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("metric is 2, must be at most 1");
    assertThatThrownBy(() -> joint.ratio(0, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("denominator is -1, must be at least 0");
    assertThatThrownBy(() -> joint.variance(new double[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("combination has 3 values");
  }

  @Test
  void the_limits_of_a_ratio_s_effect_cover_as_often_as_they_say() {
    Simulation found =
        Simulation.of(
            300,
            52,
            5,
            (draws, truth) -> {
              List<Observation> units = orders(draws, 300, 20 + truth);
              WeightedComparison comparison = Observation.compare(PLAN, units);
              return Finding.of(
                  JointEstimate.of(comparison, 0, Observation.products(comparison, units))
                      .ratio(0, 1)
                      .value(),
                  truth);
            });
    Band band = Band.of(300);
    assertThat(found.covered()).isBetween(band.least(), band.most());
    assertThat(Math.abs(found.bias().value())).isLessThan(3 * found.bias().stdError());
  }
}
