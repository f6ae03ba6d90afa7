package dev.cohortium.world;

import java.util.ArrayList;
import java.util.List;

/** One course of a customer's life: receipts, what they come to by month, and the membership. */
final class Path {
  private final List<Receipt> receipts = new ArrayList<>();
  private final int[] orders;
  private final int[] seenOrders;
  private final long[] seenSpent;
  private final long[] net;
  private final long[] margin;
  private final long[] items;
  private int activeUntil = Integer.MAX_VALUE;
  private double joinedAt = Double.POSITIVE_INFINITY;
  private double leftAt = Double.POSITIVE_INFINITY;

  Path(int months) {
    orders = new int[months];
    seenOrders = new int[months];
    seenSpent = new long[months];
    net = new long[months];
    margin = new long[months];
    items = new long[months];
  }

  /** Adds what was bought or brought back. */
  void add(Receipt receipt) {
    receipts.add(receipt);
    int month = receipt.month();
    net[month] += receipt.net();
    margin[month] += receipt.margin();
    items[month] += receipt.items();
    if (receipt.kind() == Receipt.Kind.ORDER) {
      orders[month]++;
      if (!receipt.isAnonymous()) {
        seenOrders[month]++;
        seenSpent[month] += receipt.net();
      }
    }
  }

  /** Another course, which is this one before {@code month}; the customer has not joined there. */
  Path before(int month) {
    Path path = new Path(months());
    for (Receipt receipt : receipts) {
      if (receipt.boughtIn() >= month) {
        break;
      }
      path.add(receipt);
    }
    if (activeUntil < month) {
      path.activeUntil = activeUntil;
    }
    return path;
  }

  /** Stops buying for good at the end of a month. */
  void stop(int month) {
    activeUntil = month;
  }

  /** Whether the customer has not stopped before a month. */
  boolean isActive(int month) {
    return month <= activeUntil;
  }

  void join(double moment) {
    joinedAt = moment;
  }

  void leave(double moment) {
    leftAt = moment;
  }

  List<Receipt> receipts() {
    return receipts;
  }

  int months() {
    return orders.length;
  }

  /** Orders of a month. */
  int orders(int month) {
    return orders[month];
  }

  /** Those of a month that show whose they are. */
  int seenOrders(int month) {
    return seenOrders[month];
  }

  /** Cents of these, before anything came back. */
  long seenSpent(int month) {
    return seenSpent[month];
  }

  /** Cents, net of what came back in it. */
  long net(int month) {
    return net[month];
  }

  /** Cents. */
  long margin(int month) {
    return margin[month];
  }

  long items(int month) {
    return items[month];
  }

  boolean hasJoined() {
    return joinedAt < months();
  }

  boolean hasLeft() {
    return leftAt < months();
  }

  /** Whether the customer had joined before {@code moment} or at it. */
  boolean hasJoinedBy(double moment) {
    return joinedAt <= moment;
  }

  /** Whether the customer is a member at a moment; at that of the joining itself, not yet. */
  boolean isMemberAt(double moment) {
    return joinedAt < moment && moment < leftAt;
  }

  double joinedAt() {
    return joinedAt;
  }

  double leftAt() {
    return leftAt;
  }

  int joiningMonth() {
    return (int) joinedAt;
  }
}
