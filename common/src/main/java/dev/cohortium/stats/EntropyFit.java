package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;

/**
 * Weights that give controls the treated's means, of rows that may lie anywhere, as an {@link
 * EntropySearch} finds them.
 *
 * @see <a href="https://doi.org/10.1093/pan/mpr025">Hainmueller 2012</a>
 */
public final class EntropyFit implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final int[] kept;
  private final Standard standard;
  private final double[] place;
  private final double[] lambda;
  private final double logSum;
  private final double imbalance;
  private final EffectiveSampleSize controls;

  EntropyFit(EntropyColumns columns, EntropyState state) {
    kept = columns.kept();
    standard = columns.standard();
    place = state.place();
    lambda = new double[standard.size()];
    for (int j = 0; j < kept.length; j++) {
      lambda[kept[j]] = place[j] / columns.unit(kept[j]);
    }
    logSum = state.value();
    imbalance = columns.imbalance(state);
    controls = state.effectiveSampleSize();
  }

  /**
   * What a control's base weight is multiplied by; over all controls these products sum to 1.
   *
   * @throws IllegalArgumentException if the row is not of the columns, or a value not finite
   */
  public double weight(double[] row) {
    double[] standardised = new double[standard.size()];
    standard.write(row, standardised, 0);
    return Math.exp(EntropyState.exponent(place, kept, standardised) - logSum);
  }

  /** How fast a control's log weight grows with each covariate; 0 where aliased. */
  public double[] lambda() {
    return lambda.clone();
  }

  /** The largest difference of means that is left, in standard deviations of all units. */
  public double imbalance() {
    return imbalance;
  }

  /** The effective number of controls. */
  public EffectiveSampleSize controls() {
    return controls;
  }
}
