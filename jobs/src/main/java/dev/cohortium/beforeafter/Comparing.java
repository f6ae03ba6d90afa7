package dev.cohortium.beforeafter;

import dev.cohortium.beforeafter.Gathered.Comparison;
import dev.cohortium.config.Study;
import dev.cohortium.config.Study.BeforeAfter;
import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Families;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.evidence.PanelSurvey;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.LaunchRegion;
import dev.cohortium.stats.RegionalLaunch;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Controls;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Table;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Members before and after joining one programme, from the panel to the tables. */
final class Comparing {
  private final Frames in;
  private final Study study;
  private final BeforeAfter asked;
  private final String program;
  private final String job;
  private final PanelSurvey survey;
  private final LocalDate asOf;
  private final Window window;
  private final Marts marts;

  Comparing(Frames in, Study study, String program, String job, PanelSurvey survey) {
    this.in = in;
    this.study = study;
    this.asked = study.beforeAfter().orElseThrow();
    this.program = program;
    this.job = job;
    this.survey = survey;
    asOf = study.asOf().orElseThrow().atEndOfMonth();
    window = Window.of(study, program, survey.first().orElse(study.asOf().orElseThrow()));
    marts = new Marts(window, program, asOf, in.run().id(), untold());
  }

  /** The rows of each table. */
  Map<Table, Dataset<Row>> tables() {
    in.run().progress().step(job + ": sums over customers");
    Dataset<Row> lives = lives();
    Gathering gathering =
        new Gathering(
            window,
            asked.segments(),
            metrics(),
            Covariates.of(lives, asked.covariates().size()),
            seasonal().merged(Integer.MIN_VALUE));
    Gathered gathered = new Gathered(gathering, gathering.of(lives));
    in.run().progress().step(job + ": effects");
    List<Effect> effects = new ArrayList<>();
    for (Place place : places(gathered)) {
      effects.addAll(effects(gathered, place));
    }
    effects.addAll(adjusted(gathered, lives));
    effects.addAll(weighted(gathered, lives));
    effects.addAll(byRegion(gathered));
    Families.adjustByPlace(effects);
    Map<Table, Dataset<Row>> tables = new LinkedHashMap<>(effectTables(effects));
    tables.putAll(marts.tables(in));
    return tables;
  }

  /** Where somebody is; the whole even where nobody is. */
  private static SortedSet<Place> places(Gathered gathered) {
    SortedSet<Place> places = gathered.places();
    places.add(Place.ALL);
    return places;
  }

  /** Rows that are read more than once are kept. */
  private Dataset<Row> lives() {
    Dataset<Row> lives = new Lives(in, study, window).of(program);
    return asked.covariates().isEmpty() ? lives : in.keep(lives);
  }

  private Map<Table, Dataset<Row>> effectTables(List<Effect> effects) {
    List<Row> rows = new ArrayList<>();
    List<Row> checks = new ArrayList<>();
    for (Effect effect : effects) {
      rows.add(effect.row(job, asOf, in.run().id()));
      checks.addAll(effect.checks(job, asOf, in.run().id()));
    }
    return Map.of(
        Effects.TABLE,
        in.session().createDataFrame(rows, Contracts.schema(Effects.TABLE)),
        EffectChecks.TABLE,
        in.session().createDataFrame(checks, Contracts.schema(EffectChecks.TABLE)));
  }

  // --- what is measured ---

  private List<Measured> metrics() {
    Set<Metric> metrics = Metric.of(study);
    if (asksReceipts()) {
      metrics.add(Metric.REVENUE_AND_ORDERS);
    }
    return Measured.of(metrics, survey.caps());
  }

  /**
   * Metrics whose months are not all known: margin where a cost is not, and having churned where
   * customers may join before they can have.
   */
  private Set<Metric> untold() {
    Set<Metric> untold = EnumSet.noneOf(Metric.class);
    if (survey.withoutMargin() > 0) {
      untold.add(Metric.MARGIN);
    }
    if (asked.preMonths() < window.lookBack()) {
      untold.add(Metric.CHURNED_RATE);
    }
    return untold;
  }

