package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** An experiment's cells, written down or summed from customers that a test makes. */
final class Cells {
  private final Study study;
  private final Sums sums;
  private final List<Cell> cells = new ArrayList<>();

  /** Of a study's metrics, none of them capped. */
  Cells(Study study) {
    this.study = study;
    this.sums = new Sums(Measured.of(study.metrics(), false));
  }

  /**
   * Cells as written down: a table of arm, assigned, stratum, segment (all, or name=value),
   * customers, and sums by their term. Of each length of a window.
   */
  Cells written(String table) {
    List<List<String>> lines =
        table.lines().map(line -> List.of(line.strip().split("\\s*\\|\\s*"))).toList();
    List<String> header = lines.get(0);
    for (List<String> line : lines.subList(1, lines.size())) {
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < header.size(); i++) {
        row.put(header.get(i), line.get(i));
      }
      add(row);
    }
    return this;
  }

  private void add(Map<String, String> row) {
    Map<String, Double> terms = new TreeMap<>();
    row.keySet().stream().skip(5).forEach(t -> terms.put(t, Double.parseDouble(row.get(t))));
    add(
        row.get("arm"),
        row.get("assigned"),
        row.get("stratum"),
        row.get("segment"),
        Long.parseLong(row.get("customers")),
        terms);
  }

  private void add(
      String arm,
      String assigned,
      String stratum,
      String segment,
      long customers,
      Map<String, Double> terms) {
    String[] place =
        segment.equals(Cell.ALL) ? new String[] {Cell.ALL, Cell.ALL} : segment.split("=");
    int month = Months.number(YearMonth.parse(assigned));
    for (int span : study.controlGroup().orElseThrow().horizons()) {
      cells.add(new Cell("offer", arm, month, stratum, span, place[0], place[1], customers, terms));
    }
  }

  /**
   * Customers of an arm.
   *
   * @param customer of each number, what is measured after and before, in turn, and the share of
   *     its months as a member
   */
  Cells made(
      String arm, String assigned, String stratum, int customers, IntFunction<double[]> customer) {
    Map<String, Double> terms = new TreeMap<>();
    for (int i = 0; i < customers; i++) {
      addTo(terms, customer.apply(i));
    }
    add(arm, assigned, stratum, Cell.ALL, customers, terms);
    return this;
  }

  private static void addTo(Map<String, Double> terms, double[] values) {
    Map<String, Double> named = new TreeMap<>();
    for (int i = 0; i < values.length - 1; i++) {
      named.put((i % 2 == 0 ? "y" : "x") + i / 2, values[i]);
      terms.merge(Sums.cube(i / 2), i % 2 == 0 ? Math.pow(values[i], 3) : 0, Double::sum);
    }
    double membership = values[values.length - 1];
    named.put(Windows.MEMBERSHIP, membership);
    named.put(Windows.TREATED, Math.ceil(membership));
    named.forEach((one, value) -> terms.merge(one, value, Double::sum));
    named.forEach(
        (one, value) ->
            named.forEach(
                (other, by) -> {
                  if (one.compareTo(other) <= 0) {
                    terms.merge(Sums.product(one, other), value * by, Double::sum);
                  }
                }));
  }

  /** The experiment, drawn elsewhere, whose panel begins in January 2024. */
  Sample sample() {
    return sample("2024-01");
  }

  /** The same with a panel that begins then. */
  Sample sample(String first) {
    long assigned =
        cells.stream()
            .filter(Cell::isWhole)
            .filter(c -> c.span() == study.controlGroup().orElseThrow().horizons().get(0))
            .mapToLong(Cell::customers)
            .sum();
    return sample(
        first, new Experiment("offer", "club", Set.of(Cell.ALL), Map.of(), assigned, 0, 0));
  }

  /** The same of which more is known. */
  Sample sample(String first, Experiment experiment) {
    History history =
        new History(
            Months.number(YearMonth.parse(first)), Months.number(study.asOf().orElseThrow()), 6);
    return new Sample(study, experiment, sums, cells, history);
  }

  /** Its effects, lines without a variance. */
  static List<dev.cohortium.evidence.Effect> effects(Sample sample) {
    Lines lines = new Lines(sample.sums());
    Measuring.places(sample.cells()).forEach(place -> lines.add(place, sample.pairs(place)));
    return new Measuring(
            sample, new Guards(sample), Numbered.uncapped(sample.sums().measured()), lines)
        .effects();
  }

  /** Numbers in turn, the same for each customer of the same number. */
  static double turn(int i, double... values) {
    return values[i % values.length];
  }
}
