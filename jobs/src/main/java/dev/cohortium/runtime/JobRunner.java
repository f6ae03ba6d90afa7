package dev.cohortium.runtime;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.cohortium.config.Secrets;
import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.CohortAverage;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Deliveries;
import dev.cohortium.table.Layer;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * Runs jobs in order: reads what each declares, checks what it computed against the contracts,
 * replaces the tables it declares, publishes them and keeps the ledger. When a job fails, what the
 * jobs before it wrote stands, and nothing of its own.
 */
public final class JobRunner {
  private static final DateTimeFormatter RUN_ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  private final SparkSession session;
  private final Study study;
  private final String asked;
  private final Warehouse warehouse;
  private final Clock clock;
  private final Run run;
  private final Ledger ledger;
  private final Secrets secrets;

  /**
   * A run of {@code study}.
   *
   * @param warehouse a folder of this machine, or a URI
   * @param clock dates the run and its ledger; no result depends on it
   * @param version of the program, for the ledger
   */
  public JobRunner(
      SparkSession session,
      Study study,
      String warehouse,
      Clock clock,
      Progress progress,
      String version) {
    Instant now = clock.instant();
    this.session = session;
    this.study = study;
    this.asked = warehouse;
    this.warehouse = new Warehouse(session, warehouse);
    this.clock = clock;
    this.run = new Run(RUN_ID.format(now), now, progress);
    this.ledger = new Ledger(session, this.warehouse, study, run, version);
    this.secrets = Secrets.of(study.sources().values());
  }

  /**
   * Runs {@code jobs} in the given order.
   *
   * @throws UserFault if the study or the data are at fault; anything else thrown is a bug or a
   *     broken machine
   */
  public RunSummary run(List<Job> jobs) {
    refuseLocalWarehouseOnCluster();
    Expressions.checkSegments(
        study, session.createDataFrame(List.of(), Contracts.schema(Customers.TABLE)));
    warehouse.open();
    ledger.open();
    Map<String, RunSummary.Delivered> sources = new LinkedHashMap<>();
    Study upTo = study;
    try {
      for (Job job : jobs) {
        if (job.reads().stream().anyMatch(t -> t.layer() == Layer.PANEL)) {
          upTo = withAsOf(upTo, job);
        }
        refuseWithoutInput(job);
        sources.putAll(run(job, upTo));
      }
    } catch (Throwable e) {
      try {
        closeLedger();
      } catch (RuntimeException ledgerFailure) {
        // The failure itself is what must be told; on a full disk the ledger cannot take it.
        e.addSuppressed(ledgerFailure);
      }
      throw e;
    }
    closeLedger();
    run.progress().step("summing up");
    return summary(jobs, upTo, sources);
  }

  private Map<String, RunSummary.Delivered> run(Job job, Study upTo) {
    Optional<LocalDate> asOf =
        job.reads().stream().anyMatch(t -> t.layer() == Layer.PANEL)
            ? upTo.asOf().map(YearMonth::atEndOfMonth)
            : Optional.empty();
    Instant startedAt = clock.instant();
    run.progress().step(job.name());
    ledger.started(job.name(), asOf, startedAt);
    Frames in = new Frames(session, run);
    try {
      addInputs(in, job, upTo);
      Frames out = job.run(in, upTo);
      List<Row> counts = write(job, out);
      ledger.done(clock.instant());
      return delivered(counts);
    } catch (Throwable e) {
      ledger.failed(clock.instant(), secrets.redact(String.valueOf(e.getMessage())));
      throw e;
    } finally {
      in.release();
    }
  }

  /** The data files would lie on as many machines as there are executors. */
  private void refuseLocalWarehouseOnCluster() {
    String master = session.sparkContext().master();
    if (!master.startsWith("local") && Warehouse.isOfOneMachine(asked)) {
      throw new UserFault(
          "The warehouse "
              + asked
              + " is of one machine, and "
              + master
              + " runs on several. Name one that all of them reach with --warehouse, such as"
              + " hdfs:///cohortium/"
              + study.name()
              + " or an absolute path that all of them mount.");
    }
  }

  private void refuseWithoutInput(Job job) {
    if (job.reads().contains(Transactions.TABLE) && !warehouse.has(Transactions.TABLE)) {
      throw new UserFault(
          "Job "
              + job.name()
              + " reads the clean tables, which "
              + warehouse.location()
              + " does not have yet. Run ingest first, or run; or name the right --warehouse.");
    }
  }

