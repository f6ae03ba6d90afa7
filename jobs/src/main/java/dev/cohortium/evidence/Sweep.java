package dev.cohortium.evidence;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.xxhash64;

import java.io.Serial;
import java.io.Serializable;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapGroupsFunction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
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

  /**
   * How states are summed of which there are more than a task can hold.
   *
   * @param adder adds a row to the states that it belongs to
   * @param size of a state in bytes, about
   * @param most bytes of states that a task holds before it hands them on and starts anew
   * @param group of states, by their key, that are looked at together
   */
  public record Summing<G, K, S>(
      Adder<Map<K, S>> adder, Size<S> size, long most, Grouping<G, K> group)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  /** Tells how much memory a state takes. */
  public interface Size<S> extends Serializable {
    long of(S state);
  }

  /** Names the group of a key, in whose order keys of one group stand together. */
  public interface Grouping<G, K> extends Serializable {
    G of(K key);
  }

  /** Makes something of the states of a group, which come in the order of their keys. */
  public interface Finish<G, K, S, T> extends Serializable {
    T of(G group, Iterator<Tuple2<K, S>> states);
  }

  /**
   * What {@code finish} makes of the states of each group, on the machine where they are brought
   * together; a key comes as often as it was handed on, each time with some of its rows.
   */
  public static <G, K extends Comparable<K>, S, T> List<T> byGroup(
      Dataset<Row> rows, Summing<G, K, S> summing, Finish<G, K, S, T> finish) {
    JavaRDD<Row> all = rows.toJavaRDD();
    return all.mapPartitions(partition -> new Parts<>(partition, summing))
        .mapToPair(state -> state)
        .repartitionAndSortWithinPartitions(
            new ByGroup<>(Math.max(1, all.getNumPartitions()), summing.group()))
        .mapPartitions(states -> new Groups<>(states, summing.group(), finish))
        .collect();
  }

  /** States by key, each of some of the rows. */
  private static final class Parts<G, K, S> implements Iterator<Tuple2<K, S>> {
    /** Rows after which the states are weighed. */
    private static final int ROWS = 256;

    private final Iterator<Row> rows;
    private final Summing<G, K, S> summing;
    private Iterator<Map.Entry<K, S>> states = Collections.emptyIterator();

    Parts(Iterator<Row> rows, Summing<G, K, S> summing) {
      this.rows = rows;
      this.summing = summing;
    }

    @Override
    public boolean hasNext() {
      while (!states.hasNext() && rows.hasNext()) {
        states = sum().entrySet().iterator();
      }
      return states.hasNext();
    }

    /** As many rows as can be held. */
    private Map<K, S> sum() {
      Map<K, S> sums = new HashMap<>();
      long size = 0;
      while (rows.hasNext() && size <= summing.most()) {
        for (int row = 0; row < ROWS && rows.hasNext(); row++) {
          summing.adder().add(sums, rows.next());
        }
        size = sums.values().stream().mapToLong(summing.size()::of).sum();
      }
      return sums;
    }

    @Override
    public Tuple2<K, S> next() {
      Map.Entry<K, S> next = states.next();
      return new Tuple2<>(next.getKey(), next.getValue());
    }
  }

  /** Brings the states of a group together. */
  private static final class ByGroup<G, K> extends Partitioner {
    @Serial private static final long serialVersionUID = 1;

    private final int partitions;
    private final Grouping<G, K> group;

    ByGroup(int partitions, Grouping<G, K> group) {
      this.partitions = partitions;
      this.group = group;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    @SuppressWarnings("unchecked")
    public int getPartition(Object key) {
      return Math.floorMod(group.of((K) key).hashCode(), partitions);
    }
  }

  /** What is made of one group after another. */
  private static final class Groups<G, K, S, T> implements Iterator<T> {
    private final Iterator<Tuple2<K, S>> states;
    private final Grouping<G, K> grouping;
    private final Finish<G, K, S, T> finish;
    private Tuple2<K, S> ahead;

    Groups(Iterator<Tuple2<K, S>> states, Grouping<G, K> grouping, Finish<G, K, S, T> finish) {
      this.states = states;
      this.grouping = grouping;
      this.finish = finish;
      advance();
    }

    private void advance() {
      ahead = states.hasNext() ? states.next() : null;
    }

    @Override
    public boolean hasNext() {
      return ahead != null;
    }

    @Override
    public T next() {
      G group = grouping.of(ahead._1());
      InGroup own = new InGroup(group);
      T made = finish.of(group, own);
      while (own.hasNext()) {
        own.next();
      }
      return made;
    }

    /** The states of a group that are still ahead. */
    private final class InGroup implements Iterator<Tuple2<K, S>> {
      private final G group;

      InGroup(G group) {
        this.group = group;
      }

      @Override
      public boolean hasNext() {
        return ahead != null && grouping.of(ahead._1()).equals(group);
      }

      @Override
      public Tuple2<K, S> next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Tuple2<K, S> next = ahead;
        advance();
        return next;
      }
    }
  }

  /** Makes rows of those whose keys have the same hash: of one key or, hardly ever, a few. */
  public interface OfAlike extends Serializable {
    Iterator<Row> of(Iterator<Row> alike);
  }

  /**
   * What {@code made} makes of the rows of each key, brought together in one exchange and sorted by
   * a number, the key's hash: keys may all begin alike.
   *
   * @param schema of what is made
   */
  public static Dataset<Row> byHash(
      Dataset<Row> rows, String key, OfAlike made, StructType schema) {
    return rows.groupBy(xxhash64(col(key)))
        .as(Encoders.LONG(), Encoders.row(rows.schema()))
        .flatMapGroups(
            (FlatMapGroupsFunction<Long, Row, Row>) (hash, alike) -> made.of(alike),
            Encoders.row(schema));
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
