package dev.cohortium.stats;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Two arms of an experiment. */
record Sample(int treated, int control, Noise noise) {
  private static final String UNEQUAL =
      "skewed and unequal arms: skewness of the difference does not cancel";

  /** Small and large, balanced and skewed, and skewed with unequal arms. */
  static final List<Sample> ALL =
      List.of(
          new Sample(25, 25, Noise.NORMAL),
          new Sample(500, 500, Noise.NORMAL),
          new Sample(25, 25, Noise.LOG_NORMAL),
          new Sample(500, 500, Noise.LOG_NORMAL),
          new Sample(25, 475, Noise.LOG_NORMAL),
          new Sample(100, 900, Noise.LOG_NORMAL));

  String sizes() {
    return treated + " + " + control;
  }

  String label() {
    return sizes() + ", " + noise.label;
  }

  double[] treated(Draws draws, ToDoubleFunction<SplittableRandom> metric) {
    return draws.numbers(0, treated, metric);
  }

  /** Of other units than the treated. */
  double[] control(Draws draws, ToDoubleFunction<SplittableRandom> metric) {
    return draws.numbers(treated, control, metric);
  }

  double[][] treatedRows(Draws draws, Function<SplittableRandom, double[]> row) {
    return draws.rows(0, treated, row);
  }

  double[][] controlRows(Draws draws, Function<SplittableRandom, double[]> row) {
    return draws.rows(treated, control, row);
  }

  /** The effect on this noise that Welch's test finds in 4 of 5 samples, were it normal. */
  double detectable() {
    return MinimumDetectableEffect.of(noise.deviation).effect(treated, control);
  }

  /** The cell of an estimator of the arms' difference, with what theory says of such arms. */
  Cell cell(String estimator, double planted, Simulation.Study study) {
    Cell cell = Cell.of(estimator, label(), planted, study);
    if (noise == Noise.NORMAL) {
      return cell;
    }
    return treated == control
        ? cell.expecting(
            "heavy tails on both sides alike make t cautious", Cell.Deviation.COVERS_TOO_OFTEN)
        : cell.expecting(UNEQUAL, Cell.Deviation.WARNED);
  }
}
