package dev.cohortium.lookalike;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Families;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.lookalike.Comparisons.Found;
import dev.cohortium.lookalike.Comparisons.Place;
import dev.cohortium.stats.JointEstimate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Makes effects of what was found, and says how far each can be trusted (methods.md 5, 9, 10). */
final class Judging {
  private static final String BALANCED = "balanced";

  private static final Effect.Grading GRADING =
      new Effect.Grading("C", List.of("balance", Checks.PLACEBO_OUTCOME), "D", List.of());

  private final String program;
  private final Rules rules;
  private final Findings findings;
  private final Checks checks;
  private final int smallest;
  private final List<String> words = new ArrayList<>();
  private final String headline;

  Judging(Study study, String program, Rules rules, Findings findings) {
    this.program = program;
    this.rules = rules;
    this.findings = findings;
    this.headline = study.headline().metric();
    this.smallest = study.privacy().smallestCell();
    checks = new Checks(rules, findings, headline, study.lookAlike().orElseThrow().ratio() == 1);
    study.metrics().forEach(words::add);
  }

  /** All effects, judged. */
  List<Effect> effects() {
    List<Effect> effects = new ArrayList<>();
    findings
        .compared()
        .forEach(
            (place, found) -> {
              for (Method method : Method.values()) {
                for (int estimand = 0; estimand < Weighing.ESTIMANDS.size(); estimand++) {
                  for (int h = 0; h < rules.horizons().size(); h++) {
                    effects.addAll(of(place, found, method, estimand, h));
                  }
                }
              }
            });
    findings.balanced().forEach((place, found) -> effects.addAll(balanced(place, found)));
    if (!findings.compared().isEmpty() && findings.balanced().isEmpty()) {
      effects.addAll(incomplete());
    }
    findings
        .naive()
        .forEach(
            (place, found) -> {
              int h = rules.horizons().indexOf(place.months());
              List<Effect> naive =
                  made(
                      place,
                      found,
                      found.comparison().block(0, 0, h),
                      false,
                      Method.NAIVE,
                      Method.NAIVE,
                      place.months(),
                      null);
              effects.addAll(naive);
            });
    if (findings.compared().isEmpty()) {
      effects.addAll(unmeasured(new Place(Parts.ALL, Parts.ALL, 0), nobody()));
    }
    findings
        .places()
        .small()
        .forEach(
            (place, members) ->
                effects.addAll(
                    unmeasured(
                        place,
                        members < smallest
                            ? "Fewer than " + smallest + " members could be compared."
                            : members >= Math.max(smallest, JointEstimate.LEAST_TREATED)
                                ? "Only the "
                                    + Parts.Places.MOST
                                    + " values of a segment with the most members are measured."
                                : members
                                    + " members could be compared; fewer than "
                                    + Math.max(smallest, JointEstimate.LEAST_TREATED)
                                    + " tell no effect.")));
    Families.adjustByPlace(effects);
    return effects;
  }

  /** The headline of a place where nothing can be compared. */
  private List<Effect> unmeasured(Place place, String reason) {
    List<Effect> effects = new ArrayList<>();
    for (String estimand : Weighing.ESTIMANDS) {
      for (int months : rules.horizons()) {
        for (Method method : Method.values()) {
          effects.add(
              new Effect(
                  key(
                      place,
                      method.word(),
                      estimand,
                      method == Method.IPW_UNCAPPED ? Method.UNTRUNCATED : Measured.RAW,
                      headline,
                      months),
                  Metric.unitOf(headline),
                  GRADING,
                  Effect.Found.nothing(reason),
                  0,
                  0));
        }
      }
    }
    return effects;
  }

  /** The headline of those whose longest horizon is complete, where there are none. */
  private List<Effect> incomplete() {
    List<Effect> effects = new ArrayList<>();
    for (String estimand : Weighing.ESTIMANDS) {
      for (int months : rules.horizons()) {
        for (Method method : List.of(Method.MATCHED, Method.DID)) {
          effects.add(
              new Effect(
                  key(
                      new Place(Parts.ALL, Parts.ALL, 0),
                      method.word(),
                      estimand,
                      BALANCED,
                      headline,
                      months),
                  Metric.unitOf(headline),
                  GRADING,
                  Effect.Found.nothing(
                      "No member was followed for " + rules.longest() + " months."),
                  0,
                  0));
        }
      }
    }
    return effects;
  }

