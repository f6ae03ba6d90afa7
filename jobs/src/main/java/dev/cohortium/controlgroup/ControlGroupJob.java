package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.runtime.Progress;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.ControlGroupAssignments;
import dev.cohortium.table.ControlGroupChecks;
import dev.cohortium.table.ControlGroupPaths;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Exposures;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.Table;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Measures experiments: arms against control, after their guards (methods.md 6). */
public final class ControlGroupJob implements Job {
  static final String NAME = "control-group";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String sentence() {
    return "measures experiments with a control group, and checks whether they are sound";
  }

  @Override
  public boolean isConfiguredIn(Study study) {
    return study.controlGroup().isPresent();
  }

  @Override
  public List<Table> reads() {
    return List.of(
        CustomerMonths.TABLE,
        Joinings.TABLE,
        Customers.TABLE,
        Assignments.TABLE,
        Exposures.TABLE,
        ControlGroupAssignments.TABLE);
  }

  @Override
  public List<Table> writes() {
    return List.of(
        Effects.TABLE, EffectChecks.TABLE, ControlGroupChecks.TABLE, ControlGroupPaths.TABLE);
  }

  @Override
  public String settings(Study study) {
    return String.join(
        "\n",
        study.asOf().toString(),
        study.controlGroup().toString(),
        study.designControlGroup().toString(),
        study.metrics().toString(),
        study.headline().toString(),
        study.segments().toString(),
        study.programmes().keySet().toString(),
        study.privacy().toString(),
        study.sources().keySet().toString(),
        study.cohorts().map(Study.Cohorts::inactiveMonths).toString());
  }

  @Override
  public Frames run(Frames in, Study study) {
    Expressions.checkSegments(study, in.get(Customers.TABLE));
    Progress progress = in.run().progress();
    progress.step(NAME + ": who is in which experiment");
    Experiments experiments = Experiments.of(in, study);
    List<Integer> spans = study.controlGroup().orElseThrow().horizons();
    History history = History.of(in.get(CustomerMonths.TABLE), study);
    Windows windows =
        new Windows(
            spans.stream().map(Span::afterAssignment).toList(),
            history.inactiveMonths(),
            history.asOf());
    Sums sums = new Sums(Measured.of(study.metrics(), true));
    progress.step(NAME + ": customers in their windows, and caps");
    Dataset<Row> visits =
        in.keep(windows.visits(experiments.assigned(), in.get(CustomerMonths.TABLE)));
    Dataset<Row> byWindow = windows.byWindow(in.keep(windows.customers(visits)));
    Numbered numbered = Numbered.capped(sums.measured(), byWindow.where(history.hasAfter()));
    progress.step(NAME + ": sums");
    Dataset<Row> rows = numbered.in(byWindow);
    List<Cell> cells = sums.of(rows, experiments.segments());
    Lines lines = new Lines(sums);
    List<Sample> samples =
        experiments.list().stream()
            .map(e -> new Sample(study, e, sums, of(cells, e), history))
            .toList();
    for (Sample sample : samples) {
      Measuring.places(sample.cells()).forEach(place -> lines.add(place, sample.pairs(place)));
    }
    progress.step(NAME + ": lines");
    lines.addVariances(
        in.session(), experiments.segments().exploded(rows.where(history.hasAfter())));
    progress.step(NAME + ": months");
    Paths paths = new Paths(study, history, spans.get(spans.size() - 1));
    paths.read(visits);
    progress.step(NAME + ": effects");
    return tables(in, study, samples, numbered, lines, paths);
  }

  private static Frames tables(
      Frames in, Study study, List<Sample> samples, Numbered numbered, Lines lines, Paths paths) {
    LocalDate day = study.asOf().orElseThrow().atEndOfMonth();
    String runId = in.run().id();
    Map<Table, List<Row>> made = new LinkedHashMap<>();
    new ControlGroupJob().writes().forEach(table -> made.put(table, new ArrayList<>()));
    for (Sample sample : samples) {
      Experiment experiment = sample.experiment();
      Guards guards = new Guards(sample);
      Measuring measuring = new Measuring(sample, guards, numbered, lines);
      for (Effect effect : measuring.effects()) {
        made.get(Effects.TABLE).add(measuring.row(effect, day, runId));
        made.get(EffectChecks.TABLE).addAll(effect.checks(NAME, day, runId));
      }
      for (Guard guard : guards.all()) {
        made.get(ControlGroupChecks.TABLE)
            .add(guard.row(experiment.program(), experiment.id(), NAME, day, runId));
      }
      made.get(ControlGroupPaths.TABLE).addAll(paths.rows(experiment, sample.everybody(), runId));
    }
    Frames out = new Frames(in.session());
    made.forEach(
        (table, rows) ->
            out.with(table, in.session().createDataFrame(rows, Contracts.schema(table))));
    return out;
  }

  private static List<Cell> of(List<Cell> cells, Experiment experiment) {
    return cells.stream().filter(cell -> cell.experiment().equals(experiment.id())).toList();
  }
}
