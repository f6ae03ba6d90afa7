package dev.cohortium.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  private static final String SNAKE_CASE = "[a-z][a-z0-9]*(_[a-z0-9]+)*";

  @Test
  void no_two_tables_share_a_name() {
    assertThat(Catalogue.ALL.stream().map(Table::name)).doesNotHaveDuplicates();
  }

  @Test
  void the_catalogue_is_in_the_order_in_which_data_moves() {
    assertThat(Catalogue.ALL.stream().map(Table::layer)).isSorted();
  }

  @Test
  void every_name_is_snake_case() {
    for (Table table : Catalogue.ALL) {
      assertThat(table.name()).matches(SNAKE_CASE);
      assertThat(table.columnNames()).allMatch(name -> name.matches(SNAKE_CASE));
    }
  }

  @Test
  void every_grain_and_every_column_has_a_sentence_that_ends_with_a_period() {
    for (Table table : Catalogue.ALL) {
      assertThat(table.grain()).matches("\\S.*\\.");
      for (Column column : table.columns()) {
        assertThat(column.sentence())
            .as("%s.%s", table, column.name())
            .matches("\\S.*\\.")
            .doesNotContain("\n");
      }
    }
  }

  @Test
  void no_table_names_a_column_twice() {
    for (Table table : Catalogue.ALL) {
      assertThat(table.columnNames()).as(table.name()).doesNotHaveDuplicates();
    }
  }

  @Test
  void every_table_declares_a_key_but_quarantine_whose_rows_may_repeat() {
    for (Table table : Catalogue.ALL) {
      assertThat(table.key().isEmpty()).as(table.name()).isEqualTo(table.equals(Quarantine.TABLE));
      assertThat(table.columnNames()).containsAll(table.key()).containsAll(table.partitionedBy());
    }
  }

  @Test
  void the_keys_of_clean_tables_and_of_marts_are_required() {
    for (Layer layer : List.of(Layer.CLEAN, Layer.MARTS)) {
      for (Table table : Catalogue.in(layer)) {
        for (String key : table.key()) {
          assertThat(table.column(key).orElseThrow().isRequired()).as("%s.%s", table, key).isTrue();
        }
      }
    }
  }

  @Test
  void every_mart_says_up_to_when_and_is_published() {
    for (Table table : Catalogue.in(Layer.MARTS)) {
      Column asOf = table.column("as_of").orElseThrow();
      assertThat(asOf.isRequired()).as(table.name()).isTrue();
      assertThat(asOf.type()).as(table.name()).isEqualTo(ColumnType.DATE);
      boolean tellsPersons =
          List.of(LookAlikePairs.TABLE, ControlGroupAssignments.TABLE).contains(table);
      assertThat(table.publication())
          .as(table.name())
          .isEqualTo(tellsPersons ? Table.Publication.ON_REQUEST : Table.Publication.ALWAYS);
    }
  }

  @Test
  void every_customer_id_is_personal() {
    for (Table table : Catalogue.ALL) {
      table
          .column("customer_id")
          .ifPresent(
              c -> assertThat(c.privacy()).as(table.name()).isEqualTo(Column.Privacy.PERSONAL));
    }
  }

  @Test
  void a_rule_is_told_as_part_of_a_sentence() {
    for (Table table : Catalogue.ALL) {
      for (Rule rule : table.rules()) {
        assertThat(rule.sentence()).as(rule.sql()).matches("\\S.*[^.]");
      }
    }
  }
}
