package dev.cohortium.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.SparkTest;
import dev.cohortium.cohorts.CohortsJob;
import dev.cohortium.config.Study;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.ingest.IngestJob;
import dev.cohortium.panel.PanelJob;
import dev.cohortium.table.Catalogue;
import dev.cohortium.table.CohortRetention;
import dev.cohortium.table.Column;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Deliveries;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.RunCounts;
import dev.cohortium.table.Runs;
import dev.cohortium.table.Table;
import dev.cohortium.table.Transactions;
import io.delta.tables.DeltaTable;
import java.io.IOException;
import java.nio.file.Files;
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
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs over small files: tables, ledger, publication, and what a failure leaves behind. */
class JobRunnerTest extends SparkTest {
  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  private static final List<Job> INGEST = List.of(new IngestJob());
  private static final List<Job> PANEL = List.of(new IngestJob(), new PanelJob());
  private static final List<Job> COHORTS = List.of(new CohortsJob());
  private static final List<Job> ALL = List.of(new IngestJob(), new PanelJob(), new CohortsJob());

  @TempDir private Path folder;
  private int minute;

  @BeforeEach
  void receipts() throws IOException {
    receipts(
        """
        r1,ann,2024-01-05,10
        r2,ann,2024-02-05,20
        r3,bob,2024-01-06,5
        r4,,2024-02-07,7
        r5,bob,2024-03-01,9
        """);
  }

  @Test
  void a_run_fills_the_tables_publishes_them_and_tells_what_it_did() throws Exception {
    RunSummary summary = run(study("publish = [customer_months]"), ALL);

    assertThat(summary.runId()).isEqualTo("20240401T000000000Z");
    assertThat(summary.asOf()).hasToString("Optional[2024-02-29]");
    assertThat(summary.jobs()).containsExactly("ingest", "panel", "cohorts");
    assertThat(summary.sources())
        .isEqualTo(Map.of("transactions", new RunSummary.Delivered(5, 5, 0, 0, 0, 0)));
    assertThat(summary.customers()).isEqualTo(2);
    assertThat(summary.months()).isEqualTo(2);
    assertThat(summary.retention())
        .extracting(RunSummary.Retention::rate)
        .containsExactly(1.0, 0.5);
    assertThat(summary.warehouse()).isEqualTo(folder.resolve("warehouse").toString());
    assertRows(
        read(Runs.TABLE),
        Runs.TABLE,
        """
        run_id              | job     | study | as_of      | status | version
        20240401T000000000Z | ingest  | shop  |            | done   | test
        20240401T000000000Z | panel   | shop  |            | done   | test
        20240401T000000000Z | cohorts | shop  | 2024-02-29 | done   | test
        """);
    assertThat(
            shown(
                read(RunCounts.TABLE)
                    .where("rows > 0 and job <> 'cohorts'")
                    .select("job", "table", "measure", "rows")))
        .containsExactly(
            "ingest | transactions | clean | 5",
            "ingest | transactions | read | 5",
            "panel | customer_months | rows | 4",
            "panel | receipt_months | rows | 4");
    assertThat(shown(read(Deliveries.TABLE).select("source", "rows")))
        .containsExactly("transactions | 5");
    assertSentences();
    List<String> first = content();

    run(study("publish = [customer_months]"), ALL);

    assertThat(content()).as("a second run over the same files").isEqualTo(first);
    assertThat(read(Runs.TABLE).count()).isEqualTo(6);
    assertPublished();
  }

  @Test
  void a_source_at_fault_leaves_every_table_as_it_was_and_the_ledger_says_why() throws IOException {
    run(study(""), INGEST);
    List<String> before = content();
    receipts("r1,ann,2024-01-05,10\nr2,ann,nonsense,20\n");

    assertThatThrownBy(() -> run(study(""), INGEST))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("1 of 2 rows (50.0 %)");

    assertThat(content()).isEqualTo(before);
    Row failed = read(Runs.TABLE).where("status = 'failed'").head();
    assertThat(failed.<String>getAs(Runs.JOB)).isEqualTo("ingest");
    assertThat(failed.<String>getAs(Runs.MESSAGE)).contains("max-quarantine-share");
    assertThat(failed.<Object>getAs(Runs.FINISHED_AT)).isNotNull();
  }

