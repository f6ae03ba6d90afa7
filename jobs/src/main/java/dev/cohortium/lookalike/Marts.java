package dev.cohortium.lookalike;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.lookalike.Findings.Lost;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.Linkability;
import dev.cohortium.table.LookAlikeAttrition;
import dev.cohortium.table.LookAlikeAudience;
import dev.cohortium.table.LookAlikeBalance;
import dev.cohortium.table.LookAlikeOverlap;
import dev.cohortium.table.LookAlikePairs;
import dev.cohortium.table.Table;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Writes down what the comparison found, as the rows of its tables. */
final class Marts {
  private static final double BARS_PER_LOGIT = 4;

  private final Frames in;
  private final Study study;
  private final String program;
  private final String job;
  private final Rules rules;
  private final LocalDate asOf;
  private final Covariates covariates;
  private final Opportunities opportunities;

  Marts(
      Frames in,
      Study study,
      String program,
      String job,
      Rules rules,
      YearMonth asOf,
      Covariates covariates,
      Opportunities opportunities) {
    this.in = in;
    this.study = study;
    this.program = program;
    this.job = job;
    this.rules = rules;
    this.asOf = asOf.atEndOfMonth();
    this.covariates = covariates;
    this.opportunities = opportunities;
  }

  /** All tables. */
  Map<Table, Dataset<Row>> of(
      Findings findings,
      Dataset<Row> sets,
      Dataset<Row> histories,
      Dataset<Row> matched,
      Scores scores,
      Dataset<Row> linkability) {
    List<Effect> effects = new Judging(study, program, rules, findings).effects();
    String runId = in.run().id();
    List<Row> rows = new ArrayList<>();
    List<Row> checks = new ArrayList<>();
    for (Effect effect : effects) {
      rows.add(effect.row(job, windowStart(effect), asOf, asOf, runId));
      checks.addAll(effect.checks(job, asOf, runId));
    }
    Map<Table, Dataset<Row>> tables = new LinkedHashMap<>();
    tables.put(Effects.TABLE, rows(Effects.TABLE, rows));
    tables.put(EffectChecks.TABLE, rows(EffectChecks.TABLE, checks));
    tables.put(
        LookAlikeBalance.TABLE,
        rows(
            LookAlikeBalance.TABLE,
            findings.balances().rows(program, java.sql.Date.valueOf(asOf), runId)));
    tables.put(LookAlikeAttrition.TABLE, rows(LookAlikeAttrition.TABLE, attrition(findings)));
    tables.put(LookAlikePairs.TABLE, pairs(sets));
    tables.put(LookAlikeOverlap.TABLE, overlap(findings, sets));
    tables.put(
        LookAlikeAudience.TABLE,
        new Audience(study, program, rules, asOf, runId, covariates, opportunities, scores)
            .rows(effects, histories, matched));
    tables.put(Linkability.TABLE, linkability);
    return tables;
  }

  private Dataset<Row> rows(Table table, List<Row> rows) {
    return in.session().createDataFrame(rows, Contracts.schema(table));
  }

  private LocalDate windowStart(Effect effect) {
    return effect.key().method().equals(Method.NAIVE)
        ? rules.day(rules.months() - effect.key().months())
        : rules.day(Math.min(rules.months() - 1, covariates.firstMonth() + 1));
  }

  // --- attrition ---

  private List<Row> attrition(Findings findings) {
    List<Row> rows = new ArrayList<>();
    int step = 0;
    for (Attrition reason : Attrition.values()) {
      Lost lost = findings.attrition().get(reason);
      rows.add(
          RowFactory.create(
              program,
              ++step,
              reason.sentence(),
              lost.members(),
              findings.members() == 0 ? 0.0 : (double) lost.members() / findings.members(),
              isTold(lost) ? lost.spend() / lost.known() : null,
              isTold(lost) ? lost.orders() / lost.known() : null,
              java.sql.Date.valueOf(asOf),
              in.run().id()));
    }
    return rows;
  }

