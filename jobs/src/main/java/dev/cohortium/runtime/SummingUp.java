package dev.cohortium.runtime;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import dev.cohortium.config.Study;
import dev.cohortium.table.CohortAverage;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.EffectChecks;
import dev.cohortium.table.Effects;
import dev.cohortium.table.LookAlikeAttrition;
import dev.cohortium.table.ReceiptMonths;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What the tables say at the end of a run, in a few numbers. */
final class SummingUp {
  private final Warehouse warehouse;
  private final Optional<LocalDate> asOf;

  SummingUp(Warehouse warehouse, Optional<LocalDate> asOf) {
    this.warehouse = warehouse;
    this.asOf = asOf;
  }

  /** Distinct customers with an order up to as-of. */
  long customers() {
    if (!warehouse.has(CustomerMonths.TABLE)) {
      return 0;
    }
    Dataset<Row> active =
        warehouse.read(CustomerMonths.TABLE).where(col(CustomerMonths.ORDERS).gt(0));
    return upToAsOf(active, CustomerMonths.MONTH)
        .select(CustomerMonths.CUSTOMER_ID)
        .distinct()
        .count();
  }

  /** Months with a receipt up to as-of. */
  long months() {
    return warehouse.has(ReceiptMonths.TABLE)
        ? upToAsOf(warehouse.read(ReceiptMonths.TABLE), ReceiptMonths.MONTH)
            .select(ReceiptMonths.MONTH)
            .distinct()
            .count()
        : 0;
  }

  private Dataset<Row> upToAsOf(Dataset<Row> rows, String month) {
    return asOf.map(day -> rows.where(col(month).leq(lit(java.sql.Date.valueOf(day)))))
        .orElse(rows);
  }

  /** The pooled retention curve of first purchases by month. */
  List<RunSummary.Retention> retention() {
    return firstPurchaseMonths()
        .orderBy(CohortAverage.AGE)
        .select(
            CohortAverage.AGE,
            CohortAverage.CUSTOMERS,
            CohortAverage.RETAINED_RATE,
            CohortAverage.RETAINED_LOW,
            CohortAverage.RETAINED_HIGH)
        .collectAsList()
        .stream()
        .map(
            r ->
                new RunSummary.Retention(
                    r.getInt(0), r.getLong(1), r.getDouble(2), r.getDouble(3), r.getDouble(4)))
        .toList();
  }

  private Dataset<Row> firstPurchaseMonths() {
    return warehouse
        .read(CohortAverage.TABLE)
        .where(
            col(CohortAverage.COHORT_BY)
                .equalTo("first_purchase")
                .and(col(CohortAverage.GRANULARITY).equalTo("month"))
                .and(col(CohortAverage.SEGMENT_BY).equalTo("all")));
  }

  /** What each programme brought, by the study's headline, where one of the jobs told it. */
  List<RunSummary.Verdict> verdicts(Study.Headline headline, List<String> jobs) {
    if (!warehouse.has(Effects.TABLE) || asOf.isEmpty()) {
      return List.of();
    }
    Dataset<Row> effects =
        warehouse
            .read(Effects.TABLE)
            .where(
                col(Effects.JOB)
                    .isin(jobs.toArray())
                    .and(col(Effects.AS_OF).equalTo(lit(java.sql.Date.valueOf(asOf.get()))))
                    .and(col(Effects.SEGMENT_BY).equalTo("all"))
                    .and(col(Effects.VARIANT).equalTo("raw"))
                    .and(col(Effects.METRIC).equalTo(headline.metric()))
                    .and(col(Effects.HORIZON_MONTHS).equalTo(headline.horizon())));
    Map<String, Double> naive = new HashMap<>();
    effects
        .where(
            col(Effects.METHOD)
                .equalTo("naive_member_vs_non_member")
                .or(col(Effects.ESTIMAND).equalTo("change_at_joining")))
        .select(Effects.JOB, Effects.PROGRAM_ID, Effects.ESTIMATE)
        .collectAsList()
        .forEach(row -> naive.put(row.getString(0) + row.getString(1), (Double) row.get(2)));
    return effects
        .where(
            col(Effects.METHOD)
                .equalTo(headline.method())
                .and(col(Effects.ESTIMAND).equalTo("join_vs_stay_out")))
        .orderBy(Effects.PROGRAM_ID)
        .collectAsList()
        .stream()
        .map(row -> verdict(row, naive))
        .toList();
  }

