package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Effect.Check;
import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.Interval;
import dev.cohortium.stats.LaunchPermutations;
import dev.cohortium.stats.PreTrend;
import dev.cohortium.stats.StaggeredDesign;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** Says of each effect how far it can be trusted (methods.md 7 and 10). */
final class Checks {
  static final String PRE_TREND = "pre_trend";
  static final String BREAKDOWN = "breakdown_plugin";
  static final String DETECTABLE = "detectable_slope";
  static final String REACTION = "joining_reacts";
  static final String DETECTABLE_REACTION = "detectable_reaction";
  static final String AT_AN_ORDER = "joined_at_an_order";
  static final String ALIVE = "alive_at_joining";
  static final String CONTAMINATION = "contamination";
  static final String ATTRITION = "attrition";
  static final String EXCHANGED = "launches_exchanged";
  static final String DROPPED = "dropped_by_strata";

  /** The grade of an event study: the evidence is that likes were compared. */
  static final Effect.Grading GRADING =
      new Effect.Grading(
          "B",
          List.of(
              PRE_TREND, BREAKDOWN, DETECTABLE, REACTION, DETECTABLE_REACTION, AT_AN_ORDER, ALIVE),
          "D",
          List.of());

  /** The grade of a comparison that nothing was seen of before. */
  static final Effect.Grading UNTESTED = new Effect.Grading("D", List.of(), "D", List.of());

  private static final double LEVEL = 0.05;
  private static final double LEAST_BREAKDOWN = 0.5;
  private static final double MOST_CONTAMINATED = 0.1;
  private static final double LEAST_COMPARED = 0.5;
  private static final double MOST_DROPPED = 0.1;

  private final Optional<Reaction> reaction;
  private final OrderHazards hazards;
  private final Stopping stopping;
  private final Map<Fate, Long> fates;
  private final long members;
  private final long leavers;
  private final int smallest;

