package dev.cohortium.lookalike;

import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Effect.Check;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.lookalike.Comparisons.Found;
import dev.cohortium.lookalike.Comparisons.Place;
import dev.cohortium.stats.EValue;
import dev.cohortium.stats.EffectiveSampleSize;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Interval;
import dev.cohortium.stats.LogisticFit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Says of each effect how far it can be trusted (methods.md 5 and 10). */
final class Checks {
  static final String PLACEBO_OUTCOME = "placebo_outcome";
  static final String PLACEBO_DATE = "placebo_joining_date";

  private static final double PLACEBO_LEVEL = 0.90;
  private static final double SHARE_OF_EFFECT = 0.25;
  private static final double SHARE_OF_BASELINE = 0.02;
  private static final double MOST_USED_UP = 0.5;
  private static final double MOST_AUC = 0.95;

  /** Beyond it a standardised difference is no risk ratio. */
  private static final double MOST_DEVIATIONS = 100;

  private static final String BEFORE =
      "What joining seems to change in the month before those by which they are compared, where it cannot.";

  private final Rules rules;
  private final Findings findings;
  private final String headline;
  private final boolean isOneToOne;
  private final Check auc;
  private final Check separation;
  private final Check attrition;
  private final Map<Compared, Check> balances = new HashMap<>();

  /**
   * Checks of a programme's effects.
   *
   * @param headline the metric by which the programme is judged
   * @param isOneToOne whether each member has one look-alike
   */
  Checks(Rules rules, Findings findings, String headline, boolean isOneToOne) {
    this.isOneToOne = isOneToOne;
    this.rules = rules;
    this.findings = findings;
    this.headline = headline;
    auc = auc();
    separation = separation();
    attrition = attrition();
  }

  /** All who were followed for so many months. */
  static Place whole(int months) {
    return new Place(Parts.ALL, Parts.ALL, months);
  }

  /** Those who are compared, and where. */
  private record Compared(Place place, Optional<Likeness.Role> others) {}

  /** The checks of the effects of a method, on all metrics. */
  Of of(Place place, Found found, Method method, int estimand, int horizon) {
    return new Of(place, found, method, estimand, horizon);
  }

  /** The checks of the effects of one method, estimand and horizon in one place. */
  final class Of {
    private final Place place;
    private final Found found;
    private final Method method;
    private final int estimand;
    private final int horizon;
    private final int block;
    private final Check balance;

    private Of(Place place, Found found, Method method, int estimand, int horizon) {
      this.place = place;
      this.found = found;
      this.method = method;
      this.estimand = estimand;
      this.horizon = horizon;
      block = found.comparison().block(method.place(), estimand, horizon);
      Place over = place.by().equals(Parts.ALL) ? whole(rules.horizons().get(horizon)) : place;
      balance =
          balances.computeIfAbsent(
              new Compared(over, method.others()),
              key -> findings.balances().check(key.place(), key.others()));
    }

    /** Judges one effect. */
    void judge(Effect effect) {
      margin(effect);
      support(effect);
      if (method.isMatched()) {
        overlap(effect);
      }
      effect.check(balance);
      effect.check(auc);
      effect.check(separation);
      if (method == Method.ENTROPY && findings.weighing().balances().isEmpty()) {
        effect.unmeasured("No weights of the candidates give them the covariate means of members.");
      }
      effect.check(attrition);
      if (effect.isMeasured()) {
        eValue(effect).ifPresent(effect::check);
        effect.check(placeboOutcome(effect));
        effect.check(
            placebo(
                effect,
                PLACEBO_DATE,
                method.placebo() + 1,
                method.isMatched(),
                1,
                "What seems to change from the %1$d months before to the %1$d months after a joining that is pretended %2$d months too early, before those by which they are compared."
                    .formatted(Parts.PRETENDED, rules.preMonths() + Parts.PRETENDED + 1)));
        relabelling(effect).ifPresent(effect::check);
        rosenbaum(effect).ifPresent(effect::check);
      }
    }

