package dev.cohortium.cohorts;

import static dev.cohortium.table.CohortRetention.ACTIVE;
import static dev.cohortium.table.CohortRetention.AGE;
import static dev.cohortium.table.CohortRetention.AS_OF;
import static dev.cohortium.table.CohortRetention.CHURNED;
import static dev.cohortium.table.CohortRetention.COHORT;
import static dev.cohortium.table.CohortRetention.COHORT_BY;
import static dev.cohortium.table.CohortRetention.COHORT_SIZE;
import static dev.cohortium.table.CohortRetention.GRANULARITY;
import static dev.cohortium.table.CohortRetention.REACTIVATED;
import static dev.cohortium.table.CohortRetention.RETAINED_HIGH;
import static dev.cohortium.table.CohortRetention.RETAINED_LOW;
import static dev.cohortium.table.CohortRetention.RETAINED_RATE;
import static dev.cohortium.table.CohortRetention.ROLLING;
import static dev.cohortium.table.CohortRetention.ROLLING_RATE;
import static dev.cohortium.table.CohortRetention.SEGMENT;
import static dev.cohortium.table.CohortRetention.SEGMENT_BY;
import static dev.cohortium.table.CohortRetention.SUPPRESSED;
import static dev.cohortium.table.CohortValue.AVERAGE_RECEIPT;
import static dev.cohortium.table.CohortValue.CUMULATIVE_MARGIN_PER_CUSTOMER;
import static dev.cohortium.table.CohortValue.CUMULATIVE_NET_REVENUE_PER_CUSTOMER;
import static dev.cohortium.table.CohortValue.MARGIN;
import static dev.cohortium.table.CohortValue.NET_REVENUE;
import static dev.cohortium.table.CohortValue.NET_REVENUE_PER_CUSTOMER;
import static dev.cohortium.table.CohortValue.NET_REVENUE_RETENTION;
import static dev.cohortium.table.CohortValue.ORDERS;
import static dev.cohortium.table.CohortValue.ORDERS_PER_ACTIVE;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.config.Study;
import dev.cohortium.config.Study.Granularity;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.CohortAverage;
import dev.cohortium.table.CohortRetention;
import dev.cohortium.table.CohortValue;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/** Retention, value and pooled averages of cohorts, whole and by segment (methods.md 1). */
public final class CohortsJob implements Job {
  @Override
  public String name() {
    return "cohorts";
  }

  @Override
  public String sentence() {
    return "Follows customers who came in the same period: who still buys, and what they are worth.";
  }

  @Override
  public boolean isConfiguredIn(Study study) {
    return study.cohorts().isPresent() && study.sources().containsKey(Transactions.TABLE.name());
  }

  @Override
  public List<Table> reads() {
    return List.of(CustomerMonths.TABLE, Enrolments.TABLE, Customers.TABLE);
  }

  @Override
  public List<Table> writes() {
    return List.of(CohortRetention.TABLE, CohortValue.TABLE, CohortAverage.TABLE);
  }

  @Override
  public String settings(Study study) {
    return String.join(
        "\n",
        study.timeZone().getId(),
        study.asOf().toString(),
        study.cohorts().toString(),
        study.segments().toString(),
        study.privacy().toString());
  }

  @Override
  public Frames run(Frames in, Study study) {
    Study.Cohorts asked = study.cohorts().orElseThrow();
    LocalDate asOf = study.asOf().map(YearMonth::atEndOfMonth).orElseThrow();
    Segments segments = Segments.of(in.get(Customers.TABLE), study);
    Dataset<Row> joinings =
        Cells.observed(
            Cells.joinings(in.get(Enrolments.TABLE), study.timeZone()),
            in.get(CustomerMonths.TABLE));
    // All three marts are made of the cells.
    Dataset<Row> cells =
        in.keep(
            withheld(
                granularities(asked).stream()
                    .map(
                        granularity ->
                            Cells.cells(
                                in.get(CustomerMonths.TABLE),
                                joinings,
                                segments,
                                asked,
                                granularity,
                                asOf))
                    .reduce(Dataset::unionByName)
                    .orElseThrow(),
                study.privacy()));
    Object[] granularitiesAsked =
        asked.granularities().stream().map(g -> Periods.of(g).code()).toArray();
    Dataset<Row> cellsAsked = cells.where(col(GRANULARITY).isin(granularitiesAsked));
    Dataset<Row> months =
        cells.where(col(GRANULARITY).equalTo(Periods.of(Granularity.MONTH).code()));
    return new Frames(in.session())
        .with(CohortRetention.TABLE, retention(cellsAsked, asOf))
        .with(CohortValue.TABLE, value(months, asOf))
        .with(CohortAverage.TABLE, average(cellsAsked, asOf));
  }

  /** What is asked for, and months, of which the money is told. */
  private static Set<Granularity> granularities(Study.Cohorts asked) {
    Set<Granularity> granularities = EnumSet.of(Granularity.MONTH);
    granularities.addAll(asked.granularities());
    return granularities;
  }

