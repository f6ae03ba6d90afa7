package dev.cohortium.lookalike;

import dev.cohortium.stats.Gram;
import dev.cohortium.stats.LogisticFit;
import dev.cohortium.stats.LogisticState;
import java.io.Serializable;
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
    Map<String, LogisticFit> fits = new TreeMap<>();
    grams.forEach(
        (group, gram) -> {
          double share = gram.mean(columns);
          if (share > 0 && share < 1) {
            fits.put(group, LogisticFit.of(gram, place -> state(rows, units, group, gram, place)));
          }
        });
    return new Scores(new HashMap<>(fits));
  }

  private static final class Batch implements Serializable {
    private final java.util.List<double[]> xs = new java.util.ArrayList<>();
    private final java.util.List<Double> ys = new java.util.ArrayList<>();
    private final java.util.List<Double> ws = new java.util.ArrayList<>();
    private Gram gram;
    private LogisticState state;

    void add(Unit unit) {
      xs.add(unit.covariates());
      ys.add(unit.isTreated() ? 1.0 : 0);
      ws.add(1 / unit.share());
    }

    Gram gram() {
      if (!xs.isEmpty()) {
        Gram more =
            Gram.of(
                xs.toArray(double[][]::new),
                ys.stream().mapToDouble(y -> y).toArray(),
                ws.stream().mapToDouble(w -> w).toArray());
        gram = gram == null ? more : gram.plus(more);
        clear();
      }
      return gram;
    }

    LogisticState state(Gram all, double[] place) {
      if (state == null) {
        state = LogisticState.empty(place);
      }
      if (!xs.isEmpty()) {
        boolean[] treated = new boolean[ys.size()];
        for (int i = 0; i < treated.length; i++) {
          treated[i] = ys.get(i) > 0;
        }
        state =
            state.plus(
                LogisticState.of(
                    all,
                    xs.toArray(double[][]::new),
                    treated,
                    ws.stream().mapToDouble(w -> w).toArray(),
                    place));
        clear();
      }
      return state;
    }

    void clear() {
      xs.clear();
      ys.clear();
      ws.clear();
    }
  }

  private static Map<String, Gram> grams(Dataset<Row> rows, Units units, int columns) {
    HashMap<String, Batch> sums =
        Sweep.of(
            rows,
            HashMap<String, Batch>::new,
            (HashMap<String, Batch> state, Row row) -> {
              for (Unit unit : units.of(row)) {
                Batch batch = state.computeIfAbsent(unit.group(), group -> new Batch());
                batch.add(unit);
                if (batch.xs.size() >= 500) {
                  batch.gram();
                }
              }
            },
            Sweep.merging(
                (one, other) -> {
                  one.gram();
                  other.gram();
                  one.gram = one.gram.plus(other.gram);
                  return one;
                }));
    Map<String, Gram> grams = new TreeMap<>();
    sums.forEach((group, sum) -> grams.put(group, sum.gram()));
    return grams;
  }

  private static LogisticState state(
      Dataset<Row> rows, Units units, String group, Gram gram, double[] place) {
    Batch all =
        Sweep.of(
            rows,
            Batch::new,
            (Batch batch, Row row) -> {
              for (Unit unit : units.of(row)) {
                if (unit.group().equals(group)) {
                  batch.add(unit);
                  if (batch.xs.size() >= 500) {
                    batch.state(gram, place);
                  }
                }
              }
            },
            (one, other) -> {
              one.state = one.state(gram, place).plus(other.state(gram, place));
              return one;
            });
    return all.state(gram, place);
  }
}
