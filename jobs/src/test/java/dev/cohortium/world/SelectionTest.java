package dev.cohortium.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.config.WorldReader;
import dev.cohortium.world.Receipt.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Which comparison each kind of world is for: without an effect, what a comparison finds there is
 * its bias, here as a share of the members' orders in the half-year after joining. 8,000 customers
 * each, of one seed; the standard error is about 0.01.
 */
class SelectionTest {
  private static final int HALF_YEAR = 6;
  private static final int CUSTOMERS = 8000;

  private static final String WITHOUT_EFFECT =
      """
      months = 24, regions { all { launch-month = 8 } }, joining.hazard = 0.04
      effect { orders = 1, receipt = 1, drop-out = 1 }
      anonymous.before-joining = 0, huge-accounts.share = 0
      """;
  private static final String ADDITIVE =
      "\npurchases { growth = 0, drop-out = 0 }, seasons { jan = 1, feb = 1, mar = 1, apr = 1,"
          + " may = 1, jun = 1, jul = 1, aug = 1, sep = 1, oct = 1, nov = 1, dec = 1 }";

  /** A customer who had never joined, and when it does: without an effect, all else is the same. */
  private record Course(Person person, Path path, double joinedAt) {
    double orders(int first) {
      return IntStream.range(first, first + HALF_YEAR).map(path::orders).sum();
    }
  }

  private static List<Course> courses(Setting setting) {
    return LongStream.range(0, CUSTOMERS)
        .mapToObj(number -> new Life(setting, Person.of(setting, 0, number)))
        .map(
            life ->
                new Course(life.person(), life.stayingOut(life.actual()), life.actual().joinedAt()))
        .toList();
  }

  private static Setting setting(String hocon) {
    return new Setting(WorldReader.parse(WITHOUT_EFFECT + hocon, "test", List.of(), Map.of()));
  }

  @Test
  void look_alikes_at_the_same_order_are_alike_by_history_and_never_by_level() {
    assertThat(
            lookAlikes(
                "joining { selection = history, on-orders = 0, on-revenue = 0, on-recent = 0 }"))
        .isCloseTo(0, within(0.03));
    assertThat(lookAlikes("joining.selection = history")).isCloseTo(0, within(0.03));
    assertThat(lookAlikes("joining.selection = level")).isCloseTo(-0.25, within(0.05));
  }

  /**
   * Members less others at the k-th order of the month, after as many in the half-year before;
   * acquired by then.
   */
  private static double lookAlikes(String hocon) {
    Setting setting = setting(hocon);
    Map<String, double[]> taken = new HashMap<>();
    Map<String, double[]> untaken = new HashMap<>();
    for (Course course : courses(setting)) {
      int acquired =
          course.path().receipts().stream().mapToInt(Receipt::month).min().orElse(setting.months());
      for (int g = Math.max(8, acquired + HALF_YEAR); g + HALF_YEAR < setting.months(); g++) {
        int month = g;
        String before = g + " " + Math.min(course.orders(g - HALF_YEAR), 12) + " ";
        List<Double> orders =
            course.path().receipts().stream()
                .filter(r -> r.kind() == Kind.ORDER && r.month() == month)
                .map(Receipt::moment)
                .toList();
        double after = course.orders(g + 1);
        for (int k = 1; k <= orders.size(); k++) {
          if (course.joinedAt() > orders.get(k - 1)) {
            add(untaken, before + Math.min(k, 4), after);
          }
        }
        if ((int) course.joinedAt() == g) {
          long earlier = orders.stream().filter(moment -> moment < course.joinedAt()).count();
          add(taken, before + Math.min(earlier + 1, 4), after);
        }
      }
    }
    double difference = 0;
    double sum = 0;
    for (Map.Entry<String, double[]> stratum : taken.entrySet()) {
      double[] like = untaken.get(stratum.getKey());
      if (like != null) {
        double[] members = stratum.getValue();
        difference += members[1] - members[0] * like[1] / like[0];
        sum += members[0] * like[1] / like[0];
      }
    }
    return difference / sum;
  }

  @Test
  void before_and_after_is_parallel_by_level_where_level_decides_nothing_or_nothing_multiplies() {
    String level = "joining { selection = level, hazard = 0.02, on-level = %s }";
    assertThat(beforeAfter(level.formatted("0"))).isCloseTo(0, within(0.03));
    assertThat(beforeAfter(level.formatted("1") + ADDITIVE)).isCloseTo(0, within(0.03));
    assertThat(Math.abs(beforeAfter(level.formatted("1")))).isGreaterThan(0.04);
  }

  /** The members' change from one half-year to the next, less that of those who join later. */
  private static double beforeAfter(String hocon) {
    Setting setting = setting(hocon);
    List<Course> courses = courses(setting);
    double difference = 0;
    double sum = 0;
    for (int g = 8; g + HALF_YEAR < setting.months(); g++) {
      double[] members = new double[3];
      double[] others = new double[3];
      for (Course course : courses) {
        if (course.person().firstWholeMonth() <= g - 1 - HALF_YEAR) {
          double before = course.orders(g - 1 - HALF_YEAR);
          double after = course.orders(g + 1);
          if ((int) course.joinedAt() == g) {
            add(members, before, after);
          } else if (course.joinedAt() >= g + 1 + HALF_YEAR) {
            add(others, before, after);
          }
        }
      }
      double change = (others[2] - others[1]) / others[0];
      difference += members[2] - members[1] - members[0] * change;
      sum += members[2];
    }
    return difference / sum;
  }

  private static void add(double[] sums, double before, double after) {
    sums[0]++;
    sums[1] += before;
    sums[2] += after;
  }

  private static void add(Map<String, double[]> sums, String stratum, double after) {
    double[] sum = sums.computeIfAbsent(stratum, key -> new double[2]);
    sum[0]++;
    sum[1] += after;
  }
}
