package dev.cohortium.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.SparkTest;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.ReceiptMonths;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several jobs that write their own rows of one table. */
class SharedTablesTest extends SparkTest {
  @TempDir private Path folder;
  private int minute;

  @BeforeEach
  void receipts() throws IOException {
    withoutCompiling();
    Files.writeString(
        folder.resolve("t.csv"),
        "receipt,customer,at,amount\nr1,ann,2024-01-05,10\nr2,ann,2024-02-05,20\nr3,bob,2024-03-01,9\n");
    run("2024-02", new IngestJob(), new PanelJob());
  }

  @Test
  void neither_of_two_jobs_is_run_again_for_what_the_other_wrote_and_the_rows_of_both_stay() {
    Counting first = new Counting("first");
    Counting second = new Counting("second");

    run("2024-02", first, second);
    run("2024-02", first, second);
    run("2024-02", second, first);

    assertThat(first.runs).isEqualTo(1);
    assertThat(second.runs).isEqualTo(1);
    assertThat(shown()).containsExactly("first | 2024-02-29 | 1", "second | 2024-02-29 | 1");
  }

  @Test
  void a_job_that_runs_again_replaces_its_own_rows_of_its_month_only() {
    Counting first = new Counting("first");
    Counting second = new Counting("second");
    run("2024-01", first, second);
    run("2024-02", first, second);

    run("2024-01", first);

    assertThat(shown())
        .containsExactly(
            "first | 2024-01-31 | 3",
            "first | 2024-02-29 | 2",
            "second | 2024-01-31 | 1",
            "second | 2024-02-29 | 2");
  }

  @Test
  void a_job_that_fails_leaves_the_rows_of_all_as_they_were() {
    Counting first = new Counting("first");
    run("2024-02", first);
    Counting failing =
        new Counting("failing") {
          @Override
          public Frames run(Frames in, Study study) {
            return super.run(in, study)
                .with(ReceiptMonths.TABLE, in.session().range(1).toDF("month"));
          }
        };

    assertThatThrownBy(() -> run("2024-02", failing)).isInstanceOf(IllegalStateException.class);

    assertThat(shown()).containsExactly("first | 2024-02-29 | 1");
    run("2024-02", first);
    assertThat(first.runs).isEqualTo(1);
  }

  @Test
  void a_row_of_another_job_or_month_is_a_bug() {
    Counting lying =
        new Counting("lying") {
          @Override
          public Frames run(Frames in, Study study) {
            return new Frames(in.session())
                .with(EffectChecks.TABLE, row(in, "other", "2024-02-29"));
          }
        };

    assertThatThrownBy(() -> run("2024-02", lying)).hasMessageContaining("job = lying");
  }

  @Test
  void rows_of_an_earlier_declaration_stay_and_no_job_runs_again_and_again_for_it() {
    run("2024-01", new Counting("first"), new Counting("second"));
    // As an earlier version had it: without folders, and without a column.
    declareWithout(EffectChecks.NOTE);
    Counting first = new Counting("first");
    Counting second = new Counting("second");

    run("2024-02", first, second);
    run("2024-02", first, second);

    assertThat(first.runs).isEqualTo(1);
    assertThat(second.runs).isEqualTo(1);
    assertThat(shown())
        .containsExactly(
            "first | 2024-01-31 | 1",
            "first | 2024-02-29 | 1",
            "second | 2024-01-31 | 1",
            "second | 2024-02-29 | 1");
  }

  @Test
  void rows_that_cannot_be_given_a_required_column_are_never_thrown_away() {
    run("2024-02", new Counting("first"));
    declareWithout(EffectChecks.OUTCOME);

    assertThatThrownBy(() -> run("2024-02", new Counting("first")))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("its column outcome cannot be made of what they say");

    assertThat(shown()).containsExactly("first | 2024-02-29 | 1");
  }

  private void declareWithout(String column) {
    String path = warehouse().path(EffectChecks.TABLE);
    warehouse()
        .read(EffectChecks.TABLE)
        .drop(column)
        .write()
        .format("delta")
        .mode("overwrite")
        .option("overwriteSchema", true)
        .partitionBy()
        .save(path);
  }

  @Test
  void a_job_counts_its_own_rows() {
    run("2024-01", new Counting("first"));
    run("2024-02", new Counting("first"), new Counting("second"));

    assertThat(
            shown(
                warehouse()
                    .read(RunCounts.TABLE)
                    .where("table = 'effect_checks'")
                    .select("job", "rows")))
        .containsExactly("first | 1", "first | 1", "second | 1");
  }

  @Test
  void a_run_of_all_jobs_takes_out_what_one_wrote_that_the_study_has_no_longer() {
    run("2024-01", new Counting("first"), new Counting("second"));
    run("2024-02", new Counting("first"), new Counting("second"));
    Counting left =
        new Counting("second") {
          @Override
          public boolean isConfiguredIn(Study study) {
            return false;
          }
        };

    run("2024-02", new Counting("first"), left);

    assertThat(shown())
        .containsExactly(
            "first | 2024-01-31 | 1", "first | 2024-02-29 | 1", "second | 2024-01-31 | 1");
    Counting back = new Counting("second");
    run("2024-02", back);
    assertThat(back.runs).isEqualTo(1);
  }

  /** A job with one row, which tells how often it ran. */
  private static class Counting implements Job {
    private final String name;
    private int runs;

    Counting(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String sentence() {
      return "counts";
    }

    @Override
    public boolean isConfiguredIn(Study study) {
      return true;
    }

    @Override
    public List<Table> reads() {
      return List.of(ReceiptMonths.TABLE);
    }

    @Override
    public List<Table> writes() {
      return name.equals("failing")
          ? List.of(EffectChecks.TABLE, ReceiptMonths.TABLE)
          : List.of(EffectChecks.TABLE);
    }

    @Override
    public String settings(Study study) {
      return study.asOf().toString();
    }

    @Override
    public Frames run(Frames in, Study study) {
      runs++;
      String asOf = study.asOf().orElseThrow().atEndOfMonth().toString();
      return new Frames(in.session()).with(EffectChecks.TABLE, row(in, name, asOf));
    }

    Dataset<Row> row(Frames in, String job, String asOf) {
      return in.session()
          .createDataFrame(
              List.of(
                  RowFactory.create(
                      "of " + job,
                      "count",
                      (double) runs,
                      null,
                      "passed",
                      null,
                      "-",
                      job,
                      Date.valueOf(asOf),
                      in.run().id())),
              Contracts.schema(EffectChecks.TABLE));
    }
  }

  private void run(String asOf, Job... jobs) {
    Study study =
        StudyReader.parse(
            """
            study = shop, currency = EUR, as-of = "%s"
            sources.transactions {
              format = csv, path = "%s/t.csv"
              columns { transaction_id = receipt, customer_id = customer, occurred_at = at, net_amount = amount }
            }
            """
                .formatted(asOf, folder),
            "test",
            List.of(),
            Map.of());
    Instant now = Instant.parse("2024-04-01T00:00:00Z").plusSeconds(60L * minute++);
    new JobRunner(context(study, folder.resolve("warehouse"), now)).run(List.of(jobs));
  }

  private Warehouse warehouse() {
    return new Warehouse(spark(), folder.resolve("warehouse").toString());
  }

  private List<String> shown() {
    List<String> lines = new ArrayList<>();
    warehouse()
        .read(EffectChecks.TABLE)
        .selectExpr("job", "as_of", "cast(value as int)")
        .collectAsList()
        .forEach(row -> lines.add(row.mkString(" | ")));
    lines.sort(null);
    return lines;
  }
}
