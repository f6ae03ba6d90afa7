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
 * @param verdicts what each programme brought, by the study's headline; empty when no comparison
 *     ran
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
    List<Retention> retention,
    List<Verdict> verdicts) {

  /** Rows of one source; read = clean + quarantined + duplicate + filtered + superseded. */
  public record Delivered(
      long read, long clean, long quarantined, long duplicate, long filtered, long superseded) {}

  /** One age of the pooled retention curve. */
  public record Retention(int age, long customers, double rate, double low, double high) {}

  /**
   * What a programme brought, by the study's headline.
   *
   * @param method by which it is told
   * @param metric that is measured, per customer and month
   * @param months after joining
   * @param status of the effect: measured, unmeasured or unsupported
   * @param reason why it is not measured or not supported; null: it is
   * @param credibility A to E
   * @param doubts checks that it did not pass, separated by commas; empty: none
   * @param estimate what members have more than without joining, with its interval; null:
   *     unmeasured
   * @param naive what a bare comparison of the same kind says; null: unmeasured
   * @param treated members of whom the estimate speaks
   * @param evidence what checks say that decide, one sentence after another
   * @param members by what became of them: a sentence, and how many; those compared last; empty:
   *     the evidence tells
   */
  public record Verdict(
      String program,
      String method,
      String metric,
      int months,
      String status,
      String reason,
      String credibility,
      String doubts,
      Double estimate,
      Double low,
      Double high,
      Double naive,
      long treated,
      List<String> evidence,
      Map<String, Long> members) {}
}
