package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** An experiment with the sums over its customers: what guards and effects are told from. */
final class Sample {
  private final Study study;
  private final Experiment experiment;
  private final Sums sums;
  private final List<Cell> cells;
  private final History history;
  private final List<Cell> whole;
  private final Map<List<Object>, List<Cell>> byPlace;

  /** Of an experiment's cells, by segment and in all. */
  Sample(Study study, Experiment experiment, Sums sums, List<Cell> cells, History history) {
    this.study = study;
    this.experiment = experiment;
    this.sums = sums;
    this.cells = List.copyOf(cells);
    this.history = history;
    this.whole = this.cells.stream().filter(Cell::isWhole).toList();
    this.byPlace =
        this.cells.stream()
            .collect(Collectors.groupingBy(c -> List.of(c.segmentBy(), c.segment(), c.span())));
  }

  Study study() {
    return study;
  }

  Experiment experiment() {
    return experiment;
  }

  Sums sums() {
    return sums;
  }

  History history() {
    return history;
  }

  List<Cell> cells() {
    return cells;
  }

  /** Lengths of the windows, ascending. */
  List<Integer> spans() {
    return study.controlGroup().orElseThrow().horizons();
  }

  /** Everybody who is assigned, once. */
  List<Cell> everybody() {
    return ofShortest(whole);
  }

  /** Everybody once in each segment. */
  List<Cell> bySegment() {
    return ofShortest(cells.stream().filter(cell -> !cell.isWhole()).toList());
  }

  private List<Cell> ofShortest(List<Cell> of) {
    int shortest = spans().get(0);
    return of.stream().filter(cell -> cell.span() == shortest).toList();
  }

  /** The customers whose window of so many months is known. */
  List<Cell> complete(int span) {
    return whole.stream()
        .filter(cell -> cell.span() == span && history.hasAfter(cell.assigned(), span))
        .toList();
  }

  /** Each arm against control, in all. */
  List<Place> places(int span) {
    return everybody().stream()
        .map(Cell::arm)
        .distinct()
        .filter(arm -> !arm.equals(Draw.CONTROL))
        .sorted()
        .map(arm -> new Place(experiment.id(), arm, Cell.ALL, Cell.ALL, span))
        .toList();
  }

  /** The arms of a place by stratum. */
  List<Pair> pairs(Place place) {
    return Pair.of(place, at(place), history);
  }

  /** The cells of all arms of a place. */
  private List<Cell> at(Place place) {
    return byPlace.getOrDefault(
        List.of(place.segmentBy(), place.segment(), place.span()), List.of());
  }

  /** The pairs of a place that tell an error. */
  List<Pair> wholePairs(Place place) {
    return pairs(place).stream().filter(Pair::isWhole).toList();
  }

  /** The share of the customers of a place whose window before the panel has, too. */
  double shareWithWindowBefore(Place place) {
    List<Cell> known =
        at(place).stream()
            .filter(cell -> history.hasBefore(cell.assigned(), place.span()))
            .toList();
    long all = Pair.together(pairs(place)).customers();
    return all == 0 ? 0 : Pair.together(Pair.of(place, known, history)).customers() / (double) all;
  }

  /** Lengths of the windows over which something can be compared. */
  List<Integer> comparable() {
    return spans().stream()
        .filter(span -> places(span).stream().anyMatch(place -> !wholePairs(place).isEmpty()))
        .toList();
  }

  /** The name of a check of an arm, where there are several. */
  String named(String check, Place place) {
    return places(place.span()).size() > 1 ? check + "_" + place.arm() : check;
  }
}
