package dev.cohortium.stats;

import java.util.List;

/**
 * A number made of group-time effects: its value, and how an influence on it follows from those on
 * the effects and, since weights by the cohorts' sizes are estimated too, from who belongs to which
 * cohort.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021, section
 *     3</a>
 */
public final class LinearForm {
  private final double value;
  private final double[] ofCells;
  private final double[] ofCohorts;

  private LinearForm(double value, double[] ofCells, double[] ofCohorts) {
    this.value = value;
    this.ofCells = ofCells;
    this.ofCohorts = ofCohorts;
  }

  /** One effect of {@code cells}. */
  static LinearForm cell(double value, int place, int cells, int cohorts) {
    double[] ofCells = new double[cells];
    ofCells[place] = 1;
    return new LinearForm(value, ofCells, new double[cohorts]);
  }

  /**
   * The mean of forms that count alike.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static LinearForm mean(List<LinearForm> forms) {
    return weighted(forms, Vectors.ones(forms.size()));
  }

  /** The mean of forms by fixed weights, whose sum is not 0. */
  private static LinearForm weighted(List<LinearForm> forms, double[] weights) {
    Arguments.atLeast("forms.size()", forms.size(), 1);
    double all = 0;
    for (double weight : weights) {
      all += weight;
    }
    double value = 0;
    double[] cells = new double[forms.get(0).ofCells.length];
    double[] cohorts = new double[forms.get(0).ofCohorts.length];
    for (int place = 0; place < weights.length; place++) {
      LinearForm form = forms.get(place);
      double share = weights[place] / all;
      value += share * form.value;
      add(form.ofCells, share, cells);
      add(form.ofCohorts, share, cohorts);
    }
    return new LinearForm(value, cells, cohorts);
  }

  private static void add(double[] more, double times, double[] into) {
    for (int place = 0; place < into.length; place++) {
      into[place] += times * more[place];
    }
  }

  /**
   * The mean of forms by the sizes of cohorts, which are estimates.
   *
   * @param cohorts of each form the place of its cohort
   * @param sizes of the cohorts
   */
  static LinearForm bySize(List<LinearForm> forms, int[] cohorts, long[] sizes) {
    double[] weights = new double[cohorts.length];
    double all = 0;
    for (int place = 0; place < weights.length; place++) {
      weights[place] = sizes[cohorts[place]];
      all += weights[place];
    }
    LinearForm mean = weighted(forms, weights);
    for (int place = 0; place < weights.length; place++) {
      mean.ofCohorts[cohorts[place]] += (forms.get(place).value - mean.value) / all;
    }
    return mean;
  }

  /** The number itself. */
  public double value() {
    return value;
  }

  /** Of each effect, by its place: what it counts; not a copy. */
  double[] ofCells() {
    return ofCells;
  }

  /** Of each cohort, by its place: what a customer adds by belonging to it; not a copy. */
  double[] ofCohorts() {
    return ofCohorts;
  }
}
