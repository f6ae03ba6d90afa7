package dev.cohortium.cohorts;

import static dev.cohortium.table.CohortRetention.ACTIVE;
import static dev.cohortium.table.CohortRetention.AGE;
import static dev.cohortium.table.CohortRetention.CHURNED;
import static dev.cohortium.table.CohortRetention.COHORT;
import static dev.cohortium.table.CohortRetention.COHORT_BY;
import static dev.cohortium.table.CohortRetention.COHORT_SIZE;
import static dev.cohortium.table.CohortRetention.GRANULARITY;
import static dev.cohortium.table.CohortRetention.REACTIVATED;
import static dev.cohortium.table.CohortRetention.ROLLING;
import static dev.cohortium.table.CohortRetention.SEGMENT;
import static dev.cohortium.table.CohortRetention.SEGMENT_BY;
import static dev.cohortium.table.CohortValue.MARGIN;
import static dev.cohortium.table.CohortValue.NET_REVENUE;
import static dev.cohortium.table.CohortValue.ORDERS;
import static dev.cohortium.table.CustomerMonths.CUSTOMER_ID;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.getbit;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.last;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.config.Study;
import dev.cohortium.config.Study.CohortBy;
import dev.cohortium.config.Study.Granularity;
import dev.cohortium.table.ColumnType;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Enrolments;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * What is counted of one cohort of a segment at one age, before it becomes rates.
 *
 * <p>The panel crosses the network once, on the customer. There each active period is put after the
 * customer's one before it, which is all that a count of ages needs: an order at age p, with the
 * one before at age q (-1: none), is the first that a rolling window sees for windows beginning at
 * max(q + 1, p - inactive + 1) .. p. Summed by cohort, a window's count is the openings up to its
 * age less the orders before it, and those who churned are the cohort less the window that has just
 * closed.
 */
final class Cells {
  private static final String PERIOD = "period";
  private static final String IS_ACTIVE = "is_active";
  private static final String IS_JOINING = "is_joining";
  private static final String PREVIOUS = "previous";
  private static final String FIRST_PURCHASE = "first_purchase";
  private static final String JOINED = "joined";
  private static final String OBSERVED_FROM = "observed_from";
  private static final String ORIGIN = "origin";
  private static final String IS_MEMBER = "is_member";
  private static final String ENTRY = "entry";
  private static final String OPENS = "opens";
  private static final String OPENED = "opened";
  private static final String SEGMENT_OF = "segment_of";
  private static final String GIVEN_AGE = "given_age";
  private static final String SEEN = "seen";
  private static final Column NO_AMOUNT = lit(null).cast(ColumnType.AMOUNT_SUM.sql());

  private Cells() {}

