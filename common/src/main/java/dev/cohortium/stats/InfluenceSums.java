package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The products of customers' influences on some forms of group-time effects, summed: what a pass
 * over customers leaves of them where moments do not suffice. A state that changes, and adds.
 *
 * <p>Where customers depend on each other, or one stands in several matched sets, what is added is
 * a cluster: the sum of what its members move.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021, theorem
 *     2</a>
 */
public final class InfluenceSums implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Share of a weight that rounding may have changed. */
  private static final double ROUNDED = 1e-14;

  private final double[] values;
  private final Parts parts;
  private final double[][] products;
  private long clusters;

  /** No customers. */
  public InfluenceSums(List<LinearForm> forms) {
    int size = forms.size();
    values = forms.stream().mapToDouble(LinearForm::value).toArray();
    parts =
        new Parts(
            forms.stream().map(LinearForm::ofCells).toArray(double[][]::new),
            forms.stream().map(LinearForm::ofCohorts).toArray(double[][]::new));
    products = new double[size][size];
  }

  private InfluenceSums(InfluenceSums like) {
    values = like.values;
    parts = like.parts;
    products = new double[values.length][values.length];
  }

  /** The same forms, without customers. */
  public InfluenceSums none() {
    return new InfluenceSums(this);
  }

  /** What effects, or the size of a cohort, are to the forms that they are part of: a few. */
  private static final class Part implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final int[] forms;
    private final double[] weights;

    Part(double[][] byForm, int place) {
      forms = IntStream.range(0, byForm.length).filter(form -> byForm[form][place] != 0).toArray();
      weights = IntStream.of(forms).mapToDouble(form -> byForm[form][place]).toArray();
    }

    void move(double[] onForms, double by) {
      for (int at = 0; at < forms.length; at++) {
        onForms[forms[at]] += by * weights[at];
      }
    }

    /** How many times the weights of {@code other} these are; 0: not of all forms alike. */
    double times(Part other) {
      if (!Arrays.equals(forms, other.forms)) {
        return 0;
      }
      double times = forms.length == 0 ? 1 : weights[0] / other.weights[0];
      for (int at = 1; at < weights.length; at++) {
        double alike = times * other.weights[at];
        if (Math.abs(weights[at] - alike) > ROUNDED * Math.abs(alike)) {
          return 0;
        }
      }
      return times;
    }
  }

  /**
   * Parts by place instead of weights by form. Effects whose weights are alike but for a factor, as
   * those of cohorts of different sizes in one event month, are one part.
   */
  private static final class Parts implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final Part[] cohorts;
    private final List<Part> effects = new ArrayList<>();
    private final int[] ofCells;
    private final double[] times;

    Parts(double[][] cells, double[][] byCohort) {
      cohorts = new Part[places(byCohort)];
      Arrays.setAll(cohorts, place -> new Part(byCohort, place));
      ofCells = new int[places(cells)];
      times = new double[ofCells.length];
      for (int cell = 0; cell < ofCells.length; cell++) {
        find(new Part(cells, cell), cell);
      }
    }

    private static int places(double[][] byForm) {
      return byForm.length == 0 ? 0 : byForm[0].length;
    }

    private void find(Part part, int cell) {
      int place = 0;
      while (place < effects.size() && part.times(effects.get(place)) == 0) {
        place++;
      }
      if (place == effects.size()) {
        effects.add(part);
      }
      ofCells[cell] = cohorts.length + place;
      times[cell] = part.times(effects.get(place));
    }

    int count() {
      return cohorts.length + effects.size();
    }

    double[] onForms(double[] moved, int forms) {
      double[] onForms = new double[forms];
      for (int place = 0; place < moved.length; place++) {
        if (moved[place] != 0) {
          Part part = place < cohorts.length ? cohorts[place] : effects.get(place - cohorts.length);
          part.move(onForms, moved[place]);
        }
      }
      return onForms;
    }
  }

  /**
   * Adds a customer.
   *
   * @param cells places of the effects that the customer moves
   * @param influences on them
   * @param count how many of them there are
   * @param cohort place of the customer's cohort; negative: in none
   * @return this, changed
   * @throws IllegalArgumentException if an influence is not finite
   */
  public InfluenceSums add(int[] cells, double[] influences, int count, int cohort) {
    double[] moved = unmoved();
    if (cohort >= 0) {
      resize(moved, cohort, 1);
    }
    for (int at = 0; at < count; at++) {
      move(moved, cells[at], influences[at]);
    }
    return add(onForms(moved));
  }

  /** What nobody moves: to be filled by {@link #move} and {@link #resize}, for {@link #onForms}. */
  public double[] unmoved() {
    return new double[parts.count()];
  }

  /**
   * Adds an influence on an effect.
   *
   * @param moved from {@link #unmoved} on
   * @throws IllegalArgumentException if the influence is not finite
   */
  public void move(double[] moved, int cell, double influence) {
    Arguments.finite("influence", influence);
    moved[parts.ofCells[cell]] += parts.times[cell] * influence;
  }

  /**
   * Adds customers to a cohort's size.
   *
   * @param moved from {@link #unmoved} on
   */
  public void resize(double[] moved, int cohort, long customers) {
    moved[cohort] += customers;
  }

  /**
   * By form what moves it.
   *
   * @param moved from {@link #unmoved} on
   */
  public double[] onForms(double[] moved) {
    return parts.onForms(moved, values.length);
  }

  /**
   * Adds a cluster.
   *
   * @param moved by form the sum of what its members move it by, {@link #onForms}
   * @return this, changed
   * @throws IllegalArgumentException if it is of another number of forms
   */
  public InfluenceSums add(double[] moved) {
    Arguments.sameLength("moved", moved.length, "forms", values.length);
    boolean isCompared = false;
    for (int one = 0; one < moved.length; one++) {
      double influence = moved[one];
      if (influence != 0) {
        isCompared = true;
        for (int other = 0; other <= one; other++) {
          products[one][other] += influence * moved[other];
        }
      }
    }
    clusters += isCompared ? 1 : 0;
    return this;
  }

  /**
   * Adds the customers of {@code other}, which stays as it is.
   *
   * @return this, changed
   * @throws IllegalArgumentException if it is of another number of forms
   */
  public InfluenceSums plus(InfluenceSums other) {
    Arguments.sameLength("other", other.values.length, "this", values.length);
    for (int form = 0; form < products.length; form++) {
      CohortMoments.add(other.products[form], products[form]);
    }
    clusters += other.clusters;
    return this;
  }

  /** The forms with the covariances of the customers so far. */
  public JointEffects joint() {
    return new JointEffects(values.clone(), covariance(1));
  }

  private double[][] covariance(double factor) {
    double[][] covariance = new double[values.length][values.length];
    for (int one = 0; one < values.length; one++) {
      for (int other = 0; other <= one; other++) {
        covariance[one][other] = factor * products[one][other];
        covariance[other][one] = covariance[one][other];
      }
    }
    return covariance;
  }

  /**
   * The forms with the covariances of the clusters so far, times G / (G - 1), with G - 1 degrees of
   * freedom; unmeasured of fewer than 2, which cannot tell an error.
   *
   * @see <a href="https://doi.org/10.1093/biomet/73.1.13">Liang, Zeger 1986</a>
   */
  public JointEffects clustered() {
    return new JointEffects(values.clone(), withFactor(), Math.max(1, clusters - 1));
  }

  private double[][] withFactor() {
    return covariance(clusters < 2 ? 0 : (double) clusters / (clusters - 1));
  }
}
