package dev.cohortium.stats;

import static dev.cohortium.stats.References.agree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RatioMetricTest {
  private static final double[] REVENUE = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
  private static final double[] ORDERS = {1, 1, 2, 1, 2, 3, 1, 2, 2, 1};

  /** exact.md: sum(3,1,4,1,5,9,2,6,5,3) / sum(1,1,2,1,2,3,1,2,2,1), delta method. */
  @Test
  void the_ratio_of_totals_agrees_with_the_exact_case() {
    Estimate ratio = RatioMetric.of(pairs(REVENUE, ORDERS)).estimate().orElseThrow();
    agree(ratio.value(), 2.4375);
    agree(ratio.stdError(), 0.206945245501);
  }

  /** numpy 2.4.6 on reference nsw/nsw_dw.csv: re78 per year of educ, by arm, errors of z. */
  @Test
  void the_difference_of_ratios_agrees_with_numpy() {
    Estimate difference =
        RatioMetric.difference(
                Nsw.crossMoments(1, "re78", "educ"), Nsw.crossMoments(0, "re78", "educ"))
            .estimate()
            .orElseThrow();
    agree(difference.value(), 162.19799862059523);
    agree(difference.stdError(), 64.65120875800243);
  }

  @Test
  void one_order_each_makes_it_the_difference_of_means() {
    double[] other = {2, 7, 1, 8, 2, 8};
    Measurement ratio = RatioMetric.difference(pairs(REVENUE, ones(10)), pairs(other, ones(6)));
    Estimate means = TwoSample.of(Moments.of(REVENUE), Moments.of(other)).estimate().orElseThrow();
    Estimate estimate = ratio.estimate().orElseThrow();
    agree(estimate.value(), means.value());
    agree(estimate.stdError(), means.stdError());
    agree(estimate.degreesOfFreedom(), means.degreesOfFreedom());
  }

  @Test
  void units_of_numerator_and_denominator_scale_the_ratio() {
    Estimate cents =
        RatioMetric.of(
                pairs(
                    Arrays.stream(REVENUE).map(m -> 100 * m).toArray(),
                    Arrays.stream(ORDERS).map(d -> d / 12).toArray()))
            .estimate()
            .orElseThrow();
    agree(cents.value(), 2.4375 * 1200);
    agree(cents.stdError(), 0.206945245501 * 1200);
  }

  /** Receipts of one customer are alike: taken as independent they promise too much. */
  @Test
  void receipts_taken_as_the_unit_cover_too_seldom() {
    Simulation.assertUndercovers(
        15,
        random -> {
          double[] receipts = new double[0];
          for (int c = 0; c < 100; c++) {
            double own = 10 + 4 * random.nextGaussian();
            double[] his = new double[1 + random.nextInt(8)];
            Arrays.setAll(his, k -> own + random.nextGaussian());
            int before = receipts.length;
            receipts = Arrays.copyOf(receipts, before + his.length);
            System.arraycopy(his, 0, receipts, before, his.length);
          }
          return Moments.of(receipts).meanEstimate().interval().contains(10);
        });
  }

  @Test
  void data_without_a_ratio_are_unmeasured() {
    CrossMoments some = pairs(REVENUE, ORDERS);
    CrossMoments silent = pairs(new double[3], new double[3]);
    assertThat(RatioMetric.of(silent))
        .isEqualTo(new Unmeasured("The denominator adds up to 0: there is no ratio."));
    assertThat(RatioMetric.difference(some, silent))
        .isEqualTo(new Unmeasured("The denominator of an arm adds up to 0: it has no ratio."));
    assertThat(RatioMetric.of(CrossMoments.none(2)))
        .isEqualTo(new Unmeasured("The sample has 0 customers; a ratio's error needs 2."));
    assertThat(RatioMetric.difference(pairs(ones(1), ones(1)), some))
        .isEqualTo(
            new Unmeasured("The arms have 1 treated and 10 control customers; each needs 2."));
    double[] proportional = Arrays.stream(ORDERS).map(d -> 0.1 * d).toArray();
    assertThat(RatioMetric.of(pairs(proportional, ORDERS))).isInstanceOf(Unmeasured.class);
  }

  @Test
  void returns_beyond_all_sales_leave_no_ratio() {
    CrossMoments returns = pairs(ones(2), new double[] {-1, -2});
    assertThat(RatioMetric.of(returns))
        .isEqualTo(new Unmeasured("The denominator is negative in all: there is no ratio."));
    assertThat(RatioMetric.difference(pairs(REVENUE, ORDERS), returns))
        .isEqualTo(
            new Unmeasured("The denominator of an arm is negative in all: it has no ratio."));
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> RatioMetric.of(CrossMoments.none(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("arm has 3 values, must have as many as numerator and denominator, 2");
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static CrossMoments pairs(double[] numerators, double[] denominators) {
    double[][] rows = new double[numerators.length][];
    Arrays.setAll(rows, i -> new double[] {numerators[i], denominators[i]});
    return CrossMoments.of(rows);
  }
}
