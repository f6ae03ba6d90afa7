package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;

/** Data and answers of reference implementations, which stand beside the project where they do. */
final class References {
  private final Path folder;
  private final Config answers;

  private References(Path folder) {
    this.folder = folder;
    answers = ConfigFactory.parseFile(folder.resolve("reference.json").toFile());
  }

  /** A folder of references; the test is skipped where it is missing. */
  static References of(String name) {
    Path folder = Path.of(System.getProperty("project.root"), "../shared/reference", name);
    Assumptions.assumeTrue(Files.isDirectory(folder), "There are no references at " + folder);
    return new References(folder);
  }

  /** The number at {@code path} of reference.json. */
  double number(String... path) {
    return answers.getDouble(ConfigUtil.joinPath(path));
  }

  /** A column of a file, as text. */
  String[] texts(String file, String column) {
    try {
      List<String> lines = Files.readAllLines(folder.resolve(file));
      int place = Arrays.asList(lines.get(0).split(",", -1)).indexOf(column);
      return lines.stream().skip(1).map(line -> line.split(",", -1)[place]).toArray(String[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A column of a file, as numbers. */
  double[] numbers(String file, String column) {
    return Arrays.stream(texts(file, column)).mapToDouble(Double::parseDouble).toArray();
  }

  /** Asserts that two numbers are the same but for a share of the one expected. */
  static void assertSame(double actual, double expected, double share) {
    assertThat(actual).isCloseTo(expected, Offset.offset(Math.abs(expected) * share));
  }
}
