package dev.cohortium.world;

import java.util.List;

/**
 * What a customer bought or brought back at once.
 *
 * @param index names it among the receipts of its month of purchase
 * @param store -1: not in a store
 * @param byMember whether the customer was a member by then, the joining receipt included
 * @param isAnonymous whether nobody can tell whose it is
 */
record Receipt(
    Kind kind,
    int boughtIn,
    int index,
    double moment,
    int store,
    int channel,
    boolean byMember,
    boolean isAnonymous,
    List<Line> lines) {
  /** An order, or what comes back of one. */
  enum Kind {
    ORDER,
    RETURN
  }

  /** One line; amounts in cents, negative when it comes back. */
  record Line(int category, int product, int quantity, long net, long discount, long cost) {
    Line returned() {
      return new Line(category, product, -quantity, -net, -discount, -cost);
    }
  }

  /** Names it among all receipts of the month of purchase, its return apart. */
  int number() {
    return 2 * index + (kind == Kind.RETURN ? 1 : 0);
  }

  int month() {
    return (int) moment;
  }

  long net() {
    long net = 0;
    for (Line line : lines) {
      net += line.net();
    }
    return net;
  }

  long margin() {
    long margin = 0;
    for (Line line : lines) {
      margin += line.net() - line.cost();
    }
    return margin;
  }

  /** Units sold, as {@code customer_months.items} has them: those of returns taken off. */
  long items() {
    long items = 0;
    for (Line line : lines) {
      items += line.quantity();
    }
    return items;
  }
}
