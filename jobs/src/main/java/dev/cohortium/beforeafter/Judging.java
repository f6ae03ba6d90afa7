package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.JointEffects;
import dev.cohortium.stats.JointEstimate;
import dev.cohortium.stats.LinearForm;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.RegionalLaunch;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.WeightedEventStudy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Makes effects of what was found in one place (methods.md 7, 9, 10). */
final class Judging {
  /** Variant of the cohorts that are observed over all of a horizon. */
  static final String BALANCED = "balanced";

  private static final String NO_ORDERS = "There are no orders to divide by.";

  private final String program;
  private final Window window;
  private final Place place;
  private final Map<Fate, Long> fates;
  private final Checks checks;
  private final double withoutMargin;
  private final List<Effect> effects = new ArrayList<>();

  /**
   * Of a place.
   *
   * @param hazards of joining at an order
   * @param stopping of those not joined
   * @param withoutMargin share of the months with an order whose margin is not known
   */
  Judging(
      String program,
      Window window,
      Place place,
      Map<Fate, Long> fates,
      long leavers,
      Optional<Reaction> reaction,
      OrderHazards hazards,
      Stopping stopping,
      double withoutMargin) {
    this.program = program;
    this.window = window;
    this.place = place;
    this.fates = fates;
    this.withoutMargin = withoutMargin;
    int smallest = place.isWhole() ? 0 : window.design().leastCohort();
    checks = new Checks(reaction, hazards, stopping, fates, leavers, smallest);
  }

  /** What was judged so far. */
  List<Effect> effects() {
    return effects;
  }

  /** Takes back what members changed by alone where the effect beside it is not measured. */
  void leaveNaiveBesideMeasured() {
    Map<Effect.Key, Effect> byKey = new HashMap<>();
    effects.forEach(effect -> byKey.put(effect.key(), effect));
    for (Variant naive : List.of(Variant.NAIVE, Variant.NAIVE_AT_LAUNCH)) {
      for (Effect effect : effects) {
        Effect.Key key = effect.key();
        if (key.estimand().equals(naive.estimand())) {
          Effect corrected =
              byKey.get(key(naive.corrected(), key.variant(), key.metric(), key.months()));
          if (!corrected.isMeasured()) {
            effect.unmeasured("The effect that it stands beside is not measured.");
          }
        }
      }
    }
  }

  /** Adds the effects of all horizons, of all cohorts and of those that are complete. */
  void add(Measured measured, Studied studied) {
    Forms forms = studied.forms();
    boolean isNaive = studied.variant().isNaive();
    Studied.Before before = isNaive ? Studied.Before.NONE : studied.before();
    for (int months : window.horizons()) {
      add(measured, studied, measured.variant(), months, forms.horizon(months), before);
      if (measured.isRaw() && !isNaive) {
        Studied.Before balanced = studied.before(forms.balancedPath(months));
        add(measured, studied, BALANCED, months, forms.balancedHorizon(months), balanced);
      }
    }
  }

  /** Adds that there are no effects on matched sets, for there are none. */
  void addUnmatched(Measured measured) {
    Effect.Found nothing =
        Effect.Found.nothing(
            "The job look-alike has not run for this programme as of this month, or found no pair.");
    for (int months : window.horizons()) {
      for (String variant : List.of(measured.variant(), BALANCED)) {
        effects.add(effect(Variant.MATCHED, variant, measured, months, nothing, Arms.NOBODY));
      }
    }
  }

  private void add(
      Measured measured,
      Studied studied,
      String variant,
      int months,
      Optional<Forms.Horizon> form,
      Studied.Before before) {
    Arms arms = Arms.of(studied.effects(), Arms.after(studied.effects(), variant, months));
    Effect.Found found =
        form.map(of -> found(arms, of.effect(), of.level(), studied))
            .orElseGet(() -> Effect.Found.nothing(nobody(studied.effects(), months)));
    Effect effect = effect(studied.variant(), variant, measured, months, found, arms);
    if (measured.metric() == Metric.CHURNED_RATE
        && isCutOff(studied.effects(), Arms.after(studied.effects(), variant, months))) {
      effect.unsupported(cutOff());
    }
    if (!studied.variant().isNaive()) {
      Predicate<Cell> after = Arms.after(studied.effects(), variant, months);
      checks.judge(effect, studied, after, before, 1);
      checkStrata(effect, studied.variant(), studied.effects(), after);
    }
    effects.add(effect);
  }

