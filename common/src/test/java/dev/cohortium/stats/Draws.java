package dev.cohortium.stats;

import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Chance as hashes of (seed, replicate, unit): no draw depends on what was drawn before. */
record Draws(long seed, int replicate) {
  /** The draws of one unit, in their order. */
  SplittableRandom unit(long unit) {
    return new SplittableRandom(ScoreOrder.hash(unit, ScoreOrder.hash(replicate, seed)));
  }

  /** A number of each of {@code count} units, the first of which is {@code first}. */
  double[] numbers(long first, int count, ToDoubleFunction<SplittableRandom> number) {
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = number.applyAsDouble(unit(first + i));
    }
    return numbers;
  }

  /** A row of each of {@code count} units, the first of which is {@code first}. */
  double[][] rows(long first, int count, Function<SplittableRandom, double[]> row) {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = row.apply(unit(first + i));
    }
    return rows;
  }
}
