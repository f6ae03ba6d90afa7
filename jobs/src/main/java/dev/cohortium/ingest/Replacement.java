package dev.cohortium.ingest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.trunc;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cohortium.config.Source;
import dev.cohortium.ingest.Judged.Outcome;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Decides between rows of the same receipt or key: exact repeats, what a later delivery replaces,
 * and the numbers of a receipt's lines. One shuffle, by receipt or key; the order in which rows
 * were read never matters.
 */
final class Replacement {
  private static final String IS_GOOD = Raw.technical("is_good");
  private static final String SPREAD = Raw.technical("spread");
  private static final String PLACE = Raw.technical("place");
  private static final String IS_REPEAT = Raw.technical("is_repeat");
  private static final String IS_OLD = Raw.technical("is_old");
  private static final String OCCURRENCE = Raw.technical("occurrence");
  private static final String VERSION = Raw.technical("version");

  private Replacement() {}

  /**
   * Receipt lines: the receipt is the unit. Inside one delivery its lines are those of the latest
   * time where the source says when it delivered, else all; of several deliveries ({@link
   * Judged#BATCH}) the latest stands. line_no and month are filled. In and out: as {@link
   * Mapping#judge} gives, with every outcome decided.
   */
  static Dataset<Row> ofReceipts(Dataset<Row> judged, Source source, ZoneId studyZone) {
    boolean hasBatches = List.of(judged.columns()).contains(Judged.BATCH);
    Column[] receipt = unit(List.of(Transactions.TRANSACTION_ID));
    Dataset<Row> spread = spread(judged, List.of(Transactions.TRANSACTION_ID));
    if (!hasBatches) {
      return decided(inDelivery(spread, receipt, source, studyZone), judged);
    }
    // Said once for both windows, or each would exchange the rows for itself.
    Column[] inBatch = append(receipt, col(Judged.BATCH));
    Dataset<Row> compared = inDelivery(spread.repartition(receipt), inBatch, source, studyZone);
    Column isKept = isKept();
    WindowSpec batch = Window.partitionBy(inBatch);
    Column version =
        struct(
            max(when(isKept, col(Transactions.DELIVERED_AT))).over(batch),
            max(when(isKept, Contest.path(source))).over(batch),
            sum(when(isKept, Contest.content(Transactions.TABLE))).over(batch),
            // Of equal ones one stands, whichever.
            col(Judged.BATCH));
    Column latest = max(col(VERSION)).over(Window.partitionBy(receipt));
    return decided(
        compared
            .withColumn(VERSION, version)
            .withColumn(IS_OLD, col(IS_OLD).or(isKept.and(col(VERSION).lt(latest)))),
        judged);
  }

  /** What becomes of the lines of {@code receipt} inside one delivery. */
  private static Dataset<Row> inDelivery(
      Dataset<Row> spread, Column[] receipt, Source source, ZoneId studyZone) {
    boolean saysDelivery = source.columns().containsKey(Transactions.DELIVERED_AT);
    Column delivered = saysDelivery ? col(Transactions.DELIVERED_AT) : lit(0);
    WindowSpec ordered =
        Window.partitionBy(receipt)
            .orderBy(
                delivered.desc(),
                col(Transactions.OCCURRED_AT),
                col(Transactions.PRODUCT_ID),
                col(Transactions.NET_AMOUNT),
                col(Judged.CONTENT),
                col(OCCURRENCE),
                col(Transactions.DELIVERED_AT).desc(),
                col(Raw.FILE));
    Dataset<Row> compared =
        spread
            .withColumn(OCCURRENCE, occurrence(source, receipt))
            .withColumn(
                IS_OLD, saysDelivery ? delivered.lt(first(delivered).over(ordered)) : lit(false))
            .withColumn(IS_REPEAT, isRepeat(ordered));
    if (source.columns().containsKey(Transactions.LINE_NO)) {
      // Two lines under one number: the later delivered stays, then the first by content.
      WindowSpec line =
          Window.partitionBy(append(receipt, col(Transactions.LINE_NO), isKept()))
              .orderBy(col(Transactions.DELIVERED_AT).desc(), col(Judged.CONTENT), col(Raw.FILE));
      compared =
          compared.withColumn(IS_OLD, col(IS_OLD).or(isKept().and(row_number().over(line).gt(1))));
    } else {
      WindowSpec soFar = ordered.rowsBetween(Window.unboundedPreceding(), Window.currentRow());
      compared =
          compared.withColumn(
              Transactions.LINE_NO, sum(when(isKept(), 1).otherwise(0)).over(soFar).cast("int"));
    }
    Column receiptTime =
        min(when(isKept(), col(Transactions.OCCURRED_AT))).over(Window.partitionBy(receipt));
    Column month = trunc(from_utc_timestamp(receiptTime, studyZone.getId()).cast("date"), "month");
    return compared.withColumn(Transactions.MONTH, month);
  }

