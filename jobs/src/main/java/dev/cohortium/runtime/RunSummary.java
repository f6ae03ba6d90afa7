package dev.cohortium.runtime;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run did, for people and for {@code --json}.
 *
 * @param runId the run
 * @param study name of the study
 * @param warehouse where the tables are
 * @param asOf last day used; empty when no job needed it
 * @param jobs the jobs that ran, in order
 * @param sources counts of the rows delivered, by canonical table
 * @param customers distinct customers with an order up to as-of
 * @param months months with a receipt up to as-of
 * @param retention size-weighted retention of monthly first-purchase cohorts, by age; empty when
 *     cohorts did not run
 */
public record RunSummary(
    String runId,
    String study,
    String warehouse,
    Optional<LocalDate> asOf,
    List<String> jobs,
    Map<String, Delivered> sources,
    long customers,
    long months,
    List<Retention> retention) {

  /** Rows of one source; read = clean + quarantined + duplicate + filtered + superseded. */
  public record Delivered(
      long read, long clean, long quarantined, long duplicate, long filtered, long superseded) {}

  /** One age of the pooled retention curve. */
  public record Retention(int age, long customers, double rate, double low, double high) {}
}
