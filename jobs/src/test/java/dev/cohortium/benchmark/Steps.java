package dev.cohortium.benchmark;

import dev.cohortium.runtime.Progress;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;

/** The seconds of each step that a job tells of, and the jobs that Spark runs in all of them. */
final class Steps extends SparkListener implements Progress {
  private final String job;
  private final Figures figures;
  private final AtomicInteger sparkJobs = new AtomicInteger();
  private final Took begun = Took.now();
  private String step = "";
  private Took since = begun;

  /** Of a job, which names itself at the head of its steps. */
  Steps(String job, Figures figures, SparkSession session) {
    this.job = job;
    this.figures = figures;
    session.sparkContext().addSparkListener(this);
  }

  @Override
  public void onJobStart(SparkListenerJobStart start) {
    sparkJobs.incrementAndGet();
  }

  @Override
  public void step(String next) {
    Took took = since.untilNow();
    if (!step.isEmpty()) {
      figures.put(step, took);
      System.err.printf("%8.1f s, CPU %8.1f s  %s%n", took.seconds(), took.cpuSeconds(), step);
    }
    step = next.replace(job + ": ", "");
    since = Took.now();
  }

  @Override
  public void note(String line) {}

  /** Ends the last step, and says what all took together. */
  void stop(SparkSession session) {
    step("");
    figures.put(job, begun.untilNow());
    session.sparkContext().removeSparkListener(this);
    figures.put("Spark jobs", sparkJobs.get());
  }
}
