package dev.cohortium.stats;

import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.GroupTimeEffects.Gap;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The effects of staggered joining on one metric of customers in memory who are not observed in
 * every month: each mean is of those who are observed in its month, so that month and base may be
 * of different customers. Their number is that of the cohort; a customer's own months may depend on
 * each other.
 *
 * <p>Whether somebody is observed must have nothing to do with the metric. Where that is not sure,
 * compare only customers who are observed in all months ({@link EventStudy}).
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021, appendix
 *     B</a>
 */
public final class UnbalancedEventStudy {
  private final StaggeredDesign design;
  private final int[] joined;
  private final int[] acquired;
  private final double[][] months;
  private final List<Mean[]> means = new ArrayList<>();
  private final GroupTimeEffects effects;

  /** The mean of a month over those who are observed in it. */
  private record Mean(long n, double value) {
    /** What a customer moves it by. */
    double influence(double observed) {
      return Double.isNaN(observed) ? 0 : (observed - value) / n;
    }
  }

  private UnbalancedEventStudy(
      StaggeredDesign design, int[] joined, int[] acquired, double[][] months) {
    this.design = design;
    this.joined = joined;
    this.acquired = acquired;
    this.months = months;
    effects = compare();
  }

  /**
   * The effects on a metric.
   *
   * @param design with controls
   * @param joined of each customer the month, or {@link StaggeredDesign#NEVER}
   * @param acquired of each customer the month of acquisition; negative: before the window
   * @param months of each customer the metric in each month of the window; not a number where it is
   *     not observed
   * @throws IllegalArgumentException if lengths differ, a number is infinite, or the design has no
   *     controls
   */
  public static UnbalancedEventStudy of(
      StaggeredDesign design, int[] joined, int[] acquired, double[][] months) {
    design.requireControls();
    Arguments.sameLength("joined", joined.length, "months", months.length);
    Arguments.sameLength("acquired", acquired.length, "months", months.length);
    for (double[] path : months) {
      Arguments.sameLength("months of a customer", path.length, "the design", design.months());
      Arguments.finite(
          "months", Arrays.stream(path).filter(value -> !Double.isNaN(value)).toArray());
    }
    return new UnbalancedEventStudy(design, joined, acquired, months);
  }

  private GroupTimeEffects compare() {
    List<Cell> cells = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    for (Comparison of : design.comparisons(design.compared(joined, acquired))) {
      long members = count(of, Role.TREATED);
      Mean[] four = {
        mean(of, Role.TREATED, of.month()),
        mean(of, Role.TREATED, of.base()),
        mean(of, Role.CONTROL, of.month()),
        mean(of, Role.CONTROL, of.base())
      };
      long least = Arrays.stream(four).mapToLong(Mean::n).min().orElseThrow();
      if (least >= design.leastCohort()) {
        means.add(four);
        double effect = four[0].value - four[1].value - (four[2].value - four[3].value);
        long controls = count(of, Role.CONTROL);
        double level = four[0].value;
        cells.add(
            new Cell(of.joined(), of.month(), of.base(), effect, level, members, controls, 0));
      } else {
        String reason =
            String.format(
                "A month of the cohort or of its controls has %d customers; fewer than %d tell"
                    + " nothing.",
                least, design.leastCohort());
        gaps.add(new Gap(of.joined(), of.month(), reason));
      }
    }
    return GroupTimeEffects.of(design, cells, gaps);
  }

  private IntStream customers(Comparison of, Role role) {
    return IntStream.range(0, months.length)
        .filter(i -> design.role(of.joined(), of.month(), joined[i], acquired[i]) == role);
  }

  private long count(Comparison of, Role role) {
    return customers(of, role).count();
  }

  private Mean mean(Comparison of, Role role, int month) {
    double[] observed =
        customers(of, role)
            .mapToDouble(i -> months[i][month])
            .filter(value -> !Double.isNaN(value))
            .toArray();
    return new Mean(observed.length, observed.length == 0 ? 0 : Moments.of(observed).mean());
  }

  /** The effects without their errors, and what can be made of them. */
  public GroupTimeEffects effects() {
    return effects;
  }

  /** Several forms of these effects, with their covariances: one pass over the customers. */
  public JointEffects joint(List<LinearForm> forms) {
    InfluenceSums sums = new InfluenceSums(forms);
    int[] places = IntStream.range(0, effects.parts()).toArray();
    double[] influences = new double[places.length];
    for (int i = 0; i < months.length; i++) {
      for (int place = 0; place < means.size(); place++) {
        influences[place] = influence(i, place);
        if (effects.levelOf(place) >= 0) {
          influences[effects.levelOf(place)] = ofLevel(i, place);
        }
      }
      sums.add(places, influences, places.length, effects.cohortOf(joined[i], acquired[i]));
    }
    return sums.joint();
  }

  private double ofLevel(int customer, int place) {
    Cell cell = effects.cells().get(place);
    return role(customer, cell) == Role.TREATED
        ? means.get(place)[0].influence(months[customer][cell.month()])
        : 0;
  }

  private Role role(int customer, Cell cell) {
    return design.role(cell.joined(), cell.month(), joined[customer], acquired[customer]);
  }

  private double influence(int customer, int place) {
    Cell cell = effects.cells().get(place);
    Mean[] four = means.get(place);
    double month = months[customer][cell.month()];
    double base = months[customer][cell.base()];
    return switch (role(customer, cell)) {
      case TREATED -> four[0].influence(month) - four[1].influence(base);
      case CONTROL -> four[3].influence(base) - four[2].influence(month);
      case NEITHER -> 0;
    };
  }
}
