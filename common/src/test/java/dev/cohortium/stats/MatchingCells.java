package dev.cohortium.stats;

import dev.cohortium.stats.AbadieImbens.OutcomeVariance;
import dev.cohortium.stats.Cell.Claim;
import dev.cohortium.stats.Cell.Deviation;
import dev.cohortium.stats.MatchingRule.Replacement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Matched comparisons of treated units whose scores lie above those of candidates. */
final class MatchingCells {
  private final List<Cell> cells = new ArrayList<>();

  private MatchingCells() {}

  static List<Cell> all() {
    MatchingCells all = new MatchingCells();
    for (Noise noise : Noise.values()) {
      all.addMatched(new Sample(40, 300, noise));
      all.addMatched(new Sample(300, 1500, noise));
      all.addReused(new Sample(60, 60, noise));
      all.addReused(new Sample(300, 200, noise));
    }
    all.addSeveralControls();
    all.addCaliper();
    all.addBounds();
    return all.cells;
  }

  /** The outcome follows the score, which is of tenths, so that pairs are exact. */
  private void addMatched(Sample sample) {
    cells.add(
        cell(
            "MatchedDifference",
            sample,
            (draws, effect) -> {
              Units units = new Units(draws, sample, Grid.TENTHS);
              Matches matches = units.match(MatchingRule.oneToOne(0.01));
              MatchedDifference found =
                  MatchedDifference.of(matches, units.treated(0, effect), units.candidates(0));
              return Finding.of(found.paired(), effect);
            }));
    cells.add(
        cell(
            "MatchedDifference.ofChange",
            sample,
            (draws, effect) -> {
              Units units = new Units(draws, sample, Grid.TENTHS);
              Matches matches = units.match(MatchingRule.oneToOne(0.01));
              // The treated were 5 above already before.
              MatchedDifference found =
                  MatchedDifference.ofChange(
                      matches,
                      units.treated(0, 5),
                      units.treated(1, 5 + effect),
                      units.candidates(0),
                      units.candidates(1));
              return Finding.of(found.paired(), effect);
            }));
  }

  private static Cell cell(String estimator, Sample sample, Simulation.Study study) {
    // Some treated find no exact match, and changes vary more: twice what an experiment detects.
    return Cell.of(
        estimator,
        sample.label(),
        2 * new Sample(sample.treated(), sample.treated(), sample.noise()).detectable(),
        study);
  }

  private void addSeveralControls() {
    for (Noise noise : Noise.values()) {
      Sample sample = new Sample(40, 600, noise);
      Cell cell =
          cell(
                  "MatchedDifference",
                  sample,
                  (draws, effect) -> {
                    Units units = new Units(draws, sample, Grid.TENTHS);
                    Matches matches = units.match(MatchingRule.oneToOne(0.01).withRatio(4));
                    double[] treated = units.treated(0, effect);
                    MatchedDifference found =
                        MatchedDifference.of(matches, treated, units.candidates(0));
                    return Finding.of(found.paired(), effect).checked(Moments.of(treated));
                  })
              .on(sample.label() + ", up to 4 controls");
      cells.add(
          noise == Noise.NORMAL
              ? cell
              : cell.expecting(
                  "skewed and unequal arms: a treated unit against the mean of its controls",
                  Deviation.WARNED));
    }
  }

  private void addCaliper() {
    Sample sample = new Sample(300, 1500, Noise.NORMAL);
    cells.add(
        cell(
                "MatchedDifference",
                sample,
                (draws, effect) -> {
                  Units units = new Units(draws, sample, Grid.FINE);
                  MatchedDifference found =
                      MatchedDifference.of(
                          units.match(MatchingRule.oneToOne(0.2)),
                          units.treated(0, effect),
                          units.candidates(0));
                  return Finding.of(found.paired(), effect);
                })
            .on(sample.label() + ", caliper 0.2")
            .expecting(
                "scores within the caliper still differ, the treated's being higher",
                Deviation.BIASED));
  }

