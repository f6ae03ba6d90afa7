package dev.cohortium.runtime;

import java.time.Instant;

/**
 * One launch of the program.
 *
 * @param id names it in the ledger
 * @param startedAt when it began; what a database delivers is dated by it
 * @param progress where it tells how far it is
 * @param reading what it reads of sources that were read before
 */
public record Run(String id, Instant startedAt, Progress progress, Reading reading) {
  /** What is read of sources that were read before. */
  public enum Reading {
    /** What is new. */
    NEW,
    /** Everything, and every table is made again. */
    ALL
  }

  /** A run that nobody watches. */
  public static Run unwatched(String id, Instant startedAt) {
    return new Run(
        id,
        startedAt,
        new Progress() {
          @Override
          public void step(String step) {}

          @Override
          public void note(String line) {}
        },
        Reading.NEW);
  }
}
