package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the regressions of all group-time effects given covariates need of customers, from one pass
 * over them: {@link JoiningCohorts} of one stratum in which the covariates stand after the months.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.06.003">Sant'Anna, Zhao 2020</a>
 */
public final class CovariateMoments {
  private final StaggeredDesign design;
  private final List<Comparison> comparisons;
  private final CohortTotals totals;
  private final int months;
  private final int columns;
  private final double[] offsets;

  private CovariateMoments(JoiningCohorts cohorts, StaggeredDesign design, int metric) {
    this.design = design;
    CohortStrata strata = new CohortStrata(cohorts, design, metric);
    Arguments.atMost("strata", strata.size(), 1);
    comparisons = strata.size() == 0 ? List.of() : design.comparisons(cohorts.joined());
    totals = strata.size() == 0 ? null : strata.totals(0);
    months = design.months();
    columns = cohorts.covariates();
    offsets = new double[months + columns];
    Arrays.setAll(offsets, column -> cohorts.offset(metric, column));
  }

  /**
   * The regressions' sums for a metric.
   *
   * @throws IllegalArgumentException if there is no such metric, the design does not fit or has no
   *     controls, or there are several strata
   */
  public static CovariateMoments of(JoiningCohorts cohorts, StaggeredDesign design, int metric) {
    cohorts.require(design, metric);
    design.requireControls();
    return new CovariateMoments(cohorts, design, metric);
  }

  /** All cohorts' months with their bases. */
  public List<Comparison> comparisons() {
    return comparisons;
  }

  /** The customers of the cohort. */
  public long treated(Comparison of) {
    return own(of).n();
  }

  /** The mean of the cohort in the month. */
  public double level(Comparison of) {
    return own(of).sum(of.month()) / own(of).n() + offsets[of.month()];
  }

  /** The customers whom it is compared with. */
  public long controls(Comparison of) {
    return later(of).n() - (isOwnAmongThem(of) ? own(of).n() : 0);
  }

  /**
   * The regression of the controls' change from the base month.
   *
   * @throws IllegalArgumentException if there are no controls
   */
  public Gram ofControls(Comparison of) {
    return gram(of, Outcome.CHANGE);
  }

  /**
   * The regression of who belongs to the cohort, 1, among its customers and controls: for {@link
   * LogisticSearch}.
   *
   * @throws IllegalArgumentException if there are neither
   */
  public Gram ofJoining(Comparison of) {
    return gram(of, Outcome.JOINING);
  }

  private enum Outcome {
    CHANGE,
    JOINING
  }

  /** Of uncentred sums around the offsets. */
  private Gram gram(Comparison of, Outcome outcome) {
    boolean isJoining = outcome == Outcome.JOINING;
    double ownTimes = isJoining == isOwnAmongThem(of) ? 0 : isJoining ? 1 : -1;
    long n = controls(of) + (isJoining ? treated(of) : 0);
    Arguments.atLeast("n", (double) n, 1);
    double[] means = new double[columns + 1];
    double[][] cross = new double[columns + 1][columns + 1];
    for (int one = 0; one <= columns; one++) {
      means[one] =
          one == columns && isJoining
              ? (double) treated(of) / n
              : (sum(later(of), of, one) + ownTimes * sum(own(of), of, one)) / n;
      for (int other = 0; other <= one; other++) {
        double raw =
            one == columns && isJoining
                ? other == columns ? treated(of) : sum(own(of), of, other)
                : product(later(of), of, one, other) + ownTimes * product(own(of), of, one, other);
        double centred = raw - n * means[one] * means[other];
        cross[one][other] = one == other ? Math.max(0, centred) : centred;
      }
    }
    for (int column = 0; column < columns; column++) {
      means[column] += offsets[months + column];
    }
    means[columns] += isJoining ? 0 : offsets[of.month()] - offsets[of.base()];
    return Gram.ofSums(n, (double) n, means, cross);
  }

  /** The sum of a covariate; of the change, which comes after the last. */
  private double sum(MetricSums sums, Comparison of, int column) {
    return column == columns ? sums.change(of.month(), of.base()) : sums.sum(months + column);
  }

  private double product(MetricSums sums, Comparison of, int one, int other) {
    if (one < columns) {
      return sums.product(months + one, months + other);
    }
    return other < columns
        ? sums.product(of.month(), months + other) - sums.product(of.base(), months + other)
        : sums.product(of.month(), of.base(), 0, of.month(), of.base(), 0);
  }

  /** The effect by a regression of the controls' changes alone: it needs no other pass. */
  CovariateEffect byRegression(Comparison of) {
    CovariateCell cell =
        CovariateCell.of(CovariateMethod.OUTCOME_REGRESSION, ofControls(of), Optional.empty());
    MetricSums own = own(of);
    double[] row = new double[columns];
    for (int column = 0; column < columns; column++) {
      row[column] = own.sum(months + column) / own.n() + offsets[months + column];
    }
    double change = own.change(of.month(), of.base()) / own.n();
    return cell.byRegression(
        own.n(), controls(of), row, change + offsets[of.month()] - offsets[of.base()]);
  }

  private int place(Comparison of) {
    return Arrays.binarySearch(totals.joined(), of.joined());
  }

  private int from(Comparison of) {
    return totals.from(design.controlsFrom(of.month(), of.base()));
  }

  private boolean isOwnAmongThem(Comparison of) {
    return place(of) >= from(of);
  }

  private MetricSums own(Comparison of) {
    return totals.own(place(of), place(of));
  }

  private MetricSums later(Comparison of) {
    return totals.later(place(of), from(of));
  }
}