  private void addInputs(Frames in, Job job, Study upTo) {
    for (Table table : job.reads()) {
      boolean isDelivered =
          table.layer() != Layer.CLEAN || upTo.sources().containsKey(table.name());
      if (isDelivered && warehouse.has(table)) {
        in.with(table, warehouse.read(table));
      }
    }
  }

  /** Writes and publishes the outputs; returns the rows of run_counts that were added. */
  private List<Row> write(Job job, Frames out) {
    for (Table table : out.tables()) {
      if (!job.writes().contains(table)) {
        throw new IllegalStateException(
            "job " + job.name() + " computed " + table + ", which it does not declare");
      }
    }
    List<Row> counts = new ArrayList<>();
    if (out.has(RunCounts.TABLE)) {
      counts.addAll(out.get(RunCounts.TABLE).collectAsList());
    }
    Map<Table, Long> before = new LinkedHashMap<>();
    try {
      for (Table table : out.tables()) {
        if (table.layer() == Layer.SYSTEM) {
          continue;
        }
        run.progress().step(job.name() + ": writing " + table);
        before.put(table, warehouse.version(table));
        warehouse.replace(table, out.get(table));
        addWritten(counts, job, table);
      }
    } catch (Throwable e) {
      takeBack(before, e);
      throw e;
    }
    ledger.counted(counts);
    // Files are history as runs are: added, never replaced.
    if (out.has(Deliveries.TABLE)) {
      warehouse.append(Deliveries.TABLE, out.get(Deliveries.TABLE));
    }
    for (Table table : out.tables()) {
      if (isPublished(table) && table.layer() != Layer.SYSTEM) {
        run.progress().step(job.name() + ": publishing " + table);
        Publication.publish(table, warehouse.read(table), warehouse.location());
      }
    }
    return counts;
  }

  /** Counts what was written; what a job said it would be must be what stands in the table. */
  private void addWritten(List<Row> counts, Job job, Table table) {
    long written = warehouse.rowsLastWritten(table);
    List<Row> said =
        counts.stream()
            .filter(
                c ->
                    table.equals(Quarantine.TABLE)
                        ? c.getString(3).equals("quarantined")
                        : c.getString(2).equals(table.name()) && c.getString(3).equals("clean"))
            .toList();
    if (said.isEmpty()) {
      counts.add(RowFactory.create(run.id(), job.name(), table.name(), "rows", written));
    } else if (said.stream().mapToLong(c -> c.getLong(4)).sum() != written) {
      throw new IllegalStateException(
          job.name()
              + " counted otherwise than was written to "
              + table
              + ": "
              + said
              + ", but "
              + written
              + " rows");
    }
  }

  /** A job's tables are replaced together or not at all, as far as one process can see to it. */
  private void takeBack(Map<Table, Long> versionsBefore, Throwable failure) {
    versionsBefore.forEach(
        (table, version) -> {
          try {
            if (warehouse.version(table) > Math.max(version, 0)) {
              warehouse.restore(table, version);
            }
          } catch (RuntimeException e) {
            failure.addSuppressed(e);
          }
        });
  }

  private boolean isPublished(Table table) {
    return switch (table.publication()) {
      case ALWAYS -> true;
      case ON_REQUEST -> study.publish().contains(table.name());
      case NEVER -> false;
    };
  }

  private void closeLedger() {
    ledger.save();
    for (Table table : Catalogue.in(Layer.SYSTEM)) {
      if (isPublished(table) && warehouse.has(table)) {
        Publication.publish(table, warehouse.read(table), warehouse.location());
      }
    }
  }

  private static Map<String, RunSummary.Delivered> delivered(List<Row> counts) {
    Map<String, Map<String, Long>> byTable = new LinkedHashMap<>();
    for (Row count : counts) {
      byTable
          .computeIfAbsent(count.getString(2), t -> new LinkedHashMap<>())
          .put(count.getString(3), count.getLong(4));
    }
    Map<String, RunSummary.Delivered> delivered = new LinkedHashMap<>();
    byTable.forEach(
        (table, measures) -> {
          if (measures.containsKey("read")) {
            delivered.put(
                table,
                new RunSummary.Delivered(
                    measures.get("read"),
                    measures.get("clean"),
                    measures.get("quarantined"),
                    measures.get("duplicate"),
                    measures.get("filtered"),
                    measures.get("superseded")));
          }
        });
    return delivered;
  }

