package dev.cohortium.benchmark;

import dev.cohortium.stats.Matches;
import dev.cohortium.stats.MatchingRule;
import dev.cohortium.stats.NearestNeighbour;
import dev.cohortium.stats.ScoredUnits;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * Times nearest-neighbour matching of one stratum in memory and prints a Markdown table.
 *
 * <p>One fifth of the units are treated and tend to higher scores; everything is drawn by hashes.
 * One control without replacement, caliper 0.2 pooled deviations, treated in descending score, ties
 * by hashed id.
 */
public final class MatchingBenchmark {
  private static final int RUNS = 3;

  /** Seconds of the fastest peer, MatchIt 4.7.2, on 2 cores of such a machine under other load. */
  private static final Map<Integer, Double> PEER =
      Map.of(100_000, 0.74, 1_000_000, 4.1, 3_000_000, 12.7, 10_000_000, 39.6);

  private MatchingBenchmark() {}

  /** Runs the sizes given as arguments, units in all. */
  public static void main(String[] sizes) {
    PrintStream out = System.out;
    out.printf(
        Locale.ROOT,
        "Heap at most %d MB, Java %s, %d processors, median of %d runs after one to warm up.%n%n",
        Runtime.getRuntime().maxMemory() >> 20,
        System.getProperty("java.version"),
        Runtime.getRuntime().availableProcessors(),
        RUNS);
    out.println(
        "| units | treated | matched | seconds | growth | peer, s | times faster"
            + " | live bytes a unit, greatest | kept after |");
    out.println("|---|---|---|---|---|---|---|---|---|");
    time(100_000);
    double before = 0;
    int beforeUnits = 0;
    for (String size : sizes) {
      int units = Integer.parseInt(size);
      double[] seconds = new double[RUNS];
      Figures figures = null;
      for (int run = 0; run < RUNS; run++) {
        figures = time(units);
        seconds[run] = figures.seconds();
      }
      Arrays.sort(seconds);
      double median = seconds[RUNS / 2];
      double peer = PEER.getOrDefault(units, 0.0);
      String growth =
          beforeUnits == 0
              ? ""
              : format("%.1f for %.1f", median / before, (double) units / beforeUnits);
      out.println(
          format(
              "| %,d | %,d | %,d | %.2f | %s | %s | %s | %.1f | %.1f |",
              units,
              units / 5,
              figures.matched(),
              median,
              growth,
              peer == 0 ? "" : format("%.2f", peer),
              peer == 0 ? "" : format("%.1f", peer / median),
              figures.peakBytes() / units,
              figures.keptBytes() / units));
      before = median;
      beforeUnits = units;
    }
  }

  private record Figures(double seconds, int matched, double peakBytes, double keptBytes) {}

  private static Figures time(int units) {
    int treatedCount = units / 5;
    double start = usedAfterCollection();
    var treated = draw("treated", treatedCount, 0, 0.8);
    var candidates = draw("candidates", units - treatedCount, treatedCount, 0);
    usedAfterCollection();
    pools(MemoryPoolMXBean::resetPeakUsage);
    long began = System.nanoTime();
    Matches matches = NearestNeighbour.match(treated, candidates, MatchingRule.oneToOne(0.2));
    double seconds = (System.nanoTime() - began) / 1e9;
    long[] peak = {0};
    pools(pool -> peak[0] += pool.getPeakUsage().getUsed());
    double kept = usedAfterCollection() - start;
    // Reading both keeps them alive until here.
    if (treated.count() + candidates.count() != units) {
      throw new IllegalStateException("units are lost");
    }
    return new Figures(seconds, matches.matchedCount(), peak[0] - start, kept);
  }

  private static ScoredUnits draw(String name, int count, int firstId, double mean) {
    double[] scores = new double[count];
    long[] ids = new long[count];
    for (int row = 0; row < count; row++) {
      ids[row] = (long) firstId + row;
      // The sum of four uniforms, of deviation 1 about the mean.
      double sum = 0;
      for (int draw = 0; draw < 4; draw++) {
        sum += (hash(4L * ids[row] + draw) >>> 11) * 0x1p-53 - 0.5;
      }
      scores[row] = mean + sum * Math.sqrt(3);
    }
    return ScoredUnits.of(name, scores, ids);
  }

  private static long hash(long value) {
    long mixed = value * 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xd6e8feb86659fd93L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xd6e8feb86659fd93L;
    return mixed ^ (mixed >>> 32);
  }

  private static double usedAfterCollection() {
    System.gc();
    long[] used = {0};
    pools(pool -> used[0] += pool.getUsage().getUsed());
    return used[0];
  }

  private static void pools(java.util.function.Consumer<MemoryPoolMXBean> action) {
    ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .forEach(action);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
