package dev.cohortium;

import dev.cohortium.benchmark.ControlGroupBenchmark;
import dev.cohortium.benchmark.LookAlikeBenchmark;
import dev.cohortium.benchmark.Page;
import dev.cohortium.benchmark.SizedBenchmark;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** One size of {@code bin/benchmark-look-alike} or {@code bin/benchmark-control-group}. */
final class SizedBenchmarkMain {
  private SizedBenchmarkMain() {}

  /**
   * Makes the panel of one size, or measures it and adds it to the page.
   *
   * @param arguments look-alike or control-group, the folder for its files and the customers; to
   *     measure also the page, the notes of the command's sizes, and what the page says of command
   *     and machine
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]).toAbsolutePath();
    int customers = Integer.parseInt(arguments[2]);
    SparkSession session = Main.session("benchmark");
    SizedBenchmark benchmark =
        arguments[0].equals("look-alike")
            ? new LookAlikeBenchmark(session, folder)
            : new ControlGroupBenchmark(session, folder);
    if (arguments.length == 3) {
      benchmark.prepare(customers);
    } else {
      new Page("bin/benchmark-" + arguments[0], "customers", Path.of(arguments[4]))
          .add(benchmark.run(customers), Path.of(arguments[3]), arguments[5]);
    }
    session.stop();
  }
}
