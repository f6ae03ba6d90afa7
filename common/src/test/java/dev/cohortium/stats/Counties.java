package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The counties of reference mpdta, whose minimum wage rose in 2004, 2006, 2007 or never: months are
 * the years 2003 to 2007, all counties acquired long before.
 */
final class Counties {
  static final int FIRST_YEAR = 2003;
  static final int YEARS = 5;
  private static final int PRE_MONTHS = 9;
  private static final int LONG_BEFORE = -20;

  final int[] joined;
  final double[][] population;
  final double[][] employment;

  private Counties(int[] joined, double[][] population, double[][] employment) {
    this.joined = joined;
    this.population = population;
    this.employment = employment;
  }

  /** Of a file; not a number where a year is missing. */
  private static Counties observed(String file) {
    double[] ids = References.numbers(file, "countyreal");
    double[] years = References.numbers(file, "year");
    double[] groups = References.numbers(file, "first.treat");
    double[] lpop = References.numbers(file, "lpop");
    double[] lemp = References.numbers(file, "lemp");
    Map<Double, double[]> paths = new TreeMap<>();
    Map<Double, Integer> rows = new TreeMap<>();
    for (int row = 0; row < ids.length; row++) {
      double[] path = paths.computeIfAbsent(ids[row], none -> nothing());
      path[(int) years[row] - FIRST_YEAR] = lemp[row];
      rows.put(ids[row], row);
    }
    int[] kept = paths.keySet().stream().mapToInt(rows::get).toArray();
    return new Counties(
        Arrays.stream(kept).map(row -> joined(groups[row])).toArray(),
        Arrays.stream(kept).mapToObj(row -> new double[] {lpop[row]}).toArray(double[][]::new),
        paths.values().toArray(double[][]::new));
  }

  private static double[] nothing() {
    double[] path = new double[YEARS];
    Arrays.fill(path, Double.NaN);
    return path;
  }

  private static int joined(double group) {
    return group == 0 ? StaggeredDesign.NEVER : (int) group - FIRST_YEAR;
  }

  static Counties all() {
    return observed("mpdta/mpdta.csv");
  }

  /** Those that lack no year, where some lack 2005. */
  static Counties balanced() {
    Counties all = observed("mpdta/mpdta_unbalanced.csv");
    return all.at(i -> Arrays.stream(all.employment[i]).noneMatch(Double::isNaN));
  }

  /** Without anticipation. */
  static StaggeredDesign design() {
    return anticipating(0, StaggeredDesign.of(YEARS, PRE_MONTHS));
  }

  /** A design with other months of anticipation. */
  static StaggeredDesign anticipating(int months, StaggeredDesign design) {
    return new StaggeredDesign(
        design.months(),
        months,
        design.controls(),
        design.base(),
        design.preMonths(),
        design.lastEventMonth(),
        design.leastCohort());
  }

  /** Those for whom the joining month is one of {@code kept}. */
  Counties where(IntPredicate kept) {
    return at(i -> kept.test(joined[i]));
  }

  private Counties at(IntPredicate kept) {
    int[] places = IntStream.range(0, joined.length).filter(kept).toArray();
    return new Counties(
        Arrays.stream(places).map(i -> joined[i]).toArray(),
        Arrays.stream(places).mapToObj(i -> population[i]).toArray(double[][]::new),
        Arrays.stream(places).mapToObj(i -> employment[i]).toArray(double[][]::new));
  }

  /** With the square of the population as a second covariate. */
  double[][] populationAndSquare() {
    return Arrays.stream(population)
        .map(row -> new double[] {row[0], row[0] * row[0]})
        .toArray(double[][]::new);
  }

  JoiningCohorts cohorts(StaggeredDesign design) {
    JoiningCohorts cohorts = JoiningCohorts.none(design, 1);
    for (int i = 0; i < joined.length; i++) {
      cohorts.add(joined[i], LONG_BEFORE, 0, new double[][] {employment[i]});
    }
    return cohorts;
  }

  EventStudy study(StaggeredDesign design) {
    return EventStudy.of(cohorts(design), design, 0);
  }

  CovariateEventStudy study(StaggeredDesign design, CovariateMethod method, double[][] rows) {
    return CovariateEventStudy.of(design, method, joined, acquired(), rows, employment);
  }

  private int[] acquired() {
    int[] acquired = new int[joined.length];
    Arrays.fill(acquired, LONG_BEFORE);
    return acquired;
  }
}
