package dev.cohortium.world;

import dev.cohortium.config.World;
import dev.cohortium.config.World.Joining;

/** The chance with which one customer joins, at an order or in a month. */
final class Hazard {
  private final Setting setting;
  private final World world;
  private final Joining joining;
  private final Person person;
  private final HoldOut holdOut;

  Hazard(Setting setting, Person person, HoldOut holdOut) {
    this.setting = setting;
    this.world = setting.world();
    this.joining = world.joining();
    this.person = person;
    this.holdOut = holdOut;
  }

  /** Whether {@code choice} and the programme let the customer join at a moment. */
  boolean isOpen(Choice choice, double moment) {
    int month = (int) moment;
    return moment > choice.barredUntil()
        && month >= setting.region(person.region()).launchMonth()
        && joining.hazard() > 0
        && !holdOut.keepsOut(choice.arm(), month);
  }

  /** The chance of joining at a moment, where it is open; {@code path} is what happened before. */
  double at(double moment, Choice choice, Path path) {
    int month = (int) moment;
    double logOdds =
        Math.log(joining.hazard() / (1 - joining.hazard()))
            + joining.onLevel() * person.level(world)
            + holdOut.lift(choice.arm(), moment)
            + switch (joining.selection()) {
              case LEVEL -> 0;
              case HISTORY -> ofHistory(month, path);
              case LATENT -> ofTransients(month);
            };
    return 1 / (1 + Math.exp(-logOdds));
  }

  /**
   * Months before this one alone, and what receipts show of them, each centred on what an average
   * customer does. Who is not known has no history, and joins as the average.
   */
  private double ofHistory(int month, Path path) {
    if (!person.isKnown()) {
      return 0;
    }
    int memory = joining.memory();
    double orders = 0;
    double revenue = 0;
    for (int t = Math.max(0, month - memory); t < month; t++) {
      orders += path.seenOrders(t);
      revenue += path.seenSpent(t) / 100.0;
    }
    double expected = world.purchases().orders() * memory;
    double recent = month == 0 ? 0 : path.seenOrders(month - 1);
    return joining.onOrders() * (Math.log1p(orders) - Math.log1p(expected))
        + joining.onRevenue()
            * (Math.log1p(revenue / world.receipts().mean()) - Math.log1p(expected))
        + joining.onRecent() * (Math.log1p(recent) - Math.log1p(orders / memory));
  }

  private double ofTransients(int month) {
    double change = person.transientOf(month) - person.transientOf(month - 1);
    double sdOfChange = Math.sqrt(2 * (1 - world.purchases().persistence()));
    return joining.onRate() * person.transientOf(month) + joining.onChange() * change / sdOfChange;
  }
}
