package dev.cohortium.controlgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.stats.Cuped;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.StratifiedArms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PowerTest {
  /** R 4.2.2: qnorm(.975) + qnorm(.8). */
  private static final double QUANTILES = 2.801585218;

  private static final Sums REVENUE = new Sums(Measured.of(List.of("net_revenue"), false));

  @Test
  void shares_that_differ_by_stratum_are_counted_as_the_stratified_estimate_counts_them() {
    List<Pair> pairs = List.of(pair("most", 89_100, 900, 1), pair("some", 5_000, 5_000, 1));

    Power power = Power.of("net_revenue", REVENUE, pairs, 0.8);

    // V = sum share² s² (1/n1 + 1/n0) = .9² (1/89100 + 1/900) + .1² (2/5000), s = 1.
    double error = Math.sqrt(0.81 * (1 / 89_100.0 + 1 / 900.0) + 0.01 * 2 / 5_000);
    assertThat(error).isCloseTo(0.0302, within(0.0001));
    assertThat(power.effect().orElseThrow()).isCloseTo(QUANTILES * error, within(1e-5));
    // Held out alike in both: p (1 - p) = 2.801585² / (.03² 100000), p = .09653.
    assertThat(power.share(0.03).orElseThrow()).isCloseTo(0.09653, within(1e-4));
  }

  @Test
  void what_strata_differ_in_is_no_noise_and_one_without_two_of_an_arm_is_left_out() {
    // Means 1 and 1001: of all together s would be 500.
    Power power =
        Power.of(
            "net_revenue",
            REVENUE,
            List.of(pair("low", 500, 500, 1), pair("high", 500, 500, 1_001), pair("tiny", 9, 1, 1)),
            0.8);

    assertThat(power.effect().orElseThrow())
        .isCloseTo(QUANTILES * Math.sqrt(4 / 2_000.0), within(1e-4));
    assertThat(Power.of("net_revenue", REVENUE, List.of(pair("tiny", 9, 1, 1)), 0.8).effect())
        .isEmpty();
  }

  @Test
  void a_ratio_of_strata_has_the_error_of_the_difference_of_its_arms() {
    Sums sums = new Sums(Measured.of(List.of("average_receipt"), false));
    List<Pair> pairs = List.of(receipts(sums, "north", 300, 50), receipts(sums, "south", 900, 20));
    String[] terms = {"y" + sums.place(Quantity.NET_REVENUE), "y" + sums.place(Quantity.ORDERS)};
    Estimate difference =
        (Estimate)
            StratifiedArms.of(
                    pairs.stream()
                        .map(
                            p ->
                                StratifiedArms.Stratum.of(
                                    p.treated().moments(terms), p.control().moments(terms)))
                        .toList())
                .ratioDifference();

    double found = Power.of("average_receipt", sums, pairs, 0.8).effect().orElseThrow();

    // The arms are multiples of the same customers: only n / (n - 1) differs.
    assertThat(found / difference.stdError()).isCloseTo(QUANTILES, within(0.01));
  }

  /** Of the north the window before tells much, of the south nothing: one slope serves both. */
  @Test
  void what_the_window_before_tells_is_counted_as_the_adjusted_estimate_counts_it() {
    List<Pair> pairs = List.of(before("north", 300, 5), before("south", 900, 0));
    Estimate adjusted =
        (Estimate)
            Cuped.of(
                    StratifiedArms.of(
                        pairs.stream()
                            .map(
                                p ->
                                    StratifiedArms.Stratum.of(
                                        p.treated().moments("y0", "x0"),
                                        p.control().moments("y0", "x0")))
                            .toList()))
                .largeSampleEffect();

    Power power = Power.of("net_revenue", REVENUE, pairs, 0.8);

    // The arms are multiples of the same customers: only n / (n - 1) differs.
    assertThat(power.effect().orElseThrow() / adjusted.stdError())
        .isCloseTo(QUANTILES, within(0.01));
    assertThat(power.unadjusted().orElseThrow()).isGreaterThan(1.05 * power.effect().orElseThrow());
  }

  /** Three arms' worth of treated customers who go on as before, or do not. */
  private static Pair before(String stratum, int customers, double slope) {
    Map<String, Double> once = new LinkedHashMap<>();
    for (int i = 0; i < customers; i++) {
      double x = i % 3;
      double y = slope * x + i % 5;
      Map.of("y0", y, "x0", x, "x0*x0", x * x, "y0*y0", y * y, Sums.product("x0", "y0"), x * y)
          .forEach((term, value) -> once.merge(term, value, Double::sum));
    }
    return pair(stratum, customers, once);
  }

  /** By hand: strata of 1,000 with means 10 and 2, of which a third arm has 800 and 100. */
  @Test
  void strata_count_by_the_customers_of_all_arms() {
    Pair north =
        new Pair(
            "north", 1_000, cell("a", "north", 0, 100, 10), cell("control", "north", 0, 100, 10));
    Pair south =
        new Pair(
            "south", 1_000, cell("a", "south", 0, 450, 2), cell("control", "south", 0, 450, 2));

    Power power = Power.of("net_revenue", REVENUE, List.of(north, south), 0.8);

    assertThat(power.baseline()).isCloseTo(6, within(1e-9));
    assertThat(power.correlation()).isZero();
    assertThat(power.effect().orElseThrow())
        .isCloseTo(QUANTILES * Math.sqrt(0.25 * 2 / 100 + 0.25 * 2 / 450), within(2e-3));
  }

  @Test
  void the_target_is_reached_at_the_pace_of_those_who_come_after_the_first_month() {
    List<Cell> cells = new ArrayList<>();
    for (int month = 1; month <= 6; month++) {
      long half = month == 1 ? 50_000 : 500;
      int assigned = 12 * 2024 + month - 1;
      cells.add(cell("treatment", "all", assigned, half, 0.2));
      cells.add(cell("control", "all", assigned, half, 0.2));
    }

    String note = note(cells, 105_000);

    // (MDE/target)² = 2.801585² (4/105000) / .01² = 2.99: 1.99 times 105,000 more, 1,000 a month.
    assertThat(note)
        .contains("the target, 5.0 % of the mean (as no design tells it), is reached in 2041-12");
  }

  @Test
  void a_group_that_was_drawn_once_has_no_pace() {
    List<Cell> cells =
        Stream.of("treatment", "control")
            .map(arm -> cell(arm, "all", 12 * 2024, 52_500, 0.2))
            .toList();

    assertThat(note(cells, 105_000)).endsWith("needs 3.0 times as many customers.");
  }

  private static String note(List<Cell> cells, long assigned) {
    Study study =
        StudyReader.parse(
            """
            study = shop, currency = EUR, as-of = "2024-07", metrics = [net_revenue], headline.horizon = 1
            control-group.horizons = [1]
            sources {
              transactions { format = csv, path = x, columns { transaction_id = a, occurred_at = b, net_amount = c } }
              assignments { format = csv, path = x, columns { experiment_id = a, customer_id = b, arm = c } }
            }
            """,
            "test",
            List.of(),
            Map.of());
    Experiment experiment = new Experiment("offer", "-", Set.of("all"), Map.of(), assigned, 0, 0);
    History history = new History(12 * 2024, 12 * 2024 + 6, 6);
    return new Guards(new Sample(study, experiment, REVENUE, cells, history))
        .all().stream()
            .filter(guard -> guard.check().equals(Guards.POWER))
            .map(Guard::note)
            .findFirst()
            .orElseThrow();
  }

  private static Pair pair(String stratum, long treatment, long control, double mean) {
    return new Pair(
        stratum,
        treatment + control,
        cell("treatment", stratum, 0, treatment, mean),
        cell("control", stratum, 0, control, mean));
  }

  /** Customers with a variance of 1, and nothing before. */
  private static Cell cell(String arm, String stratum, int assigned, long customers, double mean) {
    return new Cell(
        "offer",
        arm,
        assigned,
        stratum,
        1,
        Cell.ALL,
        Cell.ALL,
        customers,
        Map.of("y0", customers * mean, "y0*y0", customers * mean * mean + customers - 1));
  }

  /** Three arms' worth of treated customers with 0 to 3 orders of some 50 or 20 each. */
  private static Pair receipts(Sums sums, String stratum, int customers, double receipt) {
    String money = "y" + sums.place(Quantity.NET_REVENUE);
    String orders = "y" + sums.place(Quantity.ORDERS);
    Map<String, Double> once = new LinkedHashMap<>();
    for (int i = 0; i < customers; i++) {
      double count = i % 4;
      double spent = count * receipt * (0.5 + i % 5 / 4.0);
      Map.of(
              money,
              spent,
              orders,
              count,
              Sums.product(money, money),
              spent * spent,
              Sums.product(orders, orders),
              count * count,
              Sums.product(money, orders),
              spent * count)
          .forEach((term, value) -> once.merge(term, value, Double::sum));
    }
    return pair(stratum, customers, once);
  }

  private static Pair pair(String stratum, int customers, Map<String, Double> once) {
    Map<String, Double> thrice = new LinkedHashMap<>();
    once.forEach((term, value) -> thrice.put(term, 3 * value));
    return new Pair(
        stratum,
        4L * customers,
        new Cell("e", "treatment", 0, stratum, 1, Cell.ALL, Cell.ALL, 3L * customers, thrice),
        new Cell("e", "control", 0, stratum, 1, Cell.ALL, Cell.ALL, customers, once));
  }
}
