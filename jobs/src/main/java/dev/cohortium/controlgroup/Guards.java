package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.MultipleTesting;
import dev.cohortium.stats.SampleRatio;
import dev.cohortium.stats.SmallSampleSkew;
import dev.cohortium.stats.Stratified;
import dev.cohortium.stats.TwoSample;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Enrolments;
import dev.cohortium.table.Exposures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Whether an experiment is what it should be, looked at before its effects (methods.md 6). */
final class Guards {
  static final String SAMPLE_RATIO = "sample_ratio";
  static final String CONTAMINATION = "contamination";
  static final String BALANCE = "balance";
  static final String ATTRITION = "attrition";
  static final String ASSIGNED_FIRST = "assignment_before_outcome";
  static final String SKEW = "small_sample_skew";
  static final String POWER = "power";
  private static final double MOST_CONTAMINATED = 0.10;

  private final Study study;
  private final Experiment experiment;
  private final Sums sums;
  private final List<Cell> everybody;
  private final List<Cell> cells;
  private final int asOf;
  private final List<Guard> all = new ArrayList<>();

  /**
   * Looks at an experiment.
   *
   * @param cells of the experiment
   * @param spans lengths of its windows, ascending
   */
  Guards(Study study, Experiment experiment, Sums sums, List<Cell> cells, List<Integer> spans) {
    this.study = study;
    this.experiment = experiment;
    this.sums = sums;
    this.asOf = Months.number(study.asOf().orElseThrow());
    this.cells = cells.stream().filter(Cell::isWhole).toList();
    this.everybody = this.cells.stream().filter(cell -> cell.span() == spans.get(0)).toList();
    sampleRatios();
    assignedFirst();
    attrition();
    spans.forEach(this::contamination);
    spans.stream()
        .filter(span -> !pairs(span).isEmpty())
        .max(Comparator.naturalOrder())
        .ifPresent(this::longest);
  }

  List<Guard> all() {
    return all;
  }

  private List<Cell> complete(int span) {
    return cells.stream()
        .filter(cell -> cell.span() == span && cell.assigned() + span <= asOf)
        .toList();
  }

  private List<String> arms() {
    return everybody.stream().map(Cell::arm).distinct().sorted().toList();
  }

  private List<Place> places(int span) {
    return arms().stream()
        .filter(arm -> !arm.equals(Draw.CONTROL))
        .map(arm -> new Place(experiment.id(), arm, Cell.ALL, Cell.ALL, span))
        .toList();
  }

  private List<Pair> pairs(int span) {
    return places(span).stream()
        .flatMap(place -> Pair.of(place, cells, asOf).stream())
        .filter(Pair::isWhole)
        .toList();
  }

  // --- sample ratio ---

  private void sampleRatios() {
    all.add(sampleRatio(Cell.ALL, Cell.ALL, everybody));
    List<Guard> parts = new ArrayList<>();
    by(cell -> Months.of(cell.assigned()).toString())
        .forEach((month, of) -> parts.add(sampleRatio(month, Cell.ALL, of)));
    by(Cell::stratum).forEach((stratum, of) -> parts.add(sampleRatio(Cell.ALL, stratum, of)));
    boolean isOne = by(Cell::stratum).size() < 2 && by(Cell::assigned).size() < 2;
    if (!isOne) {
      all.addAll(adjusted(parts));
    }
  }

  private <K> Map<K, List<Cell>> by(Function<Cell, K> key) {
    return everybody.stream()
        .collect(Collectors.groupingBy(key, TreeMap::new, Collectors.toList()));
  }

  /** The p-values of months and strata together, by Benjamini and Hochberg. */
  private static List<Guard> adjusted(List<Guard> guards) {
    double[] pValues =
        guards.stream().filter(g -> g.pValue() != null).mapToDouble(Guard::pValue).toArray();
    if (pValues.length == 0) {
      return guards;
    }
    double[] adjusted = MultipleTesting.benjaminiHochberg(pValues);
    List<Guard> made = new ArrayList<>();
    int next = 0;
    for (Guard guard : guards) {
      made.add(guard.pValue() == null ? guard : judged(guard, adjusted[next++]));
    }
    return made;
  }

