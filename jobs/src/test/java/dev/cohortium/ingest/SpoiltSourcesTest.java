package dev.cohortium.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.SparkTest;
import dev.cohortium.config.StudyReader;
import dev.cohortium.config.UserFault;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.Quarantine;
import dev.cohortium.table.Transactions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What mutated rows and files once broke, one by one. */
class SpoiltSourcesTest extends SparkTest {
  private static final String COLUMNS =
      "columns { transaction_id = id, customer_id = who, occurred_at = at, net_amount = amount }";

  @TempDir private Path folder;

  private Frames ingest(String format, String file, String columns) {
    String study =
        """
        study = test, currency = EUR, max-quarantine-share = 1
        sources.transactions { format = %s, path = "%s", %s }
        """
            .formatted(format, folder.resolve(file), columns);
    return new IngestJob()
        .run(new Frames(spark()), StudyReader.parse(study, "test", List.of(), Map.of()));
  }

  private void write(String name, String... lines) throws IOException {
    Files.write(folder.resolve(name), List.of(lines), StandardCharsets.ISO_8859_1);
  }

  private static List<String> clean(Frames out) {
    return shown(out.get(Transactions.TABLE).select("transaction_id", "net_amount"));
  }

  private static List<String> reasons(Frames out) {
    return shown(out.get(Quarantine.TABLE).select("reason"));
  }

  @Test
  void a_json_row_that_is_nested_without_end_is_malformed() throws IOException {
    String row = "{\"id\":\"%s\",\"who\":\"ann\",\"at\":\"2024-01-05\",\"amount\":1,\"more\":%s}";
    write(
        "t.json",
        row.formatted("r1", "[".repeat(40) + "]".repeat(40)),
        row.formatted("r2", "{\"a\":".repeat(900) + "1" + "}".repeat(900)),
        row.formatted("r3", "[".repeat(5000) + "]".repeat(5000)));

    Frames out = ingest("json", "t.json", COLUMNS);

    assertThat(clean(out)).containsExactly("r1 | 1.0000");
    assertThat(reasons(out)).containsExactly("malformed line", "malformed line");
  }

  @Test
  void a_json_key_may_have_the_name_that_spark_gives_to_metadata() throws IOException {
    write(
        "t.json",
        "{\"id\":\"r1\",\"who\":\"ann\",\"at\":\"2024-01-05\",\"amount\":1,\"_metadata\":{\"a\":1}}");

    assertThat(clean(ingest("json", "t.json", COLUMNS))).containsExactly("r1 | 1.0000");
  }

  @Test
  void json_that_cannot_be_read_is_refused_with_what_to_do() throws IOException {
    write("none.json", "id,who,at,amount", "r1,ann,2024-01-05,1");
    write("twice.json", "{\"id\":\"r1\",\"who\":\"ann\"}", "{\"id\":\"r2\",\"Who\":\"ann\"}");

    assertThatThrownBy(() -> ingest("json", "none.json", COLUMNS))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("Source transactions holds no JSON object");
    assertThatThrownBy(() -> ingest("json", "twice.json", COLUMNS))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("The column `who` already exists")
        .hasMessageContaining("Deliver it under one name");
  }

  @Test
  void ids_that_differ_in_undecodable_bytes_do_not_become_one() throws IOException {
    write(
        "t.csv",
        "id,who,at,amount",
        "r1,Müller,2024-01-05,1",
        "r2,Mäller,2024-01-05,1",
        "r3,Miller,2024-01-05,1");

    Frames out = ingest("csv", "t.csv", COLUMNS);

    assertThat(clean(out)).containsExactly("r3 | 1.0000");
    assertThat(reasons(out))
        .containsOnly(
            "customer_id: 'M\uFFFDller' holds bytes that are no text; set options.encoding");
  }

  @Test
  void what_stands_for_no_number_is_no_id() {
    spark()
        .sql(
            "select stack(3, 'r1', 17.0d, 'r2', double('NaN'), 'r3', double('Infinity')) as (id, who)")
        .selectExpr("*", "timestamp'2024-01-05' at", "1 amount")
        .write()
        .parquet(folder.resolve("t").toString());

    Frames out = ingest("parquet", "t", COLUMNS);

    assertThat(clean(out)).containsExactly("r1 | 1.0000");
    assertThat(reasons(out))
        .containsExactly(
            "customer_id: 'Infinity' is not STRING", "customer_id: 'NaN' is not STRING");
  }

  @Test
  void a_day_beyond_the_calendar_is_quarantined_although_spark_promises_a_time()
      throws IOException {
    write("t.csv", "id,who,at,amount", "r1,ann,2024-01-05,1", "r2,ann,none,1");

    Frames out =
        ingest(
            "csv",
            "t.csv",
            COLUMNS.replace(
                "at, net",
                "\"coalesce(to_date(at), date_add(date'9999-12-31', 214748364))\", net"));

    assertThat(clean(out)).containsExactly("r1 | 1.0000");
    assertThat(reasons(out)).containsExactly("occurred_at: '+597961-01-18' is not TIMESTAMP");
  }

  @Test
  void a_line_with_more_columns_than_spark_can_hold_is_refused_with_the_option_for_it()
      throws IOException {
    write("t.csv", "id,who,at,amount", "r1,ann,2024-01-05,1" + ",".repeat(30_000));

    assertThatThrownBy(() -> ingest("csv", "t.csv", COLUMNS))
        .isInstanceOf(UserFault.class)
        .hasMessageContaining("a line has more columns than options.maxColumns allows");
  }
}
