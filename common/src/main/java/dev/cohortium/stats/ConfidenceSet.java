package dev.cohortium.stats;

import java.util.List;

/**
 * The values that the data do not exclude: an interval, a half line, the whole line, or two half
 * lines with a gap between them.
 *
 * @param pieces one or two intervals, ascending, apart from one another; limits may be infinite
 */
public record ConfidenceSet(List<Interval> pieces) {
  /** The whole line: nothing is excluded. */
  public static final ConfidenceSet EVERYTHING =
      of(new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));

  /**
   * A set of {@code pieces}.
   *
   * @throws IllegalArgumentException if there is none, or one does not lie above the one before
   */
  public ConfidenceSet {
    pieces = List.copyOf(pieces);
    Arguments.atLeast("pieces.size", pieces.size(), 1);
    for (int i = 1; i < pieces.size(); i++) {
      if (!(pieces.get(i - 1).high() < pieces.get(i).low())) {
        throw new IllegalArgumentException(
            String.format(
                "pieces[%d].low is %s, must be above pieces[%d].high, %s",
                i, pieces.get(i).low(), i - 1, pieces.get(i - 1).high()));
      }
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

  /** The set with {@code by} added to every value. */
  public ConfidenceSet shiftedBy(double by) {
    return new ConfidenceSet(
        pieces.stream().map(p -> new Interval(p.low() + by, p.high() + by)).toList());
  }
}
