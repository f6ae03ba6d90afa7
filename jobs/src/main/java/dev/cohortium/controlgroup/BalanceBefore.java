package dev.cohortium.controlgroup;

import dev.cohortium.evidence.Effect;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.SampleRatio;
import dev.cohortium.stats.Stratified;
import dev.cohortium.stats.TwoSample;
import dev.cohortium.stats.Unmeasured;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Whether the arms bought alike before assignment, over the longest window that the panel has of
 * all customers before and after.
 */
final class BalanceBefore {
  static final String NAME = "balance";

  private final Sample sample;

  /** Of an experiment. */
  BalanceBefore(Sample sample) {
    this.sample = sample;
  }

  /** The name of the guard of a metric in a place. */
  static String name(Sample sample, Place place, String metric) {
    return sample.named(NAME + "_" + metric, place);
  }

  /** The guards of all metrics and arms, adjusted together. */
  List<Guard> all() {
    List<Integer> comparable = sample.comparable();
    return comparable.stream()
        .filter(this::isKnown)
        .max(Comparator.naturalOrder())
        .or(() -> comparable.stream().min(Comparator.naturalOrder()))
        .map(this::of)
        .orElseGet(List::of);
  }

  /** Whether the panel has the window before of everybody who is compared. */
  private boolean isKnown(int span) {
    return sample.complete(span).stream()
        .allMatch(cell -> sample.history().hasBefore(cell.assigned(), span));
  }

  private List<Guard> of(int span) {
    List<Guard> guards = new ArrayList<>();
    for (int i = 0; i < sample.sums().measured().size(); i++) {
      Measured measured = sample.sums().measured().get(i);
      if (!measured.isCapped()) {
        for (Place place : sample.places(span)) {
          guards.add(guard(place, i, measured.quantity().word()));
        }
      }
    }
    return Guard.adjusted(guards);
  }

  private Guard guard(Place place, int metric, String word) {
    Measurement difference =
        isKnown(place.span())
            ? difference(sample.wholePairs(place), "x" + metric)
            : new Unmeasured(
                "The panel begins in "
                    + Months.of(sample.history().first())
                    + ": it has no window before the assignment of some customers.");
    String name = name(sample, place, word);
    return difference instanceof Estimate estimate
        ? Guard.ofAll(
            name,
            estimate.value(),
            SampleRatio.ALARM,
            estimate.pValue(),
            Effect.PASSED,
            "Difference of the arms in the window before, per customer and month; its p-value is held against the threshold.")
        : Guard.ofAll(
            name,
            null,
            SampleRatio.ALARM,
            null,
            Effect.NOT_JUDGED,
            ((Unmeasured) difference).reason());
  }

  private static Measurement difference(List<Pair> pairs, String term) {
    if (pairs.isEmpty()) {
      return new Unmeasured("No stratum has 2 customers in each arm.");
    }
    return pairs.size() == 1
        ? TwoSample.of(
            pairs.get(0).treated().firstTwoMoments(term),
            pairs.get(0).control().firstTwoMoments(term))
        : Stratified.of(
                pairs.stream()
                    .map(
                        pair ->
                            Stratified.Stratum.of(
                                pair.size(),
                                pair.treated().firstTwoMoments(term),
                                pair.control().firstTwoMoments(term)))
                    .toList())
            .effect();
  }
}
