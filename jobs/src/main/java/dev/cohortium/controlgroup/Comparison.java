package dev.cohortium.controlgroup;

import dev.cohortium.evidence.Effect.Found;
import dev.cohortium.stats.CompliersEffect;
import dev.cohortium.stats.ConfidenceSequence;
import dev.cohortium.stats.ConfidenceSet;
import dev.cohortium.stats.CrossMoments;
import dev.cohortium.stats.Cuped;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Interval;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.PeekingLevels;
import dev.cohortium.stats.RatioMetric;
import dev.cohortium.stats.RelativeEffect;
import dev.cohortium.stats.Stratified;
import dev.cohortium.stats.StratifiedArms;
import dev.cohortium.stats.TwoSample;
import dev.cohortium.stats.Unmeasured;
import java.util.List;
import java.util.function.Function;

/** The estimates of one arm against control in one place, from sums (methods.md 6). */
final class Comparison {
  private static final double ALPHA = 0.05;
  private static final int LEAST = 50;

  private final Place place;
  private final List<Pair> pairs;
  private final Pair all;
  private final Sums sums;
  private final Lines lines;
  private final Looks looks;

  /**
   * How often it is looked at.
   *
   * @param isArriving whether customers arrive with complete windows month by month; otherwise the
   *     same customers are looked at month after month
   * @param planned customers of both arms in the end
   */
  record Looks(boolean isArriving, long planned) {}

  /** Of the pairs of a place; those of one stratum are of all. */
  Comparison(Place place, List<Pair> pairs, Sums sums, Lines lines, Looks looks) {
    this.place = place;
    this.pairs = pairs;
    this.all = Pair.together(pairs);
    this.sums = sums;
    this.lines = lines;
    this.looks = looks;
  }

  /** The arms over all strata. */
  Pair all() {
    return all;
  }

  /** Why nothing can be told here; null: something can. */
  String tooFew() {
    if (all.treated().customers() == 0 || all.control().customers() == 0) {
      return String.format(
          "There are %d customers in arm %s and %d in control whose window is complete; both need some.",
          all.treated().customers(), place.arm(), all.control().customers());
    }
    return all.customers() < LEAST
        ? all.customers() + " customers are compared; fewer than " + LEAST + " tell no effect."
        : null;
  }

  /** The difference of means. */
  Found itt(int metric) {
    Measurement value =
        each(
            pair -> TwoSample.of(pair.treated().moments(metric), pair.control().moments(metric)),
            pair ->
                Stratified.Stratum.of(
                    pair.treated().moments(metric), pair.control().moments(metric)));
    return found(
        value, mean("y" + metric), StratifiedArms.of(strata("y" + metric)).relativeEffect());
  }

  /** The difference adjusted for the same customers' window before, by one slope. */
  Found cuped(int metric) {
    String[] terms = {"y" + metric, "x" + metric};
    Measurement value =
        each(
            pair -> cuped(pair, terms).largeSampleEffect(),
            pair ->
                Stratified.Stratum.adjusted(
                    pair.treated().moments(terms), pair.control().moments(terms)));
    return found(value, mean("y" + metric), isOne() ? cuped(all, terms).relativeEffect() : null);
  }

  private static Cuped cuped(Pair pair, String... terms) {
    return Cuped.of(pair.treated().moments(terms), pair.control().moments(terms));
  }

  /** The difference adjusted for the window before by a line in each arm. */
  Found lin(int metric) {
    Measurement value =
        each(
            pair ->
                pair.isWhole()
                    ? lines.effect(place, pairs.get(0).stratum(), metric)
                    : new Unmeasured("An arm has fewer than 2 customers."),
            pair ->
                pair.isWhole()
                    ? new Stratified.Stratum(
                        pair.customers(), lines.effect(place, pair.stratum(), metric))
                    : Stratified.Stratum.of(
                        pair.treated().moments(metric), pair.control().moments(metric)));
    return found(value, mean("y" + metric), null);
  }

  /** The effect on those whom the offer made join. */
  Found cace(int metric) {
    CompliersEffect effect = StratifiedArms.of(strata("y" + metric, "treated")).compliersEffect();
    if (!(effect.effect() instanceof Estimate estimate)) {
      return Found.of(effect.effect(), Double.NaN, null);
    }
    boolean isWald = effect.method() == CompliersEffect.Method.WALD;
    return new Found(
        estimate,
        isWald ? null : hull(effect.limits()),
        isWald ? always(estimate) : null,
        Double.NaN,
        null);
  }

  /** The least and the largest value; of two half lines everything. */
  private static Interval hull(ConfidenceSet limits) {
    return new Interval(
        limits.pieces().get(0).low(), limits.pieces().get(limits.pieces().size() - 1).high());
  }

  /** The difference of average receipts. */
  Found ratio() {
    String[] terms = {"y" + sums.place(Quantity.NET_REVENUE), "y" + sums.place(Quantity.ORDERS)};
    CrossMoments treated = all.treated().moments(terms);
    CrossMoments control = all.control().moments(terms);
    Measurement value =
        isOne()
            ? RatioMetric.difference(treated, control)
            : StratifiedArms.of(strata(terms)).ratioDifference();
    boolean isRelative =
        isOne()
            && RatioMetric.of(treated) instanceof Estimate
            && RatioMetric.of(control) instanceof Estimate;
    return found(
        value,
        Ratio.of(all.treated(), sums).after(),
        isRelative
            ? RelativeEffect.of(
                (Estimate) RatioMetric.of(treated), (Estimate) RatioMetric.of(control))
            : null);
  }

  /** The same adjusted for the window before, on the linear form; of one stratum only. */
  Found cupedRatio() {
    if (!isOne()) {
      return Found.nothing("A ratio is not adjusted where there are several strata.");
    }
    int numerator = sums.place(Quantity.NET_REVENUE);
    int denominator = sums.place(Quantity.ORDERS);
    if (!(ratio().value() instanceof Estimate)) {
      return ratio();
    }
    Ratio common = Ratio.of(all.treated().plus(all.control()), sums);
    Cuped cuped =
        Cuped.of(
            Ratio.linear(all.treated(), numerator, denominator, common),
            Ratio.linear(all.control(), numerator, denominator, common));
    return found(
        cuped.largeSampleEffect(), Ratio.of(all.treated(), sums).after(), cuped.relativeEffect());
  }

  private Found found(Measurement value, double treated, RelativeEffect relative) {
    return value instanceof Estimate estimate
        ? new Found(value, null, always(estimate), treated - estimate.value(), relative)
        : Found.of(value, Double.NaN, null);
  }

  /** The interval that holds at all looks together. */
  private Interval always(Estimate estimate) {
    return looks.isArriving()
        ? new ConfidenceSequence(ALPHA, looks.planned()).interval(estimate, all.customers())
        : new PeekingLevels(ALPHA).interval(estimate, place.span());
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
    return pairs.stream()
        .map(
            pair ->
                new StratifiedArms.Stratum(
                    pair.treated().moments(terms), pair.control().moments(terms)))
        .toList();
  }

  /** The mean of the treated over the strata that count. */
  private double mean(String term) {
    double sum = 0;
    double customers = 0;
    for (Pair pair : pairs) {
      if (pair.isWhole()) {
        sum += pair.customers() * pair.treated().mean(term);
        customers += pair.customers();
      }
    }
    return customers == 0 ? Double.NaN : sum / customers;
  }
}
