package dev.cohortium.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Time taken by this process; where others share the machine, processor time tells more.
 *
 * @param seconds on the wall's clock
 * @param cpuSeconds of all its threads, the compiler's and the collector's included
 */
record Took(double seconds, double cpuSeconds) {
  static final Took NONE = new Took(0, 0);

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /** A moment, from which {@link #untilNow} counts. */
  static Took now() {
    return new Took(System.nanoTime() / 1e9, PROCESS.getProcessCpuTime() / 1e9);
  }

  Took untilNow() {
    Took now = now();
    return new Took(now.seconds - seconds, now.cpuSeconds - cpuSeconds);
  }

  Took plus(Took more) {
    return new Took(seconds + more.seconds, cpuSeconds + more.cpuSeconds);
  }
}
