package dev.cohortium.runtime;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Runs;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** The history of runs: one row per job of a run, one per count. */
final class Ledger {
  private final SparkSession session;
  private final Warehouse warehouse;
  private final Study study;
  private final Run run;
  private final String version;

  Ledger(SparkSession session, Warehouse warehouse, Study study, Run run, String version) {
    this.session = session;
    this.warehouse = warehouse;
    this.study = study;
    this.run = run;
    this.version = version;
  }

  /**
   * Opens the ledger for this run: what an earlier run left as started was interrupted.
   *
   * @throws UserFault if the warehouse belongs to another study
   */
  void open() {
    if (!warehouse.has(Runs.TABLE)) {
      return;
    }
    Dataset<Row> runs = warehouse.read(Runs.TABLE);
    List<Row> others =
        runs.where(col(Runs.STUDY).notEqual(study.name()))
            .select(Runs.STUDY)
            .limit(1)
            .collectAsList();
    if (!others.isEmpty()) {
      throw new UserFault(
          "The warehouse "
              + warehouse.location()
              + " belongs to study '"
              + others.get(0).getString(0)
              + "', not to '"
              + study.name()
              + "'. A warehouse serves one study: name another with --warehouse.");
    }
    if (!runs.where(col(Runs.STATUS).equalTo("started")).isEmpty()) {
      warehouse.replaceWhere(
          Runs.TABLE,
          Runs.STATUS + " in ('started', 'interrupted')",
          runs.where(col(Runs.STATUS).isin("started", "interrupted"))
              .withColumn(Runs.STATUS, lit("interrupted")));
    }
  }

  void started(String job, Optional<LocalDate> asOf, Instant at) {
    warehouse.append(Runs.TABLE, row(job, asOf, "started", at, null, null));
  }

  void ended(
      String job,
      Optional<LocalDate> asOf,
      String status,
      Instant startedAt,
      Instant at,
      String message) {
    warehouse.replaceWhere(
        Runs.TABLE,
        Runs.RUN_ID + " = '" + run.id() + "' and " + Runs.JOB + " = '" + job + "'",
        row(job, asOf, status, startedAt, at, message));
  }

  private Dataset<Row> row(
      String job,
      Optional<LocalDate> asOf,
      String status,
      Instant startedAt,
      Instant finishedAt,
      String message) {
    List<Row> rows = new ArrayList<>();
    rows.add(
        RowFactory.create(
            run.id(),
            job,
            study.name(),
            asOf.map(java.sql.Date::valueOf).orElse(null),
            status,
            Timestamp.from(startedAt),
            finishedAt == null ? null : Timestamp.from(finishedAt),
            version,
            message));
    return session.createDataFrame(rows, Contracts.schema(Runs.TABLE));
  }

  /** Adds one count of rows for each table that {@code job} wrote. */
  void counted(List<Row> counts) {
    if (!counts.isEmpty()) {
      warehouse.append(
          RunCounts.TABLE, session.createDataFrame(counts, Contracts.schema(RunCounts.TABLE)));
    }
  }
}
