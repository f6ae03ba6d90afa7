package dev.cohortium.runtime;

import dev.cohortium.config.Study;
import dev.cohortium.table.Table;
import java.util.List;

/**
 * Tables in, tables out. A job does no writing and never looks at the clock; {@link JobRunner}
 * reads its inputs, and checks, writes and publishes its outputs. One whose inputs and settings are
 * as they were is not run again.
 */
public interface Job {
  /** Its name on the command line and in the ledger. */
  String name();

  /** What it makes, in one sentence for people. */
  String sentence();

  /** Whether the study has what this job needs: its section and its sources. */
  boolean isConfiguredIn(Study study);

  /** The tables it reads; one that does not exist yet is given as empty. */
  List<Table> reads();

  /**
   * The tables it replaces, whole or some months of them; of a shared one its own rows of its as-of
   * ({@link Table#isShared}).
   */
  List<Table> writes();

  /** All of the study on which its outputs depend; equal texts, equal outputs of equal inputs. */
  String settings(Study study);

  /**
   * Computes the outputs.
   *
   * @param in the tables of {@link #reads}, and those of {@link #writes} as they stand
   * @param study valid; its as-of is set unless the job reads no panel
   * @return one Dataset for each table of {@link #writes}, or for those of them that have anything
   *     to replace
   */
  Frames run(Frames in, Study study);
}