  /**
   * Whether months without an order are counted that lie before the panel, or not after the month
   * of acquisition, which has an order or is no month to be silent in.
   */
  private boolean isCutOff(GroupTimeEffects effects, Predicate<Cell> some) {
    int preMonths = effects.design().preMonths();
    return effects.cells().stream()
        .filter(some)
        .anyMatch(
            cell ->
                cell.base() - window.inactiveMonths() < Math.max(-1, cell.joined() - preMonths));
  }

  /** Adds what share of the members of some months is left out where strata are compared. */
  private static void checkStrata(
      Effect effect, Variant variant, GroupTimeEffects effects, Predicate<Cell> some) {
    if (variant.isWithinStrata() && effect.isMeasured()) {
      long treated = 0;
      long dropped = 0;
      for (Cell cell : effects.cells()) {
        treated += some.test(cell) ? cell.treated() : 0;
        dropped += some.test(cell) ? cell.dropped() : 0;
      }
      effect.check(Checks.dropped((double) dropped / (treated + dropped)));
    }
  }

  private String cutOff() {
    return String.format(
        Locale.ROOT,
        "Whether nothing was ordered in %d months is asked of months before the panel, or of customers who were not known for as long: before-after.pre-months takes %d, and members a month to join in that is later in the panel.",
        window.inactiveMonths(),
        window.lookBack());
  }

  /** Adds the effects on the average receipt, of all horizons. */
  void addReceipts(
      Variant variant, JoiningCohorts cohorts, StaggeredDesign design, List<Integer> places) {
    var parts = AverageReceipt.Parts.of(variant, cohorts, design, places);
    for (int months : window.horizons()) {
      Optional<AverageReceipt> receipt =
          AverageReceipt.of(parts, window, effects -> new Forms(effects, window).horizon(months));
      Arms arms =
          receipt
              .map(of -> of.onCombination().effects())
              .map(of -> Arms.of(of, Arms.after(of, Measured.RAW, months)))
              .orElse(Arms.NOBODY);
      Effect effect =
          receiptEffect(variant, months, receipt, arms, () -> withoutReceipts(parts, months));
      if (!variant.isNaive() && receipt.isPresent()) {
        Studied studied = receipt.get().onCombination();
        Predicate<Cell> after = Arms.after(studied.effects(), Measured.RAW, months);
        checks.judge(effect, studied, after, studied.before(), receipt.get().orders());
        checkStrata(effect, variant, studied.effects(), after);
      }
      effects.add(effect);
    }
  }

  private Effect receiptEffect(
      Variant variant,
      int months,
      Optional<AverageReceipt> receipt,
      Arms arms,
      Supplier<String> nobody) {
    Effect.Found found =
        receipt
            .map(of -> arms.tooFew().orElseGet(of::found))
            .orElseGet(() -> Effect.Found.nothing(nobody.get()));
    return effect(variant, Measured.RAW, Metric.AVERAGE_RECEIPT, months, found, arms);
  }

  /** Adds the effect of the launch on the average receipt over a horizon. */
  void addReceiptsAtLaunch(
      Variant variant,
      int months,
      JoiningCohorts cohorts,
      StaggeredDesign design,
      List<Integer> places) {
    var parts = AverageReceipt.Parts.of(variant, cohorts, design, places);
    Optional<AverageReceipt> receipt = AverageReceipt.of(parts, window, Judging::only);
    Arms arms =
        receipt.map(of -> Arms.of(of.onCombination().effects(), cell -> true)).orElse(Arms.NOBODY);
    effects.add(
        receiptEffect(
            variant, months, receipt, arms, () -> withoutReceiptsAtLaunch(parts, months)));
  }

  private String withoutReceipts(AverageReceipt.Parts parts, int months) {
    GroupTimeEffects orders = parts.orders().effects();
    return new Forms(orders, window).horizon(months).isPresent()
        ? NO_ORDERS
        : nobody(orders, months);
  }

  private String withoutReceiptsAtLaunch(AverageReceipt.Parts parts, int months) {
    return parts.orders().effects().cells().isEmpty() ? nobodyAtLaunch(months) : NO_ORDERS;
  }

