package dev.cohortium.world;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.months_between;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.round;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The truth, averaged. */
final class TrueEffects {
  private static final String ESTIMAND = "estimand";
  private static final String SEGMENT_BY = "segment_by";
  private static final String SEGMENT = "segment";
  private static final String DIFFERENCE = "difference";
  private static final String BASELINE = "baseline";
  private static final String ESTIMATE = "estimate";
  private static final String CUSTOMERS = "customers";
  private static final String ITT = "itt";
  private static final String MEASURABLE = "measurable";
  private static final int MONTHS_OF_HISTORY = 6;
  private static final String AVERAGE_RECEIPT = "average_receipt";
  private static final List<String> KEYS =
      List.of(
          Truth.REPLICATE,
          Truth.EXPERIMENT_ID,
          ESTIMAND,
          Truth.HORIZON_MONTHS,
          SEGMENT_BY,
          SEGMENT);

  private TrueEffects() {}

  /**
   * Averages the truth. In: {@link Truth#SCHEMA}. Out: one row per replicate, experiment, estimand
   * (join_vs_stay_out, join_now_vs_as_usual, itt, cace, wald), metric, horizon and segment (all,
   * region; of joining also measurable: true is who was known and there for at least six months
   * before), in the metric's unit per customer and month; the average receipt is a ratio of sums.
   *
   * <p>wald is the itt over that of {@code joined}, which is what an experiment can estimate; cace
   * is the mean effect on compliers. They differ by those who join in both arms and sooner in one:
   * what the sooner joining does to them is in the itt, and not in who has joined by the window's
   * end.
   *
   * <p>Sums are of whole cents and counts, so that they do not depend on the order of rows.
   */
  static Dataset<Row> of(Dataset<Row> truthCustomers) {
    Dataset<Row> truth = truthCustomers.withColumn("parts", parts());
    Dataset<Row> differences =
        estimand(truth, "join_vs_stay_out", Truth.VS_STAY_OUT, isNoExperiment())
            .unionByName(
                estimand(truth, "join_now_vs_as_usual", Truth.VS_AS_USUAL, isNoExperiment()))
            .unionByName(estimand(truth, ITT, Truth.VS_CONTROL, not(isNoExperiment())))
            .unionByName(estimand(truth, "cace", Truth.VS_CONTROL, col(Truth.IS_COMPLIER)));
    Dataset<Row> bySegment =
        differences
            .withColumn(SEGMENT_BY, lit("all"))
            .withColumn(SEGMENT, lit("all"))
            .unionByName(
                differences
                    .withColumn(SEGMENT_BY, lit(Truth.REGION))
                    .withColumn(SEGMENT, col(Truth.REGION)))
            .unionByName(
                differences
                    .where(isNoExperiment())
                    .withColumn(SEGMENT_BY, lit(MEASURABLE))
                    .withColumn(SEGMENT, col(MEASURABLE)));
    Dataset<Row> sums =
        bySegment
            .groupBy(
                Stream.concat(KEYS.stream(), Stream.of(Truth.METRIC, "parts"))
                    .map(name -> col(name))
                    .toArray(Column[]::new))
            .agg(
                count(lit(1)).as(CUSTOMERS),
                sum(Truth.TREATED).as(Truth.TREATED),
                sum(DIFFERENCE).as(DIFFERENCE));
    Column months = col(Truth.HORIZON_MONTHS).multiply(col(CUSTOMERS)).multiply(col("parts"));
    Dataset<Row> means =
        sums.withColumn(ESTIMATE, col(DIFFERENCE).divide(months))
            .withColumn(BASELINE, col(Truth.TREATED).minus(col(DIFFERENCE)).divide(months));
    Dataset<Row> estimates = means.select(columns());
    return finished(estimates.unionByName(averageReceipts(sums)).unionByName(wald(estimates)));
  }

