package dev.cohortium.benchmark;

import dev.cohortium.runtime.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;

/**
 * Measures the jobs of a run by what the run says of its steps: their seconds, what they shuffled
 * and the heap that they filled.
 */
final class Meter extends SparkListener implements Progress {
  private static final long MEGABYTE = 1 << 20;

  /** Smaller exchanges are of Delta's own log, or of sums. */
  private static final long COUNTED_BYTES = MEGABYTE;

  private final Map<String, Cost> costs = new LinkedHashMap<>();
  private String job = "";
  private Took since = Took.now();

  /**
   * What one job took.
   *
   * @param took wall time and processor time
   * @param shuffledBytes written to exchanges
   * @param exchanges that carried more than a megabyte
   * @param heapBytes the highest fill of the heap, garbage included
   */
  record Cost(Took took, long shuffledBytes, int exchanges, long heapBytes) {
    static final Cost NONE = new Cost(Took.NONE, 0, 0, 0);

    Cost plus(Cost more) {
      return new Cost(
          took.plus(more.took),
          shuffledBytes + more.shuffledBytes,
          exchanges + more.exchanges,
          Math.max(heapBytes, more.heapBytes));
    }
  }

  @Override
  public synchronized void step(String step) {
    Took took = since.untilNow();
    add(job, new Cost(took, 0, 0, peakHeap()));
    System.err.printf("%8.1f s%n%s", took.seconds(), step);
    since = Took.now();
    job = step.replaceFirst(":.*", "");
  }

  @Override
  public void note(String line) {}

  /** Ends the last step. */
  void stop() {
    step("");
  }

  /** What each job cost, in the order of their first steps. */
  synchronized Map<String, Cost> costs() {
    Map<String, Cost> jobs = new LinkedHashMap<>(costs);
    jobs.remove("");
    return jobs;
  }

  @Override
  public synchronized void onStageCompleted(SparkListenerStageCompleted stage) {
    TaskMetrics metrics = stage.stageInfo().taskMetrics();
    long bytes = metrics.shuffleWriteMetrics().bytesWritten();
    add(job, new Cost(Took.NONE, bytes, bytes > COUNTED_BYTES ? 1 : 0, 0));
  }

  private void add(String to, Cost cost) {
    costs.merge(to, cost, Cost::plus);
  }

  private static long peakHeap() {
    long bytes = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        bytes += pool.getPeakUsage().getUsed();
        pool.resetPeakUsage();
      }
    }
    return bytes;
  }

  /** The most memory that this process has held so far, in bytes; 0 where Linux does not tell. */
  static long peakResident() {
    Path status = Path.of("/proc/self/status");
    try {
      return !Files.exists(status)
          ? 0
          : Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("VmHWM:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
              .findFirst()
              .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
