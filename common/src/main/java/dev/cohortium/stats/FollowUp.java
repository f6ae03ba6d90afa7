package dev.cohortium.stats;

/**
 * One unit of a {@link WeightedComparison}: who it is, what it counts, what became of it. Numbers
 * are finite in the months that a horizon of the plan needs. By itself a unit is compared to the
 * end, has no covariates, and its weights come from no score.
 */
public interface FollowUp {
  /** Whether the unit was treated. */
  boolean isTreated();

  /** The months after treatment that were observed, from 0; longer horizons leave it out. */
  int months();

  /** What the unit counts in a weighting, at least 0, on any scale; 0: it is not compared. */
  double weight(int weighting);

  /**
   * The inverse of the chance that the unit was still to be compared in a month after treatment,
   * from 1; 0: it no longer is.
   */
  default double stays(int estimand, int month) {
    return 1;
  }

  /** A metric in a month after treatment, from 1. */
  double after(int metric, int month);

  /** A metric's mean per month before treatment; of use where changes are compared. */
  default double before(int metric) {
    return 0;
  }

  /**
   * Covariates, for the adjustment by regression; as many as the plan says, unless it says none.
   */
  default double[] covariates() {
    return new double[0];
  }

  /** Names the score from which its weights come. */
  default String group() {
    return "";
  }

  /** The unit as its score's regression has it: {@link LogisticFit#standardised}. */
  default double[] scored() {
    return new double[0];
  }

  /** The derivative of the logarithm of {@link #weight} by the score's logit. */
  default double weightSlope(int weighting) {
    return 0;
  }

  /**
   * What the score's regression leaves of the unit: its weight there times (1 if treated, else 0,
   * minus the probability of treatment); 0: it is not in that regression.
   */
  default double surprise() {
    return 0;
  }
}
