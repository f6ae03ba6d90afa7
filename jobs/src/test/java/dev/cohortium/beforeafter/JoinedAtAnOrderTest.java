package dev.cohortium.beforeafter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Base;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Customers of whom each may join at each order with the same chance, whoever they are. */
class JoinedAtAnOrderTest {
  private static final int CUSTOMERS = 60_000;
  private static final int MONTHS = 20;
  private static final int LAUNCH = 9;
  private static final int TRIPS = 20;
  private static final double CHANCE = 0.04;
  private static final Window WINDOW =
      new Window(
          YearMonth.of(2022, 1),
          StaggeredDesign.of(MONTHS, 6).with(Base.UNIVERSAL),
          List.of(6),
          6,
          Map.of(),
          LAUNCH);

  private final JoiningCohorts cohorts = JoiningCohorts.none(WINDOW.design(), 1);
  private final double[] joined = new double[MONTHS];
  private final double[] chances = new double[MONTHS];

  /** About 1.5 orders a month, a level for each customer; {@code effect} more once joined. */
  private void draw(double effect) {
    SplittableRandom random = new SplittableRandom(20221);
    for (int customer = 0; customer < CUSTOMERS; customer++) {
      double trip = (0.3 + 2.4 * random.nextDouble()) / TRIPS;
      int joining = StaggeredDesign.NEVER;
      double[] months = new double[MONTHS];
      for (int month = 0; month < MONTHS; month++) {
        months[month] = month > joining ? effect : 0;
        for (int at = 0; at < TRIPS; at++) {
          boolean isOrder = random.nextDouble() < trip;
          months[month] += isOrder ? 1 : 0;
          if (isOrder && month >= LAUNCH && joining == StaggeredDesign.NEVER) {
            chances[month]++;
            joining = random.nextDouble() < CHANCE ? month : joining;
            joined[month] += joining == month ? 1 : 0;
          }
        }
      }
      cohorts.add(joining, -20, 0, new double[][] {months});
    }
  }

  private Effect judged() {
    return judged(new Stopping(0, 2, 6));
  }

  private Effect judged(Stopping stopping) {
    EventStudy study = EventStudy.of(cohorts, WINDOW.design(), 0);
    Studied studied = Studied.of(Variant.EVENT_STUDY, study, WINDOW);
    Map<Fate, Long> fates =
        new EnumMap<>(Map.of(Fate.COMPARED, (long) Arrays.stream(joined).sum()));
    Optional<Reaction> reaction = Reaction.of(studied);
    Judging judging =
        new Judging(
            "club",
            WINDOW,
            Place.ALL,
            fates,
            0,
            reaction,
            new OrderHazards(joined, chances),
            stopping,
            0);
    judging.add(new Measured(Metric.ORDERS), studied);
    return judging.effects().get(0);
  }

  private static List<String> passed(Effect effect) {
    return effect.checks("job", LocalDate.EPOCH, "run").stream()
        .filter(row -> row.getString(4).equals(Effect.PASSED))
        .map(row -> row.getString(1))
        .collect(Collectors.toList());
  }

  @Test
  void an_effect_of_nothing_but_joining_at_orders_is_refused_grade_B() {
    draw(0);
    Effect effect = judged();
    // By hand: of 1.5 orders, each with a chance of .04, a month without joining lacks about .06.
    assertThat(effect.estimate().value()).isBetween(0.04, 0.09);
    assertThat(effect.estimate().value()).isGreaterThan(5 * effect.estimate().stdError());
    assertThat(passed(effect))
        .contains(Checks.PRE_TREND, Checks.REACTION)
        .doesNotContain(Checks.AT_AN_ORDER);
    assertThat(effect.credibility()).isEqualTo("D");
  }

  @Test
  void an_effect_beyond_what_joining_at_orders_makes_is_believed() {
    draw(0.5);
    Effect effect = judged();
    assertThat(passed(effect)).contains(Checks.AT_AN_ORDER);
    assertThat(effect.credibility()).isEqualTo("B");
  }

  @Test
  void an_effect_that_stopping_customers_may_make_is_refused_grade_B() {
    draw(0.5);
    // By hand: 1 - .8^2 of 1.5 orders is .54.
    Effect effect = judged(new Stopping(0.2, 2, 6));
    assertThat(passed(effect)).contains(Checks.AT_AN_ORDER).doesNotContain(Checks.ALIVE);
    assertThat(effect.credibility()).isEqualTo("D");
    // 1 - .99^2 is .03.
    assertThat(judged(new Stopping(0.01, 2, 6)).credibility()).isEqualTo("B");
  }

  @Test
  void where_stopping_cannot_be_told_nothing_is_graded_B_for_it() {
    draw(0.5);
    Effect effect = judged(new Stopping(Stopping.UNTOLD, 2, 6));
    assertThat(passed(effect)).doesNotContain(Checks.ALIVE);
    assertThat(effect.credibility()).isEqualTo("D");
  }

  @Test
  void what_is_missing_is_that_of_the_months_of_the_effect() {
    // By hand: 3 of 10 orders of month 8, 1 of 101 of month 9; nobody at an order of month 10.
    double[] at = new double[MONTHS];
    double[] of = new double[MONTHS];
    at[8] = 3;
    of[8] = 10;
    at[9] = 1;
    of[9] = 101;
    of[10] = 50;
    OrderHazards hazards = new OrderHazards(at, of);
    draw(0);
    GroupTimeEffects effects = EventStudy.of(cohorts, WINDOW.design(), 0).effects();
    assertThat(hazards.missing(effects, cell -> cell.month() == 8)).isEqualTo(3.0 / 7);
    assertThat(hazards.missing(effects, cell -> cell.month() == 9)).isEqualTo(0.01);
    assertThat(hazards.missing(effects, cell -> cell.month() == 10)).isZero();
    assertThat(hazards.whole()).isEqualTo(4.0 / 161);
  }
}
