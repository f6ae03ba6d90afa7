package dev.cohortium.stats;

import java.io.Serial;
import java.io.Serializable;

/**
 * An effect relative to what would have been without it: T / B - 1, where T is the mean of the
 * treated and B = T - estimate their counterfactual mean.
 *
 * <p>Limits are the delta method's, with the covariance of T and B; where B is less than 5 of its
 * errors from 0 they are Fieller's, which need not be bounded.
 *
 * @param effect as a share, 0.1 for 10 %; unmeasured where B is not above 0
 * @param limits of 95 %; the whole line where unmeasured
 * @param method how the limits were found
 * @see <a href="https://doi.org/10.1145/3219819.3219919">Deng, Knoblich, Lu 2018</a>
 * @see <a href="https://doi.org/10.1111/j.2517-6161.1954.tb00159.x">Fieller 1954</a>
 */
public record RelativeEffect(Measurement effect, ConfidenceSet limits, Method method)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Errors of B between it and 0 below which the delta method is not trusted. */
  public static final double FIELLER_BELOW = 5;

  private static final double LEVEL = 0.95;

  /** How limits are found. */
  public enum Method {
    /** Symmetric, from the delta method's error. */
    DELTA,
    /** By inverting the test of T - r B = 0. */
    FIELLER,
    /** There are none. */
    NONE
  }

  /**
   * The relative effect.
   *
   * @param treatedOverBaseline T as numerator, B as denominator, with their errors and covariance
   */
  public static RelativeEffect of(Quotient treatedOverBaseline) {
    double baseline = treatedOverBaseline.denominator();
    if (!(baseline > 0)) {
      return unmeasured(
          new Unmeasured("The baseline is not above 0: there is nothing to be relative to."));
    }
    if (!(treatedOverBaseline.deltaMethod() instanceof Estimate ratio)) {
      return unmeasured(treatedOverBaseline.deltaMethod());
    }
    var relative = new Estimate(ratio.value() - 1, ratio.stdError(), ratio.degreesOfFreedom());
    double stdError = Math.sqrt(treatedOverBaseline.denominatorVariance());
    return baseline < FIELLER_BELOW * stdError
        ? new RelativeEffect(
            relative, treatedOverBaseline.fieller(LEVEL).shiftedBy(-1), Method.FIELLER)
        : new RelativeEffect(relative, ConfidenceSet.of(relative.interval(LEVEL)), Method.DELTA);
  }

  /** The relative effect of two arms drawn apart: T and B are their means, without covariance. */
  public static RelativeEffect of(Estimate treated, Estimate control) {
    return of(Quotient.independent(treated, control));
  }

  /** No relative effect, for the reason that there is no effect. */
  static RelativeEffect unmeasured(Measurement reason) {
    return new RelativeEffect(reason, ConfidenceSet.EVERYTHING, Method.NONE);
  }
}
