package dev.cohortium.beforeafter;

import dev.cohortium.beforeafter.Gathered.Comparison;
import dev.cohortium.config.Study;
import dev.cohortium.config.Study.BeforeAfter;
import dev.cohortium.config.UserFault;
import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Families;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.evidence.PanelSurvey;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.CohortMoments;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.LaunchRegion;
import dev.cohortium.stats.RegionalLaunch;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Table;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/** Members before and after joining one programme, from the panel to the tables. */
final class Comparing {
  private final Frames in;
  private final Study study;
  private final BeforeAfter asked;
  private final String program;
  private final String job;
  private final Lives lives;
  private final Survey survey;
  private final PanelSurvey panel;
  private final LocalDate asOf;
  private final Window window;
  private final Marts marts;
  private final Measuring measuring;
  private final Room room;

  Comparing(
      Frames in,
      Study study,
      String program,
      String job,
      Lives lives,
      Survey survey,
      Room ofAllTasks) {
    this.in = in;
    this.study = study;
    this.asked = study.beforeAfter().orElseThrow();
    room = asked.segments().isEmpty() ? ofAllTasks.alone() : ofAllTasks;
    this.program = program;
    this.job = job;
    this.lives = lives;
    this.survey = survey;
    panel = survey.panel();
    asOf = study.asOf().orElseThrow().atEndOfMonth();
    window =
        Window.of(
            study, program, panel.first().or(asked::since).orElse(study.asOf().orElseThrow()));
    marts = new Marts(window, program, asOf, in.run().id(), untold());
    measuring =
        new Measuring(program, window, study.metrics(), variants(), marts, panel.withoutMargin());
  }

  /** The rows of each table. */
  Map<Table, Dataset<Row>> tables() {
    in.run().progress().step(job + ": sums over customers, and effects");
    List<Integer> cohorts = survey.cohorts(program, window);
    long mostOfSums = room.ofSums(refuseTooMany(cohorts));
    Dataset<Row> customers = lives.of(program);
    Gathering gathering =
        new Gathering(
            window, asked.segments(), metrics(), survey.covariates(), window.earliest(cohorts));
    List<Effect> effects = new ArrayList<>();
    Gathered whole = effects(gathering, customers, effects, mostOfSums);
    in.run().progress().step(job + ": effects on all");
    effects.addAll(adjusted(whole, customers));
    effects.addAll(weighted(whole, customers));
    effects.addAll(byRegion(whole));
    Families.adjustByPlace(effects);
    Map<Table, Dataset<Row>> tables = new LinkedHashMap<>(effectTables(effects));
    tables.putAll(marts.tables(in));
    return tables;
  }

  /**
   * The sums of the whole, once each place's effects are made of its own where they lie and added.
   */
  private Gathered effects(
      Gathering gathering, Dataset<Row> customers, List<Effect> effects, long most) {
    Measuring by = measuring;
    List<Measuring.Found> places =
        new ArrayList<>(
            gathering.each(
                customers,
                (place, sums) -> by.of(new Gathered(gathering, place, sums, most), most)));
    if (places.stream().noneMatch(found -> found.place().isWhole())) {
      Iterator<Tuple2<Gathering.Group, CohortMoments>> nobody = Collections.emptyIterator();
      places.add(by.of(new Gathered(gathering, Place.ALL, nobody, most), most));
    }
    places.sort(Comparator.comparing(Measuring.Found::place));
    for (Measuring.Found found : places) {
      refuseTooLarge(found, most);
      effects.addAll(found.effects());
      marts.plus(found.marts());
    }
    return places.get(0).sums().get(0);
  }

  // --- what does not fit ---

  /**
   * Refuses more joining months than can be told apart in memory.
   *
   * @return bytes that it takes
   */
  private long refuseTooMany(List<Integer> cohorts) {
    int columns = window.months() + 2 * asked.covariates().size();
    long bytes = EventStudy.bytes(window.design(), cohorts, columns);
    if (bytes > room.ofEffects()) {
      throw new UserFault(
          "Study '%s' asks before-after for %s over %d months, in %d of which somebody joined: it takes %d MB to tell their effects, and may take %d.\nName a later month in before-after.since, or give more with --memory."
              .formatted(
                  study.name(),
                  program,
                  window.months(),
                  cohorts.size(),
                  mb(bytes),
                  mb(room.ofEffects())));
    }
    return bytes;
  }

  /** Refuses sums of a place that were too much to hold. */
  private void refuseTooLarge(Measuring.Found found, long most) {
    if (found.bytes() > most) {
      throw new UserFault(
          "Study '%s' asks before-after for %s over %d months: the sums of %s '%s' by month of joining, of acquisition and stratum are more than %d MB.\nName fewer strata in before-after.strata or a later month in before-after.since, or give more with --memory."
              .formatted(
                  study.name(),
                  program,
                  window.months(),
                  found.place().by(),
                  found.place().value(),
                  mb(most)));
    }
  }

