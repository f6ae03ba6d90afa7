package dev.cohortium.stats;

import java.util.OptionalDouble;

/**
 * How alike the treated and their controls are on one covariate.
 *
 * <p>Differences are standardised by the deviation of the treated in the sample before matching, so
 * that before and after share one unit. No p-values: they would mostly tell the sample's size.
 *
 * @param kind of the covariate
 * @param matched treated rows of a weight above 0
 * @param scale what differences are divided by; empty where too few were treated to tell it
 * @param treatedMean weighted; empty without rows
 * @param controlMean weighted; empty without rows
 * @param standardisedMeanDifference 0 where the scale is 0 and the means are equal; empty where the
 *     scale is 0 and they are not, which has failed, or where scale or a mean is empty
 * @param varianceRatio treated to controls; 1 where both are 0; empty for a binary covariate, fewer
 *     than 2 rows in an arm, or controls that do not vary while treated do
 * @param kolmogorovSmirnov greatest distance of the distribution functions, 0 to 1; empty where an
 *     arm has no row
 * @see <a href="https://doi.org/10.1002/sim.3697">Austin 2009</a>
 */
public record Balance(
    Kind kind,
    long matched,
    OptionalDouble scale,
    OptionalDouble treatedMean,
    OptionalDouble controlMean,
    OptionalDouble standardisedMeanDifference,
    OptionalDouble varianceRatio,
    OptionalDouble kolmogorovSmirnov) {
  /** The greatest difference that passes. */
  public static final double LIMIT = 0.1;

  /** The greatest difference that passes for spend and orders before joining. */
  public static final double PRE_PERIOD_LIMIT = 0.05;

  private static final long JUDGED_FROM = 100;

  /** What a covariate's values are. */
  public enum Kind {
    CONTINUOUS,
    /** 0 or 1. */
    BINARY
  }

  /** Whether a covariate is balanced. */
  public enum Verdict {
    PASSED,
    FAILED,
    /** Too few units to tell. */
    NOT_JUDGED
  }

  /**
   * The deviation of the treated before matching: sqrt(p (1 - p)) of a binary covariate, else the
   * sample standard deviation. Empty without a row (continuous: with fewer than 2).
   *
   * @throws IllegalArgumentException if p lies outside 0..1
   */
  public static OptionalDouble scale(Kind kind, WeightedMoments unmatchedTreated) {
    if (kind == Kind.CONTINUOUS) {
      return unmatchedTreated.hasVariance()
          ? OptionalDouble.of(Math.sqrt(unmatchedTreated.variance()))
          : OptionalDouble.empty();
    }
    if (unmatchedTreated.rows() == 0) {
      return OptionalDouble.empty();
    }
    double share = unmatchedTreated.mean();
    Arguments.atLeast("mean of a binary covariate", share, 0);
    Arguments.atMost("mean of a binary covariate", share, 1);
    return OptionalDouble.of(Math.sqrt(share * (1 - share)));
  }

  /**
   * Balance by moments, which add up over parts, and the distance of the distribution functions.
   *
   * @param scale as of {@link #scale(Kind, WeightedMoments)}
   * @param kolmogorovSmirnov as of {@link KolmogorovSmirnov#distance}
   * @throws IllegalArgumentException if scale or distance cannot be
   */
  public static Balance of(
      Kind kind,
      OptionalDouble scale,
      WeightedMoments treated,
      WeightedMoments controls,
      OptionalDouble kolmogorovSmirnov) {
    scale.ifPresent(
        told -> {
          Arguments.finite("scale", told);
          Arguments.atLeast("scale", told, 0);
        });
    kolmogorovSmirnov.ifPresent(
        distance -> {
          Arguments.atLeast("kolmogorovSmirnov", distance, 0);
          Arguments.atMost("kolmogorovSmirnov", distance, 1);
        });
    boolean isTold = scale.isPresent() && treated.rows() > 0 && controls.rows() > 0;
    return new Balance(
        kind,
        treated.rows(),
        scale,
        mean(treated),
        mean(controls),
        isTold
            ? standardised(treated.mean() - controls.mean(), scale.getAsDouble())
            : OptionalDouble.empty(),
        kind == Kind.BINARY ? OptionalDouble.empty() : ratio(treated, controls),
        kolmogorovSmirnov);
  }

  private static OptionalDouble mean(WeightedMoments arm) {
    return arm.rows() == 0 ? OptionalDouble.empty() : OptionalDouble.of(arm.mean());
  }

  private static OptionalDouble standardised(double difference, double scale) {
    if (difference == 0) {
      return OptionalDouble.of(0);
    }
    double standardised = difference / scale;
    return Double.isFinite(standardised) ? OptionalDouble.of(standardised) : OptionalDouble.empty();
  }

  private static OptionalDouble ratio(WeightedMoments treated, WeightedMoments controls) {
    if (!treated.hasVariance() || !controls.hasVariance()) {
      return OptionalDouble.empty();
    }
    double ratio = treated.variance() / controls.variance();
    if (treated.variance() == 0 && controls.variance() == 0) {
      return OptionalDouble.of(1);
    }
    return Double.isFinite(ratio) ? OptionalDouble.of(ratio) : OptionalDouble.empty();
  }

  /**
   * Passed: |standardised mean difference| below {@code limit}, and a continuous covariate's
   * variance ratio between 0.5 and 2. Not judged without scale or rows.
   */
  public Verdict verdict(double limit) {
    Arguments.above("limit", limit, 0);
    if (scale.isEmpty() || treatedMean.isEmpty() || controlMean.isEmpty()) {
      return Verdict.NOT_JUDGED;
    }
    boolean alike =
        standardisedMeanDifference.isPresent()
            && Math.abs(standardisedMeanDifference.getAsDouble()) < limit;
    boolean spreadAlike =
        kind == Kind.BINARY
            || (varianceRatio.isPresent()
                && varianceRatio.getAsDouble() > 0.5
                && varianceRatio.getAsDouble() < 2);
    return alike && spreadAlike ? Verdict.PASSED : Verdict.FAILED;
  }

  /**
   * The verdict in a segment, whose means differ by chance as well: the limit is max(0.1, 1.96
   * sqrt(2 / n)), and fewer than 100 matched are not judged.
   */
  public Verdict segmentVerdict() {
    return matched < JUDGED_FROM
        ? Verdict.NOT_JUDGED
        : verdict(Math.max(LIMIT, Wilson.Z * Math.sqrt(2 / (double) matched)));
  }
}
