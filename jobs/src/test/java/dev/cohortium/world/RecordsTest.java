package dev.cohortium.world;

import static dev.cohortium.world.Lives.lives;
import static dev.cohortium.world.Lives.members;
import static dev.cohortium.world.Lives.setting;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a life leaves in the sources. */
class RecordsTest {
  @Test
  void tiers_count_the_revenue_of_membership_alone() {
    // Everybody who spends a cent as a member, the joining receipt included, is gold.
    Setting setting = setting("membership { silver = 0.01, gold = 0.01, leaving = 0.2 }");
    Setting before = setting("membership { silver = 100, gold = 100, leaving = 0.2 }");
    for (Life life : members(setting, 300).toList()) {
      Path path = life.actual();
      int last = path.hasLeft() ? (int) path.leftAt() : setting.months() - 1;
      long cents = 0;
      for (int t = Math.max(path.joiningMonth(), last - 11); t <= last; t++) {
        cents += path.net(t);
      }
      assertThat(tier(setting, life)).isEqualTo(cents > 0 ? "gold" : "basic");
      assertThat(tier(before, life)).isEqualTo(cents >= 10_000 ? "gold" : "basic");
    }
  }

  private static String tier(Setting setting, Life life) {
    return new Records(setting, life).of(Feed.ENROLMENTS).get(0)[3];
  }

  @Test
  void stores_belong_to_one_replicate_each() {
    Setting one = setting("regions { all { launch-month = 8, stores = 2 } }");
    Setting two = setting("regions { all { launch-month = 8, stores = 2 } }, replicates = 2");
    assertThat(stores(one, 0)).containsExactly("all-01 0", "all-02 0");
    assertThat(stores(two, 0)).containsExactly("r000-all-01 0", "r000-all-02 0");
    assertThat(stores(two, 1)).containsExactly("r001-all-01 1", "r001-all-02 1");
    Life life = new Life(two, Person.of(two, 1, 3));
    assertThat(new Records(two, life).of(Feed.STORES)).isEmpty();
    assertThat(new Records(two, life).of(Feed.TRANSACTIONS))
        .filteredOn(line -> line[4] != null)
        .isNotEmpty()
        .allMatch(line -> line[4].startsWith("r001-all-0"));
  }

  private static List<String> stores(Setting setting, int replicate) {
    return new Records(setting, new Life(setting, Person.of(setting, replicate, 0)))
        .of(Feed.STORES).stream().map(row -> row[0] + " " + row[4]).toList();
  }

  @Test
  void no_field_of_any_source_needs_quotes() {
    Setting setting =
        setting("experiment { from-month = 12, control-share = 0.5 }, survey.asked = 1");
    for (Life life : lives(setting, 30).toList()) {
      Records records = new Records(setting, life);
      for (Feed feed : Feed.values()) {
        for (String[] row : records.of(feed)) {
          assertThat(row).hasSameSizeAs(feed.columns());
          assertThat(Stream.of(row).filter(field -> field != null))
              .allMatch(field -> field.matches("[A-Za-z0-9_.: -]*[A-Za-z0-9]"));
        }
      }
    }
  }

  @Test
  void points_are_never_overdrawn() {
    Setting setting = setting("membership { redeem-from = 50, expire-months = 4, leaving = 0.05 }");
    Map<String, Long> kinds =
        members(setting, 300)
            .flatMap(
                life -> {
                  Path path = life.actual();
                  List<Points.Entry> entries = Points.of(setting, life.person().draws(), path);
                  long balance = 0;
                  double last = 0;
                  for (Points.Entry entry : entries) {
                    boolean isPlus = entry.kind().equals("earn") || entry.kind().equals("adjust");
                    balance += isPlus ? entry.points() : -entry.points();
                    assertThat(balance).isNotNegative();
                    assertThat(entry.moment()).isGreaterThanOrEqualTo(last);
                    last = entry.moment();
                  }
                  assertThat(path.hasLeft() && balance > 0).isFalse();
                  return entries.stream();
                })
            .collect(Collectors.groupingBy(Points.Entry::kind, Collectors.counting()));
    assertThat(kinds.keySet()).containsExactlyInAnyOrder("earn", "redeem", "expire", "adjust");
  }
}
