package dev.cohortium.lookalike;

import dev.cohortium.config.Study;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.runtime.Job;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.Linkability;
import dev.cohortium.table.LookAlikeAttrition;
import dev.cohortium.table.LookAlikeAudience;
import dev.cohortium.table.LookAlikeBalance;
import dev.cohortium.table.LookAlikeOverlap;
import dev.cohortium.table.LookAlikePairs;
import dev.cohortium.table.ReceiptMonths;
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

/** Compares members with customers like them (methods.md 5). */
public final class LookAlikeJob implements Job {
  @Override
  public String name() {
    return "look-alike";
  }

  @Override
  public String sentence() {
    return "compares members with customers like them who could have joined and did not";
  }

  @Override
  public boolean isConfiguredIn(Study study) {
    return study.lookAlike().isPresent();
  }

  @Override
  public List<Table> reads() {
    return List.of(CustomerMonths.TABLE, Joinings.TABLE, ReceiptMonths.TABLE, Customers.TABLE);
  }

  @Override
  public List<Table> writes() {
    return List.of(
        Effects.TABLE,
        EffectChecks.TABLE,
        LookAlikeBalance.TABLE,
        LookAlikeAttrition.TABLE,
        LookAlikePairs.TABLE,
        LookAlikeAudience.TABLE,
        LookAlikeOverlap.TABLE,
        Linkability.TABLE);
  }

  @Override
  public String settings(Study study) {
    return String.join(
        "\n",
        study.asOf().toString(),
        study.lookAlike().toString(),
        study.metrics().toString(),
        study.headline().toString(),
        study.segments().toString(),
        study.programmes().keySet().toString(),
        study.cohorts().map(Study.Cohorts::inactiveMonths).toString(),
        study.privacy().toString());
  }

  @Override
  public Frames run(Frames in, Study study) {
    YearMonth asOf = study.asOf().orElseThrow();
    YearMonth first = firstMonth(in, asOf);
    Map<Table, List<Dataset<Row>>> made = new LinkedHashMap<>();
    writes().forEach(table -> made.put(table, new ArrayList<>()));
    for (String program : programmes(in, study)) {
      new Comparing(in, study, program, name(), first, asOf)
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

  /** That of the panel; where nobody is known, the last. */
  private static YearMonth firstMonth(Frames in, YearMonth asOf) {
    Row first = Histories.firstMonth(in.get(CustomerMonths.TABLE));
    return first.isNullAt(0) ? asOf : YearMonth.from(first.getDate(0).toLocalDate());
  }

  private static Dataset<Row> together(Frames in, Table table, List<Dataset<Row>> parts) {
    Dataset<Row> none = in.session().createDataFrame(List.of(), Contracts.schema(table));
    return parts.stream().reduce(none, Dataset::unionByName);
  }
}
