package dev.cohortium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line answers without Spark. */
class CommandLineTest {
  /** What a command printed, and its exit code. */
  record Answer(int status, String out, String err) {}

  @TempDir Path folder;

  static Answer answer(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            arguments,
            Map.of(),
            Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8));
    return new Answer(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  private static void assertFault(Answer answer, String... words) {
    assertThat(answer.err()).contains(words).doesNotContain("\tat ").doesNotContain("Exception");
    assertThat(answer.out()).isEmpty();
    assertThat(answer.status()).isEqualTo(2);
  }

  @Test
  void help_lists_every_command_and_is_no_fault() {
    Answer help = answer("--help");
    assertThat(help.out())
        .contains("run", "ingest", "panel", "cohorts", "check", "jobs", "tables", "show", "world");
    assertThat(help.err()).isEmpty();
    assertThat(help.status()).isZero();
  }

  @Test
  void help_of_a_command_lists_its_options() {
    assertThat(answer("run", "--help").out())
        .contains("--study", "--warehouse", "--as-of", "--set", "--json");
    assertThat(answer("show", "--help").out()).contains("TABLE", "--where", "--limit", "--format");
  }

  @Test
  void version_names_the_program() {
    assertThat(answer("--version").out()).startsWith("cohortium ");
  }

  @Test
  void jobs_are_listed_in_the_order_of_a_run() {
    assertThat(answer("jobs").out().lines().map(line -> line.substring(0, line.indexOf(' '))))
        .containsExactly(
            "ingest",
            "panel",
            "cohorts",
            "look-alike",
            "design-control-group",
            "control-group",
            "before-after");
  }

  @Test
  void tables_are_listed_as_text_and_as_markdown() {
    assertThat(answer("tables").out()).contains("cohort_average");
    assertThat(answer("tables", "--format", "markdown").out()).startsWith("#");
  }

  @Test
  void no_command_is_a_fault() {
    assertFault(answer(), "No command", "--help");
  }

  @Test
  void an_unknown_command_is_a_fault_that_names_the_nearest() {
    assertFault(answer("cohort"), "There is no command 'cohort'", "Did you mean", "cohorts");
  }

  @Test
  void an_unknown_option_is_a_fault_that_names_the_nearest() {
    assertFault(answer("run", "--stdy=x.conf"), "--stdy", "Did you mean --study");
  }

  @Test
  void an_as_of_that_is_no_month_is_a_fault() {
    assertFault(answer("run", "--study", "x.conf", "--as-of", "2011-13"), "'2011-13'", "2011-12");
  }

  @Test
  void a_run_without_a_study_says_how_to_name_one() {
    assertFault(answer("run"), "--study conf/foodmart.conf");
    assertFault(answer("cohorts"), "--study conf/foodmart.conf");
    assertFault(answer("check"), "--study conf/foodmart.conf");
  }

  @Test
  void a_study_that_is_not_there_is_a_fault_that_names_it() {
    String missing = folder.resolve("missing.conf").toString();
    assertFault(answer("run", "--study", missing), missing);
  }

  @Test
  void a_job_that_the_study_does_not_configure_is_a_fault() throws IOException {
    Path study = folder.resolve("tiny.conf");
    Files.writeString(
        study,
        """
        study = "tiny"
        time-zone = "UTC"
        currency = "EUR"
        sources { transactions {
          format = csv
          path = ["receipts.csv"]
          columns { transaction_id = "id", occurred_at = "time", net_amount = "amount" }
        } }
        """);
    assertFault(
        answer("cohorts", "--study", study.toString()),
        "Study 'tiny' does not configure cohorts",
        study.toString());
  }

  @Test
  void an_unknown_table_is_a_fault_that_names_the_nearest() {
    assertFault(
        answer("show", "cohort_retension", "--warehouse", "w"),
        "There is no table cohort_retension",
        "cohort_retention");
  }

  @Test
  void show_asks_for_a_study_or_a_warehouse() {
    assertFault(answer("show", "cohort_retention"), "--study");
  }

  @Test
  void a_negative_limit_is_a_fault() {
    assertFault(answer("show", "runs", "--warehouse", "w", "--limit", "-1"), "--limit", "-1");
  }

  @Test
  void a_world_asks_for_its_file_and_a_folder() {
    assertFault(answer("world"), "--conf conf/club-world.conf --out club");
    String missing = folder.resolve("missing.conf").toString();
    assertFault(answer("world", "--conf", missing, "--out", "x"), "There is no world " + missing);
  }
}
