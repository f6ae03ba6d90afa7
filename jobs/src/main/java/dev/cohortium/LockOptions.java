package dev.cohortium;

import dev.cohortium.runtime.Run.Reading;
import dev.cohortium.runtime.RunContext;
import dev.cohortium.runtime.WriterLock;
import picocli.CommandLine.Option;

/** What is done about another run. */
final class LockOptions {
  @Option(
      names = "--steal-lock",
      description =
          "Takes the warehouse's lock from a run that is dead (on HDFS and object stores; a local one is free by then).")
  private boolean isStealing;

  RunContext.Options options(Reading reading) {
    return new RunContext.Options(
        reading, isStealing ? WriterLock.Claim.STEAL : WriterLock.Claim.IF_FREE);
  }
}
