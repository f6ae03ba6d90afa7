package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.StaggeredDesign.Base;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PreTrendTest {
  private static final StaggeredDesign DESIGN = StaggeredDesign.of(14, 9).with(Base.UNIVERSAL);

  @Test
  void powers_agree_with_scipy() {
    // scipy 1.17.1: brentq(lambda l: ncx2.sf(chi2.ppf(.95, df), df, l) - .8, 1e-6, 40).
    double[] expected = {
      7.848860509326197,
      9.634688867970238,
      10.902563290133275,
      11.935285837704688,
      12.827606572305418,
      13.624286116805196
    };
    for (int df = 1; df <= expected.length; df++) {
      References.agree(NoncentralChiSquared.noncentrality(df, 0.05, 0.8), expected[df - 1]);
    }
  }

  @Test
  void the_test_is_that_of_the_event_months_before_the_base() {
    EventStudy study = world(3, 0).study(DESIGN);
    PreTrend test = PreTrend.of(study).orElseThrow();
    assertThat(test.firstEventMonth()).isEqualTo(-8);
    assertThat(test.lastEventMonth()).isEqualTo(-3);
    assertThat(test.wald().degreesOfFreedom()).isEqualTo(6);
    assertThat(test.distance()).isEqualTo(2);
    var before = study.effects().aggregates().byEventMonth().subMap(-8, -2);
    Wald expected = study.joint(List.copyOf(before.values())).wald();
    assertThat(test.wald()).isEqualTo(expected);
    double largest = Math.abs(before.get(-3).value());
    for (int event = -8; event < -3; event++) {
      largest =
          Math.max(largest, Math.abs(before.get(event + 1).value() - before.get(event).value()));
    }
    assertThat(test.largestChange()).isEqualTo(largest);
  }

  @Test
  void one_month_before_the_base_is_tested_by_its_own_error() {
    EventStudy study =
        world(4, 0)
            .study(
                new StaggeredDesign(
                    14, 1, StaggeredDesign.Controls.NOT_YET_JOINED, Base.UNIVERSAL, 4, 14, 5));
    PreTrend test = PreTrend.of(study).orElseThrow();
    Estimate only =
        References.measured(
            study.joint(List.of(study.effects().aggregates().byEventMonth().get(-3))).effect(0));
    double z = only.value() / only.stdError();
    References.agree(test.wald().statistic(), z * z);
    // 2.8016 = z(.975) + z(.8), but for the other tail.
    References.agree(
        test.detectableSlope().orElseThrow(), Math.sqrt(7.848860509326197) * only.stdError());
    References.agree(test.bias(1, 3).orElseThrow(), 4 * test.detectableSlope().orElseThrow());
  }

  @Test
  void no_month_before_the_base_is_no_test() {
    StaggeredDesign tooShort =
        new StaggeredDesign(
            14, 1, StaggeredDesign.Controls.NOT_YET_JOINED, Base.UNIVERSAL, 3, 14, 5);
    assertThat(PreTrend.of(world(5, 0).study(tooShort))).isEmpty();
  }

  @Test
  void a_result_breaks_down_where_the_largest_change_would_go_on() {
    PreTrend test = PreTrend.of(world(6, 0).study(DESIGN)).orElseThrow();
    double change = test.largestChange();
    Estimate certain = Estimate.normal(8 * change, change);
    double left = 8 - Distributions.normalQuantile(0.975);
    assertThat(test.breakdown(certain, 1, 3).orElseThrow()).isCloseTo(left / 4, within(1e-12));
    Estimate loss = Estimate.normal(-8 * change, change);
    assertThat(test.breakdown(loss, 1, 3)).isEqualTo(test.breakdown(certain, 1, 3));
    assertThat(test.breakdown(Estimate.normal(change, change), 1, 3)).hasValue(0);
    assertThat(test.breakdown(new Unmeasured("None."), 1, 3)).isEmpty();
    assertThatThrownBy(() -> test.breakdown(certain, 3, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("last is 1, must be at least 3");
  }

  @Test
  void a_varying_base_is_refused() {
    EventStudy study = world(7, 0).study(DESIGN.with(Base.VARYING));
    assertThatThrownBy(() -> PreTrend.of(study))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("base is VARYING, must be UNIVERSAL");
  }

  @Test
  void cohorts_that_move_with_their_controls_seldom_fail() {
    Simulation.assertCovers(
        51, random -> test(random.nextLong(), 0, DESIGN).wald().pValue() >= 0.05);
  }

  @Test
  void a_trend_of_the_cohorts_alone_is_found_as_often_as_the_detectable_slope_says() {
    // Against who never joined: the not yet joined would share the trend.
    StaggeredDesign design = DESIGN.with(StaggeredDesign.Controls.NEVER_JOINED);
    double slope =
        IntStream.range(0, 30)
            .mapToDouble(seed -> test(seed, 0, design).detectableSlope().orElseThrow())
            .average()
            .orElseThrow();
    Band band = Band.of(300, 0.8, 0.001);
    int found = 0;
    for (int replicate = 0; replicate < 300; replicate++) {
      found += test(1000 + replicate, slope, design).wald().pValue() < 0.05 ? 1 : 0;
    }
    assertThat(found).isBetween(band.least(), band.most());
  }

  @Test
  void a_strong_trend_of_the_cohorts_alone_fails_the_test() {
    assertThat(test(53, 0.5, DESIGN).wald().pValue()).isLessThan(1e-6);
  }

  private static PreTrend test(long seed, double slope, StaggeredDesign design) {
    return PreTrend.of(world(seed, slope).study(design)).orElseThrow();
  }

  private static StaggeredWorld world(long seed, double slope) {
    return StaggeredWorld.planted(new Draws(seed, 0), event -> 1, slope);
  }
}
