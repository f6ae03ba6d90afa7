package dev.cohortium.stats;

import java.util.stream.IntStream;

/** The randomised job programme of reference nsw: 185 treated, 260 controls. */
final class Nsw {
  private static final String DATA = "nsw/nsw_dw.csv";

  private Nsw() {}

  /** A column of those with treat = {@code treat}. */
  static double[] column(String name, int treat) {
    double[] treated = References.numbers(DATA, "treat");
    double[] values = References.numbers(DATA, name);
    return IntStream.range(0, values.length)
        .filter(i -> treated[i] == treat)
        .mapToDouble(i -> values[i])
        .toArray();
  }

  static Moments moments(String name, int treat) {
    return Moments.of(column(name, treat));
  }

  static CrossMoments crossMoments(int treat, String... names) {
    double[][] columns = new double[names.length][];
    for (int k = 0; k < names.length; k++) {
      columns[k] = column(names[k], treat);
    }
    double[][] rows = new double[columns[0].length][names.length];
    for (int i = 0; i < rows.length; i++) {
      for (int k = 0; k < names.length; k++) {
        rows[i][k] = columns[k][i];
      }
    }
    return CrossMoments.of(rows);
  }
}
