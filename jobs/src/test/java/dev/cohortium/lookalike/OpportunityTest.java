package dev.cohortium.lookalike;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Who could have joined at which order; without Spark. */
class OpportunityTest {
  private static final int MONTHS = 12;
  private static final Rules RULES =
      new Rules(YearMonth.of(2024, 1), MONTHS, 3, List.of(1, 3), 2, 6, "club");

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "customer_id string, exact string, propensity_group string, joined int,"
              + " orders_until_joining int, packed binary");

  /** Orders of the months from the first on, 10 each; joined: month and order, or null. */
  static History history(Integer joined, int order, int... orders) {
    List<Row> months = new ArrayList<>();
    for (int month = 0; month < orders.length; month++) {
      if (orders[month] > 0) {
        double revenue = 10.0 * orders[month];
        months.add(RowFactory.create(month, orders[month], revenue, 4.0, 1.0, revenue, 0.0, 2.0));
      }
    }
    Object[] values = {"ann", "", "", joined, order, History.packed(List.of(), months)};
    return History.of(new GenericRowWithSchema(values, SCHEMA), MONTHS);
  }

  private static List<String> of(History history) {
    return of(history, RULES);
  }

  private static List<String> of(History history, Rules rules) {
    return Opportunity.of(history, rules).stream()
        .map(o -> o.month() + "." + o.order() + (o.isTaken() ? " taken" : ""))
        .toList();
  }

  @Test
  void each_order_of_a_month_with_a_history_before_it_is_an_opportunity() {
    assertThat(of(history(null, 0, 1, 0, 0, 1, 0, 2))).containsExactly("3.1", "5.1", "5.2");
  }

  @Test
  void orders_beyond_the_last_that_is_told_apart_stand_with_it() {
    assertThat(of(history(null, 0, 1, 0, 0, 7))).containsExactly("3.1", "3.2");
    assertThat(of(history(3, 5, 1, 0, 0, 7))).containsExactly("3.1", "3.2 taken");
  }

  @Test
  void a_member_had_its_opportunities_until_it_took_one() {
    assertThat(of(history(5, 2, 1, 0, 0, 1, 0, 4, 3))).containsExactly("3.1", "5.1", "5.2 taken");
  }

  @Test
  void who_joins_without_an_order_takes_no_opportunity() {
    assertThat(of(history(5, 0, 1, 0, 0, 1, 0, 2, 3))).containsExactly("3.1");
    assertThat(Attrition.of(history(5, 0, 1, 0, 0, 1, 0, 2, 3), RULES))
        .isEqualTo(Attrition.NO_ORDER_AT_JOINING);
  }

  @Test
  void where_joining_takes_no_order_every_month_until_it_is_one_opportunity() {
    Rules byMonth = new Rules(YearMonth.of(2024, 1), MONTHS, 3, List.of(1, 3), 0, 6, "club");
    History member = history(5, 0, 1, 0, 0, 2, 0, 2, 3);
    assertThat(of(member, byMonth)).containsExactly("3.1", "4.1", "5.1 taken");
    assertThat(Attrition.of(member, byMonth)).isEqualTo(Attrition.COMPARED);
    assertThat(of(history(null, 0, 1), byMonth)).hasSize(MONTHS - 3).startsWith("3.1", "4.1");
    Covariates covariates = new Covariates(byMonth, List.of(), 3, 3, java.util.Map.of());
    assertThat(covariates.of(new Opportunity(member, 3, 1, false))).hasSize(covariates.described());
  }

  @Test
  void who_stays_out_counts_in_the_month_of_joining_only_where_its_orders_decide_that() {
    Rules byMonth = new Rules(YearMonth.of(2024, 1), MONTHS, 3, List.of(1, 3), 0, 6, "club");
    // A month counts of those who had not joined before the month that is told.
    assertThat(RULES.outUntil(5)).isEqualTo(5);
    assertThat(byMonth.outUntil(5)).isEqualTo(6);
  }

  @Test
  void what_a_customer_does_later_never_decides_whether_it_could_have_joined() {
    List<String> known = of(history(null, 0, 1, 0, 0, 2));
    assertThat(of(history(null, 0, 1, 0, 0, 2, 9, 9))).startsWith(known.toArray(String[]::new));
    assertThat(of(history(4, 1, 1, 0, 0, 2, 9, 9))).startsWith(known.toArray(String[]::new));
  }

  @Test
  void what_becomes_of_a_member_is_told_by_the_first_reason_that_holds() {
    assertThat(Attrition.of(history(5, 1), RULES)).isEqualTo(Attrition.NO_ORDER);
    assertThat(Attrition.of(history(3, 1, 0, 0, 0, 1), RULES)).isEqualTo(Attrition.UNKNOWN_BEFORE);
    assertThat(Attrition.of(history(3, 1, 0, 1, 0, 1), RULES)).isEqualTo(Attrition.SHORT_HISTORY);
    assertThat(Attrition.of(history(11, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), RULES))
        .isEqualTo(Attrition.NOT_OBSERVED);
    assertThat(Attrition.of(history(3, 1, 1, 0, 0, 1), RULES)).isEqualTo(Attrition.COMPARED);
  }

  @Test
  void draws_are_spread_evenly_and_depend_on_nothing_but_the_opportunity() {
    History history = history(null, 0, 1, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2);
    double sum = 0;
    int count = 0;
    for (Opportunity opportunity : Opportunity.of(history, RULES)) {
      assertThat(opportunity.draw("club"))
          .isEqualTo(
              new Opportunity(history, opportunity.month(), opportunity.order(), true).draw("club"))
          .isNotEqualTo(opportunity.draw("other"))
          .isBetween(0.0, 1.0);
      sum += opportunity.draw("club");
      count++;
    }
    assertThat(sum / count).isBetween(0.2, 0.8);
  }

  @Test
  void covariates_are_those_of_the_months_before() {
    Covariates covariates = new Covariates(RULES, List.of(), 3, 5, java.util.Map.of("", 0));
    History history = history(null, 0, 1, 0, 2, 1, 0, 1);
    double[] row = covariates.of(new Opportunity(history, 5, 1, false));
    assertThat(row).hasSize(covariates.count());
    // Lags 1, 2, 3 are the months 4, 3, 2 with 0, 1 and 2 orders of 10 each.
    assertThat(row[0]).isZero();
    assertThat(row[3]).isEqualTo(Math.log1p(10));
    assertThat(row[7]).isEqualTo(2);
    assertThat(row[8]).isEqualTo(1);
    int at =
        covariates.columns().stream()
            .map(Covariates.Trait::name)
            .toList()
            .indexOf(Covariates.PRE_SPEND);
    assertThat(row[at]).isEqualTo(10);
    // Least squares on time of 20, 10, 0: 10 less each month.
    assertThat(row[at + 1]).isEqualTo(-10);
    assertThat(row[at + 2]).isEqualTo(1);
    assertThat(row[at + 3]).isEqualTo(-1);
    assertThat(
            row[
                covariates.columns().stream()
                    .map(Covariates.Trait::name)
                    .toList()
                    .indexOf("months_since_last_order")])
        .isEqualTo(Math.log(2));
    assertThat(
            row[
                covariates.columns().stream()
                    .map(Covariates.Trait::name)
                    .toList()
                    .indexOf("tenure_months")])
        .isEqualTo(Math.log(5));
    assertThat(
            row[
                covariates.columns().stream()
                    .map(Covariates.Trait::name)
                    .toList()
                    .indexOf("average_receipt")])
        .isEqualTo(Math.log1p(10));
    // Month 5 is the second after the first; the order is the first.
    assertThat(row[covariates.described()]).isZero();
    assertThat(row[covariates.described() + 1]).isEqualTo(1);
    assertThat(row[covariates.described() + 2]).isZero();
  }
}
