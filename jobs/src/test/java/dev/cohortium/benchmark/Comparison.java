package dev.cohortium.benchmark;

import dev.cohortium.config.Study;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import java.nio.file.Path;
import java.sql.SQLException;
import org.apache.spark.sql.SparkSession;

/** A job that compares, with a panel of any size for it. */
interface Comparison {
  /** Whose command is {@code bin/benchmark-} and this. */
  default String name() {
    return job().name();
  }

  Job job();

  Study study();

  /** The tables that the job reads, of so many customers. */
  Frames panel(SparkSession session, int customers);

  /**
   * Adds what is told of this job besides its seconds.
   *
   * @param folder with the tables read and written, in panel and out
   */
  void tell(Figures figures, Frames in, Frames out, Path folder) throws SQLException;
}
