package dev.cohortium.controlgroup;

import dev.cohortium.evidence.Effect;
import dev.cohortium.stats.CompliersEffect;
import dev.cohortium.stats.SmallSampleSkew;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What speaks for or against the estimates of one place, besides what does for its experiment. */
final class OwnChecks {
  static final String STRATA_LEFT_OUT = "strata_left_out";
  static final String SKEW = "small_sample_skew";
  static final String FIRST_STAGE = "first_stage";
  static final String WINDOW_BEFORE = "window_before";

  /** Share of the customers that an estimate may leave out. */
  private static final double MOST_LEFT_OUT = 0.05;

  private final List<Pair> given;
  private final List<Pair> counted;

  /** Of the pairs of a place, by stratum. */
  OwnChecks(List<Pair> given) {
    this.given = given;
    this.counted = given.stream().filter(Pair::isWhole).toList();
  }

  /** Customers of strata that were given the arm, and are too small to count. */
  Effect.Check strataLeftOut() {
    long there = customers(given);
    double share = there == 0 ? 0 : 1 - customers(counted) / (double) there;
    return new Effect.Check(
        STRATA_LEFT_OUT,
        share,
        MOST_LEFT_OUT,
        there == 0 ? Effect.NOT_JUDGED : share > MOST_LEFT_OUT ? Effect.FAILED : Effect.PASSED,
        "Share of the customers, of strata with the arm, whose stratum has fewer than 2 in an arm: they are not counted.");
  }

  private static long customers(List<Pair> pairs) {
    return pairs.stream()
        .filter(pair -> pair.treated().customers() > 0)
        .mapToLong(Pair::size)
        .sum();
  }

  /**
   * Whether the arms are large enough for the skewness of all of these metrics; empty where no
   * stratum has customers enough to be looked at.
   *
   * @param note what they stand for
   */
  Optional<Effect.Check> skew(String note, int... metrics) {
    if (counted.isEmpty()) {
      return Optional.empty();
    }
    List<SmallSampleSkew> skews =
        IntStream.of(metrics)
            .boxed()
            .flatMap(metric -> Stream.of(skew(Pair::treated, metric), skew(Pair::control, metric)))
            .toList();
    SmallSampleSkew worse =
        skews.stream()
            .min(
                Comparator.comparingDouble(
                    s -> s.customers() / Math.max(1, s.needed().orElse(Double.MAX_VALUE))))
            .orElseThrow();
    return Optional.of(
        new Effect.Check(
            SKEW,
            (double) worse.customers(),
            orNull(worse.needed()),
            skews.stream().allMatch(SmallSampleSkew::passes) ? Effect.PASSED : Effect.FAILED,
            "Customers of the arm that is the smaller for its skewness, against those that a normal interval of its mean wants"
                + note
                + "."));
  }

  private SmallSampleSkew skew(Function<Pair, Cell> arm, int metric) {
    return SmallSampleSkew.of(
        Pair.shares(counted),
        counted.stream().map(pair -> arm.apply(pair).moments(metric)).toList());
  }

  /** Whether the offer made enough of the treated join for a quotient's error to be trusted. */
  static Effect.Check firstStage(CompliersEffect effect) {
    boolean isMeasured = effect.method() != CompliersEffect.Method.NONE;
    boolean isWeak = effect.method() == CompliersEffect.Method.ANDERSON_RUBIN;
    return new Effect.Check(
        FIRST_STAGE,
        orNull(effect.firstStageF()),
        CompliersEffect.WEAK_BELOW,
        !isMeasured ? Effect.NOT_JUDGED : isWeak ? Effect.INCONCLUSIVE : Effect.PASSED,
        "F of the difference in joiners; below the threshold limits and p-value are Anderson and Rubin's, and limits may be infinite.");
  }

  /**
   * Whether the panel has the window before that an estimate is adjusted by.
   *
   * @param share of the customers of whom it has
   */
  static Effect.Check windowBefore(double share, History history) {
    return new Effect.Check(
        WINDOW_BEFORE,
        share,
        1.0,
        share < 1 ? Effect.NOT_JUDGED : Effect.PASSED,
        String.format(
            Locale.ROOT,
            "Share of the customers whose window before the panel has, which begins in %s; months before count with 0 in what is adjusted by, which costs precision and shifts nothing.",
            Months.of(history.first())));
  }

  private static Double orNull(OptionalDouble value) {
    return value.isPresent() ? (Double) value.getAsDouble() : null;
  }
}
