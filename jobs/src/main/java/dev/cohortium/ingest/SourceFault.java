package dev.cohortium.ingest;

import dev.cohortium.config.Source;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Expressions;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.AccessDeniedException;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import java.util.zip.ZipException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkArithmeticException;
import org.apache.spark.SparkRuntimeException;
import org.apache.spark.sql.AnalysisException;

/** Tells a source at fault from a bug, and says what, why and what to do. */
final class SourceFault {
  private SourceFault() {}

  /**
   * {@code failure} as the fault of {@code source} where it is one, else itself, to be thrown on.
   */
  static RuntimeException of(Source source, Throwable failure) {
    if (failure instanceof UserFault fault) {
      return fault;
    }
    for (Throwable cause : causes(failure)) {
      Optional<String> why = why(source, cause);
      if (why.isPresent()) {
        return new UserFault(
            "Source " + source.table() + " cannot be read (" + where(source) + "): " + why.get(),
            failure);
      }
    }
    if (failure instanceof IllegalArgumentException) {
      // Of the reader itself, before any row: the only arguments it has are the source's options.
      return new UserFault(
          "Source "
              + source.table()
              + " cannot be read ("
              + where(source)
              + "): an option is refused: "
              + failure.getMessage()
              + ". Correct sources."
              + source.table()
              + ".options.",
          failure);
    }
    return unchecked(failure);
  }

  private static String where(Source source) {
    return source.format() == Source.Format.JDBC
        ? "database "
            + dev.cohortium.config.Secrets.redactUrls(
                source.options().getOrDefault("url", "without url"))
        : source.format().name().toLowerCase(Locale.ROOT) + " " + String.join(", ", source.path());
  }

  private static Optional<String> why(Source source, Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof AnalysisException analysis) {
      return Optional.of(Expressions.sentence(analysis) + hintOfAnalysis(source, message));
    }
    if (cause instanceof SQLException) {
      return Optional.of(
          "the database refuses: "
              + message.lines().findFirst().orElse(message)
              + ". Check url, user, password and query; a driver's jar goes into lib/.");
    }
    if (cause instanceof ClassNotFoundException) {
      return Optional.of(
          "the class "
              + message
              + " is missing. Put the jar that has it (a JDBC driver, a file system) into lib/.");
    }
    if (cause instanceof FileNotFoundException
        || cause instanceof AccessDeniedException
        || cause instanceof AccessControlException
        || message.contains("FILE_NOT_EXIST")
        || message.contains("Permission denied")
        // What Hadoop says of a folder that this user may not list.
        || message.contains("Invalid directory or I/O error")) {
      return Optional.of(
          "a file is missing or may not be read: " + message.lines().findFirst().orElse(message));
    }
    if (cause instanceof EOFException
        || cause instanceof ZipException
        || message.contains("not a gzip file")
        || message.contains("incorrect header check")) {
      return Optional.of(
          "a compressed file is damaged or cut off: " + message + ". Deliver it again.");
    }
    if (cause instanceof CharacterCodingException || cause instanceof UnsupportedCharsetException) {
      return Optional.of("its text cannot be decoded: " + message + ". Set options.encoding.");
    }
    if (message.contains("CSV header does not conform")
        || message.contains("Number of column in CSV header")) {
      return Optional.of(
          "its files differ in their header: "
              + message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse(message)
              + ". Deliver files of one layout, or split the source by path.");
    }
    if (message.contains("is not a Parquet file")
        || message.contains("CANNOT_READ_FILE_FOOTER")
        || message.contains("Could not read footer")) {
      return Optional.of("a file is no Parquet: " + message.lines().findFirst().orElse(message));
    }
    String first = message.lines().findFirst().orElse(message);
    if (cause instanceof PatternSyntaxException) {
      return Optional.of("a pattern in the study is no regular expression: " + first + ".");
    }
    if (cause instanceof DateTimeException
        || message.contains("INCONSISTENT_BEHAVIOR_CROSS_VERSION")) {
      return Optional.of("a date or time format of the study cannot be used: " + first);
    }
    if (cause instanceof SparkRuntimeException || cause instanceof SparkArithmeticException) {
      return Optional.of("an expression of the study fails on a row: " + first);
    }
    if (message.contains("CANNOT_MERGE_SCHEMAS") || message.contains("Failed merging schema")) {
      return Optional.of("its files differ in their columns' types: " + first);
    }
    if (cause instanceof UnsupportedFileSystemException
        || cause instanceof UnknownHostException
        || cause instanceof ConnectException
        || message.contains("No FileSystem for scheme")) {
      return Optional.of(
          "where it lies cannot be reached: "
              + first
              + ". Check the path's scheme and host; a file system's jar goes into lib/.");
    }
    return Optional.empty();
  }

  private static String hintOfAnalysis(Source source, String message) {
    return message.contains("PATH_NOT_FOUND")
        ? " Correct sources." + source.table() + ".path in the study, or give it with --set."
        : "";
  }

  /** From the root, which knows best, to what Spark wrapped around it. */
  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable cause = failure;
        cause != null && !causes.contains(cause);
        cause = cause.getCause()) {
      causes.add(0, cause);
    }
    return causes;
  }

  /** Spark throws checked exceptions that its Java signatures do not declare. */
  static RuntimeException unchecked(Throwable failure) {
    if (failure instanceof RuntimeException unchecked) {
      return unchecked;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(failure);
  }
}
