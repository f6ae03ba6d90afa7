package dev.cohortium.beforeafter;

import static org.apache.spark.sql.functions.ceil;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log;
import static org.apache.spark.sql.functions.when;

import java.util.Optional;
import org.apache.spark.sql.Column;
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

  /** The cap of an amount in months with an order; empty of too few. */
  static Optional<Double> of(Dataset<Row> orderMonths, String amount) {
    Column value = col(amount).cast("double");
    Column bar = when(value.gt(1), ceil(log(value).divide(STEP)).cast("int")).otherwise(0);
    var bars =
        orderMonths
            .where(col(amount).isNotNull())
            .groupBy(bar.as("bar"))
            .agg(count(lit(1)).as("months"))
            .orderBy("bar")
            .collectAsList();
    long all = bars.stream().mapToLong(row -> row.getLong(1)).sum();
    long below = 0;
    for (Row row : bars) {
      below += row.getLong(1);
      if (all >= LEAST_MONTHS && below >= SHARE * all && row.getInt(0) > 0) {
        return Optional.of(Math.exp(row.getInt(0) * STEP));
      }
    }
    return Optional.empty();
  }
}
