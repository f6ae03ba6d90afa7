package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Sums over customers from which moments follow, for each arm, month of assignment, stratum, window
 * and segment. They add: whatever is told of several of these follows from their sums.
 */
final class Sums {
  private static final String CUSTOMERS = "customers";
  private static final List<String> COMMON =
      List.of(Windows.EXPERIMENT, Windows.ARM, Windows.ASSIGNED, Windows.STRATUM, Windows.SPAN);

  private final List<Measured> measured;
  private final Map<String, Column> terms = new LinkedHashMap<>();

  /** Of these, and of revenue with orders where both are measured. */
  Sums(List<Measured> measured) {
    this.measured = List.copyOf(measured);
    for (int i = 0; i < measured.size(); i++) {
      Column after = col("y" + i);
      Column before = col("x" + i);
      terms.put("y" + i, after);
      terms.put("x" + i, before);
      terms.put(product("y" + i, "y" + i), after.multiply(after));
      terms.put(product("x" + i, "x" + i), before.multiply(before));
      terms.put(product("y" + i, "x" + i), after.multiply(before));
      for (String joined : List.of(Windows.TREATED, Windows.MEMBERSHIP)) {
        terms.put(product("y" + i, joined), after.multiply(col(joined)));
      }
      terms.put(cube(i), after.multiply(after).multiply(after));
    }
    if (hasRatio()) {
      addRatio(place(Quantity.NET_REVENUE), place(Quantity.ORDERS));
    }
    Windows.EVENTS.forEach(event -> terms.put(event, col(event)));
    Column membership = col(Windows.MEMBERSHIP);
    terms.put(Windows.MEMBERSHIP, membership);
    terms.put(product(Windows.MEMBERSHIP, Windows.MEMBERSHIP), membership.multiply(membership));
    Windows.MARKS.forEach(mark -> terms.put(mark, col(mark)));
  }

  private void addRatio(int numerator, int denominator) {
    for (String one : List.of("y" + numerator, "x" + numerator)) {
      for (String other : List.of("y" + denominator, "x" + denominator)) {
        terms.put(product(one, other), col(one).multiply(col(other)));
      }
    }
  }

  /** Whether the average receipt can be told. */
  boolean hasRatio() {
    return place(Quantity.NET_REVENUE) >= 0 && place(Quantity.ORDERS) >= 0;
  }

  /** The place of a quantity as it is; -1: it is not measured. */
  int place(Quantity quantity) {
    return measured.indexOf(new Measured(quantity, false));
  }

  List<Measured> measured() {
    return measured;
  }

  static String product(String one, String other) {
    return one.compareTo(other) < 0 ? one + "*" + other : other + "*" + one;
  }

  static String cube(int place) {
    return "y" + place + "^3";
  }

  /**
   * The sums, first by all segments at once, of which there are few: a row is not repeated for each
   * of its segments.
   *
   * @param rows of {@link Windows#byWindow} with columns y0, x0, y1, x1, ... of what is measured
   */
  List<Cell> of(Dataset<Row> rows, Segments segments) {
    List<Column> sums = new ArrayList<>();
    List<Column> together = new ArrayList<>();
    for (Column term : terms.values()) {
      String name = "sum_" + sums.size();
      sums.add(sum(term.cast("double")).as(name));
      together.add(sum(name));
    }
    Dataset<Row> bySegments =
        rows.groupBy(columns(COMMON, List.of(Windows.SEGMENTS)))
            .agg(count(lit(1)).as(CUSTOMERS), sums.toArray(Column[]::new));
    return segments
        .exploded(bySegments)
        .groupBy(columns(COMMON, List.of(Windows.SEGMENT_BY, Windows.SEGMENT)))
        .agg(sum(CUSTOMERS).as(CUSTOMERS), together.toArray(Column[]::new))
        .collectAsList()
        .stream()
        .map(this::cell)
        .toList();
  }

  private static Column[] columns(List<String> names, List<String> more) {
    return Stream.concat(names.stream(), more.stream())
        .map(org.apache.spark.sql.functions::col)
        .toArray(Column[]::new);
  }

  private Cell cell(Row row) {
    List<String> names = List.copyOf(terms.keySet());
    Map<String, Double> sums = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      sums.put(names.get(i), row.getDouble(COMMON.size() + 3 + i));
    }
    return new Cell(
        row.getAs(Windows.EXPERIMENT),
        row.getAs(Windows.ARM),
        row.<Integer>getAs(Windows.ASSIGNED),
        row.getAs(Windows.STRATUM),
        row.<Integer>getAs(Windows.SPAN),
        row.getAs(Windows.SEGMENT_BY),
        row.getAs(Windows.SEGMENT),
        row.<Long>getAs(CUSTOMERS),
        sums);
  }
}
