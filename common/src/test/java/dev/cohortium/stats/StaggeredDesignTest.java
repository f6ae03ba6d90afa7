package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Controls;
import dev.cohortium.stats.StaggeredDesign.Role;
import dev.cohortium.stats.StaggeredDesign.Standing;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StaggeredDesignTest {
  private static final int NEVER = StaggeredDesign.NEVER;
  private static final StaggeredDesign DESIGN = StaggeredDesign.of(24, 6);

  @Test
  void months_before_anticipation_are_compared_with_the_month_before() {
    assertThat(DESIGN.baseOf(10, 8)).hasValue(7);
    assertThat(DESIGN.baseOf(10, 6)).hasValue(5);
    assertThat(DESIGN.baseOf(10, 5)).as("5 is the first month after all acquisitions").isEmpty();
  }

  @Test
  void other_months_are_compared_with_the_last_before_anticipation() {
    assertThat(DESIGN.baseOf(10, 9)).hasValue(8);
    assertThat(DESIGN.baseOf(10, 23)).hasValue(8);
    assertThat(DESIGN.baseOf(10, 24)).isEmpty();
    assertThat(DESIGN.upTo(3).baseOf(10, 14)).isEmpty();
    assertThat(Counties.anticipating(0, DESIGN).baseOf(10, 23)).hasValue(9);
    StaggeredDesign universal = DESIGN.with(Base.UNIVERSAL);
    assertThat(universal.baseOf(10, 5)).hasValue(8);
    assertThat(universal.baseOf(10, 4)).isEmpty();
    assertThat(universal.baseOf(10, 8)).as("the base itself").isEmpty();
  }

  @Test
  void a_season_is_compared_with_the_year_before_joining_or_the_one_before_that() {
    StaggeredDesign seasonal = StaggeredDesign.of(48, 24).with(Base.SEASONAL);
    assertThat(seasonal.baseOf(26, 26)).as("joining itself").isEmpty();
    assertThat(seasonal.baseOf(26, 27)).hasValue(15);
    assertThat(seasonal.baseOf(26, 36)).as("event month 11 - a").hasValue(24);
    assertThat(seasonal.baseOf(26, 37)).hasValue(13);
    assertThat(seasonal.baseOf(26, 47)).hasValue(23);
    assertThat(seasonal.baseOf(12, 23)).as("its base lies in anticipation").isEmpty();
    assertThat(seasonal.baseOf(12, 24)).hasValue(0);
  }

  @Test
  void who_is_already_joining_is_no_control() {
    assertThat(DESIGN.role(10, 12, 10, 4)).isEqualTo(Role.TREATED);
    assertThat(DESIGN.role(10, 12, 10, 5)).as("acquired too late").isEqualTo(Role.NEITHER);
    assertThat(DESIGN.role(10, 12, 13, 0)).as("anticipates in 12").isEqualTo(Role.NEITHER);
    assertThat(DESIGN.role(10, 12, 14, 0)).isEqualTo(Role.CONTROL);
    assertThat(DESIGN.role(10, 12, NEVER, 4)).isEqualTo(Role.CONTROL);
    assertThat(DESIGN.role(10, 12, NEVER, 5)).isEqualTo(Role.NEITHER);
    assertThat(DESIGN.role(10, 7, 9, 0)).as("joins before the cohort").isEqualTo(Role.CONTROL);
    StaggeredDesign never = DESIGN.with(Controls.NEVER_JOINED);
    assertThat(never.role(10, 12, 14, 0)).isEqualTo(Role.NEITHER);
    assertThat(never.role(10, 12, NEVER, 0)).isEqualTo(Role.CONTROL);
    assertThat(DESIGN.with(Controls.NOBODY).role(10, 12, NEVER, 0)).isEqualTo(Role.NEITHER);
    assertThatThrownBy(() -> DESIGN.role(10, 3, 10, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("month is 3, must have a base month in the cohort of 10");
  }

  @Test
  void the_last_cohort_has_nobody_to_be_compared_with_where_all_join() {
    StaggeredDesign universal = StaggeredDesign.of(6, 3).with(Base.UNIVERSAL);
    assertThat(universal.comparisons(IntStream.of(4, 3, 4, 1, 3)))
        .containsExactly(
            new Comparison(3, 2, 1),
            new Comparison(3, 3, 1),
            new Comparison(3, 4, 1),
            new Comparison(3, 5, 1));
    assertThat(universal.comparisons(IntStream.of(3, 4, NEVER)))
        .hasSize(7)
        .contains(new Comparison(4, 5, 2));
    assertThat(universal.with(Controls.NOBODY).comparisons(IntStream.of(3, 4))).hasSize(7);
    assertThat(universal.comparisons(IntStream.empty())).isEmpty();
  }

  @Test
  void every_customer_has_a_standing() {
    assertThat(DESIGN.standing(-3, -9)).isEqualTo(Standing.ALWAYS_TREATED);
    assertThat(DESIGN.standing(1, -9)).isEqualTo(Standing.ALWAYS_TREATED);
    assertThat(DESIGN.standing(2, -4)).isEqualTo(Standing.IN_A_COHORT);
    assertThat(DESIGN.standing(2, -3)).isEqualTo(Standing.ACQUIRED_TOO_LATE);
    assertThat(DESIGN.standing(NEVER, 17)).isEqualTo(Standing.NEVER_JOINED);
    assertThat(DESIGN.standing(NEVER, 18)).isEqualTo(Standing.ACQUIRED_TOO_LATE_TO_COMPARE);
    assertThat(Standing.ALWAYS_TREATED.sentence())
        .isEqualTo("joined before the first month that could be a base: left out");
  }

  @Test
  void acquisitions_early_enough_for_every_cohort_are_one() {
    assertThat(DESIGN.merged(-30)).isEqualTo(-4);
    assertThat(DESIGN.merged(-4)).isEqualTo(-4);
    assertThat(DESIGN.merged(-3)).isEqualTo(-3);
  }

  @Test
  void designs_that_cannot_be_are_refused() {
    assertThatThrownBy(() -> StaggeredDesign.of(1, 6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("months is 1, must be at least 2");
    assertThatThrownBy(() -> StaggeredDesign.of(24, 2))
        .hasMessage("preMonths is 2, must be at least 3");
    assertThatThrownBy(() -> DESIGN.with(Base.SEASONAL))
        .hasMessage("preMonths is 6, must be at least 12");
    assertThatThrownBy(() -> Counties.anticipating(-1, DESIGN))
        .hasMessage("anticipation is -1, must be at least 0");
    assertThatThrownBy(() -> DESIGN.upTo(-1))
        .hasMessage("lastEventMonth is -1, must be at least 0");
    assertThatThrownBy(
            () -> new StaggeredDesign(24, 1, Controls.NEVER_JOINED, Base.VARYING, 6, 24, 1))
        .hasMessage("leastCohort is 1, must be at least 2");
  }

  @Test
  void with_a_seasonal_base_some_months_after_joining_have_none_unless_more_are_looked_at() {
    StaggeredDesign year = StaggeredDesign.of(40, 12).with(Base.SEASONAL);
    // By hand: 11 months after joining, less 12, is the month of anticipation; less 24 it is the
    // 13th before joining, which is the first of 14.
    assertThat(IntStream.rangeClosed(1, 14).filter(event -> !year.hasBase(event)).toArray())
        .containsExactly(11, 12);
    assertThat(IntStream.rangeClosed(1, 12).allMatch(year.withPreMonths(14)::hasBase)).isTrue();
    assertThat(StaggeredDesign.of(40, 12).hasBase(12)).isTrue();
  }
}
