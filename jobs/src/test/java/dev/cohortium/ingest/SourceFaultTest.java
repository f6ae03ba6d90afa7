package dev.cohortium.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cohortium.config.Source;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.io.UnsupportedEncodingException;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.UnknownFormatConversionException;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SourceFaultTest {
  private static final Source SOURCE =
      StudyReader.parse(
              """
              study = test, currency = EUR
              sources.transactions { format = csv, path = a.csv, columns { transaction_id = a, occurred_at = b, net_amount = c } }
              """,
              "test",
              List.of(),
              Map.of())
          .sources()
          .get("transactions");

  static Stream<Arguments> of_the_user() {
    return Stream.of(
        Arguments.of(new IOException("Illegal file pattern: ["), "Illegal file pattern"),
        Arguments.of(new IOException("Incomplete HDFS URI, no host"), "Incomplete HDFS URI"),
        Arguments.of(new FileNotFoundException("a.csv"), "a file is missing"),
        Arguments.of(new UnsupportedEncodingException("banana"), "cannot be decoded: banana"),
        Arguments.of(
            new IllegalArgumentException(new URISyntaxException("a:b", "Relative path")),
            "its path is none: Relative path"),
        Arguments.of(new UnsupportedOperationException(), "is not supported"),
        Arguments.of(new ArithmeticException("long overflow"), "refused: long overflow"),
        Arguments.of(new UnknownFormatConversionException("z"), "refused: Conversion = 'z'"),
        Arguments.of(new NegativeArraySizeException("-1"), "a size below 0"),
        Arguments.of(new RuntimeException("boom"), "an expression fails on a row: boom"),
        Arguments.of(new StackOverflowError(), "nested too deeply"),
        Arguments.of(
            new ClassNotFoundException("Class org.x.S3AFileSystem not found"),
            "the class org.x.S3AFileSystem is missing"),
        Arguments.of(
            new AssertionError("assertion failed: Conflicting directory structures detected. X:"),
            "of several tables (Conflicting directory structures detected)"));
  }

  @ParameterizedTest
  @MethodSource("of_the_user")
  void what_spark_refuses_while_it_reads_is_told_in_a_sentence(Throwable cause, String words) {
    Throwable failure = new SparkException("Job aborted due to stage failure: Task 0", cause);

    assertThat(SourceFault.of(SOURCE, failure))
        .isInstanceOf(UserFault.class)
        .hasMessageStartingWith("Source transactions cannot be read (csv a.csv): ")
        .hasMessageContaining(words)
        .hasMessageNotContainingAny("java.", "Job aborted");
  }

  static Stream<Throwable> of_nobody_outside() {
    return Stream.of(
        new NullPointerException(),
        new ClassCastException("a"),
        new IllegalStateException("SparkContext has been shutdown"),
        new UncheckedIOException(new IOException("No space left on device")),
        new InterruptedIOException("interrupted"),
        new OutOfMemoryError("Java heap space"));
  }

  @ParameterizedTest
  @MethodSource("of_nobody_outside")
  void a_bug_and_a_broken_machine_are_nobodys_fault(Throwable cause) {
    Throwable failure = new SparkException("Job aborted due to stage failure: Task 0", cause);

    assertThat(SourceFault.of(SOURCE, failure)).isNotInstanceOf(UserFault.class);
  }

  @Test
  void an_error_that_is_nobodys_fault_flies_on_as_it_is() {
    Error error = new OutOfMemoryError("Java heap space");

    assertThat(catchThrowable(() -> SourceFault.of(SOURCE, error))).isSameAs(error);
  }
}
