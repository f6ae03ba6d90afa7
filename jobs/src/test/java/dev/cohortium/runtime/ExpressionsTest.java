package dev.cohortium.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.SparkTest;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionsTest extends SparkTest {
  private Dataset<Row> rows() {
    return spark().sql("select 'a' name, 1 amount");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "amount + 1",
        "upper(name) -- a comment",
        "null",
        "if(amount > 0, 1, 2)",
        "name = 'select now()' or name = \"current_date\"",
        "unix_timestamp(name)"
      })
  void a_function_of_one_row_is_no_problem(String sql) {
    assertThat(Expressions.problem(rows(), sql)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sum(amount)",
        "row_number() over (order by amount)",
        "explode(array(amount))",
        "rand()",
        "reflect('java.lang.System', 'getenv', 'HOME')",
        "1; drop table x",
        "(select max(id) from range(3))",
        "amount > 0 and exists (Select 1)",
        "if(current_date > date'2024-01-01', 1, 2)",
        "year(now ())",
        "unix_timestamp( )",
        "raise_error('x')",
        "assert_true(amount > 0)",
        "amount /* open",
        // Where Spark trips over them itself.
        "window(now(), '1 day')",
        "session_window(now(), '1 day')",
        "1e999999999BD"
      })
  void what_is_more_than_that_or_none_is_told_in_a_sentence(String sql) {
    assertThat(Expressions.problem(rows(), sql).orElseThrow())
        .matches("(?s)[A-Z].*\\.")
        .doesNotContain("\n", "[");
  }

  @Test
  void an_expression_without_end_is_told_so() {
    assertThat(Expressions.problem(rows(), "1 + ".repeat(20_000) + "1"))
        .contains("It is too long or too deeply nested.");
    assertThat(Expressions.problem(rows(), "(".repeat(9_000) + "1" + ")".repeat(9_000)))
        .contains("It is too long or too deeply nested.");
  }

  @Test
  void a_long_expression_is_quoted_by_its_beginning() {
    assertThat(Expressions.quoted("a + b")).isEqualTo("\"a + b\"");
    assertThat(Expressions.quoted("x".repeat(9_000))).hasSize(505).endsWith("x...\"");
  }
}