  /** Means of a few would tell of each. */
  private boolean isTold(Lost lost) {
    return lost.known() > 0 && lost.known() >= study.privacy().smallestCell();
  }

  // --- pairs, overlap ---

  private Dataset<Row> pairs(Dataset<Row> sets) {
    Column month =
        org.apache.spark.sql.functions.add_months(
            lit(java.sql.Date.valueOf(rules.day(0))), col(MatchedSets.MONTH));
    return sets.where(col(MatchedSets.WEIGHT).isNotNull())
        .select(
            lit(program).as(LookAlikePairs.PROGRAM_ID),
            hex(col(MatchedSets.SET)).as(LookAlikePairs.MATCHED_SET),
            col(MatchedSets.CUSTOMER_ID).as(LookAlikePairs.CUSTOMER_ID),
            when(
                    col(MatchedSets.IS_TREATED)
                        .and(col(MatchedSets.UNIT).equalTo(col(MatchedSets.SET))),
                    "member")
                .otherwise("look_alike")
                .as(LookAlikePairs.ROLE),
            month.as(LookAlikePairs.JOINING_MONTH),
            (rules.isAtOrders() ? col(MatchedSets.ORDER) : lit(0)).as(LookAlikePairs.JOINING_ORDER),
            col(MatchedSets.SCORE).as(LookAlikePairs.SCORE),
            col(MatchedSets.DISTANCE).as(LookAlikePairs.DISTANCE),
            col(MatchedSets.WEIGHT).as(LookAlikePairs.WEIGHT),
            lit(java.sql.Date.valueOf(asOf)).as(LookAlikePairs.AS_OF),
            lit(in.run().id()).as(LookAlikePairs.RUN_ID));
  }

  private Dataset<Row> overlap(Findings findings, Dataset<Row> sets) {
    List<Row> rows = new ArrayList<>();
    Map<Integer, Double> members = new HashMap<>();
    Map<Integer, Double> candidates = new HashMap<>();
    findings
        .surveys()
        .values()
        .forEach(
            survey -> {
              survey.treatedBars().forEach((bar, n) -> members.merge(wide(bar), n, Double::sum));
              survey
                  .candidateBars()
                  .forEach((bar, n) -> candidates.merge(wide(bar), n, Double::sum));
            });
    Map<Integer, Double> matched = new HashMap<>();
    Map<Integer, Double> lookAlikes = new HashMap<>();
    for (Row row :
        sets.where(col(MatchedSets.WEIGHT).isNotNull())
            .groupBy(
                col(MatchedSets.UNIT).equalTo(col(MatchedSets.SET)),
                floor(col(MatchedSets.SCORE).multiply(BARS_PER_LOGIT)).cast("int"))
            .agg(count(lit(1)).cast("double"))
            .collectAsList()) {
      (row.getBoolean(0) ? matched : lookAlikes).put(row.getInt(1), row.getDouble(2));
    }
    add(rows, "member", members);
    add(rows, "candidate", candidates);
    add(rows, "matched_member", matched);
    add(rows, "look_alike", lookAlikes);
    return rows(LookAlikeOverlap.TABLE, rows);
  }

  private static int wide(int bar) {
    return (int) Math.floor((bar + 0.5) * Survey.BAR * BARS_PER_LOGIT);
  }

  private void add(List<Row> rows, String role, Map<Integer, Double> bars) {
    double all = bars.values().stream().mapToDouble(Double::doubleValue).sum();
    for (int bar : new TreeSet<>(bars.keySet())) {
      rows.add(
          RowFactory.create(
              program,
              role,
              bar,
              bar / BARS_PER_LOGIT,
              (bar + 1) / BARS_PER_LOGIT,
              Math.round(bars.get(bar)),
              bars.get(bar) / all,
              java.sql.Date.valueOf(asOf),
              in.run().id()));
    }
  }
}
