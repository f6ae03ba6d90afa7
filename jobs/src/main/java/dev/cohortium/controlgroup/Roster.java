package dev.cohortium.controlgroup;

import dev.cohortium.evidence.Effect;
import dev.cohortium.stats.SampleRatio;
import dev.cohortium.table.Customers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Whether customers were assigned before they were treated, and are still there. */
final class Roster {
  static final String ASSIGNED_FIRST = "assignment_before_outcome";
  static final String ATTRITION = "attrition";

  /** Share of the customers of whom it may be wrong when they were assigned. */
  private static final double MOST_MISTIMED = 0.01;

  /** Share of the customers who may be in no list. */
  private static final double MOST_MISSING = 0.05;

  private final Sample sample;

  /** Of an experiment. */
  Roster(Sample sample) {
    this.sample = sample;
  }

  List<Guard> all() {
    return List.of(assignedFirst(), attrition());
  }

  private Guard assignedFirst() {
    Experiment experiment = sample.experiment();
    double contactedBefore = Cell.together(sample.everybody()).sum("contacted_before");
    double customers = (double) (experiment.assigned() - experiment.later());
    double share = customers == 0 ? 0 : (contactedBefore + experiment.untimed()) / customers;
    return Guard.ofAll(
        ASSIGNED_FIRST,
        share,
        MOST_MISTIMED,
        null,
        share > MOST_MISTIMED ? Effect.FAILED : Effect.PASSED,
        String.format(
            Locale.ROOT,
            "Share of the customers who were contacted before they were assigned, %.0f, or of whom nobody knows when they were, %d, who are left out; %d were assigned after as-of.",
            contactedBefore,
            experiment.untimed(),
            experiment.later()));
  }

  /** Assigned customers who are missing from the list of customers, by arm. */
  private Guard attrition() {
    Cell whole = Cell.together(sample.everybody());
    Double pValue = spread(whole);
    double share = whole.mean("unknown");
    boolean isListed = sample.study().sources().containsKey(Customers.TABLE.name());
    String outcome =
        !isListed
            ? Effect.NOT_JUDGED
            : pValue != null && pValue < SampleRatio.ALARM
                ? Effect.FAILED
                : share > MOST_MISSING ? Effect.INCONCLUSIVE : Effect.PASSED;
    return Guard.ofAll(
        ATTRITION,
        share,
        MOST_MISSING,
        pValue,
        outcome,
        String.format(
            Locale.ROOT,
            "Share of the assigned customers who are not in the list of customers, %.0f: they count as having bought what the receipts say; the p-value is that of their being spread over the arms by chance, and fails below %s.",
            whole.sum("unknown"),
            SampleRatio.ALARM));
  }

  /** The p-value of the missing being spread over the arms by chance; null: none to be spread. */
  private Double spread(Cell whole) {
    Map<String, Cell> byArm = new TreeMap<>();
    sample.everybody().forEach(cell -> byArm.merge(cell.arm(), cell, Cell::plus));
    double missing = whole.sum("unknown");
    if (missing == 0 || missing == whole.customers() || byArm.size() < 2) {
      return null;
    }
    return SampleRatio.of(
            byArm.values().stream().mapToLong(c -> Math.round(c.sum("unknown"))).toArray(),
            byArm.values().stream()
                .mapToDouble(c -> c.customers() / (double) whole.customers())
                .toArray())
        .pValue();
  }
}
