package dev.cohortium.lookalike;

import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.RosenbaumBounds;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * By how much members of pairs in which nobody stood before exceed their look-alikes in one metric:
 * what a bound on hidden bias needs, which holds for pairs that are independent. Nobody is in two
 * of them, and what a look-alike does later does not decide whether its pair is one.
 */
final class Pairs {
  private final Map<Key, SortedMap<Double, long[]>> tallies;

  private Pairs(Map<Key, SortedMap<Double, long[]>> tallies) {
    this.tallies = tallies;
  }

  /**
   * Differences of one kind.
   *
   * @param horizon its place among the horizons
   * @param isChange whether they are of what changed since the months before
   */
  private record Key(int horizon, boolean isChange) implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  /** What a bound says. */
  record Bound(long pairs, OptionalDouble gamma) {}

  /** A pair, of which halves add. */
  private static final class Pair implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final double[] levels;
    private final double[] changes;
    private int halves = 1;
    private boolean isFirst;

    Pair(Unit unit, int metric, List<Integer> horizons, boolean isFirst) {
      this.isFirst = isFirst;
      int known = (int) horizons.stream().filter(months -> months <= unit.months()).count();
      levels = new double[known];
      changes = new double[known];
      double sign = unit.isTreated() ? 1 : -1;
      double before = unit.before(metric);
      double sum = 0;
      int month = 0;
      for (int horizon = 0; horizon < known; horizon++) {
        while (month < horizons.get(horizon)) {
          sum += unit.after(metric, ++month);
        }
        levels[horizon] = sign * sum / month;
        changes[horizon] = sign * (sum / month - before);
      }
    }

    Pair plus(Pair other) {
      halves += other.halves;
      isFirst &= other.isFirst;
      for (int horizon = 0; horizon < Math.min(levels.length, other.levels.length); horizon++) {
        levels[horizon] += other.levels[horizon];
        changes[horizon] += other.changes[horizon];
      }
      return this;
    }
  }

  /**
   * One exchange of the matched.
   *
   * @param rows of histories with their matched sets
   */
  static Pairs of(Dataset<Row> rows, Units units, int metric, List<Integer> horizons) {
    Map<Key, SortedMap<Double, long[]>> tallies =
        new HashMap<>(
            Sweep.each(rows, row -> halves(row, units, metric, horizons).iterator())
                .mapToPair(half -> half)
                .reduceByKey(Pair::plus)
                .mapPartitionsToPair(
                    pairs -> {
                      Map<Key, SortedMap<Double, long[]>> counts = new HashMap<>();
                      while (pairs.hasNext()) {
                        count(pairs.next()._2(), counts);
                      }
                      return counts.entrySet().stream()
                          .map(count -> new Tuple2<>(count.getKey(), count.getValue()))
                          .iterator();
                    })
                .reduceByKey(Pairs::plus)
                .collectAsMap());
    return new Pairs(tallies);
  }

  private static List<Tuple2<Long, Pair>> halves(
      Row row, Units units, int metric, List<Integer> horizons) {
    List<Half> halves = new ArrayList<>();
    Parts.matched(row, units.of(row), (unit, set) -> halves.add(new Half(unit, set.set())));
    halves.sort(
        Comparator.comparingInt((Half half) -> half.unit().month()).thenComparing(Half::set));
    // What comes later must not decide: the first set that a customer stands in is its only one.
    return halves.stream()
        .map(
            half ->
                new Tuple2<>(
                    half.set(),
                    new Pair(half.unit(), metric, horizons, half.equals(halves.get(0)))))
        .toList();
  }

  /** A customer in a set. */
  private record Half(Unit unit, long set) {}

  private static void count(Pair pair, Map<Key, SortedMap<Double, long[]>> counts) {
    if (!pair.isFirst || pair.halves != 2) {
      return;
    }
    for (int horizon = 0; horizon < pair.levels.length; horizon++) {
      count(pair.levels[horizon], new Key(horizon, false), counts);
      count(pair.changes[horizon], new Key(horizon, true), counts);
    }
  }

  private static void count(
      double difference, Key key, Map<Key, SortedMap<Double, long[]>> counts) {
    // To 8 binary digits: ranks do not need more, and tallies stay small.
    double size =
        Double.longBitsToDouble((Double.doubleToLongBits(Math.abs(difference)) >> 44) << 44);
    counts.computeIfAbsent(key, k -> new TreeMap<>())
        .computeIfAbsent(size, s -> new long[2])[difference > 0 ? 0 : 1]++;
  }

  private static SortedMap<Double, long[]> plus(
      SortedMap<Double, long[]> one, SortedMap<Double, long[]> other) {
    other.forEach(
        (size, more) -> one.merge(size, more, (a, b) -> new long[] {a[0] + b[0], a[1] + b[1]}));
    return one;
  }

  /** The bound of an effect of this sign. */
  Bound bound(int horizon, boolean isChange, boolean isPositive) {
    SortedMap<Double, long[]> of =
        tallies.getOrDefault(new Key(horizon, isChange), new TreeMap<>());
    double[] sizes = of.keySet().stream().mapToDouble(Double::doubleValue).toArray();
    long[] agreeing = of.values().stream().mapToLong(count -> count[isPositive ? 0 : 1]).toArray();
    long[] opposing = of.values().stream().mapToLong(count -> count[isPositive ? 1 : 0]).toArray();
    long pairs = 0;
    for (int i = 0; i < sizes.length; i++) {
      pairs += agreeing[i] + opposing[i];
    }
    return new Bound(pairs, RosenbaumBounds.ofTallies(sizes, agreeing, opposing).sensitivity());
  }
}
