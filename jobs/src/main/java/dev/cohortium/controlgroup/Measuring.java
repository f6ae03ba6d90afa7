package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Effect.Found;
import dev.cohortium.evidence.Families;
import dev.cohortium.table.Enrolments;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.spark.sql.Row;

/** The effects of one experiment, with what was checked of them (methods.md 6, 9, 10). */
final class Measuring {
  private static final String ITT = "itt";
  private static final String CACE = "cace";
  private static final Effect.Grading GRADING =
      new Effect.Grading(
          "A", List.of(SampleRatios.NAME, Contamination.NAME), "D", List.of(SampleRatios.NAME));

  private final Sample sample;
  private final Study study;
  private final Experiment experiment;
  private final Guards guards;
  private final List<Cell> cells;
  private final Sums sums;
  private final History history;
  private final Numbered numbered;
  private final Lines lines;
  private final List<Effect> effects = new ArrayList<>();

  /** Of an experiment. */
  Measuring(Sample sample, Guards guards, Numbered numbered, Lines lines) {
    this.sample = sample;
    this.study = sample.study();
    this.experiment = sample.experiment();
    this.guards = guards;
    this.cells = sample.cells();
    this.sums = sample.sums();
    this.history = sample.history();
    this.numbered = numbered;
    this.lines = lines;
  }

  /** How an effect is found. */
  private enum Method {
    ITT_PLAIN("control_group_itt", ITT),
    ITT_CUPED("control_group_itt_cuped", ITT),
    ITT_LIN("control_group_itt_lin", ITT),
    CACE_JOINED("control_group_cace", CACE);

    private final String word;
    private final String estimand;

    Method(String word, String estimand) {
      this.word = word;
      this.estimand = estimand;
    }
  }

  /** The places of an experiment's cells: each arm against control, each segment and window. */
  static List<Place> places(List<Cell> cells) {
    List<String> arms =
        cells.stream()
            .map(Cell::arm)
            .distinct()
            .filter(arm -> !arm.equals(Draw.CONTROL))
            .sorted()
            .toList();
    Set<Place> places = new LinkedHashSet<>();
    for (Cell cell : cells) {
      for (String arm : arms) {
        places.add(
            new Place(cell.experiment(), arm, cell.segmentBy(), cell.segment(), cell.span()));
      }
    }
    return List.copyOf(places);
  }

  /** All effects, judged. */
  List<Effect> effects() {
    List<Place> places = places(cells);
    if (places.isEmpty()) {
      nobody();
      return effects;
    }
    places.forEach(this::measure);
    adjust();
    return effects;
  }

  private void measure(Place place) {
    Comparison comparison = new Comparison(place, sample.pairs(place), sums, lines, looks(place));
    Optional<String> reason = Optional.ofNullable(incomplete(place, comparison));
    for (int i = 0; i < sums.measured().size(); i++) {
      Measured measured = sums.measured().get(i);
      if (study.metrics().contains(measured.quantity().word())) {
        measure(
            place,
            comparison,
            i,
            reason
                .or(() -> uncapped(place, measured))
                .or(() -> churnUnseen(place, measured.quantity())));
      }
    }
    if (study.metrics().contains(Quantity.AVERAGE_RECEIPT)) {
      measureRatio(place, comparison, reason);
    }
  }

  private void measure(Place place, Comparison comparison, int metric, Optional<String> reason) {
    Measured measured = sums.measured().get(metric);
    for (Method method : Method.values()) {
      IntFunction<Found> estimator =
          switch (method) {
            case ITT_PLAIN -> comparison::itt;
            case ITT_CUPED -> comparison::cuped;
            case ITT_LIN -> comparison::lin;
            case CACE_JOINED -> comparison::cace;
          };
      Optional<String> own =
          method == Method.CACE_JOINED ? reason.or(this::joinersUnknown) : reason;
      Effect effect =
          effect(
              key(place, method, measured.variant(), measured.quantity().word()),
              measured.quantity().unit(),
              own.map(Found::nothing).orElseGet(() -> estimator.apply(metric)),
              comparison.all());
      checks(effect, place, comparison, method, measured.quantity().word());
      if (comparison.all().isWhole()) {
        effect.check(comparison.checks().skew(metric));
      }
      if (method == Method.CACE_JOINED && own.isEmpty()) {
        effect.check(OwnChecks.firstStage(comparison.compliers(metric)));
      }
      if (measured.quantity() == Quantity.MARGIN) {
        costUnknown(effect, comparison.all());
      }
    }
  }

  private void measureRatio(Place place, Comparison comparison, Optional<String> reason) {
    for (Method method : List.of(Method.ITT_PLAIN, Method.ITT_CUPED)) {
      Effect effect =
          effect(
              key(place, method, "raw", Quantity.AVERAGE_RECEIPT),
              "of the study's currency per order",
              reason
                  .map(Found::nothing)
                  .orElseGet(
                      () ->
                          method == Method.ITT_PLAIN
                              ? comparison.ratio()
                              : comparison.cupedRatio()),
              comparison.all());
      checks(effect, place, comparison, method, Quantity.NET_REVENUE.word());
    }
  }

  private void checks(
      Effect effect, Place place, Comparison comparison, Method method, String metric) {
    guards.of(place, metric).forEach(effect::check);
    effect.check(comparison.checks().strataLeftOut());
    if (method == Method.ITT_CUPED || method == Method.ITT_LIN) {
      effect.check(OwnChecks.windowBefore(sample.shareWithWindowBefore(place), history));
    }
  }

  private Effect effect(Effect.Key key, String unit, Found found, Pair arms) {
    Effect effect =
        new Effect(
            key, unit, GRADING, found, arms.treated().customers(), arms.control().customers());
    effects.add(effect);
    return effect;
  }

