package dev.cohortium.controlgroup;

import dev.cohortium.evidence.Effect.Found;
import dev.cohortium.stats.CompliersEffect;
import dev.cohortium.stats.ConfidenceSet;
import dev.cohortium.stats.Cuped;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Interval;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.Quotient;
import dev.cohortium.stats.RelativeEffect;
import dev.cohortium.stats.Stratified;
import dev.cohortium.stats.StratifiedArms;
import dev.cohortium.stats.TwoSample;
import dev.cohortium.stats.Unmeasured;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The estimates of one arm against control in one place, from sums (methods.md 6). Strata with
 * fewer than 2 customers in an arm are left out of all of them.
 */
final class Comparison {
  private static final int LEAST = 50;
  private static final int LEAST_BUYERS = 25;

  /** Customers of an arm to whom a line is fitted, and degrees of freedom of a slope for all. */
  private static final int LEAST_ON_A_LINE = 25;

  private final Place place;
  private final List<Pair> given;
  private final List<Pair> pairs;
  private final Pair all;
  private final Sums sums;
  private final Lines lines;
  private final Looks looks;

  /** Of the pairs of a place; those of one stratum are of all. */
  Comparison(Place place, List<Pair> pairs, Sums sums, Lines lines, Looks looks) {
    this.place = place;
    this.given = List.copyOf(pairs);
    List<Pair> whole = given.stream().filter(Pair::isWhole).toList();
    this.pairs = whole.isEmpty() ? given : whole;
    this.all = Pair.together(this.pairs);
    this.sums = sums;
    this.lines = lines;
    this.looks = looks;
  }

  /** The arms over the strata that count. */
  Pair all() {
    return all;
  }

  /** What speaks for or against an estimate. */
  OwnChecks checks() {
    return new OwnChecks(given);
  }

  /**
   * Why nothing can be told here; empty: something can.
   *
   * @param smallestCell customers of an arm of whom the mean may be told
   */
  Optional<String> tooFew(int smallestCell) {
    long treated = all.treated().customers();
    long control = all.control().customers();
    if (treated == 0 || control == 0) {
      return Optional.of(
          String.format(
              "There are %d customers in arm %s and %d in control whose window is complete; both need some.",
              treated, place.arm(), control));
    }
    if (Math.min(treated, control) < smallestCell) {
      return Optional.of(
          String.format(
              "There are %d customers in arm %s and %d in control; of fewer than %d no mean is told (privacy.smallest-cell).",
              treated, place.arm(), control, smallestCell));
    }
    return all.customers() < LEAST
        ? Optional.of(
            all.customers() + " customers are compared; fewer than " + LEAST + " tell no effect.")
        : Optional.empty();
  }

