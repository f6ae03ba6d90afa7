package dev.cohortium.beforeafter;

/** What is measured of a customer in a month; each is 0 in a month without a receipt. */
enum Metric {
  NET_REVENUE("net_revenue", "of the study's currency per customer and month") {
    @Override
    double of(Life life, int month) {
      return life.amount(Lives.REVENUE, month);
    }
  },
  MARGIN("margin", "of the study's currency per customer and month") {
    @Override
    double of(Life life, int month) {
      return life.amount(Lives.MARGIN, month);
    }
  },
  ORDERS("orders", "orders per customer and month") {
    @Override
    double of(Life life, int month) {
      return life.amount(Lives.ORDERS, month);
    }
  },
  ITEMS("items", "items per customer and month") {
    @Override
    double of(Life life, int month) {
      return life.amount(Lives.ITEMS, month);
    }
  },
  ACTIVE_RATE("active_rate", "share of customers with an order, per month") {
    @Override
    double of(Life life, int month) {
      return life.isActive(month) ? 1 : 0;
    }
  },
  CHURNED_RATE("churned_rate", "share of customers without an order for so long, per month") {
    @Override
    double of(Life life, int month) {
      return life.hasChurned(month) ? 1 : 0;
    }
  },
  /** For {@link AverageReceipt} only; it has no name in a study. */
  REVENUE_AND_ORDERS("", "") {
    @Override
    double of(Life life, int month) {
      return life.amount(Lives.REVENUE, month) + life.amount(Lives.ORDERS, month);
    }
  };

  /** Net revenue by orders: a ratio of two of the others. */
  static final String AVERAGE_RECEIPT = "average_receipt";

  /** What an effect on {@link #AVERAGE_RECEIPT} is counted in. */
  static final String UNIT_OF_AVERAGE_RECEIPT = "of the study's currency per order";

  private final String word;
  private final String unit;

  Metric(String word, String unit) {
    this.word = word;
    this.unit = unit;
  }

  /** What a customer has of it in a month. */
  abstract double of(Life life, int month);

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
