package dev.cohortium.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.RealMatrix;

/**
 * Several effects with their covariances, normal as estimates of many customers are, or of
 * Student's t where clusters are few: each with its error, and what holds for all of them together.
 *
 * @see <a href="https://doi.org/10.1016/j.jeconom.2020.12.001">Callaway, Sant'Anna 2021, section
 *     4</a>
 */
public final class JointEffects {
  private static final int DRAWS = 100_000;
  private static final long SALT = 0x5eed_ba2dL;

  private final double[] values;
  private final double[][] covariance;
  private final double[] errors;
  private final double degreesOfFreedom;

  JointEffects(double[] values, double[][] covariance) {
    this(values, covariance, Double.POSITIVE_INFINITY);
  }

  /** Effects whose errors stand on few clusters; the tests of all at once stay those of many. */
  JointEffects(double[] values, double[][] covariance, double degreesOfFreedom) {
    Arguments.finite("values", values);
    for (double[] row : covariance) {
      Arguments.finite("covariance", row);
    }
    this.values = values;
    this.covariance = covariance;
    this.degreesOfFreedom = degreesOfFreedom;
    errors = Correlation.errors(covariance);
  }

  /** The number of effects. */
  public int size() {
    return values.length;
  }

  /** An effect with its error; unmeasured where nothing varies. */
  public Measurement effect(int place) {
    return TooFew.orConstant(values[place], errors[place], degreesOfFreedom);
  }

  /**
   * An effect with its error; unmeasured where that is rounding beside a level.
   *
   * @param effect its place
   * @param level the place of the same mean of {@link GroupTimeEffects#levels}
   */
  public Measurement effect(int effect, int level) {
    double error = Rounding.without(errors[effect], values[effect], values[level]);
    return TooFew.orConstant(values[effect], error, degreesOfFreedom);
  }

  /** The covariance of two effects. */
  public double covariance(int one, int other) {
    return covariance[one][other];
  }

  /**
   * The sum of the effects, each times its weight; unmeasured where nothing varies.
   *
   * @throws IllegalArgumentException if weights are not as many
   */
  public Measurement sum(double[] weights) {
    Arguments.sameLength("weights", weights.length, "effects", values.length);
    double value = 0;
    double variance = 0;
    for (int one = 0; one < weights.length; one++) {
      value += weights[one] * values[one];
      for (int other = 0; other < weights.length; other++) {
        variance += weights[one] * weights[other] * covariance[one][other];
      }
    }
    return TooFew.orConstant(Estimate.normal(value, Math.sqrt(Math.max(0, variance))));
  }

  /** The effects at some places. */
  public JointEffects of(int... places) {
    double[][] some = new double[places.length][places.length];
    for (int one = 0; one < places.length; one++) {
      for (int other = 0; other < places.length; other++) {
        some[one][other] = covariance[places[one]][places[other]];
      }
    }
    return new JointEffects(
        Arrays.stream(places).mapToDouble(at -> values[at]).toArray(), some, degreesOfFreedom);
  }

  /**
   * An effect relative to what would have been without it.
   *
   * @param effect its place
   * @param level the place of the same mean of {@link GroupTimeEffects#levels}
   */
  public RelativeEffect relative(int effect, int level) {
    double together = covariance[effect][level];
    double baselineVariance = covariance[level][level] + covariance[effect][effect] - 2 * together;
    double most = errors[level] * Math.sqrt(Math.max(0, baselineVariance));
    double ofBoth = covariance[level][level] - together;
    return RelativeEffect.of(
        new Quotient(
            values[level],
            values[level] - values[effect],
            errors[level] * errors[level],
            Math.max(0, baselineVariance),
            Math.max(-most, Math.min(most, ofBoth)),
            degreesOfFreedom));
  }

  /** The test that all are 0. */
  public Wald wald() {
    return Wald.of(values, covariance);
  }

  /** The test that all are 0, were the values those given. */
  Wald along(double[] others) {
    return Wald.of(others, covariance);
  }

  /**
   * The number of errors that holds all effects at once at a level: the quantile of the largest of
   * normal variables of these correlations, by 100,000 draws, the same at every call. Where one
   * effect varies, or none, that of one. Of few clusters the quantile of t that is as rare.
   *
   * @throws IllegalArgumentException if level does not lie between 0 and 1
   */
  public double bandFactor(double level) {
    Arguments.inside("level", level, 0, 1);
    int[] varying = Correlation.varying(errors);
    double one = Distributions.tQuantile((1 + level) / 2, degreesOfFreedom);
    if (varying.length < 2) {
      return one;
    }
    RealMatrix root = Wald.root(Correlation.of(covariance, errors, varying));
    double[] largest = new NormalDraws(root.getData(), SALT).largest(DRAWS);
    Arrays.sort(largest);
    int place = (int) Math.ceil(level * DRAWS) - 1;
    return Math.max(one, asRare(largest[place]));
  }

  /** The quantile of t that is exceeded as often as a normal one. */
  private double asRare(double normal) {
    return Double.isInfinite(degreesOfFreedom)
        ? normal
        : Distributions.tQuantile(1 - Distributions.normalUpper(normal), degreesOfFreedom);
  }

  /**
   * Limits that hold all effects at once at a level; of those that do not vary their value.
   *
   * @throws IllegalArgumentException if level does not lie between 0 and 1
   */
  public List<Interval> band(double level) {
    double factor = bandFactor(level);
    List<Interval> band = new ArrayList<>(values.length);
    for (int place = 0; place < values.length; place++) {
      double reach = factor * errors[place];
      band.add(new Interval(values[place] - reach, values[place] + reach));
    }
    return band;
  }
}
