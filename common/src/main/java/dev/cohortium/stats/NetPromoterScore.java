package dev.cohortium.stats;

import java.io.Serializable;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The Net Promoter Score of answers 0 to 10: the share of promoters (9, 10) minus that of
 * detractors (0 to 6), in points from -100 to 100.
 *
 * <p>The score is raw. Its interval is the adjusted Wald one, always: of the answers plus 3/4 of a
 * promoter, 3/4 of a detractor and 3/2 of a passive. The plain Wald error, sqrt((p + d - (p - d)²)
 * / n), is 0 where all answers are of one kind; it stands here to agree with what others publish.
 * Answers must be of different customers.
 *
 * @param promoters answers 9 and 10
 * @param passives answers 7 and 8
 * @param detractors answers 0 to 6
 * @see <a href="https://arxiv.org/abs/1601.07235">Rocks 2016</a>
 */
public record NetPromoterScore(long promoters, long passives, long detractors)
    implements Serializable {
  private static final double POINTS = 100;

  private static final Unmeasured NOBODY = new Unmeasured("Nobody answered.");

  /**
   * Counted answers.
   *
   * @throws IllegalArgumentException if a count is negative
   */
  public NetPromoterScore {
    Arguments.atLeast("promoters", (double) promoters, 0);
    Arguments.atLeast("passives", (double) passives, 0);
    Arguments.atLeast("detractors", (double) detractors, 0);
  }

  /** The answers of both. */
  public NetPromoterScore plus(NetPromoterScore other) {
    return new NetPromoterScore(
        promoters + other.promoters, passives + other.passives, detractors + other.detractors);
  }

  /** The number of answers. */
  public long answers() {
    return promoters + passives + detractors;
  }

  /** The raw score in points; empty without an answer. */
  public OptionalDouble score() {
    return answers() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(POINTS * (promoters - detractors) / answers());
  }

  /**
   * The raw score with its plain Wald error; unmeasured without an answer, or where all are of one
   * kind.
   */
  public Measurement wald() {
    if (answers() == 0) {
      return NOBODY;
    }
    Estimate plain = share((double) promoters, (double) detractors, (double) answers());
    return plain.stdError() > 0
        ? plain
        : new Unmeasured("All answers are of one kind: the plain error says nothing.");
  }

  /** The score of the answers with three added, with its error; unmeasured without an answer. */
  public Measurement adjusted() {
    return answers() == 0 ? NOBODY : share(promoters + 0.75, detractors + 0.75, answers() + 3.0);
  }

  /** The 95 % interval of {@link #adjusted}, clipped to -100..100; empty without an answer. */
  public Optional<Interval> interval() {
    return clipped(adjusted(), POINTS);
  }

  /** This score minus that of other customers. */
  public Difference minus(NetPromoterScore other) {
    OptionalDouble raw =
        score().isPresent() && other.score().isPresent()
            ? OptionalDouble.of(score().getAsDouble() - other.score().getAsDouble())
            : OptionalDouble.empty();
    return new Difference(raw, difference(adjusted(), other.adjusted()));
  }

  /**
   * The difference of two scores of different customers, in points.
   *
   * @param raw the difference of the raw scores; empty where either has no answer
   * @param adjusted that of {@link NetPromoterScore#adjusted}, with its error; unmeasured where
   *     either has no answer
   */
  public record Difference(OptionalDouble raw, Measurement adjusted) {
    /**
     * The 95 % interval of {@link #adjusted}, clipped to -200..200 and widened to hold {@link
     * #raw}; empty without an answer. The added answers draw the adjusted difference to 0, so that
     * of a handful of answers all of one kind the raw one would lie outside.
     */
    public Optional<Interval> interval() {
      return clipped(adjusted, 2 * POINTS)
          .map(
              wald ->
                  new Interval(
                      Math.min(wald.low(), raw.orElseThrow()),
                      Math.max(wald.high(), raw.orElseThrow())));
    }
  }

  /** The same from {@link #wald}: what others publish, and unmeasured more often. */
  public Measurement waldMinus(NetPromoterScore other) {
    return difference(wald(), other.wald());
  }

  private static Optional<Interval> clipped(Measurement adjusted, double most) {
    return adjusted
        .estimate()
        .map(Estimate::interval)
        .map(wald -> new Interval(Math.max(-most, wald.low()), Math.min(most, wald.high())));
  }

  private static Measurement difference(Measurement here, Measurement there) {
    if (!(here instanceof Estimate one)) {
      return here;
    }
    return there instanceof Estimate two ? TwoSample.difference(one, two) : there;
  }

  private static Estimate share(double promoters, double detractors, double answers) {
    double p = promoters / answers;
    double d = detractors / answers;
    // p + d - (p - d)², written without the cancellation that a share near 1 would suffer.
    double variance = (p * (1 - p) + d * (1 - d) + 2 * p * d) / answers;
    return Estimate.normal(POINTS * (p - d), POINTS * Math.sqrt(variance));
  }
}
