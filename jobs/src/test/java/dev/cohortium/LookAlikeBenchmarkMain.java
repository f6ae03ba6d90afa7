package dev.cohortium;

import dev.cohortium.benchmark.LookAlikeBenchmark;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** One size of {@code bin/benchmark-look-alike}, which starts it anew for each. */
final class LookAlikeBenchmarkMain {
  private LookAlikeBenchmarkMain() {}

  /** Measures one size. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    int customers = Integer.parseInt(arguments[1]);
    SparkSession session = Main.session("benchmark");
    LookAlikeBenchmark benchmark = new LookAlikeBenchmark(session, folder);
    if (!Files.exists(folder.resolve("panel"))) {
      benchmark.prepare(customers);
    }
    System.err.println(benchmark.run(customers).measures());
    session.stop();
  }
}
