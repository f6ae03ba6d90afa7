package dev.cohortium.stats;

import java.util.Arrays;

/** Arrays of numbers. */
final class Vectors {
  private Vectors() {}

  /** The weights of rows that count alike. */
  static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }
}
