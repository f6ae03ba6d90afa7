package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What a {@link WeightedComparison} needs to know of its units, and adds: of each weighting,
 * estimand, arm and month the weighted means of metrics and covariates, and of each regression the
 * centred cross products of covariates with each other and with outcomes.
 *
 * <p>Months are kept apart by how long units were observed, so that each month of a unit is added
 * once, whatever the number of horizons. Of a unit that counts the same in all its months
 * covariates, and their products, are added once, too.
 *
 * @see <a href="https://doi.org/10.1080/00031305.1983.10483115">Chan, Golub, LeVeque 1983</a>
 */
public final class ComparisonSums implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Of a month: summed weights, their squares, units; then the means of metrics after. */
  static final int WEIGHT = 0;

  static final int SQUARE = 1;
  static final int UNITS = 2;
  static final int FIRST_METRIC = 3;

  /** Of covariates: summed weights; then their means, and those of metrics before. */
  private static final int FIRST_COLUMN = 1;

  private final ComparisonPlan plan;
  private final int[] horizons;
  private final int metrics;
  private final int covariates;
  private final Arm[] arms;
  private final Unit unit;

  private ComparisonSums(ComparisonPlan plan) {
    this.plan = plan;
    horizons = plan.horizons().stream().mapToInt(Integer::intValue).toArray();
    metrics = plan.metrics();
    covariates = plan.covariates();
    arms = new Arm[plan.weightings() * plan.estimands() * 2];
    for (int weighting = 0; weighting < plan.weightings(); weighting++) {
      for (int estimand = 0; estimand < plan.estimands(); estimand++) {
        arms[place(weighting, estimand, false)] = new Arm(weighting, false);
        arms[place(weighting, estimand, true)] = new Arm(weighting, true);
      }
    }
    unit = new Unit();
  }

  /** The sums of no units. */
  public static ComparisonSums empty(ComparisonPlan plan) {
    return new ComparisonSums(plan);
  }

  private int place(int weighting, int estimand, boolean isTreated) {
    return (weighting * plan.estimands() + estimand) * 2 + (isTreated ? 1 : 0);
  }

  /** What is read of a unit before it is added: room that is used again. */
  private final class Unit implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final double[] weights = new double[plan.weightings()];
    // Covariates, then metrics before.
    private final double[] columns = new double[covariates + metrics];
    private final double[] stays = new double[plan.longest()];
    // By month the metrics.
    private final double[] after = new double[plan.longest() * metrics];
    // By horizon: what the unit counts in its months together, and the means of metrics over them.
    private final double[] stayed = new double[horizons.length];
    private final double[] means = new double[horizons.length * metrics];
    // The horizons it takes part in, and whether it counts the same in all their months.
    private int parts;
    private boolean isEven;

    private boolean reads(FollowUp of) {
      boolean isCompared = false;
      for (int weighting = 0; weighting < weights.length; weighting++) {
        weights[weighting] = of.weight(weighting);
        require("weight", weights[weighting]);
        isCompared |= weights[weighting] > 0;
      }
      parts = plan.horizonsWithin(of.months());
      if (!isCompared || parts == 0) {
        return false;
      }
      if (covariates > 0) {
        double[] row = of.covariates();
        Arguments.sameLength("covariates", row.length, "the plan's", covariates);
        System.arraycopy(row, 0, columns, 0, covariates);
      }
      for (int metric = 0; metric < metrics; metric++) {
        columns[covariates + metric] = of.before(metric);
      }
      for (int month = 1; month <= horizons[parts - 1]; month++) {
        for (int metric = 0; metric < metrics; metric++) {
          after[(month - 1) * metrics + metric] = of.after(metric, month);
        }
      }
      if (!areFinite(columns, columns.length) || !areFinite(after, horizons[parts - 1] * metrics)) {
        Arguments.finite("covariates and metrics before", columns);
        Arguments.finite("metrics after", Arrays.copyOf(after, horizons[parts - 1] * metrics));
      }
      return true;
    }

    private static void require(String name, double value) {
      if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
        Arguments.finite(name, value);
        Arguments.atLeast(name, value, 0);
      }
    }

    private static boolean areFinite(double[] values, int count) {
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += 0 * values[i];
      }
      return sum == 0;
    }

    /** Reads when it counts; false: never. */
    private boolean follows(FollowUp of, int estimand) {
      isEven = true;
      double sum = 0;
      Arrays.fill(means, 0);
      int horizon = 0;
      for (int month = 1; month <= horizons[parts - 1]; month++) {
        double stay = of.stays(estimand, month);
        require("stays", stay);
        stays[month - 1] = stay;
        isEven &= stay == stays[0];
        if (stay > 0) {
          sum += stay;
          double share = stay / sum;
          for (int metric = 0; metric < metrics; metric++) {
            means[horizon * metrics + metric] +=
                share * (after[(month - 1) * metrics + metric] - means[horizon * metrics + metric]);
          }
        }
        if (month == horizons[horizon]) {
          stayed[horizon] = sum;
          horizon++;
          if (horizon < parts) {
            System.arraycopy(means, (horizon - 1) * metrics, means, horizon * metrics, metrics);
          }
        }
      }
      return sum > 0;
    }
  }

  /** One arm of a weighting and estimand. */
  private final class Arm implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    // By the last horizon of the units, and month.
    private final double[][][] months = new double[horizons.length][][];
    // Covariates and metrics before: of units that count the same in all months, and of others.
    private final int firstColumn;
    private final int columns;
    private final int before;
    private final double[][] even = new double[horizons.length][];
    private final double[][][] uneven = new double[horizons.length][][];
    // By horizon: weight, then by metric the mean of the units' means, then squared deviations.
    private final double[][] spreads;
    // Cross products of such units, by their last horizon; and of others, by horizon.
    private final CrossSums[] evenProducts;
    private final CrossSums[] unevenProducts;

    private Arm(int weighting, boolean isTreated) {
      firstColumn = plan.usesCovariates(weighting) ? 0 : covariates;
      columns =
          (plan.usesCovariates(weighting) ? covariates : 0)
              + (plan.usesBefore(weighting) ? metrics : 0);
      before = plan.regressesChange(weighting) ? metrics : 0;
      boolean regresses = plan.regresses(weighting, isTreated);
      evenProducts = new CrossSums[regresses ? horizons.length : 0];
      unevenProducts = new CrossSums[evenProducts.length];
      spreads = new double[isTreated ? 0 : horizons.length][1 + 2 * metrics];
      for (int last = 0; last < horizons.length; last++) {
        months[last] = new double[horizons[last]][FIRST_METRIC + metrics];
        even[last] = new double[FIRST_COLUMN + columns];
        uneven[last] = new double[horizons[last]][FIRST_COLUMN + columns];
        if (regresses) {
          evenProducts[last] = new CrossSums(covariates, before, (last + 1) * metrics);
          unevenProducts[last] = new CrossSums(covariates, before, metrics);
        }
      }
    }

    private void add(double weight) {
      int last = unit.parts - 1;
      boolean isEven = unit.isEven;
      for (int month = 0; month < horizons[last]; month++) {
        double counts = weight * unit.stays[month];
        if (counts > 0) {
          double[] cell = months[last][month];
          cell[SQUARE] += counts * counts;
          cell[UNITS]++;
          move(cell, counts, FIRST_METRIC, unit.after, month * metrics, metrics);
          if (!isEven) {
            move(uneven[last][month], counts, FIRST_COLUMN, unit.columns, firstColumn, columns);
          }
        }
      }
      double always = weight * unit.stays[0];
      if (isEven && always > 0) {
        move(even[last], always, FIRST_COLUMN, unit.columns, firstColumn, columns);
        if (evenProducts.length > 0) {
          evenProducts[last].add(unit.columns, unit.means, 0, always);
        }
      }
      for (int horizon = 0; horizon <= last; horizon++) {
        double counts = weight * unit.stayed[horizon];
        if (counts > 0) {
          addSpread(horizon, counts);
          if (!isEven && unevenProducts.length > 0) {
            unevenProducts[horizon].add(unit.columns, unit.means, horizon * metrics, counts);
          }
        }
      }
    }

    private void addSpread(int horizon, double counts) {
      if (horizon < spreads.length) {
        double[] spread = spreads[horizon];
        double between = spread[WEIGHT] * (counts / (spread[WEIGHT] + counts));
        for (int metric = 0; metric < metrics; metric++) {
          double away = unit.means[horizon * metrics + metric] - spread[1 + metric];
          spread[1 + metrics + metric] += between * away * away;
        }
        move(spread, counts, 1, unit.means, horizon * metrics, metrics);
      }
    }

    private void plus(Arm other) {
      for (int last = 0; last < horizons.length; last++) {
        for (int month = 0; month < horizons[last]; month++) {
          merge(months[last][month], other.months[last][month]);
          moveTo(uneven[last][month], other.uneven[last][month], FIRST_COLUMN);
        }
        moveTo(even[last], other.even[last], FIRST_COLUMN);
      }
      for (int horizon = 0; horizon < spreads.length; horizon++) {
        double[] here = spreads[horizon];
        double[] there = other.spreads[horizon];
        if (there[WEIGHT] > 0) {
          double between = here[WEIGHT] * (there[WEIGHT] / (here[WEIGHT] + there[WEIGHT]));
          for (int metric = 0; metric < metrics; metric++) {
            double away = there[1 + metric] - here[1 + metric];
            here[1 + metrics + metric] += there[1 + metrics + metric] + between * away * away;
          }
          move(here, there[WEIGHT], 1, there, 1, metrics);
        }
      }
      for (int i = 0; i < evenProducts.length; i++) {
        evenProducts[i].plus(other.evenProducts[i]);
        unevenProducts[i].plus(other.unevenProducts[i]);
      }
    }
  }

  /** Adds to a cell's weight, and moves means towards values of this weight. */
  private static void move(
      double[] cell, double counts, int first, double[] values, int from, int count) {
    cell[WEIGHT] += counts;
    double share = counts / cell[WEIGHT];
    for (int i = 0; i < count; i++) {
      cell[first + i] += share * (values[from + i] - cell[first + i]);
    }
  }

  /** Adds a cell of weight and means. */
  private static void moveTo(double[] into, double[] more, int first) {
    if (more[WEIGHT] > 0) {
      move(into, more[WEIGHT], first, more, first, more.length - first);
    }
  }

  private static void merge(double[] into, double[] more) {
    into[SQUARE] += more[SQUARE];
    into[UNITS] += more[UNITS];
    moveTo(into, more, FIRST_METRIC);
  }

  /**
   * Adds a unit; one of no weight, or observed for less than the shortest horizon, adds nothing.
   *
   * @return this, changed
   * @throws IllegalArgumentException if one of its numbers is not finite, a weight or what it is
   *     multiplied by in a month negative, or covariates are not as many as the plan's
   */
  public ComparisonSums add(FollowUp added) {
    if (!unit.reads(added)) {
      return this;
    }
    for (int estimand = 0; estimand < plan.estimands(); estimand++) {
      if (unit.follows(added, estimand)) {
        for (int weighting = 0; weighting < plan.weightings(); weighting++) {
          if (unit.weights[weighting] > 0) {
            arms[place(weighting, estimand, added.isTreated())].add(unit.weights[weighting]);
          }
        }
      }
    }
    return this;
  }

  /**
   * The sums of these units and of {@code other}'s.
   *
   * @return this, changed
   * @throws IllegalArgumentException if {@code other} is of another plan
   */
  public ComparisonSums plus(ComparisonSums other) {
    if (!plan.equals(other.plan)) {
      throw new IllegalArgumentException("other is of another plan, must be of the same");
    }
    for (int i = 0; i < arms.length; i++) {
      arms[i].plus(other.arms[i]);
    }
    return this;
  }

  ComparisonPlan plan() {
    return plan;
  }

  /** Weight, squares and units of a month, from 1, of a horizon; then means of metrics after. */
  double[] month(int weighting, int estimand, boolean isTreated, int horizon, int month) {
    Arm arm = arms[place(weighting, estimand, isTreated)];
    double[] all = new double[FIRST_METRIC + metrics];
    for (int last = horizon; last < horizons.length; last++) {
      merge(all, arm.months[last][month - 1]);
    }
    return all;
  }

  /** Means of a month, from 1, of a horizon: of covariates, then of metrics before; 0: not kept. */
  double[] columns(int weighting, int estimand, boolean isTreated, int horizon, int month) {
    Arm arm = arms[place(weighting, estimand, isTreated)];
    double[] all = new double[FIRST_COLUMN + arm.columns];
    for (int last = horizon; last < horizons.length; last++) {
      moveTo(all, arm.even[last], FIRST_COLUMN);
      moveTo(all, arm.uneven[last][month - 1], FIRST_COLUMN);
    }
    double[] columns = new double[covariates + metrics];
    System.arraycopy(all, FIRST_COLUMN, columns, arm.firstColumn, arm.columns);
    return columns;
  }

  /** The standard deviation, by n, of a horizon's mean of a metric between controls. */
  double controlDeviation(int weighting, int estimand, int horizon, int metric) {
    double[] spread = arms[place(weighting, estimand, false)].spreads[horizon];
    return spread[WEIGHT] == 0 ? 0 : Math.sqrt(spread[1 + metrics + metric] / spread[WEIGHT]);
  }

  /**
   * Cross products of covariates with each other and with the means of metrics over a horizon's
   * months, by what units count in all of these together.
   */
  CrossSums products(int weighting, int estimand, boolean isTreated, int horizon) {
    Arm arm = arms[place(weighting, estimand, isTreated)];
    CrossSums all = new CrossSums(covariates, arm.before, metrics);
    for (int last = horizon; last < arm.evenProducts.length; last++) {
      all.plus(arm.evenProducts[last], horizon * metrics, horizons[horizon]);
    }
    if (arm.unevenProducts.length > 0) {
      all.plus(arm.unevenProducts[horizon]);
    }
    return all;
  }
}
