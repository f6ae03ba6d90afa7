package dev.cohortium.ingest;

import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_entries;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cohortium.config.Source;
import dev.cohortium.ingest.Judged.Outcome;
import dev.cohortium.table.ColumnType;
import dev.cohortium.table.Deliveries;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Decides between what a run delivers and the rows that stand. A receipt, or a key of another
 * table, has a version: when it was delivered, where the source does not say the file's path, and
 * at last its content. The greatest version stands, whichever came first.
 */
final class Contest {
  private static final String STANDING = "standing_version";
  private static final String DELIVERED = "delivered_version";
  private static final String WINS = "delivered_wins";
  private static final String CONTENT = "content";
  private static final String LINES = "standing_rows";

  /** A million ids are some ten megabytes. */
  private static final long MOST_SENT = 1_000_000;

  private final Table table;
  private final Source source;

  Contest(Table table, Source source) {
    this.table = table;
    this.source = source;
  }

  /** What is replaced whole: the receipt, or the key. */
  static List<String> unit(Table table) {
    return table.equals(Transactions.TABLE) ? List.of(Transactions.TRANSACTION_ID) : table.key();
  }

  /**
   * The units that both have. Whether there are any is found out by their ids alone, as mostly
   * there are none, and the table that stands is large.
   *
   * @param judged of a run, every outcome decided
   * @param standing rows of the table
   * @param files delivery and file of what stands
   * @param keep lets what is used several times be computed once
   * @return one row per unit: its columns, whether the delivered rows win, the month (of receipts)
   *     and the number of the rows that stand; empty: there is none
   */
  Optional<Dataset<Row>> contested(
      Dataset<Row> judged,
      Dataset<Row> standing,
      Dataset<Row> files,
      UnaryOperator<Dataset<Row>> keep) {
    String[] unit = unit(table).toArray(String[]::new);
    Dataset<Row> clean = judged.where(col(Judged.OUTCOME).equalTo(Outcome.CLEAN.measure()));
    Dataset<Row> delivered = small(keep.apply(clean.select(unitColumns()).distinct()));
    Dataset<Row> common =
        keep.apply(standing.select(unitColumns()).join(delivered, unit, "left_semi").distinct());
    if (common.isEmpty()) {
      return Optional.empty();
    }
    Dataset<Row> few = small(common);
    boolean hasMonths = table.equals(Transactions.TABLE);
    Column month = hasMonths ? min(col(Transactions.MONTH)) : lit(null).cast(ColumnType.DATE.sql());
    Dataset<Row> stands =
        standing
            .join(few, unit, "left_semi")
            .join(broadcast(files), new String[] {Deliveries.DELIVERY}, "left")
            .withColumnRenamed(Deliveries.FILE, Raw.FILE)
            .groupBy(unitColumns())
            .agg(version().as(STANDING), month.as(Transactions.MONTH), count(lit(1)).as(LINES));
    Dataset<Row> comes =
        clean.join(few, unit, "left_semi").groupBy(unitColumns()).agg(version().as(DELIVERED));
    return Optional.of(
        keep.apply(
            stands.join(comes, unit, "inner").withColumn(WINS, wins()).drop(DELIVERED, STANDING)));
  }

  /** Kept rows, sent to where the other side of a join is if they are few enough. */
  private static Dataset<Row> small(Dataset<Row> kept) {
    return kept.count() <= MOST_SENT ? broadcast(kept) : kept;
  }

  private Column[] unitColumns() {
    return unit(table).stream().map(name -> col(name)).toArray(Column[]::new);
  }

  private Column version() {
    return struct(
        max(col(Transactions.DELIVERED_AT)).as("delivered_at"),
        max(path(source)).as("path"),
        sum(content(table)).as(CONTENT));
  }

  /** A database that says again what it said is later, but brings nothing. */
  private Column wins() {
    Column isLater = col(DELIVERED).gt(col(STANDING));
    Column isOther = col(DELIVERED + "." + CONTENT).notEqual(col(STANDING + "." + CONTENT));
    return SourceReader.isOfFiles(source) ? isLater : isLater.and(isOther);
  }

  /**
   * What tells apart deliveries of the same time: the path, unless the source itself dates them.
   */
  static Column path(Source source) {
    return source.columns().containsKey(Transactions.DELIVERED_AT)
        ? lit("")
        : coalesce(col(Raw.FILE), lit(""));
  }

  /** A hash of what a row says, without where it came from. */
  static Column content(Table table) {
    List<Column> content = new ArrayList<>();
    for (dev.cohortium.table.Column column : table.columns()) {
      if (List.of(
              Transactions.DELIVERED_AT,
              Transactions.DELIVERY,
              Transactions.LINE_NO,
              Transactions.MONTH)
          .contains(column.name())) {
        continue;
      }
      Column value = col(column.name());
      content.add(
          column.type() == ColumnType.TEXT_MAP ? to_json(array_sort(map_entries(value))) : value);
      // The null flags keep (null, a) and (a, null) apart.
      content.add(value.isNull());
    }
    return xxhash64(content.toArray(Column[]::new));
  }

  /** {@code judged} with what loses against rows that stand as superseded. */
  Dataset<Row> decided(Dataset<Row> judged, Dataset<Row> contested) {
    String loses = Raw.technical("loses");
    Column[] columns =
        List.of(judged.columns()).stream()
            .map(
                name ->
                    name.equals(Judged.OUTCOME)
                        ? when(
                                col(loses).and(col(name).equalTo(Outcome.CLEAN.measure())),
                                lit(Outcome.SUPERSEDED.measure()))
                            .otherwise(col(name))
                            .as(name)
                        : col(name))
            .toArray(Column[]::new);
    return judged
        .join(
            contested.where(col(WINS).equalTo(false)).select(unitAnd(lit(true).as(loses))),
            unit(table).toArray(String[]::new),
            "left")
        .select(columns);
  }

  private Column[] unitAnd(Column more) {
    List<Column> columns = new ArrayList<>(List.of(unitColumns()));
    columns.add(more);
    return columns.toArray(Column[]::new);
  }

  /** The rows of {@code standing} that no delivered row replaces. */
  Dataset<Row> staying(Dataset<Row> standing, Dataset<Row> contested) {
    return standing.join(
        contested.where(col(WINS)).select(unitColumns()),
        unit(table).toArray(String[]::new),
        "left_anti");
  }

  /** Rows that stand and go, by month: month, rows. */
  static Dataset<Row> going(Dataset<Row> contested) {
    return contested.where(col(WINS)).groupBy(Transactions.MONTH).agg(sum(col(LINES)).as(LINES));
  }

  /** Rows of the deliveries {@code numbers}, by month: month, rows. */
  Dataset<Row> of(Set<Long> numbers, Dataset<Row> standing) {
    Column month =
        table.equals(Transactions.TABLE)
            ? col(Transactions.MONTH)
            : lit(null).cast(ColumnType.DATE.sql()).as(Transactions.MONTH);
    return standing
        .where(col(Deliveries.DELIVERY).isin(numbers.toArray()))
        .groupBy(month)
        .agg(count(lit(1)).as(LINES));
  }
}