  private static Guard judged(Guard guard, double pValue) {
    return new Guard(
        guard.check(),
        guard.month(),
        guard.stratum(),
        guard.value(),
        guard.threshold(),
        pValue,
        pValue < SampleRatio.ALARM ? Effect.FAILED : Effect.PASSED,
        guard.note());
  }

  private Guard sampleRatio(String month, String stratum, List<Cell> of) {
    Map<String, Double> expected = new TreeMap<>();
    Map<String, Long> counts = new TreeMap<>();
    for (Cell cell : of) {
      Optional<Map<String, Double>> shares = experiment.shares(study, cell.stratum());
      if (shares.isEmpty()) {
        return new Guard(
            SAMPLE_RATIO,
            month,
            stratum,
            null,
            SampleRatio.ALARM,
            null,
            Effect.NOT_JUDGED,
            "The study does not say which shares of the arms were planned (control-group.experiments).");
      }
      shares
          .get()
          .forEach((arm, share) -> expected.merge(arm, share * cell.customers(), Double::sum));
      counts.merge(cell.arm(), cell.customers(), Long::sum);
    }
    if (of.isEmpty() || !expected.keySet().containsAll(counts.keySet())) {
      return new Guard(
          SAMPLE_RATIO,
          month,
          stratum,
          null,
          SampleRatio.ALARM,
          null,
          of.isEmpty() ? Effect.NOT_JUDGED : Effect.FAILED,
          of.isEmpty()
              ? "Nobody is assigned by as-of."
              : "There are arms that were not planned: "
                  + String.join(", ", counts.keySet())
                  + ".");
    }
    double total = expected.values().stream().mapToDouble(Double::doubleValue).sum();
    List<String> arms = List.copyOf(expected.keySet());
    SampleRatio ratio =
        SampleRatio.of(
            arms.stream().mapToLong(arm -> counts.getOrDefault(arm, 0L)).toArray(),
            arms.stream().mapToDouble(arm -> expected.get(arm) / total).toArray());
    return new Guard(
        SAMPLE_RATIO,
        month,
        stratum,
        ratio.chiSquared(),
        SampleRatio.ALARM,
        ratio.pValue(),
        ratio.isAlarm() ? Effect.FAILED : Effect.PASSED,
        "Customers by arm "
            + counts
            + "; by chance so far from plan with the probability of the p-value, which is held against the threshold.");
  }

  // --- assignment, attrition, contamination ---

  private void assignedFirst() {
    double contactedBefore = Cell.together(everybody).sum("contacted_before");
    double wrong = contactedBefore + experiment.untimed();
    all.add(
        Guard.ofAll(
            ASSIGNED_FIRST,
            wrong,
            0.0,
            null,
            wrong > 0 ? Effect.FAILED : Effect.PASSED,
            String.format(
                Locale.ROOT,
                "%.0f customers were contacted before they were assigned; of %d nobody knows when they were, and they are left out; %d were assigned after as-of.",
                contactedBefore,
                experiment.untimed(),
                experiment.later())));
  }

  /** Assigned customers who are missing from the list of customers, by arm. */
  private void attrition() {
    Cell whole = Cell.together(everybody);
    long missing = Math.round(whole.sum("unknown"));
    boolean isListed = study.sources().containsKey(Customers.TABLE.name());
    Map<String, Cell> byArm = new TreeMap<>();
    everybody.forEach(cell -> byArm.merge(cell.arm(), cell, Cell::plus));
    Double pValue = null;
    if (missing > 0 && missing < whole.customers() && byArm.size() > 1) {
      double[] shares =
          byArm.values().stream()
              .mapToDouble(c -> c.customers() / (double) whole.customers())
              .toArray();
      long[] counts =
          byArm.values().stream().mapToLong(c -> Math.round(c.sum("unknown"))).toArray();
      pValue = SampleRatio.of(counts, shares).pValue();
    }
    String outcome =
        !isListed
            ? Effect.NOT_JUDGED
            : pValue != null && pValue < SampleRatio.ALARM
                ? Effect.FAILED
                : missing > 0 ? Effect.INCONCLUSIVE : Effect.PASSED;
    all.add(
        Guard.ofAll(
            ATTRITION,
            (double) missing,
            0.0,
            pValue,
            outcome,
            "Assigned customers who are not in the list of customers: they count as having bought what the receipts say; the p-value is that of their being spread over the arms by chance."));
  }

