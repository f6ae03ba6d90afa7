package dev.cohortium.controlgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** The two arms of a comparison in a stratum. */
record Pair(String stratum, Cell treated, Cell control) {
  private static final int LEAST = 2;

  /** The pairs of a place, by stratum, over all months whose window the panel has. */
  static List<Pair> of(Place place, List<Cell> cells, History history) {
    Predicate<Cell> isHere =
        cell ->
            cell.experiment().equals(place.experiment())
                && cell.span() == place.span()
                && cell.segmentBy().equals(place.segmentBy())
                && cell.segment().equals(place.segment())
                && history.hasAfter(cell.assigned(), place.span());
    Map<String, List<Cell>> strata = new TreeMap<>();
    cells.stream()
        .filter(isHere)
        .forEach(cell -> strata.computeIfAbsent(cell.stratum(), s -> new ArrayList<>()).add(cell));
    return strata.entrySet().stream()
        .map(
            entry ->
                new Pair(
                    entry.getKey(),
                    arm(entry.getValue(), place.arm()),
                    arm(entry.getValue(), Draw.CONTROL)))
        .filter(pair -> pair.customers() > 0)
        .toList();
  }

  private static Cell arm(List<Cell> cells, String arm) {
    return Cell.together(cells.stream().filter(cell -> cell.arm().equals(arm)).toList());
  }

  /** The arms of all strata together. */
  static Pair together(List<Pair> pairs) {
    return new Pair(
        Cell.ALL,
        Cell.together(pairs.stream().map(Pair::treated).toList()),
        Cell.together(pairs.stream().map(Pair::control).toList()));
  }

  /** The mean of an arm, strata weighted by the customers of both; of nobody not a number. */
  static double mean(List<Pair> pairs, Function<Pair, Cell> arm, String term) {
    double sum = 0;
    double customers = 0;
    for (Pair pair : pairs) {
      sum += pair.customers() * arm.apply(pair).mean(term);
      customers += pair.customers();
    }
    return customers == 0 ? Double.NaN : sum / customers;
  }

  long customers() {
    return treated.customers() + control.customers();
  }

  /** Whether each arm has customers enough for an error. */
  boolean isWhole() {
    return treated.customers() >= LEAST && control.customers() >= LEAST;
  }
}
