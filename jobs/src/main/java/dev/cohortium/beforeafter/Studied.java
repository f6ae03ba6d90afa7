package dev.cohortium.beforeafter;

import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.JointEffects;
import dev.cohortium.stats.LinearForm;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.PreTrend;
import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.Wald;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * The effects on one metric in one place by one variant.
 *
 * @param forms what is made of them
 * @param joint gives some of the forms their covariances
 * @param monthly the effects with their errors, by cohort and month, each before joining compared
 *     with the month before it; empty: they, and means by month or cohort, were not asked for
 * @param waldAll over all of them before joining; empty: not made
 */
record Studied(
    Variant variant,
    GroupTimeEffects effects,
    Forms forms,
    Function<List<LinearForm>, JointEffects> joint,
    Optional<Monthly> monthly,
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
  }

  /** Of a study against one base. */
  static Studied of(Variant variant, EventStudy study, Window window) {
    return new Studied(
        variant,
        study.effects(),
        new Forms(study.effects(), window),
        study::joint,
        Optional.of(Monthly.of(study)),
        Optional.empty());
  }

  /**
   * Of two studies of the same customers.
   *
   * @param study against a universal base
   * @param varying against a varying one
   */
  static Studied of(Variant variant, EventStudy study, EventStudy varying, Window window) {
    return new Studied(
        variant,
        study.effects(),
        new Forms(study.effects(), window),
        study::joint,
        Optional.of(Monthly.of(varying)),
        Optional.of(varying.beforeJoining()));
  }

  /** The test whether cohorts and controls moved alike before joining; empty: nothing is tested. */
  Optional<PreTrend> preTrend() {
    return effects.design().base() == Base.UNIVERSAL
        ? PreTrend.of(effects, forms.byEventMonth(), joint)
        : Optional.empty();
  }

  /** The effect of one of the forms. */
  Measurement effect(LinearForm form) {
    return joint.apply(List.of(form)).effect(0);
  }
}