  private void contamination(int span) {
    Cell control =
        Cell.together(
            complete(span).stream().filter(cell -> cell.arm().equals(Draw.CONTROL)).toList());
    boolean hasMembers = study.sources().containsKey(Enrolments.TABLE.name());
    boolean hasContacts = study.sources().containsKey(Exposures.TABLE.name());
    share(span, "joined", control.mean("joined_since"), control.customers(), hasMembers);
    share(span, "contacted", control.mean("contacted"), control.customers(), hasContacts);
    share(span, "redeemed", control.mean("redeemed"), control.customers(), false);
  }

  /**
   * The share of the control arm to which something happened.
   *
   * @param isJudged whether there is a source that tells, and the share speaks against the
   *     experiment
   */
  private void share(int span, String what, double share, long customers, boolean isJudged) {
    all.add(
        Guard.ofAll(
            CONTAMINATION + "_" + what + "_" + span,
            customers == 0 ? null : (Double) share,
            isJudged ? MOST_CONTAMINATED : null,
            null,
            !isJudged || customers == 0
                ? Effect.NOT_JUDGED
                : share < MOST_CONTAMINATED ? Effect.PASSED : Effect.FAILED,
            "Share of the control arm that "
                + what
                + " by the end of the window of "
                + span
                + " months: it dilutes the effect."));
  }

  // --- metrics before, skew, power ---

  private void longest(int span) {
    List<Guard> balances = new ArrayList<>();
    for (int i = 0; i < sums.measured().size(); i++) {
      Measured measured = sums.measured().get(i);
      if (!measured.isCapped()) {
        for (Place place : places(span)) {
          balances.add(balance(place, i, measured.quantity().word()));
        }
      }
    }
    all.addAll(adjusted(balances));
    places(span).forEach(this::power);
  }

  private Guard balance(Place place, int metric, String word) {
    String term = "x" + metric;
    List<Pair> pairs = Pair.of(place, cells, asOf).stream().filter(Pair::isWhole).toList();
    Measurement difference =
        pairs.size() == 1
            ? difference(pairs.get(0), term)
            : pairs.isEmpty()
                ? null
                : Stratified.of(
                        pairs.stream()
                            .map(p -> new Stratified.Stratum(p.customers(), difference(p, term)))
                            .toList())
                    .effect();
    boolean isMeasured = difference instanceof Estimate;
    String name = BALANCE + "_" + word + (places(place.span()).size() > 1 ? "_" + place.arm() : "");
    return Guard.ofAll(
        name,
        isMeasured ? (Double) ((Estimate) difference).value() : null,
        SampleRatio.ALARM,
        isMeasured ? (Double) ((Estimate) difference).pValue() : null,
        isMeasured ? Effect.PASSED : Effect.NOT_JUDGED,
        "Difference of the arms in the window before, per customer and month; its p-value is held against the threshold.");
  }

  /** The difference of the means of a term, of which nobody asks the skewness. */
  private static Measurement difference(Pair pair, String term) {
    return TwoSample.of(pair.treated().firstTwoMoments(term), pair.control().firstTwoMoments(term));
  }

  private void power(Place place) {
    String headline = study.headline().metric();
    boolean isMeasured =
        headline.equals(Quantity.AVERAGE_RECEIPT)
            ? sums.hasRatio()
            : Quantity.of(headline).map(sums::place).orElse(-1) >= 0;
    List<Pair> pairs = Pair.of(place, cells, asOf).stream().filter(Pair::isWhole).toList();
    if (!isMeasured || pairs.isEmpty()) {
      return;
    }
    Optional<Study.DesignControlGroup> design =
        study.designControlGroup().filter(d -> d.experiment().equals(experiment.id()));
    double chance = design.map(Study.DesignControlGroup::power).orElse(0.8);
    double effect = design.map(Study.DesignControlGroup::effect).orElse(0.05);
    Power power = Power.of(headline, sums, pairs, chance);
    double target = effect * power.baseline();
    all.add(
        Guard.ofAll(
            POWER + (places(place.span()).size() > 1 ? "_" + place.arm() : ""),
            power.effect().isPresent() ? (Double) power.effect().getAsDouble() : null,
            target,
            null,
            Effect.NOT_JUDGED,
            String.format(
                Locale.ROOT,
                "The smallest effect on the headline metric that a window of %d months sees with a chance of %.0f %%; the target, %.1f %% of the mean%s, %s",
                place.span(),
                100 * chance,
                100 * effect,
                design.isPresent() ? "" : " (as no design tells it)",
                reached(power, target, place.span()))));
  }

