package dev.cohortium.lookalike;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;

import dev.cohortium.config.Study;
import dev.cohortium.config.Study.LookAlike;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.evidence.PanelSurvey;
import dev.cohortium.evidence.Sweep;
import dev.cohortium.lookalike.Comparisons.Found;
import dev.cohortium.lookalike.Comparisons.Place;
import dev.cohortium.lookalike.Findings.Lost;
import dev.cohortium.runtime.Frames;
import dev.cohortium.stats.Caliper;
import dev.cohortium.stats.ComparisonPlan;
import dev.cohortium.stats.ComparisonPlan.Contrast;
import dev.cohortium.stats.ComparisonPlan.Outcome;
import dev.cohortium.stats.Matches;
import dev.cohortium.table.CustomerMonths;
import dev.cohortium.table.Customers;
import dev.cohortium.table.Joinings;
import dev.cohortium.table.Table;
import java.time.YearMonth;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The look-alike comparison of one programme, from the panel to its tables. */
final class Comparing {
  private static final double USED_UP = 0.9;
  private static final double KEPT_WEIGHTS = 0.995;

  private final Frames in;
  private final Study study;
  private final LookAlike asked;
  private final String program;
  private final String job;
  private final PanelSurvey survey;
  private final YearMonth asOf;
  private final Rules rules;

  Comparing(
      Frames in, Study study, String program, String job, PanelSurvey survey, YearMonth asOf) {
    this.in = in;
    this.study = study;
    this.asked = study.lookAlike().orElseThrow();
    this.program = program;
    this.job = job;
    this.survey = survey;
    this.asOf = asOf;
    rules =
        Rules.of(
            asked,
            program,
            survey.first().orElse(asOf),
            asOf,
            study.cohorts().map(Study.Cohorts::inactiveMonths).orElse(Rules.INACTIVE_MONTHS));
  }

  /** The rows of each table. */
  Map<Table, Dataset<Row>> tables() {
    Dataset<Row> joinings =
        in.get(Joinings.TABLE)
            .where(col(Joinings.PROGRAM_ID).equalTo(program))
            .where(col(Joinings.JOINING_MONTH).leq(lit(asOf.atEndOfMonth())));
    Histories.Described described =
        Histories.described(in.get(Customers.TABLE).drop("delivery"), study);
    in.run().progress().step(job + ": histories of customers");
    Dataset<Row> histories =
        in.keep(Histories.of(in.get(CustomerMonths.TABLE), joinings, described, rules));
    Rules of = rules;
    Strata strata =
        Sweep.of(
            histories,
            Strata::new,
            (Strata state, Row row) -> state.add(History.of(row, of.months()), of),
            Strata::plus);
    long members = joinings.count();
    Shares shares = strata.shares(asked.candidatesPerMember(), rules);
    Covariates covariates =
        new Covariates(
            rules, described.traits(), strata.firstMonth(), strata.lastMonth(), columns(strata));
    List<Measured> metrics = Measured.of(Metric.of(study), survey.caps());
    Opportunities opportunities = new Opportunities(rules, covariates, shares, metrics);
    in.run().progress().step(job + ": propensity scores");
    Scores scores = Propensity.fit(histories, opportunities, covariates.count());
    Map<String, Survey> surveys = surveys(histories, opportunities, scores);
    in.run().progress().step(job + ": matching");
    Dataset<Row> sets =
        in.keep(MatchedSets.of(histories, opportunities, scores, calipers(surveys), asked));
    Map<Attrition, Lost> attrition = attrition(strata, sets, members);
    Map<Place, Double> usedUp = usedUp(sets);
    Dataset<Row> rows = in.keep(joined(histories, sets));
    Dataset<Row> matched = rows.where(col(Parts.SETS).isNotNull());
    in.run().progress().step(job + ": balancing");
    Weighing weighing =
        new Weighing(
            metrics.size(),
            scores,
            percentiles(surveys, survey -> survey.candidatePercentile(KEPT_WEIGHTS)),
            percentiles(surveys, survey -> survey.stayingPercentile(KEPT_WEIGHTS)),
            Balancing.fit(histories, opportunities, scores, covariates.count()),
            percentiles(surveys, survey -> (double) survey.treated().rows()));
    Parts.Places places =
        Parts.Places.of(
            asked.exact(), asked.propensityBy(), strata, study.privacy().smallestCell());
    in.run().progress().step(job + ": effects");
    Map<Place, Found> compared =
        compared(rows, opportunities, weighing, covariates.count(), places);
    in.run().progress().step(job + ": checks");
    Dataset<Row> linkability = in.keep(Linking.rows(in, program, asOf.atEndOfMonth()));
    Findings findings =
        new Findings(
            compared,
            balanced(matched, opportunities, weighing, places),
            placebo(rows, opportunities, weighing, places),
            naive(histories, metrics, places),
            metrics,
            surveys,
            Balances.of(
                rows, opportunities, weighing, covariates.columns(), places, rules.horizons()),
            Pairs.of(matched, opportunities, headline(metrics), rules.horizons()),
            Linking.of(linkability),
            attrition,
            members,
            usedUp,
            strata.shareWithoutMargin(),
            places,
            weighing);
    return new Marts(in, study, program, job, rules, asOf, covariates, opportunities)
        .of(findings, sets, histories, matched, scores, linkability);
  }

