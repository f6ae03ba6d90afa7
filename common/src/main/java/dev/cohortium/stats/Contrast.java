package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Optional;

/**
 * One group-time effect as what each customer adds to it: by stratum a factor and a centre of the
 * cohort, and a factor and a centre of its controls. A customer's influence is the factor times the
 * change from the base month less the centre.
 */
final class Contrast {
  private final int cohort;
  private final int month;
  private final int base;
  private final int from;
  private final double[] treatedFactors;
  private final double[] treatedCentres;
  private final double[] controlFactors;
  private final double[] controlCentres;
  private long members;
  private long treated;
  private long controls;
  private double effect;

  /**
   * The contrast of a cohort in a month.
   *
   * @param cohort its place among the joining months
   * @param strata of the metric
   */
  Contrast(StaggeredDesign design, CohortTotals[] strata, int cohort, int month, int base) {
    this.cohort = cohort;
    this.month = month;
    this.base = base;
    int[] joined = strata[0].joined();
    from = place(joined, design.controlsFrom(month, base));
    treatedFactors = new double[strata.length];
    treatedCentres = new double[strata.length];
    controlFactors = new double[strata.length];
    controlCentres = new double[strata.length];
    boolean isNaive = design.controls() == StaggeredDesign.Controls.NOBODY;
    count(strata, isNaive ? 0 : design.leastCohort());
    compare(strata, isNaive);
  }

  private static int place(int[] joined, int month) {
    int place = Arrays.binarySearch(joined, month);
    return place >= 0 ? place : -place - 1;
  }

  /** Keeps the strata that have controls, and counts. */
  private void count(CohortTotals[] strata, int leastControls) {
    for (int s = 0; s < strata.length; s++) {
      long of = strata[s].own(cohort, cohort).n();
      members += of;
      long available = controls(strata[s]);
      if (of > 0 && available >= leastControls) {
        treatedFactors[s] = 1;
        treated += of;
        controls += available;
      }
    }
  }

  private long controls(CohortTotals totals) {
    return totals.later(cohort, from).n() - (cohort >= from ? totals.own(cohort, cohort).n() : 0);
  }

  private double controlChange(CohortTotals totals) {
    return totals.later(cohort, from).change(month, base)
        - (cohort >= from ? totals.own(cohort, cohort).change(month, base) : 0);
  }

  /** Sets effect, factors and centres of the strata that are kept. */
  private void compare(CohortTotals[] strata, boolean isNaive) {
    controls = isNaive ? 0 : controls;
    for (int s = 0; s < strata.length; s++) {
      if (treatedFactors[s] > 0) {
        MetricSums own = strata[s].own(cohort, cohort);
        double share = (double) own.n() / treated;
        if (!isNaive) {
          long available = controls(strata[s]);
          controlCentres[s] = controlChange(strata[s]) / available;
          controlFactors[s] = -share / available;
        }
        treatedFactors[s] = 1.0 / treated;
        effect += share * (own.change(month, base) / own.n() - controlCentres[s]);
      }
    }
    for (int s = 0; s < strata.length; s++) {
      treatedCentres[s] = controlCentres[s] + effect;
    }
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

  /** The effect with what it is of, {@code moved} by what was subtracted from all. */
  GroupTimeEffects.Cell cell(int joined, double moved) {
    return new GroupTimeEffects.Cell(
        joined, month, base, effect + moved, treated, controls, members - treated);
  }

  /** The customers of the cohort, dropped ones too. */
  long members() {
    return members;
  }

  int cohort() {
    return cohort;
  }

  /** What a stratum adds to the covariance of this and another effect. */
  double covariance(Contrast other, CohortTotals totals, int stratum) {
    int known = Math.min(cohort, other.cohort);
    double sum = 0;
    if (cohort == other.cohort) {
      sum +=
          treatedFactors[stratum]
              * other.treatedFactors[stratum]
              * product(
                  other,
                  totals.own(known, cohort),
                  treatedCentres[stratum],
                  other.treatedCentres[stratum]);
    } else {
      sum += crossed(other, totals, stratum) + other.crossed(this, totals, stratum);
    }
    double factor = controlFactors[stratum] * other.controlFactors[stratum];
    return factor == 0 ? sum : sum + factor * controlProduct(other, totals, stratum, known);
  }

  /** This one's cohort as controls of another. */
  private double crossed(Contrast other, CohortTotals totals, int stratum) {
    double factor = treatedFactors[stratum] * other.controlFactors[stratum];
    return factor == 0 || cohort < other.from
        ? 0
        : factor
            * product(
                other,
                totals.own(Math.min(cohort, other.cohort), cohort),
                treatedCentres[stratum],
                other.controlCentres[stratum]);
  }

  /** The controls that both have. */
  private double controlProduct(Contrast other, CohortTotals totals, int stratum, int known) {
    int first = Math.max(from, other.from);
    double centre = controlCentres[stratum];
    double otherCentre = other.controlCentres[stratum];
    double sum = product(other, totals.later(known, first), centre, otherCentre);
    if (cohort >= first) {
      sum -= product(other, totals.own(known, cohort), centre, otherCentre);
    }
    if (other.cohort >= first && other.cohort != cohort) {
      sum -= product(other, totals.own(known, other.cohort), centre, otherCentre);
    }
    return sum;
  }

  private double product(Contrast other, MetricSums sums, double centre, double otherCentre) {
    return sums.product(month, base, centre, other.month, other.base, otherCentre);
  }

  /** What the customers of a cohort in a stratum add to this effect's influences, summed. */
  double influence(int of, CohortTotals totals, int stratum) {
    if (of == cohort) {
      return treatedFactors[stratum]
          * totals.own(of, of).change(month, base, treatedCentres[stratum]);
    }
    return of < from
        ? 0
        : controlFactors[stratum]
            * totals.own(Math.min(of, cohort), of).change(month, base, controlCentres[stratum]);
  }
}
