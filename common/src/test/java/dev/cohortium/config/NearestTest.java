package dev.cohortium.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  private static final List<String> KNOWN =
      List.of("cohorts", "currency", "inactive-months", "publish", "time-zone");

  @ParameterizedTest
  @CsvSource({
    "cohort, cohorts",
    "curency, currency",
    "inactive_months, inactive-months",
    "Publish, publish",
    "timezone, time-zone",
    "pubilsh, publish"
  })
  void a_slip_finds_the_name_that_was_meant(String slip, String meant) {
    assertThat(Nearest.to(slip, KNOWN)).contains(meant);
  }

  @Test
  void a_name_that_is_like_none_finds_none() {
    assertThat(Nearest.to("frobnicate", KNOWN)).isEmpty();
    assertThat(Nearest.to("", KNOWN)).isEmpty();
    assertThat(Nearest.to("cohorts", List.of())).isEmpty();
  }

  @Test
  void of_equally_near_names_the_first_is_taken_whatever_their_order() {
    assertThat(Nearest.to("ac", List.of("ab", "aa"))).contains("aa");
    assertThat(Nearest.to("ac", List.of("aa", "ab"))).contains("aa");
  }
}
