package dev.cohortium.beforeafter;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.month;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.year;

import dev.cohortium.config.Study;
import dev.cohortium.config.Study.BeforeAfter;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Joinings;
import java.sql.Date;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.NumericType;

/** Brings together, by customer, the months of the panel, acquisition, joining and segments. */
final class Lives {
  /** Month of joining, counted from the first that is looked at (INT); null: never. */
  static final String JOINED = "joined";

  /** Month of the first order or of being registered (INT); null: neither by as-of. */
  static final String ACQUIRED = "acquired";

  /** Orders of the joining month before joining, and the one at which the customer joined (INT). */
  static final String ORDERS_UNTIL_JOINING = Joinings.ORDERS_UNTIL_JOINING;

  /** Whether the customer joined at an order (BOOLEAN). */
  static final String JOINED_AT_ORDER = Joinings.JOINED_AT_ORDER;

  /** Whether the member left for good (BOOLEAN). */
  static final String HAS_LEFT = "has_left";

  /** ARRAY of STRUCT(month, orders, net revenue, margin, items), in any order. */
  static final String MONTHS = "months";

  /** Values of the study's segments, in their order (ARRAY of STRING). */
  static final String SEGMENTS = "segments";

  /** What customers are compared within: values of the study's strata (STRING, a JSON array). */
  static final String STRATUM = "stratum";

  /** Where the customer lives (STRING). */
  static final String REGION = "region";

  /** Values of the study's covariates, in their order (ARRAY of DOUBLE, null where unknown). */
  static final String COVARIATES = "covariates";

  static final int ORDERS = 0;
  static final int REVENUE = 1;
  static final int MARGIN = 2;
  static final int ITEMS = 3;

  /** The number of amounts of a month. */
  static final int AMOUNTS = 4;

  /** Value of a segment where the customer has none. */
  static final String UNKNOWN = "unknown";

  private static final String CUSTOMER_ID = CustomerMonths.CUSTOMER_ID;
  private static final String MONTH = "bought";
  private static final String FIRST_ORDER = "first_order";
  private static final String REGISTERED = "registered";
  private static final int OF_YEAR = 12;

  private final Frames in;
  private final Study study;
  private final BeforeAfter asked;
  private final Window window;
  private final int first;

  Lives(Frames in, Study study, Window window) {
    this.in = in;
    this.study = study;
    this.asked = study.beforeAfter().orElseThrow();
    this.window = window;
    first = OF_YEAR * window.first().getYear() + window.first().getMonthValue() - 1;
  }

  /**
   * One row per customer who has a receipt, is registered or joined {@code program} by as-of. The
   * three tables are rows of one, so that all of it is exchanged once.
   */
  Dataset<Row> of(String program) {
    return months()
        .unionByName(joined(program), true)
        .unionByName(described(), true)
        .groupBy(CUSTOMER_ID)
        .agg(
            max(JOINED).as(JOINED),
            max(ORDERS_UNTIL_JOINING).as(ORDERS_UNTIL_JOINING),
            coalesce(max(JOINED_AT_ORDER), lit(false)).as(JOINED_AT_ORDER),
            least(min(FIRST_ORDER), min(REGISTERED)).as(ACQUIRED),
            coalesce(max(HAS_LEFT), lit(false)).as(HAS_LEFT),
            collect_list(MONTH).as(MONTHS),
            coalesce(first(SEGMENTS, true), unknown(asked.segments())).as(SEGMENTS),
            coalesce(first(STRATUM, true), to_json(unknown(asked.strata()))).as(STRATUM),
            coalesce(first(REGION, true), lit(UNKNOWN)).as(REGION),
            first(COVARIATES, true).as(COVARIATES))
        .where(size(col(MONTHS)).gt(0).or(col(JOINED).isNotNull()).or(col(ACQUIRED).isNotNull()));
  }

  /** The values of segments of which none is known. */
  private static Column unknown(List<String> names) {
    return listed(names.stream().map(name -> lit(UNKNOWN)).toArray(Column[]::new));
  }

  private static Column listed(Column... texts) {
    return array(texts).cast("array<string>");
  }

  /** The months in which somebody joined who was not always a member, ascending. */
  List<Integer> cohorts(String program) {
    return joined(program)
        .select(JOINED)
        .where(col(JOINED).gt(window.design().anticipation()))
        .distinct()
        .collectAsList()
        .stream()
        .map(row -> row.getInt(0))
        .sorted()
        .toList();
  }