  @Test
  void one_bad_source_among_several_replaces_none_of_them() throws IOException {
    run(study(""), INGEST);
    receipts("r9,zoe,2024-01-05,10\n");

    assertThatThrownBy(
            () ->
                run(
                    study(
                        "sources.customers { format = csv, path = \""
                            + folder
                            + "/none.csv\", columns { customer_id = id } }"),
                    INGEST))
        .isInstanceOf(UserFault.class);

    assertThat(read(Transactions.TABLE).where("customer_id = 'zoe'").count()).isZero();
  }

  @Test
  void a_wrong_segment_is_refused_before_anything_is_read() {
    assertThatThrownBy(() -> run(study("segments.town = \"no_such_column\""), INGEST))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining(
            "Segment 'town' = \"no_such_column\" cannot be computed over the table customers");
    assertThat(warehouse().has(Transactions.TABLE)).isFalse();
  }

  @Test
  void
      a_month_that_is_gone_from_the_source_is_gone_from_the_table_whatever_spark_overwrites_by_default()
          throws IOException {
    run(study(""), INGEST);
    receipts("r1,ann,2024-01-05,10\n");
    spark().conf().set("spark.sql.sources.partitionOverwriteMode", "dynamic");
    try {
      run(study(""), INGEST);
    } finally {
      spark().conf().unset("spark.sql.sources.partitionOverwriteMode");
    }

    assertThat(shown(read(Transactions.TABLE).select("transaction_id"))).containsExactly("r1");
  }

  @Test
  void tables_already_replaced_are_taken_back_when_a_later_one_fails() {
    run(study(""), INGEST);
    List<String> before = content();

    assertThatThrownBy(() -> run(study(""), List.of(new HalfBroken())))
        .isInstanceOf(IllegalStateException.class);

    assertThat(content()).isEqualTo(before);
  }

  @Test
  void a_warehouse_that_cannot_be_written_is_refused() throws IOException {
    Files.writeString(folder.resolve("warehouse"), "a file");

    assertThatThrownBy(() -> run(study(""), INGEST))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("cannot be written")
        .hasMessageContaining("--warehouse");
  }

