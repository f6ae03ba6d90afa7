package dev.cohortium.world;

import static dev.cohortium.world.Draws.Purpose.AMOUNT;
import static dev.cohortium.world.Draws.Purpose.CATEGORY;
import static dev.cohortium.world.Draws.Purpose.DISCOUNT;
import static dev.cohortium.world.Draws.Purpose.ELSEWHERE;
import static dev.cohortium.world.Draws.Purpose.LINES;
import static dev.cohortium.world.Draws.Purpose.LINE_SHARE;
import static dev.cohortium.world.Draws.Purpose.NO_CARD;
import static dev.cohortium.world.Draws.Purpose.OTHER_CHANNEL;
import static dev.cohortium.world.Draws.Purpose.OTHER_STORE;
import static dev.cohortium.world.Draws.Purpose.PRODUCT;
import static dev.cohortium.world.Draws.Purpose.QUANTITY;
import static dev.cohortium.world.Draws.Purpose.RETURN;
import static dev.cohortium.world.Draws.Purpose.RETURN_LINE;
import static dev.cohortium.world.Draws.Purpose.RETURN_TIME;

import dev.cohortium.config.World;
import dev.cohortium.config.World.Category;
import dev.cohortium.world.Receipt.Kind;
import dev.cohortium.world.Receipt.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Fills one customer's receipts: where, what, how much. Its draws are the order's alone. */
final class Till {
  private static final double LOYALTY_TO_STORE = 0.85;
  private static final double LOYALTY_TO_CHANNEL = 0.80;
  private static final int PRODUCTS = 120;
  private static final Weights LINES_PER_RECEIPT =
      Weights.of(List.of(0.35, 0.27, 0.19, 0.12, 0.07));
  private static final Weights UNITS = Weights.of(List.of(0.78, 0.16, 0.06));
  private static final double SHORTEST_RETURN = 0.1;
  private static final double LONGEST_RETURN = 0.8;

  private final Setting setting;
  private final World world;
  private final Person person;
  private final Draws draws;

  Till(Setting setting, Person person) {
    this.setting = setting;
    this.world = setting.world();
    this.person = person;
    this.draws = person.draws();
  }

  /** What being a member does to a receipt: factor of what is bought, and the member's discount. */
  record Terms(double factor, double discount) {
    static final Terms NONE = new Terms(1, 0);
  }

  /** What a customer is at a receipt. */
  enum Standing {
    OUTSIDE,
    JOINING,
    MEMBER
  }

  /** The order of that month and index. */
  Receipt order(int month, int index, double moment, Terms terms, Standing standing) {
    int channel =
        draws.happens(LOYALTY_TO_CHANNEL, ELSEWHERE, month, 2 * index)
            ? person.channel()
            : setting.channelAt(draws.share(OTHER_CHANNEL, month, index));
    boolean isAtHome = draws.happens(LOYALTY_TO_STORE, ELSEWHERE, month, 2 * index + 1);
    int store =
        !setting.hasStores(channel)
            ? -1
            : isAtHome
                ? person.store()
                : setting.storeAt(person.region(), draws.share(OTHER_STORE, month, index));
    double within = world.receipts().within();
    double amount =
        person.receipt()
            * Math.exp(within * draws.normal(AMOUNT, month, index) - within * within / 2)
            * setting.price(month)
            * setting.lift(store, month)
            * terms.factor();
    return new Receipt(
        Kind.ORDER,
        month,
        index,
        moment,
        store,
        channel,
        standing != Standing.OUTSIDE,
        isAnonymous(month, index, standing),
        lines(month, index, amount, terms.discount()));
  }

  private boolean isAnonymous(int month, int index, Standing standing) {
    return switch (standing) {
      case OUTSIDE -> !person.isKnown() || !isShown(month, index);
      case JOINING -> false;
      case MEMBER -> draws.share(NO_CARD, month, index) < world.anonymous().memberReceipts();
    };
  }

  /** Whether a customer who is known shows at an order, while no member, who it is. */
  boolean isShown(int month, int index) {
    return draws.share(NO_CARD, month, index) >= world.anonymous().receipts();
  }

  private List<Line> lines(int month, int index, double amount, double memberDiscount) {
    int n = 1 + LINES_PER_RECEIPT.at(draws.share(LINES, month, index));
    int[] categories = new int[n];
    double[] shares = new double[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      categories[i] = setting.categoryAt(draws.share(CATEGORY, month, line(index, i)));
      shares[i] =
          setting.category(categories[i]).price()
              * (0.4 + draws.share(LINE_SHARE, month, line(index, i)));
      sum += shares[i];
    }
    List<Line> lines = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      int line = line(index, i);
      Category category = setting.category(categories[i]);
      long gross = Math.max(1, Math.round(100 * amount * shares[i] / sum));
      boolean isReduced = draws.happens(world.receipts().discounted(), DISCOUNT, month, line);
      double kept = (1 - memberDiscount) * (isReduced ? 1 - world.receipts().discount() : 1);
      // What is sold for nothing is no order.
      long net = Math.max(1, Math.round(gross * kept));
      lines.add(
          new Line(
              categories[i],
              // Some products sell far more often than others.
              (int) (PRODUCTS * Math.pow(draws.share(PRODUCT, month, line), 2)),
              1 + UNITS.at(draws.share(QUANTITY, month, line)),
              net,
              gross - net,
              Math.round(gross * (1 - category.margin()))));
    }
    return lines;
  }

  private static int line(int index, int line) {
    return 8 * index + line;
  }

  /** What comes back of an order, if anything does before the world ends. */
  Optional<Receipt> returned(Receipt order) {
    int month = order.boughtIn();
    int index = order.index();
    if (!draws.happens(world.receipts().returned(), RETURN, month, index)) {
      return Optional.empty();
    }
    double after =
        SHORTEST_RETURN
            + (LONGEST_RETURN - SHORTEST_RETURN) * draws.share(RETURN_TIME, month, index);
    double moment = order.moment() + after;
    Line line = order.lines().get(draws.number(order.lines().size(), RETURN_LINE, month, index));
    return moment >= setting.months()
        ? Optional.empty()
        : Optional.of(
            new Receipt(
                Kind.RETURN,
                month,
                index,
                moment,
                order.store(),
                order.channel(),
                order.byMember(),
                order.isAnonymous(),
                List.of(line.returned())));
  }
}
