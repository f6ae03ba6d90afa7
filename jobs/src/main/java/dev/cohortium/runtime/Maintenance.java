package dev.cohortium.runtime;

import dev.cohortium.table.Catalogue;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Table;
import io.delta.tables.DeltaTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Row;

/**
 * Keeps a warehouse small: many small files become few, files that no version within {@link
 * Warehouse#RETENTION} needs are deleted, and old rows of the ledger are dropped. No row of any
 * other table changes, so that nothing is computed again because of it.
 */
public final class Maintenance {
  private final RunContext context;

  /** Maintains the warehouse of {@code context}. */
  public Maintenance(RunContext context) {
    this.context = context;
  }

  /**
   * Maintains every table.
   *
   * @param ledgerAge rows of runs that began longer ago are dropped
   * @return a line for each table
   */
  public List<String> run(Duration ledgerAge) {
    try (Writing writing = new Writing(context)) {
      List<String> lines = new ArrayList<>();
      Instant since = context.clock().instant().minus(ledgerAge);
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
    context.progress().step("maintain: compacting " + table);
    int before = warehouse.files(table);
    DeltaTable delta = DeltaTable.forPath(context.session(), warehouse.path(table));
    delta.optimize().executeCompaction();
    context.progress().step("maintain: deleting old files of " + table);
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
