package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.JoiningHazards;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;
import dev.cohortium.stats.StayingWeights;
import dev.cohortium.stats.WeightedLife;
import java.io.Serial;
import java.io.Serializable;
import java.util.List;
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
  private final Weighted weighted;
  private Counting counting;

  /**
   * Of everybody.
   *
   * @param lives rows of {@link Lives}
   * @param metrics places of what is measured
   * @param joined the joining months of customers
   */
  Reacting(Dataset<Row> lives, Gathering gathering, List<Integer> metrics, int[] joined) {
    this.lives = lives;
    this.metrics = List.copyOf(metrics);
    known = new Known(gathering);
    Window window = gathering.window();
    weighted = new Weighted(window, window.design().upTo(window.longest()), joined, metrics.size());
  }

  /** What is known of a customer at the orders of a month. */
  record Known(Gathering gathering) implements Serializable {
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

    /**
     * The logarithm of the chance of not joining at the first orders of a month; 0 of who cannot
     * join in it.
     */
    double logStay(Life life, int month, int orders, JoiningHazards hazards) {
      int first = Math.min(orders, life.chances(month));
      return first == 0 ? 0 : first * hazards.logStay(month, row(life, month));
    }

    /** By month some metrics: each is asked for in many comparisons. */
    double[][] values(Life life, List<Integer> metrics) {
      double[][] values = new double[gathering.window().months()][metrics.size()];
      for (int metric = 0; metric < metrics.size(); metric++) {
        int of = metrics.get(metric);
        for (int month = 0; month < values.length; month++) {
          values[month][metric] = gathering.value(life, of, month);
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
  static final class Counted implements WeightedLife {
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

    /** {@link StayingWeights#weightSinceJoining}. */
    double weightSinceJoining(Comparison of, double until) {
      return by.weights.weightSinceJoining(of, stayed, until);
    }

    /** {@link Known#logStay}. */
    double logStay(int month, int orders) {
      return by.known.logStay(life, month, orders, by.hazards);
    }

    @Override
    public double[] values(int month) {
      return values[month];
    }
  }

  /** How customers are made to count. */
  record Counting(
      Known known, List<Integer> metrics, JoiningHazards hazards, StayingWeights weights)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    Counted of(Row row) {
      return new Counted(this, known.life(row));
    }

    /** The same with other metrics. */
    Counting of(List<Integer> others) {
      return new Counting(known, List.copyOf(others), hazards, weights);
    }
  }

  /** How customers count; found once. */
  Counting counting() {
    if (counting == null) {
      JoiningHazards hazards = hazards();
      counting = new Counting(known, metrics, hazards, weights(hazards));
    }
    return counting;
  }

  /** What is found, by the order of the metrics. */
  List<Studied> studies() {
    Counting by = counting();
    return weighted.studies(Variant.REACTING, lives, row -> List.of(by.of(row)));
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
    StaggeredDesign design = weighted.design();
    List<Comparison> compared = weighted.comparisons();
    return Sweep.of(
            lives,
            () -> new StayingWeights.Bars(design, compared),
            (StayingWeights.Bars state, Row row) -> {
              Life life = of.life(row);
              state.add(life.joined(), life.acquired(), of.stayed(life, hazards));
            },
            StayingWeights.Bars::plus)
        .weights();
  }
}