  private boolean asksReceipts() {
    return study.metrics().contains(Metric.AVERAGE_RECEIPT);
  }

  /** What the average receipt is made of, among the metrics. */
  private static List<Integer> receiptPlaces(List<Measured> metrics) {
    return List.of(Metric.NET_REVENUE, Metric.ORDERS, Metric.REVENUE_AND_ORDERS).stream()
        .map(metric -> metrics.indexOf(new Measured(metric)))
        .toList();
  }

  private boolean isAsked(Measured measured) {
    return study.metrics().contains(measured.metric().word());
  }

  // --- effects of a place ---

  /** The design whose base is a year before. */
  private StaggeredDesign seasonal() {
    StaggeredDesign design = window.design();
    return new StaggeredDesign(
        design.months(),
        design.anticipation(),
        design.controls(),
        Base.SEASONAL,
        Math.max(Window.YEAR, design.preMonths()),
        design.lastEventMonth(),
        design.leastCohort());
  }

  private List<Effect> effects(Gathered gathered, Place place) {
    StaggeredDesign design = window.design();
    List<Measured> metrics = gathered.gathering().metrics();
    JoiningCohorts together = gathered.cohorts(place, design, Comparison.TOGETHER);
    Judging judging = judging(gathered, place, together);
    addStaggered(judging, place, metrics, together, Variant.EVENT_STUDY);
    addNaive(judging, metrics, together);
    if (!asked.strata().isEmpty()) {
      JoiningCohorts within = gathered.cohorts(place, design, Comparison.WITHIN_STRATA);
      addStaggered(judging, place, metrics, within, Variant.STRATIFIED);
    }
    addSeasonal(judging, place, gathered);
    addAtLaunch(judging, place, gathered);
    return judging.effects();
  }

  private Judging judging(Gathered gathered, Place place, JoiningCohorts together) {
    int orders = gathered.gathering().metrics().indexOf(new Measured(Metric.ORDERS));
    EventStudy onOrders = EventStudy.of(together, window.design(), orders);
    Studied studied = Studied.of(Variant.EVENT_STUDY, onOrders, window);
    return judging(gathered, place, Reaction.of(studied));
  }

  private Judging judging(Gathered gathered, Place place, Optional<Reaction> reaction) {
    return new Judging(
        program,
        window,
        place,
        gathered.fates(place),
        gathered.leavers(place),
        reaction,
        gathered.hazardAtOrders(place),
        survey.withoutMargin());
  }

  /** The effects on everybody given covariates, where the study names some. */
  private List<Effect> adjusted(Gathered gathered, Dataset<Row> lives) {
    if (asked.covariates().isEmpty()) {
      return List.of();
    }
    in.run().progress().step(job + ": effects given covariates");
    JoiningCohorts together = gathered.cohorts(Place.ALL, window.design(), Comparison.TOGETHER);
    Judging judging = judging(gathered, Place.ALL, together);
    List<Measured> metrics = gathered.gathering().metrics();
    List<Integer> places = rawPlaces(metrics);
    if (places.isEmpty()) {
      return List.of();
    }
    for (Adjusted adjusted :
        new Adjusting(lives, gathered.gathering(), together, places).effects()) {
      Studied studied = adjusted.studied();
      judging.add(metrics.get(adjusted.metric()), studied);
      marts.add(Place.ALL, metrics.get(adjusted.metric()).metric(), studied);
    }
    return judging.effects();
  }

