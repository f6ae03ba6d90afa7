package dev.cohortium.config;

import java.io.Serializable;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;

/**
 * A made-up retailer with a loyalty programme whose true effect is known: what
 * conf/world-reference.conf describes. Months count from 0, the first; rates are per month, shares
 * and chances from 0 to 1, money in the currency.
 *
 * @param customers customers of each replicate, those who never buy included
 * @param replicates independent worlds side by side
 * @param regions by name; shares are relative to their sum
 * @param channels relative share by name; only what is sold in the channel {@code store} has a
 *     store
 * @param seasons factor of the order rate from January to December
 * @param horizons lengths of the windows over which the truth is averaged, ascending
 * @param parameters all of it as JSON
 */
public record World(
    long seed,
    int customers,
    int replicates,
    YearMonth start,
    int months,
    String currency,
    Format format,
    Map<String, Region> regions,
    Map<String, Double> channels,
    Map<String, Category> categories,
    List<Double> seasons,
    Arrivals arrivals,
    Purchases purchases,
    Receipts receipts,
    HugeAccounts hugeAccounts,
    Anonymous anonymous,
    Joining joining,
    Effect effect,
    Membership membership,
    Experiment experiment,
    Pilot pilot,
    Survey survey,
    Dirt dirt,
    List<Integer> horizons,
    String parameters)
    implements Serializable {
  /** The one channel that sells in stores. */
  public static final String STORE_CHANNEL = "store";

  /** Of the transactions' files; all others are CSV. */
  public enum Format {
    CSV,
    PARQUET
  }

  /** What makes a customer join. */
  public enum Selection {
    /** Fixed traits alone decide the month; the joining purchase is added. */
    LEVEL,
    /** A chance at each order, driven by the purchases of past months. */
    HISTORY,
    /** A chance at each order, driven by the unobserved rate and its change. */
    LATENT
  }

  /** Where customers live; strength multiplies the logarithm of the effect there. */
  public record Region(double share, int stores, int launchMonth, double strength)
      implements Serializable {}

  /** What is sold: price of a line relative to others, margin as a share of the price. */
  public record Category(double share, double price, double margin) implements Serializable {}

  /** When customers come; the number of arrivals grows by {@code growth} a year. */
  public record Arrivals(double beforeStart, double growth) implements Serializable {}

  /** How often customers order; rates are gamma between customers, an AR(1) of the log within. */
  public record Purchases(
      double orders,
      double shape,
      double transientSd,
      double persistence,
      double dropOut,
      double growth)
      implements Serializable {}

  /**
   * What an order comes to, log-normal between customers and within; standard deviations of logs.
   */
  public record Receipts(
      double mean,
      double between,
      double within,
      double priceTrend,
      double discounted,
      double discount,
      double returned)
      implements Serializable {}

  /** A few resellers: factors of the order rate and of the receipt. */
  public record HugeAccounts(double share, double orders, double receipt) implements Serializable {}

  /** Who cannot be recognised, and which receipts of those who could. */
  public record Anonymous(double beforeJoining, double receipts, double memberReceipts)
      implements Serializable {}

  /**
   * How customers join: {@code hazard} for an average one, and what adds to its log-odds.
   *
   * @param onLevel per unit of the log of the customer's own order rate relative to the mean
   * @param onOrders per unit of log(1 + orders) of the past {@code memory} months
   * @param onRevenue per unit of log(1 + revenue) of them, in receipts of average size
   * @param onRecent per unit of log(1 + orders) of last month above the memory's average
   * @param onRate per standard deviation of the unobserved rate
   * @param onChange per standard deviation of its change since last month
   */
  public record Joining(
      Selection selection,
      double hazard,
      double onLevel,
      int memory,
      double onOrders,
      double onRevenue,
      double onRecent,
      double onRate,
      double onChange)
      implements Serializable {}

  /**
   * What membership changes, once it has ramped up over {@code rampMonths}: factors of the order
   * rate, the receipt and the drop-out hazard, and a member's discount, which is a share of the
   * price. Only the share {@code responders} of customers is affected.
   */
  public record Effect(
      double orders,
      double receipt,
      double dropOut,
      double discount,
      int rampMonths,
      double responders)
      implements Serializable {
    /** A programme that changes nothing. */
    public static final Effect NONE = new Effect(1, 1, 1, 0, 1, 1);
  }

  /** Leaving, points and tiers. Thresholds of tiers are a member's revenue in 12 months. */
  public record Membership(
      double leaving,
      double pointsPerUnit,
      int redeemFrom,
      double redemption,
      int expireMonths,
      double costPerPoint,
      double silver,
      double gold)
      implements Serializable {}

  /**
   * A randomised hold-out: from the end of the month before {@code fromMonth} customers are
   * assigned as they become eligible; the control group may not join.
   */
  public record Experiment(
      String id,
      int fromMonth,
      double controlShare,
      double contamination,
      int contactMonths,
      double contacted,
      double contactLift)
      implements Serializable {
    public boolean takesPlace() {
      return controlShare > 0;
    }
  }

  /** A pilot: {@code stores} of each region sell {@code lift} times as much from a month on. */
  public record Pilot(int stores, int fromMonth, double lift) implements Serializable {}

  /** Questions to customers: chance a month of being asked, of an answer, and the average score. */
  public record Survey(double asked, double answered, double nps, double rival)
      implements Serializable {}

  /** Shares of rows of each source, or of receipts, that are spoilt; the right row is there too. */
  public record Dirt(
      double duplicates,
      double late,
      double malformed,
      double unknownEnums,
      double clockErrors,
      double nullKeys)
      implements Serializable {
    /** A world without dirt. */
    public static final Dirt NONE = new Dirt(0, 0, 0, 0, 0, 0);
  }
}
