package dev.cohortium.beforeafter;

import dev.cohortium.beforeafter.Gathering.Group;
import dev.cohortium.stats.CohortMoments;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.LaunchRegion;
import dev.cohortium.stats.StaggeredDesign;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** What {@link Gathering} found, by place. */
final class Gathered {
  private static final Comparator<Group> ORDER =
      Comparator.comparing(Group::stratum)
          .thenComparingInt(Group::acquired)
          .thenComparingInt(Group::joined);

  private final Gathering gathering;
  private final TreeMap<Place, Map<Integer, List<Map.Entry<Group, CohortMoments>>>> states =
      new TreeMap<>();

  Gathered(Gathering gathering, Map<Group, CohortMoments> found) {
    this.gathering = gathering;
    found.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(ORDER))
        .forEach(
            entry ->
                states
                    .computeIfAbsent(entry.getKey().place(), none -> new HashMap<>())
                    .computeIfAbsent(entry.getKey().horizon(), none -> new ArrayList<>())
                    .add(entry));
  }

  Gathering gathering() {
    return gathering;
  }

  /** The places in which there is somebody, the whole first. */
  SortedSet<Place> places() {
    return new TreeSet<>(states.keySet());
  }

  private List<Map.Entry<Group, CohortMoments>> of(Place place, int horizon) {
    return states.getOrDefault(place, Map.of()).getOrDefault(horizon, List.of());
  }

  /** Whether customers are compared within strata, or all together. */
  enum Comparison {
    TOGETHER,
    WITHIN_STRATA
  }

  /** The customers of a place month by month, for a design. */
  JoiningCohorts cohorts(Place place, StaggeredDesign design, Comparison comparison) {
    return cohorts(
        of(place, Gathering.MONTHLY),
        JoiningCohorts.around(design, gathering.offsets()),
        comparison);
  }

  /** Those of a place before and after the launch. */
  JoiningCohorts atLaunch(Place place, int horizon, Comparison comparison) {
    return cohorts(
        of(place, horizon),
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
    for (Map.Entry<Group, CohortMoments> entry : of(Place.ALL, Gathering.BY_REGION)) {
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

  /** The joining months of the customers of a place, once or more. */
  IntStream joined(Place place) {
    return of(place, Gathering.MONTHLY).stream().mapToInt(entry -> entry.getKey().joined());
  }

  /** The members of a place who left again. */
  long leavers(Place place) {
    return of(place, Gathering.LEFT).stream().mapToLong(entry -> entry.getValue().n()).sum();
  }

  /**
   * The chance of joining at an order: customers who did by orders at which it could be, from the
   * first month in which somebody did.
   */
  double hazardAtOrders(Place place) {
    double joined = 0;
    double chances = 0;
    for (Map.Entry<Group, CohortMoments> entry : of(place, Gathering.AT_ORDERS)) {
      CohortMoments of = entry.getValue();
      for (int month = 0; month < of.months(); month++) {
        joined += of.n() * of.mean(Gathering.JOINED, month);
        chances += joined > 0 ? of.n() * of.mean(Gathering.COULD_JOIN, month) : 0;
      }
    }
    return joined == 0 ? 0 : joined / chances;
  }

  /** What stops in a month in a place; nothing where that cannot be told. */
  Stopping stopping(Place place) {
    double stopped = 0;
    double could = 0;
    for (Map.Entry<Group, CohortMoments> entry : of(place, Gathering.AT_ORDERS)) {
      CohortMoments of = entry.getValue();
      for (int month = 0; month < of.months(); month++) {
        stopped += of.n() * of.mean(Gathering.STOPPED, month);
        could += of.n() * of.mean(Gathering.COULD_STOP, month);
      }
    }
    Window window = gathering.window();
    return new Stopping(
        could == 0 ? 0 : stopped / could,
        window.design().anticipation() + 1,
        window.inactiveMonths());
  }

  /** The share of those not joined at the launch who did within a horizon; 0 of nobody. */
  double joinedWithin(Place place, int horizon) {
    return of(place, Gathering.joinedWithin(horizon)).stream()
        .mapToDouble(entry -> entry.getValue().mean(0, 0))
        .sum();
  }

  /** The members of a place by what became of them. */
  Map<Fate, Long> fates(Place place) {
    StaggeredDesign design = gathering.window().design();
    Map<Integer, Long> cohorts = new HashMap<>();
    Map<Fate, Long> fates = new EnumMap<>(Fate.class);
    for (Map.Entry<Group, CohortMoments> entry : members(place)) {
      Group group = entry.getKey();
      if (Fate.isInCohort(group.joined(), group.acquired(), design)) {
        cohorts.merge(group.joined(), entry.getValue().n(), Long::sum);
      }
    }
    for (Map.Entry<Group, CohortMoments> entry : members(place)) {
      Group group = entry.getKey();
      long cohort = cohorts.getOrDefault(group.joined(), 0L);
      Fate fate = Fate.of(group.joined(), group.acquired(), design, cohort);
      fates.merge(fate, entry.getValue().n(), Long::sum);
    }
    return fates;
  }

  private List<Map.Entry<Group, CohortMoments>> members(Place place) {
    return of(place, Gathering.MONTHLY).stream()
        .filter(entry -> entry.getKey().joined() != StaggeredDesign.NEVER)
        .toList();
  }
}
