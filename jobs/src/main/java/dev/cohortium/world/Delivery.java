package dev.cohortium.world;

import dev.cohortium.world.Spoiler.Fault;
import java.util.Optional;

/** What the files hold of one customer: the rows of its records, and the spoilt copies of some. */
final class Delivery {
  private final Setting setting;
  private final Records records;
  private final Spoiler spoiler;
  private final Taker taker;

  /** Takes delivered rows in their order. */
  interface Taker {
    /**
     * One row.
     *
     * @param file as {@link Population#FILE} has it
     * @param fault of a spoilt copy; null: the row is right, {@link Fault#LATE}: and comes late
     */
    void take(Feed feed, String file, String[] row, Fault fault);
  }

  private Delivery(Setting setting, Life life, Taker taker) {
    this.setting = setting;
    this.records = new Records(setting, life);
    this.spoiler = new Spoiler(setting.world().dirt(), life.person().draws());
    this.taker = taker;
  }

  /** Hands over all rows of a life. */
  static void of(Setting setting, Life life, Taker taker) {
    Delivery delivery = new Delivery(setting, life, taker);
    delivery.receipts();
    for (Feed feed : Feed.values()) {
      if (feed != Feed.TRANSACTIONS && feed.isDelivered(setting.world())) {
        delivery.others(feed);
      }
    }
  }

  /** Hands over the receipt lines of a life. */
  static void ofReceipts(Setting setting, Life life, Taker taker) {
    new Delivery(setting, life, taker).receipts();
  }

  /** A receipt comes with the file of its month, or the next one's. */
  private void receipts() {
    int number = 0;
    for (Receipt receipt : records.receipts()) {
      boolean isLate = receipt.month() + 1 < setting.months() && spoiler.isLate(receipt);
      String month = setting.calendar().month(receipt.month() + (isLate ? 1 : 0));
      String file = Feed.TRANSACTIONS.folder() + "." + month;
      for (String[] line : records.lines(receipt)) {
        deliver(Feed.TRANSACTIONS, file, line, isLate ? Fault.LATE : null, number++);
      }
    }
  }

  private void others(Feed feed) {
    int number = 0;
    for (String[] row : records.of(feed)) {
      deliver(feed, feed.folder(), row, null, number++);
    }
  }

  private void deliver(Feed feed, String file, String[] row, Fault late, int number) {
    taker.take(feed, file, row, late);
    Optional<Fault> fault = spoiler.fault(feed, number);
    if (fault.isPresent()) {
      taker.take(feed, file, Spoiler.spoilt(feed, row, number, fault.get()), fault.get());
    }
  }
}
