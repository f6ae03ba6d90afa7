package dev.cohortium.stats;

import java.util.Optional;

/** Why arms cannot be compared. */
final class TooFew {
  /** An estimate without any error. */
  static final Unmeasured CONSTANT =
      new Unmeasured("No arm varies: nothing tells how far the estimate may be off.");

  private TooFew() {}

  /** The reason why arms of these sizes cannot give an estimate, if they cannot. */
  static Optional<Unmeasured> arms(long treated, long control, long least) {
    if (treated >= least && control >= least) {
      return Optional.empty();
    }
    return Optional.of(
        new Unmeasured(
            String.format(
                "The arms have %d treated and %d control customers; each needs %d.",
                treated, control, least)));
  }

  /** Why units cannot be compared with an error: fewer than 2 in an arm. */
  static Optional<Unmeasured> toCompare(long treated, long controls) {
    return treated >= 2 && controls >= 2
        ? Optional.empty()
        : Optional.of(
            new Unmeasured(
                "A comparison needs 2 treated and 2 controls; there are "
                    + treated
                    + " treated and "
                    + controls
                    + " controls."));
  }

  /** Why a cohort cannot be compared in a month, for the reader of the results. */
  static Optional<String> inCohort(long treated, long controls, long least) {
    return treated >= least && controls >= least
        ? Optional.empty()
        : Optional.of(
            String.format(
                "The cohort has %d customers and %d controls; fewer than %d tell nothing.",
                treated, controls, least));
  }

  /** Why controls cannot tell an error of their regression: no more than coefficients. */
  static Optional<Unmeasured> controls(long controls, int coefficients) {
    return controls > coefficients
        ? Optional.empty()
        : Optional.of(
            new Unmeasured(
                controls
                    + " controls for "
                    + coefficients
                    + " coefficients leave nothing to tell an error by."));
  }

  /** The estimate, or the reason why one without any error tells nothing. */
  static Measurement orConstant(Estimate estimate) {
    return estimate.stdError() > 0 ? estimate : CONSTANT;
  }

  /** The estimate of these, or the reason why one without any error tells nothing. */
  static Measurement orConstant(double value, double stdError, double degreesOfFreedom) {
    return orConstant(new Estimate(value, stdError, degreesOfFreedom));
  }
}