  private static Column isKept() {
    return col(IS_GOOD).and(not(col(IS_OLD))).and(not(col(IS_REPEAT)));
  }

  /**
   * Which of the equal rows of one file a row is, where a source keeps them: of an overlap between
   * files each is one row, however many of its files repeat it.
   */
  private static Column occurrence(Source source, Column[] receipt) {
    boolean areKept = source.duplicates() == Source.Duplicates.KEEP;
    return areKept
        ? row_number()
            .over(
                Window.partitionBy(append(receipt, col(Judged.CONTENT), col(Raw.FILE)))
                    .orderBy(col(Raw.MODIFIED_AT)))
        : lit(1);
  }

  /** Other tables: the key is the unit, its latest row stays, ties by path and content. */
  static Dataset<Row> ofKeys(Dataset<Row> judged, Source source, Table table) {
    WindowSpec latestFirst =
        Window.partitionBy(unit(table.key()))
            .orderBy(
                col(Transactions.DELIVERED_AT).desc(),
                Contest.path(source).desc(),
                Contest.content(table).desc(),
                col(Judged.CONTENT),
                col(Raw.FILE));
    Column isEqualToLater =
        coalesce(lag(Judged.CONTENT, 1).over(latestFirst).equalTo(col(Judged.CONTENT)), lit(false));
    boolean areDropped = source.duplicates() == Source.Duplicates.DROP;
    return decided(
        spread(judged, table.key())
            .withColumn(IS_REPEAT, areDropped ? isEqualToLater : lit(false))
            .withColumn(IS_OLD, row_number().over(latestFirst).gt(1)),
        judged);
  }

  /** What the rows of one receipt or key have in common; see {@link #spread}. */
  private static Column[] unit(List<String> key) {
    List<Column> columns = new ArrayList<>(List.of(col(PLACE)));
    key.forEach(name -> columns.add(col(name)));
    columns.addAll(List.of(col(IS_GOOD), col(SPREAD)));
    return columns.toArray(Column[]::new);
  }

  /**
   * Rejected rows take no part and may all lack the key: their content spreads them. A hash of the
   * unit comes first, as ids begin alike and would be compared to their ends by every sort.
   */
  private static Dataset<Row> spread(Dataset<Row> judged, List<String> key) {
    Column isGood = col(Judged.OUTCOME).isNull();
    return judged
        .withColumn(IS_GOOD, isGood)
        .withColumn(SPREAD, when(not(isGood), col(Judged.CONTENT)))
        .withColumn(PLACE, xxhash64(key.stream().map(name -> col(name)).toArray(Column[]::new)));
  }

  private static Column isRepeat(WindowSpec ordered) {
    Column isEqual =
        lag(Judged.CONTENT, 1)
            .over(ordered)
            .equalTo(col(Judged.CONTENT))
            .and(lag(OCCURRENCE, 1).over(ordered).equalTo(col(OCCURRENCE)));
    return coalesce(isEqual, lit(false));
  }

  private static Dataset<Row> decided(Dataset<Row> compared, Dataset<Row> judged) {
    Column outcome =
        coalesce(
            col(Judged.OUTCOME),
            when(col(IS_REPEAT), lit(Outcome.DUPLICATE.measure()))
                .when(col(IS_OLD), lit(Outcome.SUPERSEDED.measure()))
                .otherwise(lit(Outcome.CLEAN.measure())));
    Column[] columns =
        java.util.stream.Stream.of(judged.columns()).map(name -> col(name)).toArray(Column[]::new);
    return compared.withColumn(Judged.OUTCOME, outcome).select(columns);
  }

  private static Column[] append(Column[] columns, Column... more) {
    List<Column> all = new ArrayList<>(List.of(columns));
    all.addAll(List.of(more));
    return all.toArray(Column[]::new);
  }
}
