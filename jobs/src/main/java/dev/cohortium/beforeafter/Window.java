package dev.cohortium.beforeafter;

import dev.cohortium.config.Study;
import dev.cohortium.config.Study.BeforeAfter;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Base;
import java.io.Serial;
import java.io.Serializable;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The months of a programme's comparison, counted from the first that is looked at, and when it was
 * launched.
 *
 * @param first month that is looked at
 * @param design who is compared with whom, month by month from the same base
 * @param horizons months after joining or launch that are measured, ascending
 * @param inactiveMonths months without an order after which a customer has churned
 * @param launched month of the launch; empty: not said
 * @param launchedByRegion that of the regions that differ
 */
record Window(
    YearMonth first,
    StaggeredDesign design,
    List<Integer> horizons,
    int inactiveMonths,
    Map<String, Integer> launchedByRegion,
    int launched)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** A launch that is not said. */
  static final int UNKNOWN = Integer.MIN_VALUE;

  /** Months of a year. */
  static final int YEAR = 12;

  private static final int INACTIVE_MONTHS = 6;
  private static final int LEAST_COHORT = 5;
  private static final int LEAST_MONTHS = 2;

  /**
   * That of a programme up to as-of; a panel of fewer than two months is taken for two.
   *
   * @param seen first month of the panel
   */
  static Window of(Study study, String program, YearMonth seen) {
    BeforeAfter asked = study.beforeAfter().orElseThrow();
    YearMonth first = asked.since().filter(since -> since.isAfter(seen)).orElse(seen);
    int months = 1 + (int) first.until(study.asOf().orElseThrow(), ChronoUnit.MONTHS);
    int told = Math.max(months, Math.max(LEAST_MONTHS, asked.anticipation()));
    Map<String, Integer> regions = new HashMap<>();
    Study.Programme programme = study.programmes().get(program);
    if (programme != null) {
      programme
          .launchedByRegion()
          .forEach((region, day) -> regions.put(region, number(first, day)));
    }
    int launched =
        programme == null
            ? UNKNOWN
            : programme.launched().map(d -> number(first, d)).orElse(UNKNOWN);
    return new Window(
        first,
        new StaggeredDesign(
            told,
            asked.anticipation(),
            asked.controls(),
            Base.UNIVERSAL,
            asked.preMonths(),
            told,
            Math.max(LEAST_COHORT, study.privacy().smallestCell())),
        asked.horizons(),
        study.cohorts().map(Study.Cohorts::inactiveMonths).orElse(INACTIVE_MONTHS),
        Map.copyOf(regions),
        launched);
  }

  private static int number(YearMonth first, LocalDate day) {
    return (int) first.until(YearMonth.from(day), ChronoUnit.MONTHS);
  }

  /** The design whose base is a year before. */
  StaggeredDesign seasonal() {
    return new StaggeredDesign(
        design.months(),
        design.anticipation(),
        design.controls(),
        Base.SEASONAL,
        Math.max(YEAR, design.preMonths()),
        design.lastEventMonth(),
        design.leastCohort());
  }

  /**
   * The last month of acquisition that is early enough for whoever joined: all before are one.
   *
   * @param cohorts months in which somebody joined, ascending
   */
  int earliest(List<Integer> cohorts) {
    int first = cohorts.isEmpty() ? design.months() - 1 : cohorts.get(0);
    return first - seasonal().preMonths();
  }

  /** Months between acquisition and joining in which a customer can have churned by the base. */
  int lookBack() {
    return inactiveMonths + design.anticipation() + 1;
  }

  int months() {
    return design.months();
  }

  int longest() {
    return horizons.get(horizons.size() - 1);
  }

  /** The month of a number of {@link Lives}; negative: before the first. */
  int from(int number) {
    return number - Lives.number(first);
  }

  /** The first day of a month. */
  LocalDate day(int month) {
    return first.plusMonths(month).atDay(1);
  }

  /** The month of the launch where a customer lives, if there is one. */
  OptionalInt launchIn(String region) {
    int month = launchedByRegion.getOrDefault(region, launched);
    return month == UNKNOWN ? OptionalInt.empty() : OptionalInt.of(month);
  }

  /**
   * The first month in which customers of a region could join: that of its launch; any where no
   * launch is said; never where others have one and it has none.
   */
  int opensIn(String region) {
    return launchIn(region).orElse(hasLaunch() ? StaggeredDesign.NEVER : 0);
  }

  /** The month of the first launch that a horizon can be measured of. */
  int firstLaunch(int horizon) {
    return launches(horizon).min().orElseThrow();
  }

  /** The month of the last launch that a horizon can be measured of. */
  int lastLaunch(int horizon) {
    return launches(horizon).max().orElseThrow();
  }

  private IntStream launches(int horizon) {
    return launches().filter(launch -> isMeasured(launch, horizon));
  }

  private IntStream launches() {
    return IntStream.concat(
        IntStream.of(launched), launchedByRegion.values().stream().mapToInt(Integer::intValue));
  }

  /** Whether the months before a launch and a horizon after it lie in the panel. */
  boolean isMeasured(int launch, int horizon) {
    return launch != UNKNOWN
        && launch - design.preMonths() + 1 >= 0
        && launch + horizon < design.months();
  }

  /** The first launch of a region that has months before it; empty: all launch together. */
  OptionalInt firstOfLaunches() {
    return launchedByRegion.isEmpty()
        ? OptionalInt.empty()
        : launches().filter(month -> month > design.anticipation()).min();
  }

  boolean hasLaunch() {
    return launched != UNKNOWN || !launchedByRegion.isEmpty();
  }
}
