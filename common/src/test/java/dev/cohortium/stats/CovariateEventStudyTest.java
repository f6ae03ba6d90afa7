package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Controls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CovariateEventStudyTest {
  private static final StaggeredDesign NOT_YET = Counties.design();
  private static final StaggeredDesign NEVER = NOT_YET.with(Controls.NEVER_JOINED);
  private static final Map<String, CovariateMethod> METHODS =
      Map.of(
          "dr", CovariateMethod.DOUBLY_ROBUST,
          "ipw", CovariateMethod.INVERSE_PROBABILITY,
          "reg", CovariateMethod.OUTCOME_REGRESSION);

  @Test
  void every_effect_error_and_aggregate_given_population_agrees_with_R() {
    // R 4.2.2, did 2.5.1 with DRDID 1.2.3, xformla = ~ lpop: mpdta/reference.json.
    Counties counties = Counties.all();
    METHODS.forEach(
        (name, method) -> {
          for (Base base : new Base[] {Base.VARYING, Base.UNIVERSAL}) {
            String tail = "|lpop|" + name + "|" + base.name().toLowerCase(Locale.ROOT);
            Mpdta.agree(
                "nevertreated" + tail,
                counties.study(NEVER.with(base), method, counties.population));
            Mpdta.agree(
                "notyettreated" + tail,
                counties.study(NOT_YET.with(base), method, counties.population));
          }
        });
  }

  @Test
  void a_square_among_the_covariates_agrees_with_R() {
    // The same with xformla = ~ lpop + I(lpop^2).
    Counties counties = Counties.all();
    Mpdta.agree(
        "nevertreated|lpop+lpop2|dr|varying",
        counties.study(NEVER, CovariateMethod.DOUBLY_ROBUST, counties.populationAndSquare()));
  }

  @Test
  void without_covariates_all_methods_agree_with_R_and_with_the_moments() {
    Counties counties = Counties.all();
    double[][] nothing = new double[counties.joined.length][0];
    for (CovariateMethod method : CovariateMethod.values()) {
      Mpdta.agree("notyettreated|none|dr|varying", counties.study(NOT_YET, method, nothing));
    }
  }

  @Test
  void two_periods_agree_with_R() {
    // mpdta/reference.json, two_by_two_2007: DRDID 1.2.3 on 2006 and 2007.
    Counties counties =
        Counties.all().where(joined -> joined == 4 || joined == StaggeredDesign.NEVER);
    Map<CovariateMethod, String> answers =
        Map.of(
            CovariateMethod.DOUBLY_ROBUST, "drdid_lpop",
            CovariateMethod.INVERSE_PROBABILITY, "ipw_std_lpop",
            CovariateMethod.OUTCOME_REGRESSION, "reg_lpop");
    answers.forEach(
        (method, key) -> {
          CovariateEventStudy study = counties.study(NEVER, method, counties.population);
          LinearForm last = study.effects().aggregates().byMonth(0).get(4);
          Estimate found = References.measured(study.joint(List.of(last)).effect(0));
          References.agree(
              found.value(), References.number(Mpdta.FILE, "two_by_two_2007", key, "att"));
          References.agree(
              found.stdError(), References.number(Mpdta.FILE, "two_by_two_2007", key, "se"));
        });
  }

  @Test
  void a_covariate_that_tells_the_strata_is_a_comparison_within_strata() {
    StaggeredWorld world = StaggeredWorld.mixed(600, 9, 21);
    int[] acquired = world.acquired;
    for (Controls controls : List.of(Controls.NEVER_JOINED, Controls.NOT_YET_JOINED)) {
      StaggeredDesign design = StaggeredDesign.of(9, 5).with(controls);
      EventStudy strata = world.study(design);
      List<LinearForm> ofStrata = forms(strata.effects());
      JointEffects expected = strata.joint(ofStrata);
      assertThat(strata.effects().cells()).allMatch(cell -> cell.dropped() == 0);
      for (CovariateMethod method : CovariateMethod.values()) {
        CovariateEventStudy study =
            CovariateEventStudy.of(
                design, method, world.joined, acquired, world.covariates(), world.months);
        JointEffects found = study.joint(forms(study.effects()));
        assertThat(found.size()).isEqualTo(expected.size());
        for (int place = 0; place < found.size(); place++) {
          Estimate one = References.measured(expected.effect(place));
          Estimate other = References.measured(found.effect(place));
          assertThat(other.value()).isCloseTo(one.value(), within(1e-8 * one.stdError()));
          References.agree(other.stdError(), one.stdError(), 1e-8);
        }
      }
    }
  }

  private static List<LinearForm> forms(GroupTimeEffects effects) {
    List<LinearForm> forms = new ArrayList<>(effects.aggregates().each());
    forms.addAll(effects.aggregates().byEventMonth().values());
    forms.add(effects.aggregates().overCohorts(1).orElseThrow());
    forms.add(effects.levels().overCohorts(1).orElseThrow());
    return forms;
  }

  @Test
  void the_sums_of_parts_from_workers_add_up_to_those_of_all_rows() throws Exception {
    SplittableRandom random = new SplittableRandom(31);
    double[][] rows =
        IntStream.range(0, 90)
            .mapToObj(i -> new double[] {random.nextDouble()})
            .toArray(double[][]::new);
    double[] changes = random.doubles(90).toArray();
    CovariateEffect all = effect(rows, changes, 90);
    CovariateEffect parts = LinearFitTest.sent(effect(rows, changes, 30));
    References.agree(parts.value(), all.value());
    double sum = 0;
    for (int i = 0; i < 90; i++) {
      double influence = all.influence(rows[i], changes[i], i % 3 == 0);
      assertThat(parts.influence(rows[i], changes[i], i % 3 == 0))
          .isCloseTo(influence, within(1e-12));
      sum += influence;
    }
    assertThat(sum).isCloseTo(0, within(1e-12));
    assertThat(all.treated()).isEqualTo(30);
    assertThat(all.controls()).isEqualTo(60);
  }

  /** Of rows summed in parts; every third is treated. */
  private static CovariateEffect effect(double[][] rows, double[] changes, int part)
      throws Exception {
    StaggeredDesign design = StaggeredDesign.twoByTwo();
    JoiningCohorts cohorts = JoiningCohorts.around(design, new double[1][3]);
    for (int from = 0; from < rows.length; from += part) {
      JoiningCohorts some = JoiningCohorts.around(design, new double[1][3]);
      for (int i = from; i < from + part; i++) {
        double[][] row = {{0, changes[i], rows[i][0]}};
        some.add(i % 3 == 0 ? 1 : StaggeredDesign.NEVER, -9, 0, row);
      }
      cohorts.plus(LinearFitTest.sent(some));
    }
    CovariateMoments moments = CovariateMoments.of(cohorts, design, 0);
    StaggeredDesign.Comparison of = moments.comparisons().get(0);
    boolean[] treated = new boolean[rows.length];
    IntStream.range(0, rows.length).forEach(i -> treated[i] = i % 3 == 0);
    LogisticFit score =
        LogisticFit.of(
            moments.ofJoining(of),
            place ->
                LogisticState.of(
                    moments.ofJoining(of), rows, treated, Vectors.ones(rows.length), place));
    CovariateCell cell =
        CovariateCell.of(CovariateMethod.DOUBLY_ROBUST, moments.ofControls(of), Optional.of(score));
    CovariateCell.Slopes slopes = new CovariateCell.Slopes(cell);
    for (int from = 0; from < rows.length; from += part) {
      CovariateCell.Slopes some = new CovariateCell.Slopes(LinearFitTest.sent(cell));
      for (int i = from; i < from + part; i++) {
        some.add(rows[i], changes[i], treated[i]);
      }
      slopes.plus(LinearFitTest.sent(some));
    }
    return slopes.effect().orElseThrow();
  }

  @Test
  void input_that_cannot_be_is_refused() {
    StaggeredDesign design = StaggeredDesign.of(9, 5);
    int[] one = {3};
    double[][] row = {{1}};
    double[][] months = {new double[9]};
    CovariateMethod method = CovariateMethod.DOUBLY_ROBUST;
    assertThatThrownBy(
            () ->
                CovariateEventStudy.of(design.with(Controls.NOBODY), method, one, one, row, months))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("controls are NOBODY, must be somebody: there is nothing to compare");
    assertThatThrownBy(() -> CovariateEventStudy.of(design, method, one, new int[2], row, months))
        .hasMessage("acquired has 2 values, must have as many as rows, 1");
    assertThatThrownBy(
            () -> CovariateEventStudy.of(design, method, one, one, row, new double[][] {{1}}))
        .hasMessage("months[0] has 1 values, must have as many as the design, 9");
    assertThatThrownBy(
            () ->
                CovariateEventStudy.of(
                    design, method, one, one, new double[][] {{Double.NaN}}, months))
        .hasMessage("rows[0] is NaN, must be finite");
    assertThatThrownBy(() -> CovariateCell.of(method, Gram.none(1), Optional.empty()))
        .hasMessage("score is missing, must be given for DOUBLY_ROBUST");
    JoiningCohorts strata =
        JoiningCohorts.none(design, 1).add(5, -9, 0, months).add(5, -9, 1, months);
    assertThatThrownBy(() -> CovariateMoments.of(strata, design, 0))
        .hasMessage("strata is 2, must be at most 1");
    GroupTimeEffects effects =
        CovariateEventStudy.of(design, method, one, new int[] {-9}, row, months).effects();
    assertThat(effects.cells()).isEmpty();
  }

  @Test
  void too_few_controls_for_the_coefficients_have_a_reason() {
    int[] joined = new int[12];
    Arrays.fill(joined, 0, 6, 5);
    Arrays.fill(joined, 6, 12, StaggeredDesign.NEVER);
    int[] acquired = new int[12];
    Arrays.fill(acquired, -9);
    SplittableRandom random = new SplittableRandom(8);
    double[][] rows = new double[12][];
    double[][] months = new double[12][];
    for (int i = 0; i < 12; i++) {
      rows[i] = random.doubles(6).toArray();
      months[i] = random.doubles(9).toArray();
    }
    GroupTimeEffects effects =
        CovariateEventStudy.of(
                StaggeredDesign.of(9, 5),
                CovariateMethod.OUTCOME_REGRESSION,
                joined,
                acquired,
                rows,
                months)
            .effects();
    assertThat(effects.gaps())
        .isNotEmpty()
        .allMatch(
            gap ->
                gap.reason()
                    .equals("6 controls for 7 coefficients leave nothing to tell an error by."));
  }

  @Test
  void planted_effects_lie_within_the_limits_given_what_moves_both() {
    for (CovariateMethod method : CovariateMethod.values()) {
      Simulation.assertRight(61, 1, random -> moved(random, method, Given.THE_COVARIATE).effect(0));
    }
  }

  @Test
  void without_the_covariate_the_limits_miss_the_effect() {
    Simulation.assertUndercovers(
        62,
        random ->
            References.measured(
                    moved(random, CovariateMethod.OUTCOME_REGRESSION, Given.NOTHING).effect(0))
                .interval()
                .contains(1));
  }

  private enum Given {
    THE_COVARIATE,
    NOTHING
  }

  /** Of customers whose covariate moves both joining and the trend. */
  private static JointEffects moved(SplittableRandom random, CovariateMethod method, Given given) {
    int n = 200;
    int[] joined = new int[n];
    int[] acquired = new int[n];
    Arrays.fill(acquired, -9);
    double[][] rows = new double[n][];
    double[][] months = new double[n][6];
    for (int i = 0; i < n; i++) {
      double x = random.nextGaussian();
      boolean joins = random.nextDouble() < 1 / (1 + Math.exp(0.5 - 0.7 * x));
      joined[i] = joins ? 3 + random.nextInt(2) : StaggeredDesign.NEVER;
      rows[i] = given == Given.NOTHING ? new double[0] : new double[] {x};
      for (int month = 0; month < 6; month++) {
        months[i][month] = random.nextGaussian() + 0.6 * x * month + (month >= joined[i] ? 1 : 0);
      }
    }
    CovariateEventStudy study =
        CovariateEventStudy.of(StaggeredDesign.of(6, 3), method, joined, acquired, rows, months);
    return study.joint(List.of(study.effects().aggregates().simple(0).orElseThrow()));
  }
}
