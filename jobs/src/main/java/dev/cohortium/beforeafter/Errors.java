package dev.cohortium.beforeafter;

import dev.cohortium.stats.InfluenceSums;
import java.io.Serial;
import java.io.Serializable;

/**
 * Sums over customers, or clusters of them, of what they move effects by: forms together, and each
 * effect of some others by itself, by effect and then metric. A state that changes, and adds.
 */
final class Errors implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final InfluenceSums onForms;
  private final double[] squares;
  private final double[] moved;

  /**
   * Of nobody.
   *
   * @param effects how many are told by themselves, of all metrics
   */
  Errors(InfluenceSums onForms, int effects) {
    this.onForms = onForms;
    squares = new double[effects];
    moved = new double[effects];
  }

  /** What forms are moved by together. */
  InfluenceSums onForms() {
    return onForms;
  }

  /** What a cluster moves the effects by that are told by themselves: to be added to. */
  double[] moved() {
    return moved;
  }

  /** Adds what the cluster moved, which makes room for the next. */
  void square() {
    for (int place = 0; place < squares.length; place++) {
      squares[place] += moved[place] * moved[place];
      moved[place] = 0;
    }
  }

  /** The variances of the effects that are told by themselves. */
  double[] squares() {
    return squares;
  }

  Errors plus(Errors other) {
    onForms.plus(other.onForms);
    for (int place = 0; place < squares.length; place++) {
      squares[place] += other.squares[place];
    }
    return this;
  }
}
