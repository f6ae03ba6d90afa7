package dev.cohortium.controlgroup;

import static dev.cohortium.Given.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.runtime.JobRunner;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.ControlGroupAssignments;
import dev.cohortium.table.ControlGroupChecks;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Experiments from one run to the next: what is delivered, what was drawn, what the study says. */
class ControlGroupRunsTest extends SparkTest {
  private static final int MOST_JOBS = 30;

  @TempDir private Path folder;

  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  @Test
  void a_customer_whom_a_later_file_puts_into_another_arm_is_not_moved_in_silence()
      throws IOException {
    Files.createDirectory(folder.resolve("arms"));
    Files.writeString(
        folder.resolve("receipts.csv"),
        "receipt,customer,at,amount\nr1,ann,2024-01-05,10\nr2,bob,2024-03-05,20\nr3,bob,2024-04-01,9\n");
    arms("may.csv", "ann,control", "bob,treatment");
    run("2024-05-01", new IngestJob(), new PanelJob());
    arms("june.csv", "ann,treatment");

    run("2024-06-01", new IngestJob());

    assertThatThrownBy(() -> run("2024-06-02", new ControlGroupJob()))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("1 customers of experiment 'spring' are in two of its arms");

    // The file is delivered again, corrected.
    arms("june.csv", "ann,control");
    run("2024-07-01", new IngestJob());
    run("2024-07-02", new ControlGroupJob());
  }

  private void arms(String file, String... rows) throws IOException {
    Files.writeString(
        folder.resolve("arms").resolve(file), "customer,arm\n" + String.join("\n", rows) + "\n");
  }

  private void run(String day, Job... jobs) throws IOException {
    Files.writeString(folder.resolve("customers.csv"), "a\nann\nbob\n");
    Study study =
        study(
            """
            sources.customers.path = "%1$s/customers.csv"
            as-of = "2024-03", control-group.horizons = [1]
            sources.transactions.path = "%1$s/receipts.csv"
            sources.assignments.path = "%1$s/arms/*.csv"
            sources.assignments.columns { experiment_id = "'spring'", assigned_at = "timestamp'2024-02-10 00:00:00'" }
            """
                .formatted(folder));
    Instant now = Instant.parse(day + "T00:00:00Z");
    new JobRunner(context(study, folder.resolve("warehouse"), now)).run(List.of(jobs));
  }

  @Test
  void the_plan_of_a_group_that_was_drawn_here_outlives_its_design() {
    Frames in = frames();
    Dataset<Row> drawn =
        new DesignControlGroupJob()
            .run(
                in,
                study(
                    """
                    as-of = "2024-01"
                    design-control-group { experiment = last-year, salt = a, share = 0.3 }
                    """))
            .get(ControlGroupAssignments.TABLE);
    in.with(ControlGroupAssignments.TABLE, drawn);

    Frames found =
        new ControlGroupJob()
            .run(
                in,
                study(
                    """
                    as-of = "2024-03", control-group.horizons = [1]
                    design-control-group { experiment = this-year, salt = b }
                    """));

    assertThat(
            shown(
                found
                    .get(ControlGroupChecks.TABLE)
                    .where("check = 'sample_ratio'")
                    .select("experiment_id", "outcome")))
        .containsExactly("last-year | passed");
  }

  @Test
  void what_the_study_says_of_an_experiment_or_stratum_that_nobody_is_in_is_refused() {
    Frames in =
        frames()
            .with(
                Assignments.TABLE,
                rows(
                    Assignments.TABLE,
                    """
                    experiment_id | customer_id | arm       | stratum | assigned_at
                    spring        | c1          | control   | north   | 2024-02-10
                    spring        | c2          | treatment | south   | 2024-02-10
                    """));
    String shares =
        "control-group.experiments.%s { control = 1, treatment = 1 }, as-of = \"2024-03\"";

    assertThatThrownBy(
            () -> new ControlGroupJob().run(in, study(shares.formatted("sprnig.shares"))))
        .isInstanceOf(UserFault.class)
        .hasMessage(
            "control-group.experiments says something of sprnig, which no customer is in.\nCorrect the name; there are: spring.");
    assertThatThrownBy(
            () -> new ControlGroupJob().run(in, study(shares.formatted("spring.strata.nrth"))))
        .isInstanceOf(UserFault.class)
        .hasMessage(
            "control-group.experiments.spring.strata says something of nrth, which no customer is in.\nCorrect the name; there are: north, south.");
    assertThatThrownBy(
            () ->
                new ControlGroupJob().run(frames(), study("as-of = \"2024-03\", control-group {}")))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("nobody is assigned to an experiment");
  }

