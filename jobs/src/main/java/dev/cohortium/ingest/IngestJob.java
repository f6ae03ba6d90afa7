package dev.cohortium.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import dev.cohortium.config.Source;
import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.ingest.Judged.Outcome;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Deliveries;
import dev.cohortium.table.Layer;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * Fills the clean tables from the study's sources. All sources are read and judged before any table
 * is replaced, so that a source at fault leaves the tables as they were.
 */
public final class IngestJob implements Job {
  private static final int CHECKED_ROWS = 1000;

  @Override
  public String name() {
    return "ingest";
  }

  @Override
  public String sentence() {
    return "Reads the sources into the clean tables; what cannot be used goes to quarantine with its reasons.";
  }

  @Override
  public boolean isConfiguredIn(Study study) {
    return !study.sources().isEmpty();
  }

  @Override
  public List<Table> reads() {
    return List.of();
  }

  @Override
  public List<Table> writes() {
    return Stream.concat(
            Catalogue.in(Layer.CLEAN).stream(), Stream.of(RunCounts.TABLE, Deliveries.TABLE))
        .toList();
  }

  @Override
  public Frames run(Frames in, Study study) {
    Frames out = new Frames(in.session());
    List<Row> counts = new ArrayList<>();
    Dataset<Row> rejected = null;
    Dataset<Row> delivered = null;
    for (Source source : study.sources().values()) {
      in.run().progress().step(name() + ": reading " + source.table());
      Table table = Catalogue.find(source.table()).orElseThrow();
      try {
        Dataset<Row> judged = in.keep(judged(in.session(), source, study, in.run().startedAt()));
        counts.addAll(counts(judged, source, study, in.run().id()));
        out.with(table, clean(judged, table));
        Dataset<Row> quarantined = quarantined(judged, source, in.run().id());
        rejected = rejected == null ? quarantined : rejected.unionByName(quarantined);
        Dataset<Row> deliveries = deliveries(judged, source, in.run().id());
        delivered = delivered == null ? deliveries : delivered.unionByName(deliveries);
      } catch (Exception e) {
        throw SourceFault.of(source, e);
      }
    }
    if (rejected != null) {
      out.with(Quarantine.TABLE, rejected).with(Deliveries.TABLE, delivered);
    }
    return out.with(
        RunCounts.TABLE, in.session().createDataFrame(counts, Contracts.schema(RunCounts.TABLE)));
  }

  /**
   * Opens every source and maps its first rows; writes nothing.
   *
   * @return a line for each source
   * @throws UserFault if a source cannot be read or mapped
   */
  public static List<String> check(SparkSession session, Study study) {
    List<String> lines = new ArrayList<>();
    for (Source source : study.sources().values()) {
      try {
        Raw raw = new SourceReader(session, Instant.EPOCH).read(source);
        refuseWithoutColumns(raw);
        Raw first = new Raw(source, raw.rows().limit(CHECKED_ROWS));
        Dataset<Row> judged =
            Zoned.plan(session, source.timeZone(), () -> Mapping.judge(first, study));
        List<Row> outcomes = judged.groupBy(col(Judged.OUTCOME)).agg(count(lit(1))).collectAsList();
        long rows = outcomes.stream().mapToLong(r -> r.getLong(1)).sum();
        refuseEmpty(source, rows);
        long quarantined =
            outcomes.stream()
                .filter(r -> Outcome.QUARANTINED.measure().equals(r.getString(0)))
                .mapToLong(r -> r.getLong(1))
                .sum();
        lines.add(
            String.format(
                    Locale.ROOT,
                    "%s: %d columns mapped; of its first %,d rows %,d would be quarantined",
                    source.table(),
                    source.columns().size() + source.attributes().size(),
                    rows,
                    quarantined)
                + (quarantined == 0 ? "" : " (" + String.join(" | ", someReasons(judged)) + ")")
                + ((double) quarantined / rows > study.maxQuarantineShare()
                    ? "; a run refuses more than max-quarantine-share = "
                        + study.maxQuarantineShare()
                    : ""));
      } catch (Exception e) {
        throw SourceFault.of(source, e);
      }
    }
    return lines;
  }

  private static Dataset<Row> judged(
      SparkSession session, Source source, Study study, Instant readAt) {
    Raw raw = new SourceReader(session, readAt).read(source);
    refuseWithoutColumns(raw);
    Dataset<Row> judged = Zoned.plan(session, source.timeZone(), () -> Mapping.judge(raw, study));
    Table table = Catalogue.find(source.table()).orElseThrow();
    return table.equals(Transactions.TABLE)
        ? Replacement.ofReceipts(judged, source, study.timeZone())
        : Replacement.ofKeys(judged, source, table);
  }

