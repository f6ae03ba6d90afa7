package dev.cohortium;

import dev.cohortium.benchmark.LookAlikeBenchmark;
import dev.cohortium.benchmark.Page;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** One size of {@code bin/benchmark-look-alike}, which starts it anew for each. */
final class LookAlikeBenchmarkMain {
  private LookAlikeBenchmarkMain() {}

  /**
   * Makes the panel of one size, or measures it and adds it to the page.
   *
   * @param arguments the folder for its files and the customers; to measure also the page, the
   *     notes of the command's sizes, and what the page says of command and machine
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    int customers = Integer.parseInt(arguments[1]);
    SparkSession session = Main.session("benchmark");
    LookAlikeBenchmark benchmark = new LookAlikeBenchmark(session, folder);
    if (arguments.length == 2) {
      benchmark.prepare(customers);
    } else {
      new Page("bin/benchmark-look-alike", "customers", Path.of(arguments[3]))
          .add(benchmark.run(customers), Path.of(arguments[2]), arguments[4]);
    }
    session.stop();
  }
}
