package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.bit_count;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.shiftleft;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.table.CustomerMonths;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What assigned customers bought in windows around their month of assignment, and before. The one
 * place where a comparison of arms meets the panel.
 */
final class Windows {
  static final String EXPERIMENT = "experiment_id";
  static final String CUSTOMER = "customer_id";
  static final String ARM = "arm";

  /** Number of the month of assignment ({@link Months}). */
  static final String ASSIGNED = "assigned";

  static final String STRATUM = "stratum";

  /**
   * ARRAY of the customer's values of all segments, behind that of the whole ({@link Segments}).
   */
  static final String SEGMENTS = "segments";

  static final String SEGMENT_BY = "segment_by";
  static final String SEGMENT = "segment";

  /** Months from assignment to joining the programme; null: not joined by as-of. */
  static final String JOINED = "joined";

  /** Months from assignment to the first contact; null: not contacted by as-of. */
  static final String FIRST_CONTACT = "first_contact";

  /** Whether the customer was contacted before assignment, and is in no list: 0 or 1. */
  static final List<String> MARKS = List.of("contacted_before", "unknown");

  /** Months from assignment to the customer-month; null: there is none within reach. */
  static final String OFFSET = "months_since";

  /** Length of a window. */
  static final String SPAN = "span";

  /** Joined by the window's end, before assignment or after. */
  static final String TREATED = "treated";

  /** Joined from the month of assignment to the window's end. */
  static final String JOINED_SINCE = "joined_since";

  /** Contacted by the window's end. */
  static final String CONTACTED = "contacted";

  /** Redeemed points in the window, and had not joined by its end. */
  static final String REDEEMED = "redeemed";

  /** Share of the window's months as a member, that of joining included. */
  static final String MEMBERSHIP = "membership";

  private static final String COST_UNKNOWN = "margin_unknown";
  private static final String ORDERED_BEFORE = "ordered_before";

  /** Event: an order in the window. */
  static final String ORDERED = "ordered";

  /** What happened in the window or up to its end: 0 or 1. */
  static final List<String> EVENTS =
      List.of(TREATED, JOINED_SINCE, CONTACTED, REDEEMED, COST_UNKNOWN, ORDERED_BEFORE, ORDERED);

  private static final String AT = "at";
  private static final String REDEEMS = "redeems";
  private static final String MARGIN_UNKNOWN = "without_margin";
  private static final String BITS = "bits";

  /** Months of which orders are remembered. */
  static final int MOST_BITS = 62;

  private static final double SCALE = 10_000;

  private final List<Span> spans;
  private final int inactiveMonths;
  private final int asOf;
  private final int from;
  private final int to;

  /**
   * Windows of these lengths.
   *
   * @param inactiveMonths months without an order after which a customer has churned
   * @param asOf number of the last month that is used
   */
  Windows(List<Span> spans, int inactiveMonths, int asOf) {
    this.spans = List.copyOf(spans);
    this.inactiveMonths = inactiveMonths;
    this.asOf = asOf;
    this.to = spans.stream().mapToInt(Span::last).max().orElseThrow();
    int needed = spans.stream().mapToInt(Span::firstBefore).min().orElseThrow();
    this.from = Math.max(needed - inactiveMonths + 1, to - MOST_BITS + 1);
  }

  /**
   * Customer-months of assigned customers, and a row without one of who has none. In: one row per
   * experiment and customer. Out: those rows by {@link #OFFSET}, with the summed quantities.
   */
  Dataset<Row> visits(Dataset<Row> assigned, Dataset<Row> customerMonths) {
    Dataset<Row> months =
        customerMonths.select(
            col(CustomerMonths.CUSTOMER_ID).as("visitor"),
            Months.number(col(CustomerMonths.MONTH)).as(AT),
            units(CustomerMonths.NET_REVENUE).as(Quantity.NET_REVENUE.word()),
            units(CustomerMonths.MARGIN).as(Quantity.MARGIN.word()),
            col(CustomerMonths.ORDERS).as(Quantity.ORDERS.word()),
            units(CustomerMonths.ITEMS).as(Quantity.ITEMS.word()),
            flag(col(CustomerMonths.ORDERS).gt(0).and(col(CustomerMonths.MARGIN).isNull()))
                .as(MARGIN_UNKNOWN),
            flag(col(CustomerMonths.POINTS_REDEEMED).gt(0)).as(REDEEMS));
    Column isWithinReach = col(AT).minus(col(ASSIGNED)).between(from, to).and(col(AT).leq(asOf));
    return assigned
        .join(months, col(CUSTOMER).equalTo(col("visitor")).and(isWithinReach), "left")
        .withColumn(OFFSET, col(AT).minus(col(ASSIGNED)))
        .drop("visitor", AT);
  }

  /** Ten-thousandths, whose sums are exact and fast. */
  private static Column units(String amount) {
    return coalesce(col(amount).multiply(lit((int) SCALE)).cast("long"), lit(0L));
  }

  private static Column flag(Column condition) {
    return when(condition, 1).otherwise(0);
  }

