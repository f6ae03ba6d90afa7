package dev.cohortium.lookalike;

import dev.cohortium.runtime.Digest;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Interval;
import dev.cohortium.stats.Unmeasured;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** One row of table effects with its checks, while it is made. */
final class Effect {
  static final String PASSED = "passed";
  static final String FAILED = "failed";
  static final String INCONCLUSIVE = "inconclusive";
  static final String NOT_JUDGED = "not_judged";

  /** What has to have passed for grade C. */
  private static final List<String> EVIDENCE = List.of("balance", "placebo_outcome");

  private final Key key;
  private final String unit;
  private Inference.Effect found;
  private final long treated;
  private final long control;
  private final List<Check> checks = new ArrayList<>();
  private String unsupported = "";
  private Double adjusted;
  private String best = "C";

  /** What names an effect. */
  record Key(
      String program,
      String method,
      String estimand,
      String variant,
      String metric,
      String segmentBy,
      String segment,
      int months) {}

  /** A check of it. */
  record Check(String name, Double value, Double threshold, String outcome, String note) {
    boolean isAgainst() {
      return outcome.equals(FAILED) || outcome.equals(INCONCLUSIVE);
    }
  }

  Effect(Key key, String unit, Inference.Effect found, long treated, long control) {
    this.key = key;
    this.unit = unit;
    this.found = found;
    this.treated = treated;
    this.control = control;
  }

  Key key() {
    return key;
  }

  Inference.Effect found() {
    return found;
  }

  long treated() {
    return treated;
  }

  boolean isMeasured() {
    return found.value() instanceof Estimate;
  }

  boolean isSupported() {
    return isMeasured() && unsupported.isEmpty();
  }

  /** The estimate of what is measured. */
  Estimate estimate() {
    return (Estimate) found.value();
  }

  /** Says why there is no number. */
  void unmeasured(String reason) {
    found = new Inference.Effect(new Unmeasured(reason), 0, null);
  }

  void naive() {
    best = "E";
  }

  /** Says that the comparison does not carry a number to act on. */
  void unsupported(String reason) {
    if (unsupported.isEmpty()) {
      unsupported = reason;
    }
  }

  void check(Check check) {
    checks.add(check);
  }

  void adjusted(double pValue) {
    adjusted = pValue;
  }

  String credibility() {
    boolean isProven =
        EVIDENCE.stream()
            .allMatch(
                name ->
                    checks.stream()
                        .anyMatch(c -> c.name().equals(name) && c.outcome().equals(PASSED)));
    boolean isDoubted = !isSupported() || checks.stream().anyMatch(Check::isAgainst);
    return best.equals("C") && (isDoubted || !isProven) ? "D" : best;
  }

  private String status() {
    return !isMeasured() ? "unmeasured" : unsupported.isEmpty() ? "measured" : "unsupported";
  }

  private String reason() {
    return found.value() instanceof Unmeasured unmeasured
        ? unmeasured.reason()
        : unsupported.isEmpty() ? null : unsupported;
  }

  String id(LocalDate asOf) {
    return Digest.of(
        String.join(
            "\u001f",
            key.program(),
            Effects.NONE,
            Effects.NONE,
            key.method(),
            key.estimand(),
            key.variant(),
            key.metric(),
            key.segmentBy(),
            key.segment(),
            Integer.toString(key.months()),
            asOf.toString()));
  }

  /** The row of {@link Effects}. */
  Row row(String job, LocalDate windowStart, LocalDate asOf, String runId) {
    Double[] numbers = new Double[5];
    Double[] relative = new Double[3];
    if (found.value() instanceof Estimate estimate) {
      Interval interval = estimate.interval();
      numbers =
          new Double[] {
            estimate.value(),
            estimate.stdError(),
            interval.low(),
            interval.high(),
            estimate.pValue()
          };
      if (found.relative() != null && found.relative().effect() instanceof Estimate share) {
        relative[0] = share.value();
        List<Interval> limits = found.relative().limits().pieces();
        if (limits.size() == 1) {
          relative[1] = finite(limits.get(0).low());
          relative[2] = finite(limits.get(0).high());
        }
      }
    }
    return RowFactory.create(
        id(asOf),
        key.program(),
        Effects.NONE,
        Effects.NONE,
        key.method(),
        key.estimand(),
        key.variant(),
        key.metric(),
        key.segmentBy(),
        key.segment(),
        key.months(),
        java.sql.Date.valueOf(asOf),
        job,
        unit,
        windowStart == null ? null : java.sql.Date.valueOf(windowStart),
        java.sql.Date.valueOf(asOf),
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3],
        null,
        null,
        numbers[4],
        isMeasured() ? adjusted : null,
        isMeasured() ? found.baseline() : null,
        relative[0],
        relative[1],
        relative[2],
        treated,
        control,
        status(),
        reason(),
        credibility(),
        checks.stream().filter(Check::isAgainst).map(Check::name).collect(Collectors.joining(",")),
        runId);
  }

  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** The rows of {@link EffectChecks}. */
  List<Row> checks(String job, LocalDate asOf, String runId) {
    return checks.stream()
        .map(
            check ->
                RowFactory.create(
                    id(asOf),
                    check.name(),
                    check.value(),
                    check.threshold(),
                    check.outcome(),
                    check.note(),
                    key.program(),
                    job,
                    java.sql.Date.valueOf(asOf),
                    runId))
        .toList();
  }
}
