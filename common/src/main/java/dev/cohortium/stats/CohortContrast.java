package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Optional;

/**
 * One group-time effect as what each customer adds to it: by stratum a factor and a centre of the
 * cohort, and a factor and a centre of its controls. A customer's influence is the factor times the
 * change from the base month less the centre.
 */
final class CohortContrast {
  private final int cohort;
  private final int month;
  private final int base;
  private final int from;
  private final boolean isNaive;
  private final int leastControls;
  private final Arm cohortArm;
  private final Arm controlArm;
  private final double[] levels;
  private long members;
  private long treated;
  private long controls;
  private double effect;

  /** Some customers by stratum. */
  private static final class Arm {
    private final long[] n;
    private final double[] changes;
    private final double[] factors;
    private final double[] centres;

    Arm(int strata) {
      n = new long[strata];
      changes = new double[strata];
      factors = new double[strata];
      centres = new double[strata];
    }
  }

  /**
   * A contrast before anybody was counted.
   *
   * @param joined the joining months of all cohorts, ascending
   */
  CohortContrast(StaggeredDesign design, int[] joined, int strata, StaggeredDesign.Comparison of) {
    month = of.month();
    base = of.base();
    cohort = place(joined, of.joined());
    from = place(joined, design.controlsFrom(month, base));
    isNaive = design.controls() == StaggeredDesign.Controls.NOBODY;
    leastControls = isNaive ? 0 : design.leastCohort();
    cohortArm = new Arm(strata);
    controlArm = new Arm(strata);
    levels = new double[strata];
  }

  /** The cohort of a contrast by itself, before anybody was counted. */
  private CohortContrast(CohortContrast of, int base) {
    month = of.month;
    this.base = base;
    cohort = of.cohort;
    from = of.from;
    isNaive = true;
    leastControls = 0;
    cohortArm = new Arm(of.cohortArm.n.length);
    controlArm = new Arm(of.cohortArm.n.length);
    levels = new double[0];
  }

  /** The same cohort's own mean in the month, once a contrast is compared. */
  CohortContrast level(int nothing) {
    return own(nothing, levels);
  }

  /** The same cohort's own change, once a contrast is compared. */
  CohortContrast alone() {
    return own(base, cohortArm.changes);
  }

  /** The mean of sums over the customers whom this contrast keeps. */
  private CohortContrast own(int since, double[] sums) {
    CohortContrast own = new CohortContrast(this, since);
    for (int s = 0; s < cohortArm.n.length; s++) {
      if (isKept(s)) {
        own.cohortArm.n[s] = cohortArm.n[s];
        own.cohortArm.changes[s] = sums[s];
      }
    }
    own.compare();
    own.members = members;
    return own;
  }

  /** Whether nobody is compared with the cohort. */
  boolean isNaive() {
    return isNaive;
  }

  /** The effect, or the level, without what was subtracted from all. */
  double value() {
    return effect;
  }

  private static int place(int[] joined, int month) {
    int place = Arrays.binarySearch(joined, month);
    return place >= 0 ? place : -place - 1;
  }

  /** Counts a stratum. */
  void count(CohortTotals totals, int stratum) {
    MetricSums own = totals.own(cohort, cohort);
    cohortArm.n[stratum] = own.n();
    cohortArm.changes[stratum] = own.change(month, base);
    levels[stratum] = own.sum(month);
    if (!isNaive) {
      MetricSums later = totals.later(cohort, from);
      boolean isOwnAmongThem = cohort >= from;
      controlArm.n[stratum] = later.n() - (isOwnAmongThem ? own.n() : 0);
      controlArm.changes[stratum] =
          later.change(month, base) - (isOwnAmongThem ? own.change(month, base) : 0);
    }
  }

  /** Sets effect, factors and centres, of the strata that have controls, once all are counted. */
  void compare() {
    for (int s = 0; s < cohortArm.n.length; s++) {
      members += cohortArm.n[s];
      treated += isKept(s) ? cohortArm.n[s] : 0;
      controls += isKept(s) ? controlArm.n[s] : 0;
    }
    for (int s = 0; s < cohortArm.n.length; s++) {
      if (isKept(s)) {
        double share = (double) cohortArm.n[s] / treated;
        cohortArm.factors[s] = 1.0 / treated;
        if (!isNaive) {
          controlArm.factors[s] = -share / controlArm.n[s];
          controlArm.centres[s] = controlArm.changes[s] / controlArm.n[s];
        }
        effect += share * (cohortArm.changes[s] / cohortArm.n[s] - controlArm.centres[s]);
      }
    }
    for (int s = 0; s < cohortArm.n.length; s++) {
      cohortArm.centres[s] = controlArm.centres[s] + effect;
    }
  }

