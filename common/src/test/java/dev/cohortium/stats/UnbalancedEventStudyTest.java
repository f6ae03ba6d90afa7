package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.StaggeredDesign.Controls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnbalancedEventStudyTest {
  private static final StaggeredDesign DESIGN = StaggeredDesign.of(14, 9);

  @Test
  void counties_that_lack_a_year_agree_with_R() {
    // R 4.2.2, did 2.5.1, allow_unbalanced_panel = TRUE: mpdta/reference.json.
    Mpdta.agree(
        "unbalanced_allowed|nevertreated|none|dr",
        Counties.unbalanced().unbalancedStudy(Counties.design().with(Controls.NEVER_JOINED)));
  }

  @Test
  void without_a_gap_it_is_the_study_of_moments() {
    StaggeredWorld world = StaggeredWorld.mixed(400, 9, 5).pooled();
    StaggeredDesign design = StaggeredDesign.of(9, 5);
    EventStudy expected = world.study(design);
    UnbalancedEventStudy found =
        UnbalancedEventStudy.of(design, world.joined, world.acquired, world.months);
    JointEffects one = expected.joint(forms(expected.effects()));
    JointEffects other = found.joint(forms(found.effects()));
    for (int place = 0; place < one.size(); place++) {
      Estimate estimate = References.measured(one.effect(place));
      Estimate same = References.measured(other.effect(place));
      assertThat(same.value()).isCloseTo(estimate.value(), within(1e-11 * estimate.stdError()));
      References.agree(same.stdError(), estimate.stdError());
    }
  }

  private static List<LinearForm> forms(GroupTimeEffects effects) {
    List<LinearForm> forms = new ArrayList<>(effects.aggregates().byEventMonth().values());
    forms.addAll(effects.levels().byMonth(0).values());
    return forms;
  }

  @Test
  void planted_effects_lie_within_their_limits_where_months_are_missing_by_chance() {
    Simulation.assertRight(
        71,
        2,
        random -> {
          StaggeredWorld world =
              StaggeredWorld.planted(new Draws(random.nextLong(), 0), event -> event, 0);
          for (double[] path : world.months) {
            path[random.nextInt(path.length)] = Double.NaN;
          }
          UnbalancedEventStudy study =
              UnbalancedEventStudy.of(DESIGN, world.joined, world.acquired, world.months);
          LinearForm headline =
              Aggregates.mean(study.effects().aggregates().byEventMonth(), 1, 3).orElseThrow();
          return study.joint(List.of(headline)).effect(0);
        });
  }

  @Test
  void months_that_nobody_was_observed_in_have_a_reason() {
    StaggeredWorld world = StaggeredWorld.planted(new Draws(7, 0), event -> event, 0);
    for (double[] path : world.months) {
      path[9] = Double.NaN;
    }
    assertThat(
            UnbalancedEventStudy.of(DESIGN, world.joined, world.acquired, world.months)
                .effects()
                .gaps())
        .anyMatch(
            gap ->
                gap.month() == 9
                    && gap.reason()
                        .equals(
                            "A month of the cohort or of its controls has 0 customers; fewer than 5"
                                + " tell nothing."));
  }

  @Test
  void input_that_cannot_be_is_refused() {
    double[][] months = new double[2][14];
    assertThatThrownBy(() -> UnbalancedEventStudy.of(DESIGN, new int[2], new int[1], months))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("acquired has 1 values, must have as many as months, 2");
    assertThatThrownBy(
            () ->
                UnbalancedEventStudy.of(
                    DESIGN.with(Controls.NOBODY), new int[2], new int[2], months))
        .hasMessage("controls are NOBODY, must be somebody: there is nothing to compare");
    Arrays.fill(months[1], Double.POSITIVE_INFINITY);
    assertThatThrownBy(() -> UnbalancedEventStudy.of(DESIGN, new int[2], new int[2], months))
        .hasMessage("months[0] is Infinity, must be finite");
  }
}
