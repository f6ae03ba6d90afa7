package dev.cohortium.ingest;

import com.univocity.parsers.common.TextParsingException;
import dev.cohortium.config.Secrets;
import dev.cohortium.config.Source;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Expressions;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UnsupportedEncodingException;
import java.net.ConnectException;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
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
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.AnalysisException;

/**
 * Tells a source at fault from a bug or a broken machine, and says what, why and what to do.
 *
 * <p>While a source is read Spark runs nothing of ours but the study's own options and expressions,
 * over the user's own files and databases. So what it refuses as an argument, an input or a file is
 * the source's fault, and only what it cannot name itself is not.
 */
final class SourceFault {
  private SourceFault() {}

  /**
   * {@code failure} as the fault of {@code source} where it is one, else itself, to be thrown on.
   */
  static RuntimeException of(Source source, Throwable failure) {
    if (failure instanceof UserFault fault) {
      return fault;
    }
    List<Throwable> causes = causes(failure);
    if (causes.stream().noneMatch(SourceFault::isOfTheMachine)) {
      for (Throwable cause : causes) {
        Optional<String> why = why(source, cause);
        if (why.isPresent()) {
          return new UserFault(
              "Source " + source.table() + " cannot be read (" + where(source) + "): " + why.get(),
              failure);
        }
      }
    }
    return unchecked(failure);
  }

  private static String where(Source source) {
    return source.format() == Source.Format.JDBC
        ? "database " + Secrets.redactUrls(source.options().getOrDefault("url", "without url"))
        : source.format().name().toLowerCase(Locale.ROOT) + " " + String.join(", ", source.path());
  }

  /** A full memory or disk, or a run that is being ended, says nothing of the source. */
  private static boolean isOfTheMachine(Throwable cause) {
    return cause instanceof OutOfMemoryError
        || cause instanceof InterruptedException
        || cause instanceof InterruptedIOException
        || cause instanceof ClosedByInterruptException
        || message(cause).contains("No space left on device");
  }