  /**
   * Those of a place.
   *
   * @param reaction of joining to recent orders
   * @param hazards of joining at an order
   * @param stopping of those not joined
   * @param fates members by what became of them
   * @param leavers members who left again
   * @param smallest number of members below which nothing is told of them
   */
  Checks(
      Optional<Reaction> reaction,
      OrderHazards hazards,
      Stopping stopping,
      Map<Fate, Long> fates,
      long leavers,
      int smallest) {
    this.hazards = hazards;
    this.stopping = stopping;
    this.leavers = leavers;
    this.smallest = smallest;
    this.reaction = reaction;
    this.fates = fates;
    members = fates.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Judges an effect of event months 1 to the horizon of its key.
   *
   * @param months whether one of its cells is the effect's
   * @param before what was seen of its cohorts before joining
   * @param unit of the effect in that of {@code studied}
   */
  void judge(
      Effect effect, Studied studied, Predicate<Cell> months, Studied.Before before, double unit) {
    long compared = effect.treated();
    effect.check(
        studied.variant() == Variant.MATCHED ? withLookAlikes(compared) : attrition(compared));
    if (effect.isMeasured()) {
      effect.check(trend(before.preTrend(), studied.effects().design()));
      effect.check(breakdown(before.breakdown()));
      effect.check(detectable(effect, before.preTrend(), unit));
      effect.check(reacts());
      effect.check(detectableReaction(effect));
      double missing = hazards.missing(studied.effects(), months);
      effect.check(atAnOrder(effect, studied.variant(), missing));
      effect.check(
          alive(effect, studied.variant(), studied.variant() == Variant.REACTING ? 0 : missing));
    }
  }

  private static Check notJudged(String name, double threshold, String note) {
    return new Check(name, null, threshold, Effect.NOT_JUDGED, note);
  }

  private static Check notJudged(String name, String note) {
    return new Check(name, null, null, Effect.NOT_JUDGED, note);
  }

  /** A check of a share that has to be below a threshold. */
  private static Check few(String name, double share, double threshold, String note) {
    String outcome = share < threshold ? Effect.PASSED : Effect.INCONCLUSIVE;
    return new Check(name, share, threshold, outcome, note);
  }

  private static Check trend(Optional<PreTrend> preTrend, StaggeredDesign design) {
    if (preTrend.isEmpty() || preTrend.get().wald().degreesOfFreedom() == 0) {
      return notJudged(
          PRE_TREND, LEVEL, "No months before the base tell whether they moved alike.");
    }
    PreTrend found = preTrend.get();
    boolean isAlike = found.wald().pValue() >= LEVEL;
    return new Check(
        PRE_TREND,
        found.wald().pValue(),
        LEVEL,
        isAlike ? Effect.PASSED : Effect.FAILED,
        String.format(
                Locale.ROOT,
                isAlike
                    ? "In months %d to %d since joining members and those whom they are compared with moved alike, as far as can be seen."
                    : "In months %d to %d since joining members and those whom they are compared with moved apart already: what changed afterwards may be more of the same, and not the programme.",
                found.firstEventMonth(),
                found.lastEventMonth())
            + told(found.wald().degreesOfFreedom(), design));
  }

  /** How much a test before joining looked at. */
  private static String told(int degreesOfFreedom, StaggeredDesign design) {
    int all = PreTrend.preMonthsOfAll(design.anticipation());
    return String.format(
            Locale.ROOT,
            " The test has %d degree%s of freedom",
            degreesOfFreedom,
            degreesOfFreedom == 1 ? "" : "s")
        + (design.preMonths() < all
            ? String.format(
                Locale.ROOT,
                "; with before-after.pre-months = %d it has up to %d.",
                all,
                PreTrend.mostMonths())
            : ".");
  }

  private static Check breakdown(OptionalDouble value) {
    return value.isEmpty()
        ? notJudged(
            BREAKDOWN, LEAST_BREAKDOWN, "No change before joining was seen to compare with.")
        : new Check(
            BREAKDOWN,
            value.getAsDouble(),
            LEAST_BREAKDOWN,
            value.getAsDouble() >= LEAST_BREAKDOWN ? Effect.PASSED : Effect.INCONCLUSIVE,
            "Times the largest monthly change seen before joining that may go on every month until the effect of the first three months is gone.");
  }

  private static Check detectable(Effect effect, Optional<PreTrend> preTrend, double unit) {
    OptionalDouble bias =
        preTrend.isEmpty() ? OptionalDouble.empty() : preTrend.get().bias(1, effect.key().months());
    if (bias.isEmpty()) {
      return new Check(
          DETECTABLE, null, null, Effect.NOT_JUDGED, "No slope before joining could be seen.");
    }
    double size = Math.abs(effect.estimate().value());
    return new Check(
        DETECTABLE,
        size,
        bias.getAsDouble() / unit,
        size > bias.getAsDouble() / unit ? Effect.PASSED : Effect.INCONCLUSIVE,
        "A slope of their own that the months before joining would have shown in 4 of 5 cases would make up the threshold; a smaller effect may be such a slope.");
  }

  private Check reacts() {
    return reaction
        .map(Checks::reacts)
        .orElseGet(
            () ->
                notJudged(
                    REACTION, LEVEL, "No earlier months tell whether joining follows purchases."));
  }

  private static Check reacts(Reaction found) {
    String says =
        found.isAtBase()
            ? ": joining follows what was bought before, which comes down by itself. Trust the look-alike comparison instead."
            : found.isThere()
                ? ", in the last months before it only: either joining is felt before it, or it follows what was just bought, which comes down by itself; orders cannot tell the two apart."
                : ": no sign that joining follows what was just bought.";
    return new Check(
        REACTION,
        found.pValue(),
        LEVEL,
        found.isAtBase() ? Effect.FAILED : found.isThere() ? Effect.INCONCLUSIVE : Effect.PASSED,
        String.format(
            Locale.ROOT,
            "Just before joining members ordered %+.3g a month against their earlier months, net of others%s",
            found.shown().value(),
            says));
  }

  /**
   * Whether the effect is beyond what a reaction too small to be seen would make: who stands so
   * many orders above the usual comes down by as many, and by as large a part in other metrics.
   */
  private Check detectableReaction(Effect effect) {
    if (reaction.isEmpty() || !(reaction.get().orders() > 0)) {
      return new Check(
          DETECTABLE_REACTION, null, null, Effect.NOT_JUDGED, "No reaction could be seen.");
    }
    Reaction found = reaction.get();
    double made = found.detectable() / found.orders() * Math.abs(effect.found().baseline());
    double size = Math.abs(effect.estimate().value());
    return new Check(
        DETECTABLE_REACTION,
        size,
        made,
        size > made ? Effect.PASSED : Effect.INCONCLUSIVE,
        String.format(
            Locale.ROOT,
            "Joining that follows %.3g orders a month more than usual would have been seen in 4 of 5 cases; coming down from there would make up the threshold, and a smaller effect may be that.",
            found.detectable()));
  }

  /**
   * Whether the effect is beyond what joining at orders alone would make. A month in which somebody
   * does not join, at any of its orders, has fewer of them: the h-th part is missing of those that
   * members have once they joined, h being the chance of joining at an order; it grows where those
   * who order most have the highest chance.
   */
  private Check atAnOrder(Effect effect, Variant variant, double missing) {
    if (variant == Variant.REACTING) {
      return notJudged(AT_AN_ORDER, 0, "Months count by the chance of not having joined in them.");
    }
    double made = missing * Math.abs(effect.found().baseline());
    double least = nearest(effect);
    return new Check(
        AT_AN_ORDER,
        least,
        orNull(made),
        !hazards.areThere() || least > made ? Effect.PASSED : Effect.INCONCLUSIVE,
        !hazards.areThere()
            ? "Nobody joined at an order."
            : String.format(
                Locale.ROOT,
                variant == Variant.MATCHED
                    ? "Customers join at %.3g %% of their orders, and months of look-alikes count by the chance of not having joined in them: were those chances all wrong, members would seem to change by the threshold at most."
                    : "Customers join at %.3g %% of their orders, and months without joining are those with fewer: without any effect members would seem to change by the threshold, which the limit nearest to 0 has to be beyond. See event_study_ipcw.",
                100 * hazards.whole()));
  }

  private static Double orNull(double threshold) {
    return Double.isFinite(threshold) ? threshold : null;
  }

  /** The limit nearest to 0, without its sign; 0 where that lies between the limits. */
  private static double nearest(Effect effect) {
    Interval limits = effect.estimate().interval();
    return Math.max(0, Math.max(limits.low(), -limits.high()));
  }

  /**
   * Whether the effect is beyond what members seem to change by as they are customers still when
   * they join, and what joining at orders makes, together.
   */
  private Check alive(Effect effect, Variant variant, double missing) {
    if (!stopping.isTold()) {
      return notJudged(ALIVE, "The months seen are too few to tell how many customers stop.");
    }
    if (variant == Variant.MATCHED && stopping.share() == 0) {
      return new Check(
          ALIVE,
          null,
          null,
          Effect.PASSED,
          "Look-alikes made the order at which their members joined: they are customers still, too.");
    }
    boolean isGain = effect.estimate().value() > 0;
    double made =
        (stopping.made(isGain, effect.key().months()) + (isGain ? missing : 0))
            * Math.abs(effect.found().baseline());
    double least = nearest(effect);
    return new Check(
        ALIVE,
        least,
        orNull(made),
        stopping.share() == 0 || least > made ? Effect.PASSED : Effect.INCONCLUSIVE,
        stopping.share() == 0
            ? "Nobody was seen to stop."
            : String.format(
                Locale.ROOT,
                "Each month customers of %.2g %% of the orders make one that is followed by none in %d months, while who joins is a customer still. That alone, with what joining at orders makes, seems an effect of up to the threshold, which the limit nearest to 0 has to be beyond.",
                100 * stopping.share(),
                stopping.inactive()));
  }

  /** Whether those who did not join at the launch stayed out, by the share who joined later. */
  static Check contamination(double share) {
    return few(
        CONTAMINATION,
        share,
        MOST_CONTAMINATED,
        String.format(
            Locale.ROOT,
            "Of those who had not joined at the launch %.1f %% joined within the months measured and are compared as usual: what joining does to them is missing from the effect.",
            100 * share));
  }

  /** Whether members are missing whose stratum has too few to compare them with, by their share. */
  static Check dropped(double share) {
    return few(
        DROPPED,
        share,
        MOST_DROPPED,
        share == 0
            ? "All strata have somebody to compare with."
            : String.format(
                Locale.ROOT,
                "Over the months measured %.1f %% of the members are left out, for their stratum has too few to compare them with; treated counts the others, in the month with the fewest.",
                100 * share));
  }

  /** The test that exchanges launch months between regions. */
  static Check exchanged(LaunchPermutations test) {
    return new Check(
        EXCHANGED,
        test.pValue(),
        LEVEL,
        test.pValue() <= LEVEL ? Effect.PASSED : Effect.INCONCLUSIVE,
        String.format(
            Locale.ROOT,
            "Launched regions changed by %+.3g more than others. %s",
            test.effect(),
            test.sentence()));
  }

  /** How many members have look-alikes with whom they are compared. */
  private Check withLookAlikes(long compared) {
    return attrition(
        compared,
        String.format(
            Locale.ROOT,
            "Of %d members %d are compared with their look-alikes in the month after joining with the fewest; look_alike_attrition says what became of the others.",
            members,
            compared));
  }

  private Check attrition(long compared, String note) {
    double share = members == 0 ? 0 : (double) compared / members;
    return new Check(
        ATTRITION,
        isAllTold() && !isWithheld(compared) ? share : null,
        LEAST_COMPARED,
        members == 0
            ? Effect.NOT_JUDGED
            : share >= LEAST_COMPARED ? Effect.PASSED : Effect.INCONCLUSIVE,
        note);
  }

  /**
   * How many members the effect is of; what became of all.
   *
   * @param compared in the month after joining with the fewest
   */
  Check attrition(long compared) {
    return members < smallest
        ? notJudged(ATTRITION, LEAST_COMPARED, fates())
        : attrition(compared, fates() + " This effect is of " + told(compared) + ".");
  }

  /**
   * What became of the members. How many they are in all is not told where one of the numbers that
   * make it up is too small to be: that one would follow.
   */
  String fates() {
    if (members < smallest) {
      return "There are fewer than " + smallest + " members.";
    }
    StringBuilder note =
        new StringBuilder(isAllTold() ? "Of " + members + " members " : "Of the members ");
    String between = "";
    for (Map.Entry<Fate, Long> entry : fates.entrySet()) {
      note.append(between)
          .append(told(entry.getValue()))
          .append(' ')
          .append(entry.getKey().sentence());
      between = ", ";
    }
    note.append('.');
    if (leavers > 0) {
      note.append(" Of all of them ")
          .append(told(leavers))
          .append(" left again and still count: the effect is that of having joined.");
    }
    return note.toString();
  }

  /** Whether no number of members who came to the same end is too small to be told. */
  private boolean isAllTold() {
    return fates.values().stream().noneMatch(this::isWithheld);
  }

  private boolean isWithheld(long count) {
    return count > 0 && count < smallest;
  }

  /** A number of members, unless it is too small to be told. */
  private String told(long count) {
    return count < smallest ? "fewer than " + smallest : Long.toString(count);
  }
}
