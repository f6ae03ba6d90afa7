package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Metric;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.Estimate;
import dev.cohortium.stats.GroupTimeEffects;
import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.Interval;
import dev.cohortium.stats.JointEffects;
import dev.cohortium.stats.LinearForm;
import dev.cohortium.stats.Measurement;
import dev.cohortium.stats.PreTrend;
import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.Wald;
import dev.cohortium.table.BeforeAfterAggregates;
import dev.cohortium.table.BeforeAfterPaths;
import dev.cohortium.table.EventStudyMonths;
import dev.cohortium.table.GroupTimes;
import dev.cohortium.table.PreTrends;
import dev.cohortium.table.Table;
import java.io.Serial;
import java.io.Serializable;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Writes down what was found, as the rows of the tables of months. */
final class Marts implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Added to a variant whose cohorts are observed over the longest horizon. */
  private static final String BALANCED = "_balanced";

  private static final double LEVEL = 0.95;

  private static final List<Table> TABLES =
      List.of(
          EventStudyMonths.TABLE,
          GroupTimes.TABLE,
          BeforeAfterAggregates.TABLE,
          BeforeAfterPaths.TABLE,
          PreTrends.TABLE);

  private final Window window;
  private final String program;
  private final Date asOf;
  private final String runId;
  private final EnumSet<Metric> untold;
  private final LinkedHashMap<String, ArrayList<Row>> rows = new LinkedHashMap<>();

  /**
   * Of a programme.
   *
   * @param untold metrics of which nothing is written, for their months are not known
   */
  Marts(Window window, String program, LocalDate asOf, String runId, EnumSet<Metric> untold) {
    this(window, program, Date.valueOf(asOf), runId, untold);
  }

  private Marts(Window window, String program, Date asOf, String runId, EnumSet<Metric> untold) {
    this.window = window;
    this.program = program;
    this.asOf = asOf;
    this.runId = runId;
    this.untold = untold;
    TABLES.forEach(table -> rows.put(table.name(), new ArrayList<>()));
  }

  /** Those of the same programme, without rows. */
  Marts none() {
    return new Marts(window, program, asOf, runId, untold);
  }

  /** Adds the rows of {@code other}. */
  void plus(Marts other) {
    other.rows.forEach((table, more) -> rows.get(table).addAll(more));
  }

  /** The tables of all that was added. */
  Map<Table, Dataset<Row>> tables(Frames in) {
    Map<Table, Dataset<Row>> tables = new LinkedHashMap<>();
    for (Table table : TABLES) {
      tables.put(
          table, in.session().createDataFrame(rows.get(table.name()), Contracts.schema(table)));
    }
    return tables;
  }

  /** Adds the months, means and tests of a metric in a place. */
  void add(Place place, Metric metric, Studied studied) {
    if (untold.contains(metric)) {
      return;
    }
    List<Object> key = List.of(program, metric.word(), place.by(), place.value());
    String word = studied.variant().word();
    addMonths(key, word, studied, studied.forms().byEventMonth());
    if (studied.variant() == Variant.EVENT_STUDY || studied.variant() == Variant.MATCHED) {
      addMonths(key, word + BALANCED, studied, studied.forms().balanced());
    }
    studied.monthly().ifPresent(monthly -> addGroups(key, word, monthly));
    addMeans(key, word, studied);
    addPreTrend(key, word, studied);
  }

  private void add(Table table, List<Object> key, Object... more) {
    List<Object> values = new ArrayList<>(key);
    values.addAll(Arrays.asList(more));
    values.add(asOf);
    values.add(runId);
    rows.get(table.name()).add(RowFactory.create(values.toArray()));
  }

  // --- event_study ---

  private void addMonths(
      List<Object> key, String variant, Studied studied, SortedMap<Integer, LinearForm> forms) {
    if (forms.isEmpty()) {
      return;
    }
    GroupTimeEffects effects = studied.effects();
    List<LinearForm> all = List.copyOf(forms.values());
    JointEffects joint = studied.joint().apply(all);
    List<Interval> band = joint.band(LEVEL);
    Set<Integer> kept =
        variant.endsWith(BALANCED) ? effects.observed(window.longest()) : joined(effects);
    int at = 0;
    for (int event : forms.keySet()) {
      Told told = Told.of(joint.effect(at), all.get(at).value());
      addMonth(key, variant, event, told, band.get(at), Counted.of(effects, event, kept));
      at++;
    }
    if (effects.design().base() == Base.UNIVERSAL) {
      addBase(key, variant, effects, forms.keySet(), kept);
    }
  }

  /** The month that all others are compared with, of those in the month next to it. */
  private void addBase(
      List<Object> key,
      String variant,
      GroupTimeEffects effects,
      Set<Integer> events,
      Set<Integer> kept) {
    int base = -1 - effects.design().anticipation();
    int next = events.contains(base - 1) ? base - 1 : base + 1;
    Told nothing = new Told(0, null, null, null);
    addMonth(key, variant, base, nothing, null, Counted.of(effects, next, kept));
  }

  private void addMonth(
      List<Object> key, String variant, int event, Told told, Interval band, Counted counted) {
    boolean isVarying = told.error() != null;
    add(
        EventStudyMonths.TABLE,
        key,
        variant,
        event,
        told.value(),
        told.error(),
        told.low(),
        told.high(),
        isVarying ? band.low() : null,
        isVarying ? band.high() : null,
        counted.groups(),
        counted.treated(),
        counted.control());
  }

  private static Set<Integer> joined(GroupTimeEffects effects) {
    return IntStream.of(effects.cohorts()).boxed().collect(Collectors.toSet());
  }

  /** Who is compared in an event month. */
  private record Counted(long groups, long treated, long control) {
    static Counted of(GroupTimeEffects effects, int event, Set<Integer> joined) {
      Counted counted = new Counted(0, 0, 0);
      for (Cell cell : effects.cells()) {
        if (cell.eventMonth() == event && joined.contains(cell.joined())) {
          counted =
              new Counted(
                  counted.groups + 1,
                  counted.treated + cell.treated(),
                  counted.control + cell.controls());
        }
      }
      return counted;
    }
  }

  /** A number with its error and limits, null where nothing varies. */
  private record Told(double value, Double error, Double low, Double high) {
    static Told of(Measurement measurement, double value) {
      if (!(measurement instanceof Estimate estimate)) {
        return new Told(value, null, null, null);
      }
      Interval interval = estimate.interval();
      return new Told(estimate.value(), estimate.stdError(), interval.low(), interval.high());
    }
  }

  // --- group_time_effects, before_after_aggregates ---

  private void addGroups(List<Object> key, String variant, Studied.Monthly monthly) {
    List<Cell> cells = monthly.effects().cells();
    for (int place = 0; place < cells.size(); place++) {
      Cell cell = cells.get(place);
      Told told = Told.of(monthly.effect().apply(place), cell.effect());
      add(
          GroupTimes.TABLE,
          key,
          variant,
          day(cell.joined()),
          day(cell.month()),
          told.value(),
          told.error(),
          told.low(),
          told.high(),
          cell.treated(),
          cell.controls(),
          cell.dropped());
    }
  }

  private Date day(int month) {
    return Date.valueOf(window.day(month));
  }

  private String month(int month) {
    return window.first().plusMonths(month).toString();
  }

  private void addMeans(List<Object> key, String variant, Studied studied) {
    for (Forms.Mean mean : studied.means()) {
      Told told = Told.of(studied.effect(mean.form()), mean.form().value());
      add(
          BeforeAfterAggregates.TABLE,
          key,
          variant,
          mean.of(),
          mean.month().map(this::month).orElse(Place.WHOLE),
          mean.first(),
          told.value(),
          told.error(),
          told.low(),
          told.high());
    }
  }

  // --- pre_trend ---

  private void addPreTrend(List<Object> key, String variant, Studied studied) {
    Studied.Before before = studied.before();
    before
        .preTrend()
        .ifPresent(found -> addPreTrend(key, variant, studied, found, before.breakdown()));
  }

  private void addPreTrend(
      List<Object> key,
      String variant,
      Studied studied,
      PreTrend preTrend,
      OptionalDouble breakdown) {
    Wald all = studied.waldAll().orElse(null);
    add(
        PreTrends.TABLE,
        key,
        variant,
        preTrend.firstEventMonth(),
        preTrend.lastEventMonth(),
        preTrend.wald().statistic(),
        preTrend.wald().degreesOfFreedom(),
        preTrend.wald().pValue(),
        all == null ? null : all.statistic(),
        all == null ? null : all.degreesOfFreedom(),
        all == null ? null : all.pValue(),
        orNull(preTrend.detectableSlope()),
        orNull(breakdown));
  }

  private static Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  // --- before_after_paths ---

  /** Adds the paths of a metric in a place, by month and by event month. */
  void addPaths(Place place, Metric metric, Studied studied, Levels levels) {
    if (untold.contains(metric)) {
      return;
    }
    List<Object> key = List.of(program, metric.word(), place.by(), place.value());
    Map<Integer, Path> byEvent = new HashMap<>();
    Map<Integer, Path> byMonth = new HashMap<>();
    for (Cell cell : studied.effects().cells()) {
      double controls = levels.ofControls(cell);
      byEvent.computeIfAbsent(cell.eventMonth(), none -> new Path()).add(cell, controls);
      if (cell.eventMonth() > 0) {
        byMonth.computeIfAbsent(cell.month(), none -> new Path()).add(cell, controls);
      }
    }
    byEvent.forEach((event, path) -> addPath(key, "event", event.toString(), path));
    byMonth.forEach((month, path) -> addPath(key, "calendar", month(month), path));
  }

  private void addPath(List<Object> key, String axis, String period, Path path) {
    add(
        BeforeAfterPaths.TABLE,
        key,
        axis,
        period,
        path.members / path.treated,
        path.comparison / path.treated,
        (path.members - path.effects) / path.treated,
        path.treated,
        path.controls);
  }

  /** Sums over members of cells. */
  private static final class Path {
    private double members;
    private double comparison;
    private double effects;
    private long treated;
    private long controls;

    void add(Cell cell, double levelOfControls) {
      members += cell.treated() * cell.level();
      comparison += cell.treated() * levelOfControls;
      effects += cell.treated() * cell.effect();
      treated += cell.treated();
      controls += cell.controls();
    }
  }
}
