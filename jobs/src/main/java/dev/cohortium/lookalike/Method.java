package dev.cohortium.lookalike;

import dev.cohortium.stats.ComparisonPlan.Adjustment;
import dev.cohortium.stats.ComparisonPlan.Contrast;
import dev.cohortium.stats.ComparisonPlan.Outcome;
import java.util.Arrays;
import java.util.List;

/** The ways of comparing members with those like them, side by side. */
enum Method {
  MATCHED("look_alike_matched", Contrast.plain(Weighing.MATCHED, Outcome.LEVEL)),
  DID("look_alike_did", Contrast.plain(Weighing.MATCHED, Outcome.CHANGE)),
  REGRESSION(
      "look_alike_regression",
      new Contrast(Weighing.MATCHED, Weighing.MATCHED, Outcome.LEVEL, Adjustment.BOTH_ARMS)),
  IPW("look_alike_ipw", Contrast.plain(Weighing.ODDS, Outcome.LEVEL)),
  ENTROPY(
      "look_alike_entropy",
      new Contrast(Weighing.ENTROPY, Weighing.DRAWN, Outcome.LEVEL, Adjustment.CONTROLS)),
  AIPW(
      "look_alike_aipw",
      new Contrast(Weighing.ODDS, Weighing.DRAWN, Outcome.LEVEL, Adjustment.CONTROLS));

  /** Members and others as they are, without any comparison of likes. */
  static final String NAIVE = "naive_member_vs_non_member";

  private final String word;
  private final Contrast contrast;

  Method(String word, Contrast contrast) {
    this.word = word;
    this.contrast = contrast;
  }

  /** Its name in the tables. */
  String word() {
    return word;
  }

  /** Whether units stand in matched sets. */
  boolean isMatched() {
    return contrast.weighting() == Weighing.MATCHED;
  }

  /** What is estimated, in the order of the methods. */
  static List<Contrast> contrasts() {
    return Arrays.stream(values()).map(method -> method.contrast).toList();
  }
}
