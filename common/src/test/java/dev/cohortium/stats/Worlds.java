package dev.cohortium.stats;

import java.util.SplittableRandom;

/** A simulated comparison whose treatment depends on two covariates that the outcome depends on. */
final class Worlds {
  private final double[][] rows;
  private final boolean[] treated;
  private final double[] outcomes;

  private Worlds(double[][] rows, boolean[] treated, double[] outcomes) {
    this.rows = rows;
    this.treated = treated;
    this.outcomes = outcomes;
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
  static Worlds draw(SplittableRandom random, int n, Outcome outcome) {
    double[][] rows = new double[n][];
    boolean[] treated = new boolean[n];
    double[] outcomes = new double[n];
    for (int i = 0; i < n; i++) {
      double a = random.nextGaussian();
      double b = random.nextDouble() < 0.4 ? 1 : 0;
      rows[i] = new double[] {a, b};
      treated[i] = random.nextDouble() < 1 / (1 + Math.exp(0.5 - 0.6 * a + 0.4 * b));
      outcomes[i] =
          2 + a + b + (outcome == Outcome.CURVED ? 0.5 * a * a : 0) + random.nextGaussian();
      outcomes[i] += treated[i] ? PLANTED + random.nextGaussian() : 0;
    }
    return new Worlds(rows, treated, outcomes);
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
    return new Worlds(others, flags, values);
  }
}
