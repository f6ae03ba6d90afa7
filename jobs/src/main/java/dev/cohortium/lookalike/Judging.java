package dev.cohortium.lookalike;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Effect.Check;
import dev.cohortium.evidence.Families;
import dev.cohortium.lookalike.Comparisons.Found;
import dev.cohortium.lookalike.Comparisons.Place;
import dev.cohortium.lookalike.Opportunities.Measured;
import dev.cohortium.stats.EValue;
import dev.cohortium.stats.EffectiveSampleSize;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Interval;
import dev.cohortium.stats.JointEstimate;
import dev.cohortium.stats.LogisticFit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/** Makes effects of what was found, and says how far each can be trusted (methods.md 5, 9, 10). */
final class Judging {
  private static final String PLACEBO = "placebo_outcome";
  private static final double PLACEBO_LEVEL = 0.90;
  private static final double SHARE_OF_EFFECT = 0.25;
  private static final double SHARE_OF_BASELINE = 0.02;
  private static final double MOST_USED_UP = 0.5;
  private static final double MOST_AUC = 0.95;
  private static final double LEAST_COMPARED = 0.5;

  private static final Effect.Grading GRADING =
      new Effect.Grading("C", List.of("balance", PLACEBO), "D", List.of());

  private final String program;
  private final Rules rules;
  private final Findings findings;
  private final List<Row> balance;
  private final List<String> words = new ArrayList<>();
  private final String headline;

