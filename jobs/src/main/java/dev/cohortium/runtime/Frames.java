package dev.cohortium.runtime;

import dev.cohortium.table.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/** Datasets by the table whose contract they meet. */
public final class Frames {
  private final SparkSession session;
  private final Run run;
  private final Map<Table, Dataset<Row>> frames = new LinkedHashMap<>();
  private final List<Dataset<Row>> kept = new ArrayList<>();

  public Frames(SparkSession session, Run run) {
    this.session = session;
    this.run = run;
  }

  /** Frames outside any run, as the outputs of a job are and the inputs of a test may be. */
  public Frames(SparkSession session) {
    this(session, Run.unwatched("none", Instant.EPOCH));
  }

  public Run run() {
    return run;
  }

  public SparkSession session() {
    return session;
  }

  public Frames with(Table table, Dataset<Row> rows) {
    frames.put(table, rows);
    return this;
  }

  public boolean has(Table table) {
    return frames.containsKey(table);
  }

  /**
   * The rows of {@code table}; none, in the contract's columns, where there is no such table yet.
   */
  public Dataset<Row> get(Table table) {
    Dataset<Row> rows = frames.get(table);
    return rows == null ? session.createDataFrame(List.of(), Contracts.schema(table)) : rows;
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
