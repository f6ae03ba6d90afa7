package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What all states that add have in common. */
class StatesTest {
  @Test
  void records_that_add_come_back_equal_from_a_worker() throws Exception {
    Moments moments = Moments.of(3, 1, 4, 1, 5);
    assertThat(LinearFitTest.sent(moments)).isEqualTo(moments);
    WeightedMoments weighted = WeightedMoments.of(new double[] {3, 1}, new double[] {2, 7});
    assertThat(LinearFitTest.sent(weighted)).isEqualTo(weighted);
    EffectiveSampleSize size = EffectiveSampleSize.of(1, 2, 3);
    assertThat(LinearFitTest.sent(size)).isEqualTo(size);
    ClusterSums sums = ClusterSums.of(new double[] {1, -1, 3});
    assertThat(LinearFitTest.sent(sums)).isEqualTo(sums);
    NetPromoterScore answers = new NetPromoterScore(3, 1, 4);
    assertThat(LinearFitTest.sent(answers)).isEqualTo(answers);
    CrossMoments cross = CrossMoments.of(new double[][] {{1, 2}, {3, 1}, {5, 9}});
    CrossMoments sent = LinearFitTest.sent(cross).plus(cross);
    assertThat(sent.covariance(0, 1)).isEqualTo(cross.plus(cross).covariance(0, 1));
  }

  @Test
  void rows_added_one_by_one_leave_nothing_to_collect() {
    Gram gram = Gram.of(new double[][] {{0, 1}, {2, 0}, {1, 5}}, new double[] {0, 1, 0});
    Gram.Sum sums = new Gram.Sum(2);
    LogisticState.Sum logistic = new LogisticState.Sum(gram, new double[3]);
    EntropyState.Sum entropy = new EntropyState.Sum(gram, gram, new double[2]);
    double[] row = {0.5, 3};
    Runnable rows =
        () -> {
          for (int i = 0; i < 100_000; i++) {
            row[0] = i % 7;
            sums.add(row, 1, 2);
            logistic.add(row, i % 2 == 0, 2);
            entropy.add(row, 2);
          }
        };
    rows.run();
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    rows.run();
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
  }
}
