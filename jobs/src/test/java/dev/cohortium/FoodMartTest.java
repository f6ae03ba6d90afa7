package dev.cohortium;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.cohorts.CohortsJob;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.runtime.JobRunner;
import dev.cohortium.runtime.RunSummary;
import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.CohortRetention;
import dev.cohortium.table.CustomerMonths;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped FoodMart study against SQL run on its database itself. */
class FoodMartTest extends SparkTest {
  private static final String FACTS =
      """
      (select * from "sales_fact_1997" union all select * from "sales_fact_1998") f
      join "time_by_day" t on t."time_id" = f."time_id"
      """;

  @TempDir private Path folder;

  @Test
  void the_panel_and_the_cohorts_equal_sql_on_the_database() throws SQLException {
    Study study =
        StudyReader.read(Project.root().resolve("conf/foodmart.conf"), List.of(), Map.of());

    RunSummary summary =
        new JobRunner(context(study, folder, Instant.EPOCH))
            .run(List.of(new IngestJob(), new PanelJob(), new CohortsJob()));

    assertThat(summary.sources().get("transactions").read()).isEqualTo(251_395);
    assertThat(summary.sources().get("transactions").clean()).isEqualTo(251_395);
    assertThat(summary.customers()).isEqualTo(8_736);
    assertThat(summary.months()).isEqualTo(23);
    Warehouse warehouse = new Warehouse(spark(), folder.toString());
    Row sums =
        warehouse
            .read(CustomerMonths.TABLE)
            .selectExpr(
                "sum(net_revenue)",
                "sum(items)",
                "sum(orders)",
                "sum(margin)",
                "count(*)",
                "sum(categories)",
                "sum(active_days)")
            .head();
    assertThat(sums.getDecimal(0)).isEqualByComparingTo(new BigDecimal("1644385.60"));
    assertThat(
            List.of(
                sums.getDecimal(0),
                sums.getDecimal(1),
                new BigDecimal(sums.getLong(2)),
                sums.getDecimal(3)))
        .usingElementComparator(BigDecimal::compareTo)
        .isEqualTo(
            sql("select sum(\"store_sales\"), sum(\"unit_sales\"), (select count(*) from (select distinct \"customer_id\", \"time_id\", \"store_id\" from (select * from \"sales_fact_1997\" union all select * from \"sales_fact_1998\"))), sum(\"store_sales\" - \"store_cost\") from "
                    + FACTS)
                .get(0));
    assertThat(sums.getLong(4))
        .isEqualTo(
            sql("select count(*) from (select distinct f.\"customer_id\", t.\"the_year\", t.\"month_of_year\" from "
                    + FACTS
                    + ")")
                .get(0)
                .get(0)
                .longValueExact());
    assertThat(sums.getLong(6))
        .isEqualTo(
            sql("select count(*) from (select distinct f.\"customer_id\", f.\"time_id\" from "
                    + FACTS
                    + ")")
                .get(0)
                .get(0)
                .longValueExact());

    List<Long> cohorts =
        warehouse
            .read(CohortRetention.TABLE)
            .where("segment_by = 'all' and age = 0")
            .orderBy("cohort")
            .select("cohort_size")
            .collectAsList()
            .stream()
            .map(r -> r.getLong(0))
            .toList();
    assertThat(cohorts)
        .hasSize(23)
        .startsWith(1396L, 873L, 712L)
        .isEqualTo(
            sql(
                    "select count(*), m from (select f.\"customer_id\", min(t.\"the_year\" * 12 + t.\"month_of_year\") m from "
                        + FACTS
                        + " group by f.\"customer_id\") group by m order by m")
                .stream()
                .map(row -> row.get(0).longValueExact())
                .toList());
  }

  private static List<List<BigDecimal>> sql(String query) throws SQLException {
    List<List<BigDecimal>> rows = new ArrayList<>();
    try (Connection database =
            DriverManager.getConnection("jdbc:hsqldb:res:foodmart", "FOODMART", "FOODMART");
        Statement statement = database.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        List<BigDecimal> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getBigDecimal(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
