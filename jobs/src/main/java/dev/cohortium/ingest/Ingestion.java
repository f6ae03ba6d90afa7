package dev.cohortium.ingest;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.config.Source;
import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.ingest.Intake.Scope;
import dev.cohortium.ingest.Judged.Outcome;
import dev.cohortium.ingest.Known.Delivery;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Run;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.Deliveries;
import dev.cohortium.table.Forgotten;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Takes in what is new of one source: reads, judges, and decides against the rows that stand. */
final class Ingestion {
  private static final String REPLACED = "replaced";

  private final Frames in;
  private final Study study;
  private final Source source;
  private final Table table;
  private final Known known;
  private final String declaration;
  private final SourceReader reader;

  /**
   * Of one source.
   *
   * @param delivered rows of {@link Deliveries}, in the order of their numbers
   */
  Ingestion(Frames in, Study study, Source source, List<Row> delivered) {
    this.in = in;
    this.study = study;
    this.source = source;
    this.table = Catalogue.find(source.table()).orElseThrow();
    this.known = Known.of(source, delivered);
    this.declaration = Declaration.of(source, study, table);
    this.reader = new SourceReader(in.session(), in.run().startedAt());
  }

  /**
   * What becomes of one source.
   *
   * @param counts rows of {@link RunCounts}
   * @param deliveries rows of {@link Deliveries}
   * @param quarantined rows of {@link Quarantine}; empty: nothing was read
   * @param reread files whose earlier rows in quarantine go; all of them where the scope is the
   *     whole
   * @param scope what became of the rows that stood
   */
  record Taken(
      List<Row> counts,
      List<Row> deliveries,
      Optional<Dataset<Row>> quarantined,
      Set<String> reread,
      Scope scope) {
    static final Taken NOTHING =
        new Taken(List.of(), List.of(), Optional.empty(), Set.of(), Scope.ADDED);
  }

  /**
   * Reads what is new and puts the table's new rows into {@code out}.
   *
   * @param next the number of the next delivery
   */
  Taken into(Frames out, long next) {
    Intake intake = ofSource(this::intake);
    intake.notes().forEach(in.run().progress()::note);
    if (intake.files().isEmpty()) {
      if (known.isEmpty() || intake.scope() == Scope.WHOLE) {
        throw emptiness(source);
      }
      return Taken.NOTHING;
    }
    Map<SourceFile, Long> numbers = new LinkedHashMap<>();
    Stream.concat(intake.files().stream(), gone(intake))
        .forEach(file -> numbers.put(file, next + numbers.size()));
    Counted counted = ofSource(() -> counted(intake, numbers));
    Arrivals arrivals = new Arrivals(source, known, in.run(), declaration, intake, counted.tally());
    if (arrivals.isSameSnapshot()) {
      in.run().progress().note(source.table() + ": delivers the rows that it delivered last");
      return Taken.NOTHING;
    }
    List<Row> deliveries = arrivals.deliveries(numbers, this::batch, counted.columns());
    Intake read = arrivals.read();
    if (arrivals.hasRepeats()) {
      arrivals.skippedNotes().forEach(in.run().progress()::note);
      Counted all = counted;
      counted = ofSource(() -> read.files().isEmpty() ? all.none() : counted(read, numbers));
    }
    // Of a file that now repeats another its own earlier rows go all the same.
    return taken(out, read, counted, arrivals.changed(), deliveries);
  }

  /** The files that were there once, where all that there is is read. */
  private Stream<SourceFile> gone(Intake intake) {
    Set<String> paths = intake.paths();
    return intake.scope() == Scope.WHOLE
        ? known.deliveries().stream().map(Delivery::file).filter(f -> !paths.contains(f.path()))
        : Stream.empty();
  }

  /** Spark throws errors, too, where a row or an expression is at fault. */
  private <T> T ofSource(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (Throwable e) {
      throw SourceFault.of(source, e);
    }
  }

  // --- what is read ---

  private Intake intake() {
    List<SourceFile> there = reader.files(source, !known.isEmpty());
    if (SourceReader.isOfFiles(source)) {
      return Intake.ofFiles(source, there, known, declaration, in.run().reading());
    }
    boolean isAdded =
        source.increment().isPresent()
            && !known.isEmpty()
            && known.isDeclared(declaration)
            && there.stream().allMatch(origin -> known.of(origin).isPresent())
            && in.run().reading() == Run.Reading.NEW;
    return new Intake(there, isAdded ? Scope.ADDED : Scope.WHOLE, List.of());
  }

  /**
   * Rows that are judged and counted.
   *
   * @param tally file, outcome, filter, rows, a hash of them, the greatest increment
   * @param columns of the source's files so far; null: of a database
   */
  private record Counted(Dataset<Row> judged, List<Row> tally, String columns) {
    private Counted none() {
      return new Counted(judged.where(lit(false)), List.of(), columns);
    }
  }

