package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.config.Study.DesignControlGroup;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.CustomerMonths;
import java.sql.Date;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** What a drawn control group will be able to see, by what its customers did up to as-of. */
final class Sizes {
  private static final int INACTIVE_MONTHS = 6;

  private final Frames in;
  private final Study study;
  private final DesignControlGroup design;
  private final Sums sums;

  /** Of the study's design, on its metrics. */
  Sizes(Frames in, Study study) {
    this.in = in;
    this.study = study;
    this.design = study.designControlGroup().orElseThrow();
    this.sums = new Sums(Measured.of(study.metrics(), false));
  }

  /** Name and value of a segment. */
  private record Segment(String by, String value) implements Comparable<Segment> {
    @Override
    public int compareTo(Segment other) {
      return (by + "\u001f" + value).compareTo(other.by + "\u001f" + other.value);
    }
  }

  /**
   * The rows of table control_group_design.
   *
   * @param assigned one row per customer of the experiment, as {@link Windows#visits} wants them
   * @param segments of the customers
   * @param months lengths of the windows that the panel has
   */
  List<Row> rows(Dataset<Row> assigned, Segments segments, List<Integer> months) {
    if (months.isEmpty()) {
      return List.of();
    }
    Windows windows =
        new Windows(
            months.stream().map(Span::upTo).toList(),
            study.cohorts().map(Study.Cohorts::inactiveMonths).orElse(INACTIVE_MONTHS),
            Months.number(study.asOf().orElseThrow()));
    Dataset<Row> byWindow =
        windows.byWindow(windows.customers(windows.visits(assigned, in.get(CustomerMonths.TABLE))));
    List<Cell> cells = sums.of(Numbered.uncapped(sums.measured()).in(byWindow), segments);
    Map<Segment, List<Cell>> bySegment =
        cells.stream()
            .collect(
                Collectors.groupingBy(
                    cell -> new Segment(cell.segmentBy(), cell.segment()),
                    TreeMap::new,
                    Collectors.toList()));
    List<Row> rows = new ArrayList<>();
    bySegment.forEach(
        (segment, of) ->
            study.metrics().forEach(metric -> rows.add(row(segment, of, months, metric))));
    return rows;
  }

  private Row row(Segment segment, List<Cell> cells, List<Integer> months, String metric) {
    List<Power> powers = months.stream().map(length -> power(cells, length, metric)).toList();
    int shown = shown(months);
    Power power = powers.get(shown);
    List<Cell> customers = cells.stream().filter(cell -> cell.span() == months.get(shown)).toList();
    double target = design.effect() * power.baseline();
    OptionalLong reached = Power.shortest(months, powers, design);
    return RowFactory.create(
        design.experiment(),
        segment.by(),
        segment.value(),
        customers.stream().mapToLong(Cell::customers).sum(),
        customers(customers, Draw.CONTROL),
        customers(customers, Draw.TREATMENT),
        metric,
        months.get(shown),
        power.baseline(),
        power.correlation(),
        orNull(power.effect()),
        orNull(power.unadjusted()),
        target,
        reached.isPresent() ? (Integer) (int) reached.getAsLong() : null,
        orNull(power.share(target)),
        Date.valueOf(study.asOf().orElseThrow().atEndOfMonth()),
        in.run().id());
  }

  private Power power(List<Cell> cells, int length, String metric) {
    Cell any = cells.get(0);
    Place place =
        new Place(any.experiment(), Draw.TREATMENT, any.segmentBy(), any.segment(), length);
    return Power.of(metric, sums, Pair.of(place, cells, History.EVERY_MONTH), design.power());
  }

  private static long customers(List<Cell> cells, String arm) {
    return cells.stream().filter(cell -> cell.arm().equals(arm)).mapToLong(Cell::customers).sum();
  }

  /** The headline's window, or the longest that is shorter. */
  private int shown(List<Integer> months) {
    int place = 0;
    for (int i = 0; i < months.size(); i++) {
      place = months.get(i) <= study.headline().horizon() ? i : place;
    }
    return place;
  }

  private static Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
