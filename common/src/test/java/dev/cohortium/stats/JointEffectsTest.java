package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.StaggeredDesign.Controls;
import java.util.List;
import org.junit.jupiter.api.Test;

class JointEffectsTest {
  private static final double MONTE_CARLO = 0.02;

  @Test
  void bands_agree_with_draws_of_numpy() {
    // numpy 2.4.6, default_rng(1).multivariate_normal of the correlations of mpdta/reference.json,
    // V_over_n, 1,000,000 draws: the 95 % quantile of the largest. R's 25,000 multipliers of two
    // values, which 20 counties do not make normal, give 2.69 (uniform_bands_monte_carlo).
    EventStudy study = Counties.all().study(Counties.design().with(Controls.NEVER_JOINED));
    GroupTimeEffects effects = study.effects();
    double factor = study.joint(effects.aggregates().each()).bandFactor(0.95);
    assertThat(factor).isCloseTo(2.8295857521597054, within(MONTE_CARLO));
    References.agree(
        factor,
        References.number(Mpdta.FILE, "uniform_bands_monte_carlo", "att_gt_crit_value"),
        0.06);
  }

  @Test
  void a_band_of_independent_effects_is_that_of_their_product() {
    for (int size = 2; size <= 9; size += 7) {
      double[][] identity = new double[size][size];
      for (int place = 0; place < size; place++) {
        identity[place][place] = 1 + place;
      }
      double exact = Distributions.normalQuantile((1 + Math.pow(0.95, 1.0 / size)) / 2);
      JointEffects effects = new JointEffects(new double[size], identity);
      assertThat(effects.bandFactor(0.95)).isCloseTo(exact, within(MONTE_CARLO));
      assertThat(effects.bandFactor(0.95)).isEqualTo(effects.bandFactor(0.95));
    }
  }

  @Test
  void a_band_of_one_effect_told_twice_is_its_interval() {
    JointEffects effects =
        new JointEffects(new double[] {5, 10, 3}, new double[][] {{1, 2, 0}, {2, 4, 0}, {0, 0, 0}});
    assertThat(effects.bandFactor(0.95)).isCloseTo(1.96, within(MONTE_CARLO));
    List<Interval> band = effects.band(0.95);
    assertThat(band.get(1).high() - 10).isCloseTo(2 * (band.get(0).high() - 5), within(1e-12));
    assertThat(band.get(2)).isEqualTo(new Interval(3, 3));
    double alone = effects.of(0).bandFactor(0.9);
    assertThat(alone).isEqualTo(Distributions.normalQuantile(0.95));
    assertThat(effects.effect(2)).isInstanceOf(Unmeasured.class);
    assertThatThrownBy(() -> effects.band(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("level is 1, must lie between 0 and 1");
  }

  @Test
  void what_others_determine_counts_once_in_a_test() {
    JointEffects twice =
        new JointEffects(new double[] {3, 6, 9}, new double[][] {{1, 2, 0}, {2, 4, 0}, {0, 0, 0}});
    Wald found = twice.wald();
    assertThat(found.degreesOfFreedom()).isEqualTo(1);
    assertThat(found.statistic()).isCloseTo(9, within(1e-9));
    assertThat(found.pValue()).isCloseTo(2 * Distributions.normalUpper(3), within(1e-12));
    assertThat(twice.of(2).wald()).isEqualTo(new Wald(0, 0, 1));
  }

  @Test
  void what_rounding_makes_of_a_covariance_ends_nothing() {
    // No three numbers have these correlations; the first two decide, and no p-value is made up.
    double[][] impossible = {{1, 0.9, -0.9}, {0.9, 1, 0.9}, {-0.9, 0.9, 1}};
    JointEffects effects = new JointEffects(new double[] {1, 1, 1}, impossible);
    assertThat(effects.wald().degreesOfFreedom()).isEqualTo(2);
    assertThat(effects.bandFactor(0.95)).isBetween(1.96, 2.4);
    double[][] beyond = {{1, 1.2}, {1.2, 1}};
    assertThat(new JointEffects(new double[] {1, 1}, beyond).wald().degreesOfFreedom())
        .isEqualTo(1);
  }

  @Test
  void an_error_that_is_rounding_beside_the_level_is_none() {
    double[] values = {1.5, 10};
    double[][] rounded = {{1e-28, 0}, {0, 1e-28}};
    assertThat(new JointEffects(values, rounded).effect(0, 1)).isEqualTo(TooFew.CONSTANT);
    double[][] varying = {{1e-6, 0}, {0, 1e-6}};
    JointEffects effects = new JointEffects(values, varying);
    assertThat(effects.effect(0, 1)).isEqualTo(effects.effect(0));
  }

  @Test
  void a_test_of_correlated_effects_is_theirs_in_any_unit() {
    // (2, 1) with variances 1 and 1 and covariance .5: (4 - 2 + 1) / .75 = 4.
    double[][] covariance = {{1, 0.5}, {0.5, 1}};
    Wald found = Wald.of(new double[] {2, 1}, covariance);
    assertThat(found.statistic()).isCloseTo(4, within(1e-12));
    assertThat(found.degreesOfFreedom()).isEqualTo(2);
    double[][] scaled = {{1, 500}, {500, 1e6}};
    assertThat(Wald.of(new double[] {2, 1000}, scaled).statistic()).isCloseTo(4, within(1e-9));
    assertThatThrownBy(() -> Wald.of(new double[1], covariance))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("covariance has 2 values, must have as many as values, 1");
  }

  @Test
  void influences_of_parts_from_workers_add_up() throws Exception {
    StaggeredWorld world = StaggeredWorld.mixed(200, 9, 17);
    GroupTimeEffects effects = world.study(StaggeredDesign.of(9, 5)).effects();
    List<LinearForm> forms = List.copyOf(effects.aggregates().byEventMonth().values());
    int[] cells = {0, 3};
    InfluenceSums all = new InfluenceSums(forms);
    InfluenceSums even = new InfluenceSums(forms);
    InfluenceSums odd = new InfluenceSums(forms);
    for (int i = 0; i < 50; i++) {
      double[] influences = {Math.sin(i), Math.cos(3 * i)};
      all.add(cells, influences, 2, i % 3 - 1);
      (i % 2 == 0 ? even : odd).add(cells, influences, 2, i % 3 - 1);
    }
    JointEffects expected = all.joint(0);
    JointEffects found = LinearFitTest.sent(even).plus(LinearFitTest.sent(odd)).joint(0);
    for (int form = 0; form < forms.size(); form++) {
      assertThat(found.covariance(form, 0)).isCloseTo(expected.covariance(form, 0), within(1e-12));
    }
    assertThatThrownBy(() -> all.add(cells, new double[] {1, Double.NaN}, 2, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("influence is NaN, must be finite");
    assertThatThrownBy(() -> all.plus(new InfluenceSums(forms.subList(0, 1))))
        .hasMessageContaining("must have as many as this");
  }
}