  private RunSummary.Verdict verdict(Row effect, Map<String, Double> naive) {
    String program = effect.getAs(Effects.PROGRAM_ID);
    String job = effect.getAs(Effects.JOB);
    boolean isOfLookAlikes = job.equals("look-alike");
    return new RunSummary.Verdict(
        program,
        effect.getAs(Effects.METHOD),
        effect.getAs(Effects.METRIC),
        effect.<Integer>getAs(Effects.HORIZON_MONTHS),
        effect.getAs(Effects.STATUS),
        effect.getAs(Effects.REASON),
        effect.getAs(Effects.CREDIBILITY),
        effect.getAs(Effects.FAILED_CHECKS),
        effect.getAs(Effects.ESTIMATE),
        effect.getAs(Effects.CI_LOW),
        effect.getAs(Effects.CI_HIGH),
        naive.get(job + program),
        effect.<Long>getAs(Effects.TREATED),
        isOfLookAlikes ? balance(effect) : doubts(effect),
        isOfLookAlikes ? members(program) : Map.of());
  }

  /** The members of a programme by what became of them when look-alikes were looked for. */
  private Map<String, Long> members(String program) {
    Map<String, Long> members = new LinkedHashMap<>();
    warehouse
        .read(LookAlikeAttrition.TABLE)
        .where(col(LookAlikeAttrition.PROGRAM_ID).equalTo(program))
        .orderBy(LookAlikeAttrition.STEP)
        .select(LookAlikeAttrition.REASON, LookAlikeAttrition.MEMBERS)
        .collectAsList()
        .forEach(row -> members.put(row.getString(0), row.getLong(1)));
    return members;
  }

  /** Whether look-alikes are alike. */
  private List<String> balance(Row effect) {
    List<String> found =
        checks(effect)
            .where(col(EffectChecks.CHECK_NAME).equalTo("balance"))
            .collectAsList()
            .stream()
            .map(SummingUp::sentence)
            .toList();
    return found.isEmpty() ? List.of("Balance: not judged.") : found;
  }

  /** Who is compared, and what speaks against the effect; in its place that members moved alike. */
  private List<String> doubts(Row effect) {
    List<String> sentences = new ArrayList<>();
    for (Row check : checks(effect).collectAsList()) {
      String name = check.getAs(EffectChecks.CHECK_NAME);
      boolean isAgainst = OUTCOMES_AGAINST.contains(check.<String>getAs(EffectChecks.OUTCOME));
      if (name.equals("attrition")) {
        sentences.add(0, check.getAs(EffectChecks.NOTE));
      } else if (isAgainst || name.equals("pre_trend")) {
        sentences.add(sentence(check));
      }
    }
    return sentences;
  }

  private static final List<String> OUTCOMES_AGAINST = List.of("failed", "inconclusive");

  private Dataset<Row> checks(Row effect) {
    return warehouse
        .read(EffectChecks.TABLE)
        .where(col(EffectChecks.EFFECT_ID).equalTo(effect.<String>getAs(Effects.EFFECT_ID)))
        .orderBy(EffectChecks.CHECK_NAME);
  }

  private static String sentence(Row check) {
    String name = check.<String>getAs(EffectChecks.CHECK_NAME).replace('_', ' ');
    String outcome = check.<String>getAs(EffectChecks.OUTCOME).replace('_', ' ');
    return name.substring(0, 1).toUpperCase(Locale.ROOT)
        + name.substring(1)
        + ": "
        + outcome
        + ". "
        + check.<String>getAs(EffectChecks.NOTE);
  }

  /** The counts of what sources delivered, by table, from rows of run_counts. */
  static Map<String, RunSummary.Delivered> delivered(List<Row> counts) {
    Map<String, Map<String, Long>> byTable = new LinkedHashMap<>();
    for (Row count : counts) {
      byTable
          .computeIfAbsent(count.getString(2), t -> new LinkedHashMap<>())
          .put(count.getString(3), count.getLong(4));
    }
    Map<String, RunSummary.Delivered> delivered = new LinkedHashMap<>();
    byTable.forEach(
        (table, measures) -> {
          if (measures.containsKey("read")) {
            delivered.put(
                table,
                new RunSummary.Delivered(
                    measures.get("read"),
                    measures.get("clean"),
                    measures.get("quarantined"),
                    measures.get("duplicate"),
                    measures.get("filtered"),
                    measures.get("superseded")));
          }
        });
    return delivered;
  }
}
