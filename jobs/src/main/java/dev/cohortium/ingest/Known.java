package dev.cohortium.ingest;

import dev.cohortium.config.Source;
import dev.cohortium.table.Deliveries;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** What earlier runs took in of one source: the last delivery of each of its files. */
final class Known {
  private final Map<String, Delivery> byFile = new LinkedHashMap<>();
  private Optional<StructType> columns = Optional.empty();

  private Known() {}

  /**
   * A delivery of the ledger, as {@link Deliveries} has it.
   *
   * @param number the delivery that brought the file's rows; of a file whose rows were found
   *     unchanged that is an earlier one
   * @param batch what its rows were taken in with
   * @param sameAs the path of the file that it repeats; null: none
   */
  record Delivery(
      long number,
      String batch,
      SourceFile file,
      String outcome,
      String sameAs,
      long rows,
      long content,
      String highWater,
      String declaration) {
    boolean isRead() {
      return !outcome.equals("skipped");
    }
  }

  /**
   * The deliveries of {@code source}.
   *
   * @param deliveries rows of {@link Deliveries}, in the order of their numbers
   */
  static Known of(Source source, List<Row> deliveries) {
    Known known = new Known();
    deliveries.stream()
        .filter(row -> row.getAs(Deliveries.SOURCE).equals(source.table()))
        .forEach(known::add);
    return known;
  }

  private void add(Row row) {
    String path = row.getAs(Deliveries.FILE);
    if (row.getAs(Deliveries.OUTCOME).equals("gone")) {
      byFile.remove(path);
      return;
    }
    columns =
        Optional.ofNullable(row.<String>getAs(Deliveries.COLUMNS))
            .map(StructType::fromDDL)
            .or(() -> columns);
    Delivery before = byFile.get(path);
    boolean isUnchanged = row.getAs(Deliveries.OUTCOME).equals("unchanged") && before != null;
    Long size = row.getAs(Deliveries.SIZE);
    Instant modifiedAt = row.<Timestamp>getAs(Deliveries.MODIFIED_AT).toInstant();
    byFile.put(
        path,
        new Delivery(
            isUnchanged ? before.number() : row.<Long>getAs(Deliveries.DELIVERY),
            row.getAs(Deliveries.BATCH),
            new SourceFile(
                path, size == null ? OptionalLong.empty() : OptionalLong.of(size), modifiedAt),
            isUnchanged ? before.outcome() : row.getAs(Deliveries.OUTCOME),
            row.getAs(Deliveries.SAME_AS),
            row.getAs(Deliveries.ROWS),
            row.getAs(Deliveries.CONTENT),
            row.getAs(Deliveries.HIGH_WATER),
            row.getAs(Deliveries.DECLARATION)));
  }

  boolean isEmpty() {
    return byFile.isEmpty();
  }

  Optional<Delivery> of(SourceFile file) {
    return Optional.ofNullable(byFile.get(file.path()));
  }

  /** Whether {@code file} was looked into as it is now. */
  boolean has(SourceFile file) {
    return of(file).map(Delivery::file).filter(file::equals).isPresent();
  }

  /** In the order of their numbers, but for files that were delivered again. */
  List<Delivery> deliveries() {
    return List.copyOf(byFile.values());
  }

  /** The columns that its files have had so far. */
  Optional<StructType> columns() {
    return columns;
  }

  /** Whether the study says of the source what it said when its rows were read. */
  boolean isDeclared(String declaration) {
    return deliveries().stream().allMatch(d -> d.declaration().equals(declaration));
  }
}
