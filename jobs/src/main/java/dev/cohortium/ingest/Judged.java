package dev.cohortium.ingest;

/** The columns that stand beside the canonical ones while a delivered row is judged. */
final class Judged {
  /** STRING: where the row ends: one of {@link Outcome}, in lower case. */
  static final String OUTCOME = Raw.technical("outcome");

  /** STRING: the filter that the row met; null: none. */
  static final String FILTER = Raw.technical("filter");

  /** STRING: every reason for which it is rejected; null: none. */
  static final String REASON = Raw.technical("reason");

  /** STRING: a rejected row as it came; null for the others, which nobody asks for. */
  static final String ROW = Raw.technical("row");

  /** LONG: hash of the whole source row, to find exact repeats. */
  static final String CONTENT = Raw.technical("content");

  /** STRING: which rows of a receipt were delivered together; only where there are several. */
  static final String BATCH = Raw.technical("batch");

  private Judged() {}

  /** Where a delivered row ends. */
  enum Outcome {
    CLEAN,
    QUARANTINED,
    DUPLICATE,
    FILTERED,
    SUPERSEDED;

    /** The measure of run_counts. */
    String measure() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