  private static Optional<String> why(Source source, Throwable cause) {
    return Stream.of(
            ofPlan(source, cause), ofPlace(cause), ofContent(cause), ofStudy(cause), ofRest(cause))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** What Spark or the database finds before it reads a row. */
  private static Optional<String> ofPlan(Source source, Throwable cause) {
    String message = message(cause);
    if (message.contains("COLUMN_ALREADY_EXISTS")) {
      return Optional.of(
          Expressions.sentence(cause)
              + " In JSON a key that stands twice in an object, or in two spellings that differ in"
              + " case alone, cannot be told apart. Deliver it under one name.");
    }
    if (cause instanceof AnalysisException) {
      return Optional.of(
          Expressions.sentence(cause)
              + (message.contains("PATH_NOT_FOUND")
                  ? " Correct sources."
                      + source.table()
                      + ".path in the study, or give it with --set."
                  : ""));
    }
    if (cause instanceof SQLException) {
      return Optional.of(
          "the database refuses: "
              + first(cause)
              + ". Check url, user, password and query; a driver's jar goes into lib/.");
    }
    if (cause instanceof ClassNotFoundException) {
      return Optional.of(
          "the class "
              + message.replaceFirst("^Class (\\S+) not found$", "$1")
              + " is missing. Put the jar that has it (a JDBC driver, a file system) into lib/.");
    }
    if (message.contains("Did not find registered driver")) {
      return Optional.of("options.driver names a class that is no JDBC driver.");
    }
    return Optional.empty();
  }

  /** Where the files are. */
  private static Optional<String> ofPlace(Throwable cause) {
    String message = message(cause);
    if (cause instanceof FileNotFoundException
        || cause instanceof AccessDeniedException
        || cause instanceof AccessControlException
        || message.contains("FILE_NOT_EXIST")
        || message.contains("Permission denied")
        // What Hadoop says of a folder that this user may not list.
        || message.contains("Invalid directory or I/O error")) {
      return Optional.of("a file is missing or may not be read: " + first(cause));
    }
    if (cause instanceof URISyntaxException) {
      return Optional.of("its path is none: " + first(cause) + ". Correct path in the study.");
    }
    if (cause instanceof UnsupportedFileSystemException
        || cause instanceof UnknownHostException
        || cause instanceof ConnectException
        || message.contains("No FileSystem for scheme")) {
      return Optional.of(
          "where it lies cannot be reached: "
              + first(cause)
              + ". Check the path's scheme and host; a file system's jar goes into lib/.");
    }
    if (cause instanceof AssertionError) {
      return Optional.of(
          "its folders are of several tables ("
              + first(cause).replaceFirst("^assertion failed: ", "").replaceFirst("\\. .*$", "")
              + "). Name those of one table.");
    }
    return Optional.empty();
  }

  /** What the files hold. */
  private static Optional<String> ofContent(Throwable cause) {
    String message = message(cause);
    if (cause instanceof EOFException
        || cause instanceof ZipException
        || message.contains("not a gzip file")
        || message.contains("incorrect header check")) {
      return Optional.of(
          "a compressed file is damaged or cut off: " + message + ". Deliver it again.");
    }
    if (cause instanceof CharacterCodingException
        || cause instanceof UnsupportedCharsetException
        || cause instanceof UnsupportedEncodingException) {
      return Optional.of("its text cannot be decoded: " + message + ". Set options.encoding.");
    }
    if (message.contains("CSV header does not conform")
        || message.contains("Number of column in CSV header")) {
      return Optional.of(
          "its files differ in their header: "
              + oneLine(cause)
              + ". Deliver files of one layout, or split the source by path.");
    }
    if (cause instanceof TextParsingException) {
      return Optional.of(
          "a line has more columns than options.maxColumns allows (20480 unless the study says"
              + " otherwise), or a value more characters than options.maxCharsPerColumn.");
    }
    if (message.contains("is not a Parquet file")
        || message.contains("CANNOT_READ_FILE_FOOTER")
        || message.contains("Could not read footer")) {
      return Optional.of("a file is no Parquet: " + first(cause));
    }
    if (message.contains("CANNOT_MERGE_SCHEMAS") || message.contains("Failed merging schema")) {
      return Optional.of("its files differ in their columns' types: " + first(cause));
    }
    return Optional.empty();
  }

  /** What the study asks of each row. */
  private static Optional<String> ofStudy(Throwable cause) {
    if (cause instanceof PatternSyntaxException) {
      return Optional.of("a pattern in the study is no regular expression: " + first(cause) + ".");
    }
    if (cause instanceof DateTimeException
        || message(cause).contains("INCONSISTENT_BEHAVIOR_CROSS_VERSION")) {
      return Optional.of(
          "a date or time format of the study cannot be used: " + Expressions.sentence(cause));
    }
    if (cause instanceof StackOverflowError) {
      return Optional.of("an expression or a row is nested too deeply.");
    }
    if (cause instanceof NegativeArraySizeException) {
      return Optional.of("an option asks for a size below 0.");
    }
    if (cause instanceof IllegalArgumentException || cause instanceof ArithmeticException) {
      return Optional.of("an option or an expression is refused: " + Expressions.sentence(cause));
    }
    return Optional.empty();
  }

  /** What Spark and Hadoop throw for an input's sake without a class of its own. */
  private static Optional<String> ofRest(Throwable cause) {
    if (cause instanceof UnsupportedOperationException) {
      return Optional.of("what it asks of its file system or of Spark is not supported.");
    }
    if (cause instanceof SparkThrowable known) {
      boolean isNamed = known.getErrorClass() != null && !known.isInternalError();
      return isNamed
          ? Optional.of(
              "an option, an expression or a row is refused: " + Expressions.sentence(cause))
          : Optional.empty();
    }
    if (cause instanceof IOException) {
      return Optional.of(
          "a place, a file or a value cannot be read: " + Expressions.sentence(cause));
    }
    // Spark's own functions throw the bare class, as raise_error and xpath do.
    return cause.getClass().equals(RuntimeException.class)
        ? Optional.of("an expression fails on a row: " + Expressions.sentence(cause))
        : Optional.empty();
  }

  private static String message(Throwable cause) {
    return String.valueOf(cause.getMessage());
  }

  private static String first(Throwable cause) {
    return message(cause).lines().findFirst().orElse("");
  }

  private static String oneLine(Throwable cause) {
    return message(cause).replaceAll("\\s+", " ").strip();
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
