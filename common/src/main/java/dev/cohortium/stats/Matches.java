package dev.cohortium.stats;

import java.util.Arrays;
import java.util.Optional;

/**
 * Who was matched with whom: for each treated row up to {@code ratio} candidate rows, the nearest
 * first, or the reason why there is none.
 */
public final class Matches {
  /** Why a treated unit has no match. */
  public enum Reason {
    /** No candidate, or none that is still free. */
    NO_CANDIDATE(-1),
    /** The nearest free candidate is further than the caliper. */
    OUTSIDE_CALIPER(-2);

    final int entry;

    Reason(int entry) {
      this.entry = entry;
    }

    private static Reason of(int entry) {
      return entry == NO_CANDIDATE.entry ? NO_CANDIDATE : OUTSIDE_CALIPER;
    }
  }

  private final int ratio;
  private final int[] controls;
  private final int candidates;

  /**
   * Matches in one array, which is kept: {@code ratio} entries per treated row, controls before
   * reasons, a reason as its entry.
   */
  Matches(int ratio, int candidates, int... controls) {
    Arguments.atLeast("ratio", ratio, 1);
    if (controls.length % ratio != 0) {
      throw new IllegalArgumentException(
          "controls has " + controls.length + " entries, must have a multiple of ratio, " + ratio);
    }
    for (int control : controls) {
      if (control >= candidates || control < Reason.OUTSIDE_CALIPER.entry) {
        throw new IllegalArgumentException(
            "controls holds row " + control + ", must be below candidates, " + candidates);
      }
    }
    this.ratio = ratio;
    this.candidates = candidates;
    this.controls = controls;
  }

  /**
   * One-to-one pairs: {@code controlOf[i]} is the control of treated row i, negative: unmatched,
   * for the reason {@link Reason#NO_CANDIDATE}, as pairs from elsewhere tell no other.
   *
   * @throws IllegalArgumentException if a control is not below {@code candidates}
   */
  public static Matches pairs(int candidates, int... controlOf) {
    int[] controls = Arrays.stream(controlOf).map(row -> Math.max(row, -1)).toArray();
    return new Matches(1, candidates, controls);
  }

  /** The number of treated rows, matched or not. */
  public int treatedCount() {
    return controls.length / ratio;
  }

  /** The number of candidate rows. */
  public int candidateCount() {
    return candidates;
  }

  /** The number of treated rows with a match. */
  public int matchedCount() {
    int matched = 0;
    for (int entry = 0; entry < controls.length; entry += ratio) {
      matched += controls[entry] >= 0 ? 1 : 0;
    }
    return matched;
  }

  /** The number of pairs of a treated row and a control. */
  public int pairCount() {
    int pairs = 0;
    for (int control : controls) {
      pairs += control >= 0 ? 1 : 0;
    }
    return pairs;
  }

  /** How many controls a treated row has, 0 to the ratio. */
  public int controlCount(int treated) {
    int count = 0;
    while (count < ratio && controls[treated * ratio + count] >= 0) {
      count++;
    }
    return count;
  }

  /** The candidate row that is the {@code nth} control (from 0) of a treated row. */
  public int control(int treated, int nth) {
    if (nth < 0 || nth >= controlCount(treated)) {
      throw new IllegalArgumentException(
          "nth is "
              + nth
              + ", must be below "
              + controlCount(treated)
              + ", the controls of row "
              + treated);
    }
    return controls[treated * ratio + nth];
  }

  /** Why a treated row has no match; empty: it has one. */
  public Optional<Reason> reason(int treated) {
    int entry = controls[treated * ratio];
    return entry >= 0 ? Optional.empty() : Optional.of(Reason.of(entry));
  }

  /** The treated row of each pair, ascending; {@link #pairControls} names the other row. */
  public int[] pairTreated() {
    int[] rows = new int[pairCount()];
    int pair = 0;
    for (int entry = 0; entry < controls.length; entry++) {
      if (controls[entry] >= 0) {
        rows[pair++] = entry / ratio;
      }
    }
    return rows;
  }

  /** The candidate row of each pair, in the order of {@link #pairTreated}. */
  public int[] pairControls() {
    int[] rows = new int[pairCount()];
    int pair = 0;
    for (int control : controls) {
      if (control >= 0) {
        rows[pair++] = control;
      }
    }
    return rows;
  }

  /**
   * The weight of each candidate row: the sum over its treated units of 1 / (controls of that
   * unit); 0: not a control. Weights add up to {@link #matchedCount}.
   */
  public double[] controlWeights() {
    double[] weights = new double[candidates];
    for (int treated = 0; treated < treatedCount(); treated++) {
      int count = controlCount(treated);
      for (int nth = 0; nth < count; nth++) {
        weights[controls[treated * ratio + nth]] += 1.0 / count;
      }
    }
    return weights;
  }
}