  /**
   * The study with its as-of: what it says, else the last month with receipts whose successor has
   * receipts too (so that a stray date in the future never counts).
   */
  private Study withAsOf(Study asked, Job job) {
    if (!warehouse.has(ReceiptMonths.TABLE)) {
      throw new UserFault(
          "Job "
              + job.name()
              + " reads the panel, which "
              + warehouse.location()
              + " does not have yet. Run ingest and panel first, or run.");
    }
    TreeSet<YearMonth> months = new TreeSet<>();
    for (Row row :
        warehouse
            .read(ReceiptMonths.TABLE)
            .select(ReceiptMonths.MONTH)
            .distinct()
            .collectAsList()) {
      months.add(YearMonth.from(row.getDate(0).toLocalDate()));
    }
    if (months.isEmpty()) {
      throw new UserFault(
          "The panel of study '"
              + study.name()
              + "' has no receipts at all: nothing can be measured. See show quarantine.");
    }
    if (asked.asOf().isPresent()) {
      YearMonth asOf = asked.asOf().get();
      if (asOf.isBefore(months.first()) || asOf.isAfter(months.last())) {
        throw new UserFault(
            "Study '"
                + study.name()
                + "' asks for as-of "
                + asOf
                + ", but transactions lie in "
                + months.first()
                + ".."
                + months.last()
                + ". Name a month of these with --as-of, or ingest the later months first.");
      }
      return asked;
    }
    return months.descendingSet().stream()
        .filter(month -> months.contains(month.plusMonths(1)))
        .findFirst()
        .map(asked::withAsOf)
        .orElseThrow(
            () ->
                new UserFault(
                    "No month of study '"
                        + study.name()
                        + "' can be taken as complete: transactions lie in "
                        + months
                        + " and none of these months is followed by another. Name the last complete one with --as-of YYYY-MM."));
  }

  private RunSummary summary(
      List<Job> jobs, Study upTo, Map<String, RunSummary.Delivered> sources) {
    Optional<LocalDate> asOf = upTo.asOf().map(YearMonth::atEndOfMonth);
    List<String> names = jobs.stream().map(Job::name).toList();
    return new RunSummary(
        run.id(),
        study.name(),
        warehouse.location(),
        asOf,
        names,
        sources,
        warehouse.has(CustomerMonths.TABLE) ? customers(asOf) : 0,
        warehouse.has(ReceiptMonths.TABLE) ? months(asOf) : 0,
        names.contains("cohorts") ? retention() : List.of());
  }

  private long customers(Optional<LocalDate> asOf) {
    Dataset<Row> active =
        warehouse.read(CustomerMonths.TABLE).where(col(CustomerMonths.ORDERS).gt(0));
    return upTo(active, CustomerMonths.MONTH, asOf)
        .select(CustomerMonths.CUSTOMER_ID)
        .distinct()
        .count();
  }

  private long months(Optional<LocalDate> asOf) {
    return upTo(warehouse.read(ReceiptMonths.TABLE), ReceiptMonths.MONTH, asOf)
        .select(ReceiptMonths.MONTH)
        .distinct()
        .count();
  }

  private static Dataset<Row> upTo(Dataset<Row> rows, String month, Optional<LocalDate> asOf) {
    return asOf.map(day -> rows.where(col(month).leq(lit(java.sql.Date.valueOf(day)))))
        .orElse(rows);
  }

  private List<RunSummary.Retention> retention() {
    return warehouse
        .read(CohortAverage.TABLE)
        .where(
            col(CohortAverage.COHORT_BY)
                .equalTo("first_purchase")
                .and(col(CohortAverage.GRANULARITY).equalTo("month"))
                .and(col(CohortAverage.SEGMENT_BY).equalTo("all")))
        .orderBy(CohortAverage.AGE)
        .select(
            CohortAverage.AGE,
            CohortAverage.CUSTOMERS,
            CohortAverage.RETAINED_RATE,
            CohortAverage.RETAINED_LOW,
            CohortAverage.RETAINED_HIGH)
        .collectAsList()
        .stream()
        .map(
            r ->
                new RunSummary.Retention(
                    r.getInt(0), r.getLong(1), r.getDouble(2), r.getDouble(3), r.getDouble(4)))
        .toList();
  }
}
