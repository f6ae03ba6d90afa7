package dev.cohortium.lookalike;

/** What is measured of a customer in a month; each is 0 in a month without a receipt. */
enum Metric {
  NET_REVENUE("net_revenue", "of the study's currency per customer and month") {
    @Override
    double of(History history, int month, Rules rules) {
      return history.revenue(month);
    }
  },
  MARGIN("margin", "of the study's currency per customer and month") {
    @Override
    double of(History history, int month, Rules rules) {
      return history.margin(month);
    }
  },
  ORDERS("orders", "orders per customer and month") {
    @Override
    double of(History history, int month, Rules rules) {
      return history.orders(month);
    }
  },
  ITEMS("items", "items per customer and month") {
    @Override
    double of(History history, int month, Rules rules) {
      return history.items(month);
    }
  },
  ACTIVE_RATE("active_rate", "share of customers with an order, per month") {
    @Override
    double of(History history, int month, Rules rules) {
      return history.orders(month) > 0 ? 1 : 0;
    }
  },
  CHURNED_RATE("churned_rate", "share of customers without an order for so long, per month") {
    @Override
    double of(History history, int month, Rules rules) {
      return history.isInactive(month, rules.inactiveMonths()) ? 1 : 0;
    }
  };

  /** Net revenue by orders: a ratio of two of the others. */
  static final String AVERAGE_RECEIPT = "average_receipt";

  private final String word;
  private final String unit;

  Metric(String word, String unit) {
    this.word = word;
    this.unit = unit;
  }

  /** What a customer has of it in a month. */
  abstract double of(History history, int month, Rules rules);

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
}