  /** Few candidates, most of them reused; the outcome's spread grows with the score. */
  private void addReused(Sample sample) {
    for (OutcomeVariance variance : OutcomeVariance.values()) {
      cells.add(
          cell(
              variance == OutcomeVariance.EQUAL ? "AbadieImbens, equal variance" : "AbadieImbens",
              sample,
              (draws, effect) -> {
                double[] treatedScores = sample.treated(draws, r -> 0.3 + 0.7 * r.nextDouble());
                double[] scores = sample.control(draws, SplittableRandom::nextDouble);
                double[] treated = new double[treatedScores.length];
                double[] candidates = new double[scores.length];
                Noise noise = sample.noise();
                for (int i = 0; i < treated.length; i++) {
                  treated[i] =
                      effect + spread(variance, treatedScores[i]) * outcome(draws, i, noise);
                }
                for (int i = 0; i < candidates.length; i++) {
                  candidates[i] =
                      spread(variance, scores[i]) * outcome(draws, treated.length + i, noise);
                }
                Matches matches =
                    NearestNeighbour.match(
                        ScoredUnits.of("treated", treatedScores),
                        ScoredUnits.of("candidates", scores),
                        MatchingRule.oneToOne(Double.POSITIVE_INFINITY).with(Replacement.WITH));
                return Finding.of(
                        AbadieImbens.of(matches, treated, candidates, scores, variance), effect)
                    .checked(Moments.of(treated), Moments.of(candidates));
              }));
    }
  }

  private static double spread(OutcomeVariance variance, double score) {
    return variance == OutcomeVariance.EQUAL ? 1 : 0.5 + score;
  }

  private static double outcome(Draws draws, int unit, Noise noise) {
    SplittableRandom random = draws.unit(unit);
    random.nextDouble();
    return noise.draw(random);
  }

  /** Planted: how much more often than 2 in 3 the treated unit of a pair is the higher one. */
  private void addBounds() {
    for (int pairs : new int[] {40, 500}) {
      double more = 0.9 / Math.sqrt(pairs);
      cells.add(
          Cell.of(
                  "RosenbaumBounds.ofSignedRanks",
                  pairs + " pairs, Gamma 2",
                  more,
                  (draws, planted) -> {
                    double[] differences =
                        draws.numbers(
                            0,
                            pairs,
                            r ->
                                r.nextDouble() < 2 / 3.0 + planted
                                    ? r.nextDouble()
                                    : -r.nextDouble());
                    return Finding.rejecting(
                        RosenbaumBounds.ofSignedRanks(differences).upperPValue(2) <= 0.05);
                  })
              .with(Claim.TEST));
      cells.add(
          Cell.of(
                  "RosenbaumBounds.ofDiscordantPairs",
                  pairs + " pairs, Gamma 2",
                  more,
                  (draws, planted) -> {
                    long higher = 0;
                    for (int i = 0; i < pairs; i++) {
                      higher += draws.unit(i).nextDouble() < 2 / 3.0 + planted ? 1 : 0;
                    }
                    return Finding.rejecting(
                        RosenbaumBounds.ofDiscordantPairs(higher, pairs).upperPValue(2) <= 0.05);
                  })
              .with(Claim.TEST)
              .expecting("an exact test of counts", Deviation.COVERS_TOO_OFTEN));
    }
  }

  /** How finely scores differ. */
  private enum Grid {
    FINE,
    TENTHS
  }

  /** Units whose outcome is their score and noise, in two periods. */
  private static final class Units {
    private final Draws draws;
    private final Sample sample;
    private final double[] above;
    private final double[] scores;

    Units(Draws draws, Sample sample, Grid grid) {
      this.draws = draws;
      this.sample = sample;
      above = sample.treated(draws, r -> on(grid, 0.5 + r.nextGaussian()));
      scores = sample.control(draws, r -> on(grid, r.nextGaussian()));
    }

    private static double on(Grid grid, double score) {
      return grid == Grid.FINE ? score : Math.rint(10 * score) / 10;
    }

    Matches match(MatchingRule rule) {
      return NearestNeighbour.match(
          ScoredUnits.of("treated", above), ScoredUnits.of("candidates", scores), rule);
    }

    double[] treated(int period, double effect) {
      return outcomes(0, period, effect, above);
    }

    double[] candidates(int period) {
      return outcomes(above.length, period, 0, scores);
    }

    private double[] outcomes(long first, int period, double effect, double[] of) {
      int units = above.length + scores.length;
      double[] noise =
          draws.numbers(units * (period + 1L) + first, of.length, sample.noise()::draw);
      for (int i = 0; i < of.length; i++) {
        noise[i] += of[i] + effect;
      }
      return noise;
    }
  }
}
