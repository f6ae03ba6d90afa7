package dev.cohortium.panel;

import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.bit_count;
import static org.apache.spark.sql.functions.bit_or;
import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.flatten;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.shiftright;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;

/**
 * Which categories a group has, by their numbers: one bit each in as many LONG columns as they
 * need, or one set where they are too many for that.
 */
final class Categories {
  /** More would make the code of one aggregation too long to be compiled well. */
  private static final int MOST_WORDS = 8;

  private static final int WORD_BITS = 6;
  private static final int WORD = 1 << WORD_BITS;
  private static final String BITS = "category_bits_";
  private static final String SET = "category_set";

  private Categories() {}

  /** Gathers {@code number}, one of {@code count} from 0 on; null is no category. */
  static List<Column> gathered(Column number, long count) {
    if (count > MOST_WORDS * WORD) {
      return List.of(collect_set(number).as(SET));
    }
    return IntStream.range(0, (int) ((count + WORD - 1) / WORD))
        .mapToObj(word -> bit_or(bit(number, word)).as(BITS + word))
        .toList();
  }

  private static Column bit(Column number, int word) {
    Column isOfWord = shiftright(number, WORD_BITS).equalTo(word);
    return when(isOfWord, call_function("shiftleft", lit(1L), number.bitwiseAND(WORD - 1)));
  }

  /**
   * Unites what the groups {@code rows} gathered. Equal sets are gathered once, so that a customer
   * of a million receipts holds a few baskets and not a million.
   */
  static List<Column> united(Dataset<?> rows) {
    return columns(rows)
        .map(
            name ->
                name.equals(SET)
                    ? array_distinct(flatten(collect_set(col(SET)))).as(SET)
                    : bit_or(col(name)).as(name))
        .toList();
  }

  /** How many categories each of {@code rows} gathered (INT). */
  static Column counted(Dataset<?> rows) {
    return columns(rows)
        .map(name -> name.equals(SET) ? size(col(SET)) : bit_count(coalesce(col(name), lit(0L))))
        .reduce(Column::plus)
        .orElse(lit(0));
  }

  /** The columns of {@code rows} that hold categories. */
  static Stream<String> columns(Dataset<?> rows) {
    return Stream.of(rows.columns()).filter(name -> name.startsWith(BITS) || name.equals(SET));
  }
}
