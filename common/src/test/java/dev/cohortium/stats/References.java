package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/** Reference data and answers, which stand beside the project: tests without them are skipped. */
final class References {
  private static final Path FOLDER =
      Path.of(System.getProperty("project.root", ".."), "../shared/reference");

  private static final Map<Path, Config> JSON = new ConcurrentHashMap<>();

  private References() {}

  /** A column of a file of comma-separated values without quotes. */
  static String[] column(String file, String name) {
    try {
      List<String> lines = Files.readAllLines(path(file));
      int at = Arrays.asList(lines.get(0).split(",", -1)).indexOf(name);
      return lines.stream().skip(1).map(line -> line.split(",", -1)[at]).toArray(String[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static double[] numbers(String file, String column) {
    return Arrays.stream(column(file, column)).mapToDouble(Double::parseDouble).toArray();
  }

  /** The number at a path of keys in a JSON file. */
  static double number(String file, String... keys) {
    return json(file).getDouble(ConfigUtil.joinPath(keys));
  }

  static List<Double> list(String file, String... keys) {
    return json(file).getDoubleList(ConfigUtil.joinPath(keys));
  }

  /** The numbers at a path of keys in a JSON file, {@code none} where there is null. */
  static List<Double> listWithGaps(String file, double none, String... keys) {
    return json(file).getList(ConfigUtil.joinPath(keys)).unwrapped().stream()
        .map(value -> value == null ? none : ((Number) value).doubleValue())
        .toList();
  }

  /** A row of the matrix at a path of keys in a JSON file. */
  static List<Double> row(String file, int row, String... keys) {
    List<?> numbers = (List<?>) json(file).getList(ConfigUtil.joinPath(keys)).unwrapped().get(row);
    return numbers.stream().map(value -> ((Number) value).doubleValue()).toList();
  }

  /** The estimate, which there must be. */
  static Estimate measured(Measurement measurement) {
    return measurement.estimate().orElseThrow();
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
    Path path = path(file);
    return JSON.computeIfAbsent(path, read -> ConfigFactory.parseFile(read.toFile()));
  }

  private static Path path(String file) {
    Assumptions.assumeTrue(Files.isDirectory(FOLDER), "no reference data at " + FOLDER);
    return FOLDER.resolve(file);
  }
}
