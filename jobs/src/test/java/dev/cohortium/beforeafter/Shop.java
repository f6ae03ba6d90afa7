package dev.cohortium.beforeafter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.Given;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.ReceiptMonths;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;

/**
 * A shop of 1,200 customers in 18 months from January 2022: a quarter joins in November, a quarter
 * in January, and buys for 8 more a month from the month after. Who joins buys for 30 more in that
 * month.
 */
final class Shop {
  /** What joining brings, in net revenue a month. */
  static final double EFFECT = 8;

  /** One or two orders a month. */
  static final String ORDERS = "1 + pmod(xxhash64(id, m, 'orders'), 2)";

  /** The effect on net revenue of everybody over three months. */
  static final String WHOLE =
      "metric = 'net_revenue' and segment = 'all' and variant = 'raw' and horizon_months = 3";

  /** How members joined. */
  enum Joined {
    AT_THE_TILL,
    BY_POST
  }

  private Shop() {}

  /**
   * Its tables.
   *
   * @param drift added to a month's amount, by m (month), joined (null: never) and id
   * @param orders of a month
   */
  static Frames frames(SparkSession spark, String drift, String orders) {
    Dataset<Row> customers =
        spark
            .range(1_200)
            .selectExpr(
                "id",
                "concat('c', id) as customer_id",
                "if(id % 3 = 0, 'north', 'south') as region",
                "pmod(xxhash64(id, 'level'), 40) as level",
                "case id % 4 when 0 then 10 when 1 then 12 end as joined");
    Dataset<Row> months =
        customers
            .selectExpr("*", "explode(sequence(0, 17)) as m")
            .selectExpr("*", orders + " as orders")
            .where("orders > 0")
            .selectExpr(
                "customer_id",
                "add_months(date'2022-01-01', m) as month",
                "orders",
                "20 + level + if(m % 12 = 11, 10, 0) + pmod(xxhash64(id, m, 'noise'), 30) + coalesce(if(m > joined, 8, if(m = joined, 30, 0)), 0) + "
                    + drift
                    + " as net_revenue",
                "5 as margin");
    return frames(customers, months, Joined.AT_THE_TILL);
  }

  /**
   * A panel from January 2022 on.
   *
   * @param customers customer_id, region and joined, the number of a month or null
   * @param joined how, after one order of the month
   */
  static Frames frames(Dataset<Row> customers, Dataset<Row> months, Joined joined) {
    return new Frames(customers.sparkSession())
        .with(CustomerMonths.TABLE, Given.as(CustomerMonths.TABLE, months))
        .with(Customers.TABLE, Given.as(Customers.TABLE, customers.select("customer_id", "region")))
        .with(
            Joinings.TABLE,
            Given.as(
                Joinings.TABLE,
                customers
                    .where("joined is not null")
                    .selectExpr(
                        "'club' as program_id",
                        "customer_id",
                        "add_months(date'2022-01-01', joined) as joining_month",
                        "1 as orders_until_joining",
                        (joined == Joined.AT_THE_TILL) + " as joined_at_order",
                        "1 as orders_in_month")));
  }

  /**
   * The row of {@link Lives} of a customer of the south who was known in October 2021.
   *
   * @param joined month, counted from January 2022; null: never
   * @param ordersUntilJoining of that month
   * @param how the customer joined
   * @param orders of each month
   * @param from first month with orders, until {@code to}, the last
   */
  static Row row(Integer joined, int ordersUntilJoining, Joined how, int orders, int from, int to) {
    int first = Lives.number(YearMonth.of(2022, 1));
    TreeMap<Integer, double[]> months = new TreeMap<>();
    for (int month = from; month <= to; month++) {
      months.put(first + month, new double[] {orders, 0, 0, 0});
    }
    return new GenericRowWithSchema(
        new Object[] {
          joined == null ? null : first + joined,
          first - 3,
          ordersUntilJoining,
          how == Joined.AT_THE_TILL,
          false,
          "south",
          PackedMonths.of(months)
        },
        new StructType()
            .add(Lives.JOINED, "int")
            .add(Lives.ACQUIRED, "int")
            .add(Lives.ORDERS_UNTIL_JOINING, "int")
            .add(Lives.JOINED_AT_ORDER, "boolean")
            .add(Lives.HAS_LEFT, "boolean")
            .add(Lives.REGION, "string")
            .add(Lives.MONTHS, "binary"));
  }

  /** Its study, as of the last month. */
  static Study study(String... more) {
    return StudyReader.parse(
        """
        study = shop, currency = EUR, as-of = "2023-06"
        metrics = [net_revenue, orders, average_receipt, active_rate, churned_rate]
        sources {
          transactions { format = csv, path = x, columns { transaction_id = a, occurred_at = b, net_amount = c } }
          customers { format = csv, path = x, columns { customer_id = a } }
          enrolments { format = csv, path = x, columns { customer_id = a, enrolled_at = b } }
        }
        programmes.club { launched = "2022-11-10" }
        segments.region = region
        before-after { horizons = [1, 3], strata = [region], segments = [region] }
        """,
        "shop",
        List.of(more),
        Map.of());
  }

  /** A warehouse with what a job reads of it, and the months that a run asks the panel for. */
  static Warehouse warehouse(Frames shop, Job job, Path folder) {
    SparkSession spark = shop.get(Customers.TABLE).sparkSession();
    Warehouse warehouse = new Warehouse(spark, folder.toString());
    job.reads().forEach(table -> warehouse.replace(table, shop.get(table)));
    Dataset<Row> months =
        spark
            .range(19)
            .selectExpr(
                "add_months(date'2022-01-01', cast(id as int)) as month", "'a' as store_id");
    warehouse.replace(ReceiptMonths.TABLE, Given.as(ReceiptMonths.TABLE, months));
    return warehouse;
  }

  /** The first effect by a method. */
  static Row effect(Frames found, String method, String where) {
    return found
        .get(Effects.TABLE)
        .where("method = '%s' and %s".formatted(method, where))
        .collectAsList()
        .get(0);
  }

  /** A check of an effect. */
  static Row judged(Frames found, Row effect, String check) {
    return found
        .get(EffectChecks.TABLE)
        .where(
            "effect_id = '%s' and check_name = '%s'"
                .formatted(effect.getAs(Effects.EFFECT_ID), check))
        .collectAsList()
        .get(0);
  }

  /** Its outcome. */
  static String check(Frames found, Row effect, String name) {
    return judged(found, effect, name).getAs(EffectChecks.OUTCOME);
  }

  /** Its note. */
  static String note(Frames found, Row effect, String name) {
    return judged(found, effect, name).getAs(EffectChecks.NOTE);
  }

  /** Asserts that an effect is measured, and the truth within 4 of its errors. */
  static void assertNear(Row effect, double truth) {
    assertThat(effect.<String>getAs(Effects.REASON)).isNull();
    assertThat(effect.<Double>getAs(Effects.ESTIMATE))
        .isCloseTo(truth, within(4 * effect.<Double>getAs(Effects.STD_ERROR)));
  }
}
