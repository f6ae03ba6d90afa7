package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Whether an experiment is what it should be, looked at before its effects (methods.md 6). */
final class Guards {
  static final String POWER = "power";

  private final Sample sample;
  private final List<Guard> all = new ArrayList<>();

  /** Looks at an experiment. */
  Guards(Sample sample) {
    this.sample = sample;
    all.addAll(new SampleRatios(sample).all());
    all.addAll(new Roster(sample).all());
    all.addAll(new Contamination(sample).all());
    all.addAll(new BalanceBefore(sample).all());
    sample.comparable().stream()
        .max(Comparator.naturalOrder())
        .ifPresent(span -> sample.places(span).forEach(this::power));
  }

  List<Guard> all() {
    return all;
  }

  // --- power so far ---

  private void power(Place place) {
    String headline = sample.study().headline().metric();
    boolean isMeasured =
        headline.equals(Quantity.AVERAGE_RECEIPT)
            ? sample.sums().hasRatio()
            : Quantity.of(headline).map(sample.sums()::place).orElse(-1) >= 0;
    List<Pair> pairs = sample.wholePairs(place);
    if (!isMeasured || pairs.isEmpty()) {
      return;
    }
    Pair arms = Pair.together(pairs);
    double chance =
        sample.study().designControlGroup().map(Study.DesignControlGroup::power).orElse(0.8);
    double effect =
        sample.study().designControlGroup().map(Study.DesignControlGroup::effect).orElse(0.05);
    Power power =
        Power.of(
            Power.moments(arms.treated().plus(arms.control()), sample.sums(), headline),
            chance,
            arms.treated().customers(),
            arms.control().customers());
    double target = effect * power.baseline();
    all.add(
        Guard.ofAll(
            sample.named(POWER, place),
            power.effect().isPresent() ? (Double) power.effect().getAsDouble() : null,
            target,
            null,
            Effect.NOT_JUDGED,
            reached(power, target, place.span())));
  }

  /** When the target is reached, if as many customers go on to be assigned each month. */
  private String reached(Power power, double target, int span) {
    if (power.effect().isEmpty() || !(target > 0)) {
      return "The metric does not vary: nothing tells what can be seen.";
    }
    double ratio = power.effect().getAsDouble() / target;
    String seen =
        "The smallest effect on the headline metric that a window of " + span + " months sees; ";
    if (ratio <= 1) {
      return seen + "the target, which is the threshold, is reached.";
    }
    List<Integer> months =
        sample.complete(span).stream().map(Cell::assigned).distinct().sorted().toList();
    if (months.size() < 2) {
      return seen
          + String.format(
              Locale.ROOT, "the target needs %.1f times as many customers.", ratio * ratio);
    }
    double rate = 1.0 / (months.get(months.size() - 1) - months.get(0) + 1);
    long more = (long) Math.ceil((ratio * ratio - 1) / rate);
    return seen
        + (more > 600
            ? "at this pace the target is not reached within 50 years."
            : "at this pace the target is reached in "
                + Months.of(sample.history().asOf() + (int) more)
                + ".");
  }

  // --- what touches an effect ---

  /** The checks of an effect that are those of its experiment. */
  List<Effect.Check> of(Place place, String metric) {
    return List.of(
        worst(SampleRatios.NAME, List.of(SampleRatios.NAME, SampleRatios.name(place))),
        worst(Roster.ASSIGNED_FIRST, List.of(Roster.ASSIGNED_FIRST)),
        worst(Roster.ATTRITION, List.of(Roster.ATTRITION)),
        worst(Contamination.NAME, Contamination.names(place.span())),
        worst(BalanceBefore.NAME, List.of(BalanceBefore.name(sample, place, metric))));
  }

  /** The worst of the guards of these names, as a check. */
  private Effect.Check worst(String check, List<String> names) {
    List<String> order =
        List.of(Effect.FAILED, Effect.INCONCLUSIVE, Effect.PASSED, Effect.NOT_JUDGED);
    return all.stream()
        .filter(guard -> names.contains(guard.check()))
        .min(Comparator.comparingInt(guard -> order.indexOf(guard.outcome())))
        .map(guard -> guard.asCheck(check))
        .orElseGet(
            () ->
                new Effect.Check(
                    check, null, null, Effect.NOT_JUDGED, "There is nothing to look at."));
  }
}
