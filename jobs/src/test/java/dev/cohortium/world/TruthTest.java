package dev.cohortium.world;

import static dev.cohortium.world.Lives.STRONG;
import static dev.cohortium.world.Lives.ZERO;
import static dev.cohortium.world.Lives.lives;
import static dev.cohortium.world.Lives.members;
import static dev.cohortium.world.Lives.setting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.world.HoldOut.Arm;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of the truth is what the lives with and without the programme come to. */
class TruthTest {
  @ParameterizedTest
  @ValueSource(strings = {"level", "history", "latent"})
  void without_an_effect_every_true_difference_is_zero(String selection) {
    Setting setting =
        setting(
            ZERO,
            "joining.selection = " + selection,
            "receipts.returned = 0.5",
            "truth.horizons = [1, 3, 6, 9]");
    int rows = 0;
    for (Life life : lives(setting, 600).toList()) {
      for (Row row : Truth.of(setting, life)) {
        // By level joining adds a purchase: who looks back on the joining month sees it, and a
        // later
        // joining, which had come instead, brings its own.
        boolean isByLevel = selection.equals("level");
        if (!isByLevel || !text(row, "metric").equals("churned_rate")) {
          assertThat(number(row, "difference_vs_stay_out")).as(row.toString()).isZero();
        }
        if (!isByLevel) {
          assertThat(number(row, "difference_vs_as_usual")).as(row.toString()).isZero();
        }
        rows++;
      }
    }
    assertThat(rows).isGreaterThan(1000);
  }

  private static String text(Row row, String column) {
    return row.getString(Truth.SCHEMA.fieldIndex(column));
  }

  private static double number(Row row, String column) {
    return ((Number) row.get(Truth.SCHEMA.fieldIndex(column))).doubleValue();
  }

  @Test
  void the_truth_is_what_adding_up_receipts_gives() {
    Setting setting = setting(STRONG, "experiment { from-month = 12, control-share = 0.5 }");
    Map<String, Double> byHand = new HashMap<>();
    Map<String, Double> truth = new HashMap<>();
    lives(setting, 300)
        .forEach(
            life -> {
              Truth.of(setting, life).forEach(row -> put(truth, row));
              addByHand(byHand, setting, life);
            });
    assertThat(truth).hasSizeGreaterThan(200);
    assertThat(truth.keySet()).isEqualTo(byHand.keySet());
    truth.forEach(
        (key, value) -> assertThat(value).as(key).isCloseTo(byHand.get(key), within(1e-9)));
  }

  /** Net revenue over six months, by hand from the receipts. */
  private static void addByHand(Map<String, Double> sums, Setting setting, Life life) {
    Path actual = life.actual();
    int first = actual.joiningMonth() + 1;
    if (actual.hasJoined() && first + 6 <= setting.months()) {
      double treated = revenue(actual, first);
      sums.put(
          life.person().id() + " stay out",
          treated - revenue(life.stayingOut(life.actual()), first));
      sums.put(life.person().id() + " as usual", treated - revenue(life.asUsual(actual), first));
    }
    int assigned = life.holdOut().assigned().orElse(setting.months());
    if (actual.joinedAt() >= assigned && assigned + 6 <= setting.months()) {
      sums.put(
          life.person().id() + " control",
          revenue(life.in(Arm.TREATMENT), assigned) - revenue(life.in(Arm.CONTROL), assigned));
    }
  }

  private static double revenue(Path path, int first) {
    return path.receipts().stream()
            .filter(r -> r.moment() >= first && r.moment() < first + 6)
            .flatMap(r -> r.lines().stream())
            .mapToDouble(line -> line.net() / 100.0)
            .sum()
        / 6;
  }

  private static void put(Map<String, Double> truth, Row row) {
    if (!text(row, "metric").equals("net_revenue") || number(row, "horizon_months") != 6) {
      return;
    }
    Map<String, String> columns =
        Map.of(
            " stay out", "difference_vs_stay_out",
            " as usual", "difference_vs_as_usual",
            " control", "difference_vs_control");
    columns.forEach(
        (name, column) -> {
          int at = Truth.SCHEMA.fieldIndex(column);
          if (!row.isNullAt(at)) {
            truth.put(row.getString(0) + name, row.getDouble(at));
          }
        });
  }

  @Test
  void an_experiment_tells_who_has_joined_and_for_how_long() {
    Setting setting =
        setting(
            "experiment { from-month = 12, control-share = 0.5, contamination = 0.3 }",
            "joining.hazard = 0.2",
            "membership.leaving = 0.1",
            "truth.horizons = [6]");
    int compliers = 0;
    for (Life life : lives(setting, 400).toList()) {
      for (Row row : Truth.of(setting, life)) {
        int first = life.holdOut().assigned().orElse(0);
        double joined =
            joinedBy(first + 6, life.in(Arm.TREATMENT)) - joinedBy(first + 6, life.in(Arm.CONTROL));
        switch (text(row, "metric")) {
          case "joined" -> {
            assertThat(number(row, "difference_vs_control")).isEqualTo(joined).isNotNegative();
            compliers += (int) joined;
          }
          case "member_months" -> {
            double months = monthsAsMember(life.in(Arm.TREATMENT), first);
            assertThat(number(row, "treated")).isCloseTo(months / 6, within(1e-12));
          }
          default -> {}
        }
      }
    }
    assertThat(compliers).isGreaterThan(30);
  }

  private static int joinedBy(int month, Path path) {
    return path.joinedAt() < month ? 1 : 0;
  }

  private static double monthsAsMember(Path path, int first) {
    return IntStream.range(first, first + 6)
        .filter(t -> path.joinedAt() < t + 1 && path.leftAt() > t + 1)
        .count();
  }

  @Test
  void joiners_are_told_by_what_was_known_of_them_and_by_their_arm() {
    Setting setting =
        setting(
            "anonymous.before-joining = 0.3",
            "experiment { from-month = 12, control-share = 0.3 }");
    Map<Boolean, Long> known =
        members(setting, 400)
            .flatMap(life -> Truth.of(setting, life).stream().limit(1))
            .filter(row -> text(row, "experiment_id").equals("-"))
            .collect(
                Collectors.groupingBy(
                    row -> row.getBoolean(Truth.SCHEMA.fieldIndex("is_known")),
                    Collectors.counting()));
    assertThat(known.get(false)).isPositive();
    assertThat(known.get(true)).isGreaterThan(known.get(false));
    for (Life life : members(setting, 400).toList()) {
      int joined = life.actual().joiningMonth();
      boolean isAssigned = joined >= life.holdOut().assigned().orElse(setting.months());
      for (Row row : Truth.of(setting, life)) {
        assertThat(text(row, "arm")).isEqualTo(isAssigned ? life.holdOut().arm().word() : null);
      }
    }
  }
}