  private static long mb(long bytes) {
    return bytes >> 20;
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
    return Measured.of(metrics, panel.caps());
  }

  /**
   * Metrics whose months are not all known: margin where a cost is not, and having churned where
   * customers may join before they can have.
   */
  private EnumSet<Metric> untold() {
    EnumSet<Metric> untold = EnumSet.noneOf(Metric.class);
    if (panel.withoutMargin() > 0) {
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

  /** How those who join in different months are compared. */
  private List<Variant> variants() {
    return asked.strata().isEmpty()
        ? List.of(Variant.EVENT_STUDY)
        : List.of(Variant.EVENT_STUDY, Variant.STRATIFIED);
  }

  // --- effects on the whole ---

  /** The effects on everybody given covariates, where the study names some. */
  private List<Effect> adjusted(Gathered gathered, Dataset<Row> customers) {
    if (asked.covariates().isEmpty()) {
      return List.of();
    }
    in.run().progress().step(job + ": effects given covariates");
    List<Measured> metrics = gathered.gathering().metrics();
    List<Integer> places = measuring.rawPlaces(metrics);
    if (places.isEmpty()) {
      return List.of();
    }
    Judging judging = measuring.judging(gathered);
    JoiningCohorts together = gathered.cohorts(window.design(), Comparison.TOGETHER);
    for (Adjusted adjusted :
        new Adjusting(customers, gathered.gathering(), together, places).effects()) {
      Studied studied = adjusted.studied();
      judging.add(metrics.get(adjusted.metric()), studied);
      marts.add(Place.ALL, metrics.get(adjusted.metric()).metric(), studied);
    }
    return judging.effects();
  }

  /** The effects on everybody in which customers count differently. */
  private List<Effect> weighted(Gathered gathered, Dataset<Row> customers) {
    List<Integer> places = measuring.rawPlaces(gathered.gathering().metrics());
    boolean isReacting = gathered.hazards().areThere();
    Dataset<Row> pairs = Matched.pairs(in, program, asOf);
    boolean isMatched = study.lookAlike().isPresent() && !pairs.isEmpty();
    List<Effect> effects = new ArrayList<>();
    if (!places.isEmpty() && (isReacting || isMatched)) {
      in.run().progress().step(job + ": effects by the chances of not having joined");
      int[] joined = gathered.joined().toArray();
      Reacting reacting = new Reacting(customers, gathered.gathering(), places, joined);
      if (isReacting) {
        Judging judging = measuring.judging(gathered);
        add(judging, gathered.gathering().metrics(), places, reacting.studies());
        effects.addAll(judging.effects());
      }
      if (isMatched) {
        in.run().progress().step(job + ": effects on matched sets");
        int preMonths = study.lookAlike().orElseThrow().preMonths();
        Matched matched = new Matched(in, customers, pairs, window, preMonths);
        effects.addAll(matched(gathered, matched, reacting.counting(), joined));
      }
    }
    if (study.lookAlike().isPresent() && !isMatched) {
      effects.addAll(notMatched(gathered));
    }
    return effects;
  }

  /** The effects on matched sets; whether joining reacts is looked at in the same. */
  private List<Effect> matched(
      Gathered gathered, Matched matched, Reacting.Counting counting, int[] joined) {
    List<Measured> metrics = gathered.gathering().metrics();
    List<Integer> places = new ArrayList<>(measuring.rawPlaces(metrics));
    int orders = metrics.indexOf(new Measured(Metric.ORDERS));
    if (!places.contains(orders)) {
      places.add(orders);
    }
    List<Studied> found = matched.studies(counting.of(places), joined);
    Judging judging =
        measuring.judging(
            gathered,
            Reaction.of(found.get(places.indexOf(orders))),
            stoppingOfLookAlikes(gathered));
    places.removeIf(place -> !measuring.isAsked(metrics.get(place)));
    add(judging, metrics, places, found);
    return judging.effects();
  }

  /**
   * Look-alikes by orders made one in the month in which their members joined; those by months may
   * have stopped long ago.
   */
  private Stopping stoppingOfLookAlikes(Gathered gathered) {
    Stopping stopping = gathered.stopping();
    return study.lookAlike().orElseThrow().mostOrders() > 0 ? stopping.none() : stopping;
  }

  private List<Effect> notMatched(Gathered gathered) {
    Judging judging = measuring.judging(gathered);
    List<Measured> metrics = gathered.gathering().metrics();
    measuring.rawPlaces(metrics).forEach(place -> judging.addUnmatched(metrics.get(place)));
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
    Judging judging = measuring.judging(gathered);
    List<LaunchRegion> regions = gathered.regions();
    List<Measured> metrics = gathered.gathering().metrics();
    for (int months : window.horizons()) {
      for (int place : measuring.rawPlaces(metrics)) {
        StaggeredDesign design = window.design().upTo(months);
        judging.addByRegion(
            metrics.get(place), months, RegionalLaunch.of(design, regions, place, 1));
      }
    }
    return judging.effects();
  }
}
