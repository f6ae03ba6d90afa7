package dev.cohortium.beforeafter;

import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.StaggeredDesign;

/** What becomes of a member in the event study. */
enum Fate {
  COMPARED("are in the cohort of their joining month"),
  NOT_YET_SEEN("joined in the last month, after which nothing is seen yet"),
  TOO_FEW("joined in a month with too few members to be a cohort"),
  COMPARISON_ONLY(
      "joined in the last month of all, with nobody who stayed out, and serve as comparison only"),
  NOBODY_ELSE("have nobody to be compared with in the months after joining"),
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

  /** That of a member whose months are of no use. */
  static Fate unused(Life life, StaggeredDesign design) {
    if (life.acquired() == StaggeredDesign.NEVER) {
      return NEVER_BOUGHT;
    }
    return life.joined() <= design.anticipation() ? ALWAYS_MEMBERS : TOO_SOON;
  }

  /**
   * That of the members of a cohort, who were acquired in time.
   *
   * @param size their number
   * @param effects on all cohorts
   */
  static Fate ofCohort(int joined, long size, GroupTimeEffects effects) {
    if (joined == effects.design().months() - 1) {
      return NOT_YET_SEEN;
    }
    if (size < effects.design().leastCohort()) {
      return TOO_FEW;
    }
    if (effects.cells().stream().anyMatch(of -> of.joined() == joined && of.eventMonth() > 0)) {
      return COMPARED;
    }
    return effects.gaps().stream().anyMatch(of -> of.joined() == joined)
        ? NOBODY_ELSE
        : COMPARISON_ONLY;
  }
}