  /**
   * When the target is reached, if customers go on to be assigned as in the months after the first.
   */
  private String reached(Power power, double target, int span) {
    if (power.effect().isEmpty() || !(target > 0)) {
      return "cannot be judged: the metric does not vary, or the arms are too small.";
    }
    double ratio = power.effect().getAsDouble() / target;
    if (ratio <= 1) {
      return "is reached.";
    }
    List<Cell> measured = complete(span);
    int first = measured.stream().mapToInt(Cell::assigned).min().orElseThrow();
    double later =
        measured.stream().filter(cell -> cell.assigned() > first).mapToLong(Cell::customers).sum();
    double needed = (ratio * ratio - 1) * measured.stream().mapToLong(Cell::customers).sum();
    if (later == 0) {
      return String.format(Locale.ROOT, "needs %.1f times as many customers.", ratio * ratio);
    }
    // The first month brings who was there already; the pace is that of those who came after.
    double more = Math.ceil(needed * (asOf - span - first) / later);
    return more > 600
        ? "is not reached within 50 years at the pace of the months after the first."
        : "is reached in "
            + Months.of(asOf + (int) more)
            + " at the pace of the months after the first.";
  }

  // --- what touches an effect ---

  /** The checks of an effect, those of the experiment and its own skew. */
  List<Effect.Check> of(Place place, String metric, Optional<Pair> pair, int column) {
    List<Effect.Check> checks = new ArrayList<>();
    checks.add(worst(SAMPLE_RATIO, guard -> guard.check().equals(SAMPLE_RATIO)));
    checks.add(worst(ASSIGNED_FIRST, guard -> guard.check().equals(ASSIGNED_FIRST)));
    checks.add(worst(ATTRITION, guard -> guard.check().equals(ATTRITION)));
    checks.add(
        worst(
            CONTAMINATION,
            guard ->
                guard.check().equals(CONTAMINATION + "_joined_" + place.span())
                    || guard.check().equals(CONTAMINATION + "_contacted_" + place.span())));
    checks.add(worst(BALANCE, guard -> guard.check().startsWith(BALANCE + "_" + metric)));
    pair.filter(arms -> column >= 0 && arms.isWhole())
        .ifPresent(arms -> checks.add(skew(arms, column)));
    return checks;
  }

  private Effect.Check worst(String name, java.util.function.Predicate<Guard> which) {
    List<String> order =
        List.of(Effect.FAILED, Effect.INCONCLUSIVE, Effect.PASSED, Effect.NOT_JUDGED);
    return all.stream()
        .filter(which)
        .min(Comparator.comparingInt(guard -> order.indexOf(guard.outcome())))
        .map(guard -> guard.asCheck(name))
        .orElseGet(
            () ->
                new Effect.Check(
                    name, null, null, Effect.NOT_JUDGED, "There is nothing to look at."));
  }

  private static Effect.Check skew(Pair arms, int column) {
    List<SmallSampleSkew> skews =
        IntStream.range(0, 2)
            .mapToObj(arm -> arm == 0 ? arms.treated() : arms.control())
            .map(cell -> SmallSampleSkew.of(cell.moments(column)))
            .toList();
    SmallSampleSkew worse =
        skews.stream()
            .min(
                Comparator.comparingDouble(
                    s -> s.customers() / Math.max(1, s.needed().orElse(Double.MAX_VALUE))))
            .orElseThrow();
    return new Effect.Check(
        SKEW,
        (double) worse.customers(),
        worse.needed().isPresent() ? (Double) worse.needed().getAsDouble() : null,
        skews.stream().allMatch(SmallSampleSkew::passes) ? Effect.PASSED : Effect.FAILED,
        "Customers of the arm that is the smaller for its skewness, against those that a normal interval of its mean wants.");
  }
}
