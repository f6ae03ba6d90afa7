package dev.cohortium.cohorts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.config.Study.Granularity;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class PeriodsTest {
  @Test
  void six_months_are_26_weeks_or_183_days() {
    assertThat(Periods.of(Granularity.MONTH).spanOf(6)).isEqualTo(6);
    assertThat(Periods.of(Granularity.WEEK).spanOf(6)).isEqualTo(26);
    assertThat(Periods.of(Granularity.DAY).spanOf(6)).isEqualTo(183);
  }

  /** 2024-12-30 is the Monday of week 2025-W01; the weeks before 1970 count, too. */
  @Test
  void a_week_is_complete_on_its_sunday() {
    Periods weeks = Periods.of(Granularity.WEEK);
    int last = weeks.lastCompleteAt(LocalDate.parse("2024-12-29"));
    assertThat(weeks.lastCompleteAt(LocalDate.parse("2024-12-28"))).isEqualTo(last - 1);
    assertThat(weeks.lastCompleteAt(LocalDate.parse("2025-01-04"))).isEqualTo(last);
    assertThat(weeks.lastCompleteAt(LocalDate.parse("2025-01-05"))).isEqualTo(last + 1);
    assertThat(weeks.lastCompleteAt(LocalDate.parse("1969-12-28"))).isEqualTo(-1);
  }
}
