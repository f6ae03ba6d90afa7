package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    Staying staying = new Staying();
    return effect(i -> (of, role) -> staying.weights.weight(of, role, staying.stayed[i]));
  }

  /** The chances of not having joined, and what they make months count. */
  private final class Staying {
    private final JoiningHazards hazards = hazards();
    private final double[][] stayed = new double[joined.length][];
    private final StayingWeights weights;

    Staying() {
      StayingWeights.Bars bars = new StayingWeights.Bars(DESIGN, comparisons());
      for (int i = 0; i < joined.length; i++) {
        stayed[i] = stayed(hazards, i);
        bars.add(joined[i], ACQUIRED, stayed[i]);
      }
      weights = bars.weights();
    }

    /** What a look-alike counts; its member joined at the first order of the month, or later. */
    double ofLookAlike(int customer, Comparison of) {
      return weights.weightSinceJoining(
          of, stayed[customer], hazards.logStay(of.joined(), row(customer)));
    }
  }

  private Measurement effect(IntFunction<RealLife.Weighing> weighing) {
    List<List<RealLife>> lives = new ArrayList<>();
    for (int i = 0; i < joined.length; i++) {
      lives.add(List.of(life(i, weighing.apply(i))));
    }
    return effect(lives);
  }

  private RealLife life(int customer, RealLife.Weighing weighing) {
    return new RealLife(joined[customer], ACQUIRED, month -> months[customer][month], weighing);
  }

  /** The mean effect of event months 1 to 3 of customers, each in as many lives as sets. */
  private Measurement effect(List<List<RealLife>> customers) {
    WeightedEventStudy.Sums sums = new WeightedEventStudy.Sums(DESIGN, comparisons(), 1);
    customers.forEach(lives -> lives.forEach(sums::add));
    WeightedEventStudy study = sums.study();
    InfluenceSums influences = new InfluenceSums(List.of(headline(study)));
    for (List<RealLife> lives : customers) {
      double[] moved = new double[1];
      lives.forEach(life -> moved[0] += study.influences(life, influences)[0]);
      influences.add(moved);
    }
    return influences.joint(0).effect(0);
  }

  /** The effect on pairs of a member and who did not join at the same order, the left alike. */
  Measurement onSets() {
    return onSets((customer, of) -> 1);
  }

  /** The same by the chances of the left of not having joined. */
  Measurement onSetsByStaying() {
    return onSets(new Staying()::ofLookAlike);
  }

  /** What a look-alike counts in a comparison. */
  private interface OfLookAlike {
    double weight(int customer, Comparison of);
  }

  private Measurement onSets(OfLookAlike counts) {
    List<List<RealLife>> lives = new ArrayList<>();
    IntStream.range(0, joined.length).forEach(i -> lives.add(new ArrayList<>()));
    for (int month = LAUNCH; month < MONTHS; month++) {
      Set<Integer> taken = new HashSet<>();
      for (int member = 0; member < joined.length; member++) {
        int found = joined[member] == month ? lookAlike(member, taken) : -1;
        if (found >= 0) {
          int cohort = month;
          taken.add(found);
          lives.get(member).add(life(member, (of, role) -> role == Role.TREATED ? 1 : 0));
          lives
              .get(found)
              .add(
                  life(
                      found,
                      (of, role) ->
                          role == Role.CONTROL && of.joined() == cohort
                              ? counts.weight(found, of)
                              : 0));
        }
      }
    }
    return effect(lives);
  }

  /**
   * Who is nearest in level of those who did not join at the order at which a member did; or -1.
   */
  private int lookAlike(int member, Set<Integer> taken) {
    int month = joined[member];
    int order = opportunities[member][month];
    int nearest = -1;
    for (int i = 0; i < joined.length; i++) {
      int untaken = opportunities[i][month] - (joined[i] == month ? 1 : 0);
      if (untaken >= order && !taken.contains(i) && isNearer(i, nearest, member)) {
        nearest = i;
      }
    }
    return nearest;
  }

  private boolean isNearer(int one, int other, int member) {
    return other < 0
        || Math.abs(level[one] - level[member]) < Math.abs(level[other] - level[member]);
  }

  private static LinearForm headline(WeightedEventStudy study) {
    return Aggregates.mean(study.effects(0).aggregates().byEventMonth(), 1, 3).orElseThrow();
  }
}
