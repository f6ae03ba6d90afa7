package dev.cohortium.lookalike;

import dev.cohortium.evidence.Sweep;
import dev.cohortium.stats.EntropyFit;
import dev.cohortium.stats.EntropySearch;
import dev.cohortium.stats.EntropyState;
import dev.cohortium.stats.Gram;
import java.io.Serial;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Finds weights that give candidates the means of members, of all groups at once. */
final class Balancing {
  private Balancing() {}

  /** What is needed of both arms; it adds. */
  private static final class Arms implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final Gram.Sum treated;
    private final Gram.Sum candidates;

    Arms(int columns) {
      treated = new Gram.Sum(columns);
      candidates = new Gram.Sum(columns);
    }

    void add(Unit unit) {
      (unit.isTreated() ? treated : candidates).add(unit.covariates(), 0, 1 / unit.share());
    }

    Arms plus(Arms other) {
      treated.plus(other.treated);
      candidates.plus(other.candidates);
      return this;
    }

    EntropySearch search() {
      return EntropySearch.of(treated.gram(), candidates.gram());
    }
  }

  /** The weights by group; a group in which no weights balance has none. */
  static Map<String, EntropyFit> fit(Dataset<Row> rows, Units units, Scores scores, int columns) {
    Map<String, Arms> arms =
        Sweep.of(
            rows,
            HashMap<String, Arms>::new,
            (HashMap<String, Arms> state, Row row) -> {
              for (Unit unit : units.of(row)) {
                if (scores.has(unit.group())) {
                  state.computeIfAbsent(unit.group(), group -> new Arms(columns)).add(unit);
                }
              }
            },
            Sweep.merging(Arms::plus));
    Map<String, EntropySearch> searches = new TreeMap<>();
    arms.forEach((group, both) -> searches.put(group, both.search()));
    Map<String, EntropyFit> fits = new HashMap<>();
    while (!searches.isEmpty()) {
      searches.forEach((group, search) -> search.fit().ifPresent(found -> fits.put(group, found)));
      searches.values().removeIf(EntropySearch::isOver);
      if (!searches.isEmpty()) {
        Map<String, EntropyState.Sum> states = states(rows, units, searches);
        searches.replaceAll((group, search) -> search.next(states.get(group).state()));
      }
    }
    return fits;
  }

  private static Map<String, EntropyState.Sum> states(
      Dataset<Row> rows, Units units, Map<String, EntropySearch> searches) {
    Map<String, EntropySearch> open = new HashMap<>(searches);
    return Sweep.of(
        rows,
        HashMap<String, EntropyState.Sum>::new,
        (HashMap<String, EntropyState.Sum> state, Row row) -> {
          for (Unit unit : units.of(row)) {
            EntropySearch search = open.get(unit.group());
            if (search != null && !unit.isTreated()) {
              state
                  .computeIfAbsent(unit.group(), group -> search.sum())
                  .add(unit.covariates(), 1 / unit.share());
            }
          }
        },
        Sweep.merging(EntropyState.Sum::plus));
  }
}