  /**
   * One row per experiment, customer and window. In: {@link #visits}. Out: the assignment, {@link
   * #SPAN}, {@link #EVENTS}, {@link #MARKS} and of each quantity {@link #after} and {@link
   * #before}, per month.
   */
  Dataset<Row> customers(Dataset<Row> visits) {
    // What is the same in all rows of a customer is of the key: texts cannot be aggregated by hash.
    Column[] key =
        Stream.concat(
                Stream.of(
                    CUSTOMER, EXPERIMENT, ARM, ASSIGNED, STRATUM, JOINED, FIRST_CONTACT, SEGMENTS),
                MARKS.stream())
            .map(org.apache.spark.sql.functions::col)
            .toArray(Column[]::new);
    List<Column> sums = new ArrayList<>();
    sums.add(expr(orderBits()).as(BITS));
    for (Span span : spans) {
      for (Quantity quantity : Quantity.values()) {
        if (quantity.isSummed()) {
          sums.add(within(span.first(), span.last(), quantity.word()).as(total(span, quantity)));
          sums.add(
              within(span.firstBefore(), span.lastBefore(), quantity.word())
                  .as(totalBefore(span, quantity)));
        }
      }
      for (String event : List.of(REDEEMS, MARGIN_UNKNOWN)) {
        sums.add(within(span.first(), span.last(), event).as(event + span.months()));
      }
    }
    return visits
        .groupBy(key)
        .agg(sums.get(0), sums.subList(1, sums.size()).toArray(Column[]::new));
  }

  /** The rows of {@link #customers} by window: each has {@link #SPAN} and its quantities. */
  Dataset<Row> byWindow(Dataset<Row> customers) {
    Column[] windows = spans.stream().map(this::window).toArray(Column[]::new);
    Column[] kept =
        Stream.concat(
                Stream.of(EXPERIMENT, CUSTOMER, ARM, ASSIGNED, STRATUM, SEGMENTS), MARKS.stream())
            .map(org.apache.spark.sql.functions::col)
            .toArray(Column[]::new);
    Column[] all = new Column[kept.length + 1];
    System.arraycopy(kept, 0, all, 0, kept.length);
    all[kept.length] = inline(array(windows));
    return customers.select(all);
  }

  /** Name of a quantity's mean month in the window. */
  static String after(Quantity quantity) {
    return "after_" + quantity.word();
  }

  /** Name of a quantity's mean month in the window before. */
  static String before(Quantity quantity) {
    return "before_" + quantity.word();
  }

  private Column window(Span span) {
    List<Column> fields = new ArrayList<>();
    fields.add(lit(span.months()).as(SPAN));
    Column hasJoined = coalesce(col(JOINED).leq(span.last()), lit(false));
    Column hasRedeemed = col(REDEEMS + span.months()).gt(0);
    fields.add(flag(hasJoined).as(TREATED));
    fields.add(flag(hasJoined.and(col(JOINED).geq(0))).as(JOINED_SINCE));
    fields.add(membership(span).as(MEMBERSHIP));
    fields.add(flag(col(FIRST_CONTACT).leq(span.last())).as(CONTACTED));
    fields.add(flag(hasRedeemed.and(not(hasJoined))).as(REDEEMED));
    fields.add(flag(col(MARGIN_UNKNOWN + span.months()).gt(0)).as(COST_UNKNOWN));
    fields.add(flag(col(totalBefore(span, Quantity.ORDERS)).gt(0)).as(ORDERED_BEFORE));
    fields.add(flag(col(total(span, Quantity.ORDERS)).gt(0)).as(ORDERED));
    for (Quantity quantity : Quantity.values()) {
      fields.add(mean(span, quantity, span.first(), total(span, quantity)).as(after(quantity)));
      fields.add(
          mean(span, quantity, span.firstBefore(), totalBefore(span, quantity))
              .as(before(quantity)));
    }
    return struct(fields.toArray(Column[]::new));
  }

  /** {@link #MEMBERSHIP} of rows with {@link #JOINED}. */
  static Column membership(Span span) {
    Column months = least(lit(span.months()), lit(span.last() + 1).minus(col(JOINED)));
    return when(col(JOINED).leq(span.last()), months.divide(span.months())).otherwise(0.0);
  }

  private Column mean(Span span, Quantity quantity, int first, String total) {
    double months = span.months();
    return switch (quantity) {
      case NET_REVENUE, MARGIN, ITEMS -> col(total).cast("double").divide(SCALE * months);
      case ORDERS -> col(total).cast("double").divide(months);
      case ACTIVE_RATE -> ordering(col(BITS), first, span.months()).divide(months);
      case CHURNED_RATE ->
          lit(months).minus(ordering(lately(), first, span.months())).divide(months);
    };
  }

  /** The months with a bit among so many from {@code first}; before what is within reach none. */
  private Column ordering(Column bits, int first, int months) {
    long mask = first < from ? 0 : ((1L << months) - 1) << (first - from);
    return bit_count(coalesce(bits, lit(0L)).bitwiseAND(lit(mask))).cast("double");
  }

  /** A bit for each month within so many of which there was an order. */
  private Column lately() {
    Column bits = col(BITS);
    for (int back = 1; back < inactiveMonths; back++) {
      bits = bits.bitwiseOR(shiftleft(col(BITS), back));
    }
    return bits;
  }

  /** A bit for each month with an order, the earliest within reach first. */
  private String orderBits() {
    return String.format(
        "bit_or(case when %s > 0 then shiftleft(1L, %s - (%d)) else 0L end)",
        Quantity.ORDERS.word(), OFFSET, from);
  }

  private static Column within(int first, int last, String value) {
    return sum(when(col(OFFSET).between(first, last), col(value)).otherwise(0));
  }

  private static String total(Span span, Quantity quantity) {
    return "total_" + span.months() + "_" + quantity.word();
  }

  private static String totalBefore(Span span, Quantity quantity) {
    return "earlier_" + span.months() + "_" + quantity.word();
  }
}
