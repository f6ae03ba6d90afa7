package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Base;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Whether cohorts and their controls moved alike before joining: the test that the effects by event
 * month from -(2 + a) back to -(7 + a), a being the anticipation, or as far as there are any, are
 * all 0 against the base month -(1 + a).
 *
 * <p>A test that does not reject has seen no slope above {@code detectableSlope}; smaller ones it
 * may well have missed.
 *
 * @param firstEventMonth the earliest event month tested
 * @param lastEventMonth the last one, -(2 + a) where there is one
 * @param wald the test
 * @param detectableSlope change a month, in units of the metric, that the test at 5 % finds in 4 of
 *     5 samples; empty where nothing varies
 * @param largestChange between event months that follow each other, the base's 0 among them
 * @param distance months from the base to that of joining: 1 + a
 * @see <a href="https://doi.org/10.1257/aeri.20210236">Roth 2022</a>
 */
public record PreTrend(
    int firstEventMonth,
    int lastEventMonth,
    Wald wald,
    OptionalDouble detectableSlope,
    double largestChange,
    int distance) {
  private static final int MOST_MONTHS = 7;
  private static final double LEVEL = 0.05;
  private static final double POWER = 0.8;

  /** The most months that are tested. */
  public static int mostMonths() {
    return MOST_MONTHS - 1;
  }

  /** The months between acquisition and joining that it takes to test as many. */
  public static int preMonthsOfAll(int anticipation) {
    return MOST_MONTHS + anticipation + 1;
  }

  /**
   * The test of a study; empty where no event month before the base is measured.
   *
   * @throws IllegalArgumentException if the study's base is not universal
   */
  public static Optional<PreTrend> of(EventStudy study) {
    return of(study.effects(), study.effects().aggregates().byEventMonth(), study::joint);
  }

  /**
   * The test of event months whose covariances somebody else knows.
   *
   * @param byEventMonth of the effects
   * @param joint gives the covariances of forms
   * @throws IllegalArgumentException if the base of the effects is not universal
   */
  public static Optional<PreTrend> of(
      GroupTimeEffects effects,
      SortedMap<Integer, LinearForm> byEventMonth,
      Function<List<LinearForm>, JointEffects> joint) {
    if (effects.design().base() != Base.UNIVERSAL) {
      throw new IllegalArgumentException(
          "base is " + effects.design().base() + ", must be " + Base.UNIVERSAL);
    }
    int distance = 1 + effects.design().anticipation();
    SortedMap<Integer, LinearForm> tested =
        byEventMonth.subMap(1 - MOST_MONTHS - distance, -distance);
    if (tested.isEmpty()) {
      return Optional.empty();
    }
    JointEffects found = joint.apply(List.copyOf(tested.values()));
    Wald wald = found.wald();
    double[] slope = tested.keySet().stream().mapToDouble(event -> event + distance).toArray();
    return Optional.of(
        new PreTrend(
            tested.firstKey(),
            tested.lastKey(),
            wald,
            detectable(wald, found.along(slope)),
            largestChange(tested, distance),
            distance));
  }

  private static OptionalDouble detectable(Wald wald, Wald ofSlope) {
    if (wald.degreesOfFreedom() == 0 || ofSlope.statistic() == 0) {
      return OptionalDouble.empty();
    }
    double needed = NoncentralChiSquared.noncentrality(wald.degreesOfFreedom(), LEVEL, POWER);
    return OptionalDouble.of(Math.sqrt(needed / ofSlope.statistic()));
  }

  private static double largestChange(SortedMap<Integer, LinearForm> tested, int distance) {
    TreeMap<Integer, Double> path = new TreeMap<>();
    tested.forEach((event, form) -> path.put(event, form.value()));
    path.put(-distance, 0.0);
    double largest = 0;
    for (int event : path.keySet()) {
      if (path.containsKey(event + 1)) {
        largest = Math.max(largest, Math.abs(path.get(event + 1) - path.get(event)));
      }
    }
    return largest;
  }

  /**
   * How far the mean effect of some event months is off where effects have the detectable slope
   * that joining has nothing to do with.
   *
   * @throws IllegalArgumentException if last lies below first
   */
  public OptionalDouble bias(int first, int last) {
    double months = months(first, last);
    return detectableSlope.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(months * detectableSlope.getAsDouble());
  }

  /**
   * How many times the largest change a month that was seen before joining may go on every month
   * until the 95 % interval of the mean effect of event months {@code first} to {@code last}
   * reaches 0: 0 where it does already, empty where nothing changed or there is no estimate. For
   * the grade of a study ({@code breakdown_plugin}).
   *
   * @throws IllegalArgumentException if last lies below first
   * @see <a href="https://doi.org/10.1093/restud/rdad018">Rambachan, Roth 2023</a>, whose bounds it
   *     is not
   */
  public OptionalDouble breakdown(Measurement effect, int first, int last) {
    double months = months(first, last);
    if (largestChange == 0 || effect.estimate().isEmpty()) {
      return OptionalDouble.empty();
    }
    Estimate estimate = effect.estimate().get();
    Interval interval = estimate.interval();
    double left = Math.max(0, Math.max(interval.low(), -interval.high()));
    return OptionalDouble.of(left / (months * largestChange));
  }

  /** The mean number of months from the base to event months. */
  private double months(int first, int last) {
    Arguments.atLeast("last", last, first);
    return (first + last) / 2.0 + distance;
  }
}
