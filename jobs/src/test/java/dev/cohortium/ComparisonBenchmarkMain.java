package dev.cohortium;

import dev.cohortium.benchmark.ComparisonBenchmark;
import dev.cohortium.benchmark.Page;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** One size of {@code bin/benchmark-sizes}, which starts it anew for each. */
final class ComparisonBenchmarkMain {
  private ComparisonBenchmarkMain() {}

  /**
   * Makes the panel of one size, or measures a job on it and adds it to the page.
   *
   * @param arguments the name, the folder for its files and the customers; to measure also the
   *     page, the notes of the command's sizes, and what the page says of command and machine
   */
  public static void main(String[] arguments) throws Exception {
    String name = arguments[0];
    int customers = Integer.parseInt(arguments[2]);
    SparkSession session = Main.session("benchmark");
    ComparisonBenchmark benchmark =
        ComparisonBenchmark.of(name, session, Path.of(arguments[1]).toAbsolutePath());
    if (arguments.length == 3) {
      benchmark.prepare(customers);
    } else {
      new Page("bin/benchmark-" + name, "customers", Path.of(arguments[4]))
          .add(benchmark.run(customers), Path.of(arguments[3]), arguments[5]);
    }
    session.stop();
  }
}
