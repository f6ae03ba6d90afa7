package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.stats.ConfidenceSequence;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Interval;
import dev.cohortium.stats.PeekingLevels;
import java.util.List;
import java.util.Optional;

/**
 * How often an estimate is looked at, as far as it can by what no later look changes.
 *
 * <p>Customers arrive month by month where design-control-group drew them, which adds the new at
 * every run, or where the study says so; what the assignments look like never decides, since that
 * may change. Otherwise the same customers are looked at month after month, and who was assigned
 * later makes a look of its own.
 *
 * @param isArriving whether customers arrive with complete windows month by month
 * @param planned customers of both arms at which intervals of arriving ones are closest
 * @param look at the same customers, from 1: months from the first assignment to the end of the
 *     last complete window
 */
record Looks(boolean isArriving, long planned, int look) {
  private static final double ALPHA = 0.05;

  /** Of a place. */
  static Looks of(Sample sample, Place place) {
    List<Cell> here =
        sample.cells().stream()
            .filter(cell -> cell.span() == place.span())
            .filter(cell -> cell.arm().equals(place.arm()) || cell.arm().equals(Draw.CONTROL))
            .toList();
    int first = here.stream().mapToInt(Cell::assigned).min().orElse(0);
    List<Cell> ofFirst = here.stream().filter(cell -> cell.assigned() == first).toList();
    Experiment experiment = sample.experiment();
    Optional<Study.Experiment> asked =
        Optional.ofNullable(
            sample.study().controlGroup().orElseThrow().experiments().get(experiment.id()));
    return new Looks(
        asked
            .flatMap(Study.Experiment::arrivals)
            .map(Study.Arrivals.MONTHLY::equals)
            .orElse(!experiment.drawn().isEmpty()),
        planned(ofFirst, place, asked.flatMap(Study.Experiment::planned)),
        lastComplete(here, sample.history(), first) - first + place.span());
  }

  /** The last month of assignment whose windows are complete; of none the first. */
  private static int lastComplete(List<Cell> here, History history, int first) {
    return here.stream()
        .filter(cell -> history.hasAfter(cell.assigned(), cell.span()))
        .mapToInt(Cell::assigned)
        .max()
        .orElse(first);
  }

  /** Of a segment its share of the first month's customers, as far as they stay in it. */
  private static long planned(List<Cell> ofFirst, Place place, Optional<Integer> asked) {
    double all = customers(ofFirst, Cell.ALL, Cell.ALL);
    double share = all == 0 ? 0 : customers(ofFirst, place.segmentBy(), place.segment()) / all;
    return Math.max(2, Math.round(share * asked.map(Integer::doubleValue).orElse(all)));
  }

  private static double customers(List<Cell> cells, String segmentBy, String segment) {
    return cells.stream()
        .filter(cell -> cell.segmentBy().equals(segmentBy) && cell.segment().equals(segment))
        .mapToLong(Cell::customers)
        .sum();
  }

  /** The level at which an interval holds at all looks together. */
  double level(long customers) {
    return isArriving
        ? new ConfidenceSequence(ALPHA, planned).level(customers)
        : 1 - new PeekingLevels(ALPHA).level(look);
  }

  /** The interval of an estimate that holds at all looks together. */
  Interval interval(Estimate estimate, long customers) {
    return isArriving
        ? new ConfidenceSequence(ALPHA, planned).interval(estimate, customers)
        : new PeekingLevels(ALPHA).interval(estimate, look);
  }
}