  /** Each itt over that of having joined; no row where the experiment made nobody join. */
  private static Dataset<Row> wald(Dataset<Row> estimates) {
    String[] withoutMetric = KEYS.toArray(String[]::new);
    Dataset<Row> itt = estimates.where(col(ESTIMAND).equalTo(ITT));
    Dataset<Row> joined =
        itt.where(col(Truth.METRIC).equalTo(Outcome.JOINED.word()).and(col(ESTIMATE).notEqual(0)))
            .select(
                Stream.concat(
                        KEYS.stream().map(name -> col(name)), Stream.of(col(ESTIMATE).as("joined")))
                    .toArray(Column[]::new));
    Object[] ofJoining = Outcome.OF_JOINING.stream().map(Outcome::word).toArray();
    return itt.where(col(Truth.METRIC).isin(ofJoining))
        .join(joined, withoutMetric, "inner")
        .withColumn(ESTIMAND, lit("wald"))
        .withColumn(ESTIMATE, col(ESTIMATE).divide(col("joined")))
        .withColumn(BASELINE, lit(null).cast("double"))
        .select(columns());
  }

  private static Column isMeasurable() {
    Column months = months_between(col(Truth.JOINING_MONTH), col(Truth.ARRIVAL_MONTH));
    return col(Truth.IS_KNOWN).and(months.geq(MONTHS_OF_HISTORY));
  }

  private static Column isNoExperiment() {
    return col(Truth.EXPERIMENT_ID).equalTo(Truth.NO_EXPERIMENT);
  }

  private static Column parts() {
    Column parts = lit(1L);
    for (Outcome outcome : Outcome.values()) {
      parts =
          when(col(Truth.METRIC).equalTo(outcome.word()), lit((long) outcome.parts()))
              .otherwise(parts);
    }
    return parts;
  }

  private static Dataset<Row> estimand(
      Dataset<Row> truth, String estimand, String difference, Column who) {
    Column counted = col(Truth.HORIZON_MONTHS).multiply(col("parts"));
    return truth
        .where(who)
        .select(
            col(Truth.REPLICATE),
            col(Truth.REGION),
            isMeasurable().cast("string").as(MEASURABLE),
            col(Truth.EXPERIMENT_ID),
            lit(estimand).as(ESTIMAND),
            col(Truth.METRIC),
            col("parts"),
            col(Truth.HORIZON_MONTHS),
            round(col(Truth.TREATED).multiply(counted)).cast("long").as(Truth.TREATED),
            round(col(difference).multiply(counted)).cast("long").as(DIFFERENCE));
  }

  /** Revenue over orders with the programme, less revenue over orders without. */
  private static Dataset<Row> averageReceipts(Dataset<Row> sums) {
    Dataset<Row> revenue = sums.where(col(Truth.METRIC).equalTo(Outcome.NET_REVENUE.word()));
    Dataset<Row> orders =
        sums.where(col(Truth.METRIC).equalTo(Outcome.ORDERS.word()))
            .select(
                Stream.concat(
                        KEYS.stream().map(name -> col(name)),
                        Stream.of(
                            col(Truth.TREATED).as("orders"), col(DIFFERENCE).as("more_orders")))
                    .toArray(Column[]::new));
    Column cents = lit(Outcome.NET_REVENUE.parts());
    Column with = col(Truth.TREATED).divide(col("orders")).divide(cents);
    Column without =
        col(Truth.TREATED)
            .minus(col(DIFFERENCE))
            .divide(col("orders").minus(col("more_orders")))
            .divide(cents);
    return revenue
        .join(orders, KEYS.toArray(String[]::new), "inner")
        .withColumn(Truth.METRIC, lit(AVERAGE_RECEIPT))
        .withColumn(ESTIMATE, with.minus(without))
        .withColumn(BASELINE, without)
        .select(columns());
  }

  private static Column[] columns() {
    return Stream.concat(KEYS.stream(), Stream.of(Truth.METRIC, ESTIMATE, BASELINE, CUSTOMERS))
        .map(name -> col(name))
        .toArray(Column[]::new);
  }

  private static Dataset<Row> finished(Dataset<Row> effects) {
    return effects
        .withColumn("relative", col(ESTIMATE).divide(col(BASELINE)))
        .orderBy(
            Stream.concat(KEYS.stream(), Stream.of(Truth.METRIC))
                .map(name -> col(name))
                .toArray(Column[]::new));
  }
}
