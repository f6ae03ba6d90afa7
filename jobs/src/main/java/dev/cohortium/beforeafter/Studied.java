package dev.cohortium.beforeafter;

import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.JointEffects;
import dev.cohortium.stats.LinearForm;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.PreTrend;
import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.Unmeasured;
import dev.cohortium.stats.Wald;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * The effects on one metric in one place by one variant.
 *
 * @param forms what is made of them
 * @param joint gives some of the forms their covariances
 * @param monthly the effects with their errors, by cohort and month, each before joining compared
 *     with the month before it; empty: they were not asked for
 * @param means by month or cohort, or of all, that were asked for
 * @param waldAll over all of them before joining; empty: not made
 */
record Studied(
    Variant variant,
    GroupTimeEffects effects,
    Forms forms,
    Function<List<LinearForm>, JointEffects> joint,
    Optional<Monthly> monthly,
    List<Forms.Mean> means,
    Optional<Wald> waldAll) {

  /**
   * Effects by cohort and month.
   *
   * @param effect the one at a place of the cells, with its error
   */
  record Monthly(GroupTimeEffects effects, IntFunction<Measurement> effect) {
    static Monthly of(EventStudy study) {
      return new Monthly(study.effects(), study::effect);
    }

    /**
     * Those whose errors are told one by one.
     *
     * @param variances of the effects, in the order of their cells
     */
    static Monthly of(GroupTimeEffects effects, double[] variances) {
      return new Monthly(
          effects,
          place ->
              variances[place] > 0
                  ? Estimate.normal(
                      effects.cells().get(place).effect(), Math.sqrt(variances[place]))
                  : new Unmeasured("No customer varies."));
    }
  }

  /**
   * What tells whether the cohorts of an effect were compared with their like.
   *
   * @param preTrend whether both moved alike before joining; empty: nothing is tested
   * @param breakdown how far what was seen before may go on; empty: nothing changed
   */
  record Before(Optional<PreTrend> preTrend, OptionalDouble breakdown) {
    static final Before NONE = new Before(Optional.empty(), OptionalDouble.empty());
  }

  /** Of a study against one base. */
  static Studied of(Variant variant, EventStudy study, Window window) {
    return of(variant, study, study, Optional.empty(), window);
  }

  /**
   * Of two studies of the same customers.
   *
   * @param study against a universal base
   * @param varying against a varying one
   */
  static Studied of(Variant variant, EventStudy study, EventStudy varying, Window window) {
    return of(variant, study, varying, Optional.of(varying.beforeJoining()), window);
  }

  private static Studied of(
      Variant variant,
      EventStudy study,
      EventStudy monthly,
      Optional<Wald> waldAll,
      Window window) {
    Forms forms = new Forms(study.effects(), window);
    return new Studied(
        variant,
        study.effects(),
        forms,
        study::joint,
        Optional.of(Monthly.of(monthly)),
        forms.means(),
        waldAll);
  }

  /** What was seen before joining of all cohorts. */
  Before before() {
    return before(forms.path());
  }

  /** What was seen before joining of the cohorts of a path; nothing but from one base. */
  Before before(Forms.Path path) {
    if (effects.design().base() != Base.UNIVERSAL) {
      return Before.NONE;
    }
    Optional<PreTrend> preTrend = PreTrend.of(effects, path.before(), joint);
    OptionalDouble breakdown =
        preTrend.isEmpty() || path.first().isEmpty()
            ? OptionalDouble.empty()
            : preTrend.get().breakdown(effect(path.first().get()), 1, path.months());
    return new Before(preTrend, breakdown);
  }

  /** The effect of one of the forms. */
  Measurement effect(LinearForm form) {
    return joint.apply(List.of(form)).effect(0);
  }
}