  private static Map<String, Survey> surveys(
      Dataset<Row> histories, Opportunities opportunities, Scores scores) {
    return Sweep.of(
        histories,
        HashMap<String, Survey>::new,
        (HashMap<String, Survey> state, Row row) -> {
          for (Unit unit : Parts.scored(row, opportunities, scores)) {
            state
                .computeIfAbsent(unit.group(), group -> new Survey())
                .add(unit, scores.logit(unit.group(), unit.covariates()), scores);
          }
        },
        Sweep.merging(Survey::plus));
  }

  /** Histories with the matched sets of each customer; null: in none. */
  static Dataset<Row> joined(Dataset<Row> histories, Dataset<Row> sets) {
    return histories.join(
        sets.where(col(MatchedSets.WEIGHT).isNotNull())
            .groupBy(col(MatchedSets.CUSTOMER_ID))
            .agg(
                collect_list(
                        struct(
                            col(MatchedSets.UNIT),
                            col(MatchedSets.SET),
                            col(MatchedSets.WEIGHT),
                            col(MatchedSets.KNOWN)))
                    .as(Parts.SETS)),
        new String[] {Histories.CUSTOMER_ID},
        "left");
  }

  /** The place of the headline's metric among those measured; of a ratio that of its numerator. */
  private int headline(List<Measured> metrics) {
    for (int place = 0; place < metrics.size(); place++) {
      if (metrics.get(place).metric().word().equals(study.headline().metric())) {
        return place;
      }
    }
    return 0;
  }

  private Map<Place, Found> compared(
      Dataset<Row> rows,
      Opportunities opportunities,
      Weighing weighing,
      int columns,
      Parts.Places places) {
    ComparisonPlan plan =
        new ComparisonPlan(
            opportunities.metrics().size(),
            columns,
            Weighing.ESTIMANDS.size(),
            Weighing.WEIGHTINGS,
            rules.horizons(),
            Method.contrasts());
    return Comparisons.of(
        rows,
        new Parts.Compared(opportunities, weighing, places),
        plan,
        weighing.scores(),
        Comparisons.Kind.WEIGHTED);
  }

  private Map<Place, Found> balanced(
      Dataset<Row> matched, Opportunities opportunities, Weighing weighing, Parts.Places places) {
    return Comparisons.of(
        matched,
        new Parts.Balanced(opportunities, weighing, places, rules.longest()),
        new ComparisonPlan(
            opportunities.metrics().size(),
            0,
            Weighing.ESTIMANDS.size(),
            1,
            rules.horizons(),
            List.of(
                Contrast.plain(Weighing.MATCHED, Outcome.LEVEL),
                Contrast.plain(Weighing.MATCHED, Outcome.CHANGE))),
        weighing.scores(),
        Comparisons.Kind.MATCHED);
  }

  private Map<Place, Found> placebo(
      Dataset<Row> rows, Opportunities opportunities, Weighing weighing, Parts.Places places) {
    return Comparisons.of(
        rows,
        new Parts.Placebo(opportunities, weighing, places),
        new ComparisonPlan(
            opportunities.metrics().size(),
            0,
            1,
            Weighing.WEIGHTINGS,
            List.of(1, Parts.PRETENDED),
            Method.placebos()),
        weighing.scores(),
        Comparisons.Kind.MATCHED);
  }

