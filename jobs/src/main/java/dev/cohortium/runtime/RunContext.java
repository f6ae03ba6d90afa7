package dev.cohortium.runtime;

import dev.cohortium.config.Study;
import java.time.Clock;
import org.apache.spark.sql.SparkSession;

/**
 * What whoever writes to a warehouse works with.
 *
 * @param warehouse a folder of this machine, or a URI; there or not
 * @param clock dates the run and its ledger; no result depends on it
 * @param version of the program, for the ledger
 */
public record RunContext(
    SparkSession session,
    Study study,
    String warehouse,
    Clock clock,
    Progress progress,
    Options options,
    String version) {

  /**
   * What a user asks for besides the study.
   *
   * @param reading whether tables are made again though nothing changed
   * @param claim what is done about another run
   */
  public record Options(Run.Reading reading, WriterLock.Claim claim) {
    /** What a schedule asks for. */
    public static final Options USUAL = new Options(Run.Reading.NEW, WriterLock.Claim.IF_FREE);
  }
}
