package dev.cohortium.lookalike;

import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.Gram;
import dev.cohortium.stats.LogisticFit;
import dev.cohortium.stats.LogisticSearch;
import dev.cohortium.stats.LogisticState;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Fits the chance of being treated, of all groups at once: each step is one sweep for all. */
final class Propensity {
  private Propensity() {}

  /**
   * The scores of the units; a group in which all or none are treated has none.
   *
   * <p>Who was drawn counts for those who were not, so that a score is the chance among all.
   */
  static Scores fit(Dataset<Row> rows, Units units, int columns) {
    Map<String, Gram> grams = grams(rows, units, columns);
    Map<String, LogisticSearch> searches = new TreeMap<>();
    grams.forEach((group, gram) -> searches.put(group, LogisticSearch.of(gram)));
    Map<String, LogisticFit> fits = new HashMap<>();
    while (!searches.isEmpty()) {
      searches.forEach((group, search) -> search.fit().ifPresent(found -> fits.put(group, found)));
      searches.values().removeIf(LogisticSearch::isOver);
      if (!searches.isEmpty()) {
        Map<String, LogisticState.Sum> states = states(rows, units, grams, searches);
        searches.replaceAll((group, search) -> search.next(states.get(group).state()));
      }
    }
    return new Scores(fits);
  }

  private static Map<String, Gram> grams(Dataset<Row> rows, Units units, int columns) {
    Map<String, Gram.Sum> sums =
        Sweep.of(
            rows,
            HashMap<String, Gram.Sum>::new,
            (HashMap<String, Gram.Sum> state, Row row) -> {
              for (Unit unit : units.of(row)) {
                state
                    .computeIfAbsent(unit.group(), group -> new Gram.Sum(columns))
                    .add(unit.covariates(), unit.isTreated() ? 1 : 0, 1 / unit.share());
              }
            },
            Sweep.merging(Gram.Sum::plus));
    Map<String, Gram> grams = new TreeMap<>();
    sums.forEach((group, sum) -> grams.put(group, sum.gram()));
    return grams;
  }

  private static Map<String, LogisticState.Sum> states(
      Dataset<Row> rows,
      Units units,
      Map<String, Gram> grams,
      Map<String, LogisticSearch> searches) {
    Map<String, double[]> places = new HashMap<>();
    Map<String, Gram> open = new HashMap<>();
    searches.forEach(
        (group, search) -> {
          places.put(group, search.place());
          open.put(group, grams.get(group));
        });
    return Sweep.of(
        rows,
        HashMap<String, LogisticState.Sum>::new,
        (HashMap<String, LogisticState.Sum> state, Row row) -> {
          for (Unit unit : units.of(row)) {
            double[] place = places.get(unit.group());
            if (place != null) {
              state
                  .computeIfAbsent(
                      unit.group(), group -> new LogisticState.Sum(open.get(group), place))
                  .add(unit.covariates(), unit.isTreated(), 1 / unit.share());
            }
          }
        },
        Sweep.merging(LogisticState.Sum::plus));
  }
}
