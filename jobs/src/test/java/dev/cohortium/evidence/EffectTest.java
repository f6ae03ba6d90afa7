package dev.cohortium.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.evidence.Effect.Check;
import dev.cohortium.evidence.Effect.Found;
import dev.cohortium.evidence.Effect.Grading;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Interval;
import dev.cohortium.table.Effects;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class EffectTest {
  private static final Grading GRADING =
      new Grading("A", List.of("sample_ratio"), "D", List.of("sample_ratio"));
  private static final LocalDate DAY = LocalDate.parse("2024-06-30");

  @Test
  void the_best_grade_needs_its_evidence_and_no_check_against() {
    assertThat(effect("x", 0.1, "sample_ratio:passed").credibility()).isEqualTo("A");
    assertThat(effect("x", 0.1, "sample_ratio:not_judged").credibility()).isEqualTo("D");
    assertThat(effect("x", 0.1, "sample_ratio:passed", "skew:inconclusive").credibility())
        .isEqualTo("D");
    assertThat(effect("x", 0.1).credibility()).isEqualTo("D");
  }

  @Test
  void a_fatal_check_that_fails_makes_the_grade_the_lowest_and_hides_no_number() {
    Effect effect = effect("x", 2, "sample_ratio:failed");

    assertThat(effect.credibility()).isEqualTo("E");
    Row row = effect.row("job", null, null, DAY, "run");
    assertThat(row.getDouble(at(Effects.ESTIMATE))).isEqualTo(2);
    assertThat(row.getString(at(Effects.FAILED_CHECKS))).isEqualTo("sample_ratio");
  }

  @Test
  void infinite_limits_and_an_unknown_baseline_are_null() {
    Found found =
        new Found(
            Estimate.normal(2, 1),
            new Interval(1, Double.POSITIVE_INFINITY),
            new Interval(-3, 7),
            Double.NaN,
            null,
            null);
    Row row =
        new Effect(key("x"), "units", GRADING, found, 10, 10).row("job", DAY, DAY, DAY, "run");

    assertThat(row.getDouble(at(Effects.CI_LOW))).isEqualTo(1);
    assertThat(row.isNullAt(at(Effects.CI_HIGH))).isTrue();
    assertThat(row.getDouble(at(Effects.ALWAYS_HIGH))).isEqualTo(7);
    assertThat(row.isNullAt(at(Effects.BASELINE))).isTrue();
    assertThat(row.getString(at(Effects.EXPERIMENT_ID))).isEqualTo("e");
  }

  @Test
  void families_are_adjusted_by_themselves_and_what_was_adjusted_is_adjusted_further() {
    List<Effect> effects = List.of(effect("x", 2), effect("y", 3), unmeasured());

    Families.holm(effects, key -> List.of(key.arm()));

    // Two-sided normal p-values of 2 and 3: .0455003, .0026998; Holm: doubled is the smaller only.
    assertThat(effects.get(0).pValue()).isCloseTo(0.0455003, within(1e-6));
    assertThat(effects.get(1).pValue()).isCloseTo(2 * 0.0026998, within(1e-6));
    Families.adjust(effects, key -> List.of(key.metric()));
    assertThat(effects.get(1).pValue()).isCloseTo(2 * 0.0026998, within(1e-6));
    Families.adjust(effects, key -> List.of(key.arm()));
    assertThat(effects.get(1).pValue()).isCloseTo(4 * 0.0026998, within(1e-6));
  }

  private static Effect effect(String metric, double value, String... checks) {
    Found found = Found.of(Estimate.normal(value, 1), 1, null);
    Effect effect = new Effect(key(metric), "units", GRADING, found, 10, 10);
    for (String check : checks) {
      int colon = check.indexOf(':');
      effect.check(
          new Check(check.substring(0, colon), null, null, check.substring(colon + 1), null));
    }
    return effect;
  }

  private static Effect unmeasured() {
    return new Effect(key("z"), "units", GRADING, Found.nothing("nobody"), 0, 0);
  }

  private static Effect.Key key(String metric) {
    return new Effect.Key("-", "e", "a", "m", "itt", "raw", metric, "all", "all", 1);
  }

  private static int at(String column) {
    return Effects.TABLE.columnNames().indexOf(column);
  }
}
