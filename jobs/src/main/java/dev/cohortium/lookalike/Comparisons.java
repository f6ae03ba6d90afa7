package dev.cohortium.lookalike;

import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.ComparisonPlan;
import dev.cohortium.stats.ComparisonSums;
import dev.cohortium.stats.FollowUp;
import dev.cohortium.stats.InfluenceProducts;
import dev.cohortium.stats.ScoreSlopes;
import dev.cohortium.stats.WeightedComparison;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * Compares, in all segments at once: one sweep for the means and regressions, one for what the
 * scores' own error adds, one for the errors by customer and one exchange of the matched for those
 * by set.
 */
final class Comparisons {
  private Comparisons() {}

  /**
   * Where a comparison is made.
   *
   * @param by name of a segment, or all
   * @param value of the segment, or all
   * @param months of a window that the comparison has for itself; 0: it has those of the plan
   */
  record Place(String by, String value, int months) implements Serializable, Comparable<Place> {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public int compareTo(Place other) {
      int byName = by.compareTo(other.by);
      int byValue = byName != 0 ? byName : value.compareTo(other.value);
      return byValue != 0 ? byValue : Integer.compare(months, other.months);
    }
  }

  /** Takes what takes part in a comparison. */
  interface Sink {
    /**
     * A unit in a place.
     *
     * @param set of the unit; null: it is in none
     */
    void accept(Place place, FollowUp unit, Long set);
  }

  /** Finds what takes part in a row, which is all of a customer. */
  interface Parts extends Serializable {
    void of(Row row, Sink sink);

    /**
     * Whether all units by which the scores of a place were fitted take part in it: only there is
     * it known what the scores' own error adds. Elsewhere scores count as known.
     */
    default boolean isWhole(Place place) {
      return false;
    }
  }

  /**
   * What was found in a place.
   *
   * @param customers products of the influences by customer
   * @param sets by matched set
   * @param cells by customer and set
   */
  record Found(
      WeightedComparison comparison,
      InfluenceProducts customers,
      InfluenceProducts sets,
      InfluenceProducts cells) {}

  /** What a comparison is made of. */
  enum Kind {
    /** Units as they are. */
    PLAIN,
    /** Units in matched sets. */
    MATCHED,
    /** These, and units by weights of an estimated score. */
    WEIGHTED
  }

