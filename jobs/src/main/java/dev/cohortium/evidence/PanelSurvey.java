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
import java.io.Serial;
import java.io.Serializable;
import java.sql.Date;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final double STEP = StrictMath.log(1.005);
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
    Bars all = new Bars(metrics);
    for (Row bar : bars) {
      Metric of = amount(metrics, bar.getString(0));
      all.add(of, bar.isNullAt(1) ? Bars.UNKNOWN : bar.getInt(1), bar.getLong(3));
    }
    return all.survey(
        bars.stream()
            .map(bar -> YearMonth.from(bar.getDate(2).toLocalDate()))
            .min(YearMonth::compareTo));
  }

  private static Metric amount(Collection<Metric> metrics, String word) {
    return metrics.stream().filter(metric -> metric.word().equals(word)).findFirst().orElseThrow();
  }

  /** The bar of a month's amount in a histogram of logarithms; null: not known. */
  private static Column bar(Metric metric) {
    Column value = col(metric.word()).cast("double");
    Column bar =
        when(value.gt(1), ceil(log(value).divide(STEP)).cast("int")).when(value.isNotNull(), 0);
    return struct(lit(metric.word()).as(AMOUNT), bar.as(BAR));
  }

  /**
   * Months with an order by their amounts' logarithms, those that are not known among them. A state
   * that changes, and adds.
   */
  public static final class Bars implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private static final int UNKNOWN = -1;

    /** Of amounts that are asked for: months not known, then those of each bar. */
    private final EnumMap<Metric, long[]> months = new EnumMap<>(Metric.class);

    /** No months; of the metrics those that are amounts count. */
    public Bars(Collection<Metric> metrics) {
      metrics.stream()
          .filter(Metric::isAmount)
          .forEach(metric -> months.put(metric, new long[1 - UNKNOWN]));
    }

    /**
     * Adds a month, which has an order; in the bar in which Spark puts it.
     *
     * @param metric whichever; one that is not asked for is left
     * @param amount NaN: not known
     */
    public void add(Metric metric, double amount) {
      if (months.containsKey(metric)) {
        int bar = amount > 1 ? (int) Math.ceil(StrictMath.log(amount) / STEP) : 0;
        add(metric, Double.isNaN(amount) ? UNKNOWN : bar, 1);
      }
    }

    private void add(Metric metric, int bar, long more) {
      long[] counts = months.get(metric);
      if (bar - UNKNOWN >= counts.length) {
        counts = Arrays.copyOf(counts, Math.max(bar - UNKNOWN + 1, 2 * counts.length));
        months.put(metric, counts);
      }
      counts[bar - UNKNOWN] += more;
    }

    /** Adds the months of {@code other}, which stays as it is. */
    public void plus(Bars other) {
      other.months.forEach(
          (metric, counts) -> {
            for (int at = 0; at < counts.length; at++) {
              add(metric, at + UNKNOWN, counts[at]);
            }
          });
    }

    /**
     * What they tell.
     *
     * @param first month of the panel; empty: it has none
     */
    public PanelSurvey survey(Optional<YearMonth> first) {
      Map<Metric, Double> caps = new EnumMap<>(Metric.class);
      months.forEach((metric, of) -> cap(of).ifPresent(cap -> caps.put(metric, cap)));
      return new PanelSurvey(first, caps, unknown());
    }

    private static Optional<Double> cap(long[] counts) {
      long all = Arrays.stream(counts).skip(-UNKNOWN).sum();
      long below = 0;
      for (int bar = 0; bar < counts.length + UNKNOWN; bar++) {
        below += counts[bar - UNKNOWN];
        boolean isBar = bar > 0 && counts[bar - UNKNOWN] > 0;
        if (all >= LEAST_MONTHS && below >= SHARE * all && isBar) {
          return Optional.of(Math.exp(bar * STEP));
        }
      }
      return Optional.empty();
    }

    private double unknown() {
      long[] counts = months.getOrDefault(Metric.MARGIN, new long[1]);
      long all = Arrays.stream(counts).sum();
      return all == 0 ? 0 : (double) counts[0] / all;
    }
  }
}
