package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Exposures;
import dev.cohortium.table.Rewards;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Whether the control arm was treated after all by the end of a window, which dilutes effects. */
final class Contamination {
  static final String NAME = "contamination";
  private static final double MOST = 0.10;

  private final Sample sample;

  /** Of an experiment. */
  Contamination(Sample sample) {
    this.sample = sample;
  }

  /**
   * How a control can be treated.
   *
   * @param event of {@link Windows#EVENTS}
   * @param what happened to the share of the arm
   * @param sources without which nobody would know
   */
  private record Way(String word, String event, String what, Set<String> sources) {}

  private static final List<Way> WAYS =
      List.of(
          new Way("joined", Windows.JOINED_SINCE, "joined", Set.of(Enrolments.TABLE.name())),
          new Way("contacted", Windows.CONTACTED, "was contacted", Set.of(Exposures.TABLE.name())),
          new Way(
              "redeemed",
              Windows.REDEEMED,
              "redeemed without being a member",
              Set.of(Rewards.TABLE.name(), Enrolments.TABLE.name())));

  /** The names of the guards of a window. */
  static List<String> names(int span) {
    return WAYS.stream().map(way -> name(way, span)).toList();
  }

  private static String name(Way way, int span) {
    return NAME + "_" + way.word() + "_" + span;
  }

  List<Guard> all() {
    return sample.spans().stream().flatMap(this::of).toList();
  }

  private Stream<Guard> of(int span) {
    Cell control =
        Cell.together(
            sample.complete(span).stream()
                .filter(cell -> cell.arm().equals(Draw.CONTROL))
                .toList());
    return WAYS.stream().map(way -> guard(way, span, control));
  }

  private Guard guard(Way way, int span, Cell control) {
    Study study = sample.study();
    boolean isJudged =
        control.customers() > 0 && study.sources().keySet().containsAll(way.sources());
    double share = control.mean(way.event());
    return Guard.ofAll(
        name(way, span),
        control.customers() == 0 ? null : (Double) share,
        isJudged ? (Double) MOST : null,
        null,
        !isJudged ? Effect.NOT_JUDGED : share < MOST ? Effect.PASSED : Effect.FAILED,
        "Share of the control arm that "
            + way.what()
            + " by the end of the window of "
            + span
            + " months: it dilutes the effect.");
  }
}
