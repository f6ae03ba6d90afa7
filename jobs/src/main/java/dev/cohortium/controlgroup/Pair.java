package dev.cohortium.controlgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The two arms of a comparison in a stratum.
 *
 * @param size customers of the stratum in all arms of the experiment, which it counts by: so
 *     effects of several arms are of the same customers
 */
record Pair(String stratum, long size, Cell treated, Cell control) {
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
                    Cell.together(entry.getValue()).customers(),
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
        pairs.stream().mapToLong(Pair::size).sum(),
        Cell.together(pairs.stream().map(Pair::treated).toList()),
        Cell.together(pairs.stream().map(Pair::control).toList()));
  }

  /** The mean of an arm, strata weighted by their sizes; of nobody not a number. */
  static double mean(List<Pair> pairs, Function<Pair, Cell> arm, String term) {
    double[] shares = shares(pairs);
    double sum = 0;
    for (int i = 0; i < shares.length; i++) {
      sum += shares[i] * arm.apply(pairs.get(i)).mean(term);
    }
    return shares.length == 0 ? Double.NaN : sum;
  }

  /** What each counts by: its size over that of all. */
  static double[] shares(List<Pair> pairs) {
    double all = pairs.stream().mapToLong(Pair::size).sum();
    return pairs.stream().mapToDouble(pair -> pair.size() / all).toArray();
  }

  /** Customers of the two arms. */
  long customers() {
    return treated.customers() + control.customers();
  }

  /** Whether each arm has customers enough for an error. */
  boolean isWhole() {
    return treated.customers() >= LEAST && control.customers() >= LEAST;
  }
}
