package dev.cohortium.world;

import static dev.cohortium.world.Draws.Purpose.DROP_OUT;
import static dev.cohortium.world.Draws.Purpose.GAP;
import static dev.cohortium.world.Draws.Purpose.JOIN;
import static dev.cohortium.world.Draws.Purpose.LEAVE;
import static dev.cohortium.world.Draws.Purpose.LEAVING_TIME;
import static dev.cohortium.world.Draws.Purpose.TIME;

import dev.cohortium.config.World;
import dev.cohortium.config.World.Effect;
import dev.cohortium.config.World.Selection;
import dev.cohortium.world.Till.Standing;
import dev.cohortium.world.Till.Terms;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Lives one life, month by month. The orders of a month are the arrivals of a Poisson process of
 * rate 1 up to the month's rate, each at a time of its own: a higher rate adds arrivals and moves
 * none, so that two lives of one customer share all the orders that both have.
 */
final class Living {
  /** Index of the purchase that joining adds; those of all others are 0 or more. */
  private static final int JOINING_PURCHASE = -1;

  private final Setting setting;
  private final World world;
  private final Effect effect;
  private final Person person;
  private final Draws draws;
  private final Hazard hazard;
  private final Till till;
  private final Choice choice;
  private final Path path;

  /** An order that may take place: at {@code height} it is the arrival of the Poisson process. */
  private record Arrival(int index, double moment, double height) {}

  /**
   * A life from the beginning of a month on.
   *
   * @param path what has happened before
   */
  Living(Setting setting, Person person, HoldOut holdOut, Choice choice, Path path) {
    this.setting = setting;
    this.world = setting.world();
    this.effect = world.effect();
    this.person = person;
    this.draws = person.draws();
    this.hazard = new Hazard(setting, person, holdOut);
    this.till = new Till(setting, person);
    this.choice = choice;
    this.path = path;
  }

  /** The course of the life from that month on. */
  Path from(int first) {
    for (int t = Math.max(first, (int) person.arrival()); t < setting.months(); t++) {
      live(t);
    }
    return path;
  }

  private void live(int month) {
    mayLeave(month);
    boolean isActive = path.isActive(month);
    double rate = isActive ? person.rate() * setting.rate(month) * person.mood(world, month) : 0;
    for (Arrival arrival : arrivals(month, rate)) {
      boolean isAdded = arrival.index() == JOINING_PURCHASE;
      double factor = Math.pow(effect.orders(), weight(arrival.moment()));
      if (isAdded || arrival.height() <= rate * factor) {
        order(month, arrival, isAdded);
      }
    }
    double weight = weight(Math.nextDown(month + 1.0));
    double dropOut = person.dropOut() * Math.pow(effect.dropOut(), weight);
    if (isActive && draws.happens(dropOut, DROP_OUT, month, 0)) {
      path.stop(month);
    }
  }

  /** Every arrival that some course of this month may have, in the order of time. */
  private List<Arrival> arrivals(int month, double rate) {
    double most = rate * Math.max(1, Math.pow(effect.orders(), mostWeight(month)));
    List<Arrival> arrivals = new ArrayList<>();
    double height = draws.exponential(GAP, month, 0);
    for (int i = 0; height <= most; i++) {
      add(arrivals, new Arrival(i, month + draws.share(TIME, month, i), height));
      height += draws.exponential(GAP, month, i + 1);
    }
    if (joinsThisMonth(month)) {
      double moment = month + draws.share(TIME, month, JOINING_PURCHASE);
      add(arrivals, new Arrival(JOINING_PURCHASE, moment, 0));
    }
    arrivals.sort(Comparator.comparingDouble(Arrival::moment));
    return arrivals;
  }

  private void add(List<Arrival> arrivals, Arrival arrival) {
    if (arrival.moment() >= person.arrival()) {
      arrivals.add(arrival);
    }
  }

  /** Whether fixed traits let the customer join in this month. */
  private boolean joinsThisMonth(int month) {
    double moment = month + draws.share(TIME, month, JOINING_PURCHASE);
    return world.joining().selection() == Selection.LEVEL
        && !path.hasJoined()
        && month >= person.firstWholeMonth()
        && hazard.isOpen(choice, moment)
        && draws.happens(hazard.at(moment, choice, path), JOIN, month, JOINING_PURCHASE);
  }

  private void order(int month, Arrival arrival, boolean isAdded) {
    double moment = arrival.moment();
    boolean joins = isAdded || joinsAt(month, arrival);
    Terms terms = terms(moment);
    if (joins) {
      path.join(moment);
    }
    Receipt order = till.order(month, arrival.index(), moment, terms, standing(moment, joins));
    path.add(order);
    if (!isAdded) {
      // What joining adds stays in its month, which no outcome counts.
      till.returned(order).ifPresent(path::add);
    }
  }

  private Standing standing(double moment, boolean joins) {
    boolean isMember = path.isMemberAt(moment);
    return joins ? Standing.JOINING : isMember ? Standing.MEMBER : Standing.OUTSIDE;
  }

  private boolean joinsAt(int month, Arrival arrival) {
    return isChance(month, arrival.index())
        && !path.hasJoined()
        && hazard.isOpen(choice, arrival.moment())
        && draws.happens(hazard.at(arrival.moment(), choice, path), JOIN, month, arrival.index());
  }

  /** Whether an order is one at which customers join: by history, one that others can see, too. */
  private boolean isChance(int month, int index) {
    return switch (world.joining().selection()) {
      case LEVEL -> false;
      case HISTORY -> !person.isKnown() || till.isShown(month, index);
      case LATENT -> true;
    };
  }

  private void mayLeave(int month) {
    boolean isMember = path.hasJoined() && !path.hasLeft();
    if (isMember && draws.happens(world.membership().leaving(), LEAVE, month, 0)) {
      path.leave(month + draws.share(LEAVING_TIME, month, 0));
    }
  }

  private Terms terms(double moment) {
    double weight = weight(moment);
    return weight == 0
        ? Terms.NONE
        : new Terms(
            Math.pow(effect.receipt(), weight),
            effect.discount() * Math.max(0, Math.min(1, weight)));
  }

  /** How far the effect is there at a moment: 0 where none is, 1 where it is whole. */
  private double weight(double moment) {
    return path.isMemberAt(moment) ? weightSince((int) moment - path.joiningMonth()) : 0;
  }

  private double weightSince(int months) {
    return person.strength() * Math.min(1, (months + 1.0) / effect.rampMonths());
  }

  /** The weight that the effect may have in a month, whether or not the customer joins in it. */
  private double mostWeight(int month) {
    return weightSince(path.hasJoined() ? month - path.joiningMonth() : 0);
  }
}
