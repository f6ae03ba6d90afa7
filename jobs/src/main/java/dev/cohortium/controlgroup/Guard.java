package dev.cohortium.controlgroup;

import dev.cohortium.evidence.Effect;
import dev.cohortium.stats.MultipleTesting;
import dev.cohortium.stats.SampleRatio;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * A check of an experiment.
 *
 * @param check its name
 * @param month YYYY-MM of assignment, or all
 * @param value null: nothing that is a number
 * @param threshold null: it is held against nothing
 * @param pValue null: there is none
 */
record Guard(
    String check,
    String month,
    String stratum,
    Double value,
    Double threshold,
    Double pValue,
    String outcome,
    String note) {

  /** Of all months and strata. */
  static Guard ofAll(
      String check, Double value, Double threshold, Double pValue, String outcome, String note) {
    return new Guard(check, Cell.ALL, Cell.ALL, value, threshold, pValue, outcome, note);
  }

  /** These with their p-values adjusted together, by Benjamini and Hochberg, and judged by them. */
  static List<Guard> adjusted(List<Guard> guards) {
    List<Guard> tested = guards.stream().filter(guard -> guard.pValue() != null).toList();
    if (tested.isEmpty()) {
      return guards;
    }
    double[] pValues =
        MultipleTesting.benjaminiHochberg(tested.stream().mapToDouble(Guard::pValue).toArray());
    List<Guard> adjusted = new ArrayList<>();
    int next = 0;
    for (Guard guard : guards) {
      adjusted.add(guard.pValue() == null ? guard : guard.judged(pValues[next++]));
    }
    return adjusted;
  }

  private Guard judged(double by) {
    return new Guard(
        check,
        month,
        stratum,
        value,
        threshold,
        by,
        by < SampleRatio.ALARM ? Effect.FAILED : Effect.PASSED,
        note);
  }

  /** It as a check of an effect. */
  Effect.Check asCheck(String name) {
    return new Effect.Check(name, value, threshold, outcome, note);
  }

  /** The row of table control_group_checks. */
  Row row(String program, String experiment, String job, LocalDate asOf, String runId) {
    return RowFactory.create(
        program,
        experiment,
        check,
        month,
        stratum,
        value,
        threshold,
        pValue,
        outcome,
        note,
        job,
        java.sql.Date.valueOf(asOf),
        runId);
  }
}
