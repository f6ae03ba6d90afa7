package dev.cohortium.runtime;

import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.table.Customers;
import java.time.Clock;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * Runs jobs in order: reads what each declares, checks what it computed against the contracts,
 * replaces the tables it declares, publishes them and keeps the ledger. When a job fails, what the
 * jobs before it wrote stands, and nothing of its own; when the program is killed, the next run
 * takes back what the job at work had written.
 */
public final class JobRunner {
  private final SparkSession session;
  private final Study study;
  private final String location;
  private final Clock clock;
  private final Progress progress;
  private final Options options;
  private final String version;

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

  /**
   * A run of {@code study}.
   *
   * @param warehouse a folder of this machine, or a URI
   * @param clock dates the run and its ledger; no result depends on it
   * @param options what the user asks for besides the study
   * @param version of the program, for the ledger
   */
  public JobRunner(
      SparkSession session,
      Study study,
      String warehouse,
      Clock clock,
      Progress progress,
      Options options,
      String version) {
    this.session = session;
    this.study = study;
    this.location = warehouse;
    this.clock = clock;
    this.progress = progress;
    this.options = options;
    this.version = version;
  }

  /**
   * Runs {@code jobs} in the given order.
   *
   * @throws UserFault if the study or the data are at fault; anything else thrown is a bug or a
   *     broken machine
   */
  public RunSummary run(List<Job> jobs) {
    Expressions.checkSegments(
        study, session.createDataFrame(List.of(), Contracts.schema(Customers.TABLE)));
    try (Writing writing =
        new Writing(session, study, location, clock, progress, options, version)) {
      return new JobSequence(session, study, version, writing).run(jobs);
    }
  }
}
