package dev.cohortium.beforeafter;

import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.JointEffects;
import dev.cohortium.stats.LinearForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Whether joining reacts to recent purchases: what members order in the last months before joining,
 * the base and the anticipation, less what they order in all earlier ones, net of the same change
 * of those whom they are compared with.
 *
 * <p>Where it is not 0, joiners stand at a height from which they come down by themselves.
 *
 * @see <a href="https://doi.org/10.2307/1924810">Ashenfelter 1978</a>
 */
final class Reaction {
  private Reaction() {}

  /**
   * The difference; empty where no month is known before the base, or nothing varies.
   *
   * @param orders effects on orders, from one base
   */
  static Optional<Estimate> of(Studied orders) {
    int base = -1 - orders.effects().design().anticipation();
    SortedMap<Integer, LinearForm> before = orders.forms().byEventMonth().headMap(0);
    List<LinearForm> forms = List.copyOf(before.values());
    List<Double> weights = new ArrayList<>();
    long earlier = before.keySet().stream().filter(event -> event < base).count();
    if (earlier == 0) {
      return Optional.empty();
    }
    for (int event : before.keySet()) {
      weights.add(event < base ? -1.0 / earlier : -1.0 / base);
    }
    return estimate(forms, weights, orders.joint().apply(forms));
  }

  private static Optional<Estimate> estimate(
      List<LinearForm> forms, List<Double> weights, JointEffects joint) {
    double value = 0;
    double variance = 0;
    for (int one = 0; one < forms.size(); one++) {
      value += weights.get(one) * forms.get(one).value();
      for (int other = 0; other < forms.size(); other++) {
        variance += weights.get(one) * weights.get(other) * joint.covariance(one, other);
      }
    }
    return variance > 0
        ? Optional.of(Estimate.normal(value, Math.sqrt(variance)))
        : Optional.empty();
  }
}
