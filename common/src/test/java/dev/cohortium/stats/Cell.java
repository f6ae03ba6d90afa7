package dev.cohortium.stats;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An estimator, the kind of samples that it is tried on, and what theory lets go wrong there.
 *
 * @param planted the truth, other than 0, that is to be found
 * @param expected how it may leave the band, and why; not that it must
 */
record Cell(
    String estimator,
    String sample,
    Claim claim,
    Cost cost,
    double planted,
    Simulation.Study study,
    Map<Deviation, String> expected) {

  /** What is claimed, and so measured. */
  enum Claim {
    /** Limits of 95 % hold the truth; without an effect a level of 5 %. */
    INTERVAL,
    /** Limits of 95 % hold the truth; there is no such thing as no effect. */
    LIMITS,
    /** Without an effect a level of 5 %. */
    TEST
  }

  /** How many replicates can be had. */
  enum Cost {
    SIMULATED(2_000),
    /** Pure arithmetic. */
    ARITHMETIC(20_000);

    final int replicates;

    Cost(int replicates) {
      this.replicates = replicates;
    }
  }

  /** How an estimator leaves the band. */
  enum Deviation {
    COVERS_TOO_OFTEN,
    COVERS_TOO_SELDOM,
    BIASED,
    /** Covers as it likes, but the check of skewness warns in most replicates. */
    WARNED
  }

  static Cell of(String estimator, String sample, double planted, Simulation.Study study) {
    return new Cell(estimator, sample, Claim.INTERVAL, Cost.SIMULATED, planted, study, Map.of());
  }

  Cell with(Claim other) {
    return new Cell(estimator, sample, other, cost, planted, study, expected);
  }

  Cell with(Cost other) {
    return new Cell(estimator, sample, claim, other, planted, study, expected);
  }

  /** On samples of another name. */
  Cell on(String other) {
    return new Cell(estimator, other, claim, cost, planted, study, expected);
  }

  Cell expecting(String why, Deviation deviation) {
    Map<Deviation, String> all = new EnumMap<>(Deviation.class);
    all.putAll(expected);
    all.put(deviation, why);
    return new Cell(estimator, sample, claim, cost, planted, study, all);
  }

  /** The replicates of a quick look, or all. */
  Outcome run(int most, double level) {
    int replicates = Math.min(most, cost.replicates);
    // Of its name, so that no other cell changes what this one draws.
    long seed = (estimator + "|" + sample).hashCode();
    Simulation found = Simulation.of(replicates, 2 * seed, planted, study);
    Simulation nothing =
        claim == Claim.LIMITS ? found : Simulation.of(replicates, 2 * seed + 1, 0, study);
    return new Outcome(this, found, nothing, Band.of(replicates, 0.95, level), level);
  }

  /**
   * What became of it.
   *
   * @param found with the planted truth
   * @param nothing without an effect
   */
  record Outcome(Cell cell, Simulation found, Simulation nothing, Band band, double level) {
    Set<Deviation> deviations() {
      Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
      if (cell.claim != Claim.TEST) {
        add(deviations, found.covered());
        if (!found.isUnbiased(level)) {
          deviations.add(Deviation.BIASED);
        }
      }
      if (cell.claim != Claim.LIMITS) {
        add(deviations, nothing.replicates() - nothing.rejected());
      }
      return deviations;
    }

    private void add(Set<Deviation> deviations, int right) {
      if (right < band.least()) {
        deviations.add(Deviation.COVERS_TOO_SELDOM);
      } else if (right > band.most()) {
        deviations.add(Deviation.COVERS_TOO_OFTEN);
      }
    }

    /** Why theory says so; empty: it does not. */
    Optional<String> reason(Deviation deviation) {
      Map<Deviation, String> all = cell.expected;
      boolean excused = deviation != Deviation.BIASED && found.isWarned();
      return Optional.ofNullable(
          all.getOrDefault(deviation, excused ? all.get(Deviation.WARNED) : null));
    }

    /** Whether nothing happened but what theory says. */
    boolean passes() {
      return deviations().stream().allMatch(deviation -> reason(deviation).isPresent())
          && (found.isWarned() || !cell.expected.containsKey(Deviation.WARNED));
    }
  }
}
