package dev.cohortium.stats;

/** Candidates of equal scores together, ascending, with the sums of their outcomes. */
final class ScoreGroups {
  private final double[] outcomes;
  private final double centre;
  private final double[] scores;
  private final int[] sizes;
  private final double[] sums;
  private final int[] groupOf;
  private final int count;

  /**
   * Groups the candidates.
   *
   * @param outcomes by row, one at least
   * @param rowScores by row
   */
  ScoreGroups(double[] outcomes, double[] rowScores) {
    this.outcomes = outcomes;
    centre = WeightedMoments.of(outcomes).mean();
    long[] order = ScoreOrder.byScore("candidates", rowScores);
    scores = new double[outcomes.length];
    sizes = new int[outcomes.length];
    sums = new double[outcomes.length];
    groupOf = new int[outcomes.length];
    int group = -1;
    for (int place = 0; place < outcomes.length; place++) {
      int row = (int) order[place];
      if (group < 0 || scores[group] != rowScores[row]) {
        scores[++group] = rowScores[row];
      }
      groupOf[row] = group;
      sizes[group]++;
      sums[group] += outcomes[row] - centre;
    }
    count = group + 1;
  }

  /**
   * m / (m + 1) (Y - mean)^2 about the m nearest others of a row: {@code least}, and all no further
   * than the last of these.
   *
   * @param least below the number of candidates
   */
  double varianceAt(int row, int least) {
    int group = groupOf[row];
    double own = outcomes[row] - centre;
    double sum = sums[group] - own;
    int found = sizes[group] - 1;
    int below = group - 1;
    int above = group + 1;
    while (found < least) {
      double down = below < 0 ? Double.POSITIVE_INFINITY : scores[group] - scores[below];
      double up = above >= count ? Double.POSITIVE_INFINITY : scores[above] - scores[group];
      if (below >= 0 && down <= up) {
        found += sizes[below];
        sum += sums[below--];
      }
      if (above < count && up <= down) {
        found += sizes[above];
        sum += sums[above++];
      }
    }
    double rest = own - sum / found;
    return rest * rest * found / (found + 1);
  }
}
