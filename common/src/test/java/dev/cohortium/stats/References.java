package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Real data and other programs' answers, which stand beside the project; tests that need them are
 * skipped where they do not.
 */
final class References {
  private References() {}

  /** A column of numbers of a CSV file with a header and no quotes. */
  static double[] column(String file, String name) {
    List<String> lines = lines(file);
    int index = Arrays.asList(lines.get(0).split(",", -1)).indexOf(name);
    assertThat(index).as("column %s of %s", name, file).isNotNegative();
    return lines.stream()
        .skip(1)
        .mapToDouble(line -> Double.parseDouble(line.split(",", -1)[index]))
        .toArray();
  }

  /** A number of a JSON file by its path of keys, joined by dots. */
  static double number(String file, String path) {
    return json(file).getDouble(path);
  }

  /** Asserts that two numbers agree to 1e-9 of the expected one. */
  static void agree(double actual, double expected) {
    agree(actual, expected, 1e-9);
  }

  /** Asserts that two numbers agree to a share of the expected one. */
  static void agree(double actual, double expected, double share) {
    assertThat(actual).isCloseTo(expected, within(share * Math.max(Math.abs(expected), 1e-300)));
  }

  private static Config json(String file) {
    return ConfigFactory.parseFile(
        path(file).toFile(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(path(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path path(String file) {
    Path path = Path.of(System.getProperty("project.root"), "../shared/reference", file);
    assumeTrue(Files.exists(path), () -> "no reference data: " + path.normalize());
    return path;
  }
}
