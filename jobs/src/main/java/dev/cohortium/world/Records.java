package dev.cohortium.world;

import static dev.cohortium.world.Draws.Purpose.NAME;

import dev.cohortium.world.HoldOut.Arm;
import dev.cohortium.world.Receipt.Line;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** What the retailer's systems hold of one customer: the right rows of every feed. */
final class Records {
  private static final int YEAR = 12;

  private final Setting setting;
  private final Calendar calendar;
  private final Life life;
  private final Person person;
  private Path path;

  Records(Setting setting, Life life) {
    this.setting = setting;
    this.calendar = setting.calendar();
    this.life = life;
    this.person = life.person();
  }

  List<Receipt> receipts() {
    return path().receipts();
  }

  /** What happened; many rows need no telling. */
  private Path path() {
    if (path == null) {
      path = life.actual();
    }
    return path;
  }

  /** The rows of a feed other than the transactions. */
  List<String[]> of(Feed feed) {
    List<String[]> rows = new ArrayList<>();
    switch (feed) {
      case TRANSACTIONS -> receipts().forEach(receipt -> rows.addAll(lines(receipt)));
      case CUSTOMERS -> customer(rows::add);
      case ENROLMENTS -> enrolment(rows::add);
      case REWARDS -> rewards(rows::add);
      case ASSIGNMENTS -> assignment(rows::add);
      case EXPOSURES -> exposures(rows::add);
      case SURVEYS -> answers(rows::add);
      case STORES -> stores(rows::add);
    }
    return rows;
  }

  /** The lines of a receipt, whose number tells nobody whose it is. */
  List<String[]> lines(Receipt receipt) {
    String id =
        HexFormat.of().toHexDigits(person.draws().bits(NAME, receipt.boughtIn(), receipt.number()));
    String customer = receipt.isAnonymous() ? null : person.id();
    String time = calendar.time(receipt.moment());
    String store =
        receipt.store() < 0 ? null : setting.storeId(receipt.store(), person.replicate());
    String channel = setting.channelName(receipt.channel());
    String card = Boolean.toString(receipt.byMember() && !receipt.isAnonymous());
    List<String[]> rows = new ArrayList<>();
    for (Line line : receipt.lines()) {
      String category = setting.categoryName(line.category());
      rows.add(
          new String[] {
            id,
            Integer.toString(rows.size() + 1),
            customer,
            time,
            store,
            channel,
            category + "-" + line.product(),
            category,
            Integer.toString(line.quantity()),
            money(line.net()),
            money(line.discount()),
            money(line.cost()),
            setting.world().currency(),
            card
          });
    }
    return rows;
  }

  private void customer(Consumer<String[]> rows) {
    if (!person.isKnown() && !path().hasJoined()) {
      return;
    }
    String region = setting.regionName(person.region());
    rows.accept(
        new String[] {
          person.id(),
          calendar.time(person.isKnown() ? person.arrival() : path().joinedAt()),
          Integer.toString(person.birthYear()),
          person.gender(),
          person.income(),
          region,
          region + " " + (person.city() + 1),
          Integer.toString(person.replicate()),
          setting.storeId(person.store(), person.replicate()),
          setting.channelName(person.channel())
        });
  }

  private void enrolment(Consumer<String[]> rows) {
    if (path().hasJoined()) {
      String left = path().hasLeft() ? calendar.time(path().leftAt()) : null;
      rows.accept(new String[] {person.id(), calendar.time(path().joinedAt()), left, tier()});
    }
  }

  /** By the revenue of the last 12 months of membership, the joining month included. */
  private String tier() {
    int last = path().hasLeft() ? (int) path().leftAt() : path().months() - 1;
    long cents = 0;
    for (int t = Math.max(path().joiningMonth(), last - YEAR + 1); t <= last; t++) {
      cents += path().net(t);
    }
    double revenue = cents / 100.0;
    return revenue >= setting.world().membership().gold()
        ? "gold"
        : revenue >= setting.world().membership().silver() ? "silver" : "basic";
  }

  private void rewards(Consumer<String[]> rows) {
    int number = 0;
    for (Points.Entry entry : Points.of(setting, person.draws(), path())) {
      rows.accept(
          new String[] {
            person.id() + "-" + ++number,
            person.id(),
            calendar.time(entry.moment()),
            entry.kind(),
            Long.toString(entry.points()),
            money(entry.cost())
          });
    }
  }

  /** The month from which the customer is in the experiment; nobody is who joined before. */
  private boolean isAssigned() {
    return life.holdOut().assigned().isPresent()
        && path().joinedAt() >= life.holdOut().assigned().getAsInt();
  }

  private void assignment(Consumer<String[]> rows) {
    if (isAssigned()) {
      rows.accept(
          new String[] {
            setting.world().experiment().id(),
            person.id(),
            life.holdOut().arm().word(),
            calendar.timeBefore(life.holdOut().assigned().getAsInt()),
            setting.regionName(person.region())
          });
    }
  }

  private void exposures(Consumer<String[]> rows) {
    if (isAssigned() && life.holdOut().arm() == Arm.TREATMENT) {
      life.holdOut()
          .contacts()
          .filter(moment -> moment < path().months() && !path().hasJoinedBy(moment))
          .forEach(
              moment ->
                  rows.accept(
                      new String[] {
                        setting.world().experiment().id(), person.id(), calendar.time(moment)
                      }));
    }
  }

  private void answers(Consumer<String[]> rows) {
    int number = 0;
    for (Poll.Answer answer : Poll.of(setting, person, path())) {
      rows.accept(
          new String[] {
            person.id() + "-" + ++number,
            person.id(),
            calendar.time(answer.moment()),
            answer.question(),
            Integer.toString(answer.score()),
            setting.channelName(person.channel()),
            answer.brand().isEmpty() ? null : answer.brand()
          });
    }
  }

  /** All of a replicate, which its first customer brings along. */
  private void stores(Consumer<String[]> rows) {
    if (person.number() > 0) {
      return;
    }
    boolean isPilot = setting.world().pilot().stores() > 0;
    for (int i = 0; i < setting.stores().size(); i++) {
      Setting.Store store = setting.stores().get(i);
      rows.accept(
          new String[] {
            setting.storeId(i, person.replicate()),
            setting.regionName(store.region()),
            isPilot ? store.isPilot() ? "treatment" : "control" : null,
            store.isPilot() ? calendar.time(setting.world().pilot().fromMonth()) : null,
            Integer.toString(person.replicate())
          });
    }
  }

  /** Cents as 12.05. */
  private static String money(long cents) {
    long size = Math.abs(cents);
    String text = size / 100 + (size % 100 < 10 ? ".0" : ".") + size % 100;
    return cents < 0 ? "-" + text : text;
  }
}
