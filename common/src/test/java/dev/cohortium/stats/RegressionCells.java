package dev.cohortium.stats;

import dev.cohortium.stats.Cell.Deviation;
import dev.cohortium.stats.InverseProbability.Truncation;
import dev.cohortium.stats.LeastSquares.ClusterFactor;
import dev.cohortium.stats.LeastSquares.ErrorModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Regressions, clustered errors and weighted comparisons. */
final class RegressionCells {
  private final List<Cell> cells = new ArrayList<>();

  private RegressionCells() {}

  static List<Cell> all() {
    RegressionCells all = new RegressionCells();
    for (Sample sample : Sample.ALL) {
      all.addRegressions(sample);
    }
    all.addClusters();
    all.addLogistic();
    for (World world : World.values()) {
      all.addWeighted(world);
    }
    return all.cells;
  }

  /** Treatment and a covariate, known before, that the outcome grows with. */
  private void addRegressions(Sample sample) {
    for (ErrorModel model : List.of(ErrorModel.CLASSICAL, ErrorModel.HC2, ErrorModel.HC3)) {
      cells.add(
          sample.cell(
              "LeastSquares, " + model,
              sample.detectable(),
              (draws, effect) -> {
                Experiment all = new Experiment(draws, sample, effect, 0);
                LeastSquares fit = LeastSquares.of(all.rows, all.outcomes);
                return all.checked(fit.coefficient(1, model), effect);
              }));
    }
    // The effect grows with the covariate: that of all units is at their mean.
    cells.add(
        sample.cell(
            "Lin",
            sample.detectable(),
            (draws, effect) -> {
              Experiment all = new Experiment(draws, sample, effect, 0.5);
              double[][] covariates = new double[all.rows.length][];
              double mean = 0;
              for (int i = 0; i < covariates.length; i++) {
                covariates[i] = new double[] {all.rows[i][1]};
                mean += all.rows[i][1] / covariates.length;
              }
              double atMean = effect + 0.5 * mean;
              return all.checked(Lin.of(all.treated, all.outcomes, covariates), atMean);
            }));
  }

  /** An experiment's units, the treated first. */
  private static final class Experiment {
    final double[][] rows;
    final boolean[] treated;
    final double[] outcomes;
    private final Moments[] noise;

    Experiment(Draws draws, Sample sample, double effect, double interaction) {
      int n = sample.treated() + sample.control();
      rows = new double[n][];
      treated = new boolean[n];
      outcomes = new double[n];
      double[] rest = new double[n];
      for (int i = 0; i < n; i++) {
        SplittableRandom random = draws.unit(i);
        treated[i] = i < sample.treated();
        rows[i] = new double[] {treated[i] ? 1 : 0, random.nextGaussian()};
        rest[i] = sample.noise().draw(random);
        outcomes[i] = 1 + rows[i][1] + rows[i][0] * (effect + interaction * rows[i][1]) + rest[i];
      }
      noise =
          new Moments[] {
            Moments.of(Arrays.copyOf(rest, sample.treated())),
            Moments.of(Arrays.copyOfRange(rest, sample.treated(), n))
          };
    }

    Finding checked(Measurement measurement, double truth) {
      return Finding.of(measurement, truth).checked(noise);
    }
  }

