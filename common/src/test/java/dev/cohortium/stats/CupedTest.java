package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.StratifiedArms.Stratum;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CupedTest {
  /** exact.md: NSW, re78 by treat, x = re75. */
  @Test
  void the_job_programme_adjusted_for_earnings_agrees_with_the_exact_case() {
    Cuped cuped =
        Cuped.of(Nsw.crossMoments(1, "re78", "re75"), Nsw.crossMoments(0, "re78", "re75"));
    agree(cuped.theta()[0], 0.1713022556738);
    Estimate effect = cuped.largeSampleEffect().estimate().orElseThrow();
    agree(effect.value(), 1748.922222829);
    agree(effect.stdError(), 668.9587440917);
    Estimate widened = cuped.effect().estimate().orElseThrow();
    agree(widened.value(), 1748.922222829);
    agree(widened.stdError(), 668.9587440917 * 443 / 442);
  }

  /** mpmath 1.3.0, 50 digits, lu_solve of the same sums on the same file, eight covariates. */
  @Test
  void eight_covariates_agree_with_fifty_digits() {
    String[] names = {
      "re78", "age", "educ", "black", "hisp", "married", "nodegree", "re74", "re75"
    };
    Cuped cuped = Cuped.of(Nsw.crossMoments(1, names), Nsw.crossMoments(0, names));
    double[] theta = {
      64.0710530380193, 467.247376927727, -1863.89498247578, 299.969581568191,
      187.447105992136, -139.98549536453, 0.0753393332009553, 0.0600888478137019
    };
    for (int i = 0; i < theta.length; i++) {
      agree(cuped.theta()[i], theta[i]);
    }
    Estimate effect = cuped.largeSampleEffect().estimate().orElseThrow();
    agree(effect.value(), 1630.6714677404);
    agree(effect.stdError(), 657.671492479698);
  }

  @Test
  void covariates_that_repeat_one_another_or_are_constant_change_nothing() {
    var random = new Random(23);
    double[][] treated = rows(random, 50, 1, 3);
    double[][] control = rows(random, 70, 0, 3);
    Cuped one = Cuped.of(CrossMoments.of(treated), CrossMoments.of(control));
    Cuped many = Cuped.of(repeated(treated), repeated(control));
    Estimate once = one.effect().estimate().orElseThrow();
    Estimate again = many.effect().estimate().orElseThrow();
    agree(again.value(), once.value());
    agree(again.stdError(), once.stdError());
  }

  @Test
  void a_covariate_without_variance_leaves_the_plain_difference() {
    CrossMoments treated = CrossMoments.of(new double[][] {{3, 0.1}, {5, 0.1}, {4, 0.1}});
    CrossMoments control = CrossMoments.of(new double[][] {{1, 0.1}, {2, 0.1}, {6, 0.1}});
    Cuped cuped = Cuped.of(treated, control);
    assertThat(cuped.theta()).containsExactly(0);
    Estimate effect = cuped.effect().estimate().orElseThrow();
    Estimate plain =
        TwoSample.of(Moments.of(3, 5, 4), Moments.of(1, 2, 6)).estimate().orElseThrow();
    agree(effect.value(), plain.value());
    agree(effect.stdError(), plain.stdError());
    agree(effect.degreesOfFreedom(), plain.degreesOfFreedom());
  }

  @Test
  void the_large_sample_error_is_never_above_the_plain_one() {
    var random = new Random(24);
    for (int i = 0; i < 300; i++) {
      CrossMoments treated = CrossMoments.of(rows(random, 4 + random.nextInt(9), 1, i % 4));
      CrossMoments control = CrossMoments.of(rows(random, 4 + random.nextInt(9), 0, i % 3));
      double plain =
          Math.sqrt(
              treated.covariance(0, 0) / treated.count()
                  + control.covariance(0, 0) / control.count());
      assertThat(Cuped.of(treated, control).largeSampleEffect().estimate().orElseThrow().stdError())
          .isLessThanOrEqualTo(plain * (1 + 1e-12));
    }
  }

  @Test
  void units_of_the_covariate_do_not_matter() {
    var random = new Random(25);
    double[][] treated = rows(random, 30, 1, 2);
    double[][] control = rows(random, 30, 0, 2);
    Estimate here =
        Cuped.of(CrossMoments.of(treated), CrossMoments.of(control))
            .effect()
            .estimate()
            .orElseThrow();
    for (double[][] arm : new double[][][] {treated, control}) {
      for (double[] row : arm) {
        row[1] = 1e7 * row[1] - 4e9;
      }
    }
    Estimate there =
        Cuped.of(CrossMoments.of(treated), CrossMoments.of(control))
            .effect()
            .estimate()
            .orElseThrow();
    agree(there.value(), here.value(), 1e-8);
    agree(there.stdError(), here.stdError(), 1e-8);
  }

  /** Strata with shares 3/4 and 1/4; python 3 fractions of the formula in the class. */
  @Test
  void one_slope_serves_all_strata() {
    List<Stratum> strata =
        List.of(
            new Stratum(
                24,
                CrossMoments.of(new double[][] {{5, 1}, {9, 3}}),
                CrossMoments.of(new double[][] {{2, 0}, {3, 2}, {7, 4}})),
            new Stratum(
                8,
                CrossMoments.of(new double[][] {{1, 5}, {1, 6}}),
                CrossMoments.of(new double[][] {{0, 1}, {2, 2}})));

    Cuped cuped = Cuped.of(StratifiedArms.of(strata));

    agree(cuped.theta()[0], 67 / 43.0);
    Estimate effect = cuped.largeSampleEffect().estimate().orElseThrow();
    agree(effect.value(), 119 / 172.0);
    agree(effect.stdError(), Math.sqrt(499 / 1376.0));
    Quotient quotient = cuped.treatedOverBaseline();
    agree(quotient.numerator() - quotient.denominator(), effect.value());
    agree(
        quotient.numeratorVariance() + quotient.denominatorVariance() - 2 * quotient.covariance(),
        effect.stdError() * effect.stdError());
  }

  /** 20 strata of 5 controls and 45 treated; a slope of each stratum's own is the contrast. */
  @Test
  void a_planted_effect_is_found_in_many_small_strata() {
    Simulation.assertRight(
        47, 0.5, random -> Cuped.of(StratifiedArms.of(small(random))).largeSampleEffect());
    Simulation.assertCovers(
        48,
        random ->
            RelativeEffect.of(Cuped.of(StratifiedArms.of(small(random))).treatedOverBaseline())
                .limits()
                .contains(0.5 / 9));
    Simulation.assertUndercovers(
        47,
        random ->
            Stratified.of(
                    small(random).stream()
                        .map(
                            s ->
                                new Stratified.Stratum(
                                    s.size(),
                                    Cuped.of(s.treated(), s.control()).largeSampleEffect()))
                        .toList())
                .effect()
                .estimate()
                .orElseThrow()
                .interval()
                .contains(0.5));
  }

  private static List<Stratum> small(RandomGenerator random) {
    return Stream.generate(
            () -> Stratum.of(customers(random, 45, 9.5, 0.8), customers(random, 5, 9, 0.8)))
        .limit(20)
        .toList();
  }

  /** Arms of 3 to 8 controls and up to 60 treated, the window before telling much or nothing. */
  @Test
  void the_error_over_strata_is_never_above_the_one_without() {
    var random = new Random(49);
    for (int draw = 0; draw < 500; draw++) {
      double slope = random.nextDouble();
      List<Stratum> strata =
          Stream.generate(
                  () ->
                      Stratum.of(
                          customers(random, 3 + random.nextInt(58), 1, slope),
                          customers(random, 3 + random.nextInt(6), 0, slope)))
              .limit(1 + random.nextInt(4))
              .toList();
      Estimate adjusted =
          Cuped.of(StratifiedArms.of(strata)).largeSampleEffect().estimate().orElseThrow();
      Estimate plain =
          Stratified.of(
                  strata.stream()
                      .map(
                          s ->
                              Stratified.Stratum.of(
                                  s.size(), s.treated().moments(0), s.control().moments(0)))
                      .toList())
              .effect()
              .estimate()
              .orElseThrow();
      assertThat(adjusted.stdError()).isLessThanOrEqualTo(plain.stdError() * (1 + 1e-12));
    }
  }

  /**
   * Half of all customers live where there are 5 controls: they decide, by 4 degrees of freedom and
   * few more.
   */
  @Test
  void one_small_arm_of_a_large_stratum_tells_the_slope_alone() {
    var random = new Random(50);
    List<Stratum> uneven =
        List.of(
            Stratum.of(customers(random, 500, 0, 0.8), customers(random, 5, 0, 0.8)),
            Stratum.of(customers(random, 500, 0, 0.8), customers(random, 500, 0, 0.8)));

    assertThat(Cuped.of(StratifiedArms.of(uneven)).degreesOfFreedom()).isBetween(4.0, 25.0);
    assertThat(Cuped.of(StratifiedArms.of(small(random))).degreesOfFreedom()).isGreaterThan(50);
    assertThat(Cuped.of(CrossMoments.none(2), CrossMoments.none(2)).degreesOfFreedom()).isZero();
  }

  @Test
  void a_stratum_where_nobody_buys_counts_and_one_without_two_of_an_arm_does_not() {
    var random = new Random(43);
    Stratum buyers = Stratum.of(customers(random, 40, 1, 0.7), customers(random, 40, 0, 0.7));
    CrossMoments nobody = CrossMoments.of(new double[40][2]);
    CrossMoments one = CrossMoments.of(new double[][] {{3, 1}});
    Estimate alone = Cuped.of(buyers.treated(), buyers.control()).effect().estimate().orElseThrow();

    Estimate all =
        Cuped.of(
                StratifiedArms.of(
                    List.of(buyers, Stratum.of(nobody, nobody), Stratum.of(one, nobody))))
            .largeSampleEffect()
            .estimate()
            .orElseThrow();

    agree(all.value(), alone.value() / 2);
  }

  /** Of a metric with variance 1 that correlates with its window before. */
  private static CrossMoments customers(
      RandomGenerator random, int customers, double mean, double correlation) {
    double[][] rows = new double[customers][];
    for (int i = 0; i < customers; i++) {
      double x = random.nextGaussian();
      double own = Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
      rows[i] = new double[] {mean + correlation * x + own, x};
    }
    return CrossMoments.of(rows);
  }

  /** rho = 0.8 narrows the variance by 1 - rho² = 0.36. */
  @Test
  void a_planted_effect_is_found_with_less_variance() {
    Simulation.assertRight(26, 0.7, random -> normal(random, 100).effect());
    var random = new SplittableRandom(26);
    double narrowed = 0;
    for (int i = 0; i < 50; i++) {
      double stdError = normal(random, 100).effect().estimate().orElseThrow().stdError();
      narrowed += stdError * stdError / (1 / 100.0 + 1 / 100.0) / 50;
    }
    assertThat(narrowed).isBetween(0.33, 0.39);
  }

  /** 10 and 20 customers an arm: the large-sample error covered 72.3 % and 87.6 % of 20,000. */
  @Test
  void eight_covariates_cover_a_planted_effect_in_small_arms() {
    for (int customers : new int[] {10, 20}) {
      Simulation.assertRight(41, 0.7, random -> many(random, customers).effect());
      Simulation.assertUndercovers(
          42,
          random ->
              many(random, customers)
                  .largeSampleEffect()
                  .estimate()
                  .orElseThrow()
                  .interval()
                  .contains(0.7));
    }
    assertThat(
            many(new SplittableRandom(41), 10).effect().estimate().orElseThrow().degreesOfFreedom())
        .isLessThanOrEqualTo(10);
  }

  /** T and B = T - effect of one arm, adjusted: the covariance is no longer T's own alone. */
  @Test
  void the_relative_effect_covers_a_planted_lift() {
    Simulation.assertCovers(
        27,
        random -> {
          double[][] treated = rows(random, 150, 2.2, 4);
          double[][] control = rows(random, 150, 2, 4);
          for (double[][] arm : new double[][][] {treated, control}) {
            for (double[] row : arm) {
              row[0] += 18;
            }
          }
          return Cuped.of(CrossMoments.of(treated), CrossMoments.of(control))
              .relativeEffect()
              .limits()
              .contains(0.01);
        });
  }

  @Test
  void the_treated_less_the_baseline_is_the_large_sample_effect() {
    var random = new Random(29);
    Cuped cuped =
        Cuped.of(CrossMoments.of(rows(random, 40, 3, 1)), CrossMoments.of(rows(random, 30, 2, 1)));
    Estimate effect = cuped.largeSampleEffect().estimate().orElseThrow();
    Quotient arms = cuped.treatedOverBaseline();
    agree(arms.numerator() - arms.denominator(), effect.value());
    double variance = arms.numeratorVariance() + arms.denominatorVariance() - 2 * arms.covariance();
    agree(Math.sqrt(variance), effect.stdError());
  }

  @Test
  void without_adjustment_the_relative_effect_is_that_of_two_arms() {
    double[] y = {3, 5, 4, 8};
    double[] z = {1, 2, 6, 2};
    Estimate cuped = cupedConstant(y, z).relativeEffect().effect().estimate().orElseThrow();
    Estimate plain =
        RelativeEffect.of(Moments.of(y).meanEstimate(), Moments.of(z).meanEstimate())
            .effect()
            .estimate()
            .orElseThrow();
    agree(cuped.value(), plain.value());
    agree(cuped.stdError(), plain.stdError());
  }

  @Test
  void a_control_that_does_not_vary_still_has_a_relative_effect() {
    CrossMoments treated =
        CrossMoments.of(new double[][] {{3, 0.1}, {5.3, 0.7}, {4.1, 0.2}, {8, 0.9}});
    CrossMoments control = CrossMoments.of(new double[][] {{2, 0.3}, {2, 0.3}, {2, 0.3}});
    RelativeEffect relative = Cuped.of(treated, control).relativeEffect();
    assertThat(relative.effect()).isInstanceOf(Estimate.class);
  }

  /** As a sum of floating-point squares leaves it: the covariate is constant but for rounding. */
  @Test
  void a_covariate_that_only_rounding_varies_counts_as_constant() {
    Cuped cuped =
        Cuped.of(
            CrossMoments.ofSums(
                50, new double[] {3, 0.1}, new double[][] {{90, 1e-16}, {1e-16, 1e-33}}),
            CrossMoments.ofSums(
                60, new double[] {2, 0.1 + 1e-17}, new double[][] {{80, -1e-16}, {-1e-16, 1e-33}}));
    assertThat(cuped.theta()).containsExactly(0);
    agree(cuped.effect().estimate().orElseThrow().value(), 1);
  }

  @Test
  void too_few_customers_or_nothing_left_to_vary_are_unmeasured() {
    var random = new Random(28);
    Cuped few =
        Cuped.of(CrossMoments.of(rows(random, 2, 1, 1)), CrossMoments.of(rows(random, 9, 0, 1)));
    assertThat(few.effect())
        .isEqualTo(
            new Unmeasured("The arms have 2 treated and 9 control customers; each needs 3."));
    assertThat(few.relativeEffect().effect()).isEqualTo(few.effect());
    CrossMoments exact = CrossMoments.of(new double[][] {{1, 0.1}, {2, 0.2}, {3, 0.3}, {5, 0.5}});
    assertThat(Cuped.of(exact, exact).effect())
        .isEqualTo(new Unmeasured("No arm varies: nothing tells how far the estimate may be off."));
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> Cuped.of(CrossMoments.none(1), CrossMoments.none(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("treated.variables is 1, must be at least 2");
    assertThatThrownBy(() -> Cuped.of(CrossMoments.none(2), CrossMoments.none(3)))
        .hasMessage("control has 3 values, must have as many as treated, 2");
  }

  private static Cuped cupedConstant(double[] treated, double[] control) {
    return Cuped.of(
        CrossMoments.of(
            Arrays.stream(treated).mapToObj(y -> new double[] {y, 1}).toArray(double[][]::new)),
        CrossMoments.of(
            Arrays.stream(control).mapToObj(y -> new double[] {y, 1}).toArray(double[][]::new)));
  }

  private static Cuped many(RandomGenerator random, int customers) {
    return Cuped.of(many(random, customers, 0.7), many(random, customers, 0));
  }

  /** y = effect + the sum of eight covariates / 4 + e. */
  private static CrossMoments many(RandomGenerator random, int customers, double effect) {
    double[][] rows = new double[customers][9];
    for (double[] row : rows) {
      row[0] = effect + random.nextGaussian();
      for (int i = 1; i < row.length; i++) {
        row[i] = random.nextGaussian();
        row[0] += row[i] / 4;
      }
    }
    return CrossMoments.of(rows);
  }

  private static Cuped normal(RandomGenerator random, int customers) {
    return Cuped.of(
        CrossMoments.of(rows(random, customers, 0.7, 4.0 / 3)),
        CrossMoments.of(rows(random, customers, 0, 4.0 / 3)));
  }

  /** y = effect + (slope x + e) / sqrt(1 + slope²): variance 1. */
  private static double[][] rows(
      RandomGenerator random, int customers, double effect, double slope) {
    double[][] rows = new double[customers][];
    for (int i = 0; i < customers; i++) {
      double x = random.nextGaussian();
      double y = (slope * x + random.nextGaussian()) / Math.sqrt(1 + slope * slope);
      rows[i] = new double[] {effect + y, x};
    }
    return rows;
  }

  private static CrossMoments repeated(double[][] rows) {
    return CrossMoments.of(
        Arrays.stream(rows)
            .map(row -> new double[] {row[0], row[1], 1000 * row[1] + 3, 7})
            .toArray(double[][]::new));
  }
}
