package dev.cohortium.stats;

import dev.cohortium.stats.Matches.Reason;
import dev.cohortium.stats.MatchingRule.Replacement;
import dev.cohortium.stats.MatchingRule.Ties;

/**
 * Matches treated units to their nearest candidates on one score, greedily, in one stratum.
 *
 * <p>Treated units choose in the rule's order, all their first control before anybody a second one.
 * Candidates are sorted once; a treated unit stands before candidates of its own score and looks at
 * the nearest free one on either side. Of candidates with one score the first in the order of ties
 * is nearest to those at or below it, the last to those above; of two at one distance on both sides
 * the one whose hash (or row) is smaller is taken. Rows by hashed id do not depend on the order of
 * the input.
 *
 * <p>O(n log n) time. Live data: 8 bytes a unit beside scores and ids (24 in all) and 4 bytes a
 * treated unit and control for the result; treated in hashed order 8 more each while they are
 * sorted. Ids are looked through before: 8 bytes a unit, freed.
 *
 * @see <a href="https://doi.org/10.1080/00031305.1985.10479383">Rosenbaum, Rubin 1985</a>
 * @see <a href="https://doi.org/10.1080/00273171.2011.568786">Austin 2011, the caliper</a>
 */
public final class NearestNeighbour {
  private static final int MOST_ENTRIES = Integer.MAX_VALUE - 8;

  private final double[] treatedScores;
  private final ScoredUnits candidates;
  private final MatchingRule rule;
  private final FreeCandidates free;
  private final int[] controls;

  private NearestNeighbour(ScoredUnits treated, ScoredUnits candidates, MatchingRule rule) {
    this.treatedScores = treated.scores;
    this.candidates = candidates;
    this.rule = rule;
    controls = new int[treated.count() * rule.ratio()];
    free = new FreeCandidates(byScore(candidates));
  }

  /**
   * Matches of the treated units of one stratum with its candidates. Without candidates every
   * treated unit is unmatched.
   *
   * @throws IllegalArgumentException if there is no treated unit, the result would have more than
   *     2^31 - 9 entries, or an id stands in both arms
   */
  public static Matches match(ScoredUnits treated, ScoredUnits candidates, MatchingRule rule) {
    Arguments.atLeast(treated.name + " count", treated.count(), 1);
    Arguments.atMost(
        "ratio times " + treated.name + " count",
        (double) treated.count() * rule.ratio(),
        MOST_ENTRIES);
    treated.requireOthers(candidates);
    var matching = new NearestNeighbour(treated, candidates, rule);
    long[] order = matching.byScore(treated);
    matching.findPlaces(order);
    arrange(order, treated, rule);
    if (rule.replacement() == Replacement.WITH) {
      matching.matchWithReplacement();
    } else {
      matching.matchWithoutReplacement(order);
    }
    return new Matches(rule.ratio(), candidates.count(), matching.controls);
  }

  private long[] byScore(ScoredUnits units) {
    return rule.ties() == Ties.ROW
        ? ScoreOrder.byScore(units.name, units.scores)
        : ScoreOrder.byScore(units.name, units.scores, row -> units.hash(row, rule.salt()));
  }

  /** Keeps each treated row's place among the candidates in its last entry of the result. */
  private void findPlaces(long[] ascending) {
    int place = 0;
    int count = candidates.count();
    for (int i = 0; i < treatedScores.length; i++) {
      int row = (int) ascending[i];
      while (place < count && candidateScore(place) < treatedScores[row]) {
        place++;
      }
      controls[row * rule.ratio() + rule.ratio() - 1] = place;
    }
  }

  /** Puts treated rows, by ascending score, into the order in which they choose. */
  private static void arrange(long[] ascending, ScoredUnits treated, MatchingRule rule) {
    int count = treated.count();
    switch (rule.order()) {
      case ASCENDING -> {}
      case DESCENDING -> {
        reverse(ascending, 0, count);
        for (int start = 0, end; start < count; start = end) {
          end = start + 1;
          double score = treated.scores[(int) ascending[start]];
          while (end < count && treated.scores[(int) ascending[end]] == score) {
            end++;
          }
          reverse(ascending, start, end);
        }
      }
      case ROW -> {
        for (int row = 0; row < count; row++) {
          ascending[row] = row;
        }
      }
      case HASHED_ID -> {
        long[] hashed =
            ScoreOrder.byKey(treated.name, count, row -> treated.hash(row, rule.salt()));
        System.arraycopy(hashed, 0, ascending, 0, count);
      }
    }
  }

  private static void reverse(long[] rows, int from, int to) {
    for (int low = from, high = to - 1; low < high; low++, high--) {
      long row = rows[low];
      rows[low] = rows[high];
      rows[high] = row;
    }
  }

  private void matchWithoutReplacement(long[] order) {
    int ratio = rule.ratio();
    for (int round = 0; round < ratio; round++) {
      for (int i = 0; i < treatedScores.length; i++) {
        int row = (int) order[i];
        int first = row * ratio;
        int above = free.freeFrom(controls[first + ratio - 1]);
        int taken = nearest(treatedScores[row], free.freeBefore(above), above);
        if (taken >= 0) {
          free.take(taken);
        }
        controls[first + round] = taken >= 0 ? free.row(taken) : taken;
      }
    }
  }

  private void matchWithReplacement() {
    int ratio = rule.ratio();
    for (int row = 0; row < treatedScores.length; row++) {
      int first = row * ratio;
      int above = controls[first + ratio - 1];
      int below = above - 1;
      for (int nth = 0; nth < ratio; nth++) {
        int taken = nearest(treatedScores[row], below, above);
        controls[first + nth] = taken >= 0 ? free.row(taken) : taken;
        below -= taken == below ? 1 : 0;
        above += taken == above ? 1 : 0;
      }
    }
  }

  /** The nearer of two places, or the entry of the reason why neither is taken. */
  private int nearest(double score, int below, int above) {
    boolean hasAbove = above < candidates.count();
    if (below < 0 && !hasAbove) {
      return Reason.NO_CANDIDATE.entry;
    }
    double down = below < 0 ? Double.POSITIVE_INFINITY : score - candidateScore(below);
    double up = hasAbove ? candidateScore(above) - score : Double.POSITIVE_INFINITY;
    if (Math.min(down, up) > rule.caliper()) {
      return Reason.OUTSIDE_CALIPER.entry;
    }
    boolean takesBelow =
        below >= 0 && (!hasAbove || down < up || (down == up && comesFirst(below, above)));
    return takesBelow ? below : above;
  }

  private boolean comesFirst(int place, int other) {
    int row = free.row(place);
    int otherRow = free.row(other);
    return rule.ties() == Ties.ROW
        ? row < otherRow
        : candidates.hash(row, rule.salt()) < candidates.hash(otherRow, rule.salt());
  }

  private double candidateScore(int place) {
    return candidates.scores[free.row(place)];
  }
}
