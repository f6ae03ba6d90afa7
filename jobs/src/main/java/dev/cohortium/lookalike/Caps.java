package dev.cohortium.lookalike;

import dev.cohortium.evidence.Sweep;
import java.io.Serial;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The amounts at which a customer's month is capped, so that a few huge accounts do not decide: the
 * 99.5th percentile of months with an order, up to half a percent.
 */
final class Caps {
  private static final double SHARE = 0.995;
  private static final double STEP = Math.log(1.005);
  private static final int LEAST_MONTHS = 200;

  private Caps() {}

  /** A bar of the histogram of a metric. */
  private record Bar(Metric metric, int place) implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  /** The caps by metric; a metric with too few months has none. */
  static Map<Metric, Double> of(Dataset<Row> histories, Rules rules) {
    HashMap<Bar, Long> bars =
        Sweep.of(
            histories,
            HashMap<Bar, Long>::new,
            (HashMap<Bar, Long> state, Row row) -> {
              History history = History.of(row, rules.months());
              for (int month = 0; month < rules.months(); month++) {
                if (history.orders(month) > 0) {
                  count(state, Metric.NET_REVENUE, history.revenue(month));
                  count(state, Metric.MARGIN, history.margin(month));
                }
              }
            },
            Sweep.merging(Long::sum));
    Map<Metric, Double> caps = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      Map<Integer, Long> counts = new HashMap<>();
      bars.forEach(
          (bar, months) -> {
            if (bar.metric() == metric) {
              counts.put(bar.place(), months);
            }
          });
      long all = counts.values().stream().mapToLong(Long::longValue).sum();
      long below = 0;
      for (int bar : counts.keySet().stream().sorted().toList()) {
        below += counts.get(bar);
        if (all >= LEAST_MONTHS && below >= SHARE * all && bar > 0) {
          caps.put(metric, Math.exp(bar * STEP));
          break;
        }
      }
    }
    return caps;
  }

  private static void count(Map<Bar, Long> state, Metric metric, double value) {
    int bar = value <= 1 ? 0 : (int) Math.ceil(Math.log(value) / STEP);
    state.merge(new Bar(metric, bar), 1L, Long::sum);
  }
}