  /** Why nobody is compared: what became of most members. */
  private String nobody() {
    if (findings.members() == 0) {
      return "The programme has no members.";
    }
    return findings.attrition().entrySet().stream()
        .filter(entry -> entry.getKey() != Attrition.COMPARED)
        .max(Comparator.comparingLong(entry -> entry.getValue().members()))
        .map(
            most ->
                "No member can be compared; of "
                    + findings.members()
                    + ", "
                    + most.getValue().members()
                    + ": "
                    + most.getKey().sentence()
                    + ".")
        .orElseThrow();
  }

  private List<Effect> of(Place place, Found found, Method method, int estimand, int h) {
    int block = found.comparison().block(method.place(), estimand, h);
    List<Effect> effects =
        made(
            place,
            found,
            block,
            method.isMatched(),
            method.word(),
            Weighing.ESTIMANDS.get(estimand),
            rules.horizons().get(h),
            method == Method.IPW_UNCAPPED ? Method.UNTRUNCATED : null);
    Checks.Of of = checks.of(place, found, method, estimand, h);
    for (Effect effect : effects) {
      of.judge(effect);
    }
    return effects;
  }

  /** Levels and changes of the matched whose longest horizon is complete. */
  private List<Effect> balanced(Place place, Found found) {
    List<Effect> effects = new ArrayList<>();
    for (Method method : List.of(Method.MATCHED, Method.DID)) {
      for (int estimand = 0; estimand < Weighing.ESTIMANDS.size(); estimand++) {
        for (int h = 0; h < rules.horizons().size(); h++) {
          Checks.Of of = checks.of(place, found, method, estimand, h);
          for (Effect effect :
              made(
                  place,
                  found,
                  found.comparison().block(method.place(), estimand, h),
                  true,
                  method.word(),
                  Weighing.ESTIMANDS.get(estimand),
                  rules.horizons().get(h),
                  BALANCED)) {
            of.judge(effect);
            effects.add(effect);
          }
        }
      }
    }
    return effects;
  }

  /**
   * The effects of a block: each metric of the study, raw and capped where there is a cap.
   *
   * @param variant of the method; null: none, so that it is that of the metric
   */
  private List<Effect> made(
      Place place,
      Found found,
      int block,
      boolean hasSets,
      String method,
      String estimand,
      int months,
      String variant) {
    Inference inference = new Inference(found, block, findings.metrics().size(), hasSets);
    List<Effect> effects = new ArrayList<>();
    long treated = found.comparison().treated(block);
    long controls = found.comparison().controls(block);
    for (int metric = 0; metric < findings.metrics().size(); metric++) {
      Measured measured = findings.metrics().get(metric);
      boolean isRaw = measured.variant().equals(Measured.RAW);
      if (words.contains(measured.metric().word()) && (variant == null || isRaw)) {
        effects.add(
            new Effect(
                key(
                    place,
                    method,
                    estimand,
                    variant == null ? measured.variant() : variant,
                    measured.metric().word(),
                    months),
                Metric.unitOf(measured.metric().word()),
                grading(method),
                found(inference.mean(metric)),
                treated,
                controls));
      }
    }
    if (words.contains(Metric.AVERAGE_RECEIPT)) {
      effects.add(
          new Effect(
              key(
                  place,
                  method,
                  estimand,
                  variant == null ? Measured.RAW : variant,
                  Metric.AVERAGE_RECEIPT,
                  months),
              Metric.unitOf(Metric.AVERAGE_RECEIPT),
              grading(method),
              found(
                  inference.ratio(
                      findings.place(Metric.NET_REVENUE), findings.place(Metric.ORDERS))),
              treated,
              controls));
    }
    return effects;
  }

  private static Effect.Grading grading(String method) {
    return method.equals(Method.NAIVE) ? Effect.Grading.NAIVE : GRADING;
  }

  private static Effect.Found found(Inference.Effect found) {
    return Effect.Found.of(found.value(), found.baseline(), found.relative());
  }

  private Effect.Key key(
      Place place, String method, String estimand, String variant, String metric, int months) {
    return Effect.Key.ofProgram(
        program, method, estimand, variant, metric, place.by(), place.value(), months);
  }
}
