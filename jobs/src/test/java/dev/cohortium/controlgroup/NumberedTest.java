package dev.cohortium.controlgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.SparkTest;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

class NumberedTest extends SparkTest {
  private static final String AFTER = Windows.after(Quantity.NET_REVENUE);

  @Test
  void a_cap_is_the_exact_percentile_whatever_the_ties_and_the_number_of_buyers() {
    Dataset<Row> windows =
        spark()
            .range(40_000)
            .selectExpr(
                // Few buyers, many, all alike, and all but a few of nothing.
                "case when id < 150 then 'too few' when id < 360 then 'few' when id < 30000 then 'many'"
                    + " when id < 33000 then 'alike' else 'nothing' end as experiment_id",
                "3 as span",
                "1 as ordered_before",
                "0.0D as " + Windows.before(Quantity.NET_REVENUE),
                "pmod(xxhash64(id), 100000) / 7 as spent")
            .withColumn(
                AFTER,
                functions.expr(
                    "case experiment_id when 'alike' then 5.0D when 'nothing' then if(spent < 100, spent, 0.0D) else spent end"));

    Dataset<Row> capped =
        Numbered.capped(Measured.of(List.of("net_revenue"), true), windows).in(windows);

    // Spark's own exact percentile is the greatest that is left, but for rounding; y1 is capped.
    List<Row> found =
        windows
            .groupBy("experiment_id")
            .agg(
                functions.percentile(functions.col(AFTER), functions.lit(0.995)),
                functions.max(AFTER))
            .join(capped.groupBy("experiment_id").agg(functions.max("y1")), "experiment_id")
            .collectAsList();
    assertThat(found).hasSize(5);
    for (Row row : found) {
      boolean isCapped = !row.getString(0).equals("too few");
      assertThat(row.getDouble(3))
          .as(row.getString(0))
          .isCloseTo(row.getDouble(isCapped ? 1 : 2), within(1e-9));
    }
  }
}