  /**
   * Decides which cells are withheld: those of a segment's cohort below the smallest cell, and
   * where that is one alone its smallest sibling (the first by name among equals), from which it
   * could be told. In: cells of {@link Cells#cells}. Out: the same with suppressed.
   */
  static Dataset<Row> withheld(Dataset<Row> cells, Study.Privacy privacy) {
    Column isTooSmall =
        col(SEGMENT_BY).notEqual(Segments.ALL).and(col(COHORT_SIZE).lt(privacy.smallestCell()));
    WindowSpec siblings = Window.partitionBy(COHORT_BY, GRANULARITY, SEGMENT_BY, COHORT, AGE);
    Column tooSmall = sum(isTooSmall.cast("int")).over(siblings);
    Column rank = row_number().over(siblings.orderBy(COHORT_SIZE, SEGMENT));
    // Ordered by size, the one that is too small comes first and its smallest sibling second.
    Column wouldTell = tooSmall.equalTo(1).and(rank.equalTo(2));
    return cells.withColumn(SUPPRESSED, isTooSmall.or(wouldTell));
  }

  /** In: cells with suppressed. Out: {@link CohortRetention}. */
  static Dataset<Row> retention(Dataset<Row> cells, LocalDate asOf) {
    return cells.select(
        col(COHORT_BY),
        col(GRANULARITY),
        col(SEGMENT_BY),
        col(SEGMENT),
        col(COHORT),
        col(AGE),
        told(col(COHORT_SIZE)).as(COHORT_SIZE),
        told(col(ACTIVE)).as(ACTIVE),
        told(col(ACTIVE).divide(col(COHORT_SIZE))).as(RETAINED_RATE),
        told(WilsonLimits.low(col(ACTIVE), col(COHORT_SIZE))).as(RETAINED_LOW),
        told(WilsonLimits.high(col(ACTIVE), col(COHORT_SIZE))).as(RETAINED_HIGH),
        told(col(ROLLING)).as(ROLLING),
        told(col(ROLLING).divide(col(COHORT_SIZE))).as(ROLLING_RATE),
        told(col(CHURNED)).as(CHURNED),
        told(col(REACTIVATED)).as(REACTIVATED),
        col(SUPPRESSED),
        lit(asOf).as(AS_OF));
  }

  /** In: monthly cells with suppressed. Out: {@link CohortValue}. */
  static Dataset<Row> value(Dataset<Row> cells, LocalDate asOf) {
    WindowSpec byAge =
        Window.partitionBy(COHORT_BY, GRANULARITY, SEGMENT_BY, SEGMENT, COHORT).orderBy(AGE);
    WindowSpec soFar = byAge.rowsBetween(Window.unboundedPreceding(), Window.currentRow());
    Column revenue = col(NET_REVENUE).cast("double");
    Column revenueAtStart = first(col(NET_REVENUE)).over(soFar);
    return cells.select(
        col(COHORT_BY),
        col(GRANULARITY),
        col(SEGMENT_BY),
        col(SEGMENT),
        col(COHORT),
        col(AGE),
        told(col(COHORT_SIZE)).as(COHORT_SIZE),
        told(col(ORDERS)).as(ORDERS),
        told(col(NET_REVENUE)).as(NET_REVENUE),
        told(col(MARGIN)).as(MARGIN),
        told(revenue.divide(col(COHORT_SIZE))).as(NET_REVENUE_PER_CUSTOMER),
        told(sum(col(NET_REVENUE)).over(soFar).cast("double").divide(col(COHORT_SIZE)))
            .as(CUMULATIVE_NET_REVENUE_PER_CUSTOMER),
        told(sum(col(MARGIN)).over(soFar).cast("double").divide(col(COHORT_SIZE)))
            .as(CUMULATIVE_MARGIN_PER_CUSTOMER),
        told(when(col(ORDERS).gt(0), revenue.divide(col(ORDERS)))).as(AVERAGE_RECEIPT),
        told(when(col(ACTIVE).gt(0), col(ORDERS).divide(col(ACTIVE)))).as(ORDERS_PER_ACTIVE),
        told(when(revenueAtStart.gt(0), revenue.divide(revenueAtStart.cast("double"))))
            .as(NET_REVENUE_RETENTION),
        col(SUPPRESSED),
        lit(asOf).as(AS_OF));
  }

  /** In: cells with suppressed, which decides what is pooled. Out: {@link CohortAverage}. */
  static Dataset<Row> average(Dataset<Row> cells, LocalDate asOf) {
    String rollingCustomers = "rolling_customers";
    Column active = col(ACTIVE);
    Column customers = col(CohortAverage.CUSTOMERS);
    return cells
        .where(not(col(SUPPRESSED)))
        .groupBy(COHORT_BY, GRANULARITY, SEGMENT_BY, SEGMENT, AGE)
        .agg(
            count(lit(1)).as(CohortAverage.COHORTS),
            sum(col(COHORT_SIZE)).as(CohortAverage.CUSTOMERS),
            sum(active).as(ACTIVE),
            sum(col(ROLLING)).as(ROLLING),
            sum(when(col(ROLLING).isNotNull(), col(COHORT_SIZE))).as(rollingCustomers))
        .select(
            col(COHORT_BY),
            col(GRANULARITY),
            col(SEGMENT_BY),
            col(SEGMENT),
            col(AGE),
            col(CohortAverage.COHORTS),
            customers,
            active.divide(customers).as(CohortAverage.RETAINED_RATE),
            WilsonLimits.low(active, customers).as(CohortAverage.RETAINED_LOW),
            WilsonLimits.high(active, customers).as(CohortAverage.RETAINED_HIGH),
            col(ROLLING).divide(col(rollingCustomers)).as(CohortAverage.ROLLING_RATE),
            lit(asOf).as(CohortAverage.AS_OF));
  }

  private static Column told(Column measure) {
    return when(not(col(SUPPRESSED)), measure);
  }
}
