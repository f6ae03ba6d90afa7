package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.ComparedLife;
import dev.cohortium.stats.InfluenceSums;
import dev.cohortium.stats.JointEffects;
import dev.cohortium.stats.LinearForm;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.WeightedEventStudy;
import dev.cohortium.stats.WeightedLife;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Event studies in which customers count differently, of any number of metrics: one pass over rows
 * for the means, one for the errors. All that is in a row, one customer in some matched sets or in
 * none, is one cluster.
 */
final class Weighted {
  private final Window window;
  private final int metrics;
  private final StaggeredDesign design;
  private final List<Comparison> comparisons;

  /**
   * Of nobody yet.
   *
   * @param joined the joining months of all customers
   * @param metrics their number
   */
  Weighted(Window window, StaggeredDesign design, int[] joined, int metrics) {
    this.window = window;
    this.metrics = metrics;
    this.design = design.with(Base.UNIVERSAL);
    comparisons = comparisons(design, joined);
  }

  /** All that is compared, from either base, once. */
  private static List<Comparison> comparisons(StaggeredDesign design, int[] joined) {
    return Stream.of(Base.UNIVERSAL, Base.VARYING)
        .flatMap(base -> design.with(base).comparisons(IntStream.of(joined)).stream())
        .distinct()
        .sorted(Comparator.comparingInt(Comparison::joined).thenComparingInt(Comparison::month))
        .toList();
  }

  /** Finds who counts in a row. */
  interface Counted extends Serializable {
    List<? extends WeightedLife> of(Row row);
  }

  /** The design, from one base for all months. */
  StaggeredDesign design() {
    return design;
  }

  /** All that is compared, from either base. */
  List<Comparison> comparisons() {
    return comparisons;
  }

  /** What is found, by the order of the metrics. */
  List<Studied> studies(Variant variant, Dataset<Row> rows, Counted counted) {
    WeightedEventStudy.Sums means = means(rows, counted);
    List<Found> found = new ArrayList<>();
    List<Forms> forms = new ArrayList<>();
    for (int metric = 0; metric < metrics; metric++) {
      found.add(new Found(means.study(metric, Base.UNIVERSAL), means.study(metric, Base.VARYING)));
      forms.add(new Forms(found.get(metric).universal.effects(), window));
    }
    List<Errors> errors = errors(rows, counted, found, forms);
    return IntStream.range(0, metrics)
        .mapToObj(at -> studied(variant, found.get(at), forms.get(at), errors.get(at)))
        .toList();
  }

  private WeightedEventStudy.Sums means(Dataset<Row> rows, Counted counted) {
    StaggeredDesign of = design;
    List<Comparison> compared = comparisons;
    int count = metrics;
    return Sweep.of(
        rows,
        () -> new WeightedEventStudy.Sums(of, compared, count),
        (WeightedEventStudy.Sums state, Row row) -> counted.of(row).forEach(state::add),
        WeightedEventStudy.Sums::plus);
  }

  /** The effects on a metric, from either base. */
  private record Found(WeightedEventStudy universal, WeightedEventStudy varying)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  private static List<Errors> errors(
      Dataset<Row> rows, Counted counted, List<Found> found, List<Forms> forms) {
    List<InfluenceSums> none =
        forms.stream().map(of -> new InfluenceSums(of.sinceJoining())).toList();
    List<Found> studied = List.copyOf(found);
    return Sweep.of(
        rows,
        () -> new ArrayList<>(nothing(none, studied)),
        (ArrayList<Errors> state, Row row) -> {
          List<ComparedLife> lives =
              counted.of(row).stream().map(studied.get(0).universal::compared).toList();
          for (int metric = 0; metric < state.size(); metric++) {
            add(state.get(metric), studied.get(metric), lives);
          }
        },
        (one, other) -> {
          for (int metric = 0; metric < one.size(); metric++) {
            one.get(metric).plus(other.get(metric));
          }
          return one;
        });
  }

  private static List<Errors> nothing(List<InfluenceSums> none, List<Found> found) {
    return IntStream.range(0, none.size())
        .mapToObj(
            at -> new Errors(none.get(at).none(), found.get(at).varying.effects().cells().size()))
        .toList();
  }

  /** Adds what a cluster moves the effects from both bases by. */
  private static void add(Errors errors, Found found, List<ComparedLife> cluster) {
    InfluenceSums forms = errors.onForms();
    double[] moved = forms.unmoved();
    for (ComparedLife life : cluster) {
      found.universal.move(life, forms, moved);
      found.varying.move(life, errors.moved());
    }
    forms.add(forms.onForms(moved));
    errors.square();
  }

  private static Studied studied(Variant variant, Found found, Forms forms, Errors errors) {
    JointEffects joint = errors.onForms().clustered();
    IdentityHashMap<LinearForm, Integer> places = Adjusted.places(forms.sinceJoining());
    return new Studied(
        variant,
        found.universal.effects(),
        forms,
        some -> joint.of(some.stream().mapToInt(places::get).toArray()),
        Optional.of(Studied.Monthly.of(found.varying.effects(), errors.squares())),
        List.of(),
        Optional.empty());
  }
}
