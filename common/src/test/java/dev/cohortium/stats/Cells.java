package dev.cohortium.stats;

import java.util.List;
import java.util.stream.Stream;

/** Every estimator with an interval or a level, on every kind of samples. */
final class Cells {
  static final List<Cell> ALL =
      Stream.of(ExperimentCells.all(), MatchingCells.all(), RegressionCells.all())
          .flatMap(List::stream)
          .toList();

  private Cells() {}

  /** The level at which each of so many cells is judged. */
  static double level(int cells) {
    return 0.001 / cells;
  }
}
