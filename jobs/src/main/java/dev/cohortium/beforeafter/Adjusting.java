package dev.cohortium.beforeafter;

import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.CovariateCell;
import dev.cohortium.stats.CovariateEffect;
import dev.cohortium.stats.CovariateMethod;
import dev.cohortium.stats.CovariateMoments;
import dev.cohortium.stats.Gram;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.LogisticFit;
import dev.cohortium.stats.LogisticSearch;
import dev.cohortium.stats.LogisticState;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Base;
import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Controls;
import dev.cohortium.stats.StaggeredDesign.Role;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The event study of all customers given covariates: the regressions' sums come from the moments,
 * and the passes over customers are those that the scores ask for, one for all weighted means, and
 * one for all influences, whatever the number of metrics and methods.
 */
final class Adjusting {
  /** The ways of adjusting, by the variant that they are. */
  static final List<Variant> VARIANTS =
      List.of(Variant.DOUBLY_ROBUST, Variant.REGRESSION, Variant.WEIGHTED);

  private final Dataset<Row> lives;
  private final Gathering gathering;
  private final JoiningCohorts cohorts;
  private final List<Integer> metrics;

  /**
   * Of everybody.
   *
   * @param lives rows of {@link Lives}, kept
   * @param cohorts their sums, without strata
   * @param metrics places of what is adjusted
   */
  Adjusting(
      Dataset<Row> lives, Gathering gathering, JoiningCohorts cohorts, List<Integer> metrics) {
    this.lives = lives;
    this.gathering = gathering;
    this.cohorts = cohorts;
    this.metrics = List.copyOf(metrics);
  }

