package dev.cohortium;

import static dev.cohortium.CommandLineTest.answer;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohortium.CommandLineTest.Answer;
import dev.cohortium.table.CohortAverage;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.Stores;
import dev.cohortium.table.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code show} prints of a warehouse. */
class ShowTest extends SparkTest {
  @TempDir static Path warehouse;

  @BeforeEach
  void averages() {
    if (Files.exists(warehouse.resolve("marts"))) {
      return;
    }
    write(
        CohortAverage.TABLE,
        rows(
            CohortAverage.TABLE,
            """
            cohort_by      | granularity | segment_by | segment | age | cohorts | customers | retained_rate | as_of
            first_purchase | month       | all        | all     | 1   | 1       | 885       | 0.36610169    | 2011-12-31
            first_purchase | month       | all        | all     | 0   | 2       | 1302      | 1.0           | 2011-12-31
            first_purchase | month       | country    | a,"b"   | 0   | 1       |           |               | 2011-12-31
            """));
  }

  private void write(Table table, Dataset<Row> rows) {
    rows.write()
        .format("delta")
        .save(warehouse + "/" + table.layer().folder() + "/" + table.name());
  }

  private Answer show(String... arguments) {
    List<String> all = new ArrayList<>(List.of("show", "--warehouse=" + warehouse));
    all.addAll(List.of(arguments));
    return answer(all.toArray(String[]::new));
  }

  @Test
  void rows_are_aligned_and_stand_in_the_order_of_the_key() {
    assertThat(show("cohort_average").out())
        .isEqualTo(
            """
            cohort_by       granularity  segment_by  segment  age  cohorts  customers  retained_rate  retained_low  retained_high  rolling_rate  as_of
            first_purchase  month        all         all        0        2       1302              1                                             2011-12-31
            first_purchase  month        all         all        1        1        885       0.366102                                             2011-12-31
            first_purchase  month        country     a,"b"      0        1                                                                       2011-12-31
            """);
  }

  @Test
  void csv_quotes_what_needs_it_and_leaves_null_empty() {
    assertThat(show("cohort_average", "--format", "csv", "--where", "age = 0").out())
        .isEqualTo(
            """
            cohort_by,granularity,segment_by,segment,age,cohorts,customers,retained_rate,retained_low,retained_high,rolling_rate,as_of
            first_purchase,month,all,all,0,2,1302,1.0,,,,2011-12-31
            first_purchase,month,country,"a,""b""\",0,1,,,,,,2011-12-31
            """);
  }

  @Test
  void json_is_an_array_of_objects_with_every_column() throws Exception {
    var rows =
        new ObjectMapper()
            .readTree(show("cohort_average", "--format", "json", "--limit", "1").out());
    assertThat(rows.size()).isEqualTo(1);
    assertThat(rows.get(0).get("customers").asLong()).isEqualTo(1302);
    assertThat(rows.get(0).get("as_of").asText()).isEqualTo("2011-12-31");
    assertThat(rows.get(0).get("rolling_rate").isNull()).isTrue();
  }

  @Test
  void a_limit_is_kept_and_said() {
    Answer two = show("cohort_average", "--format", "csv", "--limit", "2");
    assertThat(two.out().lines()).hasSize(3);
    assertThat(two.err()).contains("more rows");
    assertThat(show("cohort_average", "--limit", "3").err()).doesNotContain("more rows");
    assertThat(show("cohort_average", "--format", "csv", "--limit", "0").out().lines()).hasSize(1);
  }

  @Test
  void no_rows_are_an_empty_array() {
    assertThat(show("cohort_average", "--where", "age > 9", "--format", "json").out())
        .isEqualTo("[]\n");
  }

  @Test
  void timestamps_are_utc_and_maps_are_objects() throws Exception {
    write(
        Customers.TABLE,
        rows(
                Customers.TABLE,
                """
                customer_id | registered_at
                ann         | 2024-03-31 01:30:00.5
                """)
            .withColumn("attributes", expr("map('country', 'UK')")));
    var ann = new ObjectMapper().readTree(show("customers", "--format", "json").out()).get(0);
    assertThat(ann.get("registered_at").asText()).isEqualTo("2024-03-31T01:30:00.5Z");
    assertThat(ann.get("attributes").get("country").asText()).isEqualTo("UK");
  }

  @Test
  void a_row_with_line_breaks_stays_on_its_line() {
    write(
        Quarantine.TABLE,
        rows(Quarantine.TABLE, "source | file | row | reason\ntransactions | a.csv | x | torn\n")
            .withColumn("row", lit("a\r\nb")));
    assertThat(show("quarantine").out().lines()).hasSize(2);
    assertThat(show("quarantine").out()).contains("a\\r\\nb");
    assertThat(show("quarantine", "--format", "csv").out()).contains("\"a\r\nb\"");
  }

  @Test
  void a_wrong_condition_is_a_fault_in_sparks_first_words() {
    for (String wrong : List.of("agee = 0", "age =", "age + 1")) {
      Answer answer = show("cohort_average", "--where", wrong);
      assertThat(answer.status()).isEqualTo(2);
      assertThat(answer.out()).isEmpty();
      assertThat(answer.err()).contains("--where '" + wrong + "'").doesNotContain("\tat ");
    }
  }

  @Test
  void a_table_that_is_not_built_yet_is_a_fault() {
    Answer answer = show("joinings");
    assertThat(answer.status()).isEqualTo(2);
    assertThat(answer.err()).contains("joinings", warehouse.toString());
  }

  @Test
  void a_broken_warehouse_ends_with_1_and_shows_its_root_cause() throws Exception {
    write(Stores.TABLE, rows(Stores.TABLE, "store_id\ns1\n"));
    try (var files = Files.walk(warehouse.resolve("clean/stores"))) {
      for (Path data : files.filter(file -> file.toString().endsWith(".parquet")).toList()) {
        Files.delete(data);
      }
    }
    Answer answer = show("stores");
    assertThat(answer.status()).isEqualTo(1);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).contains("\tat ", "Failed. The cause: ", "does not exist");
  }
}
