package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.table.Enrolments;
import java.util.Optional;

/** Why effects of an experiment are not measured. */
final class Reasons {
  private final Sample sample;
  private final Study study;
  private final History history;
  private final Numbered numbered;

  /** Of an experiment. */
  Reasons(Sample sample, Numbered numbered) {
    this.sample = sample;
    this.study = sample.study();
    this.history = sample.history();
    this.numbered = numbered;
  }

  /** Why nobody of the experiment can be compared. */
  String nobody() {
    Experiment experiment = sample.experiment();
    return experiment.known() == 0
        ? String.format(
            "Of %d customers in the experiment %d were assigned after as-of, and of %d nobody knows when.",
            experiment.assigned(), experiment.later(), experiment.untimed())
        : "The experiment has no arm besides control.";
  }

  /** Why a place cannot be measured; empty: it can. */
  Optional<String> of(Place place, Comparison comparison) {
    return sample.complete(place.span()).isEmpty()
        ? Optional.of(incomplete(place))
        : comparison.tooFew(study.privacy().smallestCell());
  }

  private String incomplete(Place place) {
    int first = sample.cells().stream().mapToInt(Cell::assigned).min().orElseThrow();
    return first + place.span() > history.asOf()
        ? String.format(
            "The first customers were assigned in %s: their window of %d months ends in %s, after as-of, %s.",
            Months.of(first),
            place.span(),
            Months.of(first + place.span()),
            Months.of(history.asOf()))
        : String.format(
            "The panel begins in %s: it has no whole window of customers who were assigned in %s or later.",
            Months.of(history.first()), Months.of(first));
  }

  /** Why a metric cannot be measured in a place that can; empty: it can. */
  Optional<String> of(Place place, Measured measured) {
    if (measured.isCapped()) {
      return numbered.uncapped(
          new Numbered.Window(place.experiment(), place.span()), measured.quantity());
    }
    return measured.quantity() == Quantity.CHURNED_RATE ? churnUnseen(place) : Optional.empty();
  }

  /** Why nobody knows who has churned: the months that tell lie before the panel, or too far. */
  private Optional<String> churnUnseen(Place place) {
    int longest = sample.spans().get(sample.spans().size() - 1);
    if (!history.remembersChurn(longest)) {
      return Optional.of(
          String.format(
              "Who has churned is not seen over %d months besides windows of %d: both together may be %d.",
              history.inactiveMonths(), longest, Windows.MOST_BITS + 1));
    }
    int from =
        sample.complete(place.span()).stream()
            .mapToInt(cell -> history.churnSeenFrom(cell.assigned()))
            .min()
            .orElseThrow();
    return from >= history.first()
        ? Optional.empty()
        : Optional.of(
            String.format(
                "Who has churned is known from orders since %s: the panel begins in %s.",
                Months.of(from), Months.of(history.first())));
  }

  /** Why nobody knows who joined; empty: somebody does. */
  Optional<String> joinersUnknown() {
    return study.sources().containsKey(Enrolments.TABLE.name())
        ? Optional.empty()
        : Optional.of("Nothing tells who joined: sources.enrolments is missing.");
  }
}
