package dev.cohortium.beforeafter;

import dev.cohortium.stats.StaggeredDesign;

/** What becomes of a member in the event study. */
enum Fate {
  COMPARED("are in the cohort of their joining month"),
  NEVER_BOUGHT("have no order, and were not registered"),
  ALWAYS_MEMBERS("joined before the first month that could be a base"),
  TOO_SOON("joined too soon after their first order, or before it; they are compared until then");

  private final String sentence;

  Fate(String sentence) {
    this.sentence = sentence;
  }

  /** After a number of members. */
  String sentence() {
    return sentence;
  }

  /** That of a member. */
  static Fate of(int joined, int acquired, StaggeredDesign design) {
    if (acquired == StaggeredDesign.NEVER) {
      return NEVER_BOUGHT;
    }
    return switch (design.standing(joined, acquired)) {
      case IN_A_COHORT -> COMPARED;
      case ALWAYS_TREATED -> ALWAYS_MEMBERS;
      case ACQUIRED_TOO_LATE, ACQUIRED_TOO_LATE_TO_COMPARE -> TOO_SOON;
      case NEVER_JOINED ->
          throw new IllegalArgumentException("joined is " + joined + ", must be a month");
    };
  }
}
