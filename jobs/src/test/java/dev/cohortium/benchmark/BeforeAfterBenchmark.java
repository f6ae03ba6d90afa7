package dev.cohortium.benchmark;

import dev.cohortium.Given;
import dev.cohortium.beforeafter.BeforeAfterJob;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.GroupTimes;
import dev.cohortium.table.Joinings;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Members before and after, on a panel drawn by hashes, in each month of which some join.
 *
 * @param months of the panel, the last of which is December 2023
 * @param asked what the study asks of the job
 */
record BeforeAfterBenchmark(String name, int months, String asked) implements Comparison {
  /** Three years, without segments or covariates. */
  static final BeforeAfterBenchmark PLAIN = new BeforeAfterBenchmark("before-after", 36, "");

  /** The same in sixty towns, within strata and given covariates. */
  static final BeforeAfterBenchmark BY_TOWN =
      new BeforeAfterBenchmark(
          "before-after-by-town",
          36,
          "segments = [town], strata = [region], covariates = [age, distance]");

  private static final YearMonth LAST = YearMonth.of(2023, 12);
  private static final int PRE_MONTHS = 6;
  private static final int LEAST = 10;
  private static final int RUNS = 5;

  @Override
  public Job job() {
    return new BeforeAfterJob();
  }

  @Override
  public Study study() {
    return StudyReader.parse(
        """
        study = shop, currency = EUR, as-of = "2023-12"
        metrics = [net_revenue, margin, orders, items, active_rate, churned_rate]
        sources {
          transactions { format = csv, path = x, columns { transaction_id = a, occurred_at = b, net_amount = c } }
          customers { format = csv, path = x, columns { customer_id = a } }
          enrolments { format = csv, path = x, columns { customer_id = a, enrolled_at = b } }
        }
        programmes.club { launched = "2021-08-01" }
        segments { region = region, town = "attributes['town']" }
        before-after { %s }
        """
            .formatted(asked),
        "shop",
        List.of(),
        Map.of());
  }

  /**
   * Two thirds were customers before the first month; a quarter joins; one month in three has
   * orders. Covariates change neither.
   */
  @Override
  public Frames panel(SparkSession session, int customers) {
    Dataset<Row> lives =
        session
            .range(0, customers, 1, Math.max(4, customers / 50_000))
            .selectExpr(
                "concat('customer-', id) as customer_id",
                "id",
                "pmod(xxhash64(id, 'level'), 40) as level",
                "greatest(0, pmod(xxhash64(id, 'acquired'), %1$d) - %1$d div 3 * 2) as acquired"
                    .formatted(5 * months / 2),
                "if(pmod(xxhash64(id, 'joins'), 4) = 0, pmod(xxhash64(id, 'joined'), %d), null) as joined"
                    .formatted(months));
    Dataset<Row> panel =
        lives
            .selectExpr("*", "explode(sequence(acquired, %d)) as m".formatted(months - 1))
            .where("m = acquired or m = joined or pmod(xxhash64(id, m, 'active'), 3) = 0")
            .selectExpr(
                "customer_id",
                month("m") + " as month",
                "1 + pmod(xxhash64(id, m, 'orders'), 3) as orders",
                "1 + pmod(xxhash64(id, m, 'items'), 9) as items",
                "20 + level + pmod(xxhash64(id, m, 'noise'), 50) + if(m > joined, 5, 0) as net_revenue",
                "(20 + level + pmod(xxhash64(id, m, 'margin'), 30)) / 4 as margin");
    return new Frames(session)
        .with(CustomerMonths.TABLE, Given.as(CustomerMonths.TABLE, panel))
        .with(
            Customers.TABLE,
            Given.as(
                Customers.TABLE,
                lives.selectExpr(
                    "customer_id",
                    "concat('r', id % 4) as region",
                    """
                    map('town', concat('t', pmod(xxhash64(id, 'town'), 60)),
                        'age', string(20 + pmod(xxhash64(id, 'age'), 60)),
                        'distance', string(pmod(xxhash64(id, 'distance'), 30))) as attributes
                    """)))
        .with(
            Joinings.TABLE,
            Given.as(
                Joinings.TABLE,
                lives
                    .where("joined is not null")
                    .selectExpr(
                        "'club' as program_id",
                        "customer_id",
                        month("joined") + " as joining_month",
                        "1 as orders_until_joining",
                        "true as joined_at_order",
                        "1 as orders_in_month")));
  }

  private String month(String number) {
    return "add_months(date'%s', cast(%s as int))"
        .formatted(LAST.minusMonths(months - 1L).atDay(1), number);
  }

  @Override
  public void tell(Figures figures, Frames in, Frames out, Path folder) {
    figures.put("members", (double) in.get(Joinings.TABLE).count());
    figures.put("group-time effects", (double) out.get(GroupTimes.TABLE).count());
    JoiningCohorts cohorts = cohorts();
    StaggeredDesign design = cohorts.design();
    double least = Double.POSITIVE_INFINITY;
    for (int run = 0; run < RUNS; run++) {
      Took since = Took.now();
      EventStudy study = EventStudy.of(cohorts, design, 0);
      study.joint(List.copyOf(study.effects().aggregates().byEventMonth().values()));
      least = Math.min(least, since.untilNow().seconds());
    }
    figures.put("moments of one metric to all effects in memory, s", least);
  }

  /** Moments of a few customers of each kind: their number does not matter to what follows. */
  private JoiningCohorts cohorts() {
    JoiningCohorts cohorts = JoiningCohorts.none(StaggeredDesign.of(months, PRE_MONTHS), 1);
    for (int acquired = -1; acquired < months; acquired++) {
      for (int joined = acquired + 1; joined <= months; joined++) {
        for (int customer = 0; customer < LEAST; customer++) {
          cohorts.add(
              joined == months ? StaggeredDesign.NEVER : joined,
              acquired,
              0,
              new double[][] {amounts(acquired, joined, customer)});
        }
      }
    }
    return cohorts;
  }

  private double[] amounts(int acquired, int joined, int customer) {
    double[] amounts = new double[months];
    for (int month = Math.max(0, acquired); month < months; month++) {
      amounts[month] = Math.floorMod((31 * customer + 17 * month + joined) * 2_654_435_761L, 97);
    }
    return amounts;
  }
}
