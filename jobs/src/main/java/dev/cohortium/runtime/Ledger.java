package dev.cohortium.runtime;

import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Runs;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * The history of runs: one row per job of a run, one per count.
 *
 * <p>The history is small and has one writer, so that it is held here and each change replaces the
 * table in one plain commit; changing rows in place would cost Spark jobs at every step of a run.
 */
final class Ledger {
  private final SparkSession session;
  private final Warehouse warehouse;
  private final Study study;
  private final Run run;
  private final String version;
  private final List<Row> runs = new ArrayList<>();

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
    for (Row row : warehouse.read(Runs.TABLE).collectAsList()) {
      String owner = row.getAs(Runs.STUDY);
      if (!owner.equals(study.name())) {
        throw new UserFault(
            "The warehouse "
                + warehouse.location()
                + " belongs to study '"
                + owner
                + "', not to '"
                + study.name()
                + "'. A warehouse serves one study: name another with --warehouse.");
      }
      boolean isLeftOpen = row.getAs(Runs.STATUS).equals("started");
      runs.add(isLeftOpen ? interrupted(row) : row);
    }
  }

  private static Row interrupted(Row row) {
    Object[] values = new Object[row.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i == row.fieldIndex(Runs.STATUS) ? "interrupted" : row.get(i);
    }
    return RowFactory.create(values);
  }

  /** Writes that {@code job} has begun, with the end of the job before it. */
  void started(String job, Optional<LocalDate> asOf, Instant at) {
    runs.add(row(job, asOf, "started", at, null, null));
    save();
  }

  /**
   * Notes that the job begun last is done; written by what comes next, {@link #started} or {@link
   * #save}.
   */
  void done(Instant at) {
    end("done", at, null);
  }

  /** Notes that the job begun last has failed; written by {@link #save}. */
  void failed(Instant at, String message) {
    end("failed", at, message);
  }

  void save() {
    warehouse.replace(Runs.TABLE, session.createDataFrame(runs, Contracts.schema(Runs.TABLE)));
  }

  private void end(String status, Instant at, String message) {
    Row begun = runs.remove(runs.size() - 1);
    Date asOf = (Date) begun.get(3);
    Timestamp startedAt = (Timestamp) begun.get(5);
    runs.add(
        row(
            begun.getString(1),
            Optional.ofNullable(asOf).map(Date::toLocalDate),
            status,
            startedAt.toInstant(),
            at,
            message));
  }

  private Row row(
      String job,
      Optional<LocalDate> asOf,
      String status,
      Instant startedAt,
      Instant finishedAt,
      String message) {
    return RowFactory.create(
        run.id(),
        job,
        study.name(),
        asOf.map(Date::valueOf).orElse(null),
        status,
        Timestamp.from(startedAt),
        finishedAt == null ? null : Timestamp.from(finishedAt),
        version,
        message);
  }

  /** Adds counts of rows, as {@link RunCounts} has them. */
  void counted(List<Row> counts) {
    if (!counts.isEmpty()) {
      warehouse.append(
          RunCounts.TABLE, session.createDataFrame(counts, Contracts.schema(RunCounts.TABLE)));
    }
  }
}
