package dev.cohortium.world;

import dev.cohortium.world.Spoiler.Fault;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * All customers of all replicates. Each table simulates them anew: that is cheaper than to keep
 * them, and nothing depends on how they are divided.
 */
final class Population {
  /** The file in which a row is delivered; null where a feed has one for all. */
  static final String FILE = "file";

  /** Rows of a feed that are as they should be. */
  static final String RIGHT = "right";

  private static final StructType DIRT =
      StructType.fromDDL("source string, fault string, rows bigint");

  private final Setting setting;
  private final Dataset<Long> numbers;

  Population(SparkSession session, Setting setting, int partitions) {
    this.setting = setting;
    long lives = (long) setting.world().customers() * setting.world().replicates();
    this.numbers = session.range(0, lives, 1, partitions).as(Encoders.LONG());
  }

  /** What is derived of one life. */
  private interface Derivation extends Serializable {
    Iterator<Row> of(Setting setting, Life life);
  }

  /** Every row of a feed as delivered, the spoilt ones included; text, with {@link #FILE}. */
  Dataset<Row> rows(Feed feed) {
    StructType schema = new StructType().add(FILE, "string");
    for (String column : feed.columns()) {
      schema = schema.add(column, "string");
    }
    return derived(
        (setting, life) ->
            feed == Feed.TRANSACTIONS ? lines(setting, life) : others(setting, life, feed),
        schema);
  }

  /** {@link Truth} about everybody. */
  Dataset<Row> truth() {
    return derived((setting, life) -> Truth.of(setting, life).iterator(), Truth.SCHEMA);
  }

  /** Rows by source and fault, those of one life together. */
  Dataset<Row> dirt() {
    return derived(Population::dirt, DIRT);
  }

  private Dataset<Row> derived(Derivation derivation, StructType schema) {
    Setting shared = setting;
    return numbers.flatMap(
        (FlatMapFunction<Long, Row>) number -> derivation.of(shared, life(shared, number)),
        Encoders.row(schema));
  }

  private static Life life(Setting setting, long number) {
    int customers = setting.world().customers();
    return new Life(setting, Person.of(setting, (int) (number / customers), number % customers));
  }

  private static Iterator<Row> others(Setting setting, Life life, Feed feed) {
    Spoiler spoiler = spoiler(setting, life);
    List<Row> rows = new ArrayList<>();
    int number = 0;
    for (String[] row : new Records(setting, life).of(feed)) {
      add(rows, feed, spoiler, number++, null, row);
    }
    return rows.iterator();
  }

  /** A receipt comes with the file of its month, or the next one's. */
  private static Iterator<Row> lines(Setting setting, Life life) {
    Spoiler spoiler = spoiler(setting, life);
    Records records = new Records(setting, life);
    List<Row> rows = new ArrayList<>();
    int number = 0;
    for (Receipt receipt : records.receipts()) {
      boolean isLate = spoiler.isLate(receipt) && receipt.month() + 1 < setting.months();
      String file = setting.calendar().month(receipt.month() + (isLate ? 1 : 0));
      for (String[] line : records.lines(receipt)) {
        add(rows, Feed.TRANSACTIONS, spoiler, number++, file, line);
      }
    }
    return rows.iterator();
  }

  private static void add(
      List<Row> rows, Feed feed, Spoiler spoiler, int number, String file, String[] row) {
    rows.add(row(file, row));
    spoiler
        .fault(feed, number)
        .ifPresent(fault -> rows.add(row(file, Spoiler.spoilt(feed, row, fault))));
  }

  private static Row row(String file, String[] values) {
    Object[] all = new Object[values.length + 1];
    all[0] = file;
    System.arraycopy(values, 0, all, 1, values.length);
    return RowFactory.create(all);
  }

  private static Spoiler spoiler(Setting setting, Life life) {
    return new Spoiler(setting.world().dirt(), life.person().draws());
  }

  private static Iterator<Row> dirt(Setting setting, Life life) {
    Spoiler spoiler = spoiler(setting, life);
    Records records = new Records(setting, life);
    List<Row> counts = new ArrayList<>();
    for (Feed feed : Feed.values()) {
      int rows =
          feed == Feed.TRANSACTIONS
              ? records.receipts().stream().mapToInt(receipt -> receipt.lines().size()).sum()
              : records.of(feed).size();
      Map<Fault, Long> faults = new EnumMap<>(Fault.class);
      for (int number = 0; number < rows; number++) {
        spoiler.fault(feed, number).ifPresent(fault -> faults.merge(fault, 1L, Long::sum));
      }
      if (feed == Feed.TRANSACTIONS) {
        faults.put(Fault.LATE, late(setting, spoiler, records));
      }
      counts.add(RowFactory.create(feed.folder(), RIGHT, (long) rows));
      faults.forEach((fault, n) -> counts.add(RowFactory.create(feed.folder(), fault.word(), n)));
    }
    return Collections.unmodifiableList(counts).iterator();
  }

  private static long late(Setting setting, Spoiler spoiler, Records records) {
    return records.receipts().stream()
        .filter(receipt -> receipt.month() + 1 < setting.months() && spoiler.isLate(receipt))
        .mapToLong(receipt -> receipt.lines().size())
        .sum();
  }
}
