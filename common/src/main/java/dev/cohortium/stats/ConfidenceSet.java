package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.List;

/**
 * The values that the data do not exclude: an interval, a half line, the whole line, or two half
 * lines with a gap between them.
 *
 * @param pieces one or two intervals, ascending, apart from one another; limits may be infinite
 */
public record ConfidenceSet(List<Interval> pieces) implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** The whole line: nothing is excluded. */
  public static final ConfidenceSet EVERYTHING =
      of(new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));

  /**
   * A set of {@code pieces}.
   *
   * @throws IllegalArgumentException if there are none or more than two, or the second does not lie
   *     above the first
   */
  public ConfidenceSet {
    pieces = List.copyOf(pieces);
    Arguments.atLeast("pieces.size", pieces.size(), 1);
    if (pieces.size() > 2) {
      throw new IllegalArgumentException("pieces.size is " + pieces.size() + ", must be at most 2");
    }
    if (pieces.size() == 2 && !(pieces.get(0).high() < pieces.get(1).low())) {
      throw new IllegalArgumentException(
          String.format(
              "pieces[1].low is %s, must be above pieces[0].high, %s",
              pieces.get(1).low(), pieces.get(0).high()));
    }
  }

  /** The set of one interval. */
  public static ConfidenceSet of(Interval interval) {
    return new ConfidenceSet(List.of(interval));
  }

  /** Whether the set holds {@code value}. */
  public boolean contains(double value) {
    return pieces.stream().anyMatch(piece -> piece.contains(value));
  }

  /** Whether the set has both a least and a largest value. */
  public boolean isBounded() {
    return Double.isFinite(pieces.get(0).low())
        && Double.isFinite(pieces.get(pieces.size() - 1).high());
  }

  /** The set with {@code by} added to every value; a gap that this rounds away is closed. */
  public ConfidenceSet shiftedBy(double by) {
    if (pieces.size() == 2 && !(pieces.get(0).high() + by < pieces.get(1).low() + by)) {
      return EVERYTHING;
    }
    return new ConfidenceSet(
        pieces.stream().map(p -> new Interval(p.low() + by, p.high() + by)).toList());
  }
}
