package dev.cohortium.evidence;

import dev.cohortium.config.Study;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** What is measured of a customer in a month; each is 0 in a month without a receipt. */
public enum Metric {
  NET_REVENUE("net_revenue", "of the study's currency per customer and month") {
    @Override
    double of(Purchases purchases, int month, int inactiveMonths) {
      return purchases.revenue(month);
    }
  },
  MARGIN("margin", "of the study's currency per customer and month") {
    @Override
    double of(Purchases purchases, int month, int inactiveMonths) {
      return purchases.margin(month);
    }
  },
  ORDERS("orders", "orders per customer and month") {
    @Override
    double of(Purchases purchases, int month, int inactiveMonths) {
      return purchases.orders(month);
    }
  },
  ITEMS("items", "items per customer and month") {
    @Override
    double of(Purchases purchases, int month, int inactiveMonths) {
      return purchases.items(month);
    }
  },
  ACTIVE_RATE("active_rate", "share of customers with an order, per month") {
    @Override
    double of(Purchases purchases, int month, int inactiveMonths) {
      return purchases.orders(month) > 0 ? 1 : 0;
    }
  },
  CHURNED_RATE("churned_rate", "share of customers without an order for so long, per month") {
    @Override
    double of(Purchases purchases, int month, int inactiveMonths) {
      return purchases.isInactive(month, inactiveMonths) ? 1 : 0;
    }
  },
  /** For sums of products of the two; it has no name in a study. */
  REVENUE_AND_ORDERS("", "") {
    @Override
    double of(Purchases purchases, int month, int inactiveMonths) {
      return purchases.revenue(month) + purchases.orders(month);
    }
  };

  /** Net revenue by orders: a ratio of two of the others. */
  public static final String AVERAGE_RECEIPT = "average_receipt";

  private static final String UNIT_OF_AVERAGE_RECEIPT = "of the study's currency per order";

  private final String word;
  private final String unit;

  Metric(String word, String unit) {
    this.word = word;
    this.unit = unit;
  }

  /** Those that a study asks for, and the two that ratios are made of. */
  public static Set<Metric> of(Study study) {
    Set<Metric> metrics = EnumSet.of(NET_REVENUE, ORDERS);
    Arrays.stream(values())
        .filter(metric -> study.metrics().contains(metric.word))
        .forEach(metrics::add);
    return metrics;
  }

  /** What an effect on a metric of a study is counted in. */
  public static String unitOf(String word) {
    return Arrays.stream(values())
        .filter(metric -> metric.word.equals(word))
        .map(metric -> metric.unit)
        .findFirst()
        .orElse(UNIT_OF_AVERAGE_RECEIPT);
  }

  /**
   * What a customer has of it in a month.
   *
   * @param inactiveMonths months without an order after which a customer has churned
   */
  abstract double of(Purchases purchases, int month, int inactiveMonths);

  /** Its name in a study. */
  public String word() {
    return word;
  }

  /** Whether it is money, of which a few huge accounts may have most. */
  public boolean isAmount() {
    return this == NET_REVENUE || this == MARGIN;
  }
}
