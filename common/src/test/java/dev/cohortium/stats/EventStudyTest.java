package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Controls;
import org.junit.jupiter.api.Test;

class EventStudyTest {
  private static final StaggeredDesign NOT_YET = Counties.design();
  private static final StaggeredDesign NEVER = NOT_YET.with(Controls.NEVER_JOINED);

  @Test
  void every_effect_error_and_aggregate_agrees_with_R() {
    // R 4.2.2, did 2.5.1, att_gt and aggte without bootstrap: mpdta/reference.json.
    Counties counties = Counties.all();
    Mpdta.agree("nevertreated|none|dr|varying", counties.study(NEVER));
    Mpdta.agree("notyettreated|none|dr|varying", counties.study(NOT_YET));
    Mpdta.agree("nevertreated|none|dr|universal", counties.study(NEVER.with(Base.UNIVERSAL)));
    Mpdta.agree("notyettreated|none|dr|universal", counties.study(NOT_YET.with(Base.UNIVERSAL)));
    Mpdta.agree(
        "nevertreated|none|dr|varying|anticipation1", counties.study(NEVER.withAnticipation(1)));
    Mpdta.agree(
        "notyettreated|none|dr|varying|anticipation1", counties.study(NOT_YET.withAnticipation(1)));
  }

  @Test
  void counties_that_all_join_in_the_end_agree_with_R() {
    Counties joiners = Counties.all().where(joined -> joined != StaggeredDesign.NEVER);
    Mpdta.agree("notyettreated|none|dr|varying|no_never_treated_rows", joiners.study(NOT_YET));
  }

  @Test
  void counties_without_a_gap_agree_with_R() {
    Counties counties = Counties.observed("mpdta/mpdta_unbalanced.csv");
    assertThat(counties.joined).hasSize(426);
    Mpdta.agree("unbalanced_balanced_by_dropping|nevertreated|none|dr", counties.study(NEVER));
  }
}
