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
    Found found = new Found(means.study(Base.UNIVERSAL), means.study(Base.VARYING));
    List<Forms> forms =
        IntStream.range(0, metrics)
            .mapToObj(metric -> new Forms(found.universal.effects(metric), window))
            .toList();
    Errors errors = errors(rows, counted, found, forms);
    return IntStream.range(0, metrics)
        .mapToObj(metric -> studied(variant, metric, found, forms.get(metric), errors))
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

  /** The effects from either base. */
  private record Found(WeightedEventStudy universal, WeightedEventStudy varying)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  private Errors errors(Dataset<Row> rows, Counted counted, Found found, List<Forms> forms) {
    InfluenceSums none = InfluenceSums.ofMetrics(forms.stream().map(Forms::sinceJoining).toList());
    int varying = found.varying.effects(0).cells().size() * metrics;
    return Sweep.of(
        rows,
        () -> new Errors(none.none(), varying),
        (Errors state, Row row) -> add(state, found, counted.of(row)),
        Errors::plus);
  }

  /** Adds what a cluster moves the effects from both bases by. */
  private static void add(Errors errors, Found found, List<? extends WeightedLife> cluster) {
    InfluenceSums forms = errors.onForms();
    double[] moved = forms.unmoved();
    for (WeightedLife life : cluster) {
      ComparedLife compared = found.universal.compared(life);
      found.universal.move(compared, forms, moved);
      found.varying.move(compared, errors.moved());
    }
    forms.add(forms.onForms(moved));
    errors.square();
  }

  private Studied studied(Variant variant, int metric, Found found, Forms forms, Errors errors) {
    JointEffects joint = errors.onForms().clustered(metric);
    IdentityHashMap<LinearForm, Integer> places = Adjusted.places(forms.sinceJoining());
    double[] squares =
        IntStream.range(0, errors.squares().length / metrics)
            .mapToDouble(effect -> errors.squares()[effect * metrics + metric])
            .toArray();
    return new Studied(
        variant,
        found.universal.effects(metric),
        forms,
        some -> joint.of(some.stream().mapToInt(places::get).toArray()),
        Optional.of(Studied.Monthly.of(found.varying.effects(metric), squares)),
        List.of(),
        Optional.empty());
  }
}
