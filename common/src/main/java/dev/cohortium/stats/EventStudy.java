package dev.cohortium.stats;

import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.GroupTimeEffects.Gap;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The effects of staggered joining on one metric, with all their covariances, from moments alone:
 * no covariates, or comparison within the strata of {@link JoiningCohorts}.
 *
 * <p>ATT(g,t) is the mean change of the cohort from its base month less that of its controls;
 * within strata the mean over its customers' strata of such differences, without the customers
 * whose stratum has too few controls. Customers are independent; the covariance is the sum of
 * products of influences, exact, without a small-sample factor. Where nobody stays out until the
 * end the last cohort serves as controls only.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021</a>
 */
public final class EventStudy {
  private final GroupTimeEffects effects;
  private final double[][] covariance;
  private final double[][] ofCohorts;
  private final double[] rounding;

  /** Effects whose errors below those of rounding are none. */
  private EventStudy(
      GroupTimeEffects effects, double[][] covariance, double[][] ofCohorts, double[] rounding) {
    this.effects = effects;
    this.covariance = covariance;
    this.ofCohorts = ofCohorts;
    this.rounding = rounding;
    for (int place = 0; place < rounding.length; place++) {
      if (covariance[place][place] <= rounding[place] * rounding[place]) {
        forget(place);
      }
    }
  }

  /** Makes a part one that does not vary. */
  private void forget(int place) {
    Arrays.fill(covariance[place], 0);
    for (int later = place; later < covariance.length; later++) {
      covariance[later][place] = 0;
    }
    for (double[] cohort : ofCohorts) {
      cohort[place] = 0;
    }
  }

  /**
   * The effects on a metric. Where customers do not vary but by rounding there is no error.
   *
   * @param design with the months of the cohorts, and with anticipation and pre-months for which
   *     their acquisition months were not merged away
   * @throws IllegalArgumentException if there is no such metric, or the design does not fit
   */
  public static EventStudy of(JoiningCohorts cohorts, StaggeredDesign design, int metric) {
    return of(cohorts, design, metric, contrast -> contrast);
  }

  /**
   * The change of the same cohorts alone: of the very customers and months of the study, so that
   * the two differ by the change of those whom the cohorts are compared with, and by nothing else.
   *
   * @param design of the study
   * @throws IllegalArgumentException if there is no such metric, or the design does not fit
   */
  public static EventStudy alone(JoiningCohorts cohorts, StaggeredDesign design, int metric) {
    return of(cohorts, design, metric, CohortContrast::alone);
  }

  private static EventStudy of(
      JoiningCohorts cohorts,
      StaggeredDesign design,
      int metric,
      UnaryOperator<CohortContrast> told) {
    cohorts.require(design, metric);
    CohortStrata strata = cohorts.strata(design, metric);
    List<CohortContrast> contrasts = new ArrayList<>();
    GroupTimeEffects effects = compare(cohorts, design, metric, strata, told, contrasts);
    double[][] ofCohorts = new double[effects.cohorts().length][contrasts.size()];
    double[][] covariance = new double[contrasts.size()][];
    Arrays.setAll(covariance, one -> new double[one + 1]);
    double[] rounding = new double[contrasts.size()];
    // The last stratum that was compared is held still.
    for (int s = strata.size() - 1; s >= 0; s--) {
      CohortTotals totals = strata.totals(s);
      for (int place = 0; place < rounding.length; place++) {
        rounding[place] += contrasts.get(place).rounding(totals, s);
      }
      addCovariances(contrasts, totals, s, covariance);
      addCohorts(effects, contrasts, totals, s, ofCohorts);
    }
    Arrays.setAll(rounding, place -> Math.sqrt(rounding[place]));
    return new EventStudy(effects, covariance, ofCohorts, rounding);
  }

