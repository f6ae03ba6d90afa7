package dev.cohortium;

import java.util.Locale;
import org.hipparchus.distribution.discrete.BinomialDistribution;

/** What was seen of one estimate over the replicates of a world, whose truth is known. */
public final class Replicates {
  private int count;
  private int covered;
  private int rejected;
  private double errors;
  private double squares;
  private double truth;
  private double baseline;
  private double stdErrors;

  /**
   * Adds a replicate: the estimate with its error and limits, and what it should be.
   *
   * @param baselineOf not a number where the method has none
   */
  public void add(
      double estimate, double stdError, double low, double high, double baselineOf, double isTrue) {
    count++;
    covered += low <= isTrue && isTrue <= high ? 1 : 0;
    rejected += low > 0 || high < 0 ? 1 : 0;
    errors += estimate - isTrue;
    squares += (estimate - isTrue) * (estimate - isTrue);
    truth += isTrue;
    baseline += baselineOf;
    stdErrors += stdError;
  }

  public int count() {
    return count;
  }

  public double bias() {
    return errors / count;
  }

  public double truth() {
    return truth / count;
  }

  /** Standard error of the mean error. */
  public double chance() {
    return Math.sqrt((squares - errors * errors / count) / (count - 1.0) / count);
  }

  /** The mean of what the estimates say of their own errors. */
  public double meanError() {
    return stdErrors / count;
  }

  /** Whether coverage and bias are those of a right method (methods.md 12), of so many cells. */
  public boolean passes(int cells) {
    return isInBand(covered, count, 0.95, cells) && Math.abs(bias()) <= 3 * chance();
  }

  /** Whether a count is one that the exact binomial band of a share allows, of so many cells. */
  public static boolean isInBand(int hits, int of, double share, int cells) {
    BinomialDistribution right = new BinomialDistribution(of, share);
    double level = 0.001 / cells;
    return hits >= right.inverseCumulativeProbability(level / 2)
        && hits <= right.inverseCumulativeProbability(1 - level / 2);
  }

  /** Replicates, truth, bias, spread, mean error, coverage and rejections as cells of a table. */
  public String cells() {
    return String.format(
        Locale.ROOT,
        "%d | %.3g | %.3g ± %.2g | %s | %.3g | %.3g | %.1f | %.1f",
        count,
        truth(),
        bias(),
        chance(),
        Double.isNaN(baseline) ? "" : String.format(Locale.ROOT, "%.1f", 100 * errors / baseline),
        chance() * Math.sqrt(count),
        meanError(),
        100.0 * covered / count,
        100.0 * rejected / count);
  }
}