    private void margin(Effect effect) {
      if (effect.key().metric().equals(Metric.MARGIN.word()) && findings.withoutMargin() > 0) {
        effect.unsupported(
            String.format(
                Locale.ROOT,
                "The cost of some receipts is not known: %.1f %% of the customers have a month without a margin.",
                100 * findings.withoutMargin()));
      }
    }

    private void support(Effect effect) {
      EffectiveSampleSize support = found.comparison().support(block);
      double worth = support.n() == 0 ? 0 : support.value() / support.n();
      effect.check(
          new Check(
              "effective_sample_size",
              support.value(),
              support.least(),
              support.isSupported() ? Effect.PASSED : Effect.FAILED,
              String.format(
                  Locale.ROOT,
                  "%d controls count as much as %.0f of equal weight in the last month.",
                  support.n(),
                  support.value())));
      if (!support.isSupported()) {
        effect.unsupported(
            String.format(
                Locale.ROOT,
                "The weights of %d controls collapse on a few: they tell as much as %.0f of equal weight (%.0f %%).",
                support.n(),
                support.value(),
                100 * worth));
      }
    }

    private void overlap(Effect effect) {
      Double share = findings.usedUp().get(place);
      boolean isUsedUp = share != null && share > MOST_USED_UP;
      effect.check(
          new Check(
              "overlap",
              share,
              MOST_USED_UP,
              share == null ? Effect.NOT_JUDGED : isUsedUp ? Effect.FAILED : Effect.PASSED,
              "Share of the matched members in whose stratum nearly all candidates were taken: there matching changes nothing."));
      if (isUsedUp) {
        effect.unsupported(
            "Matching took nearly all candidates, so that it could not choose those who are alike.");
      }
    }

    private Optional<Check> eValue(Effect effect) {
      int metric = place(effect);
      if (metric < 0) {
        return Optional.empty();
      }
      double[] standardised =
          new Inference(found, block, findings.metrics().size(), method.isMatched())
              .standardised(metric);
      boolean isTold =
          Double.isFinite(standardised[0])
              && Double.isFinite(standardised[1])
              && Math.abs(standardised[0]) + standardised[1] <= MOST_DEVIATIONS;
      if (!isTold) {
        return Optional.empty();
      }
      EValue value = EValue.ofStandardisedDifference(standardised[0], standardised[1]);
      return Optional.of(
          new Check(
              "e_value",
              value.value(),
              value.limit(),
              Effect.NOT_JUDGED,
              "Risk ratio with which something unmeasured would have to go with joining and with the metric to explain the effect; the threshold is that of the interval's limit."));
    }

    /** Where a metric of an effect stands among those measured; negative: it is a ratio. */
    private int place(Effect effect) {
      boolean isCapped = effect.key().variant().equals(Measured.WINSORISED);
      for (int metric = 0; metric < findings.metrics().size(); metric++) {
        Measured measured = findings.metrics().get(metric);
        if (measured.metric().word().equals(effect.key().metric())
            && measured.variant().equals(Measured.WINSORISED) == isCapped) {
          return metric;
        }
      }
      return -1;
    }

    /**
     * Judged by the method itself, and where it lets pass what all candidates together, weighted by
     * their odds of joining, show to be off, by these: what is hidden is hidden from all methods,
     * and pairs see the least of it.
     */
    private Check placeboOutcome(Effect effect) {
      Check own = placebo(effect, PLACEBO_OUTCOME, method.placebo(), method.isMatched(), 0, BEFORE);
      if (own.outcome().equals(Effect.FAILED)
          || own.outcome().equals(Effect.NOT_JUDGED)
          || method.placebo() == Method.IPW.placebo()) {
        return own;
      }
      Check sharper =
          placebo(
              effect,
              PLACEBO_OUTCOME,
              Method.IPW.placebo(),
              Method.IPW.isMatched(),
              0,
              BEFORE + " Told by all candidates, weighted by their odds of joining.");
      return sharper.outcome().equals(Effect.FAILED) ? sharper : own;
    }

