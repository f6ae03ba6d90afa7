package dev.cohortium.ingest;

import dev.cohortium.config.Source;
import dev.cohortium.ingest.Intake.Scope;
import dev.cohortium.ingest.Known.Delivery;
import dev.cohortium.runtime.Run;
import dev.cohortium.table.Deliveries;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** The files of an intake once their rows are counted: what each brought, and what it repeats. */
final class Arrivals {
  private final Source source;
  private final Known known;
  private final Run run;
  private final String declaration;
  private final Intake intake;
  private final Map<String, Content> contents = new HashMap<>();

  /** The files whose rows are those of another, or of the same file as it was. */
  private final Map<SourceFile, Delivery> repeats;

  /** What one file brought. */
  private record Content(long rows, long hash, Optional<Increments.Mark> highWater) {
    static final Content NOTHING = new Content(0, 0, Optional.empty());

    private Content plus(Content other) {
      return new Content(
          rows + other.rows, hash + other.hash, Increments.greater(highWater, other.highWater));
    }

    private boolean isOf(Delivery delivery) {
      return delivery.rows() == rows && delivery.content() == hash;
    }
  }

  /**
   * Arrivals of {@code intake}.
   *
   * @param declaration how the source is read
   * @param tally file, outcome, filter, rows, a hash of them, the greatest increment
   */
  Arrivals(
      Source source, Known known, Run run, String declaration, Intake intake, List<Row> tally) {
    this.source = source;
    this.known = known;
    this.run = run;
    this.declaration = declaration;
    this.intake = intake;
    tally.forEach(
        row ->
            contents.merge(
                row.getString(0),
                new Content(row.getLong(3), row.getLong(4), Increments.mark(row.get(5))),
                Content::plus));
    this.repeats = SourceReader.isOfFiles(source) ? repeats() : Map.of();
  }

  private Content content(SourceFile file) {
    return contents.getOrDefault(file.path(), Content.NOTHING);
  }

  private Map<SourceFile, Delivery> repeats() {
    Map<SourceFile, Delivery> found = new LinkedHashMap<>();
    List<Delivery> stand = new ArrayList<>();
    if (intake.scope() == Scope.ADDED) {
      Set<String> paths = intake.paths();
      known.deliveries().stream()
          .filter(d -> d.isRead() && !paths.contains(d.file().path()))
          .forEach(stand::add);
      intake.files().forEach(file -> asItWas(file).ifPresent(d -> found.put(file, d)));
      stand.addAll(found.values());
    }
    // What a file had before says nothing any more where it has something else now.
    for (SourceFile file : inOrder()) {
      Content brought = content(file);
      if (!found.containsKey(file)) {
        stand.stream()
            .filter(d -> brought.rows() > 0 && brought.isOf(d))
            .findFirst()
            .ifPresentOrElse(
                same -> found.put(file, same), () -> stand.add(delivery(file, brought)));
      }
    }
    return found;
  }

  private Optional<Delivery> asItWas(SourceFile file) {
    return known
        .of(file)
        .filter(Delivery::isRead)
        .filter(d -> d.rows() > 0 && content(file).isOf(d));
  }

  private static boolean isSame(Delivery delivery, SourceFile file) {
    return delivery.file().path().equals(file.path());
  }

  private Delivery delivery(SourceFile file, Content brought) {
    return new Delivery(
        0, run.id(), file, "read", null, brought.rows(), brought.hash(), null, declaration);
  }

  /** As they were delivered: known files by their number, then by time and path. */
  private List<SourceFile> inOrder() {
    return intake.files().stream()
        .sorted(
            Comparator.<SourceFile>comparingLong(
                    file -> known.of(file).map(Delivery::number).orElse(Long.MAX_VALUE))
                .thenComparing(SourceFile::modifiedAt)
                .thenComparing(SourceFile::path))
        .toList();
  }

  /** Whether a database or Delta table gives exactly what it gave last. */
  boolean isSameSnapshot() {
    if (SourceReader.isOfFiles(source) || run.reading() != Run.Reading.NEW) {
      return false;
    }
    return intake.scope() == Scope.ADDED
        ? contents.isEmpty()
        : source.increment().isEmpty()
            && known.isDeclared(declaration)
            && known.deliveries().size() == intake.files().size()
            && intake.files().stream()
                .allMatch(file -> known.of(file).filter(content(file)::isOf).isPresent());
  }

  boolean hasRepeats() {
    return !repeats.isEmpty();
  }

  /** The intake without files that repeat anything. */
  Intake read() {
    return intake.without(repeats.keySet());
  }

  /**
   * The intake without files that are as they were: those of which earlier rows go. What a database
   * gives beyond a mark leaves the rows before it as they are.
   */
  Intake changed() {
    if (!SourceReader.isOfFiles(source) && intake.scope() == Scope.ADDED) {
      return intake.without(Set.copyOf(intake.files()));
    }
    return intake.without(
        repeating().filter(this::isUnchanged).collect(Collectors.toUnmodifiableSet()));
  }

  private Stream<SourceFile> repeating() {
    return repeats.keySet().stream();
  }

  private boolean isUnchanged(SourceFile file) {
    return repeats.containsKey(file) && isSame(repeats.get(file), file);
  }

  /** For people: which files are left out, and for which. */
  List<String> skippedNotes() {
    return repeating()
        .filter(Predicate.not(this::isUnchanged))
        .map(
            file ->
                source.table()
                    + ": skipped "
                    + file.path()
                    + ", whose rows are those of "
                    + repeats.get(file).file().path())
        .toList();
  }

  /**
   * Rows of {@link Deliveries}.
   *
   * @param numbers of the files of the intake, and of those that are gone
   * @param batch of a file
   * @param columns of the source so far; null: they are not remembered
   */
  List<Row> deliveries(
      Map<SourceFile, Long> numbers, Function<SourceFile, String> batch, String columns) {
    return numbers.entrySet().stream()
        .map(e -> row(e.getKey(), e.getValue(), batch.apply(e.getKey()), columns))
        .toList();
  }

  private Row row(SourceFile file, long number, String batch, String columns) {
    Content brought = content(file);
    boolean isSkipped = repeats.containsKey(file) && !isUnchanged(file);
    return RowFactory.create(
        number,
        run.id(),
        source.table(),
        file.path(),
        outcome(file, isSkipped),
        isSkipped ? repeats.get(file).file().path() : null,
        file.size().isPresent() ? file.size().getAsLong() : null,
        Timestamp.from(file.modifiedAt()),
        brought.rows(),
        brought.hash(),
        batch,
        columns,
        brought.highWater().map(Increments.Mark::text).or(() -> mark(file)).orElse(null),
        declaration);
  }

  private String outcome(SourceFile file, boolean isSkipped) {
    if (!intake.files().contains(file)) {
      return "gone";
    }
    return isUnchanged(file) ? "unchanged" : isSkipped ? "skipped" : "read";
  }

  private Optional<String> mark(SourceFile file) {
    return known.of(file).map(Delivery::highWater);
  }
}
