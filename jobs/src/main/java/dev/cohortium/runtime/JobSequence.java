package dev.cohortium.runtime;

import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Deliveries;
import dev.cohortium.table.Layer;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The jobs of one run, one after the other, in a warehouse that is open: which of them have
 * anything to do, what they see, what becomes of what they make.
 */
final class JobSequence {
  private final RunContext context;
  private final Study study;
  private final Progress progress;
  private final Writing writing;
  private final Warehouse warehouse;
  private final Ledger ledger;
  private final Run run;

  /** Jobs in {@code context}; another version of the program makes every table again. */
  JobSequence(RunContext context, Writing writing) {
    this.context = context;
    this.study = context.study();
    this.progress = writing.run().progress();
    this.writing = writing;
    this.warehouse = writing.warehouse();
    this.ledger = writing.ledger();
    this.run = writing.run();
  }

  /** Runs {@code all}, as {@link JobRunner#run} says. */
  RunSummary run(List<Job> all) {
    List<Job> jobs = all.stream().filter(job -> job.isConfiguredIn(study)).toList();
    Map<String, RunSummary.Delivered> sources = new LinkedHashMap<>();
    Study upTo = study;
    NavigableSet<YearMonth> months = new TreeSet<>();
    try {
      for (Job job : jobs) {
        if (readsPanel(job)) {
          months = AsOf.months(warehouse, job);
          upTo = AsOf.in(months, upTo);
        }
        refuseWithoutInput(job);
        sources.putAll(run(job, upTo));
      }
      dropLeft(all, upTo);
    } catch (Throwable e) {
      writing.saveLedgerAfter(e);
      throw e;
    }
    writing.saveLedger();
    progress.step("summing up");
    return summary(jobs, upTo, sources, months);
  }

  /** Beside fresh rows of a month there stand none of a job that the study no longer has. */
  private void dropLeft(List<Job> all, Study upTo) {
    Optional<LocalDate> asOf = upTo.asOf().map(YearMonth::atEndOfMonth);
    for (Job job : all) {
      if (!job.isConfiguredIn(study) && asOf.isPresent()) {
        job.writes().stream()
            .filter(table -> table.isShared() && warehouse.has(table))
            .forEach(table -> dropLeft(job, table, asOf.get()));
      }
    }
  }

  private void dropLeft(Job job, Table table, LocalDate asOf) {
    if (!warehouse.readOwn(table, job.name(), asOf).isEmpty()) {
      writing.check();
      progress.note(
          String.format(
              "%s: the study no longer has it; what it wrote to %s for %s is taken out",
              job.name(), table, YearMonth.from(asOf)));
      warehouse.dropOwn(table, job.name(), asOf);
    }
    if (writing.isPublished(table) && !writing.isOut(table)) {
      publish(job, table);
    }
  }

  private static boolean readsPanel(Job job) {
    return job.reads().stream().anyMatch(t -> t.layer() == Layer.PANEL);
  }

  private Map<String, RunSummary.Delivered> run(Job job, Study upTo) {
    Optional<LocalDate> asOf =
        readsPanel(job) ? upTo.asOf().map(YearMonth::atEndOfMonth) : Optional.empty();
    progress.step(job.name());
    String settings = settings(job, upTo);
    Versions inputs = writing.versions(inputs(job, upTo));
    Optional<Ledger.Entry> last = last(job, settings, inputs);
    if (last.isPresent() && isUpToDate(job, last.get())) {
      progress.note(job.name() + ": its inputs are as they were; nothing to do");
      ledger.unchanged(job.name(), last.get(), asOf, writing.now());
      publishMissing(job);
      return Map.of();
    }
    List<Row> counts = new ArrayList<>();
    writing.recorded(
        job.name(),
        asOf,
        settings,
        inputs,
        owned(job),
        () -> {
          Frames in = new Frames(context.session(), run);
          try {
            addInputs(in, job, upTo);
            last.flatMap(this::since).ifPresent(in::since);
            Frames out = job.run(in, upTo);
            write(job, out, counts, asOf);
            publishMissing(job);
            return out.tables().isEmpty() ? "nothing new" : null;
          } finally {
            in.release();
          }
        });
    return SummingUp.delivered(counts);
  }

  // --- what stands, and what changed since ---

