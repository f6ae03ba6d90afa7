package dev.cohortium.lookalike;

import java.io.Serial;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * The share of each stratum's candidates that is looked at. A stratum is a month, the number of an
 * order in it, and what the exact segments say.
 */
final class Shares implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final int months;
  private final int orders;
  private final Map<String, double[]> byExact = new HashMap<>();

  /** Nothing is looked at so far. */
  Shares(Rules rules) {
    months = rules.months();
    orders = rules.mostOpportunities();
  }

  void put(String exact, int month, int order, double share) {
    byExact.computeIfAbsent(exact, key -> new double[months * orders])[month * orders + order - 1] =
        share;
  }

  /** The share; 0: the stratum is not looked at. */
  double of(Opportunity opportunity) {
    double[] shares = byExact.get(opportunity.history().exact());
    return shares == null ? 0 : shares[opportunity.month() * orders + opportunity.order() - 1];
  }
}
