package dev.cohortium.controlgroup;

import dev.cohortium.config.Study;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * An experiment as its assignments tell it.
 *
 * @param program whose joining it moves; - where there is none
 * @param strata of its customers
 * @param drawn the shares of strata that design-control-group held out, as far as it noted them
 * @param assigned customers in it
 * @param untimed of them, those of whom nobody knows when
 * @param later of them, those assigned after as-of
 */
record Experiment(
    String id,
    String program,
    Set<String> strata,
    Map<String, Double> drawn,
    long assigned,
    long untimed,
    long later) {

  /** Customers of whom there is something to measure. */
  long known() {
    return assigned - untimed - later;
  }

  /** The planned shares of the arms in a stratum, adding up to 1; empty: nobody knows. */
  Optional<Map<String, Double>> shares(Study study, String stratum) {
    if (drawn.containsKey(stratum)) {
      double share = drawn.get(stratum);
      return Optional.of(new TreeMap<>(Map.of(Draw.CONTROL, share, Draw.TREATMENT, 1 - share)));
    }
    return Optional.ofNullable(study.controlGroup().orElseThrow().experiments().get(id))
        .map(experiment -> experiment.strata().getOrDefault(stratum, experiment.shares()))
        .filter(shares -> !shares.isEmpty())
        .map(Experiment::normalised);
  }

  private static Map<String, Double> normalised(Map<String, Double> shares) {
    double sum = shares.values().stream().mapToDouble(Double::doubleValue).sum();
    Map<String, Double> normalised = new TreeMap<>();
    shares.forEach((arm, share) -> normalised.put(arm, share / sum));
    return normalised;
  }
}
