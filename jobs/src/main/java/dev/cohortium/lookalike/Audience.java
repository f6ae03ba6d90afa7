package dev.cohortium.lookalike;

import dev.cohortium.config.Study;
import dev.cohortium.evidence.Effect;
import dev.cohortium.evidence.Measured;
import dev.cohortium.evidence.Metric;
import dev.cohortium.evidence.Sweep;
import dev.cohortium.lookalike.Comparisons.Place;
import dev.cohortium.runtime.Contracts;
import dev.cohortium.table.LookAlikeAudience;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Who has not joined, how alike they are to those who do, and what joining may bring. */
final class Audience {
  private static final double LEAST_SUPPORTED = 0.01;

  private final Study study;
  private final String program;
  private final Rules rules;
  private final LocalDate asOf;
  private final String runId;
  private final Covariates covariates;
  private final Opportunities opportunities;
  private final Scores scores;

  Audience(
      Study study,
      String program,
      Rules rules,
      LocalDate asOf,
      String runId,
      Covariates covariates,
      Opportunities opportunities,
      Scores scores) {
    this.study = study;
    this.program = program;
    this.rules = rules;
    this.asOf = asOf;
    this.runId = runId;
    this.covariates = covariates;
    this.opportunities = opportunities;
    this.scores = scores;
  }

  /** Range of the scores of matched members, by exact segment, and what joining brought there. */
  private record Expected(double low, double high, Double uplift, Double margin)
      implements java.io.Serializable {}

  /**
   * Rows of table look_alike_audience.
   *
   * @param histories of customers
   * @param matched of them: those in matched sets
   */
  Dataset<Row> rows(List<Effect> effects, Dataset<Row> histories, Dataset<Row> matched) {
    Map<String, Expected> expected = new HashMap<>();
    ranges(matched)
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
    Scores scoresOf = scores;
    // The chance at the first order of the month to come, by the months up to now.
    int month = rules.months();
    HashMap<Integer, Long> bars =
        Sweep.of(
            histories,
            HashMap<Integer, Long>::new,
            (HashMap<Integer, Long> state, Row row) -> {
              Double score = score(History.of(row, of.months()), of, covariatesOf, scoresOf, month);
              if (score != null) {
                state.merge(Survey.bar(score), 1L, Long::sum);
              }
            },
            Sweep.merging(Long::sum));
    double[] cuts = deciles(bars);
    String programme = program;
    String run = runId;
    java.sql.Date day = java.sql.Date.valueOf(asOf);
    StructType schema = Contracts.schema(LookAlikeAudience.TABLE);
    return histories
        .sparkSession()
        .createDataFrame(
            Sweep.each(
                histories,
                row -> {
                  History history = History.of(row, of.months());
                  if (history.joined() != History.NEVER) {
                    return List.<Row>of().iterator();
                  }
                  Double score = score(history, of, covariatesOf, scoresOf, month);
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
                              run))
                      .iterator();
                }),
            schema);
  }

  /** What joining brings in the first exact segment in which it was measured; else in all. */
  private Double expected(List<Effect> effects, String exact, Metric metric) {
    for (Place place : Parts.Places.all(exact, study.lookAlike().orElseThrow().exact(), 0)) {
      if (!place.by().equals(Parts.ALL)) {
        Double found = expected(effects, place, metric);
        if (found != null) {
          return found;
        }
      }
    }
    return expected(effects, new Place(Parts.ALL, Parts.ALL, 0), metric);
  }

  private Double expected(List<Effect> effects, Place place, Metric metric) {
    return effects.stream()
        .filter(Effect::isSupported)
        .filter(
            effect -> {
              Effect.Key key = effect.key();
              return key.metric().equals(metric.word())
                  && key.variant().equals(Measured.RAW)
                  && key.method().equals(Method.DID.word())
                  && key.estimand().equals(Weighing.ESTIMANDS.get(Weighing.STAY_OUT))
                  && key.months() == study.headline().horizon()
                  && key.segmentBy().equals(place.by())
                  && key.segment().equals(place.value());
            })
        .findFirst()
        .map(effect -> effect.estimate().value())
        .orElse(null);
  }

  /**
   * How alike the matched members are to those who join, by what describes them alone: by exact
   * value a histogram.
   */
  private Map<String, Survey> ranges(Dataset<Row> matched) {
    Scores of = scores;
    Opportunities units = opportunities;
    int described = covariates.described();
    return Sweep.byKey(
        matched,
        (Map<String, Survey> state, Row row) ->
            Parts.matched(
                row,
                units.of(row),
                (unit, set) -> {
                  if (unit.isTreated()) {
                    state
                        .computeIfAbsent(unit.exact(), exact -> new Survey())
                        .add(of.described(unit.group(), unit.covariates(), described));
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
}
