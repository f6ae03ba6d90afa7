package dev.cohortium.lookalike;

/**
 * Somebody who could have been treated, once: a member's joining, or an order at which another
 * customer could have joined.
 */
interface Unit {
  /** The customer; several units may be one's. */
  String customer();

  /** Names the unit; ties and draws come from it. */
  long id();

  /** The units whose score is fitted together. */
  String group();

  /** The units of which a customer serves at most once: those of a month, in equal segments. */
  String block();

  /** The stratum inside the block, from 1: whom it may be compared with. */
  int order();

  boolean isTreated();

  /** Year of joining, or in which joining was possible. */
  int year();

  /** The month of it, counted from the panel's first. */
  int month();

  /** The values in which units are compared. */
  String exact();

  /** Share of the stratum's candidates that was drawn; 1 of the treated. */
  double share();

  /** What describes it, as the score and regressions see it. */
  double[] covariates();

  /** Months that were observed after it. */
  int months();

  /** A metric in a month after it, from 1. */
  double after(int metric, int month);

  /** A metric's mean per month before it. */
  double before(int metric);

  /** Whole months, before those that describe it, in which the customer was known. */
  int knownBefore();

  /** A metric in one of these months: 1 is the last of them. */
  double longBefore(int metric, int month);

  /**
   * The inverse of the chance of staying out until a month after it, from 1; 0 once treated.
   *
   * @param scores by which joining is foreseen
   */
  double staysOut(int month, Scores scores);
}
