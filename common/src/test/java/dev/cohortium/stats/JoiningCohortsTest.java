package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Controls;
import dev.cohortium.stats.StaggeredDesign.Standing;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JoiningCohortsTest {
  private static final StaggeredDesign DESIGN = StaggeredDesign.of(9, 5);

  @Test
  void sums_of_parts_add_up_also_from_elsewhere() throws Exception {
    StaggeredWorld world = StaggeredWorld.mixed(200, 9, 7);
    EventStudy expected = world.study(DESIGN);
    SplittableRandom random = new SplittableRandom(9);
    for (int split = 0; split < 50; split++) {
      int at = random.nextInt(201);
      JoiningCohorts parts =
          LinearFitTest.sent(world.add(JoiningCohorts.none(DESIGN, 1), at, 200))
              .plus(world.add(JoiningCohorts.none(DESIGN, 1), 0, at));
      EventStudy found = EventStudy.of(parts, DESIGN, 0);
      for (int place = 0; place < expected.effects().cells().size(); place++) {
        Estimate one = References.measured(expected.effect(place));
        Estimate other = References.measured(found.effect(place));
        assertThat(other.value()).isCloseTo(one.value(), within(1e-11 * one.stdError()));
        References.agree(other.stdError(), one.stdError(), 1e-11);
      }
    }
  }

  @Test
  void sums_of_another_program_give_the_same_state() {
    double[][] months = {{1, 0, 2}, {3, 4, 0}};
    CohortMoments rows = CohortMoments.none(2, 3).add(months).add(months);
    CohortMoments sums =
        CohortMoments.ofSums(
            2,
            new double[][] {{2, 0, 4}, {6, 8, 0}},
            new double[][] {{2, 0, 0, 4, 0, 8}, {18, 24, 32, 0, 0, 0}});
    for (int metric = 0; metric < 2; metric++) {
      assertThat(sums.sums(metric)).isEqualTo(rows.sums(metric));
      assertThat(sums.products(metric)).isEqualTo(rows.products(metric));
    }
    assertThat(sums.n()).isEqualTo(2);
    assertThat(sums.mean(1, 1)).isEqualTo(4);
    assertThat(CohortMoments.none(1, 3).mean(0, 0)).isZero();
    assertThat(sums.metrics()).isEqualTo(2);
    assertThat(sums.months()).isEqualTo(3);
  }

  @Test
  void a_combination_of_two_metrics_follows_from_the_moments_of_their_sum() {
    SplittableRandom random = new SplittableRandom(5);
    JoiningCohorts three = JoiningCohorts.none(DESIGN, 3);
    JoiningCohorts direct = JoiningCohorts.none(DESIGN, 1);
    for (int customer = 0; customer < 120; customer++) {
      double[][] months = new double[3][9];
      double[][] combined = new double[1][9];
      for (int month = 0; month < 9; month++) {
        months[0][month] = random.nextDouble();
        months[1][month] = random.nextInt(3);
        months[2][month] = months[0][month] + months[1][month];
        combined[0][month] = 2 * months[0][month] - .7 * months[1][month];
      }
      int joined = customer % 3 == 0 ? 6 : StaggeredDesign.NEVER;
      three.add(joined, -9, 0, months);
      direct.add(joined, -9, 0, combined);
    }
    JoiningCohorts told = three.combined(new CohortMoments.Combination(0, 2, 1, -.7, 2));
    EventStudy expected = EventStudy.of(direct, DESIGN, 0);
    EventStudy found = EventStudy.of(told, DESIGN, 0);
    assertThat(told.count(Standing.NEVER_JOINED)).isEqualTo(80);
    for (int place = 0; place < expected.effects().cells().size(); place++) {
      Estimate one = References.measured(expected.effect(place));
      Estimate other = References.measured(found.effect(place));
      assertThat(other.value()).isCloseTo(one.value(), within(1e-12));
      References.agree(other.stdError(), one.stdError(), 1e-10);
    }
    assertThatThrownBy(() -> three.combined(new CohortMoments.Combination(0, 2, 1, -.7, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("metric is 3, must be at most 2");
  }

  @Test
  void a_mean_contains_its_offset() {
    CohortMoments around = CohortMoments.around(new double[][] {{5, 7}});
    around.add(new double[][] {{1, 2}}).add(new double[][] {{2, 4}});
    assertThat(around.mean(0, 0)).isEqualTo(1.5);
    assertThat(around.mean(0, 1)).isEqualTo(3);
  }

  @Test
  void rows_added_one_by_one_leave_nothing_to_collect() {
    CohortMoments moments = CohortMoments.none(2, 36);
    double[][] months = new double[2][36];
    Runnable rows =
        () -> {
          for (int i = 0; i < 100_000; i++) {
            months[i % 2][i % 36] = i % 7;
            moments.add(months);
          }
        };
    rows.run();
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    rows.run();
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
  }

  @Test
  void few_customers_take_less_than_their_sums_and_are_the_same() {
    SplittableRandom random = new SplittableRandom(3);
    CohortMoments all = CohortMoments.around(new double[][] {{1, 2, 3, 4, 5, 6, 7, 8}});
    CohortMoments parts = all.none();
    long summed = CohortMoments.ofSums(0, new double[1][8], new double[1][36]).bytes();
    for (int customer = 0; customer < 9; customer++) {
      double[][] months = {random.doubles(8).toArray()};
      all.add(months);
      parts.plus(all.none().add(months));
      // Up to 8 / 2 rows of 8 months, after them 8 sums and 36 products.
      assertThat(all.bytes()).isEqualTo(customer < 4 ? 200 + 64 * (customer + 1) : summed);
      assertThat(parts.bytes()).isEqualTo(all.bytes());
      for (int month = 0; month < 8; month++) {
        assertThat(parts.mean(0, month)).isCloseTo(all.mean(0, month), within(1e-12));
        assertThat(all.sums(0)[month])
            .isCloseTo(all.n() * (all.mean(0, month) - month - 1), within(1e-12));
      }
      assertThat(parts.products(0)).containsExactly(all.products(0), within(1e-12));
    }
    CohortMoments both = all.none().plus(all.none().add(new double[1][8])).plus(all);
    assertThat(both.n()).isEqualTo(10);
    assertThat(both.products(0)[0]).isCloseTo(all.products(0)[0] + 1, within(1e-12));
  }

  @Test
  void a_state_that_is_added_stays_as_it_is() {
    double[][] months = {{1, 2, 3, 4, 5, 6, 7, 8, 9}};
    CohortMoments more = CohortMoments.none(1, 9).add(months);
    JoiningCohorts cohorts = JoiningCohorts.none(DESIGN, 1);
    JoiningCohorts.Key key = new JoiningCohorts.Key(6, -9, 0);
    cohorts.add(key, more).add(6, -9, 0, months).add(key, more);
    assertThat(more.n()).isEqualTo(1);
    assertThat(cohorts.moments().values())
        .singleElement()
        .extracting(CohortMoments::n)
        .isEqualTo(3L);
  }

  @Test
  void customers_who_are_left_out_are_counted() {
    double[][] months = {new double[9]};
    JoiningCohorts cohorts =
        JoiningCohorts.none(DESIGN, 1)
            .add(-2, -9, 0, months)
            .add(1, -9, 0, months)
            .add(4, -1, 0, months)
            .add(4, 0, 0, months)
            .add(4, 4, 0, months)
            .add(StaggeredDesign.NEVER, 3, 0, months)
            .add(StaggeredDesign.NEVER, 4, 0, months);
    Map<Standing, Long> expected =
        Map.of(
            Standing.ALWAYS_TREATED, 2L,
            Standing.IN_A_COHORT, 1L,
            Standing.ACQUIRED_TOO_LATE, 2L,
            Standing.NEVER_JOINED, 1L,
            Standing.ACQUIRED_TOO_LATE_TO_COMPARE, 1L);
    expected.forEach((standing, count) -> assertThat(cohorts.count(standing)).isEqualTo(count));
    JoiningCohorts twice = JoiningCohorts.none(DESIGN, 1).plus(cohorts).plus(cohorts);
    expected.forEach((standing, count) -> assertThat(twice.count(standing)).isEqualTo(2 * count));
    assertThat(cohorts.moments()).hasSize(3);
    assertThat(cohorts.design()).isEqualTo(DESIGN);
  }

  @Test
  void acquisitions_early_enough_for_all_share_a_state() {
    double[][] months = {new double[9]};
    JoiningCohorts cohorts = JoiningCohorts.none(DESIGN, 1);
    for (int acquired = -20; acquired < -2; acquired++) {
      cohorts.add(5, acquired, 0, months);
    }
    cohorts.add(
        new JoiningCohorts.Key(5, -40, 0), CohortMoments.none(1, 9).add(months).add(months));
    assertThat(cohorts.moments()).hasSize(1);
    assertThat(cohorts.moments().values()).allMatch(of -> of.n() == 20);
  }

  @Test
  void a_study_is_the_same_whatever_was_asked_of_the_cohorts_before() {
    StaggeredWorld world = StaggeredWorld.mixed(200, 9, 7);
    JoiningCohorts asked = world.add(JoiningCohorts.none(DESIGN, 1), 0, 100);
    EventStudy.of(asked, DESIGN, 0);
    world.add(asked, 100, 200);
    for (StaggeredDesign design :
        List.of(
            DESIGN,
            DESIGN.with(Base.UNIVERSAL),
            DESIGN.withPreMonths(4),
            DESIGN.with(Controls.NEVER_JOINED).withPreMonths(4),
            DESIGN)) {
      EventStudy found = EventStudy.of(asked, design, 0);
      EventStudy fresh = EventStudy.of(world.cohorts(DESIGN), design, 0);
      assertThat(found.effects().cells()).isEqualTo(fresh.effects().cells()).isNotEmpty();
      for (int place = 0; place < fresh.effects().cells().size(); place++) {
        assertThat(found.effect(place)).isEqualTo(fresh.effect(place));
      }
    }
  }

  @Test
  void rows_that_cannot_be_are_refused() {
    JoiningCohorts cohorts = JoiningCohorts.none(DESIGN, 1);
    assertThatThrownBy(() -> cohorts.add(9, -9, 0, new double[1][9]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("joined is 9, must be at most 8");
    assertThatThrownBy(() -> cohorts.add(5, -9, 0, new double[2][9]))
        .hasMessage("months has 2 values, must have as many as metrics, 1");
    assertThatThrownBy(() -> cohorts.add(5, -9, 0, new double[1][8]))
        .hasMessage("months of a metric has 8 values, must have as many as this, 9");
    double[][] wrong = new double[1][9];
    wrong[0][3] = Double.NaN;
    assertThatThrownBy(() -> cohorts.add(5, -9, 0, wrong))
        .hasMessage("months of a metric[3] is NaN, must be finite");
    assertThatThrownBy(() -> cohorts.plus(JoiningCohorts.none(Counties.anticipating(0, DESIGN), 1)))
        .hasMessageStartingWith("other serves StaggeredDesign[months=9, anticipation=0");
    assertThatThrownBy(
            () -> cohorts.add(new JoiningCohorts.Key(5, -9, 0), CohortMoments.none(2, 9)))
        .hasMessage("other has other metrics, months or offsets, must have those of this");
    assertThatThrownBy(() -> JoiningCohorts.around(DESIGN, new double[1][8]))
        .hasMessage("offsets[0].length is 8, must be at least 9");
    assertThatThrownBy(() -> CohortMoments.none(0, 9))
        .hasMessage("metrics is 0, must be at least 1");
    assertThatThrownBy(() -> CohortMoments.ofSums(-1, new double[1][2], new double[1][3]))
        .hasMessage("n is -1, must be at least 0");
    assertThatThrownBy(() -> CohortMoments.ofSums(1, new double[1][2], new double[1][2]))
        .hasMessage("products[0] has 2 values, must have as many as its place, 3");
  }
}
