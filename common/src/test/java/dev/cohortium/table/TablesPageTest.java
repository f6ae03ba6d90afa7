package dev.cohortium.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TablesPageTest {
  /** The root of the project; a module's tests run in the module's folder. */
  private static final Path ROOT = Path.of(System.getProperty("project.root", ".."));

  @Test
  void docs_tables_md_is_what_the_declarations_say() throws IOException {
    Path page = ROOT.resolve("docs/tables.md");
    assertThat(Files.exists(page) ? Files.readString(page) : "")
        .as("docs/tables.md is stale; run: %s", TablesPage.COMMAND)
        .isEqualTo(TablesPage.markdown());
  }

  @Test
  void the_page_tells_every_column_of_every_table() {
    String page = TablesPage.markdown();
    for (Table table : Catalogue.ALL) {
      assertThat(page).contains("\n### " + table.name() + "\n\n" + table.grain() + "\n");
      for (Column column : table.columns()) {
        assertThat(page).contains("| `" + column.name() + "` | `" + column.type().sql() + "` |");
        assertThat(page).contains(column.sentence().replace("|", "\\|"));
      }
      for (Rule rule : table.rules()) {
        assertThat(page).contains(rule.sentence().replace("|", "\\|"));
      }
    }
  }

  @Test
  void a_table_is_told_with_its_key_its_folders_its_file_its_marks_and_its_rules() {
    assertThat(TablesPage.markdown())
        .contains(
            """
            - Key: `customer_id`, `month`
            - Partitioned by: `month`
            - Published: `published/customer_months/customer_months.parquet`, where the study's `publish` names it
            """)
        .contains("- Refused where left_at lies before enrolled_at\n")
        .contains("| `customer_id` | `STRING` | yes | _personal_ Who joined. |\n")
        .contains(
            "| `kind` | `STRING` | yes | What was booked. One of `earn`, `redeem`, `expire`, `adjust`. |\n");
  }

  @Test
  void the_overview_has_one_aligned_line_for_each_table() {
    assertThat(TablesPage.overview().lines())
        .hasSize(Catalogue.ALL.size())
        .contains("customers                  clean   One customer as last delivered.")
        .contains("cohort_retention           marts   " + CohortRetention.TABLE.grain());
  }
}