  /** Clusters of 6 rows that share a shock; sets and customers that cross. */
  private void addClusters() {
    for (Noise noise : Noise.values()) {
      for (int clusters : new int[] {50, 300}) {
        String label = clusters + " clusters of 6, " + noise.label;
        Sample halves = new Sample(clusters / 2, clusters / 2, noise);
        cells.add(
            Cell.of(
                "LeastSquares, clustered",
                label + ", half treated",
                halves.detectable(),
                (draws, effect) -> clustered(draws, halves, effect)));
        cells.add(
            skewed(
                noise,
                Cell.of(
                    "ClusteredMean",
                    label,
                    2.8 * noise.deviation / Math.sqrt(clusters),
                    (draws, mean) -> {
                      Moments shocks = Moments.of(draws.numbers(0, clusters, noise::draw));
                      double[] values = new double[6 * clusters];
                      long[] ids = new long[values.length];
                      for (int i = 0; i < values.length; i++) {
                        ids[i] = i / 6;
                        values[i] =
                            mean
                                + noise.draw(draws.unit(ids[i]))
                                + draws.unit(clusters + i).nextGaussian();
                      }
                      return Finding.of(ClusteredMean.of(values).clustered(ids), mean)
                          .checked(shocks);
                    })));
      }
      for (int ids : new int[] {60, 150}) {
        cells.add(
            skewed(
                noise,
                Cell.of(
                    "ClusteredMean, two clusterings",
                    ids + " sets and " + ids + " customers, " + noise.label,
                    4 * noise.deviation / Math.sqrt(ids),
                    (draws, mean) -> {
                      Crossed all = new Crossed(draws, ids, noise);
                      return Finding.of(all.mean(mean).clustered(all.sets, all.customers), mean)
                          .checked(Moments.of(all.ofSets), Moments.of(all.ofCustomers));
                    })));
        cells.add(
            Cell.of(
                "LeastSquares, two clusterings",
                ids + " sets and " + ids + " customers, " + noise.label,
                3 * noise.deviation / Math.sqrt(ids),
                (draws, slope) -> {
                  Crossed all = new Crossed(draws, ids, noise);
                  LeastSquares fit = LeastSquares.of(all.rows, all.outcomes(slope));
                  return Finding.of(
                          fit.clustered(
                              1, all.sets, all.customers, ClusterFactor.CLUSTERS_AND_COEFFICIENTS),
                          slope)
                      .checked(Moments.of(all.ofSets), Moments.of(all.ofCustomers));
                }));
      }
    }
    Sample few = new Sample(10, 50, Noise.LOG_NORMAL);
    cells.add(
        Cell.of(
                "LeastSquares, clustered",
                "60 clusters of 6, log-normal, 10 treated",
                few.detectable(),
                (draws, effect) -> clustered(draws, few, effect))
            .expecting("skewed and unequal arms", Deviation.WARNED));
  }

  private static Cell skewed(Noise noise, Cell cell) {
    return noise == Noise.NORMAL
        ? cell
        : cell.expecting("one skewed sample: nothing cancels", Deviation.WARNED);
  }

