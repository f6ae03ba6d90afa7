package dev.cohortium.beforeafter;

import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.StaggeredDesign;

/** The ways of looking at members before and after. */
enum Variant {
  EVENT_STUDY("event_study"),
  STRATIFIED("event_study_stratified"),
  DOUBLY_ROBUST("event_study_dr"),
  REGRESSION("event_study_or"),
  WEIGHTED("event_study_ipw"),
  REACTING("event_study_ipcw"),
  MATCHED("event_study_matched"),
  SEASONAL("seasonal_before_after"),
  AT_LAUNCH("before_after_did"),
  BY_REGION("launch_by_region"),
  /** The change of members alone, around their joining. */
  NAIVE("naive_before_after"),
  /** The same, around the launch. */
  NAIVE_AT_LAUNCH("naive_before_after");

  private final String word;

  Variant(String word) {
    this.word = word;
  }

  /** Its method in the tables. */
  String word() {
    return word;
  }

  /** What it estimates. */
  String estimand() {
    return switch (this) {
      case EVENT_STUDY,
          STRATIFIED,
          DOUBLY_ROBUST,
          REGRESSION,
          WEIGHTED,
          REACTING,
          MATCHED,
          SEASONAL ->
          "join_vs_stay_out";
      case BY_REGION -> "launch_vs_no_launch";
      case AT_LAUNCH -> "join_at_launch_vs_as_usual";
      case NAIVE -> "change_at_joining";
      case NAIVE_AT_LAUNCH -> "change_at_launch";
    };
  }

  boolean isNaive() {
    return this == NAIVE || this == NAIVE_AT_LAUNCH;
  }

  /** Whether likes are compared with likes only, so that some may have nobody. */
  boolean isWithinStrata() {
    return this == STRATIFIED || this == AT_LAUNCH;
  }

  /** Beside which effect the change of members alone is told; any other is itself. */
  Variant corrected() {
    return switch (this) {
      case NAIVE -> EVENT_STUDY;
      case NAIVE_AT_LAUNCH -> AT_LAUNCH;
      default -> this;
    };
  }

  /** The effects of customers on a metric by this variant. */
  EventStudy study(JoiningCohorts cohorts, StaggeredDesign design, int metric) {
    return isNaive()
        ? EventStudy.alone(cohorts, design, metric)
        : EventStudy.of(cohorts, design, metric);
  }
}