  private Effect.Key key(Place place, Method method, String variant, String metric) {
    return new Effect.Key(
        experiment.program(),
        experiment.id(),
        place.arm(),
        method.word,
        method.estimand,
        variant,
        metric,
        place.segmentBy(),
        place.segment(),
        place.span());
  }

  private static void costUnknown(Effect effect, Pair arms) {
    Cell all = arms.treated().plus(arms.control());
    if (all.sum("margin_unknown") > 0) {
      effect.unsupported(
          String.format(
              java.util.Locale.ROOT,
              "The cost of some receipts is not known: %.1f %% of the customers have a month without a margin.",
              100 * all.mean("margin_unknown")));
    }
  }

  /** How an arm is looked at, as far as it can by what no later look changes. */
  private Comparison.Looks looks(Place place) {
    List<Cell> here =
        cells.stream()
            .filter(cell -> cell.span() == place.span())
            .filter(cell -> cell.arm().equals(place.arm()) || cell.arm().equals(Draw.CONTROL))
            .toList();
    int first = here.stream().mapToInt(Cell::assigned).min().orElse(0);
    boolean isSeenArriving =
        experiment.isDrawnHere() || here.stream().anyMatch(cell -> cell.assigned() > first);
    List<Cell> ofFirst = here.stream().filter(cell -> cell.assigned() == first).toList();
    double all = customers(ofFirst, Cell.ALL, Cell.ALL);
    double share = all == 0 ? 0 : customers(ofFirst, place.segmentBy(), place.segment()) / all;
    Optional<Study.Experiment> asked =
        Optional.ofNullable(study.controlGroup().orElseThrow().experiments().get(experiment.id()));
    double planned = asked.flatMap(Study.Experiment::planned).map(Integer::doubleValue).orElse(all);
    return new Comparison.Looks(
        asked
            .flatMap(Study.Experiment::arrivals)
            .map(Study.Arrivals.MONTHLY::equals)
            .orElse(isSeenArriving),
        Math.max(2, Math.round(share * planned)));
  }

  private static double customers(List<Cell> cells, String segmentBy, String segment) {
    return cells.stream()
        .filter(cell -> cell.segmentBy().equals(segmentBy) && cell.segment().equals(segment))
        .mapToLong(Cell::customers)
        .sum();
  }

  // --- reasons ---

  /** Why a place cannot be measured; null: it can. */
  private String incomplete(Place place, Comparison comparison) {
    if (!sample.complete(place.span()).isEmpty()) {
      return comparison.tooFew(study.privacy().smallestCell());
    }
    int first = cells.stream().mapToInt(Cell::assigned).min().orElseThrow();
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

  private Optional<String> uncapped(Place place, Measured measured) {
    return measured.isCapped()
        ? numbered.uncapped(
            new Numbered.Window(place.experiment(), place.span()), measured.quantity())
        : Optional.empty();
  }

  private Optional<String> joinersUnknown() {
    return study.sources().containsKey(Enrolments.TABLE.name())
        ? Optional.empty()
        : Optional.of("Nothing tells who joined: sources.enrolments is missing.");
  }

  /** Why nobody knows who has churned: the months that tell lie before the panel, or too far. */
  private Optional<String> churnUnseen(Place place, Quantity quantity) {
    if (quantity != Quantity.CHURNED_RATE) {
      return Optional.empty();
    }
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

  /** The headline of an experiment in which nobody can be compared. */
  private void nobody() {
    String reason =
        experiment.known() == 0
            ? String.format(
                "Of %d customers in the experiment %d were assigned after as-of, and of %d nobody knows when.",
                experiment.assigned(), experiment.later(), experiment.untimed())
            : "The experiment has no arm besides control.";
    Cell none = Cell.together(List.of());
    for (int months : study.controlGroup().orElseThrow().horizons()) {
      Place place =
          new Place(experiment.id(), dev.cohortium.table.Effects.NONE, Cell.ALL, Cell.ALL, months);
      Effect effect =
          effect(
              key(place, Method.ITT_PLAIN, "raw", study.headline().metric()),
              Quantity.of(study.headline().metric())
                  .map(Quantity::unit)
                  .orElse("of the study's currency per order"),
              Found.nothing(reason),
              new Pair(Cell.ALL, none, none));
      guards.of(place, study.headline().metric()).forEach(effect::check);
    }
  }

  // --- families ---

  private void adjust() {
    Families.holm(
        effects,
        key ->
            List.of(
                key.method(),
                key.estimand(),
                key.variant(),
                key.metric(),
                key.segmentBy(),
                key.segment(),
                key.months()));
    Families.adjust(
        effects.stream().filter(e -> e.key().segmentBy().equals(Cell.ALL)).toList(),
        key -> List.of(key.arm(), key.method(), key.estimand(), key.variant(), key.months()));
    Families.adjust(
        effects.stream().filter(e -> !e.key().segmentBy().equals(Cell.ALL)).toList(),
        key ->
            List.of(
                key.arm(),
                key.method(),
                key.estimand(),
                key.variant(),
                key.months(),
                key.metric(),
                key.segmentBy()));
  }

  // --- rows ---

  /** The row of table effects. */
  Row row(Effect effect, LocalDate day, String runId) {
    List<Integer> months =
        cells.stream()
            .filter(c -> c.span() == effect.key().months())
            .filter(c -> history.hasAfter(c.assigned(), c.span()))
            .map(Cell::assigned)
            .sorted()
            .toList();
    return effect.row(
        ControlGroupJob.NAME,
        months.isEmpty() ? null : Months.firstDay(months.get(0) + 1),
        months.isEmpty()
            ? null
            : Months.lastDay(months.get(months.size() - 1) + effect.key().months()),
        day,
        runId);
  }
}
