package dev.cohortium.stats;

import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.GroupTimeEffects.Gap;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The effects of staggered joining on one metric, given covariates, of customers in memory: the
 * same passes as over rows that lie elsewhere, by {@link CovariateCell} and {@link InfluenceSums}.
 *
 * <p>A cell whose cohort, or whose controls, are fewer than the design asks, or no more than the
 * coefficients, or that has no score, is a gap with its reason. Strata are not known here.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.06.003">Sant'Anna, Zhao 2020</a>
 */
public final class CovariateEventStudy {
  private final StaggeredDesign design;
  private final CovariateMethod method;
  private final int[] joined;
  private final int[] acquired;
  private final double[][] rows;
  private final double[][] months;
  private final List<CovariateEffect> fitted = new ArrayList<>();
  private final GroupTimeEffects effects;

  private CovariateEventStudy(
      StaggeredDesign design,
      CovariateMethod method,
      int[] joined,
      int[] acquired,
      double[][] rows,
      double[][] months) {
    this.design = design;
    this.method = method;
    this.joined = joined;
    this.acquired = acquired;
    this.rows = rows;
    this.months = months;
    effects = fit();
  }

  /**
   * The effects on a metric.
   *
   * @param design with controls
   * @param joined of each customer the month, or {@link StaggeredDesign#NEVER}
   * @param acquired of each customer the month of acquisition; negative: before the window
   * @param rows of each customer the covariates, known before every month compared
   * @param months of each customer the metric in each month of the window
   * @throws IllegalArgumentException if there are no customers, lengths differ, a number is not
   *     finite, or the design has no controls
   */
  public static CovariateEventStudy of(
      StaggeredDesign design,
      CovariateMethod method,
      int[] joined,
      int[] acquired,
      double[][] rows,
      double[][] months) {
    design.requireControls();
    Gram.columns(rows);
    Arguments.sameLength("joined", joined.length, "rows", rows.length);
    Arguments.sameLength("acquired", acquired.length, "rows", rows.length);
    Arguments.sameLength("months", months.length, "rows", rows.length);
    Arguments.sameLength("months[0]", months[0].length, "the design", design.months());
    Gram.columns(months);
    return new CovariateEventStudy(design, method, joined, acquired, rows, months);
  }

  private GroupTimeEffects fit() {
    CovariateMoments moments = CovariateMoments.of(cohorts(), design, 0);
    List<Cell> cells = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    for (Comparison of : moments.comparisons()) {
      long treated = moments.treated(of);
      long controls = moments.controls(of);
      Optional<String> reason = reason(treated, controls);
      Optional<CovariateEffect> effect =
          reason.isPresent() ? Optional.empty() : effect(moments, of);
      if (effect.isPresent()) {
        fitted.add(effect.get());
        double value = effect.get().value();
        double level = moments.level(of);
        cells.add(new Cell(of.joined(), of.month(), of.base(), value, level, treated, controls, 0));
      } else {
        String unlike = "No control looks like the cohort.";
        gaps.add(new Gap(of.joined(), of.month(), reason.orElse(unlike)));
      }
    }
    return GroupTimeEffects.of(design, cells, gaps);
  }

  /** The customers' sums, around the first of them. */
  private JoiningCohorts cohorts() {
    JoiningCohorts cohorts = JoiningCohorts.around(design, new double[][] {extended(0)});
    for (int i = 0; i < rows.length; i++) {
      cohorts.add(joined[i], acquired[i], 0, new double[][] {extended(i)});
    }
    return cohorts;
  }

  /** A customer's months, then the covariates. */
  private double[] extended(int customer) {
    double[] row = Arrays.copyOf(months[customer], design.months() + rows[customer].length);
    System.arraycopy(rows[customer], 0, row, design.months(), rows[customer].length);
    return row;
  }

  private Optional<String> reason(long treated, long controls) {
    return TooFew.inCohort(treated, controls, design.leastCohort())
        .or(() -> TooFew.controls(controls, rows[0].length + 1).map(Unmeasured::reason));
  }

  private Optional<CovariateEffect> effect(CovariateMoments moments, Comparison of) {
    if (!method.hasScore()) {
      return Optional.of(moments.byRegression(of));
    }
    Role[] roles = roles(of);
    return score(moments.ofJoining(of), roles)
        .flatMap(
            score -> {
              CovariateCell cell =
                  CovariateCell.of(method, moments.ofControls(of), Optional.of(score));
              return slopes(cell, of, roles).effect();
            });
  }

  private Role[] roles(Comparison of) {
    Role[] roles = new Role[rows.length];
    Arrays.setAll(roles, i -> design.role(of.joined(), of.month(), joined[i], acquired[i]));
    return roles;
  }

  private CovariateCell.Slopes slopes(CovariateCell cell, Comparison of, Role[] roles) {
    CovariateCell.Slopes slopes = new CovariateCell.Slopes(cell);
    for (int i = 0; i < roles.length; i++) {
      if (roles[i] != Role.NEITHER) {
        slopes.add(rows[i], change(i, of.month(), of.base()), roles[i] == Role.TREATED);
      }
    }
    return slopes;
  }

  private Optional<LogisticFit> score(Gram gram, Role[] roles) {
    LogisticSearch search = LogisticSearch.of(gram);
    while (!search.isOver()) {
      LogisticState.Sum sum = new LogisticState.Sum(gram, search.place());
      for (int i = 0; i < roles.length; i++) {
        if (roles[i] != Role.NEITHER) {
          sum.add(rows[i], roles[i] == Role.TREATED, 1);
        }
      }
      search = search.next(sum.state());
    }
    return search.fit();
  }

  private double change(int customer, int month, int base) {
    return months[customer][month] - months[customer][base];
  }

  /** The effects without their errors, and what can be made of them. */
  public GroupTimeEffects effects() {
    return effects;
  }

  /** Several forms of these effects, with their covariances: one pass over the customers. */
  public JointEffects joint(List<LinearForm> forms) {
    InfluenceSums sums = new InfluenceSums(forms);
    int[] places = new int[effects.parts()];
    double[] influences = new double[places.length];
    for (int i = 0; i < rows.length; i++) {
      int count = 0;
      for (int place = 0; place < fitted.size(); place++) {
        Cell cell = effects.cells().get(place);
        Role role = design.role(cell.joined(), cell.month(), joined[i], acquired[i]);
        if (role != Role.NEITHER) {
          double change = change(i, cell.month(), cell.base());
          places[count] = place;
          influences[count++] = fitted.get(place).influence(rows[i], change, role == Role.TREATED);
        }
        if (role == Role.TREATED && effects.levelOf(place) >= 0) {
          places[count] = effects.levelOf(place);
          influences[count++] = cell.ofLevel(months[i][cell.month()]);
        }
      }
      sums.add(places, influences, count, effects.cohortOf(joined[i], acquired[i]));
    }
    return sums.joint(0);
  }
}
