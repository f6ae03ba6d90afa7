package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Effect.Found;
import dev.cohortium.evidence.Families;
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
          "A",
          List.of(Guards.SAMPLE_RATIO, Guards.CONTAMINATION),
          "D",
          List.of(Guards.SAMPLE_RATIO));

  private final Study study;
  private final Experiment experiment;
  private final Guards guards;
  private final List<Cell> cells;
  private final Sums sums;
  private final Numbered numbered;
  private final Lines lines;
  private final int asOf;
  private final List<Effect> effects = new ArrayList<>();

  /** Of an experiment's cells. */
  Measuring(
      Study study,
      Experiment experiment,
      Guards guards,
      List<Cell> cells,
      Sums sums,
      Numbered numbered,
      Lines lines) {
    this.study = study;
    this.experiment = experiment;
    this.guards = guards;
    this.cells = cells;
    this.sums = sums;
    this.numbered = numbered;
    this.lines = lines;
    this.asOf = Months.number(study.asOf().orElseThrow());
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
    List<Pair> pairs = Pair.of(place, cells, asOf);
    Comparison comparison = new Comparison(place, pairs, sums, lines, looks(place));
    Optional<String> reason = Optional.ofNullable(incomplete(place, comparison));
    for (int i = 0; i < sums.measured().size(); i++) {
      Measured measured = sums.measured().get(i);
      if (study.metrics().contains(measured.quantity().word())) {
        measure(place, comparison, i, reason.or(() -> uncapped(place, measured)));
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
      Effect effect =
          effect(
              key(place, method, measured.variant(), measured.quantity().word()),
              measured.quantity().unit(),
              reason.map(Found::nothing).orElseGet(() -> estimator.apply(metric)),
              comparison.all());
      guards
          .of(place, measured.quantity().word(), Optional.of(comparison.all()), metric)
          .forEach(effect::check);
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
      guards.of(place, Quantity.NET_REVENUE.word(), Optional.empty(), -1).forEach(effect::check);
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

  private Comparison.Looks looks(Place place) {
    List<Cell> here =
        cells.stream()
            .filter(Cell::isWhole)
            .filter(cell -> cell.span() == place.span())
            .filter(cell -> cell.arm().equals(place.arm()) || cell.arm().equals(Draw.CONTROL))
            .toList();
    boolean isArriving = here.stream().map(Cell::assigned).distinct().count() > 1;
    return new Comparison.Looks(
        isArriving, Math.max(2, here.stream().mapToLong(Cell::customers).sum()));
  }

  // --- reasons ---

  /** Why a place cannot be measured; null: it can. */
  private String incomplete(Place place, Comparison comparison) {
    boolean isComplete =
        cells.stream().anyMatch(c -> c.span() == place.span() && c.assigned() + c.span() <= asOf);
    if (!isComplete) {
      int first = cells.stream().mapToInt(Cell::assigned).min().orElseThrow();
      return String.format(
          "The first customers were assigned in %s: their window of %d months ends in %s, after as-of, %s.",
          Months.of(first), place.span(), Months.of(first + place.span()), Months.of(asOf));
    }
    return comparison.tooFew();
  }

  private Optional<String> uncapped(Place place, Measured measured) {
    boolean hasCap =
        numbered
            .cap(new Numbered.Window(place.experiment(), place.span()), measured.quantity())
            .isPresent();
    return measured.isCapped() && !hasCap
        ? Optional.of("Fewer than 200 customers bought before: there is no cap.")
        : Optional.empty();
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
      guards.of(place, study.headline().metric(), Optional.empty(), -1).forEach(effect::check);
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
            .filter(c -> c.span() == effect.key().months() && c.assigned() + c.span() <= asOf)
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