  @Test
  void spark_has_no_more_jobs_for_more_experiments_metrics_horizons_and_segments() {
    String all =
        """
        as-of = "2024-03", metrics = [net_revenue, margin, orders, items, average_receipt, active_rate, churned_rate]
        segments { region = region, gender = gender }
        control-group { horizons = [1, 2, 3], segments = [region, gender] }
        """;

    int jobs = jobs(experiments(1), "as-of = \"2024-03\", control-group.horizons = [1]");

    // Who is in which experiment, customers in their windows with the caps, sums, lines, months.
    assertThat(jobs).isEqualTo(jobs(experiments(3), all)).isLessThanOrEqualTo(MOST_JOBS);
  }

  /** The jobs that Spark ran for the measures of {@code in}. */
  private int jobs(Frames in, String study) {
    Counting counting = new Counting();
    spark().sparkContext().addSparkListener(counting);
    try {
      new ControlGroupJob().run(in, study(study));
      spark().sparkContext().setJobGroup(Counting.END, "", false);
      spark().range(1).count();
      counting.ended.await();
      return counting.jobs.get();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      spark().sparkContext().clearJobGroup();
      spark().sparkContext().removeSparkListener(counting);
    }
  }

  /** Counts jobs up to a last one, as Spark tells of them later, but in their order. */
  private static final class Counting extends SparkListener {
    private static final String END = "end";
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger jobs = new AtomicInteger();

    @Override
    public void onJobStart(SparkListenerJobStart start) {
      if (END.equals(start.properties().getProperty("spark.jobGroup.id"))) {
        ended.countDown();
      } else if (ended.getCount() > 0) {
        jobs.incrementAndGet();
      }
    }
  }

  /** All customers in so many experiments. */
  private Frames experiments(int experiments) {
    Dataset<Row> customers = spark().range(400).selectExpr("id", "concat('c', id) as customer_id");
    return frames()
        .with(
            Customers.TABLE,
            as(
                Customers.TABLE,
                customers.selectExpr(
                    "customer_id",
                    "concat('r', id % 3) as region",
                    "concat('g', id % 2) as gender")))
        .with(
            Assignments.TABLE,
            as(
                Assignments.TABLE,
                customers
                    .selectExpr("*", "explode(sequence(1, " + experiments + ")) as e")
                    .selectExpr(
                        "concat('e', e) as experiment_id",
                        "customer_id",
                        "if(pmod(xxhash64(id, e), 2) = 0, 'control', 'treatment') as arm",
                        "timestamp'2024-02-10 00:00:00' as assigned_at")));
  }

  /** 400 customers with an order in each of three months. */
  private Frames frames() {
    return new Frames(spark())
        .with(
            CustomerMonths.TABLE,
            as(
                CustomerMonths.TABLE,
                spark()
                    .range(400)
                    .selectExpr(
                        "concat('c', id) as customer_id",
                        "explode(sequence(date'2024-01-01', date'2024-03-01', interval 1 month)) as month",
                        "1 as orders",
                        "id % 7 as net_revenue")));
  }

  private static Study study(String more) {
    return StudyReader.parse(
        """
        study = shop, currency = EUR, metrics = [net_revenue], headline.horizon = 1
        sources {
          transactions {
            format = csv, path = x
            columns { transaction_id = receipt, customer_id = customer, occurred_at = at, net_amount = amount }
          }
          customers { format = csv, path = x, columns { customer_id = a } }
          assignments {
            format = csv, path = x
            columns { experiment_id = e, customer_id = customer, arm = arm }
          }
        }
        """
            + more,
        "test",
        List.of(),
        Map.of());
  }
}
