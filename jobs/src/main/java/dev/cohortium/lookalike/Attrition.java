package dev.cohortium.lookalike;

/** What becomes of a member, in the order in which it is found out. */
enum Attrition {
  NO_ORDER("no order with the member's id"),
  UNKNOWN_BEFORE("not known before joining: the first order is of the month of joining or later"),
  SHORT_HISTORY("known for fewer months before joining than describe a customer"),
  NO_ORDER_AT_JOINING("joined without an order in that month"),
  NOT_OBSERVED("joined in the last month: nothing is known of the time after"),
  NO_CANDIDATE("no candidate at the same order of the same month in the same segment"),
  OUTSIDE_CALIPER("no candidate who is like enough, or all were taken by other members"),
  COMPARED("compared with look-alikes");

  private final String sentence;

  Attrition(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }

  /**
   * What is found out from the history alone; {@link #COMPARED} where nothing speaks against it.
   */
  static Attrition of(History history, Rules rules) {
    int joined = history.joined();
    if (history.acquired() == History.NOT_YET) {
      return NO_ORDER;
    }
    if (history.acquired() >= joined) {
      return UNKNOWN_BEFORE;
    }
    if (history.acquired() > joined - rules.preMonths()) {
      return SHORT_HISTORY;
    }
    if (rules.isAtOrders() && history.ordersUntilJoining() == 0) {
      return NO_ORDER_AT_JOINING;
    }
    return rules.observedAfter(joined) < 1 ? NOT_OBSERVED : COMPARED;
  }
}
