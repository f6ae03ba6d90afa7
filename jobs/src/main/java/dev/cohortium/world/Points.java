package dev.cohortium.world;

import static dev.cohortium.world.Draws.Purpose.REDEEM;

import dev.cohortium.config.World.Membership;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/** The points account of one member: earned with orders, redeemed at later ones, or expired. */
final class Points {
  private final Membership membership;
  private final Draws draws;
  private final Path path;
  private final List<Entry> entries = new ArrayList<>();
  private final Deque<Lot> lots = new ArrayDeque<>();
  private long balance;

  /** One entry; its cost in cents. */
  record Entry(double moment, String kind, long points, long cost) {}

  private record Lot(int month, long points) {}

  private Points(Setting setting, Draws draws, Path path) {
    this.membership = setting.world().membership();
    this.draws = draws;
    this.path = path;
  }

  /** All entries of a life, in the order of time. */
  static List<Entry> of(Setting setting, Draws draws, Path path) {
    return path.hasJoined() ? new Points(setting, draws, path).booked() : List.of();
  }

  private List<Entry> booked() {
    List<Receipt> receipts = new ArrayList<>(path.receipts());
    receipts.sort(Comparator.comparingDouble(Receipt::moment));
    for (Receipt receipt : receipts) {
      if (receipt.byMember() && !receipt.isAnonymous() && receipt.moment() < path.leftAt()) {
        expireUntil(receipt.month());
        book(receipt);
      }
    }
    expireUntil(path.hasLeft() ? (int) path.leftAt() : path.months() - 1);
    if (path.hasLeft() && balance > 0) {
      add(path.leftAt(), "expire", balance, 0);
    }
    return entries;
  }

  private void book(Receipt receipt) {
    long points = (long) (Math.abs(receipt.net()) / 100.0 * membership.pointsPerUnit());
    if (receipt.kind() == Receipt.Kind.RETURN) {
      long taken = Math.min(points, balance);
      if (taken > 0) {
        add(receipt.moment(), "adjust", -taken, 0);
        take(taken);
      }
      return;
    }
    boolean redeems =
        balance >= membership.redeemFrom()
            && draws.happens(membership.redemption(), REDEEM, receipt.boughtIn(), receipt.index());
    if (redeems) {
      long redeemed = balance / membership.redeemFrom() * membership.redeemFrom();
      long cost = Math.round(100 * redeemed * membership.costPerPoint());
      add(receipt.moment(), "redeem", redeemed, cost);
      take(redeemed);
    }
    if (points > 0) {
      add(receipt.moment(), "earn", points, 0);
      lots.addLast(new Lot(receipt.month(), points));
      balance += points;
    }
  }

  /** Books what has become too old by the first of each month. */
  private void expireUntil(int month) {
    while (!lots.isEmpty() && lots.peekFirst().month() + membership.expireMonths() < month) {
      Lot old = lots.peekFirst();
      add(old.month() + membership.expireMonths() + 1, "expire", old.points(), 0);
      take(old.points());
    }
  }

  /** The oldest points go first. */
  private void take(long points) {
    balance -= points;
    long rest = points;
    while (rest > 0) {
      Lot oldest = lots.pollFirst();
      if (oldest.points() > rest) {
        lots.addFirst(new Lot(oldest.month(), oldest.points() - rest));
      }
      rest -= Math.min(rest, oldest.points());
    }
  }

  private void add(double moment, String kind, long points, long cost) {
    entries.add(new Entry(moment, kind, points, cost));
  }
}
