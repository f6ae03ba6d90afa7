package dev.cohortium.beforeafter;

import dev.cohortium.config.Study;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Expressions;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.BeforeAfterAggregates;
import dev.cohortium.table.BeforeAfterPaths;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.EventStudyMonths;
import dev.cohortium.table.GroupTimes;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.PreTrends;
import dev.cohortium.table.Table;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Compares members with themselves before joining, net of others (methods.md 7). */
public final class BeforeAfterJob implements Job {
  @Override
  public String name() {
    return "before-after";
  }

  @Override
  public String sentence() {
    return "compares members before and after joining, net of the same change among others";
  }

  @Override
  public boolean isConfiguredIn(Study study) {
    return study.beforeAfter().isPresent();
  }

  @Override
  public List<Table> reads() {
    return List.of(CustomerMonths.TABLE, Joinings.TABLE, Customers.TABLE);
  }

  @Override
  public List<Table> writes() {
    return List.of(
        Effects.TABLE,
        EffectChecks.TABLE,
        EventStudyMonths.TABLE,
        GroupTimes.TABLE,
        BeforeAfterAggregates.TABLE,
        BeforeAfterPaths.TABLE,
        PreTrends.TABLE);
  }

  @Override
  public String settings(Study study) {
    return String.join(
        "\n",
        study.asOf().toString(),
        study.timeZone().toString(),
        study.beforeAfter().toString(),
        study.metrics().toString(),
        study.segments().toString(),
        study.programmes().toString(),
        study.privacy().toString(),
        study.cohorts().map(Study.Cohorts::inactiveMonths).toString());
  }

  @Override
  public Frames run(Frames in, Study study) {
    Expressions.checkSegments(study, in.get(Customers.TABLE));
    YearMonth first =
        Comparing.firstMonth(in.get(CustomerMonths.TABLE)).orElse(study.asOf().orElseThrow());
    Map<Table, List<Dataset<Row>>> made = new LinkedHashMap<>();
    writes().forEach(table -> made.put(table, new ArrayList<>()));
    for (String program : programmes(in, study)) {
      new Comparing(in, study, program, name(), first)
          .tables()
          .forEach((table, rows) -> made.get(table).add(rows));
    }
    Frames out = new Frames(in.session());
    made.forEach((table, parts) -> out.with(table, together(in, table, parts)));
    return out;
  }

  /** The study's, and those that only the enrolments name. */
  private static Set<String> programmes(Frames in, Study study) {
    Set<String> programmes = new TreeSet<>(study.programmes().keySet());
    in.get(Joinings.TABLE)
        .select(Joinings.PROGRAM_ID)
        .distinct()
        .collectAsList()
        .forEach(row -> programmes.add(row.getString(0)));
    return programmes;
  }

  private static Dataset<Row> together(Frames in, Table table, List<Dataset<Row>> parts) {
    Dataset<Row> none = in.session().createDataFrame(List.of(), Contracts.schema(table));
    return parts.stream().reduce(none, Dataset::unionByName);
  }
}
