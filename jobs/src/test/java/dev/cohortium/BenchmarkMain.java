package dev.cohortium;

import dev.cohortium.benchmark.Benchmark;
import dev.cohortium.benchmark.Figures;
import dev.cohortium.benchmark.Page;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** One size of {@code bin/benchmark}, which starts it anew for each. */
final class BenchmarkMain {
  private BenchmarkMain() {}

  /**
   * Measures one size and adds it to the page.
   *
   * @param arguments the folder for its files, the lines, the page, the notes of the command's
   *     sizes, and what the page says of command and machine
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    long lines = Long.parseLong(arguments[1]);
    SparkSession session = Main.session("benchmark");
    int threads = Main.cores(session.sparkContext().master());
    Figures figures = new Benchmark(session, Main.jobs(), folder, threads).run(lines);
    session.stop();
    new Page("bin/benchmark", "lines", Path.of(arguments[3]))
        .add(figures, Path.of(arguments[2]), arguments[4]);
  }
}
