package dev.cohortium.stats;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A simulated comparison whose treatment depends on two covariates that the outcome depends on. */
final class Worlds {
  private final double[][] rows;
  private final boolean[] treated;
  private final double[] outcomes;
  private final double[] rest;

  private Worlds(double[][] rows, boolean[] treated, double[] outcomes, double[] rest) {
    this.rows = rows;
    this.treated = treated;
    this.outcomes = outcomes;
    this.rest = rest;
  }

  double[][] rows() {
    return rows;
  }

  boolean[] treated() {
    return treated;
  }

  double[] outcomes() {
    return outcomes;
  }

  /** How the outcome without treatment depends on the covariates. */
  enum Outcome {
    LINEAR,
    CURVED
  }

  /** The mean effect that every world plants. */
  static final double PLANTED = 1;

  /** {@code n} units: logit -0.5 + 0.6 a - 0.4 b, an effect that varies by chance. */
  static Worlds draw(Draws draws, int n, Outcome outcome) {
    return draw(draws, n, outcome, -0.5, Noise.NORMAL, PLANTED);
  }

  /** The same with another intercept of the logit, noise and mean effect. */
  static Worlds draw(
      Draws draws, int n, Outcome outcome, double intercept, Noise noise, double effect) {
    double[][] rows = new double[n][];
    boolean[] treated = new boolean[n];
    double[] outcomes = new double[n];
    double[] rest = new double[n];
    for (int i = 0; i < n; i++) {
      SplittableRandom random = draws.unit(i);
      double a = random.nextGaussian();
      double b = random.nextDouble() < 0.4 ? 1 : 0;
      rows[i] = new double[] {a, b};
      treated[i] = random.nextDouble() < 1 / (1 + Math.exp(-intercept - 0.6 * a + 0.4 * b));
      rest[i] = noise.draw(random);
      outcomes[i] = 2 + a + b + (outcome == Outcome.CURVED ? 0.5 * a * a : 0) + rest[i];
      outcomes[i] += treated[i] ? effect + random.nextGaussian() : 0;
    }
    return new Worlds(rows, treated, outcomes, rest);
  }

  /** What the outcomes of an arm vary by. */
  Moments noise(Arms.Arm arm) {
    return Moments.of(
        IntStream.range(0, rest.length)
            .filter(i -> treated[i] == (arm == Arms.Arm.TREATED))
            .mapToDouble(i -> rest[i])
            .toArray());
  }

  /** The same units in the opposite order, covariates and outcome in other units. */
  Worlds inOtherUnits() {
    int n = rows.length;
    double[][] others = new double[n][];
    boolean[] flags = new boolean[n];
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      int from = n - 1 - i;
      others[i] = new double[] {1000 * rows[from][0] + 7, 3 - rows[from][1]};
      flags[i] = treated[from];
      values[i] = 10 * outcomes[from] + 5000;
    }
    return new Worlds(others, flags, values, rest);
  }
}
