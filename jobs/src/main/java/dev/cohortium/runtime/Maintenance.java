package dev.cohortium.runtime;

import dev.cohortium.config.Study;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Table;
import io.delta.tables.DeltaTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Keeps a warehouse small: many small files become few, files that no version within {@link
 * Warehouse#RETENTION} needs are deleted, and old rows of the ledger are dropped. No row of any
 * other table changes, so that nothing is computed again because of it.
 */
public final class Maintenance {
  private final SparkSession session;
  private final Study study;
  private final String location;
  private final Clock clock;
  private final Progress progress;
  private final JobRunner.Options options;
  private final String version;

  /** Maintains the warehouse at {@code location}; see {@link JobRunner#JobRunner}. */
  public Maintenance(
      SparkSession session,
      Study study,
      String location,
      Clock clock,
      Progress progress,
      JobRunner.Options options,
      String version) {
    this.session = session;
    this.study = study;
    this.location = location;
    this.clock = clock;
    this.progress = progress;
    this.options = options;
    this.version = version;
  }

  /**
   * Maintains every table.
   *
   * @param ledgerAge rows of runs that began longer ago are dropped
   * @return a line for each table
   */
  public List<String> run(Duration ledgerAge) {
    try (Writing writing =
        new Writing(session, study, location, clock, progress, options, version)) {
      List<String> lines = new ArrayList<>();
      Instant since = clock.instant().minus(ledgerAge);
      writing.recorded(
          "maintain",
          Optional.empty(),
          null,
          Versions.parse(""),
          // Nothing to take back: another layout of the same rows is as good as the old one.
          List.of(),
          () -> {
            writing.begin();
            for (Table table : Catalogue.ALL) {
              if (writing.warehouse().has(table)) {
                lines.add(maintained(writing.warehouse(), table));
              }
            }
            lines.add(forgetRunsBefore(writing, since));
            return null;
          });
      writing.saveLedger();
      return lines;
    }
  }

  private String maintained(Warehouse warehouse, Table table) {
    progress.step("maintain: compacting " + table);
    int before = warehouse.files(table);
    DeltaTable delta = DeltaTable.forPath(session, warehouse.path(table));
    delta.optimize().executeCompaction();
    progress.step("maintain: deleting old files of " + table);
    delta.vacuum((double) Warehouse.RETENTION.toHours());
    return String.format(
        Locale.ROOT, "%s: %,d files, before %,d", table, warehouse.files(table), before);
  }

  private static String forgetRunsBefore(Writing writing, Instant since) {
    Set<String> dropped = writing.ledger().dropBefore(since);
    Warehouse warehouse = writing.warehouse();
    if (!dropped.isEmpty() && warehouse.has(RunCounts.TABLE)) {
      List<Row> kept =
          warehouse.read(RunCounts.TABLE).collectAsList().stream()
              .filter(row -> !dropped.contains(row.<String>getAs(RunCounts.RUN_ID)))
              .toList();
      warehouse.replace(RunCounts.TABLE, kept);
    }
    return String.format(
        Locale.ROOT, "ledger: %,d runs that began before %s dropped", dropped.size(), since);
  }
}
