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
  private final int asOf;
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
  Paths(Study study, int reach) {
    this.study = study;
    this.reach = reach;
    this.asOf = Months.number(study.asOf().orElseThrow());
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
      double[] cumulated = new double[arms.size()];
      for (int since = -reach; since <= reach; since++) {
        Estimate control = mean(everybody, Draw.CONTROL, quantity, since);
        for (int i = 0; i < arms.size(); i++) {
          String arm = arms.get(i);
          Estimate mean = mean(everybody, arm, quantity, since);
          boolean isCompared = !arm.equals(Draw.CONTROL) && mean != null && control != null;
          Double effect = isCompared ? (Double) (mean.value() - control.value()) : null;
          cumulated[i] += since > 0 ? effect == null ? Double.NaN : effect : 0;
          long customers = customers(everybody, arm, since);
          if (customers > 0) {
            Double sum = since > 0 && Double.isFinite(cumulated[i]) ? (Double) cumulated[i] : null;
            rows.add(row(experiment, arm, quantity, since, customers, mean, effect, sum, runId));
          }
        }
      }
    }
    return rows;
  }

  private Row row(
      Experiment experiment,
      String arm,
      Quantity quantity,
      int since,
      long customers,
      Estimate mean,
      Double effect,
      Double cumulated,
      String runId) {
    boolean isSmall = customers < study.privacy().smallestCell();
    boolean isShown = mean != null && !isSmall;
    Interval interval = isShown ? mean.interval() : null;
    return RowFactory.create(
        experiment.program(),
        experiment.id(),
        arm,
        quantity.word(),
        since,
        customers,
        isShown ? (Double) mean.value() : null,
        isShown ? (Double) interval.low() : null,
        isShown ? (Double) interval.high() : null,
        isSmall ? null : effect,
        isSmall ? null : cumulated,
        isSmall,
        Date.valueOf(study.asOf().orElseThrow().atEndOfMonth()),
        runId);
  }

  private List<Cell> complete(List<Cell> everybody, int since) {
    return everybody.stream().filter(cell -> cell.assigned() + since <= asOf).toList();
  }

  private long customers(List<Cell> everybody, String arm, int since) {
    return complete(everybody, since).stream()
        .filter(cell -> cell.arm().equals(arm))
        .mapToLong(Cell::customers)
        .sum();
  }

  /** The mean of an arm, strata weighted by the customers of all arms; null: too few. */
  private Estimate mean(List<Cell> everybody, String arm, Quantity quantity, int since) {
    List<Cell> cells = complete(everybody, since);
    Map<String, Moments> byStratum = new TreeMap<>();
    Map<String, Long> sizes = new TreeMap<>();
    for (Cell cell : cells) {
      sizes.merge(cell.stratum(), cell.customers(), Long::sum);
      if (cell.arm().equals(arm)) {
        byStratum.merge(cell.stratum(), moments(cell, quantity, since), Moments::plus);
      }
    }
    double all = sizes.values().stream().mapToLong(Long::longValue).sum();
    double mean = 0;
    double variance = 0;
    for (Map.Entry<String, Long> stratum : sizes.entrySet()) {
      Moments moments = byStratum.getOrDefault(stratum.getKey(), Moments.NONE);
      if (moments.count() < 2) {
        return null;
      }
      double share = stratum.getValue() / all;
      mean += share * moments.mean();
      variance += share * share * moments.variance() / moments.count();
    }
    return sizes.isEmpty() ? null : Estimate.normal(mean, Math.sqrt(variance));
  }

  private Moments moments(Cell cell, Quantity quantity, int since) {
    Place place = new Place(cell.experiment(), cell.arm(), cell.stratum(), cell.assigned(), since);
    double[] found = sums.getOrDefault(place, Map.of()).getOrDefault(quantity, new double[] {0, 0});
    return Moments.ofPowerSums(cell.customers(), found[0], found[1], 0);
  }
}
