package dev.cohortium.runtime;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cohortium.table.Deliveries;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/** Datasets by the table whose contract they meet. */
public final class Frames {
  private static final String MONTH = "month";

  private final SparkSession session;
  private final Run run;
  private final Map<Table, Dataset<Row>> frames = new LinkedHashMap<>();
  private final Map<Table, Set<LocalDate>> months = new LinkedHashMap<>();
  private final Map<Table, Dataset<Row>> standing = new LinkedHashMap<>();
  private Optional<Map<Table, Since>> since = Optional.empty();
  private final List<Dataset<Row>> kept = new ArrayList<>();

  public Frames(SparkSession session, Run run) {
    this.session = session;
    this.run = run;
  }

  /** Frames outside any run, as the outputs of a job are and the inputs of a test may be. */
  public Frames(SparkSession session) {
    this(session, Run.unwatched("none", Instant.EPOCH));
  }

  /**
   * What became of an input since the job's tables were made of it.
   *
   * @param months the months that changed, where the table is partitioned by month; empty: not
   *     known without looking at {@code before}
   * @param before the input as it was
   */
  public record Since(Optional<Set<LocalDate>> months, Dataset<Row> before) {}

  public Run run() {
    return run;
  }

  public SparkSession session() {
    return session;
  }

  /** {@code rows} as the whole of {@code table}. */
  public Frames with(Table table, Dataset<Row> rows) {
    frames.put(table, rows);
    return this;
  }

  /** {@code rows} as the rows of {@code replaced} months of {@code table}; its others stay. */
  public Frames with(Table table, Dataset<Row> rows, Set<LocalDate> replaced) {
    months.put(table, replaced);
    return with(table, rows);
  }

  /** The months that an output replaces; empty: all. */
  public Optional<Set<LocalDate>> monthsOf(Table table) {
    return Optional.ofNullable(months.get(table));
  }

  public boolean has(Table table) {
    return frames.containsKey(table);
  }

  /**
   * The rows of {@code table}; none, in the contract's columns, where there is no such table yet.
   */
  public Dataset<Row> get(Table table) {
    Dataset<Row> rows = frames.get(table);
    return rows == null ? none(table) : rows;
  }

  /** Lets the job see its own {@code table} as it stands. */
  public Frames standing(Table table, Dataset<Row> rows) {
    standing.put(table, rows);
    return this;
  }

  /** The job's own table as it stands before the job; none where there is no such table yet. */
  public Dataset<Row> standing(Table table) {
    Dataset<Row> rows = standing.get(table);
    return rows == null ? none(table) : rows;
  }

  public boolean stands(Table table) {
    return standing.containsKey(table);
  }

  private Dataset<Row> none(Table table) {
    return session.createDataFrame(List.of(), Contracts.schema(table));
  }

  /**
   * Lets the job see what became of its inputs since it last ran; inputs not named are not there.
   */
  public Frames since(Map<Table, Since> changes) {
    since = Optional.of(changes);
    return this;
  }

  /**
   * The months of the input {@code table} in which what is made of it changed since the job's own
   * tables were made.
   *
   * @param made what the job makes of the rows of {@code table}
   * @param month of a row of that (DATE)
   * @return empty: not known, so that all must be made again
   */
  public Optional<Set<LocalDate>> changedMonths(
      Table table, UnaryOperator<Dataset<Row>> made, Column month) {
    return since.map(
        changes -> {
          Since change = changes.get(table);
          return change == null
              ? Set.<LocalDate>of()
              : change
                  .months()
                  .orElseGet(
                      () -> differing(made.apply(get(table)), made.apply(change.before()), month));
        });
  }

  /** The months in which two versions of a table differ, by a sum of their rows' hashes. */
  private static Set<LocalDate> differing(Dataset<Row> now, Dataset<Row> before, Column month) {
    Dataset<Row> sumsNow = sums(now, month);
    Dataset<Row> sumsBefore = sums(before, month);
    Set<LocalDate> months = new TreeSet<>();
    sumsNow
        .except(sumsBefore)
        .unionByName(sumsBefore.except(sumsNow))
        .select(MONTH)
        .distinct()
        .collectAsList()
        .forEach(row -> months.add(row.getDate(0).toLocalDate()));
    return months;
  }

  private static Dataset<Row> sums(Dataset<Row> rows, Column month) {
    Column[] content =
        List.of(rows.columns()).stream()
            .filter(c -> !c.equals(Transactions.DELIVERED_AT) && !c.equals(Deliveries.DELIVERY))
            // The null flags keep (null, a) and (a, null) apart.
            .flatMap(c -> List.of(col(c), col(c).isNull()).stream())
            .toArray(Column[]::new);
    return rows.groupBy(month.as(MONTH)).agg(count(lit(1)), sum(xxhash64(content)));
  }

  public Set<Table> tables() {
    return frames.keySet();
  }

  /**
   * Computes {@code rows} once although several outputs use them: they are held on disk, not in
   * memory, until the job has ended. The only way to cache.
   */
  public Dataset<Row> keep(Dataset<Row> rows) {
    Dataset<Row> held = rows.persist(StorageLevel.DISK_ONLY());
    kept.add(held);
    return held;
  }

  void release() {
    kept.forEach(Dataset::unpersist);
    kept.clear();
  }
}
