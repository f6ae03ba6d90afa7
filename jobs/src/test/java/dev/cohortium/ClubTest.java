package dev.cohortium;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.runtime.JobRunner;
import dev.cohortium.runtime.RunSummary;
import dev.cohortium.runtime.Warehouse;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.ControlGroupChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Layer;
import dev.cohortium.table.LookAlikePairs;
import dev.cohortium.table.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped club, whose truth is known, through every job of the product. */
class ClubTest extends SparkTest {
  private static final Path CLUB = Project.root().resolve("data-samples/club");

  @TempDir private Path folder;

  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  @Test
  void every_job_runs_and_the_headline_agrees_with_the_truth() {
    Path conf = Project.root().resolve("conf/club.conf");
    List<String> places =
        StudyReader.read(conf, List.of(), Map.of()).sources().keySet().stream()
            .map(table -> "sources." + table + ".path=" + CLUB.resolve("sources").resolve(table))
            .toList();
    Study study = StudyReader.read(conf, places, Map.of());

    RunSummary run = new JobRunner(context(study, folder, Instant.EPOCH)).run(Main.jobs());

    assertThat(run.jobs()).hasSameSizeAs(Main.jobs());
    Warehouse warehouse = new Warehouse(spark(), folder.toString());
    for (Table table : Catalogue.in(Layer.MARTS)) {
      assertThat(warehouse.read(table).isEmpty()).as(table.name()).isFalse();
      assertThat(Files.exists(folder.resolve("published/" + table + "/" + table + ".parquet")))
          .as(table.name())
          .isEqualTo(table.publication() == Table.Publication.ALWAYS);
    }
    RunSummary.Verdict verdict = run.verdicts().get(0);
    assertThat(verdict.status()).isEqualTo("measured");
    assertThat(verdict.evidence().get(0)).contains("of 36 covariates differ");
    assertThat(verdict.members().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(run.sources().get("enrolments").clean());
    Row truth =
        spark()
            .read()
            .parquet(CLUB.resolve("truth/truth_customers").toString())
            .where("experiment_id = '-' and metric = 'net_revenue' and horizon_months = 6")
            .join(
                warehouse.read(LookAlikePairs.TABLE).where("role = 'member'"),
                LookAlikePairs.CUSTOMER_ID)
            .agg(avg(col("difference_vs_stay_out")))
            .collectAsList()
            .get(0);
    assertThat(truth.getDouble(0)).isBetween(verdict.low(), verdict.high());
    assertThat(verdict.naive()).isGreaterThan(2 * verdict.high());
    assertHoldOut(warehouse);
  }

  /** The experiment of the world is found, and sound. */
  private void assertHoldOut(Warehouse warehouse) {
    String headline =
        "metric = 'net_revenue' and horizon_months = 3 and segment_by = 'all' and segment = 'all'";
    Row effect =
        warehouse
            .read(Effects.TABLE)
            .where("experiment_id = 'holdout-2022' and variant = 'raw' and " + headline)
            .where("method = 'control_group_itt_cuped'")
            .collectAsList()
            .get(0);
    Row truth =
        spark()
            .read()
            .parquet(CLUB.resolve("truth/truth_effects").toString())
            .where("estimand = 'itt' and " + headline)
            .collectAsList()
            .get(0);
    assertThat(effect.<String>getAs(Effects.STATUS)).isEqualTo("measured");
    assertThat(truth.<Double>getAs("estimate"))
        .isCloseTo(
            effect.<Double>getAs(Effects.ESTIMATE),
            within(4 * effect.<Double>getAs(Effects.STD_ERROR)));
    assertThat(
            warehouse
                .read(ControlGroupChecks.TABLE)
                .where("check = 'sample_ratio' and outcome <> 'passed'")
                .isEmpty())
        .isTrue();
  }
}
