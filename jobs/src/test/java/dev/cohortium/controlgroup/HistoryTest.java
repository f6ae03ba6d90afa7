package dev.cohortium.controlgroup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HistoryTest {
  private final History history = new History(100, 110, 6);

  @Test
  void a_window_is_known_where_the_panel_has_its_first_and_its_last_month() {
    assertThat(history.hasAfter(99, 11)).isTrue();
    assertThat(history.hasAfter(98, 1)).isFalse();
    assertThat(history.hasAfter(99, 12)).isFalse();
    assertThat(history.hasBefore(103, 3)).isTrue();
    assertThat(history.hasBefore(103, 4)).isFalse();
  }

  /** Orders are bits of a number: 24 + 39 - 1 of them is the most. */
  @Test
  void churn_is_remembered_over_sixty_two_months() {
    assertThat(new History(0, 200, 39).remembersChurn(24)).isTrue();
    assertThat(new History(0, 200, 40).remembersChurn(24)).isFalse();
  }

  /** Assigned in 103, the first window month is 104, whose six months begin with 99. */
  @Test
  void churn_looks_back_from_the_first_month_of_the_window() {
    assertThat(history.churnSeenFrom(103)).isEqualTo(99);
  }
}