  private Counted counted(Intake intake, Map<SourceFile, Long> numbers) {
    Raw raw = raw(intake);
    if (raw.rows().schema().isEmpty()) {
      throw emptiness(source);
    }
    Dataset<Row> judged = in.keep(judged(raw, intake, numbers));
    return new Counted(
        judged, tally(judged), SourceReader.isOfFiles(source) ? raw.columns().toDDL() : null);
  }

  private Raw raw(Intake intake) {
    if (SourceReader.isOfFiles(source)) {
      return reader.read(source, intake.files(), known.columns());
    }
    Map<String, String> marks = new HashMap<>();
    if (intake.scope() == Scope.ADDED) {
      known.deliveries().stream()
          .filter(d -> d.highWater() != null)
          .forEach(d -> marks.put(d.file().path(), d.highWater()));
    }
    return reader.readBeyond(source, marks);
  }

  private Dataset<Row> judged(Raw raw, Intake intake, Map<SourceFile, Long> numbers) {
    Dataset<Row> mapped =
        numbered(
            withoutForgotten(
                Zoned.plan(in.session(), source.timeZone(), () -> Mapping.judge(raw, study))),
            intake,
            numbers);
    return table.equals(Transactions.TABLE)
        ? Replacement.ofReceipts(mapped, source, study.timeZone())
        : Replacement.ofKeys(mapped, source, table);
  }

  /** Filters the rows of customers who were erased. */
  private Dataset<Row> withoutForgotten(Dataset<Row> mapped) {
    if (!in.has(Forgotten.TABLE) || table.column(Transactions.CUSTOMER_ID).isEmpty()) {
      return mapped;
    }
    String isForgotten = Raw.technical("is_forgotten");
    Dataset<Row> forgotten =
        in.get(Forgotten.TABLE).select(col(Forgotten.CUSTOMER_HASH), lit(true).as(isForgotten));
    Column filtered = lit(Outcome.FILTERED.measure());
    return mapped
        .join(
            broadcast(forgotten),
            sha2(col(Transactions.CUSTOMER_ID), 256).equalTo(col(Forgotten.CUSTOMER_HASH)),
            "left")
        .withColumn(Judged.OUTCOME, when(col(isForgotten), filtered).otherwise(col(Judged.OUTCOME)))
        .withColumn(
            Judged.FILTER, when(col(isForgotten), lit("forgotten")).otherwise(col(Judged.FILTER)))
        .drop(isForgotten, Forgotten.CUSTOMER_HASH);
  }

  /** Fills delivery, and tells the batches apart where there are several. */
  private Dataset<Row> numbered(Dataset<Row> mapped, Intake intake, Map<SourceFile, Long> numbers) {
    List<Row> rows =
        intake.files().stream()
            .map(file -> RowFactory.create(file.path(), numbers.get(file), batch(file)))
            .toList();
    StructType schema =
        new StructType()
            .add(Raw.FILE, DataTypes.StringType)
            .add(Deliveries.DELIVERY, DataTypes.LongType)
            .add(Judged.BATCH, DataTypes.StringType);
    boolean hasBatches =
        table.equals(Transactions.TABLE)
            && rows.stream().map(row -> row.getString(2)).distinct().count() > 1;
    if (rows.size() == 1) {
      return mapped.withColumn(Deliveries.DELIVERY, lit(rows.get(0).getLong(1)));
    }
    Dataset<Row> files = in.session().createDataFrame(rows, schema);
    return mapped
        .drop(Deliveries.DELIVERY)
        .join(
            broadcast(hasBatches ? files : files.drop(Judged.BATCH)),
            new String[] {Raw.FILE},
            "left");
  }

  /** The lines of a receipt are united inside a batch, which outlives a rebuild. */
  private String batch(SourceFile file) {
    return source.delivery() == Source.Delivery.FILE
        ? file.path()
        : known
            .of(file)
            .filter(d -> d.file().equals(file))
            .map(Delivery::batch)
            .orElse(in.run().id());
  }

  /** Rows by file, outcome and filter: these, rows, a hash of them, the greatest increment. */
  private static List<Row> tally(Dataset<Row> judged) {
    return judged
        .groupBy(col(Raw.FILE), col(Judged.OUTCOME), col(Judged.FILTER))
        .agg(
            count(lit(1)),
            // Overflow is as good a hash as any other.
            sum(col(Judged.CONTENT)),
            max(col(Raw.INCREMENT)))
        .collectAsList();
  }

  // --- what becomes of it ---

