package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.List;

/**
 * The products of customers' influences on some forms of group-time effects, summed: what a pass
 * over customers leaves of them where moments do not suffice. A state that changes, and adds.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021, theorem
 *     2</a>
 */
public final class InfluenceSums implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final double[] values;
  private final double[][] ofCells;
  private final double[][] ofCohorts;
  private final double[][] products;
  private final double[] onForms;

  /** No customers. */
  public InfluenceSums(List<LinearForm> forms) {
    int size = forms.size();
    values = forms.stream().mapToDouble(LinearForm::value).toArray();
    ofCells = byPlace(forms.stream().map(LinearForm::ofCells).toArray(double[][]::new));
    ofCohorts = byPlace(forms.stream().map(LinearForm::ofCohorts).toArray(double[][]::new));
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

  /** Rows of places instead of rows of forms. */
  private static double[][] byPlace(double[][] byForm) {
    int places = byForm.length == 0 ? 0 : byForm[0].length;
    double[][] byPlace = new double[places][byForm.length];
    for (int form = 0; form < byForm.length; form++) {
      for (int place = 0; place < places; place++) {
        byPlace[place][form] = byForm[form][place];
      }
    }
    return byPlace;
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
    for (int form = 0; form < onForms.length; form++) {
      onForms[form] = cohort < 0 ? 0 : ofCohorts[cohort][form];
    }
    for (int at = 0; at < count; at++) {
      Arguments.finite("influence", influences[at]);
      double[] weights = ofCells[cells[at]];
      for (int form = 0; form < onForms.length; form++) {
        onForms[form] += influences[at] * weights[form];
      }
    }
    for (int one = 0; one < onForms.length; one++) {
      double influence = onForms[one];
      if (influence != 0) {
        for (int other = 0; other <= one; other++) {
          products[one][other] += influence * onForms[other];
        }
      }
    }
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
    return this;
  }

  /** The forms with the covariances of the customers so far. */
  public JointEffects joint() {
    double[][] covariance = new double[values.length][values.length];
    for (int one = 0; one < values.length; one++) {
      for (int other = 0; other <= one; other++) {
        covariance[one][other] = products[one][other];
        covariance[other][one] = products[one][other];
      }
    }
    return new JointEffects(values.clone(), covariance);
  }
}
