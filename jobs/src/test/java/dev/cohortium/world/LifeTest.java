package dev.cohortium.world;

import static dev.cohortium.world.Lives.STRONG;
import static dev.cohortium.world.Lives.ZERO;
import static dev.cohortium.world.Lives.lives;
import static dev.cohortium.world.Lives.members;
import static dev.cohortium.world.Lives.setting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.world.HoldOut.Arm;
import dev.cohortium.world.Receipt.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws of a life; every world here has its seed, so that bands of chance never blink. */
class LifeTest {

  private static List<String> bought(Path path) {
    return path.receipts().stream()
        .map(r -> r.kind() + " " + r.moment() + " " + r.lines())
        .toList();
  }

  private static List<String> orders(Path path) {
    return path.receipts().stream()
        .filter(r -> r.kind() == Kind.ORDER)
        .map(r -> r.moment() + "")
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"history", "latent"})
  void without_an_effect_joining_changes_nothing(String selection) {
    Setting setting = setting(ZERO, "joining.selection = " + selection);
    List<Life> members = members(setting, 400).toList();
    assertThat(members).hasSizeGreaterThan(100);
    for (Life life : members) {
      List<String> actual = bought(life.actual());
      assertThat(actual).isEqualTo(bought(life.stayingOut(life.actual())));
      assertThat(actual).isEqualTo(bought(life.asUsual(life.actual())));
    }
  }

  @Test
  void a_region_of_strength_zero_and_who_does_not_respond_have_no_effect() {
    Setting nowhere = setting(STRONG, "regions { all { launch-month = 8, strength = 0 } }");
    Setting nobody = setting(STRONG, "effect.responders = 0");
    for (Setting setting : List.of(nowhere, nobody)) {
      members(setting, 200)
          .forEach(
              life ->
                  assertThat(bought(life.actual()))
                      .isEqualTo(bought(life.stayingOut(life.actual()))));
    }
  }

  @Test
  void nothing_differs_before_joining_nor_at_it() {
    members(setting(STRONG), 400)
        .forEach(
            life -> {
              double joined = life.actual().joinedAt();
              assertThat(upTo(joined, life.actual()))
                  .isEqualTo(upTo(joined, life.stayingOut(life.actual())));
            });
  }

  private static List<String> upTo(double moment, Path path) {
    return path.receipts().stream()
        .filter(r -> r.kind() == Kind.ORDER && r.moment() <= moment)
        .map(r -> r.moment() + " " + r.lines())
        .toList();
  }

  @Test
  void a_higher_rate_adds_orders_and_loses_none() {
    Setting setting = setting("effect { orders = 1.5, receipt = 1, drop-out = 0.5 }");
    int more = 0;
    for (Life life : members(setting, 400).toList()) {
      List<String> actual = orders(life.actual());
      List<String> out = orders(life.stayingOut(life.actual()));
      assertThat(actual).containsAll(out);
      more += actual.size() - out.size();
    }
    assertThat(more).isPositive();
  }

  @Test
  void a_negative_effect_is_one_too() {
    Setting setting = setting("effect { orders = 0.7, receipt = 1, drop-out = 1 }");
    int fewer = 0;
    for (Life life : members(setting, 400).toList()) {
      assertThat(orders(life.stayingOut(life.actual()))).containsAll(orders(life.actual()));
      fewer += orders(life.stayingOut(life.actual())).size() - orders(life.actual()).size();
    }
    assertThat(fewer).isPositive();
  }

  @Test
  void the_effect_on_orders_is_as_large_as_configured() {
    // Nobody leaves, so that after the ramp the ratio of expected orders is 1.5 itself.
    Setting setting =
        setting(
            "effect { orders = 1.5, receipt = 1, drop-out = 1, ramp-months = 2 }",
            "membership.leaving = 0");
    double with = 0;
    double without = 0;
    for (Life life : members(setting, 4000).toList()) {
      Path actual = life.actual();
      Path out = life.stayingOut(life.actual());
      for (int t = actual.joiningMonth() + 1; t < setting.months(); t++) {
        with += actual.orders(t);
        without += out.orders(t);
      }
    }
    // Orders that are added are Poisson: sd of the ratio = sqrt(0.5 / without).
    assertThat(with / without).isCloseTo(1.5, within(4 * Math.sqrt(0.5 / without)));
  }

  @Test
  void the_effect_on_receipts_is_as_large_as_configured_month_by_month() {
    String effect =
        "effect { orders = 1, receipt = 1.2, drop-out = 1, ramp-months = 3 }, membership.leaving = 0";
    Setting up = setting(effect);
    Setting down = setting(effect, "regions { all { launch-month = 8, strength = -1 } }");
    for (int months : new int[] {0, 1, 2, 7}) {
      double whole = Math.min(1, (months + 1) / 3.0);
      assertThat(ratioOfReceipts(up, months)).isCloseTo(Math.pow(1.2, whole), within(1e-3));
      assertThat(ratioOfReceipts(down, months)).isCloseTo(Math.pow(1.2, -whole), within(1e-3));
    }
  }

  @Test
  void a_members_discount_is_a_share_of_the_price() {
    Setting setting =
        setting(
            "effect { orders = 1, receipt = 1, drop-out = 1, discount = 0.1, ramp-months = 1 }",
            "membership.leaving = 0");
    assertThat(ratioOfReceipts(setting, 3)).isCloseTo(0.9, within(1e-3));
    for (Life life : members(setting, 100).toList()) {
      for (Receipt receipt : life.actual().receipts()) {
        for (Receipt.Line line : receipt.lines()) {
          // What comes back takes its discount back.
          assertThat(line.discount() * line.net()).isNotNegative();
        }
      }
    }
  }

  /** What orders so many months after joining come to, over what they had without. */
  private static double ratioOfReceipts(Setting setting, int months) {
    double with = 0;
    double without = 0;
    for (Life life : members(setting, 1500).toList()) {
      Path actual = life.actual();
      Map<String, Long> out =
          life.stayingOut(actual).receipts().stream()
              .collect(Collectors.toMap(r -> r.kind() + " " + r.moment(), Receipt::net));
      for (Receipt receipt : actual.receipts()) {
        boolean isThen = (int) receipt.moment() - actual.joiningMonth() == months;
        if (isThen && receipt.kind() == Kind.ORDER && receipt.moment() > actual.joinedAt()) {
          with += receipt.net();
          without += out.get(receipt.kind() + " " + receipt.moment());
        }
      }
    }
    return with / without;
  }

  @Test
  void the_effect_on_drop_out_is_as_large_as_configured() {
    Setting setting =
        setting(
            "effect { orders = 1, receipt = 1, drop-out = 0.5, ramp-months = 1 }",
            "purchases.drop-out = 0.1, membership.leaving = 0");
    double expected = 0;
    double stops = 0;
    for (Life life : members(setting, 4000).toList()) {
      Path actual = life.actual();
      for (int t = actual.joiningMonth() + 1; t + 1 < setting.months(); t++) {
        if (actual.isActive(t)) {
          expected += life.person().dropOut() * 0.5;
          stops += actual.isActive(t + 1) ? 0 : 1;
        }
      }
    }
    assertThat(stops / expected).isCloseTo(1, within(4 / Math.sqrt(expected)));
  }

  @Test
  void a_seed_gives_one_world_and_another_seed_another() {
    assertThat(all(setting("seed = 7"))).isEqualTo(all(setting("seed = 7")));
    assertThat(all(setting("seed = 7"))).isNotEqualTo(all(setting("seed = 8")));
  }

  private static List<List<String>> all(Setting setting) {
    return lives(setting, 50).map(life -> bought(life.actual())).toList();
  }

  @Test
  void replicates_are_other_worlds() {
    Setting setting = setting();
    assertThat(bought(new Life(setting, Person.of(setting, 1, 3)).actual()))
        .isNotEqualTo(bought(new Life(setting, Person.of(setting, 0, 3)).actual()));
  }

  @Test
  void orders_follow_season_and_growth_on_average() {
    Setting setting =
        setting(
            "arrivals.before-start = 1, joining.hazard = 0",
            "purchases { orders = 1, drop-out = 0, growth = 0.5, shape = 2, transient-sd = 0.4 }",
            "huge-accounts.share = 0");
    int customers = 20_000;
    double[] orders = new double[setting.months()];
    lives(setting, customers)
        .forEach(
            life -> {
              Path path = life.actual();
              IntStream.range(0, orders.length).forEach(t -> orders[t] += path.orders(t));
            });
    for (int t : new int[] {0, 11, 13, 23}) {
      double rate = setting.world().seasons().get(t % 12) * Math.pow(1.5, t / 12.0);
      // Gamma of variance 1/2 and log-normal of variance e^0.16 - 1 about the rate.
      double variance = rate + rate * rate * (1.5 * Math.exp(0.16) - 1);
      assertThat(orders[t] / customers)
          .as("month %d", t)
          .isCloseTo(rate, within(4 * Math.sqrt(variance / customers)));
    }
  }

  @Test
  void a_receipt_comes_to_its_mean_in_cents_that_add_up() {
    Setting setting =
        setting(
            "receipts { mean = 40, between = 0.3, within = 0.5, discounted = 0, price-trend = 0 }",
            "huge-accounts.share = 0, joining.hazard = 0");
    List<Double> means = new ArrayList<>();
    lives(setting, 6000)
        .forEach(
            life ->
                life.actual().receipts().stream()
                    .filter(r -> r.kind() == Kind.ORDER)
                    .limit(1)
                    .forEach(r -> means.add(r.net() / 100.0)));
    double mean = means.stream().mapToDouble(x -> x).average().orElseThrow();
    double sd = 40 * Math.sqrt(Math.exp(0.34) - 1);
    assertThat(mean).isCloseTo(40, within(4 * sd / Math.sqrt(means.size())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"history", "latent"})
  void who_joins_by_chance_of_an_order_joins_at_an_order(String selection) {
    members(setting(STRONG, "joining.selection = " + selection), 300)
        .forEach(life -> assertThat(orders(life.actual())).contains(life.actual().joinedAt() + ""));
  }

  @Test
  void joining_by_level_adds_its_purchase_and_nothing_else() {
    Setting setting = setting(ZERO, "joining.selection = level");
    List<Life> members = members(setting, 400).toList();
    assertThat(members).hasSizeGreaterThan(100);
    for (Life life : members) {
      List<String> added = new ArrayList<>(bought(life.actual()));
      added.removeAll(bought(life.stayingOut(life.actual())));
      assertThat(added)
          .singleElement()
          .asString()
          .startsWith("ORDER " + life.actual().joinedAt() + " ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"level", "history", "latent"})
  void the_receipt_at_which_somebody_joins_is_never_anonymous(String selection) {
    Setting setting =
        setting(
            "joining.selection = " + selection,
            "anonymous { before-joining = 0.4, receipts = 0.5, member-receipts = 0.5 }");
    for (Life life : members(setting, 300).toList()) {
      Path path = life.actual();
      assertThat(path.receipts())
          .filteredOn(r -> r.moment() == path.joinedAt())
          .singleElement()
          .satisfies(r -> assertThat(r.isAnonymous()).isFalse())
          .satisfies(r -> assertThat(r.byMember()).isTrue());
    }
  }

  @Test
  void by_history_only_purchases_that_receipts_show_decide_who_joins() {
    Setting hidden = setting("anonymous { before-joining = 0, receipts = 1 }");
    assertThat(members(hidden, 300)).isEmpty();
    // What nobody is told tells nothing: slopes do not move those whom nobody knows.
    Setting steep = setting(ZERO, "anonymous.before-joining = 1", "joining.on-orders = 5");
    Setting flat = setting(ZERO, "anonymous.before-joining = 1", "joining.on-orders = 0");
    assertThat(joinings(steep)).isEqualTo(joinings(flat)).hasSizeGreaterThan(50);
  }

  private static List<Double> joinings(Setting setting) {
    return members(setting, 300).map(life -> life.actual().joinedAt()).toList();
  }

  @Test
  void transients_decide_who_joins_in_a_latent_world_alone() {
    // Standard normal for each member where they do not matter; purchases carry them to history.
    assertThat(meanTransientAtJoining("level")).isCloseTo(0, within(0.1));
    assertThat(meanTransientAtJoining("latent")).isGreaterThan(0.4);
  }

  @Test
  void a_rise_of_the_unobserved_rate_makes_customers_join_where_it_shall() {
    Setting setting = setting("joining { selection = latent, on-rate = 0, on-change = 1 }");
    double rise =
        members(setting, 3000)
            .mapToDouble(
                life -> {
                  int month = life.actual().joiningMonth();
                  return life.person().transientOf(month) - life.person().transientOf(month - 1);
                })
            .average()
            .orElseThrow();
    assertThat(rise).isGreaterThan(0.4);
  }

  private static double meanTransientAtJoining(String selection) {
    return members(setting("joining.selection = " + selection), 5000)
        .mapToDouble(life -> life.person().transientOf(life.actual().joiningMonth()))
        .average()
        .orElseThrow();
  }

  @Test
  void nobody_joins_before_the_launch() {
    members(setting(), 400)
        .forEach(life -> assertThat(life.actual().joinedAt()).isGreaterThanOrEqualTo(8));
  }

  @Test
  void the_control_group_joins_by_contamination_alone() {
    String experiment =
        "experiment { from-month = 10, control-share = 0.5, contact-lift = 2, contamination = %s }";
    assertThat(joined(setting(experiment.formatted("0")), Arm.CONTROL)).isZero();
    double contaminated = joined(setting(experiment.formatted("0.2")), Arm.CONTROL);
    double free = joined(setting(experiment.formatted("1")), Arm.CONTROL);
    double contacted = joined(setting(experiment.formatted("0")), Arm.TREATMENT);
    assertThat(contaminated / free).isCloseTo(0.2, within(0.05));
    assertThat(contacted).isGreaterThan(1.2 * free);
  }

  /** Of all who can be assigned, how many join afterwards in an arm. */
  private static long joined(Setting setting, Arm arm) {
    return lives(setting, 4000)
        .filter(life -> life.holdOut().assigned().isPresent())
        .filter(life -> life.actual().joinedAt() >= life.holdOut().assigned().getAsInt())
        .filter(life -> life.in(arm).hasJoined())
        .count();
  }

  @Test
  void arms_are_as_large_as_planned() {
    Setting setting = setting("experiment { from-month = 10, control-share = 0.3 }");
    double share =
        lives(setting, 10_000).filter(life -> life.holdOut().arm() == Arm.CONTROL).count() / 1e4;
    assertThat(share).isCloseTo(0.3, within(4 * Math.sqrt(0.21 / 1e4)));
  }
}
