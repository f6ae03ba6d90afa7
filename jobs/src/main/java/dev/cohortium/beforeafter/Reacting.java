package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.InfluenceSums;
import dev.cohortium.stats.JoiningHazards;
import dev.cohortium.stats.JointEffects;
import dev.cohortium.stats.LinearForm;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;
import dev.cohortium.stats.StayingWeights;
import dev.cohortium.stats.WeightedEventStudy;
import dev.cohortium.stats.WeightedLife;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The event study of all customers where some join at an order: a month in which somebody has not
 * joined counts by the inverse of the chance of that, given its orders and those before (methods.md
 * 7), up to the longest horizon: what somebody counts grows with the months. The chances take a
 * pass over customers for each step of their regressions, the weights' caps, the means and the
 * errors one each, whatever the number of metrics.
 */
final class Reacting {
  private static final int COLUMNS = 3;

  private final Dataset<Row> lives;
  private final Known known;
  private final List<Integer> metrics;
  private final StaggeredDesign design;
  private final List<Comparison> comparisons;

  /**
   * Of everybody.
   *
   * @param lives rows of {@link Lives}, kept
   * @param metrics places of what is measured
   * @param joined the joining months of customers
   */
  Reacting(Dataset<Row> lives, Gathering gathering, List<Integer> metrics, IntStream joined) {
    this.lives = lives;
    this.metrics = List.copyOf(metrics);
    known = new Known(gathering);
    design = gathering.window().design().upTo(gathering.window().longest());
    comparisons = design.comparisons(joined);
  }

  /** What is known of a customer at the orders of a month. */
  private record Known(Gathering gathering) implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    Life life(Row row) {
      return Life.of(row, gathering.window());
    }

    /**
     * Orders of the month before, orders and net revenue of all months that describe a customer.
     */
    double[] row(Life life, int month) {
      double orders = 0;
      double revenue = 0;
      int from = Math.max(0, month - gathering.window().design().preMonths());
      for (int before = from; before < month; before++) {
        orders += life.orders(before);
        revenue += life.revenue(before);
      }
      return new double[] {
        Math.log1p(life.orders(month - 1)), Math.log1p(orders), Math.log1p(Math.max(0, revenue))
      };
    }

    void addChances(JoiningHazards.Pass pass, Life life) {
      for (int month = 1; month < gathering.window().months(); month++) {
        int chances = life.chances(month);
        int taken = life.joinsAtOrder(month) ? 1 : 0;
        if (chances > taken) {
          pass.add(month, row(life, month), false, chances - taken);
        }
        if (taken > 0) {
          pass.add(month, row(life, month), true, taken);
        }
      }
    }

    /** Some metrics of all months: each is asked for in many comparisons. */
    double[][] values(Life life, List<Integer> metrics) {
      double[][] values = new double[metrics.size()][gathering.window().months()];
      for (int metric = 0; metric < values.length; metric++) {
        for (int month = 0; month < values[metric].length; month++) {
          values[metric][month] = gathering.value(life, metrics.get(metric), month);
        }
      }
      return values;
    }

