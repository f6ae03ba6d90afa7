package dev.cohortium.lookalike;

import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What describes a customer at an opportunity: the months before its month, and what the customer
 * is; then, as 0 and 1, where it stands: the month, the order's number, the exact segment.
 *
 * @param rules of the comparison
 * @param traits names of {@link History#traits}
 * @param firstMonth in which somebody joined
 * @param lastMonth in which somebody joined
 * @param segments exact values by place: the first has no column, others one each, those that are
 *     not listed one together
 */
record Covariates(
    Rules rules, List<Trait> traits, int firstMonth, int lastMonth, Map<String, Integer> segments)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final int OF_A_LAG = 3;
  private static final int SUMMARIES = 12;

  /**
   * A covariate.
   *
   * @param name of its column
   * @param isBinary whether it is 0 or 1
   * @param ofUnknown its value, where it comes from what the customer is, of who is not among the
   *     customers
   */
  record Trait(String name, boolean isBinary, double ofUnknown) implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  Covariates {
    traits = List.copyOf(traits);
    segments = new LinkedHashMap<>(segments);
  }

  /** The number of columns. */
  int count() {
    return described()
        + Math.max(0, lastMonth - firstMonth)
        + rules.mostOpportunities()
        - 1
        + segments.size();
  }

  /** The number of columns that describe the customer, which come first. */
  int described() {
    return OF_A_LAG * rules.preMonths() + SUMMARIES + traits.size();
  }

  /** The columns that describe the customer. */
  List<Trait> columns() {
    List<Trait> columns = new ArrayList<>();
    for (int lag = 1; lag <= rules.preMonths(); lag++) {
      columns.add(number("log_revenue_lag_" + lag));
      columns.add(number("orders_lag_" + lag));
      columns.add(new Trait("active_lag_" + lag, true, 0));
    }
    for (String name :
        List.of(
            PRE_SPEND,
            PRE_SPEND_SLOPE,
            PRE_ORDERS,
            PRE_ORDERS_SLOPE,
            "log_spend",
            "log_orders",
            "months_since_last_order",
            "tenure_months",
            "average_receipt",
            "discount_share",
            "categories")) {
      columns.add(number(name));
    }
    columns.add(new Trait("categories_unknown", true, 0));
    columns.addAll(traits);
    return columns;
  }

  private static Trait number(String name) {
    return new Trait(name, false, 0);
  }

  static final String PRE_SPEND = "pre_spend";
  static final String PRE_SPEND_SLOPE = "pre_spend_slope";
  static final String PRE_ORDERS = "pre_orders";
  static final String PRE_ORDERS_SLOPE = "pre_orders_slope";

  /** The covariates of an opportunity. */
  double[] of(Opportunity opportunity) {
    double[] row = new double[count()];
    History history = opportunity.history();
    int month = opportunity.month();
    int pre = rules.preMonths();
    int at = 0;
    double spend = 0;
    double spendSlope = 0;
    double orders = 0;
    double ordersSlope = 0;
    for (int lag = 1; lag <= pre; lag++) {
      int of = month - lag;
      row[at++] = history.logRevenue(of);
      row[at++] = history.orders(of);
      row[at++] = history.orders(of) > 0 ? 1 : 0;
      // Least squares on time: later months count positively.
      double time = (pre + 1) / 2.0 - lag;
      spend += history.revenue(of);
      spendSlope += time * history.revenue(of);
      orders += history.orders(of);
      ordersSlope += time * history.orders(of);
    }
    double times = Math.max(1, pre * (pre * (double) pre - 1) / 12);
    row[at++] = spend / pre;
    row[at++] = spendSlope / times;
    row[at++] = orders / pre;
    row[at++] = ordersSlope / times;
    row[at++] = Math.log1p(Math.max(0, spend));
    row[at++] = Math.log1p(orders);
    row[at++] = sinceLastOrder(history, month);
    row[at++] = Math.log(month - history.acquired());
    row[at++] = orders > 0 ? Math.log1p(Math.max(0, spend) / orders) : 0;
    row[at++] = history.discountShare(month - pre, month);
    double categories = categories(history, month);
    row[at++] = Double.isNaN(categories) ? 0 : categories;
    row[at++] = Double.isNaN(categories) ? 1 : 0;
    for (double trait : history.traits()) {
      row[at++] = trait;
    }
    // The first month, the first order and unlisted segments have 0 throughout.
    if (month > firstMonth && month <= lastMonth) {
      row[at + month - firstMonth - 1] = 1;
    }
    at += Math.max(0, lastMonth - firstMonth);
    if (opportunity.order() > 1) {
      row[at + opportunity.order() - 2] = 1;
    }
    at += rules.mostOpportunities() - 1;
    Integer segment = segments.get(history.exact());
    if (segment == null && !segments.isEmpty()) {
      row[at + segments.size() - 1] = 1;
    } else if (segment != null && segment > 0) {
      row[at + segment - 1] = 1;
    }
    return row;
  }

  /** Mean of distinct categories per month with an order; NaN where one is not known. */
  private double categories(History history, int month) {
    double sum = 0;
    int active = 0;
    for (int of = month - rules.preMonths(); of < month; of++) {
      if (history.orders(of) > 0) {
        sum += history.categories(of);
        active++;
      }
    }
    return active == 0 ? 0 : sum / active;
  }

  private double sinceLastOrder(History history, int month) {
    int since = 1;
    while (month - since > history.acquired() && history.orders(month - since) == 0) {
      since++;
    }
    return Math.log(since);
  }
}
