package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.StratifiedArms.Stratum;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class StratifiedArmsTest {
  /**
   * By hand: ITT_Y 1 and 0.1, ITT_D 0.5 and 0.01, 500 customers in each arm: 0.55 / 0.255, where
   * the mean of 2 and 10 is 6. Var Y 1, var D d (1 - d) of each arm, no covariance.
   */
  @Test
  void compliers_of_two_strata_are_not_the_mean_of_their_effects() {
    StratifiedArms arms = StratifiedArms.of(List.of(planted(1, 0.5), planted(0.1, 0.01)));
    CompliersEffect compliers = arms.compliersEffect();
    Estimate effect = compliers.effect().estimate().orElseThrow();
    agree(effect.value(), 0.55 / 0.255);
    double variance = (4 / 500.0 + Math.pow(0.55 / 0.255, 2) * (0.25 + 0.0099) / 500) / 4;
    agree(effect.stdError(), Math.sqrt(variance) / 0.255);
  }

  @Test
  void one_stratum_gives_what_its_arms_give() {
    var random = new Random(50);
    CrossMoments treated = joiners(random, 90, 0.6, 2);
    CrossMoments control = joiners(random, 60, 0.1, 2);
    var arms = StratifiedArms.of(List.of(Stratum.of(treated, control)));
    same(arms.compliersEffect().effect(), CompliersEffect.of(treated, control).effect());
    same(arms.ratioDifference(), RatioMetric.difference(treated, control));
    RelativeEffect relative =
        RelativeEffect.of(first(treated).meanEstimate(), first(control).meanEstimate());
    same(arms.relativeEffect().effect(), relative.effect());
  }

  @Test
  void strata_too_small_are_left_out_and_counted() {
    var random = new Random(51);
    var fine = Stratum.of(joiners(random, 90, 0.6, 2), joiners(random, 60, 0.1, 2));
    var lonely = Stratum.of(joiners(random, 1, 0.6, 2), joiners(random, 6, 0.1, 2));
    var arms = StratifiedArms.of(List.of(lonely, fine));
    same(
        arms.compliersEffect().effect(),
        CompliersEffect.of(fine.treated(), fine.control()).effect());
    var none = StratifiedArms.of(List.of(lonely));
    assertThat(none.ratioDifference()).isInstanceOf(Unmeasured.class);
    assertThat(none.compliersEffect().effect()).isInstanceOf(Unmeasured.class);
    assertThat(none.relativeEffect().effect())
        .isEqualTo(
            new Unmeasured("The arms have 1 treated and 6 control customers; each needs 2."));
  }

  /** 80 % of one stratum and 20 % of the other are treated; the second spends more anyhow. */
  @Test
  void planted_effects_are_found_though_shares_differ_by_stratum() {
    Simulation.assertRight(52, 3, random -> draw(random).compliersEffect().effect());
    // Spend 2 and 12 and 3 for each joiner: 60 % and 30 % of the treated, 10 % of the control.
    double treated = (2 + 3 * 0.6 + 12 + 3 * 0.3) / 2;
    double control = (2 + 3 * 0.1 + 12 + 3 * 0.1) / 2;
    Simulation.assertCovers(
        53, random -> draw(random).relativeEffect().limits().contains(treated / control - 1));
    Simulation.assertCovers(
        54,
        random ->
            draw(random)
                .ratioDifference()
                .estimate()
                .orElseThrow()
                .interval()
                .contains(treated / 0.45 - control / 0.1));
  }

  /** Receipts of 50 and 20 in both arms, 30 % and 80 % treated: by hand 35 over strata. */
  @Test
  void the_baseline_of_a_ratio_is_that_of_the_strata_and_not_of_the_treated() {
    StratifiedArms arms =
        StratifiedArms.of(
            List.of(
                Stratum.of(receipts(30, 50), receipts(70, 50)),
                Stratum.of(receipts(80, 20), receipts(20, 20))));
    agree(arms.controlRatio().getAsDouble(), 35);
    agree(arms.relativeRatio().effect().estimate().orElseThrow().value(), 0);
  }

  /** One order of each customer, of this on average. */
  private static CrossMoments receipts(int customers, double mean) {
    double[][] rows = new double[customers][];
    for (int i = 0; i < customers; i++) {
      rows[i] = new double[] {mean + (i % 2 == 0 ? 1 : -1), 1};
    }
    return CrossMoments.of(rows);
  }

  /** Of the level asked for, where the effect's own are of 95 % and its first stage is strong. */
  @Test
  void limits_of_the_effect_on_compliers_are_those_of_its_quotient() {
    var random = new Random(51);
    CrossMoments treated = joiners(random, 400, 0.6, 2);
    CrossMoments control = joiners(random, 400, 0.1, 2);
    var arms = StratifiedArms.of(List.of(Stratum.of(treated, control)));
    CompliersEffect effect = arms.compliersEffect();
    Quotient quotient =
        new Quotient(
            treated.mean(0) - control.mean(0),
            treated.mean(1) - control.mean(1),
            (treated.covariance(0, 0) + control.covariance(0, 0)) / 400,
            (treated.covariance(1, 1) + control.covariance(1, 1)) / 400,
            (treated.covariance(0, 1) + control.covariance(0, 1)) / 400,
            effect.effect().estimate().orElseThrow().degreesOfFreedom());
    Interval limits = arms.compliersLimits(0.99).pieces().get(0);
    Interval expected = quotient.fieller(0.99).pieces().get(0);

    assertThat(effect.method()).isEqualTo(CompliersEffect.Method.WALD);
    agree(limits.low(), expected.low());
    agree(limits.high(), expected.high());
    assertThat(arms.compliersLimits(1)).isEqualTo(ConfidenceSet.EVERYTHING);
  }

  @Test
  void a_ratio_without_a_denominator_is_unmeasured() {
    CrossMoments none = CrossMoments.of(new double[][] {{1, 0}, {2, 0}});
    assertThat(StratifiedArms.of(List.of(Stratum.of(none, none))).ratioDifference())
        .isEqualTo(new Unmeasured("The denominator of an arm is not above 0: it has no ratio."));
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> StratifiedArms.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strata.size is 0, must be at least 1");
    var three = Stratum.of(CrossMoments.none(3), CrossMoments.none(3));
    assertThatThrownBy(() -> StratifiedArms.of(List.of(three, planted(1, 0.5))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strata[1].treated has 2 values, must have as many as strata[0].treated, 3");
    assertThatThrownBy(() -> StratifiedArms.of(List.of(three)).compliersEffect())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("strata has 3 values, must have as many as metric and joined, 2");
  }

  private static Stratum planted(double effect, double joined) {
    double spread = joined * (1 - joined) * 499;
    return Stratum.of(
        CrossMoments.ofSums(
            500, new double[] {4 + effect, joined}, new double[][] {{499, 0}, {0, spread}}),
        CrossMoments.ofSums(500, new double[] {4, 0}, new double[][] {{499, 0}, {0, 0}}));
  }

  private static StratifiedArms draw(RandomGenerator random) {
    return StratifiedArms.of(
        List.of(
            Stratum.of(joiners(random, 400, 0.6, 2), joiners(random, 100, 0.1, 2)),
            Stratum.of(joiners(random, 100, 0.3, 12), joiners(random, 400, 0.1, 12))));
  }

  private static CrossMoments joiners(
      RandomGenerator random, int customers, double share, double level) {
    double[][] rows = new double[customers][];
    for (int i = 0; i < customers; i++) {
      int joined = random.nextDouble() < share ? 1 : 0;
      rows[i] = new double[] {level + 3 * joined + random.nextGaussian(), joined};
    }
    return CrossMoments.of(rows);
  }

  private static Moments first(CrossMoments arm) {
    return new Moments(arm.count(), arm.mean(0), arm.covariance(0, 0) * (arm.count() - 1), 0);
  }

  private static void same(Measurement actual, Measurement expected) {
    Estimate here = actual.estimate().orElseThrow();
    Estimate there = expected.estimate().orElseThrow();
    agree(here.value(), there.value());
    agree(here.stdError(), there.stdError());
    agree(here.degreesOfFreedom(), there.degreesOfFreedom());
  }
}
