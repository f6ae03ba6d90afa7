package dev.cohortium.runtime;

import dev.cohortium.config.Secrets;
import dev.cohortium.config.UserFault;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Layer;
import dev.cohortium.table.Table;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A warehouse while one run writes to it: locked, with its ledger open, and with whatever an
 * earlier run did not finish taken back.
 */
final class Writing implements AutoCloseable {
  private static final DateTimeFormatter RUN_ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  private final RunContext context;
  private final Warehouse warehouse;
  private final Run run;
  private final Ledger ledger;
  private final Secrets secrets;
  private final WriterLock lock;

  /**
   * Opens the warehouse of {@code context}.
   *
   * @throws UserFault if it cannot be written, belongs to another study, is being written, or is of
   *     one machine and the session of several
   */
  Writing(RunContext context) {
    this.context = context;
    this.warehouse = new Warehouse(context.session(), context.warehouse());
    Instant now = context.clock().instant();
    this.run = new Run(RUN_ID.format(now), now, context.progress(), context.options().reading());
    this.ledger = new Ledger(warehouse, context.study(), run, context.version());
    this.secrets = Secrets.of(context.study().sources().values());
    refuseLocalWarehouseOnCluster();
    warehouse.open();
    this.lock =
        WriterLock.take(
            warehouse.location(),
            context.session().sparkContext().hadoopConfiguration(),
            run,
            context.clock(),
            context.options().claim());
    try {
      ledger.open(lock.dead(), this::takeBack);
      warehouse.takeOver();
    } catch (Throwable e) {
      lock.close();
      throw e;
    }
  }

  /** The data files would lie on as many machines as there are executors. */
  private void refuseLocalWarehouseOnCluster() {
    String location = context.warehouse();
    String master = context.session().sparkContext().master();
    if (!master.startsWith("local") && Warehouse.isOfOneMachine(location)) {
      throw new UserFault(
          "The warehouse "
              + location
              + " is of one machine, and "
              + master
              + " runs on several. Name one that all of them reach with --warehouse, such as"
              + " hdfs:///cohortium/"
              + context.study().name()
              + " or an absolute path that all of them mount.");
    }
  }

  Warehouse warehouse() {
    return warehouse;
  }

  Run run() {
    return run;
  }

  Ledger ledger() {
    return ledger;
  }

  Instant now() {
    return context.clock().instant();
  }

  /**
   * To be called before anything is written of a job: from here on it can be taken back.
   *
   * @throws UserFault if the lock is no longer this run's
   */
  void begin() {
    lock.check();
    ledger.save();
  }

  /** Fails if the lock is no longer this run's. */
  void check() {
    lock.check();
  }

  Versions versions(Iterable<Table> tables) {
    Map<String, Long> versions = new TreeMap<>();
    tables.forEach(table -> versions.put(table.name(), warehouse.version(table)));
    return new Versions(versions);
  }

  /**
   * Does the work of one job of the ledger. If it fails, its tables are taken back together, as far
   * as one process can see to it; what a killed one leaves is for the next run.
   *
   * @param work what it does; gives the ledger's message, or null
   */
  void recorded(
      String job,
      Optional<LocalDate> asOf,
      String settings,
      Versions inputs,
      Iterable<Table> owned,
      Supplier<String> work) {
    Versions before = versions(owned);
    lock.at(job);
    ledger.started(job, asOf, context.clock().instant(), settings, inputs, before);
    try {
      String message = work.get();
      ledger.done(context.clock().instant(), message, versions(owned));
    } catch (Throwable e) {
      fail(e, before);
      throw e;
    }
  }

  private void fail(Throwable failure, Versions before) {
    try {
      lock.check();
      Versions left = takeBack(before);
      ledger.failed(
          context.clock().instant(), secrets.redact(String.valueOf(failure.getMessage())), left);
    } catch (RuntimeException e) {
      // Left to the next run, which sees that the job has not ended.
      failure.addSuppressed(e);
    }
  }

  /** Takes back what was committed after {@code before}; tells where the tables then stand. */
  private Versions takeBack(Versions before) {
    before
        .byTable()
        .forEach(
            (name, version) -> {
              Table table = Catalogue.find(name).orElseThrow();
              if (warehouse.version(table) > Math.max(version, 0)) {
                run.progress().step("taking back what was not finished in " + table);
                warehouse.restore(table, version);
              }
            });
    return versions(
        before.byTable().keySet().stream().map(n -> Catalogue.find(n).orElseThrow()).toList());
  }

  /** Whether BI tools get {@code table}. */
  boolean isPublished(Table table) {
    return switch (table.publication()) {
      case ALWAYS -> true;
      case ON_REQUEST -> context.study().publish().contains(table.name());
      case NEVER -> false;
    };
  }

  /** Puts {@code table} out as it stands. */
  void publish(Table table) {
    Publication.publish(
        table, warehouse.read(table), warehouse.version(table), warehouse.location());
  }

  /** Whether the rows of {@code table} are out as they stand. */
  boolean isOut(Table table) {
    OptionalLong out = Publication.version(table, context.session(), warehouse.location());
    return out.isPresent()
        && out.getAsLong() <= warehouse.version(table)
        && warehouse.partitionsChanged(table, out.getAsLong()).filter(Set::isEmpty).isPresent();
  }

  /** Writes what the ledger has noted, and publishes it. */
  void saveLedger() {
    lock.check();
    ledger.save();
    for (Table table : Catalogue.in(Layer.SYSTEM)) {
      if (isPublished(table) && warehouse.has(table) && !isOut(table)) {
        publish(table);
      }
    }
  }

  /** Saves the ledger after a failure, which is what must be told: on a full disk it cannot be. */
  void saveLedgerAfter(Throwable failure) {
    try {
      saveLedger();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    lock.close();
  }
}