  /**
   * The effects; {@code contrasts} takes those of the cells, in their order, then the levels.
   *
   * @param told what is told of a contrast that is compared
   */
  private static GroupTimeEffects compare(
      JoiningCohorts cohorts,
      StaggeredDesign design,
      int metric,
      CohortStrata strata,
      UnaryOperator<CohortContrast> told,
      List<CohortContrast> contrasts) {
    List<Comparison> comparisons = design.comparisons(cohorts.joined());
    List<CohortContrast> all = contrasts(design, strata, comparisons);
    List<Cell> cells = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    List<CohortContrast> levels = new ArrayList<>();
    int nothing = design.months() + cohorts.covariates();
    for (int place = 0; place < all.size(); place++) {
      Comparison of = comparisons.get(place);
      CohortContrast contrast = all.get(place);
      contrast.compare();
      String reason = contrast.reason(design).orElse("");
      if (reason.isEmpty()) {
        CohortContrast one = told.apply(contrast);
        double moved =
            one.isNaive()
                ? cohorts.offset(metric, of.month()) - cohorts.offset(metric, of.base())
                : 0;
        CohortContrast level = contrast.level(nothing);
        contrasts.add(one);
        if (of.month() >= of.joined()) {
          levels.add(level);
        }
        double mean = level.value() + cohorts.offset(metric, of.month());
        cells.add(one.cell(of.joined(), moved, mean));
      } else {
        gaps.add(new Gap(of.joined(), of.month(), reason));
      }
    }
    contrasts.addAll(levels);
    return GroupTimeEffects.of(design, cells, gaps);
  }

  /** The contrasts of comparisons, all strata counted. */
  private static List<CohortContrast> contrasts(
      StaggeredDesign design, CohortStrata strata, List<Comparison> comparisons) {
    List<CohortContrast> contrasts =
        comparisons.stream()
            .map(of -> new CohortContrast(design, strata.joined(), strata.size(), of))
            .toList();
    for (int s = 0; s < strata.size(); s++) {
      CohortTotals totals = strata.totals(s);
      for (CohortContrast contrast : contrasts) {
        contrast.count(totals, s);
      }
    }
    return contrasts;
  }

  private static void addCovariances(
      List<CohortContrast> contrasts, CohortTotals totals, int stratum, double[][] covariance) {
    for (int one = 0; one < covariance.length; one++) {
      CohortContrast contrast = contrasts.get(one);
      for (int other = 0; other <= one; other++) {
        covariance[one][other] += contrast.covariance(contrasts.get(other), totals, stratum);
      }
    }
  }

  private static void addCohorts(
      GroupTimeEffects effects,
      List<CohortContrast> contrasts,
      CohortTotals totals,
      int stratum,
      double[][] ofCohorts) {
    int[] cohorts = effects.cohorts();
    for (int cohort = 0; cohort < cohorts.length; cohort++) {
      int place = Arrays.binarySearch(totals.joined(), cohorts[cohort]);
      for (int cell = 0; cell < contrasts.size(); cell++) {
        ofCohorts[cohort][cell] += contrasts.get(cell).influence(place, totals, stratum);
      }
    }
  }

  /**
   * About the memory that it takes to study these cohorts in two ways, in bytes: the sums of a
   * metric as each cohort knows them, and the covariances of all effects and levels.
   *
   * @param joined their months
   * @param columns of a metric: months, and covariates after them
   */
  public static long bytes(StaggeredDesign design, Collection<Integer> joined, int columns) {
    List<Comparison> cells =
        design.comparisons(
            IntStream.concat(
                joined.stream().mapToInt(Integer::intValue), IntStream.of(StaggeredDesign.NEVER)));
    long levels = cells.stream().filter(of -> of.month() >= of.joined()).count();
    long parts = cells.size() + levels;
    long sums = 2L * joined.size() * (joined.size() + 1);
    return Double.BYTES * (sums * (columns + 1) * (columns + 1) + parts * (parts + 1));
  }

  /** The effects without their errors, and what can be made of them. */
  public GroupTimeEffects effects() {
    return effects;
  }

