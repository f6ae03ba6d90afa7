package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The test that launching a programme did nothing in any region: how often the effect would be as
 * large, had the same launch months fallen on other regions. Exact however few regions there are,
 * where any of them might as well have had any launch month.
 *
 * <p>All ways to exchange launch months where they are 9,999 or fewer, the true one among them;
 * else the true one and 9,999 drawn by hashes of their number, the same at every call for regions
 * in the same order.
 *
 * @param effect mean over launched customers and months since the launch
 * @param pValue the share of ways whose effect is as large or larger, of either sign
 * @param leastPValue the smallest that any effect could have had: where above the level, nothing
 *     can be found
 * @param ways that were looked at, the true one among them
 * @param isComplete whether these are all
 * @see <a href="https://doi.org/10.1080/07350015.2020.1737083">MacKinnon, Webb 2020</a>
 * @see <a href="https://doi.org/10.2202/1544-6115.1585">Phipson, Smyth 2010</a>
 */
public record LaunchPermutations(
    double effect, double pValue, double leastPValue, int ways, boolean isComplete) {
  private static final int DRAWS = 9_999;
  private static final long SALT = 0x5eed_1a0cL;

  /** Of the effect: what is smaller by less is as large but for rounding. */
  private static final double SLACK = 1e-9;

  /** Whether any effect could be found at a level. */
  public boolean canFind(double level) {
    return leastPValue <= level;
  }

  /** What the test can tell, for the reader of the results. */
  public String sentence() {
    String ways =
        String.format(
            "%s%d ways to exchange launch months between regions were looked at",
            isComplete ? "All " : "", this.ways);
    return canFind(0.05)
        ? String.format("%s; p = %.4f.", ways, pValue)
        : String.format(
            "%s; with so few regions p is at least %.2f: nothing can be found at 5 %%.",
            ways, leastPValue);
  }

  /** The test of regions in their order; empty where no launch can be compared. */
  static Optional<LaunchPermutations> of(
      StaggeredDesign design,
      List<Comparison> comparisons,
      List<LaunchRegion> regions,
      int metric,
      int first) {
    int[] launched = regions.stream().mapToInt(LaunchRegion::joined).toArray();
    List<Comparison> since =
        comparisons.stream()
            .filter(of -> of.month() - of.joined() >= first)
            .filter(of -> Arrays.stream(launched).anyMatch(other -> isControl(design, of, other)))
            .toList();
    return since.isEmpty()
        ? Optional.empty()
        : Optional.of(of(launched, months -> effect(design, since, regions, metric, months)));
  }

  /** The test of any effect of launch months. */
  static LaunchPermutations of(int[] launched, ToDoubleFunction<int[]> effect) {
    double found = effect.applyAsDouble(launched);
    boolean isComplete = ways(launched) <= DRAWS;
    double[] sizes = isComplete ? all(launched, effect) : drawn(launched, effect);
    double largest = Arrays.stream(sizes).max().orElseThrow();
    double least = isComplete ? share(sizes, largest) : 1.0 / sizes.length;
    return new LaunchPermutations(
        found, share(sizes, Math.abs(found)), least, sizes.length, isComplete);
  }

  /** The share that is as large. */
  private static double share(double[] sizes, double size) {
    double bound = size - SLACK * size;
    return (double) Arrays.stream(sizes).filter(other -> other >= bound).count() / sizes.length;
  }

  /** The number of ways to put launch months on regions. */
  private static double ways(int[] launched) {
    int[] sorted = IntStream.of(launched).sorted().toArray();
    double ways = 1;
    int alike = 0;
    for (int place = 0; place < sorted.length; place++) {
      alike = place > 0 && sorted[place] == sorted[place - 1] ? alike + 1 : 1;
      ways *= (place + 1.0) / alike;
    }
    return Math.rint(ways);
  }

  private static double[] all(int[] launched, ToDoubleFunction<int[]> effect) {
    int[] months = IntStream.of(launched).sorted().toArray();
    double[] sizes = new double[(int) ways(launched)];
    for (int way = 0; way < sizes.length; way++) {
      sizes[way] = Math.abs(effect.applyAsDouble(months));
      exchange(months);
    }
    return sizes;
  }

  /** Goes on to the next order of months, as a dictionary has them. */
  private static void exchange(int[] months) {
    int rise = months.length - 2;
    while (rise >= 0 && months[rise] >= months[rise + 1]) {
      rise--;
    }
    if (rise >= 0) {
      int larger = months.length - 1;
      while (months[larger] <= months[rise]) {
        larger--;
      }
      swap(months, rise, larger);
    }
    for (int low = rise + 1, high = months.length - 1; low < high; low++, high--) {
      swap(months, low, high);
    }
  }

  private static double[] drawn(int[] launched, ToDoubleFunction<int[]> effect) {
    double[] sizes = new double[DRAWS + 1];
    sizes[DRAWS] = Math.abs(effect.applyAsDouble(launched));
    int[] months = launched.clone();
    for (int draw = 0; draw < DRAWS; draw++) {
      for (int place = months.length - 1; place > 0; place--) {
        long hash = ScoreOrder.hash((long) draw * months.length + place, SALT);
        swap(months, place, (int) Math.floorMod(hash, place + 1L));
      }
      sizes[draw] = Math.abs(effect.applyAsDouble(months));
    }
    return sizes;
  }

  private static void swap(int[] months, int one, int other) {
    int kept = months[one];
    months[one] = months[other];
    months[other] = kept;
  }

  private static boolean isControl(StaggeredDesign design, Comparison of, int launched) {
    return launched != of.joined() && launched >= design.controlsFrom(of.month(), of.base());
  }

  /** The effect, had regions been launched in these months. */
  private static double effect(
      StaggeredDesign design,
      List<Comparison> since,
      List<LaunchRegion> regions,
      int metric,
      int[] launched) {
    double sum = 0;
    double size = 0;
    for (Comparison of : since) {
      double treated = 0;
      double treatedChange = 0;
      double controls = 0;
      double controlChange = 0;
      for (int place = 0; place < launched.length; place++) {
        boolean isTreated = launched[place] == of.joined();
        if (isTreated || isControl(design, of, launched[place])) {
          LaunchRegion region = regions.get(place);
          double change = region.value(metric, of.month()) - region.value(metric, of.base());
          treated += isTreated ? region.customers() : 0;
          treatedChange += isTreated ? region.customers() * change : 0;
          controls += isTreated ? 0 : region.customers();
          controlChange += isTreated ? 0 : region.customers() * change;
        }
      }
      sum += treatedChange - treated * controlChange / controls;
      size += treated;
    }
    return sum / size;
  }
}
