package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Sweep;
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
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
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
  private final StaggeredDesign universal;
  private final StaggeredDesign varying;
  private final List<Comparison> comparisons;
  private final List<Comparison> monthly;

  /**
   * Of nobody yet.
   *
   * @param joined the joining months of all customers
   * @param metrics their number
   */
  Weighted(Window window, StaggeredDesign design, int[] joined, int metrics) {
    this.window = window;
    this.metrics = metrics;
    universal = design.with(Base.UNIVERSAL);
    varying = design.with(Base.VARYING);
    comparisons = universal.comparisons(IntStream.of(joined));
    monthly = varying.comparisons(IntStream.of(joined));
  }

  /** Finds who counts in a row. */
  interface Counted extends Serializable {
    List<? extends WeightedLife> of(Row row);
  }

  /** The design, from one base for all months. */
  StaggeredDesign design() {
    return universal;
  }

  /** All that is compared, from either base. */
  List<Comparison> comparisons() {
    List<Comparison> all = new ArrayList<>(comparisons);
    all.addAll(monthly);
    return all;
  }

  /** What is found, by the order of the metrics. */
  List<Studied> studies(Variant variant, Dataset<Row> rows, Counted counted) {
    Means means = means(rows, counted);
    List<Found> found = new ArrayList<>();
    List<Forms> forms = new ArrayList<>();
    for (int metric = 0; metric < metrics; metric++) {
      found.add(new Found(means.universal.study(metric), means.varying.study(metric)));
      forms.add(new Forms(found.get(metric).universal.effects(), window));
    }
    List<Errors> errors = errors(rows, counted, found, forms);
    return IntStream.range(0, metrics)
        .mapToObj(at -> studied(variant, found.get(at), forms.get(at), errors.get(at)))
        .toList();
  }

  private Means means(Dataset<Row> rows, Counted counted) {
    StaggeredDesign one = universal;
    StaggeredDesign other = varying;
    List<Comparison> ofOne = comparisons;
    List<Comparison> ofOther = monthly;
    int count = metrics;
    return Sweep.of(
        rows,
        () ->
            new Means(
                new WeightedEventStudy.Sums(one, ofOne, count),
                new WeightedEventStudy.Sums(other, ofOther, count)),
        (Means state, Row row) -> counted.of(row).forEach(state::add),
        Means::plus);
  }

  /** What lives add to the means of all metrics, from either base. */
  private record Means(WeightedEventStudy.Sums universal, WeightedEventStudy.Sums varying)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    void add(WeightedLife life) {
      universal.add(life);
      varying.add(life);
    }

    Means plus(Means other) {
      universal.plus(other.universal);
      varying.plus(other.varying);
      return this;
    }
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
          List<? extends WeightedLife> lives = counted.of(row);
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
  private static void add(Errors errors, Found found, List<? extends WeightedLife> cluster) {
    if (cluster.isEmpty()) {
      return;
    }
    errors.onForms().add(sum(cluster, life -> found.universal.influences(life, errors.onForms())));
    double[] moved = sum(cluster, found.varying::onCells);
    for (int cell = 0; cell < moved.length; cell++) {
      errors.add(cell, moved[cell]);
    }
  }

  private static double[] sum(
      List<? extends WeightedLife> cluster, Function<WeightedLife, double[]> moved) {
    double[] sum = moved.apply(cluster.get(0));
    for (WeightedLife life : cluster.subList(1, cluster.size())) {
      double[] more = moved.apply(life);
      for (int place = 0; place < sum.length; place++) {
        sum[place] += more[place];
      }
    }
    return sum;
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
