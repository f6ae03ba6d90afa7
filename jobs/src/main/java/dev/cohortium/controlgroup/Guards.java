package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
    Optional<Study.DesignControlGroup> design =
        sample
            .study()
            .designControlGroup()
            .filter(d -> d.experiment().equals(sample.experiment().id()));
    double chance = design.map(Study.DesignControlGroup::power).orElse(0.8);
    double effect = design.map(Study.DesignControlGroup::effect).orElse(0.05);
    Power power = Power.of(headline, sample.sums(), pairs, chance);
    double target = effect * power.baseline();
    all.add(
        Guard.ofAll(
            sample.named(POWER, place),
            power.effect().isPresent() ? (Double) power.effect().getAsDouble() : null,
            target,
            null,
            Effect.NOT_JUDGED,
            String.format(
                Locale.ROOT,
                "The smallest effect on the headline metric that a window of %d months sees with a chance of %.0f %%; the target, %.1f %% of the mean%s, %s",
                place.span(),
                100 * chance,
                100 * effect,
                design.isPresent() ? "" : " (as no design tells it)",
                reached(power, target, place.span()))));
  }

  /**
   * When the target is reached, if customers go on to be assigned as in the months after the first.
   */
  private String reached(Power power, double target, int span) {
    if (power.effect().isEmpty() || !(target > 0)) {
      return "cannot be judged: the metric does not vary, or the arms are too small.";
    }
    double ratio = power.effect().getAsDouble() / target;
    if (ratio <= 1) {
      return "is reached.";
    }
    List<Cell> measured = sample.complete(span);
    int asOf = sample.history().asOf();
    int first = measured.stream().mapToInt(Cell::assigned).min().orElseThrow();
    double later =
        measured.stream().filter(cell -> cell.assigned() > first).mapToLong(Cell::customers).sum();
    double needed = (ratio * ratio - 1) * measured.stream().mapToLong(Cell::customers).sum();
    if (later == 0) {
      return String.format(Locale.ROOT, "needs %.1f times as many customers.", ratio * ratio);
    }
    // The first month brings who was there already; the pace is that of those who came after.
    double more = Math.ceil(needed * (asOf - span - first) / later);
    return more > 600
        ? "is not reached within 50 years at the pace of the months after the first."
        : "is reached in "
            + Months.of(asOf + (int) more)
            + " at the pace of the months after the first.";
  }

  // --- what touches an effect ---

  /** The checks that are those of the experiment, of an effect on what these metrics make. */
  List<Effect.Check> of(Place place, List<String> metrics) {
    return List.of(
        worst(SampleRatios.NAME, List.of(SampleRatios.NAME, SampleRatios.name(place))),
        worst(Roster.ASSIGNED_FIRST, List.of(Roster.ASSIGNED_FIRST)),
        worst(Roster.ATTRITION, List.of(Roster.ATTRITION)),
        worst(Contamination.NAME, Contamination.names(place.span())),
        worst(
            BalanceBefore.NAME,
            metrics.stream().map(metric -> BalanceBefore.name(sample, place, metric)).toList()));
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
