package dev.cohortium.stats;

/**
 * Normal vectors of a covariance, drawn by hashes of their number: the same at every call.
 *
 * @see <a href="https://doi.org/10.1214/aoms/1177706645">Box, Muller 1958</a>
 */
final class NormalDraws {
  private static final double UNIT = 0x1.0p-53;

  private final double[][] root;
  private final double[] independent;
  private final long salt;

  /**
   * Draws.
   *
   * @param root B, of the covariance BB'
   */
  NormalDraws(double[][] root, long salt) {
    this.root = root;
    this.salt = salt;
    independent = new double[root[0].length + 1];
  }

  /** Of each of {@code count} vectors the largest absolute coordinate. */
  double[] largest(int count) {
    double[] largest = new double[count];
    for (int draw = 0; draw < count; draw++) {
      fill(draw);
      for (double[] row : root) {
        double sum = 0;
        for (int place = 0; place < row.length; place++) {
          sum += row[place] * independent[place];
        }
        largest[draw] = Math.max(largest[draw], Math.abs(sum));
      }
    }
    return largest;
  }

  private void fill(int draw) {
    for (int place = 0; place + 1 < independent.length; place += 2) {
      long counter = (long) draw * independent.length + place;
      double radius = Math.sqrt(-2 * Math.log(uniform(counter)));
      double angle = 2 * Math.PI * uniform(counter + 1);
      independent[place] = radius * Math.cos(angle);
      independent[place + 1] = radius * Math.sin(angle);
    }
  }

  /** Above 0, at most 1. */
  private double uniform(long counter) {
    return ((ScoreOrder.hash(counter, salt) >>> 11) + 1) * UNIT;
  }
}
