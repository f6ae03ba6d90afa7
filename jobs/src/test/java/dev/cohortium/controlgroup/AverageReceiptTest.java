package dev.cohortium.controlgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.SparkTest;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.CrossMoments;
import dev.cohortium.stats.Cuped;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Lin;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.Stratified;
import dev.cohortium.stats.StratifiedArms;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Effects;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Estimates of the average receipt against those of its linear form, customer by customer. */
class AverageReceiptTest extends SparkTest {
  private static final List<String> STRATA = List.of("north", "south");

  /** A customer's revenue and orders after (M, D) and before; few of the north are controls. */
  private record Customer(
      String id, String stratum, boolean isTreated, double m, double d, double xm, double xd) {
    String arm() {
      return isTreated ? "a" : "control";
    }
  }

  private final List<Customer> customers = customers();

  private static List<Customer> customers() {
    Random random = new Random(7);
    List<Customer> customers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      boolean isNorth = i % 3 > 0;
      boolean isTreated = random.nextInt(10) < (isNorth ? 8 : 4);
      int receipt = 10 + random.nextInt(20);
      int before = random.nextInt(4);
      int after = random.nextInt(3) + before / 2;
      customers.add(
          new Customer(
              "c" + i,
              STRATA.get(isNorth ? 0 : 1),
              isTreated,
              after * (receipt + random.nextInt(9) + (isTreated ? 3 : 0)),
              after,
              before * (receipt + random.nextInt(9)),
              before));
    }
    return customers;
  }

  @Test
  void estimates_of_the_average_receipt_are_those_of_its_linear_form_over_strata() {
    List<Row> effects =
        new ControlGroupJob()
            .run(
                frames(),
                ControlGroupJobTest.study(
                    """
                    as-of = "2024-03", metrics = [average_receipt, orders], headline { metric = orders, horizon = 1 }
                    control-group.horizons = [1]
                    """))
            .get(Effects.TABLE)
            .where("metric = 'average_receipt'")
            .collectAsList();

    assertThat(effects)
        .extracting(row -> row.<String>getAs(Effects.METHOD))
        .containsExactlyInAnyOrder(
            "control_group_itt", "control_group_itt_cuped", "control_group_itt_lin");
    assertEffect(effects, "control_group_itt_cuped", cuped());
    assertEffect(effects, "control_group_itt_lin", lin());
  }

  private static void assertEffect(List<Row> effects, String method, Estimate expected) {
    Row effect =
        effects.stream().filter(e -> e.getAs(Effects.METHOD).equals(method)).findFirst().get();
    assertThat(effect.<Double>getAs(Effects.ESTIMATE)).isCloseTo(expected.value(), within(1e-9));
    assertThat(effect.<Double>getAs(Effects.STD_ERROR))
        .isCloseTo(expected.stdError(), within(1e-9));
    assertThat(effect.<Double>getAs(Effects.RELATIVE))
        .isCloseTo(expected.value() / effect.<Double>getAs(Effects.BASELINE), within(1e-9));
  }

  // --- the same by hand ---

  private Estimate lin() {
    return Stratified.of(
            STRATA.stream()
                .map(this::in)
                .map(s -> new Stratified.Stratum(s.size(), lin(s)))
                .toList())
        .effect()
        .estimate()
        .orElseThrow();
  }

  private List<Customer> in(String stratum) {
    return customers.stream().filter(c -> c.stratum().equals(stratum)).toList();
  }

  private Measurement lin(List<Customer> stratum) {
    boolean[] treated = new boolean[stratum.size()];
    double[] outcomes = new double[stratum.size()];
    double[][] before = new double[stratum.size()][];
    for (int i = 0; i < treated.length; i++) {
      treated[i] = stratum.get(i).isTreated();
      double[] z = z(stratum.get(i));
      outcomes[i] = z[0];
      before[i] = new double[] {z[1]};
    }
    return Lin.of(treated, outcomes, before);
  }

  private Estimate cuped() {
    return Cuped.of(
            StratifiedArms.of(
                STRATA.stream()
                    .map(this::in)
                    .map(
                        s ->
                            StratifiedArms.Stratum.of(
                                moments(s, Customer::isTreated), moments(s, c -> !c.isTreated())))
                    .toList()))
        .largeSampleEffect()
        .estimate()
        .orElseThrow();
  }

  private CrossMoments moments(List<Customer> stratum, Predicate<Customer> isOfArm) {
    return CrossMoments.of(stratum.stream().filter(isOfArm).map(this::z).toArray(double[][]::new));
  }

  /** z = R + (M - R D) / mean D of the customer's arm, and z before of all, without its R. */
  private double[] z(Customer customer) {
    Predicate<Customer> isOfArm = c -> c.isTreated() == customer.isTreated();
    double meanD = overStrata(isOfArm, Customer::d);
    double r = overStrata(isOfArm, Customer::m) / meanD;
    double meanBefore = mean(customers, c -> true, Customer::xd);
    double before = mean(customers, c -> true, Customer::xm) / meanBefore;
    return new double[] {
      r + (customer.m() - r * customer.d()) / meanD,
      (customer.xm() - before * customer.xd()) / meanBefore
    };
  }

  /** The mean of an arm, strata weighted by the customers of both. */
  private double overStrata(Predicate<Customer> isOfArm, ToDoubleFunction<Customer> of) {
    return STRATA.stream()
        .mapToDouble(s -> in(s).size() * mean(in(s), isOfArm, of) / customers.size())
        .sum();
  }

  private static double mean(
      List<Customer> customers, Predicate<Customer> isOne, ToDoubleFunction<Customer> of) {
    return customers.stream().filter(isOne).mapToDouble(of).average().orElseThrow();
  }

  // --- tables ---

  private Frames frames() {
    StringBuilder arms =
        new StringBuilder("experiment_id | customer_id | arm | stratum | assigned_at\n");
    StringBuilder months = new StringBuilder("customer_id | month | orders | net_revenue\n");
    for (Customer customer : customers) {
      arms.append(
          String.join(
                  " | ", "offer", customer.id(), customer.arm(), customer.stratum(), "2024-02-10")
              + "\n");
      addMonth(months, customer.id(), "2024-01-01", customer.xd(), customer.xm());
      addMonth(months, customer.id(), "2024-03-01", customer.d(), customer.m());
    }
    return new Frames(spark())
        .with(Assignments.TABLE, rows(Assignments.TABLE, arms.toString()))
        .with(CustomerMonths.TABLE, rows(CustomerMonths.TABLE, months.toString()));
  }

  private static void addMonth(
      StringBuilder months, String id, String month, double orders, double revenue) {
    if (orders > 0) {
      months.append(String.join(" | ", id, month, "" + (int) orders, "" + (int) revenue) + "\n");
    }
  }
}
