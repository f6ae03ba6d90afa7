package dev.cohortium.beforeafter;

import dev.cohortium.stats.StaggeredDesign;

/** What becomes of a member in the event study. */
enum Fate {
  COMPARED("are in the cohort of their joining month"),
  NOT_YET_SEEN("joined in the last month, after which nothing is seen yet"),
  TOO_FEW("joined in a month with too few members to be a cohort"),
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

  /** Whether a member belongs to the cohort of the joining month, if there are enough of them. */
  static boolean isInCohort(int joined, int acquired, StaggeredDesign design) {
    return acquired != StaggeredDesign.NEVER
        && design.standing(joined, acquired) == StaggeredDesign.Standing.IN_A_COHORT;
  }

  /**
   * That of a member.
   *
   * @param cohort members of the same month who were acquired in time
   */
  static Fate of(int joined, int acquired, StaggeredDesign design, long cohort) {
    if (acquired == StaggeredDesign.NEVER) {
      return NEVER_BOUGHT;
    }
    return switch (design.standing(joined, acquired)) {
      case IN_A_COHORT ->
          joined == design.months() - 1
              ? NOT_YET_SEEN
              : cohort < design.leastCohort() ? TOO_FEW : COMPARED;
      case ALWAYS_TREATED -> ALWAYS_MEMBERS;
      case ACQUIRED_TOO_LATE, ACQUIRED_TOO_LATE_TO_COMPARE -> TOO_SOON;
      case NEVER_JOINED ->
          throw new IllegalArgumentException("joined is " + joined + ", must be a month");
    };
  }
}
