package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.percentile;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.stats.Winsorised;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What is measured as columns y0, x0, y1, x1, ...: in the window and in the one before. */
final class Numbered {
  private final List<Measured> measured;
  private final Map<Window, Map<Quantity, Double>> caps;

  private Numbered(List<Measured> measured, Map<Window, Map<Quantity, Double>> caps) {
    this.measured = measured;
    this.caps = caps;
  }

  /** A window of an experiment. */
  record Window(String experiment, int span) {}

  /** Without caps. */
  static Numbered uncapped(List<Measured> measured) {
    return new Numbered(measured, Map.of());
  }

  /**
   * With the caps of each experiment and window: the 99.5th percentile of the window among those
   * who ordered in the window before, of all arms ({@link Winsorised}).
   *
   * @param windows complete ones, as {@link Windows#byWindow} makes them
   */
  static Numbered capped(List<Measured> measured, Dataset<Row> windows) {
    List<Quantity> amounts =
        measured.stream().filter(Measured::isCapped).map(Measured::quantity).toList();
    Map<Window, Map<Quantity, Double>> caps = new HashMap<>();
    if (!amounts.isEmpty()) {
      Column[] percentiles =
          amounts.stream()
              .map(
                  amount ->
                      percentile(col(Windows.after(amount)), lit(Winsorised.SHARE))
                          .as(amount.word()))
              .toArray(Column[]::new);
      windows
          .where(col("ordered_before").equalTo(1))
          .groupBy(Windows.EXPERIMENT, Windows.SPAN)
          .agg(count(lit(1)).as("buyers"), percentiles)
          .where(col("buyers").geq(Winsorised.LEAST))
          .collectAsList()
          .forEach(row -> caps.put(window(row), caps(row, amounts)));
    }
    return new Numbered(measured, caps);
  }

  private static Window window(Row row) {
    return new Window(row.getAs(Windows.EXPERIMENT), row.<Integer>getAs(Windows.SPAN));
  }

  private static Map<Quantity, Double> caps(Row row, List<Quantity> amounts) {
    Map<Quantity, Double> caps = new EnumMap<>(Quantity.class);
    for (Quantity amount : amounts) {
      double cap = row.<Double>getAs(amount.word());
      if (cap > 0) {
        caps.put(amount, cap);
      }
    }
    return caps;
  }

  /** Why a quantity has no cap in a window; empty: it has one. */
  Optional<String> uncapped(Window window, Quantity quantity) {
    if (!caps.containsKey(window)) {
      return Optional.of(
          "Fewer than " + Winsorised.LEAST + " customers bought before: there is no cap.");
    }
    return caps.get(window).containsKey(quantity)
        ? Optional.empty()
        : Optional.of("Hardly anybody who bought before bought again: the cap is not above 0.");
  }

  /** Adds the columns to rows of {@link Windows#byWindow}. */
  Dataset<Row> in(Dataset<Row> windows) {
    Map<String, Column> columns = new HashMap<>();
    for (int i = 0; i < measured.size(); i++) {
      Measured one = measured.get(i);
      columns.put("y" + i, value(one, Windows.after(one.quantity())));
      columns.put("x" + i, value(one, Windows.before(one.quantity())));
    }
    List<String> passing = new ArrayList<>(List.of(windows.columns()));
    for (Quantity quantity : Quantity.values()) {
      passing.remove(Windows.after(quantity));
      passing.remove(Windows.before(quantity));
    }
    List<Column> all = new ArrayList<>();
    passing.forEach(name -> all.add(col(name)));
    columns.forEach((name, column) -> all.add(column.as(name)));
    return windows.select(all.toArray(Column[]::new));
  }

  private Column value(Measured one, String name) {
    return one.isCapped()
        ? least(col(name), coalesce(capOf(one.quantity()), col(name)))
        : col(name);
  }

  private Column capOf(Quantity quantity) {
    Column cap = lit(null).cast("double");
    for (var entry : caps.entrySet()) {
      Double value = entry.getValue().get(quantity);
      if (value != null) {
        Column isIts =
            col(Windows.EXPERIMENT)
                .equalTo(entry.getKey().experiment())
                .and(col(Windows.SPAN).equalTo(entry.getKey().span()));
        cap = when(isIts, value).otherwise(cap);
      }
    }
    return cap;
  }
}