  /** The comparisons of all places. */
  static Map<Place, Found> of(
      Dataset<Row> rows, Parts parts, ComparisonPlan plan, Scores scores, Kind kind) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext());
    Map<Place, ComparisonSums> sums =
        Sweep.byKey(
            rows,
            (Map<Place, ComparisonSums> state, Row row) ->
                parts.of(
                    row,
                    (place, unit, set) ->
                        state.computeIfAbsent(place, key -> ComparisonSums.empty(plan)).add(unit)),
            ComparisonSums::plus);
    Map<Place, WeightedComparison> comparisons = new HashMap<>();
    sums.forEach((place, sum) -> comparisons.put(place, WeightedComparison.of(sum)));
    if (kind == Kind.WEIGHTED) {
      Map<Place, WeightedComparison> whole = new HashMap<>(comparisons);
      whole.keySet().removeIf(place -> !parts.isWhole(place));
      Broadcast<Map<Place, WeightedComparison>> compared = spark.broadcast(whole);
      slopes(rows, parts, compared)
          .forEach((place, slopes) -> comparisons.get(place).project(slopes, scores.fits()));
      compared.destroy();
    }
    Broadcast<Map<Place, WeightedComparison>> compared = spark.broadcast(comparisons);
    Map<Place, Spread> spreads = spreads(rows, parts, compared);
    Map<Place, InfluenceProducts> sets =
        kind == Kind.PLAIN ? Map.of() : sets(rows, parts, compared);
    compared.destroy();
    Map<Place, Found> found = new TreeMap<>();
    comparisons.forEach(
        (place, comparison) ->
            found.put(
                place,
                new Found(
                    comparison,
                    spreads.get(place).customers,
                    sets.getOrDefault(place, InfluenceProducts.empty(comparison)),
                    spreads.get(place).cells)));
    return found;
  }

  private static Map<Place, ScoreSlopes> slopes(
      Dataset<Row> rows, Parts parts, Broadcast<Map<Place, WeightedComparison>> compared) {
    return Sweep.byKey(
        rows,
        (Map<Place, ScoreSlopes> state, Row row) ->
            parts.of(
                row,
                (place, unit, set) -> {
                  WeightedComparison comparison = compared.value().get(place);
                  if (comparison != null) {
                    state.computeIfAbsent(place, key -> ScoreSlopes.none()).add(comparison, unit);
                  }
                }),
        ScoreSlopes::plus);
  }

  /** Products by customer and by cell, and the room to find them in. */
  private static final class Spread implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final InfluenceProducts customers;
    private final InfluenceProducts cells;

    Spread(WeightedComparison comparison) {
      customers = InfluenceProducts.empty(comparison);
      cells = InfluenceProducts.empty(comparison);
    }

    Spread plus(Spread other) {
      customers.plus(other.customers);
      cells.plus(other.cells);
      return this;
    }
  }

  private static Map<Place, Spread> spreads(
      Dataset<Row> rows, Parts parts, Broadcast<Map<Place, WeightedComparison>> compared) {
    return Sweep.byKey(
        rows,
        (Map<Place, Spread> state, Row row) -> {
          Map<Place, double[][]> ofCustomer = new HashMap<>();
          parts.of(
              row,
              (place, unit, set) -> {
                WeightedComparison comparison = compared.value().get(place);
                double[][] influences = comparison.influences();
                comparison.influences(unit, influences);
                if (set != null) {
                  state.computeIfAbsent(place, key -> new Spread(comparison)).cells.add(influences);
                }
                ofCustomer.merge(place, influences, Comparisons::sum);
              });
          ofCustomer.forEach(
              (place, influences) ->
                  state
                      .computeIfAbsent(place, key -> new Spread(compared.value().get(place)))
                      .customers
                      .add(influences));
        },
        Spread::plus);
  }

  private static Map<Place, InfluenceProducts> sets(
      Dataset<Row> rows, Parts parts, Broadcast<Map<Place, WeightedComparison>> compared) {
    JavaPairRDD<Tuple2<Place, Long>, double[][]> bySet =
        Sweep.each(
                rows,
                row -> {
                  List<Tuple2<Tuple2<Place, Long>, double[][]>> all = new ArrayList<>();
                  parts.of(
                      row,
                      (place, unit, set) -> {
                        if (set != null) {
                          WeightedComparison comparison = compared.value().get(place);
                          double[][] influences = comparison.influences();
                          comparison.influences(unit, influences);
                          all.add(new Tuple2<>(new Tuple2<>(place, set), influences));
                        }
                      });
                  return all.iterator();
                })
            .mapToPair(set -> set)
            .reduceByKey(Comparisons::sum);
    return new HashMap<>(
        bySet
            .mapPartitionsToPair(
                sets -> {
                  Map<Place, InfluenceProducts> states = new HashMap<>();
                  while (sets.hasNext()) {
                    Tuple2<Tuple2<Place, Long>, double[][]> set = sets.next();
                    Place place = set._1()._1();
                    states
                        .computeIfAbsent(
                            place, key -> InfluenceProducts.empty(compared.value().get(place)))
                        .add(set._2());
                  }
                  return states.entrySet().stream()
                      .map(state -> new Tuple2<>(state.getKey(), state.getValue()))
                      .iterator();
                })
            .reduceByKey((one, other) -> one.plus(other))
            .collectAsMap());
  }

  private static double[][] sum(double[][] one, double[][] other) {
    for (int block = 0; block < one.length; block++) {
      for (int i = 0; i < one[block].length; i++) {
        one[block][i] += other[block][i];
      }
    }
    return one;
  }
}
