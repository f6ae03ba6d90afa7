package dev.cohortium.lookalike;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One order of one month at which a customer who had not joined could join, and did (a member's
 * joining) or did not (a candidate); where joining takes no order, the month itself.
 *
 * @param history of the customer
 * @param month of the order
 * @param order which of the month's orders it is, from 1; the last that is told apart stands for
 *     itself and all later ones; 1 for a month
 * @param isTaken whether the customer joined at it
 */
record Opportunity(History history, int month, int order, boolean isTaken) {
  /**
   * The opportunities of a customer who has a history before them: every order of a month until
   * joining, the joining order included, or each such month.
   *
   * <p>What the customer does later never decides whether there is one.
   */
  static List<Opportunity> of(History history, Rules rules) {
    List<Opportunity> found = new ArrayList<>();
    if (history.acquired() == History.NOT_YET) {
      return found;
    }
    int last = Math.min(rules.months() - 1, history.joined());
    for (int month = history.acquired() + rules.preMonths(); month <= last; month++) {
      boolean joins = month == history.joined();
      int until = rules.opportunities(joins ? history.ordersUntilJoining() : history.orders(month));
      for (int order = 1; order <= until; order++) {
        found.add(new Opportunity(history, month, order, joins && order == until));
      }
    }
    return found;
  }

  /** A number that names it, the same in every run; ties and draws come from it. */
  long id() {
    long hash = 0xcbf29ce484222325L;
    for (byte b : history.customer().getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return mixed(hash + mixed(month * 16L + order));
  }

  private static long mixed(long value) {
    long mixed = value + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  /** A draw between 0 and 1 that does not depend on anything but the opportunity and the salt. */
  double draw(String salt) {
    return (mixed(id() ^ mixed(salt.hashCode())) >>> 11) * 0x1.0p-53;
  }

  /** Months observed after it. */
  int observed(Rules rules) {
    return rules.observedAfter(month);
  }
}