  /** The effect at a place of {@link GroupTimeEffects#cells}, with its error. */
  public Measurement effect(int place) {
    double variance = Math.max(0, covariance[place][place]);
    return TooFew.orConstant(
        Estimate.normal(effects.cells().get(place).effect(), Math.sqrt(variance)));
  }

  /** Several forms of these effects, with their covariances. */
  public JointEffects joint(List<LinearForm> forms) {
    int size = forms.size();
    double[][] joint = new double[size][size];
    int[][] cells = new int[size][];
    Arrays.setAll(cells, form -> used(forms.get(form).ofCells()));
    int[] ofAny = Arrays.stream(cells).flatMapToInt(Arrays::stream).distinct().toArray();
    for (int one = 0; one < size; one++) {
      double[] onCells = onCells(forms.get(one), cells[one], ofAny);
      double[] onCohorts = onCohorts(forms.get(one), cells[one]);
      for (int other = 0; other <= one; other++) {
        double sum = LogisticState.product(forms.get(other).ofCohorts(), onCohorts);
        double[] weights = forms.get(other).ofCells();
        for (int cell : cells[other]) {
          sum += weights[cell] * onCells[cell];
        }
        joint[one][other] = sum;
        joint[other][one] = sum;
      }
    }
    for (int form = 0; form < size; form++) {
      double error = rounding(forms.get(form), cells[form]);
      if (joint[form][form] <= error * error) {
        for (int other = 0; other < size; other++) {
          joint[form][other] = 0;
          joint[other][form] = 0;
        }
      }
    }
    return new JointEffects(forms.stream().mapToDouble(LinearForm::value).toArray(), joint);
  }

  /** The error that rounding may make of a form where nothing varies, at most. */
  private double rounding(LinearForm form, int[] cells) {
    return Arrays.stream(cells)
        .mapToDouble(cell -> Math.abs(form.ofCells()[cell]) * rounding[cell])
        .sum();
  }

  /**
   * The covariances of a form with effects.
   *
   * @param cells those that it is made of
   * @param places of the effects that are asked for
   */
  private double[] onCells(LinearForm form, int[] cells, int[] places) {
    double[] sums = new double[covariance.length];
    double[] weights = form.ofCells();
    double[] cohorts = form.ofCohorts();
    for (int place : places) {
      for (int cell : cells) {
        sums[place] +=
            weights[cell] * (cell <= place ? covariance[place][cell] : covariance[cell][place]);
      }
      for (int cohort = 0; cohort < cohorts.length; cohort++) {
        sums[place] += cohorts[cohort] * ofCohorts[cohort][place];
      }
    }
    return sums;
  }

  /** The sums of a form's influences over the customers of each cohort. */
  private double[] onCohorts(LinearForm form, int[] cells) {
    double[] sums = new double[ofCohorts.length];
    int[] joined = effects.cohorts();
    for (int cohort = 0; cohort < sums.length; cohort++) {
      sums[cohort] = effects.size(joined[cohort]) * form.ofCohorts()[cohort];
      for (int cell : cells) {
        sums[cohort] += form.ofCells()[cell] * ofCohorts[cohort][cell];
      }
    }
    return sums;
  }

  private static int[] used(double[] weights) {
    return IntStream.range(0, weights.length).filter(place -> weights[place] != 0).toArray();
  }

  /**
   * The Wald test that all effects before joining are 0, the months of anticipation among them.
   * With many effects and small cohorts it rejects far too often: a number to be shown, not to
   * decide by.
   */
  public Wald beforeJoining() {
    List<Cell> cells = effects.cells();
    int[] places =
        IntStream.range(0, cells.size())
            .filter(place -> cells.get(place).eventMonth() < 0)
            .toArray();
    double[] values = new double[places.length];
    double[][] joint = new double[places.length][places.length];
    for (int one = 0; one < places.length; one++) {
      values[one] = cells.get(places[one]).effect();
      for (int other = 0; other <= one; other++) {
        joint[one][other] = covariance[places[one]][places[other]];
        joint[other][one] = joint[one][other];
      }
    }
    return Wald.of(values, joint);
  }
}
