package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.config.Study;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Interval;
import dev.cohortium.stats.Moments;
import java.sql.Date;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Means by arm, month by month since assignment, over strata weighted alike in all arms. A month
 * without a receipt adds nothing to a sum: sums over customer-months and the customers' number are
 * all that is needed.
 */
final class Paths {
  private static final double SCALE = 10_000;
  private static final String ACTIVE = "is_active";

  private final Study study;
  private final List<Quantity> quantities;
  private final History history;
  private final int reach;
  private final Map<Place, Map<Quantity, double[]>> sums = new TreeMap<>();

  /** A month of an arm, of those assigned in one month and stratum. */
  private record Place(String experiment, String arm, String stratum, int assigned, int since)
      implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      return toString().compareTo(other.toString());
    }
  }

  /** Up to so many months before and after. */
  Paths(Study study, History history, int reach) {
    this.study = study;
    this.reach = reach;
    this.history = history;
    this.quantities =
        Measured.of(study.metrics(), false).stream()
            .map(Measured::quantity)
            .filter(quantity -> quantity != Quantity.CHURNED_RATE)
            .filter(quantity -> study.metrics().contains(quantity.word()))
            .toList();
  }

  /** Sums what {@link Windows#visits} has. */
  void read(Dataset<Row> visits) {
    if (quantities.isEmpty()) {
      return;
    }
    Dataset<Row> active =
        visits
            .where(col(Windows.OFFSET).between(-reach, reach))
            .withColumn(ACTIVE, when(col(Quantity.ORDERS.word()).gt(0), 1).otherwise(0));
    List<Column> columns = new ArrayList<>();
    for (Quantity quantity : quantities) {
      Column value = value(quantity);
      columns.add(sum(value).as("sum_" + quantity.word()));
      columns.add(sum(value.multiply(value)).as("squares_" + quantity.word()));
    }
    active
        .groupBy(Windows.EXPERIMENT, Windows.ARM, Windows.STRATUM, Windows.ASSIGNED, Windows.OFFSET)
        .agg(columns.get(0), columns.subList(1, columns.size()).toArray(Column[]::new))
        .collectAsList()
        .forEach(this::keep);
  }

  private static Column value(Quantity quantity) {
    return switch (quantity) {
      case NET_REVENUE, MARGIN, ITEMS -> col(quantity.word()).cast("double").divide(SCALE);
      case ORDERS -> col(quantity.word()).cast("double");
      case ACTIVE_RATE, CHURNED_RATE -> col(ACTIVE).cast("double");
    };
  }

  private void keep(Row row) {
    Place place =
        new Place(
            row.getString(0), row.getString(1), row.getString(2), row.getInt(3), row.getInt(4));
    Map<Quantity, double[]> found = new TreeMap<>();
    for (int i = 0; i < quantities.size(); i++) {
      found.put(
          quantities.get(i), new double[] {row.getDouble(5 + 2 * i), row.getDouble(6 + 2 * i)});
    }
    sums.put(place, found);
  }

  /**
   * The rows of table control_group_paths of an experiment.
   *
   * @param everybody its cells of one window, without segments
   */
  List<Row> rows(Experiment experiment, List<Cell> everybody, String runId) {
    List<Row> rows = new ArrayList<>();
    List<String> arms = everybody.stream().map(Cell::arm).distinct().sorted().toList();
    for (Quantity quantity : quantities) {
      for (String arm : arms) {
        double cumulated = 0;
        for (int since = -reach; since <= reach; since++) {
          Point point = point(known(everybody, since), arm, quantity, since);
          Double effect = arm.equals(Draw.CONTROL) ? null : effect(point);
          cumulated += since <= 0 ? 0 : effect == null ? Double.NaN : effect;
          if (point.customers() > 0) {
            Double sum = since > 0 && Double.isFinite(cumulated) ? (Double) cumulated : null;
            rows.add(row(experiment, arm, quantity, since, point, effect, sum, runId));
          }
        }
      }
    }
    return rows;
  }

  /** The effect of a month; null: there is none, or it would tell the mean of too few. */
  private Double effect(Point point) {
    return point.control() == null || isSmall(point.customers()) || isSmall(point.controls())
        ? null
        : (Double) (point.mean().value() - point.control().value());
  }

  private boolean isSmall(long customers) {
    return customers < study.privacy().smallestCell();
  }

  private Row row(
      Experiment experiment,
      String arm,
      Quantity quantity,
      int since,
      Point point,
      Double effect,
      Double cumulated,
      String runId) {
    boolean isShown = point.mean() != null && !isSmall(point.customers());
    boolean isWithheld = point.control() != null && isSmall(point.controls());
    Interval interval = isShown ? point.mean().interval() : null;
    return RowFactory.create(
        experiment.program(),
        experiment.id(),
        arm,
        quantity.word(),
        since,
        point.customers(),
        isShown ? (Double) point.mean().value() : null,
        isShown ? (Double) interval.low() : null,
        isShown ? (Double) interval.high() : null,
        effect,
        cumulated,
        isSmall(point.customers()) || isWithheld,
        Date.valueOf(study.asOf().orElseThrow().atEndOfMonth()),
        runId);
  }

  /** Those whose month the panel has. */
  private List<Cell> known(List<Cell> everybody, int since) {
    return everybody.stream().filter(cell -> history.has(cell.assigned() + since)).toList();
  }

  /**
   * A month of an arm, over the strata in which it and control have customers enough; where there
   * is none, over those in which the arm has.
   *
   * @param customers of the arm
   * @param mean of the arm; null: too few
   * @param controls that it is compared with
   * @param control their mean; null: it is compared with nobody
   */
  private record Point(long customers, Estimate mean, long controls, Estimate control) {}

  private Point point(List<Cell> known, String arm, Quantity quantity, int since) {
    Map<String, Moments> own = byStratum(known, arm, quantity, since);
    Map<String, Moments> control = byStratum(known, Draw.CONTROL, quantity, since);
    List<String> alone = own.keySet().stream().filter(s -> isEnough(own, s)).toList();
    List<String> both = alone.stream().filter(s -> isEnough(control, s)).toList();
    List<String> told = both.isEmpty() ? alone : both;
    Map<String, Long> sizes = new TreeMap<>();
    known.forEach(cell -> sizes.merge(cell.stratum(), cell.customers(), Long::sum));
    return new Point(
        customers(own, told.isEmpty() ? List.copyOf(own.keySet()) : told),
        told.isEmpty() ? null : mean(own, told, sizes),
        customers(control, both),
        both.isEmpty() ? null : mean(control, both, sizes));
  }

  private static boolean isEnough(Map<String, Moments> arm, String stratum) {
    return arm.containsKey(stratum) && arm.get(stratum).count() >= 2;
  }

  private static long customers(Map<String, Moments> arm, List<String> strata) {
    return strata.stream().mapToLong(stratum -> arm.get(stratum).count()).sum();
  }

  /**
   * The mean of an arm over strata, each weighted by the customers of all arms; degrees of freedom
   * by Satterthwaite.
   */
  private static Estimate mean(
      Map<String, Moments> arm, List<String> strata, Map<String, Long> sizes) {
    double all = strata.stream().mapToLong(sizes::get).sum();
    double mean = 0;
    double variance = 0;
    double squares = 0;
    for (String stratum : strata) {
      Moments moments = arm.get(stratum);
      double share = sizes.get(stratum) / all;
      double own = share * share * moments.variance() / moments.count();
      mean += share * moments.mean();
      variance += own;
      squares += own * own / (moments.count() - 1);
    }
    return squares > 0
        ? new Estimate(mean, Math.sqrt(variance), variance * variance / squares)
        : Estimate.normal(mean, 0);
  }

  private Map<String, Moments> byStratum(
      List<Cell> known, String arm, Quantity quantity, int since) {
    Map<String, Moments> byStratum = new TreeMap<>();
    known.stream()
        .filter(cell -> cell.arm().equals(arm))
        .forEach(
            cell -> byStratum.merge(cell.stratum(), moments(cell, quantity, since), Moments::plus));
    return byStratum;
  }

  private Moments moments(Cell cell, Quantity quantity, int since) {
    Place place = new Place(cell.experiment(), cell.arm(), cell.stratum(), cell.assigned(), since);
    double[] found = sums.getOrDefault(place, Map.of()).getOrDefault(quantity, new double[] {0, 0});
    return Moments.ofPowerSums(cell.customers(), found[0], found[1], 0);
  }
}
