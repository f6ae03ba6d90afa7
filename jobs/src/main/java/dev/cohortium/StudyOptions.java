package dev.cohortium;

import dev.cohortium.config.Study;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What is measured, and where its tables are. */
final class StudyOptions {
  @Option(names = "--study", paramLabel = "FILE", description = "The study: what is measured.")
  private Path file;

  @Option(
      names = "--warehouse",
      paramLabel = "DIR|URI",
      description = "Where the tables are. Default: warehouse/STUDY.")
  private String warehouse;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of the study. Repeatable.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--as-of",
      paramLabel = "YYYY-MM",
      converter = Month.class,
      description = "The last month to use.")
  private YearMonth asOf;

  String warehouseOf(Study study) {
    return warehouse == null ? "warehouse/" + study.name() : warehouse;
  }

  /** The study's file; null: none is named. */
  Path file() {
    return file;
  }

  /** Where the tables are, if that is said; null: it is not. */
  String warehouse() {
    return warehouse;
  }

  List<String> settings() {
    return settings;
  }

  /** The last month to use; null: the study's. */
  YearMonth asOf() {
    return asOf;
  }

  /** A month such as 2011-12. */
  static final class Month implements CommandLine.ITypeConverter<YearMonth> {
    @Override
    public YearMonth convert(String text) {
      try {
        return YearMonth.parse(text);
      } catch (DateTimeException e) {
        throw new CommandLine.TypeConversionException(
            "'" + text + "' is not a month as 2011-12 is");
      }
    }
  }
}
