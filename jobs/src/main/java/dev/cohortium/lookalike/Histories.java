package dev.cohortium.lookalike;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.month;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.year;

import dev.cohortium.config.Study;
import dev.cohortium.config.UserFault;
import dev.cohortium.evidence.Sweep;
import dev.cohortium.lookalike.Covariates.Trait;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Joinings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Brings together, by customer, the months of the panel, the joining, and what the customer is. */
final class Histories {
  static final String CUSTOMER_ID = CustomerMonths.CUSTOMER_ID;
  static final String EXACT = "exact";
  static final String GROUP = "propensity_group";
  static final String TRAITS = "traits";
  static final String JOINED = "joined";
  static final String ORDERS_UNTIL_JOINING = Joinings.ORDERS_UNTIL_JOINING;

  /** Traits and months: {@link History#packed}. */
  static final String PACKED = "packed";

  private static final String MONTHS = "months";

  /** The columns of {@link #of}. */
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "customer_id string not null, exact string not null, propensity_group string not null,"
              + " joined int, orders_until_joining int, packed binary not null");

  /** Between the values of several exact segments; no value holds it. */
  static final String SEPARATOR = "\u001f";

  /** Value of a segment where the customer has none. */
  static final String UNKNOWN = "unknown";

  private static final int LEVELS = 20;

  private Histories() {}

  /** The values of one name, over the customers table. */
  private record Named(String name, Column value, boolean isNumber) {}

  /**
   * What customers are: one row per customer with customer_id, exact and propensity_group (STRING)
   * and traits (ARRAY of DOUBLE).
   *
   * @param rows of the customers
   * @param traits what the places of {@link #TRAITS} mean
   * @param unknownExact of who is not among the customers
   * @param unknownGroup of the same
   */
  record Described(
      Dataset<Row> rows, List<Trait> traits, String unknownExact, String unknownGroup) {}

  /**
   * Describes the customers as the study asks.
   *
   * @throws UserFault if a name is none of a segment, column or attribute
   */
  static Described described(Dataset<Row> customers, Study study) {
    Study.LookAlike asked = study.lookAlike().orElseThrow();
    List<Named> covariates = new ArrayList<>();
    for (String name : asked.covariates()) {
      covariates.add(named(customers, study, name, "covariates"));
    }
    List<Column> traits = new ArrayList<>();
    List<Trait> meanings = new ArrayList<>();
    for (Named named : covariates) {
      if (named.isNumber()) {
        Column cast = named.value().cast("double");
        Column number = when(not(isnan(cast)), cast);
        traits.add(coalesce(number, lit(0.0)));
        meanings.add(new Trait(named.name(), false, 0));
        traits.add(when(number.isNull(), 1.0).otherwise(0.0));
        meanings.add(new Trait(named.name() + "_unknown", true, 1));
      } else {
        Column text = coalesce(named.value().cast("string"), lit(UNKNOWN));
        for (String level : levels(customers, text)) {
          traits.add(when(text.equalTo(level), 1.0).otherwise(0.0));
          meanings.add(new Trait(named.name() + "=" + level, true, level.equals(UNKNOWN) ? 1 : 0));
        }
      }
    }
    List<Column> columns = new ArrayList<>();
    columns.add(col(Customers.CUSTOMER_ID));
    columns.add(joined(customers, study, asked.exact()).as(EXACT));
    columns.add(joined(customers, study, asked.propensityBy()).as(GROUP));
    columns.add(
        (traits.isEmpty() ? array().cast("array<double>") : array(traits.toArray(Column[]::new)))
            .as(TRAITS));
    return new Described(
        customers.select(columns.toArray(Column[]::new)),
        meanings,
        String.join(SEPARATOR, Collections.nCopies(asked.exact().size(), UNKNOWN)),
        String.join(SEPARATOR, Collections.nCopies(asked.propensityBy().size(), UNKNOWN)));
  }

  private static Column joined(Dataset<Row> customers, Study study, List<String> names) {
    return concat_ws(
        SEPARATOR,
        names.stream()
            .map(
                name ->
                    coalesce(
                        named(customers, study, name, "exact").value().cast("string"),
                        lit(UNKNOWN)))
            .toArray(Column[]::new));
  }

  /** The most frequent values of a text, fewer than all: the rest has none of its own. */
  private static List<String> levels(Dataset<Row> customers, Column text) {
    return customers
        .groupBy(text.as("level"))
        .agg(count(lit(1)).as("customers"))
        .orderBy(col("customers").desc(), col("level"))
        .limit(LEVELS + 1)
        .collectAsList()
        .stream()
        .skip(1)
        .map(row -> row.getString(0))
        .toList();
  }

  private static Named named(Dataset<Row> customers, Study study, String name, String key) {
    if (study.segments().containsKey(name)) {
      Column value = Expressions.of(study.segments().get(name));
      return new Named(name, value, isNumber(customers.select(value.as(name))));
    }
    if (List.of(customers.columns()).contains(name)) {
      return new Named(name, col(name), isNumber(customers.select(name)));
    }
    Column attribute = col(Customers.ATTRIBUTES).getItem(name);
    boolean isThere = !customers.where(attribute.isNotNull()).isEmpty();
    if (!isThere && !customers.isEmpty()) {
      throw new UserFault(
          "look-alike.%s of study '%s' names %s, which is no segment, column or attribute of customers.\nName one of those."
              .formatted(key, study.name(), name));
    }
    boolean isNumber =
        customers.where(attribute.isNotNull().and(attribute.cast("double").isNull())).isEmpty();
    return new Named(name, attribute, isNumber);
  }

  private static boolean isNumber(Dataset<Row> rows) {
    return rows.schema().fields()[0].dataType() instanceof org.apache.spark.sql.types.NumericType;
  }

  /**
   * One row per customer with an order or receipt up to as-of. In: {@link CustomerMonths}, {@link
   * Joinings} of one programme. Out: customer_id, exact, propensity_group, joined (month counted
   * from the panel's first; null: never), orders_until_joining, packed.
   */
  static Dataset<Row> of(
      Dataset<Row> customerMonths, Dataset<Row> joinings, Described described, Rules rules) {
    int first = 12 * rules.first().getYear() + rules.first().getMonthValue() - 1;
    Dataset<Row> months =
        customerMonths
            .where(col(CustomerMonths.MONTH).leq(lit(rules.day(rules.months() - 1))))
            .groupBy(CUSTOMER_ID)
            .agg(
                collect_list(
                        struct(
                            number(col(CustomerMonths.MONTH), first),
                            col(CustomerMonths.ORDERS).cast("int"),
                            col(CustomerMonths.NET_REVENUE).cast("double"),
                            coalesce(col(CustomerMonths.MARGIN).cast("double"), lit(Double.NaN)),
                            coalesce(col(CustomerMonths.ITEMS).cast("double"), lit(0.0)),
                            col(CustomerMonths.GROSS_REVENUE).cast("double"),
                            coalesce(col(CustomerMonths.DISCOUNT).cast("double"), lit(0.0)),
                            coalesce(
                                col(CustomerMonths.CATEGORIES).cast("double"), lit(Double.NaN))))
                    .as(MONTHS));
    Dataset<Row> joined =
        joinings.select(
            col(Joinings.CUSTOMER_ID),
            number(col(Joinings.JOINING_MONTH), first).as(JOINED),
            col(Joinings.ORDERS_UNTIL_JOINING).cast("int").as(ORDERS_UNTIL_JOINING));
    Dataset<Row> loose =
        months
            .join(joined, new String[] {CUSTOMER_ID}, "left")
            .join(described.rows(), new String[] {CUSTOMER_ID}, "left")
            .withColumn(EXACT, coalesce(col(EXACT), lit(described.unknownExact())))
            .withColumn(GROUP, coalesce(col(GROUP), lit(described.unknownGroup())))
            .withColumn(
                TRAITS,
                coalesce(
                    col(TRAITS),
                    described.traits().isEmpty()
                        ? array().cast("array<double>")
                        : array(
                            described.traits().stream()
                                .map(t -> lit(t.ofUnknown()))
                                .toArray(Column[]::new))))
            .select(CUSTOMER_ID, EXACT, GROUP, JOINED, ORDERS_UNTIL_JOINING, TRAITS, MONTHS);
    return loose
        .sparkSession()
        .createDataFrame(
            Sweep.each(
                loose,
                row ->
                    List.of(
                            RowFactory.create(
                                row.get(0),
                                row.get(1),
                                row.get(2),
                                row.get(3),
                                row.get(4),
                                History.packed(row.getList(5), row.getList(6))))
                        .iterator()),
            SCHEMA);
  }

  /** The number of a month from {@code first}, which counts from January of year 0. */
  private static Column number(Column day, int first) {
    return year(day).multiply(12).plus(month(day)).minus(1).minus(first);
  }
}
