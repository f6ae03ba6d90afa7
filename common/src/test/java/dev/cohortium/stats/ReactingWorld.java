package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Customers of 14 months who, from month 6 on, may join at each of their orders: who orders much in
 * a month joins in it. Orders are Poisson's around a level and a season, independent between
 * months; the metric is their number, and what joining adds from the month after it on.
 */
final class ReactingWorld {
  static final int MONTHS = 14;
  static final StaggeredDesign DESIGN = StaggeredDesign.of(MONTHS, 9);
  private static final int LAUNCH = 6;
  private static final int ACQUIRED = -20;

  final int[] joined;
  final double[] level;

  /** Orders until the end of the month, or until joining. */
  final int[][] opportunities;

  final double[][] months;

  private ReactingWorld(int customers) {
    joined = new int[customers];
    Arrays.fill(joined, StaggeredDesign.NEVER);
    level = new double[customers];
    opportunities = new int[customers][MONTHS];
    months = new double[customers][MONTHS];
  }

  static ReactingWorld draw(Draws draws, int customers, double effect) {
    ReactingWorld world = new ReactingWorld(customers);
    for (int i = 0; i < customers; i++) {
      world.draw(draws.unit(i), i, effect);
    }
    return world;
  }

  private void draw(SplittableRandom random, int i, double effect) {
    level[i] = random.nextGaussian();
    double chance = 1 / (1 + Math.exp(2.7 - 0.4 * level[i]));
    for (int month = 0; month < MONTHS; month++) {
      int orders = poisson(random, Math.exp(0.5 + 0.4 * level[i]));
      months[i][month] = orders + 2 * Math.sin(month) + (month > joined[i] ? effect : 0);
      for (int order = 0; order < orders && month >= LAUNCH && isOut(i); order++) {
        opportunities[i][month]++;
        joined[i] = random.nextDouble() < chance ? month : StaggeredDesign.NEVER;
      }
    }
  }

  private boolean isOut(int customer) {
    return joined[customer] == StaggeredDesign.NEVER;
  }

  private static int poisson(SplittableRandom random, double mean) {
    int count = 0;
    for (double left = random.nextDouble(); left > Math.exp(-mean); count++) {
      left *= random.nextDouble();
    }
    return count;
  }

  List<Comparison> comparisons() {
    return DESIGN.comparisons(Arrays.stream(joined));
  }

  /** What is known at an order. */
  private double[] row(int customer) {
    return new double[] {level[customer]};
  }

  JoiningHazards hazards() {
    JoiningHazards.Search search = JoiningHazards.search(MONTHS, 1);
    while (!search.isOver()) {
      JoiningHazards.Pass pass = search.pass();
      for (int i = 0; i < joined.length; i++) {
        addOpportunities(i, pass);
      }
      search = search.next(pass);
    }
    return search.hazards();
  }

  private void addOpportunities(int customer, JoiningHazards.Pass pass) {
    for (int month = 0; month < MONTHS; month++) {
      int taken = joined[customer] == month ? 1 : 0;
      int untaken = opportunities[customer][month] - taken;
      if (untaken > 0) {
        pass.add(month, row(customer), false, untaken);
      }
      if (taken > 0) {
        pass.add(month, row(customer), true, taken);
      }
    }
  }

  double[] stayed(JoiningHazards hazards, int customer) {
    return StayingWeights.stayed(
        IntStream.range(0, MONTHS)
            .mapToDouble(
                month -> opportunities[customer][month] * hazards.logStay(month, row(customer)))
            .toArray());
  }

  /** The mean effect of event months 1 to 3, everybody counting alike. */
  Measurement plain() {
    return effect(i -> (of, role) -> 1);
  }

  /** The same by the chances of staying out, given the months' orders. */
  Measurement byStaying() {
    JoiningHazards hazards = hazards();
    double[][] stayed = new double[joined.length][];
    StayingWeights.Bars bars = new StayingWeights.Bars(DESIGN, comparisons());
    for (int i = 0; i < joined.length; i++) {
      stayed[i] = stayed(hazards, i);
      bars.add(joined[i], ACQUIRED, stayed[i]);
    }
    StayingWeights weights = bars.weights();
    return effect(i -> (of, role) -> weights.weight(of, role, stayed[i]));
  }

  private Measurement effect(IntFunction<RealLife.Weighing> weighing) {
    WeightedLife[] lives = new WeightedLife[joined.length];
    Arrays.setAll(
        lives,
        i -> new RealLife(joined[i], ACQUIRED, month -> months[i][month], weighing.apply(i)));
    WeightedEventStudy.Sums sums = new WeightedEventStudy.Sums(DESIGN, comparisons(), 1);
    for (WeightedLife life : lives) {
      sums.add(life);
    }
    WeightedEventStudy study = sums.study(0);
    InfluenceSums influences = new InfluenceSums(List.of(headline(study)));
    for (WeightedLife life : lives) {
      influences.add(study.influences(life, influences));
    }
    return influences.joint().effect(0);
  }

  private static LinearForm headline(WeightedEventStudy study) {
    return Aggregates.mean(study.effects().aggregates().byEventMonth(), 1, 3).orElseThrow();
  }
}
