package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** The treated and the controls of a comparison, with the weight of each unit in its arm. */
final class Arms {
  /** One of the two. */
  enum Arm {
    TREATED,
    CONTROLS
  }

  private final boolean[] treated;
  private final double[] weights;
  private double treatedWeight;
  private double controlWeight;

  Arms(boolean[] treated, double[] weights) {
    this.treated = treated;
    this.weights = weights;
    for (int i = 0; i < treated.length; i++) {
      if (treated[i]) {
        treatedWeight += weights[i];
      } else {
        controlWeight += weights[i];
      }
    }
  }

  /** The number of treated. */
  static int treated(boolean[] treated) {
    return rows(treated, Arm.TREATED).length;
  }

  /** The places of an arm's units. */
  static int[] rows(boolean[] treated, Arm arm) {
    return IntStream.range(0, treated.length)
        .filter(i -> treated[i] == (arm == Arm.TREATED))
        .toArray();
  }

  /** The rows at these places. */
  static double[][] pick(double[][] rows, int[] places) {
    double[][] picked = new double[places.length][];
    Arrays.setAll(picked, i -> rows[places[i]]);
    return picked;
  }

  /** The values at these places. */
  static double[] pick(double[] values, int[] places) {
    double[] picked = new double[places.length];
    Arrays.setAll(picked, i -> values[places[i]]);
    return picked;
  }

  /** Refuses units that are all treated or all controls. */
  static void bothIn(boolean[] treated) {
    int count = treated(treated);
    if (count == 0 || count == treated.length) {
      throw new IllegalArgumentException(
          "treated holds "
              + count
              + " treated and "
              + (treated.length - count)
              + " controls, must hold both");
    }
  }

  /** Why these arms cannot be compared with an error: fewer than 2 in one. */
  static Optional<Unmeasured> tooFew(boolean[] treated) {
    int count = treated(treated);
    return TooFew.toCompare(count, treated.length - count);
  }

  /**
   * The share of a unit in its arm, negative of a control: these times values sum to the effect.
   */
  double share(int unit) {
    return treated[unit] ? weights[unit] / treatedWeight : -weights[unit] / controlWeight;
  }

  /** The mean of the treated minus that of the controls. */
  double difference(double[] values) {
    return mean(values, Arm.TREATED) - mean(values, Arm.CONTROLS);
  }

  /** The weighted mean of an arm: of equal values exactly theirs; 0 without units. */
  double mean(double[] values, Arm arm) {
    int[] units = rows(treated, arm);
    if (units.length == 0) {
      return 0;
    }
    double level = values[units[0]];
    double away = 0;
    for (int unit : units) {
      away += Math.abs(share(unit)) * (values[unit] - level);
    }
    return level + away;
  }

  /** The sizes that the arms' values have on average: an error far below these is rounding. */
  double[] sizes(double[] values) {
    double[] sizes = Arrays.stream(values).map(Math::abs).toArray();
    return new double[] {mean(sizes, Arm.TREATED), mean(sizes, Arm.CONTROLS)};
  }

  /** The influence of each unit on the difference where the weights are fixed. */
  double[] influences(double[] values) {
    double ofTreated = mean(values, Arm.TREATED);
    double ofControls = mean(values, Arm.CONTROLS);
    double[] influences = new double[treated.length];
    for (int i = 0; i < treated.length; i++) {
      influences[i] = share(i) * (values[i] - (treated[i] ? ofTreated : ofControls));
    }
    return influences;
  }

  /** The effective number of controls, weights relative to the largest. */
  EffectiveSampleSize controls() {
    double[] ofControls =
        IntStream.of(rows(treated, Arm.CONTROLS)).mapToDouble(i -> weights[i]).toArray();
    double largest = Arrays.stream(ofControls).max().orElse(0);
    return EffectiveSampleSize.of(
        largest == 0
            ? ofControls
            : Arrays.stream(ofControls).map(weight -> weight / largest).toArray());
  }
}
