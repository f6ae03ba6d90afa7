package dev.cohortium.controlgroup;

import static dev.cohortium.Given.as;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.SparkTest;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.ControlGroupChecks;
import dev.cohortium.table.ControlGroupPaths;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Exposures;
import dev.cohortium.table.Joinings;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class ControlGroupTablesTest extends SparkTest {
  /** Ann is a member and written to in the third month; Bob redeems without being one. */
  @Test
  void what_happens_to_controls_counts_from_the_window_in_which_it_does() {
    Frames in =
        new Frames(spark())
            .with(
                Assignments.TABLE,
                rows(
                    Assignments.TABLE,
                    """
                    experiment_id | customer_id | arm     | assigned_at
                    offer         | ann         | control | 2024-02-10
                    offer         | bob         | control | 2024-02-10
                    offer         | cleo        | a       | 2024-02-10
                    offer         | dan         | a       | 2024-02-10
                    """))
            .with(
                Exposures.TABLE,
                rows(
                    Exposures.TABLE,
                    """
                    experiment_id | customer_id | exposed_at
                    offer         | ann         | 2024-05-20
                    offer         | ann         | 2024-06-20
                    offer         | cleo        | 2024-03-01
                    """))
            .with(
                Joinings.TABLE,
                rows(
                    Joinings.TABLE,
                    """
                    program_id | customer_id | joining_month
                    club       | ann         | 2023-01-01
                    """))
            .with(
                CustomerMonths.TABLE,
                rows(
                    CustomerMonths.TABLE,
                    """
                    customer_id | month      | orders | net_revenue | points_redeemed
                    ann         | 2024-01-01 | 1      | 10          | 0
                    ann         | 2024-03-01 | 1      | 10          | 50
                    bob         | 2024-03-01 | 1      | 10          | 50
                    """));
    Frames found =
        new ControlGroupJob()
            .run(
                in,
                ControlGroupJobTest.study(
                    """
                    as-of = "2024-06", metrics = [orders], headline { metric = orders, horizon = 1 }, programmes.club {}
                    sources {
                      enrolments { format = csv, path = x, columns { customer_id = a, enrolled_at = b } }
                      exposures { format = csv, path = x, columns { experiment_id = a, customer_id = b, exposed_at = c } }
                      rewards { format = csv, path = x, columns { entry_id = e, customer_id = a, occurred_at = b, points = c, kind = d } }
                    }
                    privacy.smallest-cell = 0
                    control-group.horizons = [1, 3]
                    """));

    assertRows(
        found.get(ControlGroupChecks.TABLE).where("check like 'contamination%'"),
        ControlGroupChecks.TABLE,
        """
        check                     | value | outcome
        contamination_contacted_1 | 0.0   | passed
        contamination_contacted_3 | 0.5   | failed
        contamination_joined_1    | 0.0   | passed
        contamination_joined_3    | 0.0   | passed
        contamination_redeemed_1  | 0.5   | failed
        contamination_redeemed_3  | 0.5   | failed
        """);
    // The panel begins in January, the month before.
    assertRows(
        found.get(ControlGroupPaths.TABLE).where("arm = 'control'"),
        ControlGroupPaths.TABLE,
        """
        month_since | mean
        -1          | 0.5
        0           | 0.0
        1           | 1.0
        2           | 0.0
        3           | 0.0
        """);
    // Of 0 and 1 order the mean has the error .5 and 1 degree of freedom: t = 12.706.
    assertThat(
            found
                .get(ControlGroupPaths.TABLE)
                .where("arm = 'control' and month_since = -1")
                .selectExpr("round(mean_high, 3)")
                .collectAsList())
        .containsExactly(RowFactory.create(6.853));
  }

  @Test
  void months_as_a_member_begin_with_that_of_joining() {
    Dataset<Row> joined =
        spark().sql("select * from values (-5), (1), (3), (4), (null) as t(joined)");

    assertThat(
            shown(
                joined.select(
                    joined.col("joined"), Windows.membership(Span.afterAssignment(3)).as("share"))))
        .containsExactly("-5 | 1.0", "1 | 1.0", "3 | " + 1 / 3.0, "4 | 0.0", "null | 0.0");
  }

  @Test
  void paths_leave_out_small_strata_and_tell_no_mean_of_few() {
    Frames found =
        new ControlGroupJob()
            .run(
                smallWorld(),
                ControlGroupJobTest.study(
                    """
                    as-of = "2024-03", metrics = [net_revenue], headline.horizon = 1
                    control-group.horizons = [1]
                    """));

    // In the north an arm spends 12 and control 10, which is 12 of 19 customers; far off 100.
    assertRows(
        found
            .get(ControlGroupPaths.TABLE)
            .where("month_since = 1 and experiment_id <> 'quiet'")
            .selectExpr("*", "round(mean, 3) as m")
            .drop("mean")
            .withColumnRenamed("m", "mean"),
        ControlGroupPaths.TABLE,
        """
        experiment_id | arm     | customers | mean   | effect | cumulative_effect | suppressed
        few           | a       | 10        | 12.0   |        |                   | true
        few           | control | 3         |        |        |                   | true
        strata        | a       | 6         | 12.0   | 2.0    | 2.0               | false
        strata        | control | 12        | 43.158 |        |                   | false
        """);
    assertThat(
            found
                .get(Effects.TABLE)
                .where("experiment_id = 'quiet' and variant = 'winsorised'")
                .select(Effects.REASON)
                .distinct()
                .collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactly("Hardly anybody who bought before bought again: the cap is not above 0.");
  }

  /** 3 controls and 10 treated; two strata of which one has 1 treated; 300 who bought no more. */
  private Frames smallWorld() {
    Dataset<Row> few = customers(13, "'few'", "if(id < 3, 'control', 'a')", "'all'");
    Dataset<Row> strata =
        customers(
            19,
            "'strata'",
            "if(id < 6 or id between 12 and 17, 'control', 'a')",
            "if(id < 12, 'north', 'far')");
    Dataset<Row> quiet = customers(300, "'quiet'", "if(id % 2 = 0, 'control', 'a')", "'all'");
    Dataset<Row> all = few.union(strata).union(quiet);
    Dataset<Row> months =
        all.where("experiment_id <> 'quiet'")
            .selectExpr(
                "customer_id",
                "date'2024-03-01' as month",
                "1 as orders",
                "case when stratum = 'far' then 100 when arm = 'a' then 12 else 10 end as net_revenue")
            .union(quiet.selectExpr("customer_id", "date'2024-01-01'", "1", "10"));
    return new Frames(spark())
        .with(Assignments.TABLE, as(Assignments.TABLE, all))
        .with(CustomerMonths.TABLE, as(CustomerMonths.TABLE, months));
  }

  private Dataset<Row> customers(long count, String experiment, String arm, String stratum) {
    return spark()
        .range(count)
        .selectExpr(
            experiment + " as experiment_id",
            "concat(" + experiment + ", id) as customer_id",
            arm + " as arm",
            stratum + " as stratum",
            "timestamp'2024-02-10 00:00:00' as assigned_at");
  }
}