  /** What the job writes, and the counts that every job adds. */
  private static Set<Table> owned(Job job) {
    return Stream.concat(job.writes().stream(), Stream.of(RunCounts.TABLE))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The inputs that the study has a source for, and that are there. */
  private List<Table> inputs(Job job, Study upTo) {
    return job.reads().stream()
        .filter(t -> t.layer() != Layer.CLEAN || upTo.sources().containsKey(t.name()))
        .filter(warehouse::has)
        .toList();
  }

  /** What its tables depend on besides its inputs, hashed: the study, the tables, the program. */
  private String settings(Job job, Study upTo) {
    return Digest.of(
        context.version() + "\n" + job.writes() + "\n" + declared(job) + "\n" + job.settings(upTo));
  }

  private static List<String> declared(Job job) {
    return job.writes().stream()
        .map(table -> Contracts.schema(table).sql() + table.partitionedBy())
        .toList();
  }

  /**
   * The last time the job ended well, if its tables still stand as it left them and it would make
   * them in the same way of the same tables.
   */
  private Optional<Ledger.Entry> last(Job job, String settings, Versions inputs) {
    return run.reading() == Run.Reading.ALL
        ? Optional.empty()
        : ledger
            .lastDone(job.name())
            .filter(last -> settings.equals(last.settings()))
            .filter(last -> last.inputs().byTable().keySet().equals(inputs.byTable().keySet()))
            .filter(
                last ->
                    job.writes().stream()
                        .filter(table -> table.layer() != Layer.SYSTEM)
                        .allMatch(table -> isAsLeft(job, last.outputs(), table)));
  }

  /** Whether what the job wrote stands; in a shared table others may have written theirs. */
  private boolean isAsLeft(Job job, Versions versions, Table table) {
    return changedSince(versions, table)
        .filter(changed -> table.isShared() ? !isOwn(job, changed) : changed.isEmpty())
        .isPresent();
  }

  /** Whether rows of the job are among these partitions, or nothing tells whose they are. */
  private static boolean isOwn(Job job, Set<String> changed) {
    return changed.contains(job.name()) || changed.contains("");
  }

  private boolean isAsIn(Versions versions, Table table) {
    return changedSince(versions, table).filter(Set::isEmpty).isPresent();
  }

  /** The partitions that changed since {@code versions}; empty: nothing tells. */
  private Optional<Set<String>> changedSince(Versions versions, Table table) {
    return Optional.ofNullable(versions.byTable().get(table.name()))
        .filter(version -> version <= warehouse.version(table))
        .flatMap(version -> warehouse.partitionsChanged(table, version));
  }

  /**
   * Whether nothing changed in its inputs; a job that reads no rows looks at its sources itself.
   */
  private boolean isUpToDate(Job job, Ledger.Entry last) {
    return job.reads().stream().anyMatch(table -> table.layer() != Layer.SYSTEM)
        && job.reads().stream()
            .filter(table -> last.inputs().byTable().containsKey(table.name()))
            .allMatch(table -> isAsIn(last.inputs(), table));
  }

  /** What became of the inputs since {@code last}; empty: an input as it was is lost. */
  private Optional<Map<Table, Frames.Since>> since(Ledger.Entry last) {
    Map<Table, Frames.Since> changes = new LinkedHashMap<>();
    for (Map.Entry<String, Long> input : last.inputs().byTable().entrySet()) {
      Table table = Catalogue.find(input.getKey()).orElseThrow();
      long version = input.getValue();
      Optional<Set<String>> partitions =
          version > warehouse.version(table)
              ? Optional.empty()
              : warehouse.partitionsChanged(table, version);
      boolean isByMonth = !table.partitionedBy().isEmpty() && !table.isShared();
      boolean isKept = warehouse.keeps(table, version, run.startedAt());
      if (partitions.isEmpty() || (!isByMonth && !partitions.get().isEmpty() && !isKept)) {
        return Optional.empty();
      }
      Set<LocalDate> months =
          isByMonth
              ? partitions.get().stream()
                  .map(LocalDate::parse)
                  .collect(Collectors.toCollection(TreeSet::new))
              : Set.of();
      boolean isKnown = isByMonth || partitions.get().isEmpty();
      changes.put(
          table,
          new Frames.Since(
              isKnown ? Optional.of(months) : Optional.empty(),
              isKnown ? warehouse.read(table) : warehouse.readAt(table, version)));
    }
    return Optional.of(changes);
  }

  // --- refusals ---

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

  // --- reading and writing ---

  private void addInputs(Frames in, Job job, Study upTo) {
    inputs(job, upTo).forEach(table -> in.with(table, warehouse.read(table)));
    job.writes().stream()
        .filter(warehouse::has)
        .forEach(table -> in.standing(table, warehouse.read(table)));
  }

  /** Writes and publishes the outputs, and adds the rows of run_counts. */
  private void write(Job job, Frames out, List<Row> counts, Optional<LocalDate> asOf) {
    for (Table table : out.tables()) {
      if (!job.writes().contains(table)) {
        throw new IllegalStateException(
            "job " + job.name() + " computed " + table + ", which it does not declare");
      }
    }
    if (out.has(RunCounts.TABLE)) {
      counts.addAll(out.get(RunCounts.TABLE).collectAsList());
    }
    if (out.tables().isEmpty()) {
      return;
    }
    writing.begin();
    for (Table table : out.tables()) {
      if (table.layer() == Layer.SYSTEM) {
        continue;
      }
      writing.check();
      progress.step(job.name() + ": writing " + table);
      long before = warehouse.has(table) ? warehouse.read(table).count() : 0;
      if (table.isShared()) {
        warehouse.replaceOwn(table, out.get(table), job.name(), asOf.orElseThrow());
      } else if (out.monthsOf(table).isPresent()) {
        warehouse.replaceMonths(table, out.get(table), out.monthsOf(table).get());
      } else {
        warehouse.replace(table, out.get(table));
      }
      addWritten(counts, job, table, before, asOf);
    }
    ledger.counted(counts);
    // Files are history as runs are: added, never replaced.
    if (out.has(Deliveries.TABLE)) {
      warehouse.append(Deliveries.TABLE, out.get(Deliveries.TABLE));
    }
    for (Table table : out.tables()) {
      if (writing.isPublished(table) && table.layer() != Layer.SYSTEM) {
        publish(job, table);
      }
    }
  }

  /**
   * Counts what was written; what a job said of rows that come and go must be what became of the
   * table.
   *
   * @param before rows of the table before it was written
   */
  private void addWritten(
      List<Row> counts, Job job, Table table, long before, Optional<LocalDate> asOf) {
    long rows =
        (table.isShared()
                ? warehouse.readOwn(table, job.name(), asOf.orElseThrow())
                : warehouse.read(table))
            .count();
    boolean isCounted =
        counts.stream().anyMatch(c -> c.getString(2).equals(table.name()))
            || (table.equals(Quarantine.TABLE) && !counts.isEmpty());
    if (!isCounted) {
      counts.add(RowFactory.create(run.id(), job.name(), table.name(), "rows", rows));
      return;
    }
    long came =
        table.equals(Quarantine.TABLE)
            ? sum(counts, "quarantined", null)
            : sum(counts, "clean", table);
    long gone = sum(counts, "replaced", table);
    if (before - gone + came != rows) {
      throw new IllegalStateException(
          String.format(
              "%s counted otherwise than was written to %s: %d rows before, %d replaced, %d new, but %d rows after",
              job.name(), table, before, gone, came, rows));
    }
  }

  private static long sum(List<Row> counts, String measure, Table ofTable) {
    return counts.stream()
        .filter(c -> c.getString(3).equals(measure))
        .filter(c -> ofTable == null || c.getString(2).equals(ofTable.name()))
        .mapToLong(c -> c.getLong(4))
        .sum();
  }

  private void publish(Job job, Table table) {
    progress.step(job.name() + ": publishing " + table);
    writing.publish(table);
  }

  /** What the study asks to publish since the job last ran. */
  private void publishMissing(Job job) {
    for (Table table : job.writes()) {
      boolean isDue =
          writing.isPublished(table) && table.layer() != Layer.SYSTEM && warehouse.has(table);
      if (isDue && !writing.isOut(table)) {
        publish(job, table);
      }
    }
  }

  private RunSummary summary(
      List<Job> jobs,
      Study upTo,
      Map<String, RunSummary.Delivered> sources,
      NavigableSet<YearMonth> monthsOfPanel) {
    Optional<LocalDate> asOf = upTo.asOf().map(YearMonth::atEndOfMonth);
    List<String> names = jobs.stream().map(Job::name).toList();
    SummingUp sums = new SummingUp(warehouse, asOf);
    List<RunSummary.Retention> retention = names.contains("cohorts") ? sums.retention() : List.of();
    return new RunSummary(
        run.id(),
        study.name(),
        warehouse.location(),
        asOf,
        names,
        sources,
        // Those of age 0 are all who ever ordered.
        retention.isEmpty() ? sums.customers() : retention.get(0).customers(),
        monthsOfPanel.isEmpty()
            ? sums.months()
            : upTo.asOf()
                .map(last -> monthsOfPanel.headSet(last, true))
                .orElse(monthsOfPanel)
                .size(),
        retention,
        sums.verdicts(study.headline(), names));
  }
}