    /** {@link StayingWeights#stayed}. */
    double[] stayed(Life life, JoiningHazards hazards) {
      double[] logStays = new double[gathering.window().months()];
      for (int month = 1; month < logStays.length; month++) {
        int chances = life.chances(month);
        logStays[month] = chances == 0 ? 0 : chances * hazards.logStay(month, row(life, month));
      }
      return StayingWeights.stayed(logStays);
    }
  }

  /** A customer who counts by the chance of not having joined. */
  private static final class Counted implements WeightedLife {
    private final Counting by;
    private final Life life;
    private final double[] stayed;
    private final double[][] values;

    Counted(Counting by, Life life) {
      this.by = by;
      this.life = life;
      stayed = by.known.stayed(life, by.hazards);
      values = by.known.values(life, by.metrics);
    }

    @Override
    public int joined() {
      return life.joined();
    }

    @Override
    public int acquired() {
      return life.acquired();
    }

    @Override
    public double weight(Comparison of, Role role) {
      return by.weights.weight(of, role, stayed);
    }

    @Override
    public double value(int metric, int month) {
      return values[metric][month];
    }
  }

  /** How customers are made to count. */
  private record Counting(
      Known known, List<Integer> metrics, JoiningHazards hazards, StayingWeights weights)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    Counted of(Row row) {
      return new Counted(this, known.life(row));
    }
  }

  /** What is found, by the order of the metrics. */
  List<Studied> studies() {
    JoiningHazards hazards = hazards();
    Counting counting = new Counting(known, metrics, hazards, weights(hazards));
    StaggeredDesign by = design;
    List<Comparison> of = comparisons;
    int count = metrics.size();
    WeightedEventStudy.Sums sums =
        Sweep.of(
            lives,
            () -> new WeightedEventStudy.Sums(by, of, count),
            (WeightedEventStudy.Sums state, Row row) -> state.add(counting.of(row)),
            WeightedEventStudy.Sums::plus);
    List<WeightedEventStudy> studies = IntStream.range(0, count).mapToObj(sums::study).toList();
    List<Forms> forms =
        studies.stream()
            .map(study -> new Forms(study.effects(), known.gathering().window()))
            .toList();
    List<InfluenceSums> influences = influences(counting, studies, forms);
    List<Studied> found = new ArrayList<>();
    for (int metric = 0; metric < count; metric++) {
      found.add(studied(studies.get(metric).effects(), forms.get(metric), influences.get(metric)));
    }
    return found;
  }

  private JoiningHazards hazards() {
    Known of = known;
    JoiningHazards.Search search =
        JoiningHazards.search(known.gathering().window().months(), COLUMNS);
    while (!search.isOver()) {
      JoiningHazards.Search at = search;
      JoiningHazards.Pass pass =
          Sweep.of(
              lives,
              at::pass,
              (JoiningHazards.Pass state, Row row) -> of.addChances(state, of.life(row)),
              JoiningHazards.Pass::plus);
      search = search.next(pass);
    }
    return search.hazards();
  }

  private StayingWeights weights(JoiningHazards hazards) {
    Known of = known;
    StaggeredDesign by = design;
    List<Comparison> compared = comparisons;
    return Sweep.of(
            lives,
            () -> new StayingWeights.Bars(by, compared),
            (StayingWeights.Bars state, Row row) -> {
              Life life = of.life(row);
              state.add(life.joined(), life.acquired(), of.stayed(life, hazards));
            },
            StayingWeights.Bars::plus)
        .weights();
  }

  private List<InfluenceSums> influences(
      Counting counting, List<WeightedEventStudy> studies, List<Forms> forms) {
    ArrayList<InfluenceSums> none = new ArrayList<>();
    forms.forEach(of -> none.add(new InfluenceSums(of.sinceJoining())));
    ArrayList<WeightedEventStudy> found = new ArrayList<>(studies);
    return Sweep.of(
        lives,
        () -> new ArrayList<>(none.stream().map(InfluenceSums::none).toList()),
        (ArrayList<InfluenceSums> state, Row row) -> {
          Counted customer = counting.of(row);
          for (int metric = 0; metric < state.size(); metric++) {
            InfluenceSums sums = state.get(metric);
            sums.add(found.get(metric).influences(customer, sums));
          }
        },
        (one, other) -> {
          for (int metric = 0; metric < one.size(); metric++) {
            one.get(metric).plus(other.get(metric));
          }
          return one;
        });
  }

  private static Studied studied(GroupTimeEffects effects, Forms forms, InfluenceSums influences) {
    JointEffects joint = influences.joint();
    IdentityHashMap<LinearForm, Integer> places = Adjusted.places(forms.sinceJoining());
    return new Studied(
        Variant.REACTING,
        effects,
        forms,
        some -> joint.of(some.stream().mapToInt(places::get).toArray()),
        Optional.empty(),
        Optional.empty());
  }
}
