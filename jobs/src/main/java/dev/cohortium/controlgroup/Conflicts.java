package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.SampleRatio;
import dev.cohortium.table.Assignments;
import dev.cohortium.table.ControlGroupAssignments;
import dev.cohortium.table.Effects;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Whether customers of a drawn group are in other experiments that are running, too. One runs for a
 * customer until the longest window that the study measures has ended; without a time of assignment
 * nobody knows, and it counts.
 */
final class Conflicts {
  private final Frames in;
  private final Study study;
  private final String experiment;

  /** Of the study's design. */
  Conflicts(Frames in, Study study) {
    this.in = in;
    this.study = study;
    this.experiment = study.designControlGroup().orElseThrow().experiment();
  }

  /** Customers held out and not, of one arm of another experiment. */
  private record Shared(long control, long treatment) {
    private Shared plus(Shared other) {
      return new Shared(control + other.control, treatment + other.treatment);
    }

    private long customers() {
      return control + treatment;
    }
  }

  /** The rows of table control_group_checks: one for each other experiment with some of them. */
  List<Row> rows(Dataset<Row> drawn) {
    Map<String, Map<String, Shared>> others = new TreeMap<>();
    for (Row row : shared(drawn).collectAsList()) {
      boolean isControl = row.getString(2).equals(Draw.CONTROL);
      long customers = row.getLong(3);
      others
          .computeIfAbsent(row.getString(0), id -> new TreeMap<>())
          .merge(
              row.getString(1),
              new Shared(isControl ? customers : 0, isControl ? 0 : customers),
              Shared::plus);
    }
    List<Guard> guards = new ArrayList<>();
    others.forEach((id, arms) -> guards.add(guard(id, arms)));
    if (guards.isEmpty()) {
      guards.add(
          Guard.ofAll(
              "conflict",
              0.0,
              0.0,
              null,
              Effect.PASSED,
              "Nobody is in another experiment that is running."));
    }
    return guards.stream()
        .map(
            guard ->
                guard.row(
                    Effects.NONE,
                    experiment,
                    DesignControlGroupJob.NAME,
                    study.asOf().orElseThrow().atEndOfMonth(),
                    in.run().id()))
        .toList();
  }

  /** Customers by the other experiment, the arm there and the arm here. */
  private Dataset<Row> shared(Dataset<Row> drawn) {
    String[] columns = {
      ControlGroupAssignments.EXPERIMENT_ID,
      ControlGroupAssignments.CUSTOMER_ID,
      ControlGroupAssignments.ARM
    };
    Column[] some = {
      col(columns[0]), col(columns[1]), col(columns[2]), col(ControlGroupAssignments.ASSIGNED_AT)
    };
    Dataset<Row> all =
        in.get(Assignments.TABLE).select(some).union(drawn.select(some)).where(isRunning());
    Dataset<Row> here =
        drawn
            .where(col(columns[0]).equalTo(experiment))
            .select(col(columns[1]), col(columns[2]).as("arm_here"));
    return all.where(col(columns[0]).notEqual(experiment))
        .join(here, new String[] {columns[1]})
        .groupBy(columns[0], columns[2], "arm_here")
        .count();
  }

  private Column isRunning() {
    int longest =
        study
            .controlGroup()
            .map(asked -> Collections.max(asked.horizons()))
            .orElse(study.headline().horizon());
    Column month = Months.numberOf(col(ControlGroupAssignments.ASSIGNED_AT), study.timeZone());
    return coalesce(month.plus(longest).gt(Months.number(study.asOf().orElseThrow())), lit(true));
  }

  private static Guard guard(String other, Map<String, Shared> arms) {
    Shared all = arms.values().stream().reduce(new Shared(0, 0), Shared::plus);
    double least = 1;
    double share = all.control() / (double) all.customers();
    if (share > 0 && share < 1) {
      for (Shared arm : arms.values()) {
        double[] shares = {share, 1 - share};
        least =
            Math.min(
                least,
                SampleRatio.of(new long[] {arm.control(), arm.treatment()}, shares).pValue());
      }
    }
    double pValue = Math.min(1, least * arms.size());
    boolean isDependent = pValue < SampleRatio.ALARM;
    return Guard.ofAll(
        "conflict_" + other,
        (double) all.customers(),
        0.0,
        pValue,
        isDependent ? Effect.FAILED : Effect.INCONCLUSIVE,
        isDependent
            ? "Customers are in experiment " + other + ", too, and its arms are held out unequally."
            : "Customers are in experiment " + other + ", too; its arms are held out alike.");
  }
}