  private static Finding clustered(Draws draws, Sample clusters, double effect) {
    int count = clusters.treated() + clusters.control();
    double[] shocks = draws.numbers(0, count, clusters.noise()::draw);
    double[][] rows = new double[6 * count][1];
    double[] outcomes = new double[rows.length];
    long[] ids = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      int cluster = i / 6;
      ids[i] = cluster;
      rows[i][0] = cluster < clusters.treated() ? 1 : 0;
      outcomes[i] =
          1 + effect * rows[i][0] + shocks[cluster] + draws.unit(count + i).nextGaussian();
    }
    return Finding.of(
            LeastSquares.of(rows, outcomes)
                .clustered(1, ids, ClusterFactor.CLUSTERS_AND_COEFFICIENTS),
            effect)
        .checked(
            Moments.of(Arrays.copyOf(shocks, clusters.treated())),
            Moments.of(Arrays.copyOfRange(shocks, clusters.treated(), count)));
  }

  /** 15 observations of each set and of each customer, which share shocks. */
  private static final class Crossed {
    final double[] ofSets;
    final double[] ofCustomers;
    final long[] sets;
    final long[] customers;
    final double[][] rows;
    private final double[] rest;

    Crossed(Draws draws, int ids, Noise noise) {
      ofSets = draws.numbers(0, ids, noise::draw);
      ofCustomers = draws.numbers(ids, ids, noise::draw);
      int n = 15 * ids;
      sets = new long[n];
      customers = new long[n];
      rows = new double[n][1];
      rest = new double[n];
      for (int i = 0; i < n; i++) {
        int set = i % ids;
        int customer = (i + 7 * (i / ids)) % ids;
        sets[i] = set;
        customers[i] = customer;
        SplittableRandom random = draws.unit(2L * ids + i);
        rows[i][0] =
            draws.unit(-1L - set).nextGaussian() + draws.unit(-1L - ids - customer).nextGaussian();
        rest[i] = ofSets[set] + ofCustomers[customer] + random.nextGaussian();
      }
    }

    ClusteredMean mean(double mean) {
      double[] values = rest.clone();
      Arrays.setAll(values, i -> mean + rest[i]);
      return ClusteredMean.of(values);
    }

    double[] outcomes(double slope) {
      double[] outcomes = new double[rest.length];
      Arrays.setAll(outcomes, i -> 3 + slope * rows[i][0] + rest[i]);
      return outcomes;
    }
  }

  private void addLogistic() {
    for (int n : new int[] {100, 1000}) {
      for (Noise covariate : Noise.values()) {
        for (double often : new double[] {-0.5, -2.5}) {
          if (n == 100 && often < -1) {
            continue;
          }
          Cell cell =
              Cell.of(
                  "Logistic",
                  n
                      + ", "
                      + covariate.label
                      + " covariate, "
                      + (often < -1 ? "8" : "38")
                      + " % treated",
                  5 / Math.sqrt(n) / covariate.deviation,
                  (draws, slope) -> {
                    double[][] rows =
                        draws.rows(0, n, r -> new double[] {covariate.draw(r), r.nextGaussian()});
                    boolean[] treated = new boolean[n];
                    for (int i = 0; i < n; i++) {
                      double logit = often + slope * rows[i][0] + 0.3 * rows[i][1];
                      treated[i] = draws.unit(n + i).nextDouble() < 1 / (1 + Math.exp(-logit));
                    }
                    return Finding.of(Logistic.of(rows, treated).coefficient(1), slope);
                  });
          cells.add(
              cell.expecting(
                  "slopes lie a little too far from 0, by order 1 / n", Deviation.BIASED));
        }
      }
    }
  }

  /** Observed worlds that the weighted comparisons are tried on. */
  private enum World {
    SMALL(100, 0, Noise.NORMAL),
    LARGE(600, 0, Noise.NORMAL),
    SMALL_SKEWED(100, 0, Noise.LOG_NORMAL),
    LARGE_SKEWED(600, 0, Noise.LOG_NORMAL),
    UNEQUAL_SKEWED(600, -2.2, Noise.LOG_NORMAL);

    final int units;
    final double intercept;
    final Noise noise;

    World(int units, double intercept, Noise noise) {
      this.units = units;
      this.intercept = intercept;
      this.noise = noise;
    }

    String label() {
      return units + (intercept < 0 ? ", 8 % treated, " : ", 41 % treated, ") + noise.label;
    }

    double detectable() {
      int treated = intercept < 0 ? units / 12 : units * 2 / 5;
      return 1.5 * MinimumDetectableEffect.of(noise.deviation).effect(treated, units - treated);
    }
  }

  private void addWeighted(World world) {
    add(world, "InverseProbability", Worlds.Outcome.CURVED, w -> ipw(w).effect());
    add(
        world,
        "InverseProbability, fixed weights",
        Worlds.Outcome.CURVED,
        w -> ipw(w).effectWithFixedWeights());
    add(world, "Aipw, wrong regression", Worlds.Outcome.CURVED, w -> aipw(w, w.rows()).effect());
    add(
        world,
        "Aipw, wrong score",
        Worlds.Outcome.LINEAR,
        w -> aipw(w, new double[world.units][0]).effect());
    add(
        world,
        "Aipw.outcomeRegression",
        Worlds.Outcome.LINEAR,
        w -> aipw(w, w.rows()).outcomeRegression());
    add(world, "EntropyBalancing", Worlds.Outcome.CURVED, w -> entropy(w).effect());
    add(
        world,
        "EntropyBalancing, fixed weights",
        Worlds.Outcome.LINEAR,
        w -> entropy(w).effectWithFixedWeights());
  }

  private void add(
      World world,
      String estimator,
      Worlds.Outcome outcome,
      Function<Worlds, ClusteredMean> effect) {
    Cell cell =
        Cell.of(
            estimator,
            world.label(),
            world.detectable(),
            (draws, truth) -> {
              Worlds drawn =
                  Worlds.draw(
                      draws, world.units, outcome, world.intercept - 0.5, world.noise, truth);
              return Finding.of(effect.apply(drawn).independent(), truth)
                  .checked(drawn.noise(Arms.Arm.TREATED), drawn.noise(Arms.Arm.CONTROLS));
            });
    if (estimator.endsWith("fixed weights")) {
      cell =
          cell.expecting("weights taken as known are usually cautious", Deviation.COVERS_TOO_OFTEN);
    }
    if (world.units == 100 && estimator.equals("InverseProbability")) {
      cell =
          cell.expecting(
              "an error for large samples, a little too small in few units",
              Deviation.COVERS_TOO_SELDOM);
    }
    cells.add(
        world.noise == Noise.NORMAL
            ? cell
            : cell.expecting("skewed arms of unequal weights", Deviation.WARNED));
  }

  private static InverseProbability ipw(Worlds world) {
    return InverseProbability.of(
        Logistic.of(world.rows(), world.treated()), world.outcomes(), Truncation.NONE);
  }

  private static Aipw aipw(Worlds world, double[][] ofScore) {
    return Aipw.of(
        Logistic.of(ofScore, world.treated()), world.rows(), world.outcomes(), Truncation.NONE);
  }

  private static EntropyBalancing entropy(Worlds world) {
    return EntropyBalancing.of(world.rows(), world.treated(), world.outcomes());
  }
}
