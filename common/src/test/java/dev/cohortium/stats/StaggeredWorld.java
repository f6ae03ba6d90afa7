package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Role;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Customers of an event study, each with what joining adds from the month of it on. */
final class StaggeredWorld {
  final int[] joined;
  final int[] acquired;
  final int[] stratum;
  final double[][] months;

  StaggeredWorld(int[] joined, int[] acquired, int[] stratum, double[][] months) {
    this.joined = joined;
    this.acquired = acquired;
    this.stratum = stratum;
    this.months = months;
  }

  /** Of {@code customers} in two strata, joining and acquired in any month, without order. */
  static StaggeredWorld mixed(int customers, int length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] joined = new int[customers];
    int[] acquired = new int[customers];
    int[] stratum = new int[customers];
    double[][] months = new double[customers][length];
    for (int i = 0; i < customers; i++) {
      stratum[i] = random.nextInt(2);
      acquired[i] = random.nextInt(7) - 8;
      joined[i] = random.nextInt(3) == 0 ? StaggeredDesign.NEVER : random.nextInt(length);
      for (int month = 0; month < length; month++) {
        months[i][month] = 3 * stratum[i] * month + 5 * random.nextGaussian();
      }
    }
    return new StaggeredWorld(joined, acquired, stratum, months);
  }

  /**
   * Of 40 customers of each of four cohorts and 80 who never join, over 14 months with a season, a
   * rise of all, levels that differ between cohorts, months that depend on those before, a dip of
   * the month before joining, and an effect.
   *
   * @param effect by event month, from that of joining on
   * @param slope of the cohorts alone, a month
   */
  static StaggeredWorld planted(Draws draws, IntToDoubleFunction effect, double slope) {
    int[] joined =
        IntStream.range(0, 240).map(i -> i < 160 ? 7 + i / 40 : StaggeredDesign.NEVER).toArray();
    double[][] months = new double[joined.length][];
    for (int i = 0; i < joined.length; i++) {
      months[i] = path(draws.unit(i), joined[i], effect, slope);
    }
    int[] acquired = new int[joined.length];
    Arrays.fill(acquired, -20);
    return new StaggeredWorld(joined, acquired, new int[joined.length], months);
  }

  private static double[] path(
      SplittableRandom random, int joined, IntToDoubleFunction effect, double slope) {
    boolean joins = joined != StaggeredDesign.NEVER;
    double[] path = new double[14];
    double level = 10 + random.nextGaussian() + (joins ? 10.0 - joined : 0);
    double state = random.nextGaussian();
    for (int month = 0; month < path.length; month++) {
      state = 0.5 * state + random.nextGaussian();
      path[month] = level + state + 2 * Math.sin(month) + 0.3 * month;
      path[month] += joins ? slope * month - (month == joined - 1 ? 1 : 0) : 0;
      path[month] += month >= joined ? effect.applyAsDouble(month - joined) : 0;
    }
    return path;
  }

  JoiningCohorts cohorts(StaggeredDesign design) {
    return add(JoiningCohorts.none(design, 1), 0, joined.length);
  }

  JoiningCohorts add(JoiningCohorts cohorts, int from, int to) {
    for (int i = from; i < to; i++) {
      cohorts.add(joined[i], acquired[i], stratum[i], new double[][] {months[i]});
    }
    return cohorts;
  }

  EventStudy study(StaggeredDesign design) {
    return EventStudy.of(cohorts(design), design, 0);
  }

  /** All in one stratum. */
  StaggeredWorld pooled() {
    return new StaggeredWorld(joined, acquired, new int[joined.length], months);
  }

  /** The stratum as a covariate, 0 or 1. */
  double[][] covariates() {
    return Arrays.stream(stratum).mapToObj(s -> new double[] {s}).toArray(double[][]::new);
  }

  /** The forms with covariances by every customer's influence on every effect, by definition. */
  JointEffects byDefinition(GroupTimeEffects effects, List<LinearForm> forms) {
    InfluenceSums sums = new InfluenceSums(forms);
    int[] places = IntStream.range(0, effects.parts()).toArray();
    double[][] influences = new double[joined.length][places.length];
    for (int place = 0; place < effects.cells().size(); place++) {
      int level = effects.levelOf(place);
      addInfluences(effects.design(), effects.cells().get(place), place, level, influences);
    }
    for (int i = 0; i < joined.length; i++) {
      int cohort = effects.cohortOf(joined[i], acquired[i]);
      sums.add(places, influences[i], places.length, cohort);
    }
    return sums.joint(0);
  }

  /** Checks the value of a cell, too. */
  private void addInfluences(
      StaggeredDesign design,
      GroupTimeEffects.Cell cell,
      int place,
      int level,
      double[][] influences) {
    double[][] counts = new double[2][2];
    double[][] sums = new double[2][2];
    Role[] roles = new Role[joined.length];
    double[] changes = new double[joined.length];
    for (int i = 0; i < joined.length; i++) {
      roles[i] = design.role(cell.joined(), cell.month(), joined[i], acquired[i]);
      changes[i] = months[i][cell.month()] - months[i][cell.base()];
      if (roles[i] != Role.NEITHER) {
        counts[stratum[i]][roles[i] == Role.TREATED ? 1 : 0]++;
        sums[stratum[i]][roles[i] == Role.TREATED ? 1 : 0] += changes[i];
      }
    }
    double treated = 0;
    double effect = 0;
    for (int s = 0; s < 2; s++) {
      if (counts[s][0] >= 5) {
        treated += counts[s][1];
        effect += sums[s][1] - counts[s][1] * sums[s][0] / counts[s][0];
      }
    }
    effect /= treated;
    References.agree(cell.effect(), effect, 1e-9);
    double mean = 0;
    for (int i = 0; i < joined.length; i++) {
      boolean isKept = roles[i] == Role.TREATED && counts[stratum[i]][0] >= 5;
      mean += isKept ? months[i][cell.month()] / treated : 0;
    }
    References.agree(cell.level(), mean, 1e-8);
    for (int i = 0; i < joined.length; i++) {
      int s = stratum[i];
      if (level >= 0 && roles[i] == Role.TREATED && counts[s][0] >= 5) {
        influences[i][level] = (months[i][cell.month()] - mean) / treated;
      }
      if (roles[i] != Role.NEITHER && counts[s][0] >= 5) {
        double away = changes[i] - sums[s][0] / counts[s][0];
        influences[i][place] =
            roles[i] == Role.TREATED
                ? (away - effect) / treated
                : -counts[s][1] / treated / counts[s][0] * away;
      }
    }
  }
}