    private Check placebo(
        Effect effect, String name, int contrast, boolean hasSets, int horizon, String note) {
      if (method == Method.IPW_UNCAPPED) {
        return new Check(
            name, null, null, Effect.NOT_JUDGED, "It is looked at with weights that are capped.");
      }
      Found earlier = findings.placebo().get(place);
      if (earlier == null) {
        return new Check(name, null, null, Effect.NOT_JUDGED, "Nobody was known that long before.");
      }
      Inference inference =
          new Inference(
              earlier,
              earlier.comparison().block(contrast, 0, horizon),
              findings.metrics().size(),
              hasSets);
      int metric = place(effect);
      Inference.Effect seeming =
          metric < 0
              ? inference.ratio(findings.place(Metric.NET_REVENUE), findings.place(Metric.ORDERS))
              : inference.mean(metric);
      if (!(seeming.value() instanceof Estimate estimate)) {
        return new Check(
            name, null, null, Effect.NOT_JUDGED, "Too few were known that long before.");
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
          note);
    }

    /** Orders tell it of what is counted, net revenue of what is money. */
    private Optional<Check> relabelling(Effect effect) {
      boolean isMoney =
          java.util.List.of(Metric.NET_REVENUE.word(), Metric.MARGIN.word(), Metric.AVERAGE_RECEIPT)
              .contains(effect.key().metric());
      Inference inference =
          new Inference(found, block, findings.metrics().size(), method.isMatched());
      return inference.mean(findings.place(isMoney ? Metric.NET_REVENUE : Metric.ORDERS)).value()
              instanceof Estimate estimate
          ? Optional.of(findings.linking().check(!isMoney, estimate.value()))
          : Optional.empty();
    }

    private Optional<Check> rosenbaum(Effect effect) {
      boolean isAsked =
          isOneToOne
              && place(effect) >= 0
              && place.by().equals(Parts.ALL)
              && (method == Method.MATCHED || method == Method.DID)
              && estimand == Weighing.AS_USUAL
              && effect.key().variant().equals(Measured.RAW)
              && effect.key().metric().equals(headline);
      if (!isAsked) {
        return Optional.empty();
      }
      Pairs.Bound bound =
          findings.pairs().bound(horizon, method == Method.DID, effect.estimate().value() > 0);
      return Optional.of(
          new Check(
              "rosenbaum_gamma",
              bound.gamma().isPresent() ? (Double) bound.gamma().getAsDouble() : null,
              null,
              Effect.NOT_JUDGED,
              bound.gamma().isPresent()
                  ? "%d pairs in which nobody stood before: something hidden would have to multiply the odds of joining within a pair by so much to explain which of the two has more %s."
                      .formatted(bound.pairs(), headline.replace('_', ' '))
                  : "%d pairs in which nobody stood before do not tell which of the two has more %s, even if nothing is hidden."
                      .formatted(bound.pairs(), headline.replace('_', ' '))));
    }
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
    boolean isSeparated = isAny(LogisticFit.Likelihood.SEPARATED);
    boolean isSingular = isAny(LogisticFit.Likelihood.SINGULAR);
    return new Check(
        "separation",
        null,
        null,
        isSeparated || isSingular ? Effect.FAILED : Effect.PASSED,
        isSeparated
            ? "Some covariates tell without error who joins: the score leans on a prior."
            : isSingular
                ? "Some customers are so far from all others that the score leans on a prior."
                : "No covariates tell without error who joins.");
  }

  private boolean isAny(LogisticFit.Likelihood likelihood) {
    return findings.weighing().scores().fits().values().stream()
        .anyMatch(fit -> fit.likelihood() == likelihood);
  }

  private Check attrition() {
    double compared =
        findings.members() == 0
            ? 0
            : (double) findings.attrition().get(Attrition.COMPARED).members() / findings.members();
    return new Check(
        "attrition",
        compared,
        null,
        Effect.NOT_JUDGED,
        "Share of the programme's members that are compared for a month at least; `treated` are those of this effect, and nothing is known of the others.");
  }
}
