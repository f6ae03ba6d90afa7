package dev.cohortium.beforeafter;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_from_entries;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.year;

import dev.cohortium.config.Study;
import dev.cohortium.config.Study.BeforeAfter;
import dev.cohortium.config.UserFault;
import dev.cohortium.evidence.Metric;
import dev.cohortium.evidence.Sweep;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Joinings;
import java.sql.Date;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * Brings together, by customer, the months of the panel, acquisition, joinings and segments: the
 * panel is read and exchanged once, whatever the number of programmes, and each customer is kept in
 * few bytes, for all that goes over customers again.
 *
 * <p>Months are counted from that of the year 0: {@link #number}.
 */
final class Lives {
  /** Month of joining (INT); null: never. */
  static final String JOINED = "joined";

  /** Month of the first order or of being registered (INT); null: neither by as-of. */
  static final String ACQUIRED = "acquired";

  /** Orders of the joining month before joining, and the one at which the customer joined (INT). */
  static final String ORDERS_UNTIL_JOINING = Joinings.ORDERS_UNTIL_JOINING;

  /** Whether the customer joined at an order (BOOLEAN). */
  static final String JOINED_AT_ORDER = Joinings.JOINED_AT_ORDER;

  /** Whether the member left for good (BOOLEAN). */
  static final String HAS_LEFT = "has_left";

  /** What was bought in months that are looked at (BINARY, {@link PackedMonths}). */
  static final String MONTHS = "months";

  /** Values of the study's segments, in their order (ARRAY of STRING). */
  static final String SEGMENTS = "segments";

  /** What customers are compared within: values of the study's strata (STRING, a JSON array). */
  static final String STRATUM = "stratum";

  /** Where the customer lives (STRING). */
  static final String REGION = "region";

  /** Values of the study's covariates, in their order (ARRAY of DOUBLE, null where unknown). */
  static final String COVARIATES = "covariates";

  /** Of each programme joined: JOINED to HAS_LEFT (MAP of STRUCT by programme). */
  static final String JOININGS = "joinings";

  /** Value of a segment where the customer has none. */
  static final String UNKNOWN = "unknown";

  private static final String CUSTOMER_ID = CustomerMonths.CUSTOMER_ID;
  private static final String MONTH = "month";
  private static final String REGISTERED = "registered";
  private static final String JOINING = "joining";
  private static final String DESCRIBED = "described";
  private static final int OF_YEAR = 12;

  private final Frames in;
  private final Study study;
  private final BeforeAfter asked;
  private final Dataset<Row> rows;

  /** Those up to as-of: read when they are first asked for, and kept until the job has ended. */
  Lives(Frames in, Study study) {
    this.in = in;
    this.study = study;
    this.asked = study.beforeAfter().orElseThrow();
    rows = in.keep(brought());
  }

  /**
   * One row per customer who was acquired, has a receipt in a month that is looked at, or joined
   * {@code program}, by as-of.
   */
  Dataset<Row> of(String program) {
    Column joining = col(JOININGS).getItem(program);
    return rows.select(
            col(CUSTOMER_ID),
            joining.getField(JOINED).as(JOINED),
            joining.getField(ORDERS_UNTIL_JOINING).as(ORDERS_UNTIL_JOINING),
            coalesce(joining.getField(JOINED_AT_ORDER), lit(false)).as(JOINED_AT_ORDER),
            coalesce(joining.getField(HAS_LEFT), lit(false)).as(HAS_LEFT),
            col(ACQUIRED),
            col(MONTHS),
            col(SEGMENTS),
            col(STRATUM),
            col(REGION),
            col(COVARIATES))
        .where(isAcquired().or(col(JOINED).isNotNull()));
  }

  /** What one look at all of them tells, the one in which they are read. */
  Survey survey() {
    Survey nobody = new Survey(Metric.of(study), asked.covariates().size());
    return Sweep.of(
        rows.select(MONTHS, JOININGS, COVARIATES), nobody::none, Survey::add, Survey::plus);
  }

  // --- what is brought together ---

  private Dataset<Row> brought() {
    Dataset<Row> known = known();
    int from = asked.since().map(Lives::number).orElse(Integer.MIN_VALUE);
    Column described = col(DESCRIBED);
    return Sweep.byHash(
            known, CUSTOMER_ID, alike -> Brought.of(alike, from), Brought.schema(known.schema()))
        .select(
            col(CUSTOMER_ID),
            col(ACQUIRED),
            col(MONTHS),
            map_from_entries(col(JOININGS)).as(JOININGS),
            coalesce(described.getField(SEGMENTS), unknown(asked.segments())).as(SEGMENTS),
            coalesce(described.getField(STRATUM), to_json(unknown(asked.strata()))).as(STRATUM),
            coalesce(described.getField(REGION), lit(UNKNOWN)).as(REGION),
            described.getField(COVARIATES).as(COVARIATES))
        .where(isAcquired().or(size(col(JOININGS)).gt(0)));
  }

  /** Whether there is a receipt in a month that is looked at, or an acquisition by as-of. */
  private static Column isAcquired() {
    return length(col(MONTHS)).gt(0).or(col(ACQUIRED).isNotNull());
  }

  /** What months, joinings and customers say of each customer, each in rows of its own. */
  Dataset<Row> known() {
    return months().unionByName(joined(), true).unionByName(described(), true);
  }

  /** The rows of one customer, as far as they were seen. */
  static final class Brought {
    // Places in the rows of known(), of which there are too many to look names up.
    private static final int AT_MONTH = 1;
    private static final int AT_JOINING = AT_MONTH + 1 + PackedMonths.AMOUNTS;
    private static final int AT_DESCRIBED = AT_JOINING + 1;
    private static final int AT_REGISTERED = 0;

    private final TreeMap<Integer, double[]> months = new TreeMap<>();
    private final List<Row> joinings = new ArrayList<>();
    private Integer acquired;
    private Row described;

    static StructType schema(StructType known) {
      return new StructType()
          .add(CUSTOMER_ID, DataTypes.StringType)
          .add(ACQUIRED, DataTypes.IntegerType)
          .add(MONTHS, DataTypes.BinaryType)
          .add(JOININGS, DataTypes.createArrayType(known.apply(JOINING).dataType()))
          .add(DESCRIBED, known.apply(DESCRIBED).dataType());
    }

    /**
     * The customers of rows.
     *
     * @param alike all rows of one or, hardly ever, a few customers
     * @param from first month that is looked at
     */
    static Iterator<Row> of(Iterator<Row> alike, int from) {
      Map<String, Brought> customers = new TreeMap<>();
      alike.forEachRemaining(
          row -> customers.computeIfAbsent(row.getString(0), none -> new Brought()).add(row, from));
      return customers.entrySet().stream()
          .map(customer -> customer.getValue().row(customer.getKey()))
          .iterator();
    }

    private void add(Row row, int from) {
      if (!row.isNullAt(AT_MONTH)) {
        double[] amounts = new double[PackedMonths.AMOUNTS];
        for (int amount = 0; amount < amounts.length; amount++) {
          int at = AT_MONTH + 1 + amount;
          amounts[amount] = row.isNullAt(at) ? Double.NaN : row.getDouble(at);
        }
        add(row.getInt(AT_MONTH), amounts, from);
      } else if (!row.isNullAt(AT_JOINING)) {
        joinings.add(row.getStruct(AT_JOINING));
      } else {
        described = row.getStruct(AT_DESCRIBED);
        if (!described.isNullAt(AT_REGISTERED)) {
          acquire(described.getInt(AT_REGISTERED));
        }
      }
    }

    private void add(int month, double[] amounts, int from) {
      if (month >= from) {
        months.put(month, amounts);
      }
      if (amounts[PackedMonths.ORDERS] > 0) {
        acquire(month);
      }
    }

    private void acquire(int month) {
      acquired = acquired == null ? month : Math.min(acquired, month);
    }

    private Row row(String customer) {
      return RowFactory.create(
          customer, acquired, PackedMonths.of(months), joinings.toArray(Row[]::new), described);
    }
  }

  /** The number of a month, counted from January of the year 0. */
  static int number(YearMonth month) {
    return OF_YEAR * month.getYear() + month.getMonthValue() - 1;
  }

  /** The month of a number. */
  static YearMonth month(int number) {
    return YearMonth.of(number / OF_YEAR, 1 + number % OF_YEAR);
  }

  private static Column number(Column day) {
    return year(day).multiply(OF_YEAR).plus(functions.month(day)).minus(1);
  }

  /** The values of segments of which none is known. */
  private static Column unknown(List<String> names) {
    return listed(names.stream().map(name -> lit(UNKNOWN)).toArray(Column[]::new));
  }

  private static Column listed(Column... texts) {
    return array(texts).cast("array<string>");
  }

  private Dataset<Row> months() {
    return in.get(CustomerMonths.TABLE)
        .where(col(CustomerMonths.MONTH).leq(lit(Date.valueOf(lastDay()))))
        .select(
            col(CUSTOMER_ID),
            number(col(CustomerMonths.MONTH)).as(MONTH),
            amount(CustomerMonths.ORDERS),
            amount(CustomerMonths.NET_REVENUE),
            amount(CustomerMonths.MARGIN),
            amount(CustomerMonths.ITEMS));
  }

  private static Column amount(String name) {
    return col(name).cast("double").as(name);
  }

  private LocalDate lastDay() {
    return study.asOf().orElseThrow().atEndOfMonth();
  }

  private Dataset<Row> joined() {
    return in.get(Joinings.TABLE)
        .where(col(Joinings.JOINING_MONTH).leq(lit(Date.valueOf(lastDay()))))
        .select(
            col(CUSTOMER_ID),
            struct(
                    col(Joinings.PROGRAM_ID),
                    struct(
                        number(col(Joinings.JOINING_MONTH)).as(JOINED),
                        col(ORDERS_UNTIL_JOINING).cast("int").as(ORDERS_UNTIL_JOINING),
                        col(JOINED_AT_ORDER),
                        col(Joinings.LEFT_MONTH).leq(lit(Date.valueOf(lastDay()))).as(HAS_LEFT)))
                .as(JOINING));
  }

  private Dataset<Row> described() {
    Dataset<Row> customers = in.get(Customers.TABLE);
    Column[] covariates =
        asked.covariates().stream().map(name -> number(customers, name)).toArray(Column[]::new);
    Column registered =
        number(from_utc_timestamp(col(Customers.REGISTERED_AT), study.timeZone().getId()));
    return customers.select(
        col(CUSTOMER_ID),
        struct(
                when(registered.leq(number(study.asOf().orElseThrow())), registered).as(REGISTERED),
                listed(texts(asked.segments())).as(SEGMENTS),
                to_json(listed(texts(asked.strata()))).as(STRATUM),
                col(Customers.REGION).as(REGION),
                array(covariates).cast("array<double>").as(COVARIATES))
            .as(DESCRIBED));
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
