package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.CohortMoments;
import dev.cohortium.stats.StaggeredDesign;
import java.io.Serial;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The one pass over customers: what all effects without covariates need of them, as sums.
 *
 * @param segments names of the study's segments that are measured
 * @param metrics what is measured, in order
 * @param covariates what follows a metric's months
 * @param earliest month of acquisition that is told apart
 */
record Gathering(
    Window window,
    List<String> segments,
    List<Measured> metrics,
    Covariates covariates,
    int earliest)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Stands for a horizon where customers are summed month by month. */
  static final int MONTHLY = 0;

  /** Stands for a horizon where those who left again are counted. */
  static final int LEFT = -1;

  /** Stands for a horizon where customers are summed by region, before any launch. */
  static final int BY_REGION = -2;

  /** Stands for a horizon where orders are counted at which customers joined, stopped, or could. */
  static final int AT_ORDERS = -3;

  /** What is counted by month {@link #AT_ORDERS}. */
  static final int JOINED = 0;

  static final int COULD_JOIN = 1;
  static final int STOPPED = 2;
  static final int COULD_STOP = 3;
  private static final int AT_ORDERS_COUNTED = 4;

  /** Stands for a horizon where members are counted whose months are of no use. */
  static final int NOT_USED = -4;

  private static final int BEFORE = 0;
  private static final int AFTER = 1;
  private static final int LONG_BEFORE = -2;

  /**
   * Customers who are summed together.
   *
   * @param horizon months after the launch that were averaged; {@link #MONTHLY}, {@link #LEFT},
   *     {@link #BY_REGION}, {@link #AT_ORDERS}, {@link #NOT_USED}
   * @param joined month, or 1 for who joined at the launch; {@link StaggeredDesign#NEVER}
   */
  record Group(Place place, int horizon, String stratum, int joined, int acquired)
      implements Comparable<Group>, Serializable {
    @Serial private static final long serialVersionUID = 1;

    private static final Comparator<Group> ORDER =
        Comparator.comparing(Group::place)
            .thenComparingInt(Group::horizon)
            .thenComparing(Group::stratum)
            .thenComparingInt(Group::acquired)
            .thenComparingInt(Group::joined);

    @Override
    public int compareTo(Group other) {
      return ORDER.compare(this, other);
    }
  }

  /** What {@code finish} makes of the sums of each place over the rows of {@link Lives}. */
  <T> List<T> each(Dataset<Row> lives, Sweep.Finish<Place, Group, CohortMoments, T> finish) {
    Gathering gathering = this;
    CohortMoments nobody = CohortMoments.around(offsets());
    return Sweep.byGroup(
        lives,
        new Sweep.Summing<>(
            (states, row) -> gathering.add(states, nobody, row),
            CohortMoments::bytes,
            Room.of(lives.sparkSession()).handedOn(),
            Group::place),
        finish);
  }

  private void add(Map<Group, CohortMoments> states, CohortMoments nobody, Row row) {
    Life life = Life.of(row, window);
    String stratum = row.getString(row.fieldIndex(Lives.STRATUM));
    List<Place> places = Lives.places(row, segments);
    double[][] months = months(life, covariates.of(row));
    double[][] atOrders = atOrders(life, window);
    int acquired = Math.max(life.acquired(), earliest);
    boolean isUsed = window.design().isUsed(life.joined(), life.acquired());
    for (Place place : places) {
      states
          .computeIfAbsent(
              new Group(place, AT_ORDERS, "", StaggeredDesign.NEVER, LONG_BEFORE),
              none -> CohortMoments.none(AT_ORDERS_COUNTED, window.months()))
          .add(atOrders);
      if (isUsed) {
        states
            .computeIfAbsent(
                new Group(place, MONTHLY, stratum, life.joined(), acquired), none -> nobody.none())
            .add(months);
      } else if (life.joined() != StaggeredDesign.NEVER) {
        count(states, place, NOT_USED, Fate.unused(life, window.design()).name());
      }
      if (life.hasLeft()) {
        count(states, place, LEFT, "");
      }
    }
    String region = row.getString(row.fieldIndex(Lives.REGION));
    if (isThereBeforeAll(life) && !region.equals(Lives.UNKNOWN)) {
      states
          .computeIfAbsent(
              new Group(Place.ALL, BY_REGION, region, StaggeredDesign.NEVER, LONG_BEFORE),
              none -> nobody.none())
          .add(months);
    }
    OptionalInt launch = window.launchIn(region);
    if (launch.isPresent() && isThereAt(launch.getAsInt(), life)) {
      String within = stratum + '\u001f' + region;
      addLaunch(states, places, within, launch.getAsInt(), life);
    }
  }

  private static void count(Map<Group, CohortMoments> states, Place place, int of, String stratum) {
    states
        .computeIfAbsent(
            new Group(place, of, stratum, StaggeredDesign.NEVER, LONG_BEFORE),
            none -> CohortMoments.none(1, 1))
        .add(new double[1][1]);
  }

  /**
   * By month, whether the customer joined at an order, and the orders at which that could be. And
   * of who has not joined, and is known for long enough to be compared: what was ordered in the
   * months before, where the month has the last order; the same where it or a later one has
   * another. So a stop weighs by what stops.
   */
  static double[][] atOrders(Life life, Window window) {
    double[][] atOrders = new double[AT_ORDERS_COUNTED][window.months()];
    long known = Math.max(0L, life.acquired()) + window.design().preMonths();
    for (int month = 0; month < window.months(); month++) {
      atOrders[JOINED][month] = life.joinsAtOrder(month) ? 1 : 0;
      atOrders[COULD_JOIN][month] = life.chances(month);
      int told = month + window.inactiveMonths();
      if (month >= known && month < life.joined() && told < window.months()) {
        boolean isSilent = life.isInactive(told, window.inactiveMonths());
        double before = ordersBefore(life, month, window.design().preMonths());
        atOrders[STOPPED][month] = isSilent && life.orders(month) > 0 ? before : 0;
        atOrders[COULD_STOP][month] = isSilent && life.orders(month) == 0 ? 0 : before;
      }
    }
    return atOrders;
  }

  private static double ordersBefore(Life life, int month, int months) {
    double orders = 0;
    for (int before = month - months; before < month; before++) {
      orders += life.orders(before);
    }
    return orders;
  }

  /** No customers, around what is subtracted from all. */
  double[][] offsets() {
    double[][] offsets = new double[metrics.size()][window.months() + covariates.count()];
    for (double[] of : offsets) {
      covariates.copyOffsets(of, window.months());
    }
    return offsets;
  }

  private double[][] months(Life life, double[] extra) {
    double[][] months = new double[metrics.size()][window.months() + extra.length];
    for (int metric = 0; metric < months.length; metric++) {
      for (int month = Math.max(0, life.acquired()); month < window.months(); month++) {
        months[metric][month] = value(life, metric, month);
      }
      System.arraycopy(extra, 0, months[metric], window.months(), extra.length);
    }
    return months;
  }

  /** Known long enough before the first launch of a region. */
  private boolean isThereBeforeAll(Life life) {
    OptionalInt first = window.firstOfLaunches();
    return first.isPresent() && life.acquired() <= first.getAsInt() - window.design().preMonths();
  }

  /** Known long enough before the launch, and not yet a member then. */
  private boolean isThereAt(int launch, Life life) {
    return life.acquired() <= launch - window.design().preMonths() && life.joined() >= launch;
  }

  /** Stands for a horizon where those not joined at the launch are asked if they did within it. */
  static int joinedWithin(int horizon) {
    return NOT_USED - horizon;
  }

  private void addLaunch(
      Map<Group, CohortMoments> states, List<Place> places, String within, int launch, Life life) {
    int joined = life.joined() == launch ? 1 : StaggeredDesign.NEVER;
    int from = launch - window.design().preMonths() + 1;
    int to = launch - window.design().anticipation();
    for (int horizon : window.horizons()) {
      if (window.isMeasured(launch, horizon)) {
        double[][] periods = new double[metrics.size()][2];
        for (int metric = 0; metric < periods.length; metric++) {
          periods[metric][BEFORE] = mean(life, metric, from, to);
          periods[metric][AFTER] = mean(life, metric, launch + 1, launch + 1 + horizon);
        }
        for (Place place : places) {
          states
              .computeIfAbsent(
                  new Group(place, horizon, within, joined, LONG_BEFORE),
                  none -> CohortMoments.none(metrics.size(), 2))
              .add(periods);
          if (joined == StaggeredDesign.NEVER) {
            boolean isJoining = life.joined() <= launch + horizon;
            states
                .computeIfAbsent(
                    new Group(place, joinedWithin(horizon), "", joined, LONG_BEFORE),
                    none -> CohortMoments.none(1, 1))
                .add(new double[][] {{isJoining ? 1 : 0}});
          }
        }
      }
    }
  }

  /** What a customer has of a metric in a month. */
  double value(Life life, int metric, int month) {
    return metrics.get(metric).of(life, month, window.inactiveMonths());
  }

  /** What a customer's month differs by from another. */
  double change(Life life, int metric, int month, int base) {
    return value(life, metric, month) - value(life, metric, base);
  }

  private double mean(Life life, int metric, int from, int to) {
    double sum = 0;
    for (int month = from; month < to; month++) {
      sum += value(life, metric, month);
    }
    return sum / (to - from);
  }
}