  private static void refuseWithoutColumns(Raw raw) {
    if (raw.rows().schema().isEmpty()) {
      refuseEmpty(raw.source(), 0);
    }
  }

  private static void refuseEmpty(Source source, long rows) {
    if (rows == 0) {
      throw new UserFault(
          "Source "
              + source.table()
              + " delivered no rows. A study's source is never taken as empty: correct its path or query, or leave the source out of the study.");
    }
  }

  /** The rows of run_counts for one source. */
  private static List<Row> counts(Dataset<Row> judged, Source source, Study study, String runId) {
    Map<String, Long> measures = new TreeMap<>();
    for (Outcome outcome : Outcome.values()) {
      measures.put(outcome.measure(), 0L);
    }
    source.filters().keySet().forEach(name -> measures.put("filtered:" + name, 0L));
    long read = 0;
    for (Row row :
        judged
            .groupBy(col(Judged.OUTCOME), col(Judged.FILTER))
            .agg(count(lit(1)))
            .collectAsList()) {
      String outcome = row.getString(0);
      long rows = row.getLong(2);
      read += rows;
      measures.merge(outcome, rows, Long::sum);
      if (outcome.equals(Outcome.FILTERED.measure())) {
        measures.merge("filtered:" + row.getString(1), rows, Long::sum);
      }
    }
    refuseEmpty(source, read);
    measures.put("read", read);
    refuseTooManyRejected(judged, source, study, measures.get(Outcome.QUARANTINED.measure()), read);
    return measures.entrySet().stream()
        .map(
            measure ->
                RowFactory.create(
                    runId, "ingest", source.table(), measure.getKey(), measure.getValue()))
        .toList();
  }

  private static void refuseTooManyRejected(
      Dataset<Row> judged, Source source, Study study, long quarantined, long read) {
    double share = (double) quarantined / read;
    if (share > study.maxQuarantineShare()) {
      throw new UserFault(
          String.format(
              Locale.ROOT,
              "Source %s: %,d of %,d rows (%.1f %%) would be quarantined, more than max-quarantine-share = %s allows; nothing was replaced. For example:%n  - %s%nCorrect the mapping or the delivery, or raise max-quarantine-share to find them all in quarantine.",
              source.table(),
              quarantined,
              read,
              100 * share,
              study.maxQuarantineShare(),
              String.join(System.lineSeparator() + "  - ", someReasons(judged))));
    }
  }

  private static List<String> someReasons(Dataset<Row> judged) {
    return judged
        .where(col(Judged.OUTCOME).equalTo(Outcome.QUARANTINED.measure()))
        .select(Judged.REASON)
        .distinct()
        .orderBy(Judged.REASON)
        .limit(3)
        .collectAsList()
        .stream()
        .map(row -> row.getString(0))
        .map(
            reason ->
                reason.equals("malformed line")
                    ? reason
                        + " (other fields than the header's; line breaks inside quotes need options.multiLine = true)"
                    : reason)
        .toList();
  }

  private static Dataset<Row> clean(Dataset<Row> judged, Table table) {
    return judged
        .where(col(Judged.OUTCOME).equalTo(Outcome.CLEAN.measure()))
        .select(table.columnNames().stream().map(name -> col(name)).toArray(Column[]::new));
  }

  private static Dataset<Row> quarantined(Dataset<Row> judged, Source source, String runId) {
    return judged
        .where(col(Judged.OUTCOME).equalTo(Outcome.QUARANTINED.measure()))
        .select(
            lit(source.table()).as(Quarantine.SOURCE),
            col(Raw.FILE).as(Quarantine.FILE),
            col(Judged.ROW).as(Quarantine.ROW),
            col(Judged.REASON).as(Quarantine.REASON),
            col(Transactions.DELIVERED_AT).as(Quarantine.DELIVERED_AT),
            lit(runId).as(Quarantine.RUN_ID));
  }

  private static Dataset<Row> deliveries(Dataset<Row> judged, Source source, String runId) {
    return judged
        .groupBy(col(Raw.FILE).as(Deliveries.FILE))
        .agg(
            max(col(Raw.MODIFIED_AT)).as(Deliveries.MODIFIED_AT), count(lit(1)).as(Deliveries.ROWS))
        .withColumn(Deliveries.SOURCE, lit(source.table()))
        .withColumn(Deliveries.RUN_ID, lit(runId));
  }
}
