package dev.cohortium.stats;

/**
 * The candidates of a matching without replacement, by ascending score, and the next free one on
 * either side of any place.
 *
 * <p>Each long holds a candidate's row below and a link above: a taken place points to the right,
 * towards the next free one (paths are halved as they are walked), a free one names the free place
 * to its left. Four bytes a candidate for both directions, O(log n) amortised a step.
 *
 * @see <a href="https://doi.org/10.1145/321879.321884">Tarjan 1975, set union with path
 *     compression</a>
 */
final class FreeCandidates {
  private final long[] places;
  private final int end;

  /** Takes over rows in their order, as of {@link ScoreOrder}, with one entry more for the end. */
  FreeCandidates(long[] places) {
    this.places = places;
    end = places.length - 1;
    for (int place = 0; place <= end; place++) {
      link(place, left(place - 1));
    }
  }

  /** The row of the candidate at {@code place}. */
  int row(int place) {
    return (int) places[place];
  }

  /** The first free place at or right of {@code place}; the number of candidates: none. */
  int freeFrom(int place) {
    int at = place;
    int next = link(at);
    while (next >= 0) {
      int beyond = link(next);
      if (beyond < 0) {
        return next;
      }
      link(at, beyond);
      at = beyond;
      next = link(at);
    }
    return at;
  }

  /** The free place left of a place that {@link #freeFrom} returned; -1: none. */
  int freeBefore(int freePlace) {
    return -link(freePlace) - 2;
  }

  /** Takes a free place. */
  void take(int freePlace) {
    int before = link(freePlace);
    int after = freeFrom(freePlace + 1);
    link(after, before);
    link(freePlace, after);
  }

  private static int left(int place) {
    return -place - 2;
  }

  private int link(int place) {
    return (int) (places[place] >> Integer.SIZE);
  }

  private void link(int place, int link) {
    places[place] = (long) link << Integer.SIZE | (places[place] & 0xffffffffL);
  }
}