  /** The only effect of two periods. */
  private static Optional<Forms.Horizon> only(GroupTimeEffects effects) {
    return effects.cells().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Forms.Horizon(effects.aggregates().each().get(0), effects.levels().each().get(0)));
  }

  /**
   * Adds the effect of the launch over a horizon.
   *
   * @param joined share of those compared who joined within it
   */
  void addAtLaunch(
      Variant variant, Measured measured, int months, EventStudy study, double joined) {
    GroupTimeEffects found = study.effects();
    Arms arms = Arms.of(found, cell -> true);
    Studied studied = Studied.of(variant, study, window);
    Effect.Found value =
        only(found)
            .map(of -> found(arms, of.effect(), of.level(), studied))
            .orElseGet(() -> Effect.Found.nothing(nobodyAtLaunch(months)));
    Effect effect = effect(variant, measured.variant(), measured, months, value, arms);
    if (measured.metric() == Metric.CHURNED_RATE && window.inactiveMonths() > 1) {
      effect.unsupported(cutOff());
    }
    if (!variant.isNaive()) {
      effect.check(checks.attrition(arms.treated()));
      effect.check(Checks.contamination(joined));
      checkStrata(effect, variant, found, cell -> true);
      effect.check(
          new Effect.Check(
              Checks.PRE_TREND,
              null,
              null,
              Effect.NOT_JUDGED,
              "Two periods show no path: nothing tells whether members and others moved alike before. See event_study."));
    }
    effects.add(effect);
  }

  /** Adds the effect of launches region by region, in the months after them. */
  void addByRegion(Measured measured, int months, RegionalLaunch launch) {
    Optional<Effect.Check> test = launch.test().map(Checks::exchanged);
    WeightedEventStudy study = launch.study();
    Effect effect =
        effect(
            Variant.BY_REGION,
            measured.variant(),
            measured,
            months,
            byRegion(launch, study, test),
            Arms.of(study.effects(0), Arms.after(study.effects(0), Measured.RAW, months)));
    test.ifPresent(effect::check);
    effects.add(effect);
  }

  private static Effect.Found byRegion(
      RegionalLaunch launch, WeightedEventStudy study, Optional<Effect.Check> test) {
    if (launch.isFew()) {
      return Effect.Found.nothing(
          launch.regions()
              + " regions are too few for an error, fewer than "
              + RegionalLaunch.FEW
              + "."
              + test.map(of -> " " + of.note()).orElse(""));
    }
    Measurement value = launch.effect();
    return value instanceof Estimate
        ? found(
            study.effects(0).aggregates().simple(1).orElseThrow(),
            study.effects(0).levels().simple(1).orElseThrow(),
            forms -> launch.joint(study, forms))
        : Effect.Found.of(value, 0, null);
  }

  private String nobodyAtLaunch(int months) {
    return window.hasLaunch()
        ? String.format(
            Locale.ROOT,
            "At the launch nobody joined who can be compared: it takes %d months before it and %d after it in the data, and members who joined in its month.",
            window.design().preMonths(),
            months)
        : "The study does not say when the programme was launched (programmes."
            + program
            + ".launched).";
  }

  /**
   * Whose effect it is: the fewest that one of its months has.
   *
   * @param first month after joining
   * @param last month after joining
   */
  private record Arms(long treated, long controls, int first, int last) {
    static final Arms NOBODY = new Arms(0, 0, 0, 0);

    /** Why they tell no effect, if they are too few. */
    Optional<Effect.Found> tooFew() {
      long customers = treated + controls;
      if (treated >= JointEstimate.LEAST_TREATED && customers >= JointEstimate.LEAST_CUSTOMERS) {
        return Optional.empty();
      }
      return Optional.of(
          Effect.Found.nothing(
              treated < JointEstimate.LEAST_TREATED
                  ? String.format(
                      "In one of the months %d members could be compared; fewer than %d tell no effect.",
                      treated, JointEstimate.LEAST_TREATED)
                  : String.format(
                      "In one of the months %d customers could be compared; fewer than %d tell no error.",
                      customers, JointEstimate.LEAST_CUSTOMERS)));
    }

    /** Those of the months after joining, in a variant. */
    static Predicate<Cell> after(GroupTimeEffects effects, String variant, int months) {
      Set<Integer> complete = effects.observed(months);
      return cell ->
          cell.eventMonth() >= 1
              && cell.eventMonth() <= months
              && (!variant.equals(BALANCED) || complete.contains(cell.joined()));
    }

    static Arms of(GroupTimeEffects effects, Predicate<Cell> some) {
      Map<Integer, Long> treated = new TreeMap<>();
      Map<Integer, Long> controls = new TreeMap<>();
      TreeSet<Integer> months = new TreeSet<>();
      for (Cell cell : effects.cells()) {
        if (some.test(cell)) {
          treated.merge(cell.eventMonth(), cell.treated(), Long::sum);
          controls.merge(cell.eventMonth(), cell.controls(), Math::max);
          months.add(cell.month());
        }
      }
      return treated.isEmpty()
          ? NOBODY
          : new Arms(
              Collections.min(treated.values()),
              Collections.min(controls.values()),
              months.first(),
              months.last());
    }
  }

  private static Effect.Found found(
      Arms arms, LinearForm effect, LinearForm level, Studied studied) {
    return arms.tooFew().orElseGet(() -> found(effect, level, studied.joint()));
  }

  private static Effect.Found found(
      LinearForm effect, LinearForm level, Function<List<LinearForm>, JointEffects> jointly) {
    JointEffects joint = jointly.apply(List.of(effect, level));
    Measurement value = joint.effect(0, 1);
    return value instanceof Estimate
        ? Effect.Found.of(value, level.value() - effect.value(), joint.relative(0, 1))
        : Effect.Found.of(value, 0, null);
  }

  /** Why nobody is compared over a horizon. */
  private String nobody(GroupTimeEffects effects, int months) {
    long members = fates.values().stream().mapToLong(Long::longValue).sum();
    if (members == 0) {
      return "The programme has no members.";
    }
    OptionalInt without =
        IntStream.rangeClosed(1, months)
            .filter(event -> !effects.design().hasBase(event))
            .findFirst();
    if (without.isPresent()) {
      return withoutBase(without.getAsInt());
    }
    if (fates.getOrDefault(Fate.COMPARED, 0L) == 0) {
      return checks.fates();
    }
    return effects.cells().isEmpty() && !effects.gaps().isEmpty()
        ? effects.gaps().get(0).reason()
        : String.format(
            Locale.ROOT,
            "No joining month is observed, and has somebody to be compared with, in each of the %d months after it.",
            months);
  }

  /** Why a month after joining is compared with none: a year before it joining may be felt. */
  private static String withoutBase(int event) {
    return String.format(
        Locale.ROOT,
        "%d months after joining the same month one year before is no month before joining, and that of two years before is looked at with before-after.pre-months = %d only.",
        event,
        1 + 2 * Window.YEAR - event);
  }

  private Effect effect(
      Variant method,
      String variant,
      Measured measured,
      int months,
      Effect.Found found,
      Arms arms) {
    Metric metric = measured.metric();
    Effect effect = effect(method, variant, metric.word(), months, found, arms);
    if (metric == Metric.MARGIN && withoutMargin > 0) {
      effect.unsupported(
          String.format(
              Locale.ROOT,
              "The cost of some receipts is not known: %.1f %% of the months with an order have no margin.",
              100 * withoutMargin));
    }
    return effect;
  }

  private Effect effect(
      Variant method, String variant, String metric, int months, Effect.Found found, Arms arms) {
    boolean isMeasured = found.value() instanceof Estimate;
    Effect effect =
        new Effect(
            key(method, variant, metric, months),
            Metric.unitOf(metric),
            grading(method),
            found,
            isMeasured ? arms.treated() : 0,
            isMeasured ? arms.controls() : 0);
    if (isMeasured) {
      boolean isAtLaunch = method == Variant.AT_LAUNCH || method == Variant.NAIVE_AT_LAUNCH;
      int first = isAtLaunch ? window.firstLaunch(months) + 1 : arms.first();
      int last = isAtLaunch ? window.lastLaunch(months) + months : arms.last();
      effect.measuredIn(window.day(first), window.day(last + 1).minusDays(1));
    }
    return effect;
  }

  private Effect.Key key(Variant method, String variant, String metric, int months) {
    return Effect.Key.ofProgram(
        program,
        method.word(),
        method.estimand(),
        variant,
        metric,
        place.by(),
        place.value(),
        months);
  }

  private static Effect.Grading grading(Variant variant) {
    return variant.isNaive()
        ? Effect.Grading.NAIVE
        : variant == Variant.AT_LAUNCH || variant == Variant.BY_REGION
            ? Checks.UNTESTED
            : Checks.GRADING;
  }
}
