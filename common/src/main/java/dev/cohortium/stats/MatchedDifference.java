package dev.cohortium.stats;

import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalDouble;

/**
 * The mean, over matched treated units, of their outcome minus the mean outcome of their controls:
 * the effect on the treated who could be matched.
 *
 * <p>Its influence values add up to 0, and so do those of the sets; they tell what each row adds:
 * (Y - treated mean) / n of a treated unit, -(Y - control mean) / (n m) of one of m controls of a
 * set. Sums of squares over sets, units or any clusters are the estimate's variances.
 *
 * @see <a href="https://doi.org/10.1214/09-STS313">Stuart 2010</a>
 */
public final class MatchedDifference {
  private final Matches matches;
  private final int[] matchedRows;
  private final double treatedMean;
  private final double controlMean;
  private final double effect;
  private final double[] treatedInfluence;
  private final double[] pairInfluence;

  private MatchedDifference(Matches matches, double[] treated, double[] candidates) {
    Arguments.sameLength(
        "treated outcomes", treated.length, "treated rows", matches.treatedCount());
    Arguments.sameLength(
        "candidate outcomes", candidates.length, "candidate rows", matches.candidateCount());
    Arguments.finite("treated outcome", treated);
    Arguments.finite("candidate outcome", candidates);
    this.matches = matches;
    matchedRows = distinct(matches.pairTreated());
    int sets = matchedRows.length;
    int[] controls = matches.pairControls();
    var treatedMoments = WeightedMoments.NONE;
    var controlMoments = WeightedMoments.NONE;
    if (sets > 0) {
      double[] outcomes = Arrays.stream(matchedRows).mapToDouble(row -> treated[row]).toArray();
      treatedMoments = WeightedMoments.of(outcomes);
      double[] weights = new double[controls.length];
      int pair = 0;
      for (int row : matchedRows) {
        int count = matches.controlCount(row);
        Arrays.fill(weights, pair, pair += count, 1.0 / count);
      }
      double[] controlOutcomes =
          Arrays.stream(controls).mapToDouble(row -> candidates[row]).toArray();
      controlMoments = WeightedMoments.of(controlOutcomes, weights);
    }
    treatedMean = treatedMoments.mean();
    controlMean = controlMoments.mean();
    effect = treatedMean - controlMean;
    Arguments.finite("effect", effect);
    treatedInfluence = new double[sets];
    pairInfluence = new double[controls.length];
    int pair = 0;
    for (int set = 0; set < sets; set++) {
      treatedInfluence[set] = (treated[matchedRows[set]] - treatedMean) / sets;
      int count = matches.controlCount(matchedRows[set]);
      for (int nth = 0; nth < count; nth++, pair++) {
        pairInfluence[pair] = -(candidates[controls[pair]] - controlMean) / count / sets;
      }
    }
  }

  /**
   * The difference in an outcome.
   *
   * @param treated outcome by treated row, matched or not
   * @param candidates outcome by candidate row
   * @throws IllegalArgumentException if an outcome is not finite or lengths differ from the
   *     matches'
   */
  public static MatchedDifference of(Matches matches, double[] treated, double[] candidates) {
    return new MatchedDifference(matches, treated, candidates);
  }

  /**
   * The difference in the change of an outcome: difference-in-differences on the matched sets.
   *
   * @throws IllegalArgumentException as {@link #of}
   */
  public static MatchedDifference ofChange(
      Matches matches,
      double[] treatedBefore,
      double[] treatedAfter,
      double[] candidatesBefore,
      double[] candidatesAfter) {
    return new MatchedDifference(
        matches,
        change("treated", treatedBefore, treatedAfter),
        change("candidates", candidatesBefore, candidatesAfter));
  }

  /** The rows without repetition; equal ones stand side by side. */
  private static int[] distinct(int... rows) {
    int count = 0;
    for (int row : rows) {
      if (count == 0 || rows[count - 1] != row) {
        rows[count++] = row;
      }
    }
    return Arrays.copyOf(rows, count);
  }

  private static double[] change(String arm, double[] before, double[] after) {
    Arguments.sameLength(arm + " after", after.length, arm + " before", before.length);
    Arguments.finite(arm + " before", before);
    Arguments.finite(arm + " after", after);
    double[] change = new double[before.length];
    Arrays.setAll(change, row -> after[row] - before[row]);
    return change;
  }

  /** The number of sets: matched treated units, each with its controls. */
  public int setCount() {
    return matchedRows.length;
  }

  /** The treated mean over sets; empty without any. */
  public OptionalDouble treatedMean() {
    return ofSets(treatedMean);
  }

  /** The mean over sets of the controls' mean; empty without any set. */
  public OptionalDouble controlMean() {
    return ofSets(controlMean);
  }

  private OptionalDouble ofSets(double value) {
    return matchedRows.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /**
   * The effect with the error of independent sets, sqrt(sum (d - effect)^2 / (n (n - 1))), t with n
   * - 1 degrees of freedom. Unmeasured with fewer than 2 sets, sets that share a control, or
   * differences that do not vary.
   */
  public Measurement paired() {
    if (setCount() < 2) {
      return new Unmeasured(setCount() + " matched treated, at least 2 are needed for an error.");
    }
    if (sharesControls()) {
      return new Unmeasured(
          "Some control serves several treated, whose sets are not independent of each other.");
    }
    double sets = setCount();
    double stdError = setError() * Math.sqrt(sets / (sets - 1));
    return stdError > 0
        ? new Estimate(effect, stdError, sets - 1)
        : new Unmeasured("All matched sets differ by the same, which leaves no error to tell.");
  }

  /** The root of the sum of squared {@link #setInfluence}; 0 where only rounding is left of it. */
  double setError() {
    return Rounding.without(
        norm(setInfluence()),
        treatedMean,
        controlMean,
        norm(treatedInfluence),
        norm(pairInfluence));
  }

  private static double norm(double... values) {
    double squares = 0;
    for (double value : values) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  private boolean sharesControls() {
    var seen = new BitSet(matches.candidateCount());
    for (int control : matches.pairControls()) {
      if (seen.get(control)) {
        return true;
      }
      seen.set(control);
    }
    return false;
  }

  /** The effect, in the outcome's unit; empty without any set. */
  public OptionalDouble effect() {
    return ofSets(effect);
  }

  /** The treated row of each set. */
  public int[] treatedRows() {
    return matchedRows.clone();
  }

  /** The influence of each set's treated unit. */
  public double[] treatedInfluence() {
    return treatedInfluence.clone();
  }

  /** The influence of each pair's control, in the order of {@link Matches#pairControls}. */
  public double[] pairInfluence() {
    return pairInfluence.clone();
  }

  /** The influence of each set as a whole: its treated unit and its controls. */
  public double[] setInfluence() {
    double[] sums = treatedInfluence.clone();
    int pair = 0;
    for (int set = 0; set < sums.length; set++) {
      for (int left = matches.controlCount(matchedRows[set]); left > 0; left--) {
        sums[set] += pairInfluence[pair++];
      }
    }
    return sums;
  }

  /** The influence of each candidate row, over all sets it serves; 0: serves none. */
  public double[] candidateInfluence() {
    double[] sums = new double[matches.candidateCount()];
    int[] controls = matches.pairControls();
    for (int pair = 0; pair < controls.length; pair++) {
      sums[controls[pair]] += pairInfluence[pair];
    }
    return sums;
  }
}