  /** The effects on everybody in which customers count differently. */
  private List<Effect> weighted(Gathered gathered, Dataset<Row> lives) {
    List<Integer> places = rawPlaces(gathered.gathering().metrics());
    boolean isReacting = gathered.hazardAtOrders(Place.ALL) > 0;
    Dataset<Row> sets = Matched.sets(in, program, asOf, window);
    boolean isMatched = study.lookAlike().isPresent() && !sets.isEmpty();
    List<Effect> effects = new ArrayList<>();
    if (!places.isEmpty() && (isReacting || isMatched)) {
      in.run().progress().step(job + ": effects by the chances of not having joined");
      Dataset<Row> kept = asked.covariates().isEmpty() ? in.keep(lives) : lives;
      int[] joined = gathered.joined(Place.ALL).toArray();
      Reacting reacting = new Reacting(kept, gathered.gathering(), places, joined);
      if (isReacting) {
        effects.addAll(reacting(gathered, reacting, places));
      }
      if (isMatched) {
        in.run().progress().step(job + ": effects on matched sets");
        int preMonths = study.lookAlike().orElseThrow().preMonths();
        Matched matched = new Matched(in, kept, sets, window, preMonths);
        effects.addAll(matched(gathered, matched, reacting.counting(), joined));
      }
    }
    if (study.lookAlike().isPresent() && !isMatched) {
      effects.addAll(notMatched(gathered));
    }
    return effects;
  }

  /** The effects by the chances of not having joined, where some joined at orders. */
  private List<Effect> reacting(Gathered gathered, Reacting reacting, List<Integer> places) {
    JoiningCohorts together = gathered.cohorts(Place.ALL, window.design(), Comparison.TOGETHER);
    Judging judging = judging(gathered, Place.ALL, together);
    add(judging, gathered.gathering().metrics(), places, reacting.studies());
    return judging.effects();
  }

  /** The effects on matched sets; whether joining reacts is looked at in the same. */
  private List<Effect> matched(
      Gathered gathered, Matched matched, Reacting.Counting counting, int[] joined) {
    List<Measured> metrics = gathered.gathering().metrics();
    List<Integer> places = new ArrayList<>(rawPlaces(metrics));
    int orders = metrics.indexOf(new Measured(Metric.ORDERS));
    if (!places.contains(orders)) {
      places.add(orders);
    }
    List<Studied> found = matched.studies(counting.of(places), joined);
    Judging judging = judging(gathered, Place.ALL, Reaction.of(found.get(places.indexOf(orders))));
    places.removeIf(place -> !isAsked(metrics.get(place)));
    add(judging, metrics, places, found);
    return judging.effects();
  }

  private List<Effect> notMatched(Gathered gathered) {
    Judging judging = judging(gathered, Place.ALL, Optional.empty());
    List<Measured> metrics = gathered.gathering().metrics();
    rawPlaces(metrics).forEach(place -> judging.addUnmatched(metrics.get(place)));
    return judging.effects();
  }

  /** Adds what was found of metrics at some places to the effects and the tables of months. */
  private void add(
      Judging judging, List<Measured> metrics, List<Integer> places, List<Studied> found) {
    for (int at = 0; at < places.size(); at++) {
      Measured measured = metrics.get(places.get(at));
      judging.add(measured, found.get(at));
      marts.add(Place.ALL, measured.metric(), found.get(at));
    }
  }

  /** The effects of a launch region by region, where launches differ. */
  private List<Effect> byRegion(Gathered gathered) {
    if (window.firstOfLaunches().isEmpty()) {
      return List.of();
    }
    JoiningCohorts together = gathered.cohorts(Place.ALL, window.design(), Comparison.TOGETHER);
    Judging judging = judging(gathered, Place.ALL, together);
    List<LaunchRegion> regions = gathered.regions();
    List<Measured> metrics = gathered.gathering().metrics();
    for (int months : window.horizons()) {
      for (int place : rawPlaces(metrics)) {
        StaggeredDesign design = window.design().upTo(months);
        judging.addByRegion(
            metrics.get(place), months, RegionalLaunch.of(design, regions, place, 1));
      }
    }
    return judging.effects();
  }

  /** The places of what the study asks for, as it is. */
  private List<Integer> rawPlaces(List<Measured> metrics) {
    return IntStream.range(0, metrics.size())
        .filter(place -> metrics.get(place).isRaw() && isAsked(metrics.get(place)))
        .boxed()
        .toList();
  }

