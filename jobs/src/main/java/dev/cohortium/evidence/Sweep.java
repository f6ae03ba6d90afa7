package dev.cohortium.evidence;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * Goes over rows, one of each customer, once and sums something small of them, on the machines
 * where they lie.
 */
public final class Sweep {
  private static final int DEPTH = 2;

  private Sweep() {}

  /** Adds what a row says to a state. */
  public interface Adder<S> extends Serializable {
    void add(S state, Row row);
  }

  /** Adds two of something. */
  public interface Plus<T> extends Serializable {
    T of(T one, T other);
  }

  /** Joins maps by adding what stands under the same key. */
  public static <K, T, M extends Map<K, T>> Function2<M, M, M> merging(Plus<T> plus) {
    return (one, other) -> {
      other.forEach((key, value) -> one.merge(key, value, plus::of));
      return one;
    };
  }

  /** Makes a state of nothing. */
  public interface Zero<S> extends Serializable {
    S get();
  }

  /**
   * The state of all rows.
   *
   * @param plus of two states, which may change the first
   */
  public static <S> S of(Dataset<Row> rows, Zero<S> zero, Adder<S> adder, Function2<S, S, S> plus) {
    JavaRDD<S> states =
        rows.toJavaRDD()
            .mapPartitions(
                partition -> {
                  S state = zero.get();
                  while (partition.hasNext()) {
                    adder.add(state, partition.next());
                  }
                  return List.of(state).iterator();
                });
    return states.getNumPartitions() == 0 ? zero.get() : states.treeReduce(plus, DEPTH);
  }

  /**
   * The states of all rows by key, of which there may be many: each is added up for itself.
   *
   * @param plus of two states, which may change the first
   */
  public static <K, S> Map<K, S> byKey(Dataset<Row> rows, Adder<Map<K, S>> adder, Plus<S> plus) {
    return new HashMap<>(
        rows.toJavaRDD()
            .mapPartitions(
                partition -> {
                  Map<K, S> states = new HashMap<>();
                  while (partition.hasNext()) {
                    adder.add(states, partition.next());
                  }
                  return states.entrySet().stream()
                      .map(state -> new Tuple2<>(state.getKey(), state.getValue()))
                      .iterator();
                })
            .mapToPair(state -> state)
            .reduceByKey((one, other) -> plus.of(one, other))
            .collectAsMap());
  }

  /** What {@code function} makes of each row. */
  public static <T> JavaRDD<T> each(Dataset<Row> rows, Function<Row, Iterator<T>> function) {
    return rows.toJavaRDD().flatMap(row -> function.call(row));
  }

  /** What {@code function} makes of each partition. */
  public static <T> JavaRDD<T> partitions(
      Dataset<Row> rows, Function<Iterator<Row>, Iterator<T>> function) {
    return rows.toJavaRDD().mapPartitions(partition -> function.call(partition));
  }
}
