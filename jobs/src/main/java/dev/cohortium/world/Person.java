package dev.cohortium.world;

import static dev.cohortium.world.Draws.Purpose.ANONYMOUS;
import static dev.cohortium.world.Draws.Purpose.ARRIVAL;
import static dev.cohortium.world.Draws.Purpose.BIRTH;
import static dev.cohortium.world.Draws.Purpose.CHANNEL;
import static dev.cohortium.world.Draws.Purpose.CITY;
import static dev.cohortium.world.Draws.Purpose.GENDER;
import static dev.cohortium.world.Draws.Purpose.HUGE;
import static dev.cohortium.world.Draws.Purpose.INCOME;
import static dev.cohortium.world.Draws.Purpose.RATE;
import static dev.cohortium.world.Draws.Purpose.RECEIPT_LEVEL;
import static dev.cohortium.world.Draws.Purpose.REGION;
import static dev.cohortium.world.Draws.Purpose.RESPONDS;
import static dev.cohortium.world.Draws.Purpose.SATISFACTION;
import static dev.cohortium.world.Draws.Purpose.STORE;

import dev.cohortium.config.World;
import java.util.List;

/**
 * A customer as born: what no course of events changes.
 *
 * @param number of the customer in its replicate
 * @param arrival the moment from which the customer may buy; negative: before the first month
 * @param isKnown whether receipts show who it is before joining, too
 * @param rate orders a month, before season, growth and transients
 * @param receipt what an order comes to on average in the first month
 * @param strength multiplies the logarithm of the programme's effect; 0: none
 * @param satisfaction standard normal; the content stay longer and buy more
 * @param dropOut chance a month of stopping for good
 */
record Person(
    Draws draws,
    String id,
    int replicate,
    long number,
    double arrival,
    boolean isKnown,
    int region,
    int city,
    int store,
    int channel,
    int birthYear,
    String gender,
    String income,
    double rate,
    double receipt,
    double strength,
    double satisfaction,
    double dropOut,
    Transients transients) {
  private static final int CITIES = 5;

  /** So many months before the first the first customers arrive. */
  static final int LONGEST_BEFORE = 36;

  private static final double OF_SATISFACTION = 0.3;
  private static final List<String> INCOMES = List.of("low", "middle", "high");

  /** The customer of that number in a replicate, both from 0. */
  static Person of(Setting setting, int replicate, long number) {
    World world = setting.world();
    Draws draws = new Draws(world.seed(), replicate, number);
    boolean isHuge = draws.share(HUGE) < world.hugeAccounts().share();
    double level = draws.gamma(world.purchases().shape(), RATE);
    double spending = draws.normal(RECEIPT_LEVEL);
    double between = world.receipts().between();
    int region = setting.regionAt(draws.share(REGION));
    // The content are found among those who buy often, and the other way round.
    double satisfaction =
        0.8 * draws.normal(SATISFACTION) + 0.6 * Math.max(-2, Math.min(2, Math.log(level) + 0.4));
    boolean responds = draws.share(RESPONDS) < world.effect().responders();
    return new Person(
        draws,
        String.format("%d-%07d", replicate, number),
        replicate,
        number,
        arrival(world, draws),
        draws.share(ANONYMOUS) >= world.anonymous().beforeJoining(),
        region,
        draws.number(CITIES, CITY, 0, 0),
        setting.storeAt(region, draws.share(STORE)),
        setting.channelAt(draws.share(CHANNEL)),
        birthYear(world, draws),
        gender(draws.share(GENDER)),
        INCOMES.get(third(0.7 * spending + 0.7 * draws.normal(INCOME))),
        world.purchases().orders() * level * (isHuge ? world.hugeAccounts().orders() : 1),
        world.receipts().mean()
            * Math.exp(between * spending - between * between / 2)
            * (isHuge ? world.hugeAccounts().receipt() : 1),
        responds ? setting.region(region).strength() : 0,
        satisfaction,
        Math.min(1, world.purchases().dropOut() * Math.exp(-OF_SATISFACTION * satisfaction)),
        Transients.of(world, draws));
  }

  /** Log of the order rate relative to the average customer's. */
  double level(World world) {
    return Math.log(rate / world.purchases().orders());
  }

  /** The unobserved deviation of the log of the rate in a month, in standard deviations. */
  double transientOf(int month) {
    return transients.of(month);
  }

  /** Factor of the order rate in a month; 1 on average. */
  double mood(World world, int month) {
    double sd = world.purchases().transientSd();
    return sd == 0 ? 1 : Math.exp(sd * transientOf(month) - sd * sd / 2);
  }

  /** The first month that lies wholly after the arrival, or the first. */
  int firstWholeMonth() {
    return Math.max(0, (int) Math.ceil(arrival));
  }

  private static double arrival(World world, Draws draws) {
    double share = draws.share(ARRIVAL, 1, 0);
    if (draws.share(ARRIVAL) < world.arrivals().beforeStart()) {
      return -LONGEST_BEFORE * share;
    }
    double growth = Math.log1p(world.arrivals().growth()) / 12;
    double months = world.months();
    return Math.abs(growth) < 1e-9
        ? months * share
        : Math.log1p(share * Math.expm1(growth * months)) / growth;
  }

  private static int birthYear(World world, Draws draws) {
    double age = Math.max(18, Math.min(90, 46 + 15 * draws.normal(BIRTH)));
    return world.start().getYear() - (int) age;
  }

  private static String gender(double share) {
    return share < 0.53 ? "female" : share < 0.97 ? "male" : null;
  }

  private static int third(double normal) {
    return normal < -0.43 ? 0 : normal < 0.43 ? 1 : 2;
  }
}