  private boolean isKept(int stratum) {
    return cohortArm.n[stratum] > 0 && controlArm.n[stratum] >= leastControls;
  }

  /** Why there is no effect, if there is none. */
  Optional<String> reason(StaggeredDesign design) {
    if (members < design.leastCohort()) {
      return Optional.of(
          String.format(
              "The cohort has %d customers; fewer than %d tell nothing.",
              members, design.leastCohort()));
    }
    if (treated < design.leastCohort()) {
      return Optional.of(
          String.format(
              "Of the cohort's %d customers %d have %d controls or more; fewer than %d tell"
                  + " nothing.",
              members, treated, design.leastCohort(), design.leastCohort()));
    }
    return Optional.empty();
  }

  /**
   * The effect with what it is of.
   *
   * @param moved by what was subtracted from all
   * @param level of the cohort
   */
  GroupTimeEffects.Cell cell(int joined, double moved, double level) {
    return new GroupTimeEffects.Cell(
        joined, month, base, effect + moved, level, treated, controls, members - treated);
  }

  /** What a stratum adds to the covariance of this and another effect. */
  double covariance(CohortContrast other, CohortTotals totals, int stratum) {
    int known = Math.min(cohort, other.cohort);
    double sum = 0;
    if (cohort == other.cohort) {
      sum +=
          cohortArm.factors[stratum]
              * other.cohortArm.factors[stratum]
              * product(
                  other,
                  totals.own(known, cohort),
                  cohortArm.centres[stratum],
                  other.cohortArm.centres[stratum]);
    } else {
      sum += crossed(other, totals, stratum) + other.crossed(this, totals, stratum);
    }
    double factor = controlArm.factors[stratum] * other.controlArm.factors[stratum];
    return factor == 0 ? sum : sum + factor * controlProduct(other, totals, stratum, known);
  }

  /** What a stratum adds to the variance of this effect where nobody varies, at most. */
  double rounding(CohortTotals totals, int stratum) {
    double factor = cohortArm.factors[stratum];
    double sum = factor * factor * totals.own(cohort, cohort).rounding(month, base);
    factor = controlArm.factors[stratum];
    return factor == 0
        ? sum
        : sum + factor * factor * totals.later(cohort, from).rounding(month, base);
  }

  /** This one's cohort as controls of another. */
  private double crossed(CohortContrast other, CohortTotals totals, int stratum) {
    double factor = cohortArm.factors[stratum] * other.controlArm.factors[stratum];
    return factor == 0 || cohort < other.from
        ? 0
        : factor
            * product(
                other,
                totals.own(Math.min(cohort, other.cohort), cohort),
                cohortArm.centres[stratum],
                other.controlArm.centres[stratum]);
  }

  /** The controls that both have. */
  private double controlProduct(CohortContrast other, CohortTotals totals, int stratum, int known) {
    int first = Math.max(from, other.from);
    double centre = controlArm.centres[stratum];
    double otherCentre = other.controlArm.centres[stratum];
    double sum = product(other, totals.later(known, first), centre, otherCentre);
    if (cohort >= first) {
      sum -= product(other, totals.own(known, cohort), centre, otherCentre);
    }
    if (other.cohort >= first && other.cohort != cohort) {
      sum -= product(other, totals.own(known, other.cohort), centre, otherCentre);
    }
    return sum;
  }

  private double product(CohortContrast other, MetricSums sums, double centre, double otherCentre) {
    return sums.product(month, base, centre, other.month, other.base, otherCentre);
  }

  /** What the customers of a cohort in a stratum add to this effect's influences, summed. */
  double influence(int of, CohortTotals totals, int stratum) {
    if (of == cohort) {
      return cohortArm.factors[stratum]
          * totals.own(of, of).change(month, base, cohortArm.centres[stratum]);
    }
    return of < from
        ? 0
        : controlArm.factors[stratum]
            * totals.own(Math.min(of, cohort), of).change(month, base, controlArm.centres[stratum]);
  }
}
