package dev.cohortium.benchmark;

import java.sql.SQLException;

/** A benchmark of several sizes, each in a JVM of its own. */
public interface SizedBenchmark {
  /** Writes what so many customers need; the time for it does not count. */
  void prepare(int customers);

  /** Measures what was prepared. */
  Figures run(int customers) throws SQLException;
}
