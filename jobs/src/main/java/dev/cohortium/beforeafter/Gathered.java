package dev.cohortium.beforeafter;

import dev.cohortium.beforeafter.Gathering.Group;
import dev.cohortium.stats.CohortMoments;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.LaunchRegion;
import dev.cohortium.stats.StaggeredDesign;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import scala.Tuple2;

/** What {@link Gathering} found in one place. */
final class Gathered implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final Gathering gathering;
  private final Place place;
  private final TreeMap<Group, CohortMoments> states = new TreeMap<>();
  private long bytes;

  /**
   * Adds up what was found, as long as it is not too much to hold.
   *
   * @param found by group, each as often as some of its customers were summed
   * @param most bytes to hold
   */
  Gathered(
      Gathering gathering, Place place, Iterator<Tuple2<Group, CohortMoments>> found, long most) {
    this.gathering = gathering;
    this.place = place;
    while (found.hasNext() && bytes <= most) {
      Tuple2<Group, CohortMoments> next = found.next();
      CohortMoments own = states.get(next._1());
      long before = own == null ? 0 : own.bytes();
      CohortMoments sum = own == null ? next._2() : own.plus(next._2());
      states.put(next._1(), sum);
      bytes += sum.bytes() - before;
    }
  }

  Gathering gathering() {
    return gathering;
  }

  Place place() {
    return place;
  }

  /** About the memory that the sums take; more than the most that can be held: not all of them. */
  long bytes() {
    return bytes;
  }

  private List<Map.Entry<Group, CohortMoments>> of(int horizon) {
    return states.entrySet().stream().filter(entry -> entry.getKey().horizon() == horizon).toList();
  }

  /** Whether customers are compared within strata, or all together. */
  enum Comparison {
    TOGETHER,
    WITHIN_STRATA
  }

  /** The customers month by month, for a design. */
  JoiningCohorts cohorts(StaggeredDesign design, Comparison comparison) {
    return cohorts(
        of(Gathering.MONTHLY), JoiningCohorts.around(design, gathering.offsets()), comparison);
  }

  /** They before and after the launch. */
  JoiningCohorts atLaunch(int horizon, Comparison comparison) {
    return cohorts(
        of(horizon),
        JoiningCohorts.none(StaggeredDesign.twoByTwo(), gathering.metrics().size()),
        comparison);
  }

  private static JoiningCohorts cohorts(
      List<Map.Entry<Group, CohortMoments>> groups, JoiningCohorts into, Comparison comparison) {
    Map<String, Integer> strata = new HashMap<>();
    for (Map.Entry<Group, CohortMoments> entry : groups) {
      Group group = entry.getKey();
      int stratum =
          comparison == Comparison.TOGETHER
              ? 0
              : strata.computeIfAbsent(group.stratum(), none -> strata.size());
      into.add(new JoiningCohorts.Key(group.joined(), group.acquired(), stratum), entry.getValue());
    }
    return into;
  }

  /** All customers of each region who were there before any launch, with the region's launch. */
  List<LaunchRegion> regions() {
    Window window = gathering.window();
    List<LaunchRegion> regions = new ArrayList<>();
    for (Map.Entry<Group, CohortMoments> entry : of(Gathering.BY_REGION)) {
      CohortMoments moments = entry.getValue();
      double[][] sums = new double[gathering.metrics().size()][window.months()];
      for (int metric = 0; metric < sums.length; metric++) {
        for (int month = 0; month < window.months(); month++) {
          sums[metric][month] = moments.n() * moments.mean(metric, month);
        }
      }
      int launch = window.launchIn(entry.getKey().stratum()).orElse(StaggeredDesign.NEVER);
      int seen = launch < window.months() ? launch : StaggeredDesign.NEVER;
      regions.add(LaunchRegion.ofSums(seen, moments.n(), sums));
    }
    return regions;
  }

  /** The joining months of customers, once or more. */
  IntStream joined() {
    return of(Gathering.MONTHLY).stream().mapToInt(entry -> entry.getKey().joined());
  }

  /** The members who left again. */
  long leavers() {
    return of(Gathering.LEFT).stream().mapToLong(entry -> entry.getValue().n()).sum();
  }

  /** The chances of joining at an order. */
  OrderHazards hazards() {
    return new OrderHazards(atOrders(Gathering.JOINED), atOrders(Gathering.COULD_JOIN));
  }

  /** What stops in a month in a place. */
  Stopping stopping() {
    double stopped = Arrays.stream(atOrders(Gathering.STOPPED)).sum();
    double could = Arrays.stream(atOrders(Gathering.COULD_STOP)).sum();
    Window window = gathering.window();
    return new Stopping(
        could == 0 ? Stopping.UNTOLD : stopped / could,
        window.design().anticipation() + 1,
        window.inactiveMonths());
  }

  /** The sums of what is counted at orders, by month. */
  private double[] atOrders(int counted) {
    double[] sums = new double[gathering.window().months()];
    for (Map.Entry<Group, CohortMoments> entry : of(Gathering.AT_ORDERS)) {
      CohortMoments of = entry.getValue();
      for (int month = 0; month < sums.length; month++) {
        sums[month] += of.n() * of.mean(counted, month);
      }
    }
    return sums;
  }

  /** The share of those not joined at the launch who did within a horizon; 0 of nobody. */
  double joinedWithin(int horizon) {
    return of(Gathering.joinedWithin(horizon)).stream()
        .mapToDouble(entry -> entry.getValue().mean(0, 0))
        .sum();
  }

  /**
   * The members by what became of them.
   *
   * @param effects on their cohorts
   */
  Map<Fate, Long> fates(GroupTimeEffects effects) {
    Map<Fate, Long> fates = new EnumMap<>(Fate.class);
    Map<Integer, Long> cohorts = new TreeMap<>();
    for (Map.Entry<Group, CohortMoments> entry : of(Gathering.MONTHLY)) {
      int joined = entry.getKey().joined();
      long members = entry.getValue().n();
      switch (effects.design().standing(joined, entry.getKey().acquired())) {
        case IN_A_COHORT -> cohorts.merge(joined, members, Long::sum);
        case ACQUIRED_TOO_LATE -> fates.merge(Fate.TOO_SOON, members, Long::sum);
        case NEVER_JOINED, ALWAYS_TREATED, ACQUIRED_TOO_LATE_TO_COMPARE -> {}
      }
    }
    cohorts.forEach(
        (joined, size) -> fates.merge(Fate.ofCohort(joined, size, effects), size, Long::sum));
    for (Map.Entry<Group, CohortMoments> entry : of(Gathering.NOT_USED)) {
      fates.merge(Fate.valueOf(entry.getKey().stratum()), entry.getValue().n(), Long::sum);
    }
    return fates;
  }
}