  /**
   * What is estimated: an effect, by one method, of one metric, against one base.
   *
   * @param metric its place among those gathered
   */
  record Estimand(Base base, Variant variant, int metric, Comparison of) implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    CovariateMethod method() {
      return switch (variant) {
        case WEIGHTED -> CovariateMethod.INVERSE_PROBABILITY;
        case REGRESSION -> CovariateMethod.OUTCOME_REGRESSION;
        default -> CovariateMethod.DOUBLY_ROBUST;
      };
    }
  }

  /** Who is scored: a cohort, and those who joined in a month or later or never. */
  private record Scored(int joined, int from) implements Comparable<Scored>, Serializable {
    @Serial private static final long serialVersionUID = 1;

    static Scored of(Comparison of, StaggeredDesign design) {
      return new Scored(
          of.joined(),
          design.controls() == Controls.NOT_YET_JOINED
              ? Math.max(of.month(), of.base()) + design.anticipation() + 1
              : StaggeredDesign.NEVER);
    }

    @Override
    public int compareTo(Scored other) {
      return joined != other.joined
          ? Integer.compare(joined, other.joined)
          : Integer.compare(from, other.from);
    }
  }

  private StaggeredDesign design(Base base) {
    return gathering.window().design().with(base);
  }

  /** The effects by variant and metric. */
  List<Adjusted> effects() {
    Map<Scored, LogisticFit> fits = fits();
    Map<Estimand, CovariateCell> cells = new HashMap<>();
    Map<Estimand, String> gaps = new HashMap<>();
    List<Adjusted> found = new ArrayList<>();
    for (Base base : List.of(Base.UNIVERSAL, Base.VARYING)) {
      for (int metric : metrics) {
        CovariateMoments moments = CovariateMoments.of(cohorts, design(base), metric);
        for (Comparison of : moments.comparisons()) {
          LogisticFit fit = fits.get(Scored.of(of, design(base)));
          for (Variant variant : VARIANTS) {
            Estimand estimand = new Estimand(base, variant, metric, of);
            String reason = reason(moments, estimand, fit);
            if (reason.isEmpty()) {
              cells.put(
                  estimand,
                  CovariateCell.of(
                      estimand.method(), moments.ofControls(of), Optional.ofNullable(fit)));
            } else {
              gaps.put(estimand, reason);
            }
          }
        }
      }
    }
    Map<Estimand, CovariateEffect> effects = new HashMap<>();
    slopes(cells)
        .forEach(
            (estimand, slopes) ->
                slopes
                    .effect()
                    .ifPresentOrElse(
                        effect -> effects.put(estimand, effect), () -> gaps.put(estimand, UNLIKE)));
    for (int metric : metrics) {
      CovariateMoments universal = CovariateMoments.of(cohorts, design(Base.UNIVERSAL), metric);
      CovariateMoments varying = CovariateMoments.of(cohorts, design(Base.VARYING), metric);
      for (Variant variant : VARIANTS) {
        found.add(
            new Adjusted(
                variant,
                metric,
                Adjusted.Found.of(
                    universal, design(Base.UNIVERSAL), variant, metric, effects, gaps),
                Adjusted.Found.of(varying, design(Base.VARYING), variant, metric, effects, gaps),
                gathering.window()));
      }
    }
    return Adjusted.withErrors(lives, gathering, found);
  }

  private static final String UNLIKE = "No control looks like the cohort.";

  /** Why there is no effect; empty: there may be one. */
  private String reason(CovariateMoments moments, Estimand estimand, LogisticFit fit) {
    long treated = moments.treated(estimand.of());
    long controls = moments.controls(estimand.of());
    int least = gathering.window().design().leastCohort();
    if (treated < least || controls < least) {
      return String.format(
          "The cohort has %d customers and %d controls; fewer than %d tell nothing.",
          treated, controls, least);
    }
    int coefficients = gathering.covariates().count() + 1;
    if (controls <= coefficients) {
      return controls
          + " controls for "
          + coefficients
          + " coefficients leave nothing to tell an error by.";
    }
    return estimand.variant() != Variant.REGRESSION && fit == null ? UNLIKE : "";
  }

  // --- scores ---

  private Map<Scored, LogisticFit> fits() {
    TreeMap<Scored, Gram> grams = new TreeMap<>();
    TreeMap<Scored, LogisticSearch> searches = new TreeMap<>();
    for (Base base : List.of(Base.UNIVERSAL, Base.VARYING)) {
      CovariateMoments moments = CovariateMoments.of(cohorts, design(base), metrics.get(0));
      for (Comparison of : moments.comparisons()) {
        Scored scored = Scored.of(of, design(base));
        if (moments.treated(of) > 0 && moments.controls(of) > 0 && !grams.containsKey(scored)) {
          grams.put(scored, moments.ofJoining(of));
          searches.put(scored, LogisticSearch.of(grams.get(scored)));
        }
      }
    }
    Map<Scored, LogisticFit> fits = new HashMap<>();
    while (!searches.isEmpty()) {
      searches.forEach((scored, search) -> search.fit().ifPresent(fit -> fits.put(scored, fit)));
      searches.values().removeIf(LogisticSearch::isOver);
      if (!searches.isEmpty()) {
        Map<Scored, LogisticState.Sum> states = states(grams, searches);
        searches.replaceAll((scored, search) -> search.next(states.get(scored).state()));
      }
    }
    return fits;
  }

  private Map<Scored, LogisticState.Sum> states(
      Map<Scored, Gram> grams, Map<Scored, LogisticSearch> searches) {
    Gathering of = gathering;
    HashMap<Scored, Gram> open = new HashMap<>();
    HashMap<Scored, double[]> places = new HashMap<>();
    searches.forEach(
        (scored, search) -> {
          open.put(scored, grams.get(scored));
          places.put(scored, search.place());
        });
    return Sweep.byKey(
        lives,
        (Map<Scored, LogisticState.Sum> states, Row row) -> {
          Life life = Life.of(row, of.window());
          double[] covariates = of.covariates().of(row);
          places.forEach(
              (scored, place) -> {
                Role role = role(scored, life, of.window().design().preMonths());
                if (role != Role.NEITHER) {
                  states
                      .computeIfAbsent(
                          scored, none -> new LogisticState.Sum(open.get(scored), place))
                      .add(covariates, role == Role.TREATED, 1);
                }
              });
        },
        LogisticState.Sum::plus);
  }

  private static Role role(Scored scored, Life life, int preMonths) {
    if (life.acquired() > scored.joined() - preMonths) {
      return Role.NEITHER;
    }
    return life.joined() == scored.joined()
        ? Role.TREATED
        : life.joined() >= scored.from() ? Role.CONTROL : Role.NEITHER;
  }

  // --- weighted means ---

  /** What is estimated of customers who are the same to a cohort. */
  private record Cells(Scored scored, List<Estimand> estimands, List<CovariateCell> cells)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    void add(Map<Estimand, CovariateCell.Slopes> states, Life life, double[] row, Gathering of) {
      Role role = role(scored, life, of.window().design().preMonths());
      for (int place = 0; role != Role.NEITHER && place < cells.size(); place++) {
        Estimand estimand = estimands.get(place);
        CovariateCell cell = cells.get(place);
        Comparison at = estimand.of();
        states
            .computeIfAbsent(estimand, none -> new CovariateCell.Slopes(cell))
            .add(
                row,
                of.change(life, estimand.metric(), at.month(), at.base()),
                role == Role.TREATED);
      }
    }
  }

  private List<Cells> byScored(Map<Estimand, CovariateCell> cells) {
    TreeMap<Scored, Cells> byScored = new TreeMap<>();
    cells.forEach(
        (estimand, cell) -> {
          Scored scored = Scored.of(estimand.of(), design(estimand.base()));
          Cells of =
              byScored.computeIfAbsent(
                  scored, none -> new Cells(scored, new ArrayList<>(), new ArrayList<>()));
          of.estimands().add(estimand);
          of.cells().add(cell);
        });
    return List.copyOf(byScored.values());
  }

  private Map<Estimand, CovariateCell.Slopes> slopes(Map<Estimand, CovariateCell> found) {
    Gathering of = gathering;
    List<Cells> cells = byScored(found);
    return Sweep.byKey(
        lives,
        (Map<Estimand, CovariateCell.Slopes> states, Row row) -> {
          Life life = Life.of(row, of.window());
          double[] covariates = of.covariates().of(row);
          cells.forEach(some -> some.add(states, life, covariates, of));
        },
        CovariateCell.Slopes::plus);
  }
}
