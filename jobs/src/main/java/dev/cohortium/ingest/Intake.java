package dev.cohortium.ingest;

import dev.cohortium.config.Source;
import dev.cohortium.config.UserFault;
import dev.cohortium.ingest.Known.Delivery;
import dev.cohortium.runtime.Run;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a run takes in of one source.
 *
 * @param files what is read
 * @param scope what becomes of the rows that stand
 * @param notes what people should know of it
 */
record Intake(List<SourceFile> files, Scope scope, List<String> notes) {
  private static final int NAMED_FILES = 3;

  /** What becomes of the rows that stand. */
  enum Scope {
    /** They stay, unless what is read replaces them. */
    ADDED,
    /** They go. */
    WHOLE
  }

  /**
   * Files of a source: the new and changed ones, or all where they must be read anew.
   *
   * @param there the files that there are
   * @throws UserFault if all must be read anew and some are gone
   */
  static Intake ofFiles(
      Source source, List<SourceFile> there, Known known, String declaration, Run.Reading asked) {
    boolean isDeclared = known.isDeclared(declaration);
    if (known.isEmpty() || (isDeclared && asked == Run.Reading.NEW)) {
      List<SourceFile> unread = unread(there, known);
      List<String> notes =
          known.isEmpty()
              ? List.of()
              : List.of(
                  "%s: %d new or changed, %d known files"
                      .formatted(source.table(), unread.size(), there.size() - unread.size()));
      return new Intake(unread, known.isEmpty() ? Scope.WHOLE : Scope.ADDED, notes);
    }
    List<String> gone = gone(there, known);
    String why =
        isDeclared
            ? "--rebuild asks for it"
            : "what the study says of it (mapping, types, filters, zone, table) has changed";
    if (!gone.isEmpty() && asked == Run.Reading.NEW) {
      throw new UserFault(
          "Source "
              + source.table()
              + " must be read anew: "
              + why
              + ". But of the files that were read "
              + gone.size()
              + " are not there any more: "
              + named(gone)
              + ". Bring them back to sources."
              + source.table()
              + ".path, or say --rebuild to go on without their rows.");
    }
    return new Intake(
        there,
        Scope.WHOLE,
        gone.isEmpty()
            ? List.of(
                "%s: all %d files are read anew, for %s"
                    .formatted(source.table(), there.size(), why))
            : List.of(
                "%s: all %d files are read anew, for %s; the rows of %d files that are gone are dropped: %s"
                    .formatted(source.table(), there.size(), why, gone.size(), named(gone))));
  }

  /** The new and the changed, and what was left out because it repeated one of these. */
  private static List<SourceFile> unread(List<SourceFile> there, Known known) {
    Set<String> changed =
        there.stream()
            .filter(file -> !known.has(file))
            .map(SourceFile::path)
            .collect(Collectors.toSet());
    return there.stream()
        .filter(
            file ->
                !known.has(file)
                    || known.of(file).map(Delivery::sameAs).filter(changed::contains).isPresent())
        .toList();
  }

  private static List<String> gone(List<SourceFile> there, Known known) {
    Set<String> paths = there.stream().map(SourceFile::path).collect(Collectors.toSet());
    return known.deliveries().stream()
        .filter(d -> d.isRead() && d.rows() > 0)
        .map(d -> d.file().path())
        .filter(path -> !paths.contains(path))
        .toList();
  }

  /** This intake without the files that {@code left} names. */
  Intake without(Set<SourceFile> left) {
    return new Intake(files.stream().filter(file -> !left.contains(file)).toList(), scope, notes);
  }

  /** The paths of its files. */
  Set<String> paths() {
    return files.stream().map(SourceFile::path).collect(Collectors.toSet());
  }

  /** The numbers of the deliveries whose rows go because their files are read again. */
  Set<Long> replaced(Known known) {
    Set<Long> numbers = new HashSet<>();
    files.forEach(file -> known.of(file).map(Delivery::number).ifPresent(numbers::add));
    return numbers;
  }

  /** A few of {@code paths}, for people. */
  static String named(List<String> paths) {
    return paths.stream().limit(NAMED_FILES).collect(Collectors.joining(", "))
        + (paths.size() > NAMED_FILES ? " and " + (paths.size() - NAMED_FILES) + " more" : "");
  }
}
