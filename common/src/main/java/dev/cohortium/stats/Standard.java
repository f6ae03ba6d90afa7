package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;

/** Some columns of rows, moved and in other units. */
final class Standard implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final int columns;
  private final int[] kept;
  private final double[] levels;
  private final double[] offsets;
  private final double[] units;

  /**
   * Columns {@code kept} minus levels and offsets, in units.
   *
   * @param columns of a row
   */
  Standard(int columns, int[] kept, double[] levels, double[] offsets, double[] units) {
    this.columns = columns;
    this.kept = kept;
    this.levels = levels;
    this.offsets = offsets;
    this.units = units;
  }

  /** The number of columns that are kept. */
  int size() {
    return kept.length;
  }

  /**
   * Writes a row's columns into {@code standard}, from {@code first} on.
   *
   * @throws IllegalArgumentException if the row is not of the columns, or a value not finite
   */
  void write(double[] row, double[] standard, int first) {
    Arguments.sameLength("row", row.length, "columns", columns);
    Arguments.finite("row", row);
    for (int j = 0; j < kept.length; j++) {
      standard[first + j] = (row[kept[j]] - levels[j] - offsets[j]) / units[j];
    }
  }

  /** The intercept's 1, then a row's columns. */
  double[] withIntercept(double[] row) {
    double[] standard = new double[kept.length + 1];
    standard[0] = 1;
    write(row, standard, 1);
    return standard;
  }
}
