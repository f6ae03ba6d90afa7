package dev.cohortium.benchmark;

import dev.cohortium.benchmark.Meter.Cost;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one size of the benchmark measured, by the name of the measure. */
public final class Figures {
  private static final double MEGABYTE = 1 << 20;

  private final long size;
  private final Map<String, Double> measures = new LinkedHashMap<>();

  Figures(long size) {
    this.size = size;
  }

  /** The size asked for: lines, or customers. */
  public long size() {
    return size;
  }

  /** The measures, in the order in which they were made. */
  public Map<String, Double> measures() {
    return measures;
  }

  void put(String measure, double value) {
    measures.put(measure, value);
  }

  /** The jobs over 36 months, into an empty warehouse. */
  void putRebuild(Map<String, Cost> jobs, long residentBytes) {
    jobs.forEach((job, cost) -> put(job, cost.took()));
    put("rebuild", total(jobs));
    put("panel and cohorts", jobs.get("panel").took().plus(jobs.get("cohorts").took()));
    jobs.forEach((job, cost) -> put(job + ": MB shuffled", cost.shuffledBytes() / MEGABYTE));
    jobs.forEach((job, cost) -> put(job + ": exchanges over 1 MB", cost.exchanges()));
    jobs.forEach((job, cost) -> put(job + ": MB of heap at most", cost.heapBytes() / MEGABYTE));
    put("MB resident at most", residentBytes / MEGABYTE);
  }

  /** DuckDB's panel and cohorts, and the jobs as multiples of them. */
  void putDuck(Took panel, Took cohorts) {
    Took both = panel.plus(cohorts);
    put("DuckDB: panel", panel);
    put("DuckDB: cohorts", cohorts);
    put("panel: times DuckDB", measures.get("panel, s") / panel.seconds());
    put("panel and cohorts: times DuckDB", measures.get("panel and cohorts, s") / both.seconds());
    put(
        "panel and cohorts: times DuckDB, CPU",
        measures.get("panel and cohorts, CPU s") / both.cpuSeconds());
  }

  /** The same run after one more month was delivered. */
  void putNewMonth(Map<String, Cost> jobs) {
    put("new month", total(jobs));
    put("new month: share of a rebuild", measures.get("new month, s") / measures.get("rebuild, s"));
  }

  private static Took total(Map<String, Cost> jobs) {
    return jobs.values().stream().map(Cost::took).reduce(Took.NONE, Took::plus);
  }

  void put(String measure, Took took) {
    put(measure + ", s", took.seconds());
    put(measure + ", CPU s", took.cpuSeconds());
  }
}