  private void addStaggered(
      Judging judging,
      Place place,
      List<Measured> metrics,
      JoiningCohorts cohorts,
      Variant variant) {
    StaggeredDesign design = window.design();
    for (int metric = 0; metric < metrics.size(); metric++) {
      Measured measured = metrics.get(metric);
      if (isAsked(measured)) {
        EventStudy study = EventStudy.of(cohorts, design, metric);
        if (measured.isRaw()) {
          EventStudy varying = EventStudy.of(cohorts, design.with(Base.VARYING), metric);
          Studied studied = Studied.of(variant, study, varying, window);
          judging.add(measured, studied);
          marts.add(place, measured.metric(), studied);
          if (variant == Variant.EVENT_STUDY) {
            marts.addPaths(place, measured.metric(), studied, new Levels(cohorts, design, metric));
          }
        } else {
          judging.add(measured, Studied.of(variant, study, window));
        }
      }
    }
    addReceipts(judging, metrics, cohorts, design, variant);
  }

  private void addReceipts(
      Judging judging,
      List<Measured> metrics,
      JoiningCohorts cohorts,
      StaggeredDesign design,
      Variant variant) {
    if (asksReceipts()) {
      judging.addReceipts(variant, cohorts, design, receiptPlaces(metrics));
    }
  }

  private void addNaive(Judging judging, List<Measured> metrics, JoiningCohorts cohorts) {
    StaggeredDesign design = window.design().with(Controls.NOBODY);
    for (int metric = 0; metric < metrics.size(); metric++) {
      if (isAsked(metrics.get(metric))) {
        EventStudy study = EventStudy.of(cohorts, design, metric);
        judging.add(metrics.get(metric), Studied.of(Variant.NAIVE, study, window));
      }
    }
    addReceipts(judging, metrics, cohorts, design, Variant.NAIVE);
  }

  private void addSeasonal(Judging judging, Place place, Gathered gathered) {
    StaggeredDesign design = seasonal();
    List<Measured> metrics = gathered.gathering().metrics();
    JoiningCohorts cohorts = gathered.cohorts(place, design, Comparison.TOGETHER);
    for (int metric = 0; metric < metrics.size(); metric++) {
      if (isAsked(metrics.get(metric))) {
        Studied studied =
            Studied.of(Variant.SEASONAL, EventStudy.of(cohorts, design, metric), window);
        judging.add(metrics.get(metric), studied);
        if (metrics.get(metric).isRaw()) {
          marts.add(place, metrics.get(metric).metric(), studied);
        }
      }
    }
    addReceipts(judging, metrics, cohorts, design, Variant.SEASONAL);
  }

  private void addAtLaunch(Judging judging, Place place, Gathered gathered) {
    StaggeredDesign design = StaggeredDesign.twoByTwo();
    List<Measured> metrics = gathered.gathering().metrics();
    for (int months : window.horizons()) {
      JoiningCohorts within = gathered.atLaunch(place, months, Comparison.WITHIN_STRATA);
      double joined = gathered.joinedWithin(place, months);
      addAtLaunch(judging, metrics, within, months, Variant.AT_LAUNCH, design, joined);
      StaggeredDesign naive = design.with(Controls.NOBODY);
      addAtLaunch(judging, metrics, within, months, Variant.NAIVE_AT_LAUNCH, naive, joined);
    }
  }

  private void addAtLaunch(
      Judging judging,
      List<Measured> metrics,
      JoiningCohorts cohorts,
      int months,
      Variant variant,
      StaggeredDesign design,
      double joined) {
    for (int metric = 0; metric < metrics.size(); metric++) {
      if (isAsked(metrics.get(metric))) {
        EventStudy study = EventStudy.of(cohorts, design, metric);
        judging.addAtLaunch(variant, metrics.get(metric), months, study, joined);
      }
    }
    if (asksReceipts()) {
      judging.addReceiptsAtLaunch(variant, months, cohorts, design, receiptPlaces(metrics));
    }
  }
}
