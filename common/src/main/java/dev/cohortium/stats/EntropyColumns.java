package dev.cohortium.stats;

import java.util.Arrays;

/**
 * The columns of a balance: each as its distance from the treated's mean, in standard deviations of
 * the controls where it varies among them (kept), else of all units.
 */
final class EntropyColumns {
  private final Gram all;
  private final int[] kept;
  private final double[] units;
  private final Standard standard;

  private EntropyColumns(Gram treated, Gram controls) {
    all = treated.plus(controls);
    kept = controls.independent();
    units = new double[controls.columns()];
    Arrays.setAll(units, j -> all.deviation(j) > 0 ? all.deviation(j) : 1);
    for (int column : kept) {
      units[column] = controls.deviation(column);
    }
    int[] columns = new int[units.length];
    Arrays.setAll(columns, j -> j);
    standard = treated.standard(columns, units);
  }

  /**
   * The columns.
   *
   * @throws IllegalArgumentException if the arms differ in their number
   */
  static EntropyColumns of(Gram treated, Gram controls) {
    return new EntropyColumns(treated, controls);
  }

  int[] kept() {
    return kept;
  }

  Standard standard() {
    return standard;
  }

  /** What a standardised column is multiplied by to be in its own unit. */
  double unit(int column) {
    return units[column];
  }

  /**
   * The largest distance of a weighted mean from the treated's, in standard deviations of all
   * units, over columns that others do not explain among all units.
   */
  double imbalance(EntropyState state) {
    double largest = 0;
    for (int column : all.independent()) {
      double apart = Math.abs(state.mean(column)) * units[column] / all.deviation(column);
      largest = Math.max(largest, apart);
    }
    return largest;
  }
}
