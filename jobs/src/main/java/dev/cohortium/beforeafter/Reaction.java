package dev.cohortium.beforeafter;

import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.JointEffects;
import dev.cohortium.stats.LinearForm;
import dev.cohortium.stats.MultipleTesting;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Whether joining follows recent purchases: what members order in the last months before joining
 * less what they order in all earlier ones, net of the same change of those whom they are compared
 * with.
 *
 * <p>Where it is not 0 in the base month, joiners stand at a height from which they come down by
 * themselves. In the months of anticipation alone it may as well be joining that is felt before it:
 * orders cannot tell the two apart.
 *
 * <p>Two looks are two tests, each at a level that leaves all of them one chance in 20 (Holm). A
 * test that finds nothing has seen no reaction above {@link #detectable}; smaller ones it may well
 * have missed.
 *
 * @param recent of the base month and the months of anticipation together
 * @param atBase of the base month, in which by the study's own word joining is not felt yet; the
 *     same where there is no anticipation
 * @param orders that members make a month before all of them
 * @see <a href="https://doi.org/10.2307/1924810">Ashenfelter 1978</a>
 */
record Reaction(Estimate recent, Estimate atBase, double orders) {
  private static final double LEVEL = 0.05;
  private static final double POWER = 0.8;

  /**
   * The reaction; empty where no month is known before the base, or nothing varies.
   *
   * @param orders effects on orders, from one base
   */
  static Optional<Reaction> of(Studied orders) {
    int base = -1 - orders.effects().design().anticipation();
    SortedMap<Integer, LinearForm> before = orders.forms().byEventMonth().headMap(0);
    if (before.headMap(base).isEmpty()) {
      return Optional.empty();
    }
    List<Integer> months = List.copyOf(before.keySet());
    JointEffects joint = orders.joint().apply(List.copyOf(before.values()));
    return joint
        .sum(weights(months, base, 1.0 / -base))
        .estimate()
        .flatMap(
            recent ->
                joint
                    .sum(weights(months, base, 0))
                    .estimate()
                    .map(atBase -> new Reaction(recent, atBase, orders(orders, base))));
  }

  /** What members order a month before the base. */
  private static double orders(Studied orders, int base) {
    double sum = 0;
    long members = 0;
    for (Cell cell : orders.effects().cells()) {
      if (cell.eventMonth() < base) {
        sum += cell.treated() * cell.level();
        members += cell.treated();
      }
    }
    return sum / members;
  }

  /** Takes the mean of all months before the base from those after it; at the base it is 0. */
  private static double[] weights(List<Integer> months, int base, double after) {
    long earlier = months.stream().filter(event -> event < base).count();
    return months.stream().mapToDouble(event -> event < base ? -1.0 / earlier : after).toArray();
  }

  private int looks() {
    return recent.equals(atBase) ? 1 : 2;
  }

  private double[] pValues() {
    return looks() == 1
        ? new double[] {recent.pValue(), atBase.pValue()}
        : MultipleTesting.holm(recent.pValue(), atBase.pValue());
  }

  /** Whether members stand at another height than before when joining cannot be felt yet. */
  boolean isAtBase() {
    return pValues()[1] < LEVEL;
  }

  /** Whether the last months before joining differ from those before. */
  boolean isThere() {
    return pValues()[0] < LEVEL || isAtBase();
  }

  /** The look that tells most: that at the base where something is there. */
  Estimate shown() {
    return isAtBase() ? atBase : recent;
  }

  /** Its p-value, adjusted for the number of looks. */
  double pValue() {
    return pValues()[isAtBase() ? 1 : 0];
  }

  /** Orders a month above the usual, in the base month, that are found in 4 of 5 samples. */
  double detectable() {
    return atBase.detectable(LEVEL / looks(), POWER);
  }
}
