package dev.cohortium.evidence;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.ceil;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.table.CustomerMonths;
import java.sql.Date;
import java.time.YearMonth;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What one look at the panel tells of it.
 *
 * @param first its first month; empty: it has none
 * @param caps of amounts, so that a few huge accounts do not decide: the 99.5th percentile of
 *     months with an order, up to half a percent; an amount with too few months has none
 * @param withoutMargin share of the months with an order whose margin is not known, if it is asked
 */
public record PanelSurvey(
    Optional<YearMonth> first, Map<Metric, Double> caps, double withoutMargin) {
  private static final double SHARE = 0.995;
  private static final double STEP = Math.log(1.005);
  private static final int LEAST_MONTHS = 200;
  private static final String AMOUNT = "amount";
  private static final String BAR = "bar";

  /** That of the customer-months up to as-of. */
  public static PanelSurvey of(
      Dataset<Row> customerMonths, YearMonth asOf, Collection<Metric> metrics) {
    List<Row> bars =
        customerMonths
            .where(col(CustomerMonths.MONTH).leq(lit(Date.valueOf(asOf.atEndOfMonth()))))
            .select(
                col(CustomerMonths.MONTH),
                col(CustomerMonths.ORDERS),
                inline(
                    array(
                        metrics.stream()
                            .filter(Metric::isAmount)
                            .map(PanelSurvey::bar)
                            .toArray(Column[]::new))))
            .groupBy(AMOUNT, BAR)
            .agg(min(CustomerMonths.MONTH), count_if(col(CustomerMonths.ORDERS).gt(0)))
            .collectAsList();
    Map<Metric, Double> caps = new EnumMap<>(Metric.class);
    metrics.forEach(metric -> cap(histogram(bars, metric)).ifPresent(cap -> caps.put(metric, cap)));
    return new PanelSurvey(
        bars.stream()
            .map(bar -> YearMonth.from(bar.getDate(2).toLocalDate()))
            .min(YearMonth::compareTo),
        caps,
        unknown(bars, Metric.MARGIN));
  }

  /** The bar of a month's amount in a histogram of logarithms; null: not known. */
  private static Column bar(Metric metric) {
    Column value = col(metric.word()).cast("double");
    Column bar =
        when(value.gt(1), ceil(log(value).divide(STEP)).cast("int")).when(value.isNotNull(), 0);
    return struct(lit(metric.word()).as(AMOUNT), bar.as(BAR));
  }

  private static boolean isOf(Row bar, Metric metric) {
    return bar.getString(0).equals(metric.word());
  }

  /** Months by the number of their bar. */
  private static TreeMap<Integer, Long> histogram(List<Row> bars, Metric metric) {
    TreeMap<Integer, Long> months = new TreeMap<>();
    bars.stream()
        .filter(bar -> isOf(bar, metric) && !bar.isNullAt(1))
        .forEach(bar -> months.put(bar.getInt(1), bar.getLong(3)));
    return months;
  }

  private static Optional<Double> cap(TreeMap<Integer, Long> histogram) {
    long all = histogram.values().stream().mapToLong(Long::longValue).sum();
    long below = 0;
    for (Map.Entry<Integer, Long> bar : histogram.entrySet()) {
      below += bar.getValue();
      if (all >= LEAST_MONTHS && below >= SHARE * all && bar.getKey() > 0) {
        return Optional.of(Math.exp(bar.getKey() * STEP));
      }
    }
    return Optional.empty();
  }

  private static double unknown(List<Row> bars, Metric metric) {
    long all = 0;
    long unknown = 0;
    for (Row bar : bars) {
      if (isOf(bar, metric)) {
        all += bar.getLong(3);
        unknown += bar.isNullAt(1) ? bar.getLong(3) : 0;
      }
    }
    return all == 0 ? 0 : (double) unknown / all;
  }
}
