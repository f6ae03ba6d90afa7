package dev.cohortium.world;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * All customers of all replicates. The sources and the truth each simulate them anew: that is
 * cheaper than to keep them, and nothing depends on how they are divided.
 */
final class Population {
  /** The file of a row: the source, for receipts with the month, as in transactions.2024-03. */
  static final String FILE = "file";

  /** The file that counts the rows of all others. */
  static final String DIRT = "dirt";

  /** Rows of a source that are as they should be. */
  static final String RIGHT = "right";

  private static final StructType LINES =
      new StructType().add(FILE, "string").add("lines", "string");

  private final Setting setting;
  private final long lives;
  private final int partitions;
  private final Dataset<Long> numbers;
  private final Dataset<Long> tasks;

  Population(SparkSession session, Setting setting, int partitions) {
    this.setting = setting;
    this.lives = (long) setting.world().customers() * setting.world().replicates();
    this.partitions = partitions;
    this.tasks = session.range(0, partitions, 1, partitions).as(Encoders.LONG());
    this.numbers = session.range(0, lives, 1, partitions).as(Encoders.LONG());
  }

  /** What is derived of one life. */
  private interface Derivation extends Serializable {
    Iterator<Row> of(Setting setting, Life life);
  }

  /** Everything that is delivered as text, the spoilt rows included, and {@link #DIRT}. */
  Dataset<Row> sources() {
    Setting shared = setting;
    long all = lives;
    long of = partitions;
    return tasks.flatMap(
        (FlatMapFunction<Long, Row>)
            task -> new Sources(shared, all * task / of, all * (task + 1) / of),
        Encoders.row(LINES));
  }

  /** Every receipt line as delivered, the spoilt ones included; all columns are text. */
  Dataset<Row> receipts() {
    StructType schema = new StructType().add(FILE, "string");
    for (String column : Feed.TRANSACTIONS.columns()) {
      schema = schema.add(column, "string");
    }
    return derived(Population::receipts, schema);
  }

  /** {@link Truth} about everybody. */
  Dataset<Row> truth() {
    return derived((setting, life) -> Truth.of(setting, life).iterator(), Truth.SCHEMA);
  }

  private Dataset<Row> derived(Derivation derivation, StructType schema) {
    Setting shared = setting;
    return numbers.flatMap(
        (FlatMapFunction<Long, Row>) number -> derivation.of(shared, life(shared, number)),
        Encoders.row(schema));
  }

  /** The life of that number, of all replicates. */
  static Life life(Setting setting, long number) {
    int customers = setting.world().customers();
    return new Life(setting, Person.of(setting, (int) (number / customers), number % customers));
  }

  private static Iterator<Row> receipts(Setting setting, Life life) {
    List<Row> rows = new ArrayList<>();
    Delivery.ofReceipts(
        setting,
        life,
        (feed, file, line, fault) -> {
          Object[] row = new Object[line.length + 1];
          row[0] = file;
          System.arraycopy(line, 0, row, 1, line.length);
          rows.add(RowFactory.create(row));
        });
    return rows.iterator();
  }
}