  private Taken taken(
      Frames out, Intake read, Counted counted, Intake changed, List<Row> deliveries) {
    Dataset<Row> judgedAlone = counted.judged();
    Set<Long> replaced = changed.replaced(known);
    boolean isWhole = read.scope() == Scope.WHOLE;
    refuseBrokenIncrements(judgedAlone);
    Dataset<Row> standing = in.standing(table).where(not(isOf(replaced)));
    boolean stands = !isWhole && in.stands(table);
    Contest contest = new Contest(table, source);
    Optional<Dataset<Row>> contested =
        stands ? contest.contested(judgedAlone, standing, files(), in::keep) : Optional.empty();
    Dataset<Row> judged =
        contested.map(c -> in.keep(contest.decided(judgedAlone, c))).orElse(judgedAlone);
    Map<String, Long> measures =
        IngestJob.counts(
            judged, contested.isPresent() ? tally(judged) : counted.tally(), source, study);
    if (measures.get("read") == 0 && isWhole) {
      throw emptiness(source);
    }
    Dataset<Row> clean = clean(judged);
    Set<LocalDate> months = new TreeSet<>();
    long gone = 0;
    if (isWhole) {
      gone = in.stands(table) ? in.standing(table).count() : 0;
      out.with(table, clean);
    } else {
      if (contested.isPresent()) {
        gone += gone(Contest.going(contested.get()), months);
      }
      if (!replaced.isEmpty()) {
        gone += gone(contest.of(replaced, in.standing(table)), months);
      }
      if (gone > 0 || measures.get(Outcome.CLEAN.measure()) > 0) {
        Dataset<Row> staying = contested.map(c -> contest.staying(standing, c)).orElse(standing);
        add(out, clean, staying, months);
      }
    }
    List<Row> counts = new ArrayList<>();
    measures.put(REPLACED, gone);
    measures.forEach(
        (measure, rows) ->
            counts.add(RowFactory.create(in.run().id(), "ingest", source.table(), measure, rows)));
    return new Taken(
        counts, deliveries, Optional.of(quarantined(judged)), changed.paths(), read.scope());
  }

  private Column isOf(Set<Long> numbers) {
    return numbers.isEmpty() ? lit(false) : col(Deliveries.DELIVERY).isin(numbers.toArray());
  }

  private Dataset<Row> files() {
    return in.standing(Deliveries.TABLE).select(Deliveries.DELIVERY, Deliveries.FILE);
  }

  /** Sums the rows that go, and adds their months. */
  private static long gone(Dataset<Row> byMonth, Set<LocalDate> months) {
    long rows = 0;
    for (Row row : byMonth.collectAsList()) {
      if (!row.isNullAt(0)) {
        months.add(row.getDate(0).toLocalDate());
      }
      rows += row.getLong(1);
    }
    return rows;
  }

  /** Receipts replace the months that they touch, the small tables are replaced whole. */
  private void add(Frames out, Dataset<Row> clean, Dataset<Row> staying, Set<LocalDate> touched) {
    if (table.partitionedBy().isEmpty()) {
      out.with(table, staying.unionByName(clean));
      return;
    }
    Set<LocalDate> months = new TreeSet<>(touched);
    clean
        .select(Transactions.MONTH)
        .distinct()
        .collectAsList()
        .forEach(row -> months.add(row.getDate(0).toLocalDate()));
    Object[] days = months.stream().map(java.sql.Date::valueOf).toArray();
    out.with(table, staying.where(col(Transactions.MONTH).isin(days)).unionByName(clean), months);
  }

  private Dataset<Row> clean(Dataset<Row> judged) {
    return judged
        .where(col(Judged.OUTCOME).equalTo(Outcome.CLEAN.measure()))
        .select(table.columnNames().stream().map(name -> col(name)).toArray(Column[]::new));
  }

  private Dataset<Row> quarantined(Dataset<Row> judged) {
    return judged
        .where(col(Judged.OUTCOME).equalTo(Outcome.QUARANTINED.measure()))
        .select(
            lit(source.table()).as(Quarantine.SOURCE),
            col(Raw.FILE).as(Quarantine.FILE),
            col(Judged.ROW).as(Quarantine.ROW),
            col(Judged.REASON).as(Quarantine.REASON),
            col(Transactions.DELIVERED_AT).as(Quarantine.DELIVERED_AT),
            lit(in.run().id()).as(Quarantine.RUN_ID));
  }

  // --- refusals ---

  static UserFault emptiness(Source source) {
    return new UserFault(
        "Source "
            + source.table()
            + " delivered no rows. A study's source is never taken as empty: correct its path or query, or leave the source out of the study.");
  }

  /** A receipt whose lines lie on both sides of what was read would lose lines. */
  private void refuseBrokenIncrements(Dataset<Row> judged) {
    if (source.increment().isEmpty() || !table.equals(Transactions.TABLE)) {
      return;
    }
    List<Row> broken =
        judged
            .where(col(Judged.OUTCOME).equalTo(Outcome.CLEAN.measure()))
            .groupBy(col(Transactions.TRANSACTION_ID))
            .agg(min(col(Raw.INCREMENT)).as("least"), max(col(Raw.INCREMENT)).as("greatest"))
            .where(col("least").notEqual(col("greatest")))
            .orderBy(Transactions.TRANSACTION_ID)
            .limit(1)
            .collectAsList();
    if (!broken.isEmpty()) {
      throw new UserFault(
          "Source "
              + source.table()
              + ": its increment "
              + source.increment().get().column()
              + " differs between the lines of receipt "
              + broken.get(0).get(0)
              + " ("
              + broken.get(0).get(1)
              + " and "
              + broken.get(0).get(2)
              + "), so that a later reading could bring a part of a receipt only. Take a column that is the same on all lines of a receipt, or read the source whole.");
    }
  }
}
