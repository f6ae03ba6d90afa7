package dev.cohortium.runtime;

import dev.cohortium.config.UserFault;
import dev.cohortium.table.Customers;
import java.util.List;

/**
 * Runs jobs in order: reads what each declares, checks what it computed against the contracts,
 * replaces the tables it declares, publishes them and keeps the ledger. When a job fails, what the
 * jobs before it wrote stands, and nothing of its own; when the program is killed, the next run
 * takes back what the job at work had written.
 */
public final class JobRunner {
  private final RunContext context;

  /** Runs in {@code context}. */
  public JobRunner(RunContext context) {
    this.context = context;
  }

  /**
   * Runs those of {@code jobs} that the study configures, in the given order. What the others wrote
   * to shared tables for the same month goes.
   *
   * @throws UserFault if the study or the data are at fault; anything else thrown is a bug or a
   *     broken machine
   */
  public RunSummary run(List<Job> jobs) {
    Expressions.checkSegments(
        context.study(),
        context.session().createDataFrame(List.of(), Contracts.schema(Customers.TABLE)));
    try (Writing writing = new Writing(context)) {
      return new JobSequence(context, writing).run(jobs);
    }
  }
}