  /**
   * Of a programme.
   *
   * @param balance rows of the table look_alike_balance
   */
  Judging(Study study, String program, Rules rules, Findings findings, List<Row> balance) {
    this.program = program;
    this.rules = rules;
    this.findings = findings;
    this.balance = balance;
    this.headline = study.headline().metric();
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
                    int block = found.comparison().block(method.place(), estimand, h);
                    effects.addAll(of(place, found, method, estimand, h, block));
                  }
                }
              }
            });
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
                      place.months());
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
                        members
                            + " members could be compared; fewer than "
                            + JointEstimate.LEAST_TREATED
                            + " tell no effect.")));
    adjust(effects);
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
                  key(place, method.word(), estimand, Measured.RAW, headline, months),
                  unit(headline),
                  GRADING,
                  Effect.Found.nothing(reason),
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
        .max(Map.Entry.comparingByValue())
        .map(
            most ->
                "No member can be compared; of "
                    + findings.members()
                    + ", "
                    + most.getValue()
                    + ": "
                    + most.getKey().sentence()
                    + ".")
        .orElseThrow();
  }

  private List<Effect> of(Place place, Found found, Method method, int estimand, int h, int block) {
    List<Effect> effects =
        made(
            place,
            found,
            block,
            method.isMatched(),
            method.word(),
            Weighing.ESTIMANDS.get(estimand),
            rules.horizons().get(h));
    EffectiveSampleSize support = found.comparison().support(block);
    for (Effect effect : effects) {
      if (effect.key().metric().equals(Metric.MARGIN.word()) && findings.withoutMargin() > 0) {
        effect.unsupported(
            String.format(
                java.util.Locale.ROOT,
                "The cost of some receipts is not known: %.1f %% of the customers have a month without a margin.",
                100 * findings.withoutMargin()));
      }
      double worth = support.n() == 0 ? 0 : support.value() / support.n();
      boolean isSupported = support.isSupported();
      effect.check(
          new Check(
              "effective_sample_size",
              support.value(),
              Math.max(25, 0.3 * support.n()),
              isSupported ? Effect.PASSED : Effect.FAILED,
              String.format(
                  java.util.Locale.ROOT,
                  "%d controls count as much as %.0f of equal weight in the last month.",
                  support.n(),
                  support.value())));
      if (!isSupported) {
        effect.unsupported(
            String.format(
                java.util.Locale.ROOT,
                "The weights of %d controls collapse on a few: they tell as much as %.0f of equal weight (%.0f %%).",
                support.n(),
                support.value(),
                100 * worth));
      }
      if (method.isMatched()) {
        double share = findings.usedUp().getOrDefault(place, 0.0);
        boolean isUsedUp = share > MOST_USED_UP;
        effect.check(
            new Check(
                "overlap",
                share,
                MOST_USED_UP,
                isUsedUp ? Effect.FAILED : Effect.PASSED,
                "Share of the matched members in whose stratum nearly all candidates were taken: there matching changes nothing."));
        if (isUsedUp) {
          effect.unsupported(
              "Matching took nearly all candidates, so that it could not choose those who are alike.");
        }
        effect.check(balanceOf(place));
      } else {
        effect.check(
            new Check(
                "balance",
                null,
                null,
                Effect.NOT_JUDGED,
                "Balance after weighting is not looked at."));
      }
      effect.check(auc());
      effect.check(separation());
      if (method == Method.ENTROPY && findings.weighing().balances().isEmpty()) {
        effect.unmeasured("No weights of the candidates give them the covariate means of members.");
      }
      effect.check(attrition());
      if (effect.isMeasured()) {
        eValue(effect, found, method, estimand, h).ifPresent(effect::check);
        effect.check(
            method.isMatched()
                ? placebo(place, effect)
                : new Check(
                    PLACEBO,
                    null,
                    null,
                    Effect.NOT_JUDGED,
                    "A placebo outcome is looked at for matched sets only."));
      }
    }
    return effects;
  }

  /** The effects of a block: each metric of the study, raw and capped where there is a cap. */
  private List<Effect> made(
      Place place,
      Found found,
      int block,
      boolean hasSets,
      String method,
      String estimand,
      int months) {
    Inference inference = new Inference(found, block, findings.metrics().size(), hasSets);
    List<Effect> effects = new ArrayList<>();
    long treated = found.comparison().treated(block);
    long controls = found.comparison().controls(block);
    for (int metric = 0; metric < findings.metrics().size(); metric++) {
      Measured measured = findings.metrics().get(metric);
      if (words.contains(measured.metric().word())) {
        effects.add(
            new Effect(
                key(place, method, estimand, measured.variant(), measured.metric().word(), months),
                measured.metric().unit(),
                grading(method),
                found(inference.mean(metric)),
                treated,
                controls));
      }
    }
    if (words.contains(Metric.AVERAGE_RECEIPT)) {
      effects.add(
          new Effect(
              key(place, method, estimand, Measured.RAW, Metric.AVERAGE_RECEIPT, months),
              unit(Metric.AVERAGE_RECEIPT),
              grading(method),
              found(inference.ratio(place(Metric.NET_REVENUE), place(Metric.ORDERS))),
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

  /** What an effect on a metric of the study is counted in. */
  private static String unit(String word) {
    return Arrays.stream(Metric.values())
        .filter(metric -> metric.word().equals(word))
        .map(Metric::unit)
        .findFirst()
        .orElse("of the study's currency per order");
  }

  private int place(Metric metric) {
    for (int place = 0; place < findings.metrics().size(); place++) {
      Measured measured = findings.metrics().get(place);
      if (measured.metric() == metric && measured.variant().equals(Measured.RAW)) {
        return place;
      }
    }
    throw new IllegalStateException(metric + " is not measured");
  }

  // --- checks ---

  private Check balanceOf(Place place) {
    long failed =
        balance.stream()
            .filter(row -> row.getString(2).equals(Parts.ALL))
            .filter(row -> !row.isNullAt(12) && !row.getBoolean(12))
            .count();
    long judged =
        balance.stream()
            .filter(row -> row.getString(2).equals(Parts.ALL) && !row.isNullAt(12))
            .count();
    return new Check(
        "balance",
        (double) failed,
        0.0,
        judged == 0 ? Effect.NOT_JUDGED : failed == 0 ? Effect.PASSED : Effect.FAILED,
        failed
            + " of "
            + judged
            + " covariates differ between members and look-alikes"
            + (place.by().equals(Parts.ALL) ? "." : " of all segments together."));
  }

  private Check auc() {
    double auc =
        findings.surveys().values().stream()
            .mapToDouble(Survey::auc)
            .filter(Double::isFinite)
            .max()
            .orElse(Double.NaN);
    boolean isKnown = Double.isFinite(auc);
    return new Check(
        "auc",
        isKnown ? (Double) auc : null,
        MOST_AUC,
        !isKnown ? Effect.NOT_JUDGED : auc <= MOST_AUC ? Effect.PASSED : Effect.FAILED,
        "How well the past tells who joins: near 1 there is nobody alike to compare with.");
  }

  private Check separation() {
    boolean isSeparated =
        findings.weighing().scores().fits().values().stream()
            .anyMatch(fit -> fit.likelihood() != LogisticFit.Likelihood.MAXIMISED);
    return new Check(
        "separation",
        null,
        null,
        isSeparated ? Effect.FAILED : Effect.PASSED,
        isSeparated
            ? "Some covariates tell without error who joins: the score leans on a prior."
            : "No covariates tell without error who joins.");
  }

  private Check attrition() {
    double compared =
        findings.members() == 0
            ? 0
            : (double) findings.attrition().get(Attrition.COMPARED) / findings.members();
    return new Check(
        "attrition",
        compared,
        LEAST_COMPARED,
        Effect.NOT_JUDGED,
        "Share of the members that are compared: the effect is theirs, and nothing is known of the others.");
  }

  private java.util.Optional<Check> eValue(
      Effect effect, Found found, Method method, int estimand, int h) {
    for (int metric = 0; metric < findings.metrics().size(); metric++) {
      Measured measured = findings.metrics().get(metric);
      if (measured.metric().word().equals(effect.key().metric())
          && measured.variant().equals(effect.key().variant())) {
        int block = found.comparison().block(method.place(), estimand, h);
        double[] standardised =
            new Inference(found, block, findings.metrics().size(), method.isMatched())
                .standardised(metric);
        if (!Double.isFinite(standardised[0])
            || !Double.isFinite(standardised[1])
            || Math.abs(standardised[0]) + standardised[1] > 100) {
          return java.util.Optional.empty();
        }
        EValue value = EValue.ofStandardisedDifference(standardised[0], standardised[1]);
        return java.util.Optional.of(
            new Check(
                "e_value",
                value.value(),
                value.limit(),
                Effect.NOT_JUDGED,
                "Risk ratio with which something unmeasured would have to go with joining and with the metric to explain the effect; the threshold is that of the interval's limit."));
      }
    }
    return java.util.Optional.empty();
  }

  /** The same matched customers in a month before those by which they were matched. */
  private Check placebo(Place place, Effect effect) {
    Found found = findings.placebo().get(place);
    String name = PLACEBO;
    if (found == null) {
      return new Check(name, null, null, Effect.NOT_JUDGED, "Nobody was known that long before.");
    }
    Inference inference = new Inference(found, 0, findings.metrics().size(), true);
    Inference.Effect earlier = null;
    if (effect.key().metric().equals(Metric.AVERAGE_RECEIPT)) {
      earlier = inference.ratio(place(Metric.NET_REVENUE), place(Metric.ORDERS));
    } else {
      for (int metric = 0; metric < findings.metrics().size(); metric++) {
        Measured measured = findings.metrics().get(metric);
        if (measured.metric().word().equals(effect.key().metric())
            && measured.variant().equals(effect.key().variant())) {
          earlier = inference.mean(metric);
        }
      }
    }
    if (earlier == null || !(earlier.value() instanceof Estimate estimate)) {
      return new Check(name, null, null, Effect.NOT_JUDGED, "Too few were known that long before.");
    }
    double band =
        Math.max(
            SHARE_OF_EFFECT * Math.abs(effect.estimate().value()),
            SHARE_OF_BASELINE * Math.abs(effect.found().baseline()));
    Interval interval = estimate.interval(PLACEBO_LEVEL);
    boolean isInside = interval.low() >= -band && interval.high() <= band;
    boolean isOff = !interval.contains(0);
    return new Check(
        name,
        estimate.value(),
        band,
        isInside ? Effect.PASSED : isOff ? Effect.FAILED : Effect.INCONCLUSIVE,
        "What joining seems to change in a month before those by which they were matched, where it cannot.");
  }

  // --- families ---

  private static void adjust(List<Effect> effects) {
    Families.adjust(
        effects.stream().filter(effect -> effect.key().segmentBy().equals(Parts.ALL)).toList(),
        key -> List.of(key.method(), key.estimand(), key.variant(), key.months()));
    Families.adjust(
        effects.stream().filter(effect -> !effect.key().segmentBy().equals(Parts.ALL)).toList(),
        key ->
            List.of(
                key.method(),
                key.estimand(),
                key.variant(),
                key.months(),
                key.metric(),
                key.segmentBy()));
  }
}