  private Dataset<Row> months() {
    Column number = number(col(CustomerMonths.MONTH));
    return in.get(CustomerMonths.TABLE)
        .where(col(CustomerMonths.MONTH).leq(lit(Date.valueOf(lastDay()))))
        .select(
            col(CUSTOMER_ID),
            when(
                    number.geq(0),
                    struct(
                        number,
                        col(CustomerMonths.ORDERS).cast("double"),
                        col(CustomerMonths.NET_REVENUE).cast("double"),
                        amount(CustomerMonths.MARGIN),
                        amount(CustomerMonths.ITEMS)))
                .as(MONTH),
            when(col(CustomerMonths.ORDERS).gt(0), number).as(FIRST_ORDER));
  }

  private java.time.LocalDate lastDay() {
    return study.asOf().orElseThrow().atEndOfMonth();
  }

  private static Column amount(String name) {
    return coalesce(col(name).cast("double"), lit(0.0));
  }

  private Dataset<Row> joined(String program) {
    return in.get(Joinings.TABLE)
        .where(col(Joinings.PROGRAM_ID).equalTo(program))
        .where(col(Joinings.JOINING_MONTH).leq(lit(Date.valueOf(lastDay()))))
        .select(
            col(CUSTOMER_ID),
            number(col(Joinings.JOINING_MONTH)).as(JOINED),
            col(ORDERS_UNTIL_JOINING).cast("int").as(ORDERS_UNTIL_JOINING),
            col(JOINED_AT_ORDER),
            col(Joinings.LEFT_MONTH).leq(lit(Date.valueOf(lastDay()))).as(HAS_LEFT));
  }

  private Dataset<Row> described() {
    Dataset<Row> customers = in.get(Customers.TABLE);
    Column[] covariates =
        asked.covariates().stream().map(name -> number(customers, name)).toArray(Column[]::new);
    Column registered =
        number(from_utc_timestamp(col(Customers.REGISTERED_AT), study.timeZone().getId()));
    return customers.select(
        col(CUSTOMER_ID),
        when(registered.lt(window.months()), registered).as(REGISTERED),
        listed(texts(asked.segments())).as(SEGMENTS),
        to_json(listed(texts(asked.strata()))).as(STRATUM),
        col(Customers.REGION).as(REGION),
        array(covariates).cast("array<double>").as(COVARIATES));
  }

  private Column[] texts(List<String> names) {
    return names.stream()
        .map(
            name ->
                coalesce(Expressions.of(study.segments().get(name)).cast("string"), lit(UNKNOWN)))
        .toArray(Column[]::new);
  }

  /** A covariate; null where it is not known. */
  private Column number(Dataset<Row> customers, String name) {
    Column value = named(customers, name);
    boolean isNumber =
        customers.select(value).schema().fields()[0].dataType() instanceof NumericType;
    Column number = value.cast("double");
    if (!isNumber && !customers.where(value.isNotNull().and(number.isNull())).isEmpty()) {
      throw new UserFault(
          "before-after.covariates of study '%s' names %s, which is not always a number.\nWhat is no number belongs under before-after.strata, as a segment."
              .formatted(study.name(), name));
    }
    return when(abs(number).leq(Double.MAX_VALUE), number);
  }

  private Column named(Dataset<Row> customers, String name) {
    if (study.segments().containsKey(name)) {
      return Expressions.of(study.segments().get(name));
    }
    if (List.of(customers.columns()).contains(name)) {
      return col(name);
    }
    Column attribute = col(Customers.ATTRIBUTES).getItem(name);
    if (!customers.isEmpty() && customers.where(attribute.isNotNull()).isEmpty()) {
      throw new UserFault(
          "before-after.covariates of study '%s' names %s, which is no segment, column or attribute of customers.\nName one of those."
              .formatted(study.name(), name));
    }
    return attribute;
  }

  /** The number of a day's month, counted from the first that is looked at. */
  private Column number(Column day) {
    return year(day).multiply(OF_YEAR).plus(month(day)).minus(1 + first);
  }

  /** The places in which the customer of a row is measured: the whole first. */
  static List<Place> places(Row row, List<String> names) {
    List<Place> places = new ArrayList<>(List.of(Place.ALL));
    List<String> values = row.getList(row.fieldIndex(SEGMENTS));
    for (int i = 0; i < names.size(); i++) {
      places.add(new Place(names.get(i), values.get(i)));
    }
    return places;
  }
}
