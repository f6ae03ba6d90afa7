package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Controls;
import dev.cohortium.stats.StaggeredDesign.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WeightedEventStudyTest {
  private static final StaggeredDesign PLANTED = StaggeredDesign.of(14, 9);

  private static WeightedEventStudy study(StaggeredDesign design, List<RealLife> lives) {
    return sums(design, lives, lives).study();
  }

  /** Of some lives; comparisons are those of all. */
  private static WeightedEventStudy.Sums sums(
      StaggeredDesign design, List<RealLife> all, List<RealLife> some) {
    var comparisons = design.comparisons(all.stream().mapToInt(RealLife::joined));
    WeightedEventStudy.Sums sums = new WeightedEventStudy.Sums(design, comparisons, 1);
    some.forEach(sums::add);
    return sums;
  }

  /** All customers of a world, each with the same weighing. */
  private static List<RealLife> lives(StaggeredWorld world, RealLife.Weighing weighing) {
    List<RealLife> lives = new ArrayList<>();
    for (int i = 0; i < world.joined.length; i++) {
      lives.add(RealLife.of(world, i, weighing));
    }
    return lives;
  }

  private static List<LinearForm> forms(GroupTimeEffects effects) {
    List<LinearForm> forms = new ArrayList<>(effects.aggregates().byEventMonth().values());
    effects.aggregates().overCohorts(0).ifPresent(forms::add);
    forms.addAll(effects.levels().byMonth(0).values());
    return forms;
  }

  private static InfluenceSums influences(
      WeightedEventStudy study, List<RealLife> lives, List<LinearForm> forms) {
    InfluenceSums sums = new InfluenceSums(forms);
    lives.forEach(life -> sums.add(study.influences(life, sums)));
    return sums;
  }

  private static double[] onCells(WeightedEventStudy study, WeightedLife life, int metrics) {
    double[] moved = new double[metrics * study.effects(0).cells().size()];
    study.move(study.compared(life), moved);
    return moved;
  }

  @Test
  void where_all_count_alike_it_is_the_study_of_moments() {
    StaggeredWorld world = StaggeredWorld.mixed(400, 9, 5).pooled();
    for (Controls controls : List.of(Controls.NEVER_JOINED, Controls.NOT_YET_JOINED)) {
      for (Base base : List.of(Base.VARYING, Base.UNIVERSAL)) {
        StaggeredDesign design = StaggeredDesign.of(9, 5).with(controls).with(base);
        EventStudy expected = world.study(design);
        // The scale of weights is free.
        List<RealLife> lives = lives(world, (of, role) -> role == Role.TREATED ? 3 : 0.5);
        WeightedEventStudy found = study(design, lives);
        agree(
            influences(found, lives, forms(found.effects(0))).joint(0),
            expected.joint(forms(expected.effects())));
        assertThat(found.effects(0).cells())
            .extracting(GroupTimeEffects.Cell::controls)
            .isEqualTo(
                expected.effects().cells().stream().map(GroupTimeEffects.Cell::controls).toList());
      }
    }
  }

  private static void agree(JointEffects found, JointEffects expected) {
    assertThat(found.size()).isEqualTo(expected.size());
    for (int one = 0; one < found.size(); one++) {
      Estimate same = References.measured(found.effect(one));
      Estimate estimate = References.measured(expected.effect(one));
      assertThat(same.value()).isCloseTo(estimate.value(), within(1e-11 * estimate.stdError()));
      for (int other = 0; other < found.size(); other++) {
        double scale = Math.sqrt(expected.covariance(one, one) * expected.covariance(other, other));
        assertThat(found.covariance(one, other))
            .isCloseTo(expected.covariance(one, other), within(1e-9 * scale));
      }
    }
  }

  @Test
  void a_weight_of_two_gives_the_effects_of_two_customers_and_of_none_those_without() {
    StaggeredWorld world = StaggeredWorld.mixed(300, 9, 6).pooled();
    StaggeredDesign design = StaggeredDesign.of(9, 5);
    List<RealLife> weighted = new ArrayList<>();
    List<RealLife> repeated = new ArrayList<>();
    for (int i = 0; i < world.joined.length; i++) {
      int times = i % 3;
      weighted.add(RealLife.of(world, i, (of, role) -> times));
      for (int time = 0; time < times; time++) {
        repeated.add(RealLife.of(world, i, (of, role) -> 1));
      }
    }
    List<LinearForm> found = study(design, weighted).effects(0).aggregates().each();
    List<LinearForm> expected = study(design, repeated).effects(0).aggregates().each();
    assertThat(found).hasSameSizeAs(expected).isNotEmpty();
    for (int place = 0; place < found.size(); place++) {
      assertThat(found.get(place).value()).isCloseTo(expected.get(place).value(), within(1e-10));
    }
  }

  @Test
  void sums_and_influences_of_parts_add_up() {
    StaggeredDesign design = StaggeredDesign.of(9, 5);
    List<RealLife> all = lives(StaggeredWorld.mixed(300, 9, 7).pooled(), (of, role) -> 1);
    WeightedEventStudy whole = study(design, all);
    for (int split : new int[] {0, 1, 150, 300}) {
      WeightedEventStudy parts =
          sums(design, all, all.subList(0, split))
              .plus(sums(design, all, all.subList(split, 300)))
              .study();
      List<LinearForm> forms = forms(whole.effects(0));
      agree(
          influences(parts, all.subList(0, split), forms(parts.effects(0)))
              .plus(influences(parts, all.subList(split, 300), forms))
              .joint(0),
          influences(whole, all, forms).joint(0));
    }
  }

  /** One of two lives with the metrics of both. */
  private record Together(RealLife one, RealLife other) implements WeightedLife {
    @Override
    public int joined() {
      return one.joined();
    }

    @Override
    public int acquired() {
      return one.acquired();
    }

    @Override
    public double weight(StaggeredDesign.Comparison of, Role role) {
      return one.weight(of, role);
    }

    @Override
    public double[] values(int month) {
      return new double[] {one.values(month)[0], other.values(month)[0]};
    }
  }

  @Test
  void metrics_together_give_what_each_gives_alone() {
    StaggeredDesign design = StaggeredDesign.of(9, 5);
    List<RealLife> ones = lives(StaggeredWorld.mixed(300, 9, 7).pooled(), (of, role) -> 1);
    List<RealLife> others =
        ones.stream()
            .map(
                life ->
                    new RealLife(
                        life.joined(),
                        life.acquired(),
                        month -> Math.pow(life.values(month)[0], 2) - month,
                        life.weighing()))
            .toList();
    List<Together> both =
        IntStream.range(0, 300).mapToObj(i -> new Together(ones.get(i), others.get(i))).toList();
    var comparisons = design.comparisons(ones.stream().mapToInt(RealLife::joined));
    WeightedEventStudy.Sums sums = new WeightedEventStudy.Sums(design, comparisons, 2);
    both.forEach(sums::add);
    WeightedEventStudy study = sums.study();
    InfluenceSums found =
        InfluenceSums.ofMetrics(List.of(forms(study.effects(0)), forms(study.effects(1))));
    both.forEach(life -> found.add(study.influences(life, found)));
    for (int metric = 0; metric < 2; metric++) {
      List<RealLife> lives = List.of(ones, others).get(metric);
      WeightedEventStudy alone = study(design, lives);
      InfluenceSums expected = influences(alone, lives, forms(alone.effects(0)));
      agree(found.joint(metric), expected.joint(0));
      agree(found.clustered(metric), expected.clustered(0));
      int of = metric;
      double[] cells = onCells(study, both.get(7), 2);
      assertThat(IntStream.range(0, cells.length / 2).mapToDouble(cell -> cells[2 * cell + of]))
          .containsExactly(
              Arrays.stream(onCells(alone, lives.get(7), 1)).boxed().toArray(Double[]::new));
    }
  }

  @Test
  void a_study_works_as_well_where_it_was_sent() throws Exception {
    List<RealLife> all = lives(StaggeredWorld.mixed(300, 9, 7).pooled(), (of, role) -> 1);
    WeightedEventStudy study = study(StaggeredDesign.of(9, 5), all);
    List<LinearForm> forms = forms(study.effects(0));
    agree(
        influences(LinearFitTest.sent(study), all, forms).joint(0),
        influences(study, all, forms).joint(0));
  }

  /** One customer in one matched set. */
  private record InSet(long customer, RealLife life) {}

  /** Each of a planted world's joiners with three who join later or never, drawn with return. */
  private static List<InSet> matched(StaggeredWorld world, SplittableRandom random) {
    List<InSet> members = new ArrayList<>();
    for (int i = 0; i < 160; i++) {
      int cohort = world.joined[i];
      members.add(new InSet(i, RealLife.of(world, i, (of, role) -> role == Role.TREATED ? 1 : 0)));
      for (int control = 0; control < 3; control++) {
        int from = 40 * (cohort - 6);
        int other = from + random.nextInt(240 - from);
        members.add(
            new InSet(
                other,
                RealLife.of(
                    world,
                    other,
                    (of, role) -> role == Role.CONTROL && of.joined() == cohort ? 1 / 3.0 : 0)));
      }
    }
    return members;
  }

  /** What customers move some forms by, each in all its sets. */
  private static InfluenceSums clustered(
      WeightedEventStudy study, List<InSet> members, List<LinearForm> forms) {
    InfluenceSums sums = new InfluenceSums(forms);
    Map<Long, double[]> moved = new HashMap<>();
    for (InSet member : members) {
      double[] more = study.influences(member.life, sums);
      moved.merge(
          member.customer,
          more,
          (one, other) -> {
            CohortMoments.add(other, one);
            return one;
          });
    }
    moved.values().forEach(sums::add);
    return sums;
  }

  private static WeightedEventStudy matchedStudy(List<InSet> members) {
    return study(PLANTED, members.stream().map(InSet::life).toList());
  }

  @Test
  void errors_by_customer_are_those_of_a_clustered_mean() {
    StaggeredWorld world = StaggeredWorld.planted(new Draws(9, 0), event -> event, 0);
    List<InSet> members = matched(world, new SplittableRandom(3));
    WeightedEventStudy study = matchedStudy(members);
    List<LinearForm> forms = study.effects(0).aggregates().each();
    JointEffects found = clustered(study, members, forms).clustered(0);
    InfluenceSums none = new InfluenceSums(forms);
    double[][] moved =
        members.stream().map(in -> study.influences(in.life, none)).toArray(double[][]::new);
    for (int form = 0; form < forms.size(); form++) {
      int of = form;
      ClusteredMean mean =
          ClusteredMean.of(
              forms.get(form).value(), Arrays.stream(moved).mapToDouble(row -> row[of]).toArray());
      Estimate expected =
          References.measured(
              mean.clustered(members.stream().mapToLong(InSet::customer).toArray()));
      Estimate estimate = References.measured(found.of(form).effect(0));
      References.agree(estimate.value(), expected.value());
      // Clusters that move no effect of this cohort count among all, so the factor differs a
      // little.
      assertThat(estimate.stdError())
          .isCloseTo(expected.stdError(), within(.02 * expected.stdError()));
    }
  }

  @Test
  void somebody_moves_each_effect_as_its_own_form() {
    List<RealLife> lives = lives(StaggeredWorld.mixed(300, 9, 7).pooled(), (of, role) -> 1);
    WeightedEventStudy study = study(StaggeredDesign.of(9, 5), lives);
    InfluenceSums forms = new InfluenceSums(study.effects(0).aggregates().each());
    for (RealLife life : lives) {
      assertThat(onCells(study, life, 1))
          .containsExactly(study.influences(life, forms), within(1e-12));
    }
  }

  @Test
  void limits_by_customer_alone_hold_the_effect_on_matched_sets_whose_controls_repeat() {
    Simulation.assertRight(
        92,
        2,
        random -> {
          StaggeredWorld world =
              StaggeredWorld.planted(new Draws(random.nextLong(), 0), event -> event, 0);
          return byCustomer(matched(world, random)).effect(0);
        });
  }

  /** The mean effect of event months 1 to 3. */
  private static JointEffects byCustomer(List<InSet> members) {
    WeightedEventStudy study = matchedStudy(members);
    LinearForm headline =
        Aggregates.mean(study.effects(0).aggregates().byEventMonth(), 1, 3).orElseThrow();
    return clustered(study, members, List.of(headline)).clustered(0);
  }

  @Test
  void cohorts_and_weights_that_tell_too_little_have_a_reason() {
    List<RealLife> lives = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int joined = i < 4 ? 3 : i < 9 ? 4 : StaggeredDesign.NEVER;
      double weight = i == 19 ? 100 : 1;
      lives.add(new RealLife(joined, -9, month -> month, (of, role) -> weight));
    }
    GroupTimeEffects effects = study(StaggeredDesign.of(6, 4), lives).effects(0);
    assertThat(effects.cells()).isEmpty();
    assertThat(effects.gaps())
        .extracting(GroupTimeEffects.Gap::reason)
        .contains(
            "The cohort has 4 customers and 11 controls; fewer than 5 tell nothing.",
            "The controls' weights have collapsed: 11 tell as much as 1.2 that count alike.");
  }

  @Test
  void input_that_cannot_be_is_refused() {
    StaggeredDesign design = StaggeredDesign.of(6, 4);
    List<RealLife> negative =
        List.of(new RealLife(StaggeredDesign.NEVER, -9, month -> 1, (of, role) -> -1));
    List<RealLife> cohort = List.of(new RealLife(3, -9, month -> 1, (of, role) -> 1));
    List<RealLife> all = new ArrayList<>(cohort);
    all.addAll(negative);
    assertThatThrownBy(() -> sums(design, all, all))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weight is -1, must be at least 0");
    assertThatThrownBy(() -> sums(design.with(Controls.NOBODY), cohort, cohort))
        .hasMessage("controls are NOBODY, must be somebody: there is nothing to compare");
    GroupTimeEffects effects =
        study(
                StaggeredDesign.of(9, 5),
                lives(StaggeredWorld.mixed(300, 9, 7).pooled(), (of, role) -> 1))
            .effects(0);
    List<LinearForm> forms = effects.aggregates().each();
    assertThatThrownBy(
            () -> InfluenceSums.ofMetrics(List.of(forms.subList(0, 1), forms.subList(1, 2))))
        .hasMessage("forms of two metrics are of other effects");
    assertThatThrownBy(
            () ->
                InfluenceSums.ofMetrics(List.of(forms, forms))
                    .add(new int[1], new double[1], 1, -1))
        .hasMessage("metrics is 2, must be at most 1");
    assertThatThrownBy(() -> new InfluenceSums(List.of()).add(new double[1]))
        .hasMessage("moved has 1 values, must have as many as forms, 0");
  }
}
