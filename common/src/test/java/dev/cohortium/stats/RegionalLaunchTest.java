package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.StaggeredDesign.Controls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RegionalLaunchTest {
  private static final int NEVER = StaggeredDesign.NEVER;
  private static final StaggeredDesign DESIGN = StaggeredDesign.of(8, 5).upTo(3);

  /** Regions of {@code least} to three times as many customers, with what a launch adds. */
  private static List<LaunchRegion> regions(
      SplittableRandom random, int least, double effect, int... launched) {
    List<LaunchRegion> regions = new ArrayList<>();
    for (int launch : launched) {
      int customers = least + random.nextInt(2 * least);
      double level = 5 * random.nextGaussian();
      double slope = 0.2 * random.nextGaussian();
      double[] sums = new double[8];
      for (int month = 0; month < sums.length; month++) {
        double mean = level + slope * month + 3 * Math.sin(month) + random.nextGaussian();
        sums[month] = customers * (mean + (month >= launch ? effect : 0));
      }
      regions.add(LaunchRegion.ofSums(launch, customers, new double[][] {sums}));
    }
    return regions;
  }

  private static RegionalLaunch launch(List<LaunchRegion> regions) {
    return RegionalLaunch.of(DESIGN, regions, 0, 1);
  }

  @Test
  void under_no_effect_every_p_value_is_as_likely_as_it_says() {
    // 7! / (2! 2! 3!) = 210 ways; whichever of them is the true one, its rank is its p-value.
    List<LaunchRegion> regions =
        regions(new SplittableRandom(1), 40, 0, 4, 4, 5, 5, NEVER, NEVER, NEVER);
    List<Double> found = new ArrayList<>();
    for (int[] launched : orders(4, 4, 5, 5, NEVER, NEVER, NEVER)) {
      List<LaunchRegion> moved = new ArrayList<>();
      for (int place = 0; place < launched.length; place++) {
        double[] sums = new double[8];
        LaunchRegion region = regions.get(place);
        Arrays.setAll(sums, month -> region.customers() * region.value(0, month));
        moved.add(LaunchRegion.ofSums(launched[place], region.customers(), new double[][] {sums}));
      }
      found.add(launch(moved).test().orElseThrow().pValue());
    }
    double[] sorted = found.stream().mapToDouble(p -> p).sorted().toArray();
    assertThat(sorted).hasSize(210);
    for (int rank = 0; rank < sorted.length; rank++) {
      assertThat(sorted[rank]).isCloseTo((rank + 1) / 210.0, within(1e-12));
    }
  }

  /** All different orders. */
  private static List<int[]> orders(int... months) {
    List<int[]> orders = new ArrayList<>();
    LaunchPermutations.of(
        months,
        order -> {
          orders.add(order.clone());
          return 0;
        });
    // The first is the true one, which comes again.
    return orders.subList(1, orders.size());
  }

  @Test
  void exchanging_launch_months_gives_every_order_once() {
    assertThat(orders(1, 1, 2, 3).stream().map(Arrays::toString))
        .hasSize(12)
        .doesNotHaveDuplicates()
        .contains("[3, 2, 1, 1]", "[1, 1, 2, 3]");
  }

  @Test
  void without_an_effect_regions_of_any_size_are_found_to_have_one_in_five_percent() {
    // 15! / (3! 3! 9!) = 100,100 ways: drawn.
    int[] launched = IntStream.range(0, 15).map(r -> r < 3 ? 4 : r < 6 ? 5 : NEVER).toArray();
    Simulation found =
        Simulation.of(
            150,
            5,
            0,
            (draws, effect) -> {
              LaunchPermutations test =
                  launch(regions(draws.unit(0), 2, 0, launched)).test().orElseThrow();
              assertThat(test.isComplete()).isFalse();
              assertThat(test.leastPValue()).isEqualTo(1e-4);
              return Finding.rejecting(test.pValue() <= 0.05);
            });
    Band band = Band.of(150);
    assertThat(found.covered()).isBetween(band.least(), band.most());
  }

  @Test
  void an_effect_is_found_and_is_the_mean_over_launched_customers() {
    int[] launched = {4, 4, 4, NEVER, NEVER, NEVER, NEVER, NEVER};
    RegionalLaunch launch = launch(regions(new SplittableRandom(2), 40, 6, launched));
    LaunchPermutations test = launch.test().orElseThrow();
    assertThat(test.isComplete()).isTrue();
    // 8! / (3! 5!) = 56.
    assertThat(test.ways()).isEqualTo(56);
    assertThat(test.pValue()).isCloseTo(1 / 56.0, within(1e-12)).isEqualTo(test.leastPValue());
    assertThat(test.sentence())
        .isEqualTo(
            "All 56 ways to exchange launch months between regions were looked at; p = 0.0179.");
    Estimate effect = References.measured(launch.effect());
    References.agree(effect.value(), test.effect());
    assertThat(effect.degreesOfFreedom()).isEqualTo(7);
    assertThat(effect.interval().contains(6)).isTrue();
    assertThat(launch.isFew()).isTrue();
  }

  @Test
  void of_two_regions_nothing_can_be_found() {
    RegionalLaunch launch = launch(regions(new SplittableRandom(3), 40, 1000, 4, NEVER));
    LaunchPermutations test = launch.test().orElseThrow();
    // The other way round the difference is the same with the other sign.
    assertThat(test.leastPValue()).isEqualTo(1);
    assertThat(test.pValue()).isEqualTo(1);
    assertThat(test.canFind(0.05)).isFalse();
    assertThat(test.sentence())
        .isEqualTo(
            "All 2 ways to exchange launch months between regions were looked at; with so few"
                + " regions p is at least 1.00: nothing can be found at 5 %.");
    assertThat(launch.effect())
        .isEqualTo(
            new Unmeasured(
                "A launch month, or the regions that it is compared with, are one region or"
                    + " outweighed by one, which tells no error: only the test by exchanging launch"
                    + " months can."));
  }

  @Test
  void one_region_against_nineteen_is_just_enough() {
    int[] launched = IntStream.range(0, 20).map(r -> r == 0 ? 4 : NEVER).toArray();
    LaunchPermutations test =
        launch(regions(new SplittableRandom(4), 40, 30, launched)).test().orElseThrow();
    // 20 ways, and no two of them are as large.
    assertThat(test.leastPValue()).isEqualTo(0.05);
    assertThat(test.canFind(0.05)).isTrue();
    assertThat(test.pValue()).isEqualTo(0.05);
  }

  @Test
  void the_error_is_that_of_customers_clustered_by_region() {
    // Every customer of a region moves the effect by the same law: the sum is the region's.
    SplittableRandom random = new SplittableRandom(6);
    int[] launched = {4, 4, 5, 5, NEVER, NEVER, NEVER};
    List<LaunchRegion> regions = new ArrayList<>();
    List<List<RealLife>> customers = new ArrayList<>();
    for (int launch : launched) {
      List<RealLife> own = new ArrayList<>();
      double[] sums = new double[8];
      int count = 6 + random.nextInt(6);
      for (int i = 0; i < count; i++) {
        double[] months = random.doubles(8).toArray();
        CohortMoments.add(months, sums);
        own.add(new RealLife(launch, -9, month -> months[month], (of, role) -> 1));
      }
      customers.add(own);
      regions.add(LaunchRegion.ofSums(launch, count, new double[][] {sums}));
    }
    RegionalLaunch launch = launch(regions);
    WeightedEventStudy study = launch.study();
    List<LinearForm> forms =
        List.of(
            study.effects(0).aggregates().simple(1).orElseThrow(),
            study.effects(0).levels().simple(1).orElseThrow());
    WeightedEventStudy.Sums sums =
        new WeightedEventStudy.Sums(DESIGN, DESIGN.comparisons(Arrays.stream(launched)), 1);
    customers.forEach(own -> own.forEach(sums::add));
    WeightedEventStudy expected = sums.study();
    InfluenceSums clusters =
        new InfluenceSums(
            List.of(
                expected.effects(0).aggregates().simple(1).orElseThrow(),
                expected.effects(0).levels().simple(1).orElseThrow()));
    for (List<RealLife> own : customers) {
      double[] moved = new double[2];
      own.forEach(life -> CohortMoments.add(expected.influences(life, clusters), moved));
      clusters.add(moved);
    }
    JointEffects found = launch.joint(study, forms);
    for (int form = 0; form < 2; form++) {
      Estimate one = References.measured(found.effect(form));
      Estimate other = References.measured(clusters.clustered(0).effect(form));
      References.agree(one.value(), other.value());
      References.agree(one.stdError(), other.stdError());
      assertThat(one.degreesOfFreedom()).isEqualTo(6).isEqualTo(other.degreesOfFreedom());
    }
    // A band of few clusters is wider than two errors of each.
    assertThat(found.bandFactor(0.95)).isGreaterThan(Distributions.tQuantile(0.975, 6));
  }

  @Test
  void the_limits_of_many_regions_hold_the_effect_and_of_few_they_do_not() {
    // Of 2,000 samples 1,899 of 60 regions, and 1,621 of 12 of which 2 are launched in.
    int[] many = IntStream.range(0, 60).map(r -> r < 15 ? 4 : r < 30 ? 5 : NEVER).toArray();
    Simulation.assertCovers(8, random -> covers(random, many));
    int[] few = IntStream.range(0, 12).map(r -> r < 2 ? 4 : NEVER).toArray();
    Simulation.assertUndercovers(9, random -> covers(random, few));
  }

  private static boolean covers(SplittableRandom random, int... launched) {
    return References.measured(launch(regions(random, 40, 2, launched)).effect())
        .interval()
        .contains(2);
  }

  @Test
  void what_cannot_be_compared_has_no_test() {
    RegionalLaunch nobody = launch(regions(new SplittableRandom(7), 40, 0, 1, 4, 4));
    // Launched in the month of anticipation: always treated. The others have nobody to compare
    // with.
    assertThat(nobody.regions()).isEqualTo(2);
    assertThat(nobody.test()).isEmpty();
    assertThat(nobody.effect())
        .isEqualTo(new Unmeasured("No region can be compared before and after a launch."));
    assertThat(launch(List.of()).test()).isEmpty();
  }

  @Test
  void input_that_cannot_be_is_refused() {
    double[][] sums = new double[1][7];
    assertThatThrownBy(() -> LaunchRegion.ofSums(4, 0, sums))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("customers is 0, must be at least 1");
    assertThatThrownBy(() -> launch(List.of(LaunchRegion.ofSums(4, 1, sums))))
        .hasMessage("region's months has 7 values, must have as many as the design, 8");
    assertThatThrownBy(() -> RegionalLaunch.of(DESIGN, List.of(), 0, -1))
        .hasMessage("first is -1, must be at least 0");
    assertThatThrownBy(() -> RegionalLaunch.of(DESIGN.with(Controls.NOBODY), List.of(), 0, 1))
        .hasMessage("controls are NOBODY, must be somebody: there is nothing to compare");
    sums[0][3] = Double.NaN;
    assertThatThrownBy(() -> LaunchRegion.ofSums(4, 1, sums))
        .hasMessage("sums[0][3] is NaN, must be finite");
  }
}
