package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Metric;
import dev.cohortium.evidence.PanelSurvey;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Row;

/**
 * What one look at the customers of all programmes tells of them. A state that changes, and adds.
 */
final class Survey implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final Set<Metric> metrics;
  private final PanelSurvey.Bars bars;
  private final TreeMap<String, TreeSet<Integer>> joined = new TreeMap<>();
  private final double[] sums;
  private final long[] known;
  private long customers;
  private int first = Integer.MAX_VALUE;

  /**
   * Nobody.
   *
   * @param covariates their number
   */
  Survey(Set<Metric> metrics, int covariates) {
    this.metrics = metrics;
    bars = new PanelSurvey.Bars(metrics);
    sums = new double[covariates];
    known = new long[covariates];
  }

  /** The same of nobody. */
  Survey none() {
    return new Survey(metrics, sums.length);
  }

  /** Adds a customer with months, joinings and covariates of {@link Lives}. */
  void add(Row row) {
    PackedMonths months = new PackedMonths(row.getAs(Lives.MONTHS));
    double[] amounts = new double[PackedMonths.AMOUNTS];
    while (months.next(amounts)) {
      first = Math.min(first, months.month());
      if (amounts[PackedMonths.ORDERS] > 0) {
        bars.add(Metric.NET_REVENUE, amounts[PackedMonths.REVENUE]);
        bars.add(Metric.MARGIN, amounts[PackedMonths.MARGIN]);
      }
    }
    Map<String, Row> joinings = row.getJavaMap(row.fieldIndex(Lives.JOININGS));
    joinings.forEach(
        (program, joining) ->
            joined.computeIfAbsent(program, none -> new TreeSet<>()).add(joining.getInt(0)));
    customers++;
    int covariates = row.fieldIndex(Lives.COVARIATES);
    if (!row.isNullAt(covariates)) {
      add(row.<Double>getList(covariates));
    }
  }

  private void add(List<Double> covariates) {
    for (int place = 0; place < sums.length; place++) {
      Double value = covariates.get(place);
      if (value != null) {
        sums[place] += value;
        known[place]++;
      }
    }
  }

  /** Adds the customers of {@code other}, which stays as it is. */
  Survey plus(Survey other) {
    bars.plus(other.bars);
    other.joined.forEach(
        (program, months) ->
            joined.computeIfAbsent(program, none -> new TreeSet<>()).addAll(months));
    for (int place = 0; place < sums.length; place++) {
      sums[place] += other.sums[place];
      known[place] += other.known[place];
    }
    customers += other.customers;
    first = Math.min(first, other.first);
    return this;
  }

  /** What is told of the panel's months that are looked at. */
  PanelSurvey panel() {
    return bars.survey(
        first == Integer.MAX_VALUE ? Optional.empty() : Optional.of(Lives.month(first)));
  }

  /** The months of a window in which somebody joined who was not always a member, ascending. */
  List<Integer> cohorts(String program, Window window) {
    return joined.getOrDefault(program, new TreeSet<>()).stream()
        .map(window::from)
        .filter(month -> month > window.design().anticipation())
        .toList();
  }

  /** How the study's covariates become numbers. */
  Covariates covariates() {
    List<Double> means = new ArrayList<>();
    List<Integer> lacking = new ArrayList<>();
    for (int place = 0; place < sums.length; place++) {
      means.add(known[place] == 0 ? 0 : sums[place] / known[place]);
      if (known[place] < customers) {
        lacking.add(place);
      }
    }
    return Covariates.of(means, lacking);
  }
}