  /** Why there is no average receipt to compare, if there is none. */
  Optional<String> tooFewBuyers() {
    double treated = all.treated().sum(Windows.ORDERED);
    double control = all.control().sum(Windows.ORDERED);
    return Math.min(treated, control) >= LEAST_BUYERS
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "In the window %.0f customers of arm %s have an order and %.0f of control; fewer than %d tell no average receipt.",
                treated,
                place.arm(),
                control,
                LEAST_BUYERS));
  }

  /** The difference of means. */
  Found itt(int metric) {
    Measurement value =
        each(
            pair -> TwoSample.of(pair.treated().moments(metric), pair.control().moments(metric)),
            pair ->
                Stratified.Stratum.of(
                    pair.size(), pair.treated().moments(metric), pair.control().moments(metric)));
    RelativeEffect relative = StratifiedArms.of(strata("y" + metric)).relativeEffect();
    return found(
        value,
        estimate -> Pair.mean(pairs, Pair::treated, "y" + metric) - estimate.value(),
        relative);
  }

  /**
   * The difference adjusted for the same customers' window before, by one slope for all strata; the
   * plain one where too few tell the slope, or an interval would be the wider for it.
   */
  Found cuped(int metric) {
    return cuped(strata("y" + metric, "x" + metric), itt(metric));
  }

  private Found cuped(List<StratifiedArms.Stratum> strata, Found plain) {
    Cuped cuped = Cuped.of(StratifiedArms.of(strata));
    if (!(plain.value() instanceof Estimate)
        || !(cuped.largeSampleEffect() instanceof Estimate estimate)) {
      return Found.of(cuped.largeSampleEffect(), Double.NaN, null);
    }
    Quotient quotient = cuped.treatedOverBaseline();
    Found adjusted = found(estimate, own -> quotient.denominator(), RelativeEffect.of(quotient));
    return cuped.degreesOfFreedom() < LEAST_ON_A_LINE || isWider(adjusted, plain)
        ? plain
        : adjusted;
  }

  private static boolean isWider(Found one, Found other) {
    return width(one.value().estimate().orElseThrow().interval())
            > width(other.value().estimate().orElseThrow().interval())
        || width(one.always()) > width(other.always());
  }

  private static double width(Interval interval) {
    return interval.high() - interval.low();
  }

  /** The difference adjusted for the window before by a line in each arm. */
  Found lin(int metric) {
    return lin(metric, pair -> arms(pair, "y" + metric));
  }

  /**
   * The same.
   *
   * @param line of {@link Lines}
   * @param arms what it is the line of (variable 0)
   */
  private Found lin(int line, Function<Pair, StratifiedArms.Stratum> arms) {
    Measurement value =
        Stratified.of(pairs.stream().map(pair -> lineStratum(pair, line, arms)).toList()).effect();
    if (!(value instanceof Estimate estimate)) {
      return Found.of(value, Double.NaN, null);
    }
    Quotient quotient =
        Quotient.sum(
            Pair.shares(pairs),
            pairs.stream().map(pair -> treatedOverBaseline(pair, line, arms)).toList(),
            estimate.degreesOfFreedom());
    return found(value, own -> quotient.denominator(), RelativeEffect.of(quotient));
  }

  private Quotient treatedOverBaseline(
      Pair pair, int line, Function<Pair, StratifiedArms.Stratum> arms) {
    if (hasOwnLine(pair, line)) {
      return lines.treatedOverBaseline(place, pair.stratum(), line);
    }
    StratifiedArms.Stratum both = arms.apply(pair);
    return TwoSample.treatedOverControl(both.treated().moments(0), both.control().moments(0));
  }

  private boolean hasOwnLine(Pair pair, int line) {
    long fewer = Math.min(pair.treated().customers(), pair.control().customers());
    return fewer >= LEAST_ON_A_LINE && line(pair, line) instanceof Estimate;
  }

  private Measurement line(Pair pair, int metric) {
    return pair.isWhole()
        ? lines.effect(place, pair.stratum(), metric)
        : new Unmeasured("An arm has fewer than 2 customers.");
  }

  /** Where an arm has no line of its own, or too few for one, or nothing varies: the difference. */
  private Stratified.Stratum lineStratum(
      Pair pair, int line, Function<Pair, StratifiedArms.Stratum> arms) {
    if (hasOwnLine(pair, line)) {
      return new Stratified.Stratum(pair.size(), line(pair, line));
    }
    StratifiedArms.Stratum both = arms.apply(pair);
    return Stratified.Stratum.of(pair.size(), both.treated().moments(0), both.control().moments(0));
  }

  /**
   * The effect on those whom the offer made join.
   *
   * @param joined {@link Windows#TREATED}, or {@link Windows#MEMBERSHIP} as a dose
   */
  Found cace(int metric, String joined) {
    CompliersEffect effect = compliers(metric, joined);
    if (!(effect.effect() instanceof Estimate estimate)) {
      return Found.of(effect.effect(), Double.NaN, null);
    }
    return new Found(
        estimate,
        effect.method() == CompliersEffect.Method.WALD ? null : hull(effect.limits()),
        hull(joiners(metric, joined).compliersLimits(looks.level(all.customers()))),
        Double.NaN,
        null,
        effect.pValue());
  }

  /** The same with its first stage. */
  CompliersEffect compliers(int metric, String joined) {
    return joiners(metric, joined).compliersEffect();
  }

  private StratifiedArms joiners(int metric, String joined) {
    return StratifiedArms.of(strata("y" + metric, joined));
  }

  /** The least and the largest value; of two half lines everything. */
  private static Interval hull(ConfidenceSet limits) {
    return new Interval(
        limits.pieces().get(0).low(), limits.pieces().get(limits.pieces().size() - 1).high());
  }

  /** The difference of average receipts. */
  Found ratio() {
    String[] terms = {"y" + sums.place(Quantity.NET_REVENUE), "y" + sums.place(Quantity.ORDERS)};
    StratifiedArms arms = StratifiedArms.of(strata(terms));
    double baseline = arms.controlRatio().orElse(Double.NaN);
    return found(arms.ratioDifference(), estimate -> baseline, arms.relativeRatio());
  }

  /** The same adjusted for the window before by one slope, on the linear form. */
  Found cupedRatio() {
    return hasRatio() ? cuped(pairs.stream().map(linear()).toList(), ratio()) : ratio();
  }

  /** The same adjusted by a line in each arm. */
  Found linRatio() {
    return hasRatio() ? lin(lines.ofRatio(), linear()) : ratio();
  }

  private boolean hasRatio() {
    return ratio().value() instanceof Estimate;
  }

  /** The linear form of the average receipt in the window (variable 0) and before (1). */
  private Function<Pair, StratifiedArms.Stratum> linear() {
    Ratio treated = Ratio.of(pairs, Pair::treated, sums);
    Ratio control = Ratio.of(pairs, Pair::control, sums);
    return pair ->
        new StratifiedArms.Stratum(
            pair.size(),
            treated.moments(pair.treated(), sums),
            control.moments(pair.control(), sums));
  }

  private Found found(
      Measurement value, ToDoubleFunction<Estimate> baseline, RelativeEffect relative) {
    return value instanceof Estimate estimate
        ? new Found(
            value,
            null,
            looks.interval(estimate, all.customers()),
            baseline.applyAsDouble(estimate),
            relative,
            null)
        : Found.of(value, Double.NaN, null);
  }

  private boolean isOne() {
    return pairs.size() == 1;
  }

  private Measurement each(
      Function<Pair, Measurement> ofOne, Function<Pair, Stratified.Stratum> ofStratum) {
    return isOne()
        ? ofOne.apply(all)
        : Stratified.of(pairs.stream().map(ofStratum).toList()).effect();
  }

  private List<StratifiedArms.Stratum> strata(String... terms) {
    return pairs.stream().map(pair -> arms(pair, terms)).toList();
  }

  private static StratifiedArms.Stratum arms(Pair pair, String... terms) {
    return new StratifiedArms.Stratum(
        pair.size(), pair.treated().moments(terms), pair.control().moments(terms));
  }
}
