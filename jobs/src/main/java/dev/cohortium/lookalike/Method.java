package dev.cohortium.lookalike;

import dev.cohortium.stats.ComparisonPlan.Adjustment;
import dev.cohortium.stats.ComparisonPlan.Contrast;
import dev.cohortium.stats.ComparisonPlan.Outcome;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The ways of comparing members with those like them, side by side. */
enum Method {
  MATCHED("look_alike_matched"),
  DID("look_alike_did"),
  REGRESSION("look_alike_regression"),
  IPW("look_alike_ipw"),
  ENTROPY("look_alike_entropy"),
  AIPW("look_alike_aipw"),
  /** {@link #IPW} with weights that are not capped. */
  IPW_UNCAPPED("look_alike_ipw");

  /** Variant of what is not capped. */
  static final String UNTRUNCATED = "untruncated";

  /** Members and others as they are, without any comparison of likes. */
  static final String NAIVE = "naive_member_vs_non_member";

  private final String word;

  Method(String word) {
    this.word = word;
  }

  /** Its name in the tables. */
  String word() {
    return word;
  }

  /** Whether units stand in matched sets. */
  boolean isMatched() {
    return contrast().weighting() == Weighing.MATCHED;
  }

  /** Those with whom members are compared, whose balance is known. */
  Optional<Likeness.Role> others() {
    return switch (this) {
      case MATCHED, DID, REGRESSION -> Optional.of(Likeness.Role.LOOK_ALIKE);
      case IPW, AIPW -> Optional.of(Likeness.Role.BY_ODDS);
      case ENTROPY -> Optional.of(Likeness.Role.BY_ENTROPY);
      case IPW_UNCAPPED -> Optional.empty();
    };
  }

  /** Its place among {@link #placebos}, for the level of a month; the change comes after it. */
  int placebo() {
    return switch (this) {
      case MATCHED, DID, REGRESSION -> 0;
      case IPW, IPW_UNCAPPED, AIPW -> 2;
      case ENTROPY -> 4;
    };
  }

  /** What is estimated of months long before, where nothing should differ. */
  static List<Contrast> placebos() {
    return List.of(
        Contrast.plain(Weighing.MATCHED, Outcome.LEVEL),
        Contrast.plain(Weighing.MATCHED, Outcome.CHANGE),
        Contrast.plain(Weighing.ODDS, Outcome.LEVEL),
        Contrast.plain(Weighing.ODDS, Outcome.CHANGE),
        Contrast.plain(Weighing.ENTROPY, Outcome.LEVEL),
        Contrast.plain(Weighing.ENTROPY, Outcome.CHANGE));
  }

  /** Its place among the contrasts. */
  int place() {
    return Arrays.asList(values()).indexOf(this);
  }

  private Contrast contrast() {
    return switch (this) {
      case MATCHED -> Contrast.plain(Weighing.MATCHED, Outcome.LEVEL);
      case DID -> Contrast.plain(Weighing.MATCHED, Outcome.CHANGE);
      case REGRESSION ->
          new Contrast(Weighing.MATCHED, Weighing.MATCHED, Outcome.LEVEL, Adjustment.BOTH_ARMS);
      case IPW_UNCAPPED -> Contrast.plain(Weighing.ODDS_UNCAPPED, Outcome.LEVEL);
      case IPW -> Contrast.plain(Weighing.ODDS, Outcome.LEVEL);
      case ENTROPY ->
          new Contrast(Weighing.ENTROPY, Weighing.ENTROPY, Outcome.LEVEL, Adjustment.CONTROLS);
      case AIPW -> new Contrast(Weighing.ODDS, Weighing.DRAWN, Outcome.LEVEL, Adjustment.CONTROLS);
    };
  }

  /** What is estimated, in the order of the methods. */
  static List<Contrast> contrasts() {
    return Arrays.stream(values()).map(Method::contrast).toList();
  }
}
