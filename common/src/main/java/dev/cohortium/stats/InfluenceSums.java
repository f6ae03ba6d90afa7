package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The products of customers' influences on some forms of group-time effects, of one metric or
 * several, summed: what a pass over customers leaves of them where moments do not suffice. A state
 * that changes, and adds.
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

  /** By metric, of each form. */
  private final double[][] values;

  private final Parts parts;

  /** By metric, of two forms, the first not before the second. */
  private final double[][][] products;

  private final long[] clusters;

  /** No customers, of one metric. */
  public InfluenceSums(List<LinearForm> forms) {
    this(new Parts(List.of(forms)), values(List.of(forms)));
  }

  private InfluenceSums(Parts parts, double[][] values) {
    this.parts = parts;
    this.values = values;
    products = new double[values.length][values[0].length][];
    for (double[][] of : products) {
      Arrays.setAll(of, form -> new double[form + 1]);
    }
    clusters = new long[values.length];
  }

  /**
   * No customers.
   *
   * @param byMetric the same forms of the same effects on each metric
   * @throws IllegalArgumentException if there is no metric, or the forms of one are of other
   *     effects
   */
  public static InfluenceSums ofMetrics(List<List<LinearForm>> byMetric) {
    Arguments.atLeast("metrics", byMetric.size(), 1);
    return new InfluenceSums(new Parts(byMetric), values(byMetric));
  }

  private static double[][] values(List<List<LinearForm>> byMetric) {
    return byMetric.stream()
        .map(forms -> forms.stream().mapToDouble(LinearForm::value).toArray())
        .toArray(double[][]::new);
  }

  /** The same forms, without customers. */
  public InfluenceSums none() {
    return new InfluenceSums(parts, values);
  }

  /** What effects are to the forms that they are part of: a few, alike of all metrics. */
  private static final class Part implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final int[] forms;
    private final double[] weights;

    Part(double[][] byForm, int place) {
      forms = IntStream.range(0, byForm.length).filter(form -> byForm[form][place] != 0).toArray();
      weights = IntStream.of(forms).mapToDouble(form -> byForm[form][place]).toArray();
    }

    /**
     * Adds what moves them to what moves the forms.
     *
     * @param from of the first metric
     * @param metrics their number
     */
    void move(double[] onForms, double[] moved, int from, int metrics) {
      for (int at = 0; at < forms.length; at++) {
        int into = forms[at] * metrics;
        double weight = weights[at];
        for (int metric = 0; metric < metrics; metric++) {
          onForms[into + metric] += weight * moved[from + metric];
        }
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
   * those of cohorts of different sizes in one event month, are one part. What moves them stands by
   * part, then metric: first the cohorts.
   */
  private static final class Parts implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final int metrics;
    private final int forms;

    /** By cohort, form and metric. */
    private final double[][] cohorts;

    private final List<Part> effects = new ArrayList<>();
    private final int[] ofCells;
    private final double[] times;

    Parts(List<List<LinearForm>> byMetric) {
      metrics = byMetric.size();
      double[][][] cells = new double[metrics][][];
      Arrays.setAll(cells, of -> weights(byMetric.get(of), LinearForm::ofCells));
      forms = cells[0].length;
      for (double[][] of : cells) {
        if (!Arrays.deepEquals(of, cells[0])) {
          throw new IllegalArgumentException("forms of two metrics are of other effects");
        }
      }
      double[][][] sizes = new double[metrics][][];
      Arrays.setAll(sizes, of -> weights(byMetric.get(of), LinearForm::ofCohorts));
      cohorts = new double[places(sizes[0])][forms * metrics];
      for (int cohort = 0; cohort < cohorts.length; cohort++) {
        for (int at = 0; at < forms * metrics; at++) {
          cohorts[cohort][at] = sizes[at % metrics][at / metrics][cohort];
        }
      }
      ofCells = new int[places(cells[0])];
      times = new double[ofCells.length];
      for (int cell = 0; cell < ofCells.length; cell++) {
        find(new Part(cells[0], cell), cell);
      }
    }

    private static double[][] weights(
        List<LinearForm> forms, Function<LinearForm, double[]> weights) {
      return forms.stream().map(weights).toArray(double[][]::new);
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
      ofCells[cell] = (cohorts.length + place) * metrics;
      times[cell] = part.times(effects.get(place));
    }

    int count() {
      return (cohorts.length + effects.size()) * metrics;
    }

    double[] onForms(double[] moved) {
      double[] onForms = new double[forms * metrics];
      for (int cohort = 0; cohort < cohorts.length; cohort++) {
        double customers = moved[cohort * metrics];
        for (int at = 0; customers != 0 && at < onForms.length; at++) {
          onForms[at] += customers * cohorts[cohort][at];
        }
      }
      for (int place = 0; place < effects.size(); place++) {
        effects.get(place).move(onForms, moved, (cohorts.length + place) * metrics, metrics);
      }
      return onForms;
    }
  }

  /**
   * Adds a customer, of one metric.
   *
   * @param cells places of the effects that the customer moves
   * @param influences on them
   * @param count how many of them there are
   * @param cohort place of the customer's cohort; negative: in none
   * @return this, changed
   * @throws IllegalArgumentException if an influence is not finite, or there are more metrics
   */
  public InfluenceSums add(int[] cells, double[] influences, int count, int cohort) {
    Arguments.atMost("metrics", parts.metrics, 1);
    double[] moved = unmoved();
    if (cohort >= 0) {
      resize(moved, cohort, 1);
    }
    for (int at = 0; at < count; at++) {
      Arguments.finite("influence", influences[at]);
      moved[parts.ofCells[cells[at]]] += parts.times[cells[at]] * influences[at];
    }
    return add(onForms(moved));
  }

  /** What nobody moves: to be filled by {@link #move} and {@link #resize}, for {@link #onForms}. */
  public double[] unmoved() {
    return new double[parts.count()];
  }

  /**
   * Adds influences on an effect.
   *
   * @param moved from {@link #unmoved} on
   * @param influences by metric
   * @throws IllegalArgumentException if an influence is not finite
   */
  public void move(double[] moved, int cell, double[] influences) {
    Arguments.finite("influence", influences);
    int at = parts.ofCells[cell];
    double times = parts.times[cell];
    for (int metric = 0; metric < influences.length; metric++) {
      moved[at + metric] += times * influences[metric];
    }
  }

  /**
   * Adds customers to a cohort's size.
   *
   * @param moved from {@link #unmoved} on
   */
  public void resize(double[] moved, int cohort, long customers) {
    moved[cohort * parts.metrics] += customers;
  }

  /**
   * By form, then metric, what moves it.
   *
   * @param moved from {@link #unmoved} on
   */
  public double[] onForms(double[] moved) {
    return parts.onForms(moved);
  }

  /**
   * Adds a cluster.
   *
   * @param moved by form, then metric, the sum of what its members move it by, {@link #onForms}
   * @return this, changed
   * @throws IllegalArgumentException if it is of another number of forms or metrics
   */
  public InfluenceSums add(double[] moved) {
    Arguments.sameLength("moved", moved.length, "forms", parts.forms * parts.metrics);
    double[] own = new double[parts.forms];
    for (int metric = 0; metric < parts.metrics; metric++) {
      for (int form = 0; form < own.length; form++) {
        own[form] = moved[form * parts.metrics + metric];
      }
      clusters[metric] += add(own, products[metric]) ? 1 : 0;
    }
    return this;
  }

  private static boolean add(double[] moved, double[][] products) {
    boolean isCompared = false;
    for (int one = 0; one < moved.length; one++) {
      double influence = moved[one];
      if (influence != 0) {
        isCompared = true;
        double[] with = products[one];
        for (int other = 0; other <= one; other++) {
          with[other] += influence * moved[other];
        }
      }
    }
    return isCompared;
  }

  /**
   * Adds the customers of {@code other}, which stays as it is.
   *
   * @return this, changed
   * @throws IllegalArgumentException if it is of another number of forms or metrics
   */
  public InfluenceSums plus(InfluenceSums other) {
    Arguments.sameLength("other's metrics", other.parts.metrics, "this", parts.metrics);
    Arguments.sameLength("other", other.parts.forms, "this", parts.forms);
    for (int metric = 0; metric < products.length; metric++) {
      for (int form = 0; form < parts.forms; form++) {
        CohortMoments.add(other.products[metric][form], products[metric][form]);
      }
      clusters[metric] += other.clusters[metric];
    }
    return this;
  }

  /** The forms of a metric with the covariances of the customers so far. */
  public JointEffects joint(int metric) {
    return new JointEffects(values[metric].clone(), covariance(metric, 1));
  }

  private double[][] covariance(int metric, double factor) {
    double[][] covariance = new double[parts.forms][parts.forms];
    for (int one = 0; one < parts.forms; one++) {
      for (int other = 0; other <= one; other++) {
        covariance[one][other] = factor * products[metric][one][other];
        covariance[other][one] = covariance[one][other];
      }
    }
    return covariance;
  }

  /**
   * The forms of a metric with the covariances of the clusters so far, times G / (G - 1), with G -
   * 1 degrees of freedom; unmeasured of fewer than 2, which cannot tell an error.
   *
   * @see <a href="https://doi.org/10.1093/biomet/73.1.13">Liang, Zeger 1986</a>
   */
  public JointEffects clustered(int metric) {
    long of = clusters[metric];
    double factor = of < 2 ? 0 : (double) of / (of - 1);
    return new JointEffects(
        values[metric].clone(), covariance(metric, factor), Math.max(1, of - 1));
  }
}
