package dev.cohortium.beforeafter;

import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * The memory that sums and what is made of them may take: half the heap, shared by all tasks that
 * run at once.
 *
 * @param heap bytes
 * @param tasks that run at once
 */
record Room(long heap, int tasks) {
  /** A place's sums are held where they are added, as they are sent and where they arrive. */
  private static final int COPIES = 3;

  /** Of the heap, what the sums of all tasks may take before they are handed on: 1 / this. */
  private static final int HANDED_ON = 8;

  /** That of this JVM; its tasks are as many as it has cores, or an executor of its size has. */
  static Room of(SparkSession session) {
    SparkContext context = session.sparkContext();
    int tasks = context.getConf().getInt("spark.executor.cores", context.defaultParallelism());
    return new Room(Runtime.getRuntime().maxMemory(), Math.max(1, tasks));
  }

  /** The same for one task alone, where there is one place only. */
  Room alone() {
    return new Room(heap, 1);
  }

  /** Bytes that it may take to tell the effects of a place. */
  long ofEffects() {
    return heap / 2 / tasks;
  }

  /**
   * Bytes that the sums of a place may take beside its effects; 0: none are left.
   *
   * @param effects bytes that it takes to tell them
   */
  long ofSums(long effects) {
    return Math.max(0, ofEffects() - effects) / COPIES;
  }

  /** Bytes of sums that a task holds before it hands them on and starts anew. */
  long handedOn() {
    return heap / HANDED_ON / tasks;
  }
}
