package dev.cohortium.controlgroup;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is measured of a customer per month of a window; each is 0 without a receipt. */
enum Quantity {
  NET_REVENUE("net_revenue", "of the study's currency per customer and month"),
  MARGIN("margin", "of the study's currency per customer and month"),
  ORDERS("orders", "orders per customer and month"),
  ITEMS("items", "items per customer and month"),
  ACTIVE_RATE("active_rate", "share of customers with an order, per month"),
  CHURNED_RATE("churned_rate", "share of customers without an order for so long, per month");

  /** Net revenue by orders: a ratio of two of the others. */
  static final String AVERAGE_RECEIPT = "average_receipt";

  private final String word;
  private final String unit;

  Quantity(String word, String unit) {
    this.word = word;
    this.unit = unit;
  }

  /** Its name in a study. */
  String word() {
    return word;
  }

  /** What an effect on it is counted in. */
  String unit() {
    return unit;
  }

  boolean isAmount() {
    return this == NET_REVENUE || this == MARGIN;
  }

  /** Whether it is a sum over customer-months. */
  boolean isSummed() {
    return this != ACTIVE_RATE && this != CHURNED_RATE;
  }

  /** The quantities that a metric is made of. */
  static List<String> behind(String metric) {
    return metric.equals(AVERAGE_RECEIPT)
        ? List.of(NET_REVENUE.word, ORDERS.word)
        : List.of(metric);
  }

  static Optional<Quantity> of(String word) {
    return Arrays.stream(values()).filter(quantity -> quantity.word.equals(word)).findFirst();
  }
}
