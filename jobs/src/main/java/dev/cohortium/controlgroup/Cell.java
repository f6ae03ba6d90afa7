package dev.cohortium.controlgroup;

import dev.cohortium.stats.CrossMoments;
import dev.cohortium.stats.Moments;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sums over customers of an arm, month of assignment, stratum, window and segment.
 *
 * @param assigned number of the month ({@link Months})
 * @param sums by the term that is summed ({@link Sums})
 */
record Cell(
    String experiment,
    String arm,
    int assigned,
    String stratum,
    int span,
    String segmentBy,
    String segment,
    long customers,
    Map<String, Double> sums) {

  /** Name and value of the segment, month or stratum of all. */
  static final String ALL = "all";

  /** The customers of both; what names the first names the sum. */
  Cell plus(Cell other) {
    Map<String, Double> both = new HashMap<>(sums);
    other.sums.forEach((name, value) -> both.merge(name, value, Double::sum));
    return new Cell(
        experiment,
        arm,
        assigned,
        stratum,
        span,
        segmentBy,
        segment,
        customers + other.customers,
        both);
  }

  double sum(String term) {
    return sums.getOrDefault(term, 0.0);
  }

  /** The mean of a term; 0 where there is nobody. */
  double mean(String term) {
    return customers == 0 ? 0 : sum(term) / customers;
  }

  boolean isWhole() {
    return segmentBy.equals(ALL);
  }

  /** The moments of what is measured in the window. */
  Moments moments(int place) {
    String term = "y" + place;
    return Moments.ofPowerSums(
        customers, sum(term), sum(Sums.product(term, term)), sum(Sums.cube(place)));
  }

  /** The moments of a term of which no third one is summed: it counts as 0. */
  Moments firstTwoMoments(String term) {
    Moments moments = Moments.ofPowerSums(customers, sum(term), sum(Sums.product(term, term)), 0);
    return new Moments(moments.count(), moments.mean(), moments.squaredDeviations(), 0);
  }

  /** The moments of these together; 0 or 1 is its own square. */
  CrossMoments moments(String... terms) {
    double[] firsts = new double[terms.length];
    double[][] products = new double[terms.length][terms.length];
    for (int i = 0; i < terms.length; i++) {
      firsts[i] = sum(terms[i]);
      for (int j = 0; j < terms.length; j++) {
        boolean isItsOwnSquare = i == j && Windows.EVENTS.contains(terms[i]);
        products[i][j] = sum(isItsOwnSquare ? terms[i] : Sums.product(terms[i], terms[j]));
      }
    }
    return CrossMoments.ofPowerSums(customers, firsts, products);
  }

  /** All of {@code cells} together; of none: nobody. */
  static Cell together(List<Cell> cells) {
    return cells.stream()
        .reduce(Cell::plus)
        .orElseGet(() -> new Cell(ALL, ALL, 0, ALL, 0, ALL, ALL, 0, Map.of()));
  }
}
