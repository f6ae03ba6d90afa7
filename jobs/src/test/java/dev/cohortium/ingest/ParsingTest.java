package dev.cohortium.ingest;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohortium.SparkTest;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParsingTest extends SparkTest {
  /** What the texts mean as {@code type}, as text; null: nothing. */
  private List<String> parsed(String type, String... texts) {
    String sql = new Parsing(Map.of()).parse("value", type);
    return spark()
        .createDataset(List.of(texts), Encoders.STRING())
        .coalesce(1)
        .select(expr(sql).cast("string"))
        .collectAsList()
        .stream()
        .map((Row row) -> row.getString(0))
        .toList();
  }

  @Test
  void a_decimal_is_never_rounded_however_small_the_rest() {
    assertThat(
            parsed(
                "decimal(12,4)",
                "1.5",
                "1.50000000000000000000",
                "0.00000000000000000001",
                "1.00000000000000000000000000000000000001",
                "1e-60",
                "1.5e2",
                "1.5E-3",
                "1.23456789012345e2"))
        .containsExactly("1.5000", "1.5000", null, null, null, "150.0000", "0.0015", null);
    assertThat(parsed("decimal(38,0)", "123456789012345678901234", "123456789012345678901234.7"))
        .containsExactly("123456789012345678901234", null);
  }

  @Test
  void a_number_that_takes_for_ever_to_compute_is_none() {
    assertThat(
            parsed("decimal(12,4)", "1e-999999999", "1e999999999", "9".repeat(1_000_000), "1e-99"))
        .containsOnlyNulls();
  }

  @ParameterizedTest
  @ValueSource(strings = {"double", "float"})
  void a_fraction_is_a_finite_number_and_nothing_else(String type) {
    assertThat(parsed(type, "12d", "12f", "0x1p3", "NaN", "Infinity", "-inf", "1e400", "9e999"))
        .containsOnlyNulls();
    assertThat(parsed(type, "12", "-.5", "1.5e2")).containsExactly("12.0", "-0.5", "150.0");
  }

  @Test
  void a_day_is_followed_by_a_time_of_day_or_nothing() {
    assertThat(
            parsed(
                "date",
                "2024-02-29",
                "2024-02-29 23:59:59",
                "2024-02-29T23:59:59+14:00",
                "2024-02-29 in the morning",
                "2024-02-29 99:99",
                "2024-02-29T",
                "999999-02-28"))
        .containsExactly("2024-02-29", "2024-02-29", "2024-02-29", null, null, null, null);
  }

  @Test
  void a_local_time_has_no_offset_that_could_be_lost() {
    assertThat(
            parsed(
                "timestamp_ntz",
                "2024-07-01 10:00:00.5",
                "2024-07-01T10:00:00Z",
                "2024-07-01 10:00:00 Europe/Paris"))
        .containsExactly("2024-07-01 10:00:00.5", null, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"de_DE", "german", "", "xx-YY"})
  void a_locale_that_is_none_is_refused_rather_than_read_as_english(String locale) {
    assertThatThrownBy(() -> new Parsing(Map.of("locale", locale)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("locale = " + locale + " is no language tag such as de-DE or en-US");
  }
}
