package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Effect;
import dev.cohortium.stats.CohortMoments.Combination;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.JointEffects;
import dev.cohortium.stats.LinearForm;
import dev.cohortium.stats.Quotient;
import dev.cohortium.stats.RelativeEffect;
import dev.cohortium.stats.StaggeredDesign;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The effect on net revenue by orders: R1 - R0, where R1 is the members' ratio of totals M / D and
 * R0 that of their counterfactual, (M - effect on M) / (D - effect on D).
 *
 * <p>It is the effect on z = M - R0 D by the members' orders D, and R1's and R0's own chance is in
 * its error: that of E(z) / (D - E(D)) + L(z) (1 / D - 1 / (D - E(D))), E being the effect and L
 * the members' mean, and in full, as the most that it can be, that of (R1 - R0) L(D) / D.
 *
 * @see <a href="https://doi.org/10.1145/3219819.3219919">Deng, Knoblich, Lu 2018</a>
 */
final class AverageReceipt {
  private final Function<GroupTimeEffects, Optional<Forms.Horizon>> form;
  private final Studied onCombination;
  private final double ratio;
  private final double ratioWithout;
  private final double orders;
  private final double ordersWithout;
  private final double errorOfOrders;

  private AverageReceipt(
      Function<GroupTimeEffects, Optional<Forms.Horizon>> form,
      Studied onCombination,
      Forms.Horizon revenue,
      Forms.Horizon orders,
      double errorOfOrders) {
    this.form = form;
    this.onCombination = onCombination;
    this.orders = orders.level().value();
    ordersWithout = this.orders - orders.effect().value();
    ratio = revenue.level().value() / this.orders;
    ratioWithout = ratioWithout(revenue, orders);
    this.errorOfOrders = errorOfOrders;
  }

  private static double ratioWithout(Forms.Horizon revenue, Forms.Horizon orders) {
    return (revenue.level().value() - revenue.effect().value())
        / (orders.level().value() - orders.effect().value());
  }

  /**
   * Net revenue and orders of some customers.
   *
   * @param places of net revenue, orders and their sum among the metrics
   */
  record Parts(
      Variant variant,
      JoiningCohorts cohorts,
      StaggeredDesign design,
      List<Integer> places,
      EventStudy revenue,
      EventStudy orders) {
    static Parts of(
        Variant variant, JoiningCohorts cohorts, StaggeredDesign design, List<Integer> places) {
      return new Parts(
          variant,
          cohorts,
          design,
          places,
          variant.study(cohorts, design, places.get(0)),
          variant.study(cohorts, design, places.get(1)));
    }

    /** Of z, by the ratio without joining. */
    private Studied onCombination(double without, Window window) {
      Combination of = new Combination(places.get(0), 1, places.get(1), -without, places.get(2));
      return Studied.of(variant, variant.study(cohorts.combined(of), design, 0), window);
    }
  }

  /**
   * The effect; empty where it is not there, or there is nothing to divide by.
   *
   * @param form the effect that is asked, with the members' mean
   */
  static Optional<AverageReceipt> of(
      Parts parts, Window window, Function<GroupTimeEffects, Optional<Forms.Horizon>> form) {
    Optional<Forms.Horizon> revenue = form.apply(parts.revenue().effects());
    Optional<Forms.Horizon> orders = form.apply(parts.orders().effects());
    boolean isThere =
        revenue.isPresent()
            && orders.isPresent()
            && orders.get().level().value() > 0
            && orders.get().level().value() > orders.get().effect().value();
    if (!isThere) {
      return Optional.empty();
    }
    double error =
        parts
            .orders()
            .joint(List.of(orders.get().level()))
            .effect(0)
            .estimate()
            .map(Estimate::stdError)
            .orElse(0.0);
    Studied studied = parts.onCombination(ratioWithout(revenue.get(), orders.get()), window);
    return Optional.of(new AverageReceipt(form, studied, revenue.get(), orders.get(), error));
  }

  /** The study of z, whose path before joining tells whether likes were compared. */
  Studied onCombination() {
    return onCombination;
  }

  /** What an effect is multiplied by to be one on z. */
  double orders() {
    return orders;
  }

  /** The effect with its errors. */
  Effect.Found found() {
    Forms.Horizon of = form.apply(onCombination.effects()).orElseThrow();
    List<LinearForm> both = List.of(of.effect(), of.level());
    JointEffects joint = onCombination.joint().apply(both);
    double ofEffect = 1 / ordersWithout;
    double ofLevel = 1 / orders - 1 / ordersWithout;
    double ofOrders = Math.abs(ratio - ratioWithout) / orders * errorOfOrders;
    double error = Math.sqrt(product(joint, ofEffect, ofLevel, ofEffect, ofLevel)) + ofOrders;
    if (!(error > 0) || joint.effect(0).estimate().isEmpty()) {
      return Effect.Found.of(joint.effect(0), 0, null);
    }
    double ofBaseline =
        product(
            joint, -1 / ordersWithout, 1 / ordersWithout, -1 / ordersWithout, 1 / ordersWithout);
    double together = product(joint, ofEffect, ofLevel, -1 / ordersWithout, 1 / ordersWithout);
    return Effect.Found.of(
        Estimate.normal(ratio - ratioWithout, error),
        ratioWithout,
        relative(error * error, ofBaseline, together));
  }

  private RelativeEffect relative(double ofEffect, double ofBaseline, double together) {
    double ofRatio = Math.max(0, ofEffect + ofBaseline + 2 * together);
    double most = Math.sqrt(ofRatio) * Math.sqrt(ofBaseline);
    double ofBoth = Math.max(-most, Math.min(most, ofBaseline + together));
    return RelativeEffect.of(
        new Quotient(ratio, ratioWithout, ofRatio, ofBaseline, ofBoth, Double.POSITIVE_INFINITY));
  }

  /** The covariance of two combinations of effect and level. */
  private static double product(
      JointEffects joint, double effect, double level, double effectOther, double levelOther) {
    double product =
        effect * effectOther * joint.covariance(0, 0)
            + (effect * levelOther + level * effectOther) * joint.covariance(0, 1)
            + level * levelOther * joint.covariance(1, 1);
    boolean isVariance = effect == effectOther && level == levelOther;
    return isVariance ? Math.max(0, product) : product;
  }
}
