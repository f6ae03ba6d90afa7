package dev.cohortium.benchmark;

import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.controlgroup.ControlGroupJob;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Table;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * One size of the benchmark of control groups: three experiments on all customers, all metrics, the
 * three usual horizons and 20 segments, from the panel to all tables, beside the same sums by
 * DuckDB.
 */
final class ControlGroupBenchmark implements Comparison {
  private static final String STUDY =
      """
      study = benchmark, currency = EUR, as-of = "2024-02"
      metrics = [net_revenue, margin, orders, items, average_receipt, active_rate, churned_rate]
      sources {
        transactions { format = csv, path = x, columns { transaction_id = a, occurred_at = b, net_amount = c } }
        customers { format = csv, path = x, columns { customer_id = a } }
        assignments { format = csv, path = x, columns { experiment_id = a, customer_id = b, arm = c } }
      }
      segments { region = region, gender = gender, income = income_band, education = education }
      control-group {
        horizons = [1, 3, 6], segments = [region, gender, income, education]
        experiments { e1.shares { control = 1, treatment = 9 }, e2.shares { control = 1, treatment = 4 }, e3.shares { control = 1, treatment = 1 } }
      }
      """;

  @Override
  public Job job() {
    return new ControlGroupJob();
  }

  @Override
  public Study study() {
    return StudyReader.parse(STUDY, "benchmark", List.of(), Map.of());
  }

  @Override
  public Frames panel(SparkSession session, int customers) {
    Dataset<Row> people =
        session
            .range(customers)
            .selectExpr("id", "concat('c', lpad(id, 8, '0')) as " + Customers.CUSTOMER_ID);
    Frames frames = new Frames(session);
    with(
        frames,
        Customers.TABLE,
        people.selectExpr(
            "customer_id",
            // Five values of each: 20 segments.
            "concat('region ', pmod(xxhash64(id, 'region'), 5)) as region",
            "concat('gender ', pmod(xxhash64(id, 'gender'), 5)) as gender",
            "concat('income ', pmod(xxhash64(id, 'income'), 5)) as income_band",
            "concat('school ', pmod(xxhash64(id, 'school'), 5)) as education"));
    with(
        frames,
        Assignments.TABLE,
        people.selectExpr(
            "stack(3, 'e1', 10, timestamp'2023-06-10 00:00:00', 'e2', 20, timestamp'2023-07-10 00:00:00',"
                + " 'e3', 50, timestamp'2023-08-10 00:00:00') as (experiment_id, percent, assigned_at)",
            "customer_id",
            "if(pmod(xxhash64(id, experiment_id), 100) < percent, 'control', 'treatment') as arm"));
    with(
        frames,
        CustomerMonths.TABLE,
        people
            .selectExpr("*", "explode(sequence(0, 19)) as m")
            .where("pmod(xxhash64(id, m, 'buys'), 100) < 10 + pmod(xxhash64(id), 50)")
            .selectExpr(
                "customer_id",
                "add_months(date'2022-07-01', m) as month",
                "1 + pmod(xxhash64(id, m, 'orders'), 3) as orders",
                "1 + pmod(xxhash64(id, m, 'items'), 9) as items",
                "(100 + pmod(xxhash64(id, m, 'spent'), 20000)) / 100 as net_revenue",
                "(30 + pmod(xxhash64(id, m, 'gained'), 6000)) / 100 as margin"));
    return frames;
  }

  private static void with(Frames frames, Table table, Dataset<Row> rows) {
    List<String> given = List.of(rows.columns());
    frames.with(
        table,
        rows.select(
            table.columns().stream()
                .map(
                    c ->
                        (given.contains(c.name()) ? functions.col(c.name()) : functions.lit(null))
                            .cast(Contracts.type(c))
                            .as(c.name()))
                .toArray(Column[]::new)));
  }

  @Override
  public void tell(Figures figures, Frames in, Frames out, Path folder) throws SQLException {
    figures.put("effects", (double) out.get(Effects.TABLE).count());
    int cores = in.session().sparkContext().defaultParallelism();
    try (Duck duck = new Duck(folder, cores)) {
      ArmSums sums = new ArmSums(duck, folder);
      figures.put("DuckDB: the same sums", sums.sum());
      sums.compare(folder.resolve("out").resolve(Effects.TABLE.name()));
    }
  }
}
