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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The history of runs: one row per job of a run, one per count.
 *
 * <p>The history is small and has one writer, so that it is held here and each change replaces the
 * table in one plain commit; changing rows in place would cost Spark jobs at every step of a run.
 *
 * <p>What a job wrote counts from the commit that calls it done: that row tells the versions at
 * which it left its tables, and commits beyond were never finished.
 */
final class Ledger {
  private final Warehouse warehouse;
  private final Study study;
  private final Run run;
  private final String version;
  private final List<Entry> entries = new ArrayList<>();

  Ledger(Warehouse warehouse, Study study, Run run, String version) {
    this.warehouse = warehouse;
    this.study = study;
    this.run = run;
    this.version = version;
  }

  /** One row of {@link Runs}; outputs of one that has only started are the versions before it. */
  record Entry(
      String runId,
      String job,
      String study,
      Optional<LocalDate> asOf,
      String status,
      Instant startedAt,
      Optional<Instant> finishedAt,
      String version,
      String message,
      String settings,
      Versions inputs,
      Versions outputs) {

    private static Entry of(Row row) {
      return new Entry(
          row.getAs(Runs.RUN_ID),
          row.getAs(Runs.JOB),
          row.getAs(Runs.STUDY),
          Optional.ofNullable(row.<Date>getAs(Runs.AS_OF)).map(Date::toLocalDate),
          row.getAs(Runs.STATUS),
          row.<Timestamp>getAs(Runs.STARTED_AT).toInstant(),
          Optional.ofNullable(row.<Timestamp>getAs(Runs.FINISHED_AT)).map(Timestamp::toInstant),
          row.getAs(Runs.VERSION),
          row.getAs(Runs.MESSAGE),
          row.getAs(Runs.SETTINGS),
          Versions.parse(row.getAs(Runs.INPUTS)),
          Versions.parse(row.getAs(Runs.OUTPUTS)));
    }

    private Row row() {
      return RowFactory.create(
          runId,
          job,
          study,
          asOf.map(Date::valueOf).orElse(null),
          status,
          Timestamp.from(startedAt),
          finishedAt.map(Timestamp::from).orElse(null),
          version,
          message,
          settings,
          inputs.toString(),
          outputs.toString());
    }

    private Entry ended(String how, Optional<Instant> at, String why, Versions left) {
      return new Entry(
          runId, job, study, asOf, how, startedAt, at, version, why, settings, inputs, left);
    }
  }

  /**
   * Opens the ledger for this run. What an earlier run left as started was interrupted.
   *
   * @param dead the run that was killed before it wrote anything, if one was
   * @param takingBack takes back what an interrupted job committed, given the versions before it,
   *     and tells the versions at which its tables then stand
   * @throws UserFault if the warehouse belongs to another study
   */
  void open(Optional<WriterLock.Owner> dead, UnaryOperator<Versions> takingBack) {
    if (warehouse.has(Runs.TABLE)) {
      warehouse.read(Runs.TABLE).collectAsList().stream().map(Entry::of).forEach(entries::add);
    }
    refuseAnotherStudy();
    // The last to begin is the first to be taken back.
    boolean isAnyLeftOpen = false;
    for (int i = entries.size() - 1; i >= 0; i--) {
      Entry entry = entries.get(i);
      if (entry.status().equals("started")) {
        Versions left = takingBack.apply(entry.outputs());
        entries.set(i, entry.ended("interrupted", Optional.empty(), null, left));
        isAnyLeftOpen = true;
      }
    }
    boolean isUnheardOf =
        dead.filter(owner -> entries.stream().noneMatch(e -> e.runId().equals(owner.runId())))
            .isPresent();
    if (isUnheardOf) {
      entries.add(killed(dead.get()));
    }
    if (isAnyLeftOpen || isUnheardOf) {
      save();
    }
  }

  private Entry killed(WriterLock.Owner owner) {
    return new Entry(
        owner.runId(),
        owner.job(),
        study.name(),
        Optional.empty(),
        "interrupted",
        owner.startedAt(),
        Optional.empty(),
        version,
        null,
        null,
        Versions.parse(""),
        Versions.parse(""));
  }

  private void refuseAnotherStudy() {
    entries.stream()
        .filter(entry -> !entry.study().equals(study.name()))
        .findFirst()
        .ifPresent(
            entry -> {
              throw new UserFault(
                  "The warehouse "
                      + warehouse.location()
                      + " belongs to study '"
                      + entry.study()
                      + "', not to '"
                      + study.name()
                      + "'. A warehouse serves one study: name another with --warehouse.");
            });
  }

  /** The last time that {@code job} ended well. */
  Optional<Entry> lastDone(String job) {
    return entries.stream()
        .filter(entry -> entry.job().equals(job) && entry.status().equals("done"))
        .reduce((earlier, later) -> later);
  }

  /**
   * Notes that {@code job} has begun. To be saved before its first commit, of which the next run
   * knows by this row how to take it back.
   *
   * @param settings what its tables depend on, hashed
   * @param before the versions of its tables
   */
  void started(
      String job,
      Optional<LocalDate> asOf,
      Instant at,
      String settings,
      Versions inputs,
      Versions before) {
    note(job, asOf, at, "started", settings, inputs, before);
  }

  private void note(
      String job,
      Optional<LocalDate> asOf,
      Instant at,
      String status,
      String settings,
      Versions inputs,
      Versions outputs) {
    entries.add(
        new Entry(
            run.id(),
            job,
            study.name(),
            asOf,
            status,
            at,
            Optional.empty(),
            version,
            null,
            settings,
            inputs,
            outputs));
  }

  /**
   * Notes that {@code job} had nothing to do, as {@code last} left its tables; written by what
   * comes next.
   */
  void unchanged(String job, Entry last, Optional<LocalDate> asOf, Instant at) {
    note(job, asOf, at, "started", last.settings(), last.inputs(), last.outputs());
    done(at, "nothing to do: its inputs are as they were", last.outputs());
  }

  /**
   * Notes that the job begun last is done; written by what comes next, {@link #started} or {@link
   * #save}.
   */
  void done(Instant at, String message, Versions left) {
    end("done", at, message, left);
  }

  /** Notes that the job begun last has failed; written by {@link #save}. */
  void failed(Instant at, String message, Versions left) {
    end("failed", at, message, left);
  }

  private void end(String status, Instant at, String message, Versions left) {
    entries.set(
        entries.size() - 1,
        entries.get(entries.size() - 1).ended(status, Optional.of(at), message, left));
  }

  /**
   * Drops the runs that began before {@code since}, but for the last time that each job ended well:
   * the next run goes on from there. Written by what comes next.
   *
   * @return the runs of which nothing is left
   */
  Set<String> dropBefore(Instant since) {
    Map<String, Entry> lastDone = new HashMap<>();
    entries.stream()
        .filter(entry -> entry.status().equals("done"))
        .forEach(entry -> lastDone.put(entry.job(), entry));
    Set<String> dropped = new HashSet<>();
    entries.forEach(entry -> dropped.add(entry.runId()));
    entries.removeIf(entry -> entry.startedAt().isBefore(since) && !lastDone.containsValue(entry));
    entries.forEach(entry -> dropped.remove(entry.runId()));
    return dropped;
  }

  void save() {
    warehouse.replace(Runs.TABLE, entries.stream().map(Entry::row).toList());
  }

  /** Adds counts of rows, as {@link RunCounts} has them. */
  void counted(List<Row> counts) {
    if (!counts.isEmpty()) {
      warehouse.append(RunCounts.TABLE, warehouse.rows(RunCounts.TABLE, counts));
    }
  }
}
