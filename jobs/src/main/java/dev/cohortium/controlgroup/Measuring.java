package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Effect.Found;
import dev.cohortium.evidence.Families;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/** The effects of one experiment, with what was checked of them (methods.md 6, 9, 10). */
final class Measuring {
  private static final String ITT = "itt";
  private static final String CACE = "cace";

  /** The variant of an effect for each month as a member. */
  private static final String DOSE = "dose";

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
  private final Reasons reasons;
  private final Lines lines;
  private final List<Effect> effects = new ArrayList<>();

  /** Months of assignment whose window is complete, by its length. */
  private final Map<Integer, IntSummaryStatistics> complete;

  /** Of an experiment. */
  Measuring(Sample sample, Guards guards, Numbered numbered, Lines lines) {
    this.sample = sample;
    this.study = sample.study();
    this.experiment = sample.experiment();
    this.guards = guards;
    this.cells = sample.cells();
    this.sums = sample.sums();
    this.history = sample.history();
    this.reasons = new Reasons(sample, numbered);
    this.lines = lines;
    this.complete =
        cells.stream()
            .filter(cell -> history.hasAfter(cell.assigned(), cell.span()))
            .collect(Collectors.groupingBy(Cell::span, Collectors.summarizingInt(Cell::assigned)));
  }

  /** How an effect is found. */
  private enum Method {
    ITT_PLAIN("control_group_itt", ITT),
    ITT_CUPED("control_group_itt_cuped", ITT),
    ITT_LIN("control_group_itt_lin", ITT),
    CACE_JOINED("control_group_cace", CACE),
    CACE_DOSE("control_group_cace", "cace_per_member_month");

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
    Comparison comparison =
        new Comparison(place, sample.pairs(place), sums, lines, Looks.of(sample, place));
    Optional<String> reason = reasons.of(place, comparison);
    for (int i = 0; i < sums.measured().size(); i++) {
      Measured measured = sums.measured().get(i);
      if (study.metrics().contains(measured.quantity().word())) {
        measure(place, comparison, i, reason.or(() -> reasons.of(place, measured)));
      }
    }
    if (study.metrics().contains(Quantity.AVERAGE_RECEIPT)) {
      measureRatio(place, comparison, reason);
    }
  }

  private void measure(Place place, Comparison comparison, int metric, Optional<String> reason) {
    boolean isCapped = sums.measured().get(metric).isCapped();
    for (Method method : Method.values()) {
      switch (method) {
        case ITT_PLAIN -> measure(place, comparison, metric, method, reason, comparison::itt);
        case ITT_CUPED -> measure(place, comparison, metric, method, reason, comparison::cuped);
        case ITT_LIN -> measure(place, comparison, metric, method, reason, comparison::lin);
        case CACE_JOINED -> cace(place, comparison, metric, method, reason, Windows.TREATED);
        case CACE_DOSE -> {
          if (!isCapped) {
            cace(place, comparison, metric, method, reason, Windows.MEMBERSHIP);
          }
        }
      }
    }
  }

  private void cace(
      Place place,
      Comparison comparison,
      int metric,
      Method method,
      Optional<String> reason,
      String joined) {
    Optional<String> own = reason.or(reasons::joinersUnknown);
    Effect effect =
        measure(place, comparison, metric, method, own, i -> comparison.cace(i, joined));
    if (own.isEmpty()) {
      effect.check(OwnChecks.firstStage(comparison.compliers(metric, joined)));
    }
  }

  private Effect measure(
      Place place,
      Comparison comparison,
      int metric,
      Method method,
      Optional<String> reason,
      IntFunction<Found> estimator) {
    Measured measured = sums.measured().get(metric);
    String word = measured.quantity().word();
    Effect effect =
        effect(
            key(place, method, method == Method.CACE_DOSE ? DOSE : measured.variant(), word),
            measured.quantity().unit(),
            reason.map(Found::nothing).orElseGet(() -> estimator.apply(metric)),
            comparison.all());
    checks(effect, place, comparison, method, List.of(word));
    comparison.checks().skew("", metric).ifPresent(effect::check);
    if (measured.quantity() == Quantity.MARGIN) {
      costUnknown(effect, comparison.all());
    }
    return effect;
  }

  /**
   * The effects on the average receipt. There is none on compliers: the difference divided by the
   * share of joiners weighs them by their orders, and is not that of their receipts.
   */
  private void measureRatio(Place place, Comparison comparison, Optional<String> reason) {
    measureRatio(place, comparison, Method.ITT_PLAIN, reason, comparison::ratio);
    measureRatio(place, comparison, Method.ITT_CUPED, reason, comparison::cupedRatio);
    measureRatio(place, comparison, Method.ITT_LIN, reason, comparison::linRatio);
  }

  private void measureRatio(
      Place place,
      Comparison comparison,
      Method method,
      Optional<String> reason,
      Supplier<Found> estimator) {
    Effect effect =
        effect(
            key(place, method, "raw", Quantity.AVERAGE_RECEIPT),
            "of the study's currency per order",
            reason.or(comparison::tooFewBuyers).map(Found::nothing).orElseGet(estimator),
            comparison.all());
    checks(effect, place, comparison, method, Quantity.behind(Quantity.AVERAGE_RECEIPT));
    comparison
        .checks()
        .skew(
            ", of net revenue and of orders in place of that of the receipt itself",
            sums.place(Quantity.NET_REVENUE),
            sums.place(Quantity.ORDERS))
        .ifPresent(effect::check);
  }

  /** What was checked of metrics that an effect is made of. */
  private void checks(
      Effect effect, Place place, Comparison comparison, Method method, List<String> metrics) {
    guards.of(place, metrics).forEach(effect::check);
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

  /** The headline of an experiment in which nobody can be compared. */
  private void nobody() {
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
              Found.nothing(reasons.nobody()),
              new Pair(Cell.ALL, 0, none, none));
      guards.of(place, Quantity.behind(study.headline().metric())).forEach(effect::check);
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
    IntSummaryStatistics months = complete.get(effect.key().months());
    return effect.row(
        ControlGroupJob.NAME,
        months == null ? null : Months.firstDay(months.getMin() + 1),
        months == null ? null : Months.lastDay(months.getMax() + effect.key().months()),
        day,
        runId);
  }
}
