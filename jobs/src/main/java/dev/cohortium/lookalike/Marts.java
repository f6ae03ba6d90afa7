package dev.cohortium.lookalike;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.lookalike.Likeness.Role;
import dev.cohortium.lookalike.Opportunities.Measured;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.Balance;
import dev.cohortium.table.ColumnType;
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
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Writes down what the comparison found, as the rows of its tables. */
final class Marts {
  private static final double BARS_PER_LOGIT = 4;
  private static final double LEAST_SUPPORTED = 0.01;

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
      Scores scores) {
    List<Row> balance = balance(findings);
    List<Effect> effects = new Judging(study, program, rules, findings, balance).effects();
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
    tables.put(LookAlikeBalance.TABLE, rows(LookAlikeBalance.TABLE, balance));
    tables.put(LookAlikeAttrition.TABLE, rows(LookAlikeAttrition.TABLE, attrition(findings)));
    tables.put(LookAlikePairs.TABLE, pairs(sets));
    tables.put(LookAlikeOverlap.TABLE, overlap(findings, sets));
    tables.put(LookAlikeAudience.TABLE, audience(effects, histories, matched, scores));
    tables.put(Linkability.TABLE, linkability());
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

  // --- balance, attrition ---

  private List<Row> balance(Findings findings) {
    List<Row> rows = new ArrayList<>();
    List<String> names = covariates.names();
    new TreeMap<>(findings.likeness())
        .forEach(
            (year, likeness) -> {
              for (int column = 0; column < names.size(); column++) {
                rows.add(balance(year, names.get(column), likeness, column));
              }
            });
    return rows;
  }

  private Row balance(String year, String name, Likeness likeness, int column) {
    Balance.Kind kind = covariates.isBinary(column) ? Balance.Kind.BINARY : Balance.Kind.CONTINUOUS;
    boolean isAll = year.equals(Parts.ALL);
    double limit =
        name.startsWith(Covariates.PRE_SPEND) || name.startsWith(Covariates.PRE_ORDERS)
            ? Balance.PRE_PERIOD_LIMIT
            : Balance.LIMIT;
    long matched = likeness.moments(Role.MATCHED_MEMBER, column).rows();
    Balance before = likeness.balance(kind, column, false);
    Balance after = likeness.balance(kind, column, true);
    Balance.Verdict verdict = isAll ? after.verdict(limit) : after.segmentVerdict();
    double threshold =
        isAll ? limit : Math.max(Balance.LIMIT, 1.96 * Math.sqrt(2.0 / Math.max(1, matched)));
    return RowFactory.create(
        program,
        name,
        year,
        matched,
        value(after.treatedMean()),
        value(before.controlMean()),
        value(after.controlMean()),
        value(before.standardisedMeanDifference()),
        value(after.standardisedMeanDifference()),
        value(after.varianceRatio()),
        value(after.kolmogorovSmirnov()),
        threshold,
        verdict == Balance.Verdict.NOT_JUDGED ? null : verdict == Balance.Verdict.PASSED,
        java.sql.Date.valueOf(asOf),
        in.run().id());
  }

  private static Double value(java.util.OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private List<Row> attrition(Findings findings) {
    List<Row> rows = new ArrayList<>();
    int step = 0;
    for (Attrition reason : Attrition.values()) {
      long members = findings.attrition().get(reason);
      rows.add(
          RowFactory.create(
              program,
              ++step,
              reason.sentence(),
              members,
              findings.members() == 0 ? 0.0 : (double) members / findings.members(),
              java.sql.Date.valueOf(asOf),
              in.run().id()));
    }
    return rows;
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

  // --- audience ---

  /** Range of the scores of matched members, by exact segment, and what joining brought there. */
  private record Expected(double low, double high, Double uplift, Double margin)
      implements java.io.Serializable {}

  private Dataset<Row> audience(
      List<Effect> effects, Dataset<Row> histories, Dataset<Row> matched, Scores scores) {
    Map<String, Expected> expected = new HashMap<>();
    ranges(matched, scores)
        .forEach(
            (exact, range) ->
                expected.put(
                    exact,
                    new Expected(
                        range.percentile(LEAST_SUPPORTED),
                        range.percentile(1 - LEAST_SUPPORTED),
                        expected(effects, exact, Metric.NET_REVENUE),
                        expected(effects, exact, Metric.MARGIN))));
    Rules of = rules;
    Covariates covariatesOf = covariates;
    // The chance at the first order of the month to come, by the months up to now.
    int month = rules.months();
    HashMap<Integer, Long> bars =
        Sweep.of(
            histories,
            HashMap<Integer, Long>::new,
            (HashMap<Integer, Long> state, Row row) -> {
              Double score = score(History.of(row, of.months()), of, covariatesOf, scores, month);
              if (score != null) {
                state.merge(Survey.bar(score), 1L, Long::sum);
              }
            },
            Sweep.merging(Long::sum));
    double[] cuts = deciles(bars);
    String programme = program;
    String runId = in.run().id();
    java.sql.Date day = java.sql.Date.valueOf(asOf);
    StructType schema = Contracts.schema(LookAlikeAudience.TABLE);
    return in.session()
        .createDataFrame(
            Sweep.each(
                histories,
                row -> {
                  History history = History.of(row, of.months());
                  if (history.joined() != History.NEVER) {
                    return List.<Row>of().iterator();
                  }
                  Double score = score(history, of, covariatesOf, scores, month);
                  Expected here = expected.get(history.exact());
                  boolean isSupported =
                      score != null && here != null && score >= here.low() && score <= here.high();
                  return List.of(
                          RowFactory.create(
                              programme,
                              history.customer(),
                              score,
                              score == null ? null : decile(cuts, score),
                              history.exact().isEmpty()
                                  ? Parts.ALL
                                  : history.exact().replace(Histories.SEPARATOR, " / "),
                              here == null ? null : here.uplift(),
                              here == null ? null : here.margin(),
                              isSupported,
                              day,
                              runId))
                      .iterator();
                }),
            schema);
  }

  /** What joining brings in an exact segment, where that was measured; else in all. */
  private Double expected(List<Effect> effects, String exact, Metric metric) {
    String[] values = exact.split(Histories.SEPARATOR, -1);
    List<String> names = study.lookAlike().orElseThrow().exact();
    Double found = null;
    for (Effect effect : effects) {
      Effect.Key key = effect.key();
      boolean isAsked =
          effect.isSupported()
              && key.metric().equals(metric.word())
              && key.variant().equals(Measured.RAW)
              && key.method().equals(Method.DID.word())
              && key.estimand().equals(Weighing.ESTIMANDS.get(Weighing.STAY_OUT))
              && key.months() == study.headline().horizon();
      boolean isAll = key.segmentBy().equals(Parts.ALL);
      boolean isHere =
          names.size() == 1
              && key.segmentBy().equals(names.get(0))
              && key.segment().equals(values[0]);
      if (isAsked && (isHere || (isAll && found == null))) {
        found = effect.estimate().value();
      }
    }
    return found;
  }

  /**
   * How alike the matched members are to those who join, by what describes them alone: by exact
   * value a histogram.
   */
  private Map<String, Survey> ranges(Dataset<Row> matched, Scores scores) {
    Opportunities units = opportunities;
    int described = covariates.described();
    return Sweep.byKey(
        matched,
        (Map<String, Survey> state, Row row) ->
            Parts.matched(
                row,
                units.of(row),
                (unit, set, weight) -> {
                  if (unit.isTreated()) {
                    state
                        .computeIfAbsent(unit.exact(), exact -> new Survey())
                        .add(scores.described(unit.group(), unit.covariates(), described));
                  }
                }),
        Survey::plus);
  }

  /** How alike a customer is to those who join in the month to come; null: nothing is known. */
  private static Double score(
      History history, Rules rules, Covariates covariates, Scores scores, int month) {
    boolean isKnown =
        history.joined() == History.NEVER
            && history.acquired() != History.NOT_YET
            && history.acquired() <= month - rules.preMonths()
            && scores.has(history.group());
    return isKnown
        ? scores.described(
            history.group(),
            covariates.of(new Opportunity(history, month, 1, false)),
            covariates.described())
        : null;
  }

  private static double[] deciles(Map<Integer, Long> bars) {
    long all = bars.values().stream().mapToLong(Long::longValue).sum();
    double[] cuts = new double[9];
    int decile = 0;
    long below = 0;
    for (int bar : new TreeSet<>(bars.keySet())) {
      below += bars.get(bar);
      while (decile < cuts.length && below >= (decile + 1) * all / 10.0) {
        cuts[decile++] = (bar + 1) * Survey.BAR;
      }
    }
    return cuts;
  }

  private static int decile(double[] cuts, double score) {
    int below = 0;
    while (below < cuts.length && score >= cuts[below]) {
      below++;
    }
    return 10 - below;
  }

  // --- linkability ---

  private Dataset<Row> linkability() {
    Column none = lit(Effects.NONE);
    Column store = coalesce(col(ReceiptMonths.STORE_ID), none);
    Column channel = coalesce(col(ReceiptMonths.CHANNEL), none);
    Dataset<Row> sold =
        in.get(ReceiptMonths.TABLE)
            .where(col(ReceiptMonths.MONTH).leq(lit(java.sql.Date.valueOf(asOf))))
            .groupBy(
                store.as(Linkability.STORE_ID),
                col(ReceiptMonths.MONTH).as(Linkability.MONTH),
                channel.as(Linkability.CHANNEL))
            .agg(
                sum(of(ReceiptMonths.IDENTIFIED, true, ReceiptMonths.RECEIPTS))
                    .as(Linkability.IDENTIFIED_RECEIPTS),
                sum(of(ReceiptMonths.IDENTIFIED, true, ReceiptMonths.NET_REVENUE))
                    .cast(ColumnType.AMOUNT_SUM.sql())
                    .as(Linkability.IDENTIFIED_REVENUE),
                sum(of(ReceiptMonths.IDENTIFIED, false, ReceiptMonths.RECEIPTS))
                    .as(Linkability.ANONYMOUS_RECEIPTS),
                sum(of(ReceiptMonths.IDENTIFIED, false, ReceiptMonths.NET_REVENUE))
                    .cast(ColumnType.AMOUNT_SUM.sql())
                    .as(Linkability.ANONYMOUS_REVENUE));
    Dataset<Row> joined =
        in.get(Joinings.TABLE)
            .where(col(Joinings.PROGRAM_ID).equalTo(program))
            .where(col(Joinings.JOINING_MONTH).leq(lit(java.sql.Date.valueOf(asOf))))
            .groupBy(
                coalesce(col(Joinings.JOINING_STORE), none).as(Linkability.STORE_ID),
                col(Joinings.JOINING_MONTH).as(Linkability.MONTH),
                coalesce(col(Joinings.JOINING_CHANNEL), none).as(Linkability.CHANNEL))
            .agg(count(lit(1)).as(Linkability.NEW_MEMBERS));
    return sold.join(
            joined,
            new String[] {Linkability.STORE_ID, Linkability.MONTH, Linkability.CHANNEL},
            "full")
        .select(
            lit(program).as(Linkability.PROGRAM_ID),
            col(Linkability.STORE_ID),
            col(Linkability.MONTH),
            col(Linkability.CHANNEL),
            orNothing(Linkability.IDENTIFIED_RECEIPTS),
            orNothing(Linkability.IDENTIFIED_REVENUE),
            orNothing(Linkability.ANONYMOUS_RECEIPTS),
            orNothing(Linkability.ANONYMOUS_REVENUE),
            orNothing(Linkability.NEW_MEMBERS),
            lit(java.sql.Date.valueOf(asOf)).as(Linkability.AS_OF),
            lit(in.run().id()).as(Linkability.RUN_ID));
  }

  private Column orNothing(String name) {
    String type = Contracts.schema(Linkability.TABLE).apply(name).dataType().catalogString();
    return coalesce(col(name), lit(0)).cast(type).as(name);
  }

  private static Column of(String flag, boolean value, String amount) {
    return when(col(flag).equalTo(value), col(amount)).otherwise(lit(0));
  }
}