  @Test
  void a_bug_flies_with_its_own_type_and_is_in_the_ledger() {
    assertThatThrownBy(() -> run(study(""), List.of(new Broken())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(
            "rows of customer_months break its contract: customer_id is BIGINT, not STRING; lacks month DATE");
    assertThat(shown(read(Runs.TABLE).select("job", "status"))).containsExactly("broken | failed");
  }

  @Test
  void a_warehouse_serves_one_study() {
    run(study(""), INGEST);

    assertThatThrownBy(() -> run(study("study = other"), INGEST))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("belongs to study 'shop', not to 'other'")
        .hasMessageContaining("--warehouse");
  }

  @Test
  void what_an_earlier_run_left_as_started_was_interrupted() {
    run(study(""), List.of(new IngestJob()));
    Dataset<Row> runs = read(Runs.TABLE);
    runs.withColumn("status", org.apache.spark.sql.functions.lit("started"))
        .withColumn("run_id", org.apache.spark.sql.functions.lit("killed"))
        .write()
        .format("delta")
        .mode("append")
        .save(warehouse().path(Runs.TABLE));

    run(study(""), List.of(new IngestJob()));

    assertThat(shown(read(Runs.TABLE).select("run_id", "status")))
        .containsExactly(
            "20240401T000000000Z | done", "20240401T000100000Z | done", "killed | interrupted");
  }

  @Test
  void as_of_is_the_last_month_whose_successor_has_data_too_unless_the_study_names_one()
      throws IOException {
    receipts(
        "r1,ann,2024-01-05,1\nr2,ann,2024-02-05,1\nr3,ann,2024-03-05,1\nr4,ann,2031-05-05,1\n");
    run(study(""), PANEL);

    assertThat(run(study(""), COHORTS).asOf()).hasToString("Optional[2024-02-29]");
    assertThat(run(study("as-of = \"2024-03\""), COHORTS).asOf())
        .hasToString("Optional[2024-03-31]");
    assertThatThrownBy(() -> run(study("as-of = \"2031-06\""), COHORTS))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("asks for as-of 2031-06, but transactions lie in 2024-01..2031-05");
  }

  @Test
  void a_single_month_is_never_taken_as_complete() throws IOException {
    receipts("r1,ann,2024-01-05,1\n");
    run(study(""), PANEL);

    assertThatThrownBy(() -> run(study(""), COHORTS))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining(
            "No month of study 'shop' can be taken as complete: transactions lie in [2024-01]");
  }

  @Test
  void a_job_whose_input_is_not_there_says_what_to_run_first() {
    assertThatThrownBy(() -> run(study(""), List.of(new CohortsJob())))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("Run ingest and panel first");
    assertThatThrownBy(() -> run(study(""), List.of(new PanelJob())))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("Run ingest first");
  }

  @Test
  void a_source_that_the_study_no_longer_has_is_not_read_any_more() throws IOException {
    Files.writeString(folder.resolve("p.csv"), "id,who,at,kind,p\n1,ann,2024-01-05,earn,5\n");
    run(
        study(
            "sources.rewards { format = csv, path = \""
                + folder
                + "/p.csv\", columns { entry_id = id, customer_id = who, occurred_at = at, kind = kind, points = p } }"),
        PANEL);
    assertThat(read(CustomerMonths.TABLE).where("points_earned = 5").count()).isEqualTo(1);

    run(study(""), PANEL);

    assertThat(read(CustomerMonths.TABLE).where("points_earned is not null").count()).isZero();
  }

  /** Columns carry their sentences in Delta and in Parquet, and required ones refuse null. */
  private void assertSentences() {
    for (Table table :
        List.of(CustomerMonths.TABLE, CohortRetention.TABLE, Quarantine.TABLE, Runs.TABLE)) {
      StructField[] delta = read(table).schema().fields();
      StructField[] published =
          spark().read().parquet(publishedFile(table).toString()).schema().fields();
      for (int i = 0; i < delta.length; i++) {
        Column column = table.columns().get(i);
        assertThat(delta[i].getComment().get()).isEqualTo(column.sentence());
        assertThat(published[i].getComment().get()).isEqualTo(column.sentence());
        assertThat(published[i].dataType().sql())
            .isEqualTo(column.type().sql().replace("<STRING,STRING>", "<STRING, STRING>"));
        assertThat(delta[i].nullable()).isEqualTo(!column.isRequired());
      }
    }
    Dataset<Row> nobody =
        read(CustomerMonths.TABLE)
            .withColumn("customer_id", org.apache.spark.sql.functions.lit(null).cast("string"));
    assertThatThrownBy(() -> warehouse().replace(CustomerMonths.TABLE, nobody))
        .hasStackTraceContaining("NOT NULL constraint violated for column: customer_id");
  }

  /** A published table is one visible file that DuckDB reads. */
  private void assertPublished() throws SQLException, IOException {
    for (Table table : Catalogue.ALL) {
      boolean isPublished =
          table.publication() == Table.Publication.ALWAYS || table.equals(CustomerMonths.TABLE);
      boolean isExpected = isPublished && warehouse().has(table);
      assertThat(Files.exists(publishedFile(table))).as(table.name()).isEqualTo(isExpected);
      if (isExpected) {
        try (Stream<Path> files = Files.list(publishedFile(table).getParent())) {
          assertThat(files).containsExactly(publishedFile(table));
        }
        assertThat(duckdb("select count(*) from '" + publishedFile(table) + "'"))
            .containsExactly(String.valueOf(read(table).count()));
      }
    }
    assertThat(
            duckdb(
                "select typeof(started_at), typeof(as_of) from '"
                    + publishedFile(Runs.TABLE)
                    + "' limit 1"))
        .containsExactly("TIMESTAMP WITH TIME ZONE | DATE");
    assertThat(
            duckdb(
                "select cohort, age, cohort_size, active, typeof(retained_rate) from '"
                    + publishedFile(CohortRetention.TABLE)
                    + "' where segment_by = 'all' order by cohort, age"))
        .containsExactly("2024-01-01 | 0 | 2 | 2 | DOUBLE", "2024-01-01 | 1 | 2 | 1 | DOUBLE");
  }

  /** A job whose only table breaks its contract. */
  private static class Broken implements Job {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public String sentence() {
      return "Breaks.";
    }

    @Override
    public boolean isConfiguredIn(Study study) {
      return true;
    }

    @Override
    public List<Table> reads() {
      return List.of();
    }

    @Override
    public List<Table> writes() {
      return List.of(Transactions.TABLE, CustomerMonths.TABLE);
    }

    @Override
    public String settings(Study study) {
      return "";
    }

    @Override
    public Frames run(Frames in, Study study) {
      return new Frames(in.session())
          .with(CustomerMonths.TABLE, in.session().range(1).toDF("customer_id"));
    }
  }

  /** A job that replaces one table and then breaks the contract of the next. */
  private static final class HalfBroken extends Broken {
    @Override
    public Frames run(Frames in, Study study) {
      Frames nothing = new Frames(in.session());
      return nothing
          .with(Transactions.TABLE, nothing.get(Transactions.TABLE))
          .with(CustomerMonths.TABLE, in.session().range(1).toDF("customer_id"));
    }
  }

  // --- helpers ---

  private void receipts(String lines) throws IOException {
    Files.writeString(folder.resolve("t.csv"), "receipt,customer,at,amount\n" + lines);
  }

  private Study study(String more) {
    String base =
        """
        study = shop, currency = EUR, cohorts {}
        sources.transactions {
          format = csv, path = "%s/t.csv"
          columns { transaction_id = receipt, customer_id = customer, occurred_at = at, net_amount = amount }
        }
        """
            .formatted(folder);
    return StudyReader.parse(base + more, "test", List.of(), Map.of());
  }

  /** Runs one minute after the last run. */
  private RunSummary run(Study study, List<Job> jobs) {
    Instant now = Instant.parse("2024-04-01T00:00:00Z").plusSeconds(60L * minute++);
    return new JobRunner(context(study, folder.resolve("warehouse"), now)).run(jobs);
  }

  private Warehouse warehouse() {
    return new Warehouse(spark(), folder.resolve("warehouse").toString());
  }

  private Dataset<Row> read(Table table) {
    return warehouse().read(table);
  }

  private Path publishedFile(Table table) {
    return folder
        .resolve("warehouse/published")
        .resolve(table.name())
        .resolve(table.name() + ".parquet");
  }

  /** Every row of clean, panel and marts, without what names the run. */
  private List<String> content() {
    List<String> content = new ArrayList<>();
    for (Table table : Catalogue.ALL) {
      if (DeltaTable.isDeltaTable(spark(), warehouse().path(table))
          && !table.layer().folder().equals("system")) {
        shown(read(table).drop("run_id")).forEach(row -> content.add(table + ": " + row));
      }
    }
    return content;
  }

  private static List<String> duckdb(String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          cells.add(String.valueOf(result.getString(i)));
        }
        rows.add(String.join(" | ", cells));
      }
    }
    return rows;
  }
}