  /** The name of a kind of cohort in the tables: first_purchase or enrolment. */
  static String code(CohortBy by) {
    return by.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The first joining of each member, over all programmes. In: {@link Enrolments}. Out:
   * customer_id, joined (DATE in {@code zone}).
   */
  static Dataset<Row> joinings(Dataset<Row> enrolments, ZoneId zone) {
    return enrolments
        .groupBy(col(Enrolments.CUSTOMER_ID))
        .agg(
            to_date(from_utc_timestamp(min(col(Enrolments.ENROLLED_AT)), zone.getId())).as(JOINED));
  }

  /**
   * Leaves out who joined before the first month of the panel: of them the early ages were never
   * observed, and would count as silent. In: of {@link #joinings}, {@link CustomerMonths}. Out: as
   * the first.
   */
  static Dataset<Row> observed(Dataset<Row> joinings, Dataset<Row> customerMonths) {
    Dataset<Row> begin = customerMonths.agg(min(col(CustomerMonths.MONTH)).as(OBSERVED_FROM));
    return joinings
        .crossJoin(broadcast(begin))
        .where(col(JOINED).geq(col(OBSERVED_FROM)))
        .drop(OBSERVED_FROM);
  }

  /**
   * The periods of a customer in which something happened. In: {@link CustomerMonths}. Out: one row
   * per customer and month (a week that two months share may come twice): customer_id, period,
   * is_active, and for months orders, net_revenue, margin.
   */
  static Dataset<Row> periods(Dataset<Row> customerMonths, Granularity granularity) {
    Periods periods = Periods.of(granularity);
    Column month = col(CustomerMonths.MONTH);
    if (granularity == Granularity.MONTH) {
      return customerMonths.select(
          col(CUSTOMER_ID),
          periods.of(month).as(PERIOD),
          col(CustomerMonths.ORDERS).gt(0).as(IS_ACTIVE),
          col(CustomerMonths.ORDERS).as(ORDERS),
          col(CustomerMonths.NET_REVENUE).as(NET_REVENUE),
          col(CustomerMonths.MARGIN).as(MARGIN));
    }
    Column activeDays =
        filter(
            sequence(lit(1), lit(31)),
            day -> getbit(col(CustomerMonths.ACTIVE_DAY_BITS), day).equalTo(1));
    Column activePeriods =
        array_distinct(transform(activeDays, day -> periods.of(date_add(month, day.minus(1)))));
    return customerMonths.select(
        col(CUSTOMER_ID),
        explode(activePeriods).as(PERIOD),
        lit(true).as(IS_ACTIVE),
        lit(0L).as(ORDERS),
        NO_AMOUNT.as(NET_REVENUE),
        NO_AMOUNT.as(MARGIN));
  }

  /**
   * Counts every cohort at every complete age.
   *
   * @param customerMonths the panel
   * @param joinings of {@link #joinings}
   * @param segments of the customers
   * @param asked kinds of cohort and what counts as inactive
   * @param granularity the length of a period
   * @param asOf the last day used
   * @return one row per cohort of a segment and complete age: the key of {@link
   *     dev.cohortium.table.CohortRetention}, cohort_size, active, rolling, churned, reactivated,
   *     orders, net_revenue, margin; nothing is withheld
   */
  static Dataset<Row> cells(
      Dataset<Row> customerMonths,
      Dataset<Row> joinings,
      Segments segments,
      Study.Cohorts asked,
      Granularity granularity,
      LocalDate asOf) {
    Periods periods = Periods.of(granularity);
    int lastPeriod = periods.lastCompleteAt(asOf);
    int inactive = periods.spanOf(asked.inactiveMonths());
    // Said of months too, so that later ones are not even read.
    Dataset<Row> used = customerMonths.where(col(CustomerMonths.MONTH).leq(lit(asOf)));
    Dataset<Row> joined = joinings.select(col(CUSTOMER_ID), periods.of(col(JOINED)).as(PERIOD));
    Dataset<Row> histories = histories(periods(used, granularity), joined, lastPeriod);
    Dataset<Row> counted = sums(entries(segments.joinedTo(histories), asked.by(), inactive));
    return dense(counted, lastPeriod, inactive)
        .withColumn(GRANULARITY, lit(periods.code()))
        .withColumn(COHORT, periods.firstDay(col(COHORT)));
  }

  /**
   * Puts each period of a customer after the active one before it. Out: the periods up to {@code
   * lastPeriod} with previous, first_purchase and joined (periods; null: none); a joining is a row
   * of its own.
   */
  private static Dataset<Row> histories(
      Dataset<Row> periods, Dataset<Row> joinings, int lastPeriod) {
    Dataset<Row> joined =
        joinings.select(
            col(CUSTOMER_ID),
            col(PERIOD),
            lit(false).as(IS_ACTIVE),
            lit(0L).as(ORDERS),
            NO_AMOUNT.as(NET_REVENUE),
            NO_AMOUNT.as(MARGIN),
            lit(true).as(IS_JOINING));
    WindowSpec byPeriod = Window.partitionBy(CUSTOMER_ID).orderBy(PERIOD);
    WindowSpec before = byPeriod.rowsBetween(Window.unboundedPreceding(), Window.currentRow() - 1);
    WindowSpec all = byPeriod.rowsBetween(Window.unboundedPreceding(), Window.unboundedFollowing());
    Column activePeriod = when(col(IS_ACTIVE), col(PERIOD));
    Column isRepeated = col(IS_ACTIVE).and(col(PREVIOUS).eqNullSafe(col(PERIOD)));
    return periods
        .withColumn(IS_JOINING, lit(false))
        .unionByName(joined)
        .where(col(PERIOD).leq(lastPeriod))
        .select(
            col("*"),
            last(activePeriod, true).over(before).as(PREVIOUS),
            min(activePeriod).over(all).as(FIRST_PURCHASE),
            min(when(col(IS_JOINING), col(PERIOD))).over(all).as(JOINED))
        .where(not(isRepeated));
  }

  /**
   * What one period of a customer adds to the customer's cohorts. Out: one row per kind of cohort
   * the period belongs to: cohort_by, segments, cohort (a period), age, what is added there, and
   * opens: the age of the first window that sees the period's order; null: none does.
   */
  private static Dataset<Row> entries(Dataset<Row> histories, List<CohortBy> by, int inactive) {
    Column[] origins = by.stream().map(Cells::origin).toArray(Column[]::new);
    Column age = col(PERIOD).minus(col(COHORT));
    // Orders before the cohort's period count as none.
    Column previousAge = greatest(coalesce(col(PREVIOUS).minus(col(COHORT)), lit(-1)), lit(-1));
    Column windowOpens = greatest(previousAge.plus(1), age.minus(inactive - 1));
    Column isReactivated = col(IS_ACTIVE).and(age.minus(previousAge).gt(inactive));
    return histories
        .withColumn(ORIGIN, explode(array(origins)))
        .select(col("*"), col(ORIGIN + ".*"))
        .where(col(COHORT).leq(col(PERIOD)))
        .select(
            col(COHORT_BY),
            col(Segments.SEGMENTS),
            col(COHORT),
            age.as(AGE),
            when(col(IS_ACTIVE), windowOpens).as(OPENS),
            one(col(IS_MEMBER)).as(COHORT_SIZE),
            one(col(IS_ACTIVE)).as(ACTIVE),
            one(isReactivated).as(REACTIVATED),
            col(ORDERS),
            col(NET_REVENUE),
            col(MARGIN));
  }

  /** Where a customer's ages begin, and on which row the customer enters the cohort. */
  private static Column origin(CohortBy by) {
    Column begins =
        switch (by) {
          case FIRST_PURCHASE -> col(FIRST_PURCHASE);
          case ENROLMENT -> col(JOINED);
        };
    Column isMember =
        switch (by) {
          case FIRST_PURCHASE -> col(IS_ACTIVE).and(col(PREVIOUS).isNull());
          case ENROLMENT -> col(IS_JOINING);
        };
    return struct(lit(code(by)).as(COHORT_BY), begins.as(COHORT), isMember.as(IS_MEMBER));
  }

  /**
   * Sums the entries, first over customers alike in all their segments, then by each segment. Out:
   * one row per cohort of a segment and age with an entry; every cohort has its age 0.
   */
  private static Dataset<Row> sums(Dataset<Row> entries) {
    Dataset<Row> alike =
        entries
            .groupBy(COHORT_BY, Segments.SEGMENTS, COHORT, AGE, OPENS)
            .agg(
                sum(col(COHORT_SIZE)).as(COHORT_SIZE),
                sum(col(ACTIVE)).as(ACTIVE),
                sum(col(REACTIVATED)).as(REACTIVATED),
                sum(col(ORDERS)).as(ORDERS),
                sum(col(NET_REVENUE)).as(NET_REVENUE),
                sum(col(MARGIN)).as(MARGIN));
    return withOpenings(alike)
        .withColumn(SEGMENT_OF, explode(col(Segments.SEGMENTS)))
        .select(col("*"), col(SEGMENT_OF + ".*"))
        .groupBy(COHORT_BY, SEGMENT_BY, SEGMENT, COHORT, AGE)
        .agg(
            sum(col(COHORT_SIZE)).as(COHORT_SIZE),
            sum(col(ACTIVE)).as(ACTIVE),
            sum(col(REACTIVATED)).as(REACTIVATED),
            sum(col(OPENED)).as(OPENED),
            sum(col(ORDERS)).as(ORDERS),
            sum(col(NET_REVENUE)).as(NET_REVENUE),
            sum(col(MARGIN)).as(MARGIN));
  }

  /**
   * Puts the windows that open beside what is counted at an age. Only here, where few rows are
   * left, do the two become rows of their own.
   */
  private static Dataset<Row> withOpenings(Dataset<Row> alike) {
    Column here =
        struct(
            col(AGE),
            col(COHORT_SIZE),
            col(ACTIVE),
            col(REACTIVATED),
            lit(0L).as(OPENED),
            col(ORDERS),
            col(NET_REVENUE),
            col(MARGIN));
    Column opening =
        struct(
            col(OPENS).as(AGE),
            lit(0L).as(COHORT_SIZE),
            lit(0L).as(ACTIVE),
            lit(0L).as(REACTIVATED),
            col(ACTIVE).as(OPENED),
            lit(0L).as(ORDERS),
            when(lit(false), col(NET_REVENUE)).as(NET_REVENUE),
            when(lit(false), col(MARGIN)).as(MARGIN));
    return alike
        .withColumn(
            ENTRY, explode(when(col(OPENS).isNull(), array(here)).otherwise(array(here, opening))))
        .select(col(COHORT_BY), col(Segments.SEGMENTS), col(COHORT), col(ENTRY + ".*"));
  }

  /**
   * Gives every complete age its row, silent ones with zeros, and its windows. Cohort is a period
   * still.
   */
  private static Dataset<Row> dense(Dataset<Row> counted, int lastPeriod, int inactive) {
    Column lastAge = lit(lastPeriod).minus(col(COHORT));
    // Age 0, which every cohort has, stands in for every age; a join would count the panel twice.
    Column agesGiven =
        when(col(AGE).equalTo(0), sequence(lit(0), lastAge)).otherwise(array(col(AGE)));
    Column isOwnAge = col(GIVEN_AGE).equalTo(col(AGE));
    Dataset<Row> everyAge =
        counted
            .repartition(col(COHORT_BY), col(SEGMENT_BY), col(SEGMENT), col(COHORT))
            .withColumn(GIVEN_AGE, explode(agesGiven))
            .groupBy(
                col(COHORT_BY), col(SEGMENT_BY), col(SEGMENT), col(COHORT), col(GIVEN_AGE).as(AGE))
            .agg(
                sum(col(COHORT_SIZE)).as(COHORT_SIZE),
                sum(when(isOwnAge, col(ACTIVE)).otherwise(lit(0L))).as(ACTIVE),
                sum(when(isOwnAge, col(REACTIVATED)).otherwise(lit(0L))).as(REACTIVATED),
                sum(when(isOwnAge, col(OPENED)).otherwise(lit(0L))).as(OPENED),
                sum(when(isOwnAge, col(ORDERS)).otherwise(lit(0L))).as(ORDERS),
                sum(when(isOwnAge, col(NET_REVENUE))).as(NET_REVENUE),
                sum(when(isOwnAge, col(MARGIN))).as(MARGIN));
    WindowSpec byAge = Window.partitionBy(COHORT_BY, SEGMENT_BY, SEGMENT, COHORT).orderBy(AGE);
    Column opened =
        sum(col(OPENED)).over(byAge.rowsBetween(Window.unboundedPreceding(), Window.currentRow()));
    Column ordersBefore = sum(col(ACTIVE)).over(byAge.rowsBetween(Window.unboundedPreceding(), -1));
    Column isWindowComplete = col(AGE).plus(inactive - 1).leq(lastAge);
    return everyAge
        .withColumn(SEEN, opened.minus(coalesce(ordersBefore, lit(0L))))
        .select(
            col(COHORT_BY),
            col(SEGMENT_BY),
            col(SEGMENT),
            col(COHORT),
            col(AGE),
            col(COHORT_SIZE),
            col(ACTIVE),
            when(isWindowComplete, col(SEEN)).as(ROLLING),
            // The window that ends at this age began inactive - 1 ages ago.
            col(COHORT_SIZE).minus(lag(col(SEEN), inactive - 1).over(byAge)).as(CHURNED),
            when(col(AGE).geq(inactive), col(REACTIVATED)).as(REACTIVATED),
            col(ORDERS),
            coalesce(col(NET_REVENUE), lit(0)).cast(ColumnType.AMOUNT_SUM.sql()).as(NET_REVENUE),
            col(MARGIN).cast(ColumnType.AMOUNT_SUM.sql()).as(MARGIN));
  }

  private static Column one(Column condition) {
    return when(condition, lit(1L)).otherwise(lit(0L));
  }
}
