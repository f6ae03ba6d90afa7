package dev.cohortium.beforeafter;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.beforeafter.Gathered.Comparison;
import dev.cohortium.config.Study;
import dev.cohortium.config.Study.BeforeAfter;
import dev.cohortium.evidence.Effect;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.EventStudy;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Controls;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Table;
import java.sql.Date;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
  private static final int YEAR = 12;

  private final Frames in;
  private final Study study;
  private final BeforeAfter asked;
  private final String program;
  private final String job;
  private final LocalDate asOf;
  private final Window window;
  private final Marts marts;

  Comparing(Frames in, Study study, String program, String job, YearMonth first) {
    this.in = in;
    this.study = study;
    this.asked = study.beforeAfter().orElseThrow();
    this.program = program;
    this.job = job;
    asOf = study.asOf().orElseThrow().atEndOfMonth();
    window = Window.of(study, program, first);
    marts = new Marts(window, program, asOf, in.run().id());
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
    double withoutMargin = withoutMargin();
    List<Effect> effects = new ArrayList<>();
    for (Place place : places(gathered)) {
      effects.addAll(effects(gathered, place, withoutMargin));
    }
    effects.addAll(adjusted(gathered, lives, withoutMargin));
    Judging.adjust(effects);
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
      rows.add(effect.row(job, windowStart(), asOf, asOf, in.run().id()));
      checks.addAll(effect.checks(job, asOf, in.run().id()));
    }
    return Map.of(
        Effects.TABLE,
        in.session().createDataFrame(rows, Contracts.schema(Effects.TABLE)),
        EffectChecks.TABLE,
        in.session().createDataFrame(checks, Contracts.schema(EffectChecks.TABLE)));
  }

  /** The month after that of the first members who can be compared. */
  private LocalDate windowStart() {
    return window.day(Math.min(window.months() - 1, asked.anticipation() + 2));
  }

  // --- what is measured ---

  private List<Measured> metrics() {
    Set<Metric> metrics = new LinkedHashSet<>(List.of(Metric.NET_REVENUE, Metric.ORDERS));
    for (Metric metric : Metric.values()) {
      if (study.metrics().contains(metric.word())) {
        metrics.add(metric);
      }
    }
    List<Measured> measured = new ArrayList<>();
    if (asksReceipts()) {
      metrics.add(Metric.REVENUE_AND_ORDERS);
    }
    metrics.forEach(metric -> measured.add(new Measured(metric)));
    for (Metric metric : metrics) {
      if (metric.isAmount()) {
        Caps.of(orderMonths(), metric.word())
            .ifPresent(cap -> measured.add(new Measured(metric, cap)));
      }
    }
    return measured;
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

  private Dataset<Row> orderMonths() {
    return in.get(CustomerMonths.TABLE)
        .where(col(CustomerMonths.MONTH).leq(lit(Date.valueOf(asOf))))
        .where(col(CustomerMonths.ORDERS).gt(0));
  }

  private double withoutMargin() {
    Row share =
        orderMonths()
            .agg(avg(when(col(CustomerMonths.MARGIN).isNull(), 1.0).otherwise(0.0)).as("share"))
            .collectAsList()
            .get(0);
    return share.isNullAt(0) ? 0 : share.getDouble(0);
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
        Math.max(YEAR, design.preMonths()),
        design.lastEventMonth(),
        design.leastCohort());
  }

  private List<Effect> effects(Gathered gathered, Place place, double withoutMargin) {
    StaggeredDesign design = window.design();
    List<Measured> metrics = gathered.gathering().metrics();
    JoiningCohorts together = gathered.cohorts(place, design, Comparison.TOGETHER);
    Judging judging = judging(gathered, place, together, withoutMargin);
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

  private Judging judging(
      Gathered gathered, Place place, JoiningCohorts together, double withoutMargin) {
    int orders = gathered.gathering().metrics().indexOf(new Measured(Metric.ORDERS));
    EventStudy onOrders = EventStudy.of(together, window.design(), orders);
    Studied studied = Studied.of(Variant.EVENT_STUDY, onOrders, window);
    return new Judging(
        program, window, place, gathered.fates(place), Reaction.of(studied), withoutMargin);
  }

  /** The effects on everybody given covariates, where the study names some. */
  private List<Effect> adjusted(Gathered gathered, Dataset<Row> lives, double withoutMargin) {
    if (asked.covariates().isEmpty()) {
      return List.of();
    }
    in.run().progress().step(job + ": effects given covariates");
    JoiningCohorts together = gathered.cohorts(Place.ALL, window.design(), Comparison.TOGETHER);
    Judging judging = judging(gathered, Place.ALL, together, withoutMargin);
    List<Measured> metrics = gathered.gathering().metrics();
    List<Integer> places =
        IntStream.range(0, metrics.size())
            .filter(place -> metrics.get(place).isRaw() && isAsked(metrics.get(place)))
            .boxed()
            .toList();
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
      addAtLaunch(judging, metrics, within, months, Variant.AT_LAUNCH, design);
      addAtLaunch(
          judging, metrics, within, months, Variant.NAIVE_AT_LAUNCH, design.with(Controls.NOBODY));
    }
  }

  private void addAtLaunch(
      Judging judging,
      List<Measured> metrics,
      JoiningCohorts cohorts,
      int months,
      Variant variant,
      StaggeredDesign design) {
    for (int metric = 0; metric < metrics.size(); metric++) {
      if (isAsked(metrics.get(metric))) {
        EventStudy study = EventStudy.of(cohorts, design, metric);
        judging.addAtLaunch(variant, metrics.get(metric), months, study);
      }
    }
    if (asksReceipts()) {
      judging.addReceiptsAtLaunch(variant, months, cohorts, design, receiptPlaces(metrics));
    }
  }

  /** The first month of the panel; empty: it has none. */
  static Optional<YearMonth> firstMonth(Dataset<Row> customerMonths) {
    Row first =
        customerMonths.agg(min(col(CustomerMonths.MONTH)).as("first")).collectAsList().get(0);
    return first.isNullAt(0)
        ? Optional.empty()
        : Optional.of(YearMonth.from(first.getDate(0).toLocalDate()));
  }
}
