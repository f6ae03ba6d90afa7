package dev.cohortium.evidence;

import dev.cohortium.runtime.Digest;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Interval;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.RelativeEffect;
import dev.cohortium.stats.Unmeasured;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import java.io.Serial;
import java.io.Serializable;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** One row of table effects with its checks, while it is made. */
public final class Effect implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  public static final String PASSED = "passed";
  public static final String FAILED = "failed";
  public static final String INCONCLUSIVE = "inconclusive";
  public static final String NOT_JUDGED = "not_judged";

  private final Key key;
  private final String unit;
  private final Grading grading;
  private Found found;
  private final long treated;
  private final long control;
  private final ArrayList<Check> checks = new ArrayList<>();
  private String unsupported = "";
  private Double adjusted;
  private LocalDate windowStart;
  private LocalDate windowEnd;

  /** What names an effect, but for its month. */
  public record Key(
      String program,
      String experiment,
      String arm,
      String method,
      String estimand,
      String variant,
      String metric,
      String segmentBy,
      String segment,
      int months)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    /** That of a programme, without an experiment. */
    public static Key ofProgram(
        String program,
        String method,
        String estimand,
        String variant,
        String metric,
        String segmentBy,
        String segment,
        int months) {
      return new Key(
          program,
          Effects.NONE,
          Effects.NONE,
          method,
          estimand,
          variant,
          metric,
          segmentBy,
          segment,
          months);
    }
  }

  /**
   * What was found.
   *
   * @param value with its error, or why there is none
   * @param interval of 95 %, whose limits may be infinite; null: that of the value's error
   * @param always holds at all looks together; null: the method has none
   * @param baseline what would have been without it; NaN: nobody can tell
   * @param relative to the baseline; null: it is not asked
   * @param pValue of no effect; null: that of the value's error
   */
  public record Found(
      Measurement value,
      Interval interval,
      Interval always,
      double baseline,
      RelativeEffect relative,
      Double pValue)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    /** By a method whose limits are those of the value's error, for one look. */
    public static Found of(Measurement value, double baseline, RelativeEffect relative) {
      return new Found(value, null, null, baseline, relative, null);
    }

    /** Nothing, for this reason. */
    public static Found nothing(String reason) {
      return of(new Unmeasured(reason), 0, null);
    }

    private Interval limits(Estimate estimate) {
      return interval == null ? estimate.interval() : interval;
    }

    private double pValue(Estimate estimate) {
      return pValue == null ? estimate.pValue() : pValue;
    }
  }

  /**
   * How far effects of a method can be trusted (methods.md 10).
   *
   * @param best credibility where all is well
   * @param evidence checks that have to have passed for it
   * @param doubted credibility where one of them has not, or any check failed or was inconclusive
   * @param fatal checks whose failure makes it the lowest there is
   */
  public record Grading(String best, List<String> evidence, String doubted, List<String> fatal)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    static final String LOWEST = "E";

    /** The grade of what proves nothing, whatever its checks. */
    public static final Grading NAIVE = new Grading(LOWEST, List.of(), LOWEST, List.of());
  }

  /** A check of it. */
  public record Check(String name, Double value, Double threshold, String outcome, String note)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    /** Whether it speaks against the effect. */
    boolean isAgainst() {
      return outcome.equals(FAILED) || outcome.equals(INCONCLUSIVE);
    }
  }

  /** An effect that nothing is known against yet. */
  public Effect(Key key, String unit, Grading grading, Found found, long treated, long control) {
    this.key = key;
    this.unit = unit;
    this.grading = grading;
    this.found = found;
    this.treated = treated;
    this.control = control;
  }

  public Key key() {
    return key;
  }

  public Found found() {
    return found;
  }

  /** The members that it is of. */
  public long treated() {
    return treated;
  }

  public boolean isMeasured() {
    return found.value() instanceof Estimate;
  }

  public boolean isSupported() {
    return isMeasured() && unsupported.isEmpty();
  }

  /** The estimate of what is measured. */
  public Estimate estimate() {
    return (Estimate) found.value();
  }

  /** Says why there is no number. */
  public void unmeasured(String reason) {
    found = Found.nothing(reason);
  }

  /** Says that the comparison does not carry a number to act on. */
  public void unsupported(String reason) {
    if (unsupported.isEmpty()) {
      unsupported = reason;
    }
  }

  public void check(Check check) {
    checks.add(check);
  }

  /** Says in which days it was measured, the last among them. */
  public void measuredIn(LocalDate first, LocalDate last) {
    windowStart = first;
    windowEnd = last;
  }

  /** The p-value, adjusted as far as it has been. */
  double pValue() {
    return adjusted == null ? found.pValue(estimate()) : adjusted;
  }

  void adjusted(double pValue) {
    adjusted = pValue;
  }

  /** From A to E. */
  public String credibility() {
    boolean isFatal =
        checks.stream().anyMatch(c -> c.outcome().equals(FAILED) && isOf(grading.fatal(), c));
    boolean isProven = grading.evidence().stream().allMatch(this::hasPassed);
    boolean isDoubted = !isSupported() || checks.stream().anyMatch(Check::isAgainst);
    return isFatal ? Grading.LOWEST : isDoubted || !isProven ? grading.doubted() : grading.best();
  }

  private static boolean isOf(List<String> names, Check check) {
    return names.contains(check.name());
  }

  private boolean hasPassed(String name) {
    return checks.stream().anyMatch(c -> c.name().equals(name) && c.outcome().equals(PASSED));
  }

  private String status() {
    return !isMeasured() ? "unmeasured" : unsupported.isEmpty() ? "measured" : "unsupported";
  }

  private String reason() {
    return found.value() instanceof Unmeasured unmeasured
        ? unmeasured.reason()
        : unsupported.isEmpty() ? null : unsupported;
  }

  private String id(LocalDate asOf) {
    return Digest.of(
        String.join(
            "\u001f",
            key.program(),
            key.experiment(),
            key.arm(),
            key.method(),
            key.estimand(),
            key.variant(),
            key.metric(),
            key.segmentBy(),
            key.segment(),
            Integer.toString(key.months()),
            asOf.toString()));
  }

  /** The row of {@link Effects}, measured in the days of {@link #measuredIn}; null: none. */
  public Row row(String job, LocalDate asOf, String runId) {
    return row(job, windowStart, windowEnd, asOf, runId);
  }

  /**
   * The row of {@link Effects}.
   *
   * @param windowStart first day that was measured; null: none
   * @param windowEnd last day that was measured; null: none
   */
  public Row row(
      String job, LocalDate windowStart, LocalDate windowEnd, LocalDate asOf, String runId) {
    Double[] numbers = new Double[7];
    Double[] relative = new Double[3];
    if (found.value() instanceof Estimate estimate) {
      Interval interval = found.limits(estimate);
      Interval always = found.always();
      numbers =
          new Double[] {
            estimate.value(),
            estimate.stdError(),
            finite(interval.low()),
            finite(interval.high()),
            always == null ? null : always.low(),
            always == null ? null : always.high(),
            found.pValue(estimate)
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
        key.experiment(),
        key.arm(),
        key.method(),
        key.estimand(),
        key.variant(),
        key.metric(),
        key.segmentBy(),
        key.segment(),
        key.months(),
        Date.valueOf(asOf),
        job,
        unit,
        date(windowStart),
        date(windowEnd),
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3],
        numbers[4],
        numbers[5],
        numbers[6],
        isMeasured() ? adjusted : null,
        isMeasured() ? finite(found.baseline()) : null,
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

  private static Date date(LocalDate day) {
    return day == null ? null : Date.valueOf(day);
  }

  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** The rows of {@link EffectChecks}. */
  public List<Row> checks(String job, LocalDate asOf, String runId) {
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
                    Date.valueOf(asOf),
                    runId))
        .toList();
  }
}
