package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What a step of entropy balancing needs to know of the controls at a place, and adds: the
 * logarithm of their summed weights, base weight times exp(place'z), and the weighted means and
 * cross products of their columns z. Columns are the treated's distance, standardised; a place has
 * a number for each column that varies among the controls.
 *
 * <p>Weights are told relative to the largest exponent so far, which no double has to hold the
 * exponential of.
 */
public final class EntropyState implements NewtonSearch.Local, Serializable {
  @Serial private static final long serialVersionUID = 1;

  private final double[] place;
  private final int[] kept;
  private final double[] means;
  private final double[][] cross;
  private final double[] away;
  private long n;
  private double level;
  private double weight;
  private double squares;

  private EntropyState(double[] place, int[] kept, int columns) {
    this.place = place;
    this.kept = kept;
    means = new double[columns];
    away = new double[columns];
    cross = new double[place.length][];
    for (int j = 0; j < place.length; j++) {
      cross[j] = new double[j + 1];
    }
  }

  /**
   * Controls added one by one, without an object for any of them: a state that changes, for the
   * reducing side of a pass over many.
   */
  public static final class Sum implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final Standard standard;
    private final double[] row;
    private final EntropyState state;

    /**
     * No controls.
     *
     * @param treated state of the treated's columns, whose means are the aim
     * @param controls state of the controls' columns, which standardises
     * @param place of {@link EntropySearch#place}
     * @throws IllegalArgumentException if columns differ, or the place is not of those that vary
     */
    public Sum(Gram treated, Gram controls, double[] place) {
      EntropyColumns columns = EntropyColumns.of(treated, controls);
      Arguments.sameLength("place", place.length, "columns that vary", columns.kept().length);
      standard = columns.standard();
      row = new double[treated.columns()];
      state = new EntropyState(place.clone(), columns.kept(), row.length);
    }

    /**
     * Adds a control.
     *
     * @param weight its base weight, above 0; that of the others on the same scale
     * @return this
     * @throws IllegalArgumentException if the row is not of the columns, a number not finite, or
     *     the weight not above 0
     */
    public Sum add(double[] covariates, double weight) {
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        Arguments.positive("weight", weight);
      }
      standard.write(covariates, row, 0);
      state.add(row, weight);
      return this;
    }

    /**
     * Adds the controls of {@code other}, which stays as it is.
     *
     * @return this
     * @throws IllegalArgumentException if they are not at the same place
     */
    public Sum plus(Sum other) {
      state.add(other.state);
      return this;
    }

    /** The state of the controls so far. */
    public EntropyState state() {
      return state.copy();
    }
  }

  private void add(double[] row, double base) {
    double exponent = exponent(place, kept, row);
    if (n == 0) {
      level = exponent;
    }
    raiseTo(exponent);
    double relative = base * Math.exp(exponent - level);
    for (int j = 0; j < row.length; j++) {
      away[j] = row[j] - means[j];
    }
    merge(1, relative, relative * relative);
  }

  /** The logarithm of a row's weight. */
  static double exponent(double[] place, int[] kept, double[] row) {
    double exponent = 0;
    for (int j = 0; j < place.length; j++) {
      exponent += place[j] * row[kept[j]];
    }
    return exponent;
  }

  private void raiseTo(double exponent) {
    if (exponent > level) {
      double scale = Math.exp(level - exponent);
      weight *= scale;
      squares *= scale * scale;
      for (double[] products : cross) {
        for (int l = 0; l < products.length; l++) {
          products[l] *= scale;
        }
      }
      level = exponent;
    }
  }

  /** Adds controls whose means lie {@code away}. */
  private void merge(long more, double moreWeight, double moreSquares) {
    n += more;
    if (moreWeight == 0) {
      return;
    }
    double share = moreWeight / (weight + moreWeight);
    double between = weight * share;
    for (int j = 0; j < cross.length; j++) {
      double times = between * away[kept[j]];
      for (int l = 0; l <= j; l++) {
        cross[j][l] += times * away[kept[l]];
      }
    }
    for (int j = 0; j < means.length; j++) {
      means[j] += share * away[j];
    }
    weight += moreWeight;
    squares += moreSquares;
  }

  private void add(EntropyState other) {
    if (!Arrays.equals(place, other.place)) {
      throw new IllegalArgumentException(
          "other is at "
              + Arrays.toString(other.place)
              + ", must be at the place of this, "
              + Arrays.toString(place));
    }
    if (other.n == 0) {
      return;
    }
    if (n == 0) {
      level = other.level;
    }
    raiseTo(other.level);
    double scale = Math.exp(other.level - level);
    for (int j = 0; j < means.length; j++) {
      away[j] = other.means[j] - means[j];
    }
    merge(other.n, other.weight * scale, other.squares * scale * scale);
    for (int j = 0; j < cross.length; j++) {
      for (int l = 0; l <= j; l++) {
        cross[j][l] += other.cross[j][l] * scale;
      }
    }
  }

  private EntropyState copy() {
    EntropyState copy = new EntropyState(place, kept, means.length);
    copy.add(this);
    return copy;
  }

  /**
   * The state of these controls and of {@code other}'s.
   *
   * @throws IllegalArgumentException if they are not at the same place
   */
  public EntropyState plus(EntropyState other) {
    EntropyState sum = copy();
    sum.add(other);
    return sum;
  }

  /** The place that this is the state at. */
  public double[] place() {
    return place.clone();
  }

  /** The number of controls. */
  public long n() {
    return n;
  }

  /** The logarithm of the summed weights. */
  @Override
  public double value() {
    return level + Math.log(weight);
  }

  /** Its derivatives by the place: the weighted means of the columns that vary. */
  @Override
  public double[] gradient() {
    double[] gradient = new double[place.length];
    Arrays.setAll(gradient, j -> means[kept[j]]);
    return gradient;
  }

  /** Its second derivatives: the weighted covariances of these columns. */
  @Override
  public double[][] curvature() {
    double[][] symmetric = new double[place.length][place.length];
    for (int j = 0; j < place.length; j++) {
      for (int l = 0; l <= j; l++) {
        symmetric[j][l] = cross[j][l] / weight;
        symmetric[l][j] = symmetric[j][l];
      }
    }
    return symmetric;
  }

  /** The weighted mean of a column, in the units of the standardised ones. */
  double mean(int column) {
    return means[column];
  }

  /** How many equally weighted controls would tell as much. */
  EffectiveSampleSize effectiveSampleSize() {
    return new EffectiveSampleSize(n, weight, squares);
  }
}
