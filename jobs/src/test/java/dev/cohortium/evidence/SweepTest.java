package dev.cohortium.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohortium.SparkTest;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Sums by key that are handed on before all rows are seen. */
class SweepTest extends SparkTest {
  /** The keys of a group of tens, in the order in which they came, and the sum of their rows. */
  private static List<String> sums(Dataset<Row> rows, long most) {
    return Sweep.byGroup(
            rows,
            new Sweep.Summing<Integer, Integer, Long>(
                (states, row) -> states.merge((int) row.getLong(0) % 20, row.getLong(0), Long::sum),
                state -> 8,
                most,
                key -> key / 10),
            (group, states) -> {
              StringBuilder keys = new StringBuilder();
              long sum = 0;
              int last = -1;
              while (states.hasNext()) {
                var next = states.next();
                keys.append(next._1() == last ? "" : next._1() + " ");
                last = next._1();
                sum += next._2();
              }
              return group + ": " + keys + "= " + sum;
            })
        .stream()
        .sorted()
        .toList();
  }

  @Test
  void groups_are_the_same_however_rows_lie_and_however_often_sums_are_handed_on() {
    // By hand: 0 to 4,999 by tens, sum of all 12,497,500; those of the second ten have 2,500 * 10
    // more.
    String[] expected = {
      "0: 0 1 2 3 4 5 6 7 8 9 = 6236250", "1: 10 11 12 13 14 15 16 17 18 19 = 6261250"
    };
    for (int partitions : new int[] {1, 7}) {
      Dataset<Row> rows = spark().range(0, 5_000, 1, partitions).toDF();
      assertThat(sums(rows, Long.MAX_VALUE)).containsExactly(expected);
      assertThat(sums(rows, 0)).containsExactly(expected);
    }
  }

  @Test
  void no_rows_have_no_groups_and_what_is_left_of_a_group_is_passed_over() {
    assertThat(sums(spark().range(0).toDF(), 0)).isEmpty();
    List<Integer> firsts =
        Sweep.byGroup(
            spark().range(0, 100, 1, 2).toDF(),
            new Sweep.Summing<Integer, Integer, Long>(
                (states, row) -> states.put((int) row.getLong(0), 1L),
                state -> 8,
                0,
                key -> key / 50),
            (group, states) -> states.next()._1());
    assertThat(firsts).containsExactlyInAnyOrder(0, 50);
  }
}
