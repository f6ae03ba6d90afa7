package dev.cohortium.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import dev.cohortium.config.Source;
import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.ingest.Ingestion.Taken;
import dev.cohortium.ingest.Judged.Outcome;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Deliveries;
import dev.cohortium.table.Forgotten;
import dev.cohortium.table.Layer;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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
 * Fills the clean tables with what is new of the study's sources. All sources are read and judged
 * before any table is replaced, so that a source at fault leaves the tables as they were.
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
    return List.of(Forgotten.TABLE);
  }

  @Override
  public List<Table> writes() {
    return Stream.concat(
            Catalogue.in(Layer.CLEAN).stream(), Stream.of(RunCounts.TABLE, Deliveries.TABLE))
        .toList();
  }

  /** What was read before, and how, is told by the deliveries and not by the study. */
  @Override
  public String settings(Study study) {
    return "";
  }

  @Override
  public Frames run(Frames in, Study study) {
    Frames out = new Frames(in.session());
    List<Row> counts = new ArrayList<>();
    List<Row> deliveries = new ArrayList<>();
    List<Dataset<Row>> rejected = new ArrayList<>();
    Column leaves = lit(false);
    List<Row> delivered = new ArrayList<>(in.standing(Deliveries.TABLE).collectAsList());
    delivered.sort(Comparator.comparing(row -> row.<Long>getAs(Deliveries.DELIVERY)));
    long next =
        delivered.isEmpty()
            ? 1
            : 1 + delivered.get(delivered.size() - 1).<Long>getAs(Deliveries.DELIVERY);
    for (Source source : study.sources().values()) {
      in.run().progress().step(name() + ": reading " + source.table());
      Taken taken = new Ingestion(in, study, source, delivered).into(out, next + deliveries.size());
      counts.addAll(taken.counts());
      deliveries.addAll(taken.deliveries());
      taken.quarantined().ifPresent(rejected::add);
      Column ofSource = col(Quarantine.SOURCE).equalTo(source.table());
      leaves =
          leaves.or(
              taken.scope() == Intake.Scope.WHOLE
                  ? ofSource
                  : ofSource.and(col(Quarantine.FILE).isin(taken.reread().toArray())));
    }
    if (deliveries.isEmpty()) {
      return out;
    }
    addQuarantine(in, out, counts, rejected, leaves);
    return out.with(RunCounts.TABLE, frame(in, counts, RunCounts.TABLE))
        .with(Deliveries.TABLE, frame(in, deliveries, Deliveries.TABLE));
  }

  private static Dataset<Row> frame(Frames in, List<Row> rows, Table table) {
    return in.session().createDataFrame(rows, Contracts.schema(table));
  }

  /** The rejected rows of this run; those of files that are read again go. */
  private static void addQuarantine(
      Frames in, Frames out, List<Row> counts, List<Dataset<Row>> rejected, Column leaves) {
    long gone = in.standing(Quarantine.TABLE).where(leaves).count();
    long came =
        counts.stream()
            .filter(c -> c.getString(3).equals(Outcome.QUARANTINED.measure()))
            .mapToLong(c -> c.getLong(4))
            .sum();
    if (gone + came == 0 && in.stands(Quarantine.TABLE)) {
      return;
    }
    counts.add(
        RowFactory.create(in.run().id(), "ingest", Quarantine.TABLE.name(), "replaced", gone));
    rejected.add(0, in.standing(Quarantine.TABLE).where(not(leaves)));
    out.with(Quarantine.TABLE, rejected.stream().reduce(Dataset::unionByName).orElseThrow());
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
        if (raw.rows().schema().isEmpty()) {
          throw Ingestion.emptiness(source);
        }
        Raw first = new Raw(source, raw.rows().limit(CHECKED_ROWS));
        Dataset<Row> judged =
            Zoned.plan(session, source.timeZone(), () -> Mapping.judge(first, study));
        List<Row> outcomes = judged.groupBy(col(Judged.OUTCOME)).agg(count(lit(1))).collectAsList();
        long rows = outcomes.stream().mapToLong(r -> r.getLong(1)).sum();
        if (rows == 0) {
          throw Ingestion.emptiness(source);
        }
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
      } catch (Throwable e) {
        throw SourceFault.of(source, e);
      }
    }
    return lines;
  }

  /**
   * Counts what became of the rows of one source, and refuses too many in quarantine.
   *
   * @param tally of {@link Ingestion}: file, outcome, filter, rows
   * @return rows by measure of {@link RunCounts}
   */
  static Map<String, Long> counts(
      Dataset<Row> judged, List<Row> tally, Source source, Study study) {
    Map<String, Long> measures = new TreeMap<>();
    for (Outcome outcome : Outcome.values()) {
      measures.put(outcome.measure(), 0L);
    }
    source.filters().keySet().forEach(name -> measures.put("filtered:" + name, 0L));
    long read = 0;
    for (Row row : tally) {
      String outcome = row.getString(1);
      long rows = row.getLong(3);
      read += rows;
      measures.merge(outcome, rows, Long::sum);
      if (outcome.equals(Outcome.FILTERED.measure())) {
        measures.merge("filtered:" + row.getString(2), rows, Long::sum);
      }
    }
    measures.put("read", read);
    refuseTooManyRejected(judged, source, study, measures.get(Outcome.QUARANTINED.measure()), read);
    return measures;
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
}
