package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
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

  private final double[] values;
  private final Part[] ofCells;
  private final Part[] ofCohorts;
  private final double[][] products;
  private final double[] onForms;
  private long clusters;

  /** No customers. */
  public InfluenceSums(List<LinearForm> forms) {
    int size = forms.size();
    values = forms.stream().mapToDouble(LinearForm::value).toArray();
    ofCells = parts(forms.stream().map(LinearForm::ofCells).toArray(double[][]::new));
    ofCohorts = parts(forms.stream().map(LinearForm::ofCohorts).toArray(double[][]::new));
    products = new double[size][size];
    onForms = new double[size];
  }

  private InfluenceSums(InfluenceSums like) {
    values = like.values;
    ofCells = like.ofCells;
    ofCohorts = like.ofCohorts;
    products = new double[values.length][values.length];
    onForms = new double[values.length];
  }

  /** The same forms, without customers. */
  public InfluenceSums none() {
    return new InfluenceSums(this);
  }

  /** What an effect, or the size of a cohort, is to the forms that it is part of: a few of them. */
  private static final class Part implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final int[] forms;
    private final double[] weights;

    Part(double[][] byForm, int place) {
      forms = IntStream.range(0, byForm.length).filter(form -> byForm[form][place] != 0).toArray();
      weights = IntStream.of(forms).mapToDouble(form -> byForm[form][place]).toArray();
    }

    void move(double[] moved, double by) {
      for (int at = 0; at < forms.length; at++) {
        moved[forms[at]] += by * weights[at];
      }
    }
  }

  /** Parts by place instead of weights by form. */
  private static Part[] parts(double[][] byForm) {
    int places = byForm.length == 0 ? 0 : byForm[0].length;
    return IntStream.range(0, places)
        .mapToObj(place -> new Part(byForm, place))
        .toArray(Part[]::new);
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
    Arrays.fill(onForms, 0);
    if (cohort >= 0) {
      resize(onForms, cohort, 1);
    }
    for (int at = 0; at < count; at++) {
      move(onForms, cells[at], influences[at]);
    }
    return add(onForms);
  }

  /** By form what nobody moves it by: to be added to, and to be added as a cluster. */
  public double[] unmoved() {
    return new double[values.length];
  }

  /**
   * Adds what an influence on an effect moves each form by.
   *
   * @param moved by form
   * @throws IllegalArgumentException if the influence is not finite
   */
  public void move(double[] moved, int cell, double influence) {
    Arguments.finite("influence", influence);
    ofCells[cell].move(moved, influence);
  }

  /**
   * Adds what customers move each form by as a part of their cohort's size.
   *
   * @param moved by form
   */
  public void resize(double[] moved, int cohort, long customers) {
    ofCohorts[cohort].move(moved, (double) customers);
  }

  /**
   * Adds a cluster.
   *
   * @param moved by form the sum of what its members move it by, from {@link #unmoved} on
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

  /** The clusters, or customers, that move a form. */
  public long clusters() {
    return clusters;
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

  /**
   * The forms with covariances by two clusterings, V_set + V_customer - V_both, each with its own G
   * / (G - 1); negative directions are none, and no error is below that of one clustering alone.
   * The degrees of freedom are those of the fewer clusters.
   *
   * @param sets sums by matched set
   * @param customers sums by customer, who may stand in several sets
   * @param both sums by customer within set
   * @throws IllegalArgumentException if they are of other forms
   * @see <a href="https://doi.org/10.1198/jbes.2010.07136">Cameron, Gelbach, Miller 2011</a>
   */
  public static JointEffects clustered(
      InfluenceSums sets, InfluenceSums customers, InfluenceSums both) {
    Arguments.sameLength("customers", customers.values.length, "sets", sets.values.length);
    Arguments.sameLength("both", both.values.length, "sets", sets.values.length);
    double[][] covariance =
        TwoWay.covariance(sets.withFactor(), customers.withFactor(), both.withFactor());
    long fewest = Math.min(sets.clusters, customers.clusters);
    return new JointEffects(sets.values.clone(), covariance, Math.max(1, fewest - 1));
  }
}
