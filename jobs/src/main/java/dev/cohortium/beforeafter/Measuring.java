package dev.cohortium.beforeafter;

import dev.cohortium.beforeafter.Gathered.Comparison;
import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Base;
import java.io.Serial;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes the effects of one place of its sums, where these lie.
 *
 * @param asked words of the metrics that the study asks for
 * @param variants of staggered joining
 * @param marts of the programme, without rows
 * @param withoutMargin share of the months with an order whose margin is not known
 */
record Measuring(
    String program,
    Window window,
    List<String> asked,
    List<Variant> variants,
    Marts marts,
    double withoutMargin)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /**
   * What was found in a place.
   *
   * @param sums that more can be made of; none: not kept
   * @param bytes that its sums took; more than can be held: nothing was made of them
   */
  record Found(Place place, List<Effect> effects, Marts marts, List<Gathered> sums, long bytes)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;
  }

  /** The effects of a place; its sums are kept where it is the whole. */
  Found of(Gathered gathered, long most) {
    Place place = gathered.place();
    if (gathered.bytes() > most) {
      return new Found(place, List.of(), marts.none(), List.of(), gathered.bytes());
    }
    At at = new At(this, gathered);
    return new Found(
        place,
        at.effects(),
        at.marts,
        place.isWhole() ? List.of(gathered) : List.of(),
        gathered.bytes());
  }

  boolean isAsked(Measured measured) {
    return asked.contains(measured.metric().word());
  }

  private boolean asksReceipts() {
    return asked.contains(Metric.AVERAGE_RECEIPT);
  }

  /** What the average receipt is made of, among the metrics. */
  private static List<Integer> receiptPlaces(List<Measured> metrics) {
    return List.of(Metric.NET_REVENUE, Metric.ORDERS, Metric.REVENUE_AND_ORDERS).stream()
        .map(metric -> metrics.indexOf(new Measured(metric)))
        .toList();
  }

  /** The judge of a place, of the study of some metric. */
  Judging judging(Gathered gathered) {
    return judging(gathered, together(gathered));
  }

  private JoiningCohorts together(Gathered gathered) {
    return gathered.cohorts(window.design(), Comparison.TOGETHER);
  }

  private EventStudy onOrders(Gathered gathered, JoiningCohorts together) {
    int orders = gathered.gathering().metrics().indexOf(new Measured(Metric.ORDERS));
    return EventStudy.of(together, window.design(), orders);
  }

  private Judging judging(Gathered gathered, JoiningCohorts together) {
    EventStudy onOrders = onOrders(gathered, together);
    return judging(
        gathered,
        onOrders,
        Reaction.of(Studied.of(Variant.EVENT_STUDY, onOrders, window)),
        gathered.stopping());
  }

  /** The same where the reaction of joining, and who stops, are known from elsewhere. */
  Judging judging(Gathered gathered, Optional<Reaction> reaction, Stopping stopping) {
    return judging(gathered, onOrders(gathered, together(gathered)), reaction, stopping);
  }

  private Judging judging(
      Gathered gathered, EventStudy onOrders, Optional<Reaction> reaction, Stopping stopping) {
    return new Judging(
        program,
        window,
        gathered.place(),
        gathered.fates(onOrders.effects()),
        gathered.leavers(),
        reaction,
        gathered.hazards(),
        stopping,
        withoutMargin);
  }

  /** The places of what the study asks for, as it is. */
  List<Integer> rawPlaces(List<Measured> metrics) {
    return IntStream.range(0, metrics.size())
        .filter(place -> metrics.get(place).isRaw() && isAsked(metrics.get(place)))
        .boxed()
        .toList();
  }

  /** The effects of one place while they are made. */
  private static final class At {
    private final Measuring by;
    private final Window window;
    private final Gathered gathered;
    private final List<Measured> metrics;
    private final JoiningCohorts together;
    private final Judging judging;
    private final Marts marts;

    At(Measuring by, Gathered gathered) {
      this.by = by;
      this.window = by.window;
      this.gathered = gathered;
      metrics = gathered.gathering().metrics();
      together = by.together(gathered);
      judging = by.judging(gathered, together);
      marts = by.marts.none();
    }

    List<Effect> effects() {
      for (Variant variant : by.variants) {
        addStaggered(variant);
      }
      addNaive();
      addSeasonal();
      addAtLaunch();
      judging.leaveNaiveBesideMeasured();
      return judging.effects();
    }

    private void addStaggered(Variant variant) {
      JoiningCohorts cohorts =
          variant == Variant.STRATIFIED
              ? gathered.cohorts(window.design(), Comparison.WITHIN_STRATA)
              : together;
      StaggeredDesign design = window.design();
      for (int metric = 0; metric < metrics.size(); metric++) {
        Measured measured = metrics.get(metric);
        if (by.isAsked(measured)) {
          EventStudy study = EventStudy.of(cohorts, design, metric);
          if (measured.isRaw()) {
            EventStudy varying = EventStudy.of(cohorts, design.with(Base.VARYING), metric);
            Studied studied = Studied.of(variant, study, varying, window);
            add(measured, studied);
            if (variant == Variant.EVENT_STUDY) {
              Levels levels = new Levels(cohorts, design, metric);
              marts.addPaths(gathered.place(), measured.metric(), studied, levels);
            }
          } else {
            judging.add(measured, Studied.of(variant, study, window));
          }
        }
      }
      addReceipts(variant, cohorts, design);
    }

    private void add(Measured measured, Studied studied) {
      judging.add(measured, studied);
      marts.add(gathered.place(), measured.metric(), studied);
    }

    private void addReceipts(Variant variant, JoiningCohorts cohorts, StaggeredDesign design) {
      if (by.asksReceipts()) {
        judging.addReceipts(variant, cohorts, design, receiptPlaces(metrics));
      }
    }

    private void addNaive() {
      StaggeredDesign design = window.design();
      for (int metric = 0; metric < metrics.size(); metric++) {
        if (by.isAsked(metrics.get(metric))) {
          EventStudy study = Variant.NAIVE.study(together, design, metric);
          judging.add(metrics.get(metric), Studied.of(Variant.NAIVE, study, window));
        }
      }
      addReceipts(Variant.NAIVE, together, design);
    }

    private void addSeasonal() {
      StaggeredDesign design = window.seasonal();
      JoiningCohorts cohorts = gathered.cohorts(design, Comparison.TOGETHER);
      for (int metric = 0; metric < metrics.size(); metric++) {
        Measured measured = metrics.get(metric);
        if (by.isAsked(measured)) {
          EventStudy study = EventStudy.of(cohorts, design, metric);
          Studied studied = Studied.of(Variant.SEASONAL, study, window);
          judging.add(measured, studied);
          if (measured.isRaw()) {
            marts.add(gathered.place(), measured.metric(), studied);
          }
        }
      }
      addReceipts(Variant.SEASONAL, cohorts, design);
    }

    private void addAtLaunch() {
      for (int months : window.horizons()) {
        JoiningCohorts within = gathered.atLaunch(months, Comparison.WITHIN_STRATA);
        double joined = gathered.joinedWithin(months);
        addAtLaunch(within, months, Variant.AT_LAUNCH, joined);
        addAtLaunch(within, months, Variant.NAIVE_AT_LAUNCH, joined);
      }
    }

    private void addAtLaunch(JoiningCohorts cohorts, int months, Variant variant, double joined) {
      StaggeredDesign design = StaggeredDesign.twoByTwo();
      for (int metric = 0; metric < metrics.size(); metric++) {
        if (by.isAsked(metrics.get(metric))) {
          EventStudy study = variant.study(cohorts, design, metric);
          judging.addAtLaunch(variant, metrics.get(metric), months, study, joined);
        }
      }
      if (by.asksReceipts()) {
        judging.addReceiptsAtLaunch(variant, months, cohorts, design, receiptPlaces(metrics));
      }
    }
  }
}
