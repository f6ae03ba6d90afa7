package dev.cohortium.lookalike;

import dev.cohortium.stats.WeightedMoments;
import java.io.Serial;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * What the scores of one group look like: their moments and histograms, by arm. States add.
 *
 * <p>Histograms have bars of {@link #BAR}, so that a percentile is known to that.
 */
final class Survey implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  static final double BAR = 0.01;

  private WeightedMoments treated = WeightedMoments.NONE;
  private WeightedMoments candidates = WeightedMoments.NONE;
  private final HashMap<Integer, Double> treatedBars = new HashMap<>();
  private final HashMap<Integer, Double> candidateBars = new HashMap<>();
  private final HashMap<Integer, Double> stayingBars = new HashMap<>();

  void add(Unit unit, double logit, Scores scores) {
    WeightedMoments one = WeightedMoments.of(logit);
    if (unit.isTreated()) {
      treated = treated.plus(one);
      treatedBars.merge(bar(logit), 1.0, Double::sum);
    } else {
      candidates = candidates.plus(one);
      candidateBars.merge(bar(logit), 1 / unit.share(), Double::sum);
      double weight = unit.months() == 0 ? 0 : unit.staysOut(unit.months(), scores);
      if (weight > 0) {
        stayingBars.merge(bar(Math.log(weight)), 1 / unit.share(), Double::sum);
      }
    }
  }

  /** Adds a treated of whom nothing else is of interest. */
  void add(double value) {
    treatedBars.merge(bar(value), 1.0, Double::sum);
  }

  /** The value below which a share of the treated lies. */
  double percentile(double share) {
    return percentile(treatedBars, share);
  }

  Survey plus(Survey other) {
    treated = treated.plus(other.treated);
    candidates = candidates.plus(other.candidates);
    other.treatedBars.forEach((bar, weight) -> treatedBars.merge(bar, weight, Double::sum));
    other.candidateBars.forEach((bar, weight) -> candidateBars.merge(bar, weight, Double::sum));
    other.stayingBars.forEach((bar, weight) -> stayingBars.merge(bar, weight, Double::sum));
    return this;
  }

  static int bar(double value) {
    return (int) Math.floor(value / BAR);
  }

  WeightedMoments treated() {
    return treated;
  }

  WeightedMoments candidates() {
    return candidates;
  }

  /** The logit below which a share of the candidates lies. */
  double candidatePercentile(double share) {
    return percentile(candidateBars, share);
  }

  /** The most that a weight for staying out counts. */
  double stayingPercentile(double share) {
    return Math.exp(percentile(stayingBars, share));
  }

  private static double percentile(Map<Integer, Double> bars, double share) {
    double sum = bars.values().stream().mapToDouble(Double::doubleValue).sum();
    double below = 0;
    for (int bar : bars.keySet().stream().sorted().toList()) {
      below += bars.get(bar);
      if (below >= share * sum) {
        return (bar + 1) * BAR;
      }
    }
    return 0;
  }

  /** Weights by bar of the logit. */
  Map<Integer, Double> treatedBars() {
    return treatedBars;
  }

  Map<Integer, Double> candidateBars() {
    return candidateBars;
  }

  /** The chance that a treated's score is above a candidate's; half within a bar. */
  double auc() {
    double below = 0;
    double won = 0;
    double of = 0;
    java.util.TreeSet<Integer> all = new java.util.TreeSet<>(treatedBars.keySet());
    all.addAll(candidateBars.keySet());
    for (int bar : all) {
      double here = treatedBars.getOrDefault(bar, 0.0);
      double others = candidateBars.getOrDefault(bar, 0.0);
      won += here * (below + others / 2);
      below += others;
      of += here;
    }
    return of > 0 && below > 0 ? won / of / below : Double.NaN;
  }
}