  private Map<Place, Found> naive(
      Dataset<Row> histories, List<Measured> metrics, Parts.Places places) {
    return Comparisons.of(
        histories,
        new Parts.Naive(rules, metrics, places),
        plain(metrics.size(), rules.horizons()),
        new Scores(Map.of()),
        Comparisons.Kind.PLAIN);
  }

  private static ComparisonPlan plain(int metrics, List<Integer> horizons) {
    return new ComparisonPlan(
        metrics, 0, 1, 1, horizons, List.of(Contrast.plain(0, Outcome.LEVEL)));
  }

  /** The greatest distance of a pair by group; 0 where scores do not differ. */
  private Map<String, Double> calipers(Map<String, Survey> surveys) {
    Map<String, Double> calipers = new HashMap<>();
    surveys.forEach(
        (group, survey) ->
            calipers.put(
                group,
                asked.caliper() > 0
                    ? Caliper.ofPooledDeviation(
                            asked.caliper(), survey.treated(), survey.candidates())
                        .orElse(0)
                    : 0.0));
    return calipers;
  }

  private Map<Place, Double> usedUp(Dataset<Row> sets) {
    Map<Place, long[]> counts = new HashMap<>();
    for (Row row :
        sets.where(col(MatchedSets.TAKEN).isNotNull().and(col(MatchedSets.WEIGHT).isNotNull()))
            .groupBy(MatchedSets.EXACT)
            .agg(count(lit(1)), count_if(col(MatchedSets.TAKEN).geq(USED_UP)))
            .collectAsList()) {
      for (Place place : Parts.Places.all(row.getString(0), asked.exact(), 0)) {
        long[] count = counts.computeIfAbsent(place, key -> new long[2]);
        count[0] += row.getLong(1);
        count[1] += row.getLong(2);
      }
    }
    Map<Place, Double> shares = new HashMap<>();
    counts.forEach((place, count) -> shares.put(place, (double) count[1] / count[0]));
    return shares;
  }

  private interface Percentile {
    double of(Survey survey);
  }

  private static Map<String, Double> percentiles(
      Map<String, Survey> surveys, Percentile percentile) {
    Map<String, Double> percentiles = new HashMap<>();
    surveys.forEach((group, survey) -> percentiles.put(group, percentile.of(survey)));
    return percentiles;
  }

  /** The most frequent exact values by place. */
  private static Map<String, Integer> columns(Strata strata) {
    Map<String, Integer> columns = new LinkedHashMap<>();
    strata.exact().entrySet().stream()
        .sorted(
            Comparator.<Map.Entry<String, Strata.Exact>>comparingLong(
                    entry -> -entry.getValue().members())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST_SEGMENTS)
        .forEach(entry -> columns.put(entry.getKey(), columns.size()));
    return columns;
  }

  private static final int MOST_SEGMENTS = 20;

  private Map<Attrition, Lost> attrition(Strata strata, Dataset<Row> sets, long members) {
    Map<Attrition, Lost> counts = new EnumMap<>(Attrition.class);
    long known = 0;
    for (Attrition reason : Attrition.values()) {
      counts.put(reason, strata.lost(reason));
      known += strata.lost(reason).members();
    }
    counts.merge(Attrition.NO_ORDER, new Lost(members - known, 0, 0, 0), Lost::plus);
    Lost rest = counts.get(Attrition.COMPARED);
    Lost compared = Lost.NOBODY;
    Lost outside = Lost.NOBODY;
    for (Row row :
        sets.where(col(MatchedSets.IS_TREATED).and(col(MatchedSets.MONTH).lt(rules.months() - 1)))
            .groupBy(col(MatchedSets.REASON))
            .agg(count(lit(1)), sum(col(MatchedSets.PRE_SPEND)), sum(col(MatchedSets.PRE_ORDERS)))
            .collectAsList()) {
      Lost of = new Lost(row.getLong(1), row.getLong(1), row.getDouble(2), row.getDouble(3));
      if (row.isNullAt(0)) {
        compared = of;
      } else if (row.getString(0).equals(Matches.Reason.OUTSIDE_CALIPER.name())) {
        outside = of;
      }
    }
    counts.put(Attrition.COMPARED, compared);
    counts.put(Attrition.OUTSIDE_CALIPER, outside);
    counts.put(Attrition.NO_CANDIDATE, rest.minus(compared).minus(outside));
    return counts;
  }
}
