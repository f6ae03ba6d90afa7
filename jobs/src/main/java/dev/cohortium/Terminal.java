package dev.cohortium;

import dev.cohortium.runtime.Progress;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.apache.spark.sql.SparkSession;

/** Progress as lines with the seconds since the beginning: {@code [ 12 s] ingest: reading}. */
final class Terminal implements Progress, AutoCloseable {
  private static final int SECONDS_BETWEEN_SIGNS_OF_LIFE = 5;

  private final PrintStream err;
  private final Clock clock;
  private final UnaryOperator<String> redaction;
  private final Instant start;
  private final ScheduledExecutorService pulse =
      Executors.newSingleThreadScheduledExecutor(Terminal::daemon);
  private String step = "";
  private Supplier<Optional<Tasks>> work = Optional::empty;

  /** Tasks of the stages that run now. */
  record Tasks(int done, int all) {}

  Terminal(PrintStream err, Clock clock, UnaryOperator<String> redaction) {
    this.err = err;
    this.clock = clock;
    this.redaction = redaction;
    this.start = clock.instant();
  }

  /** Shows signs of life while a step lasts, until closed. */
  Terminal beating() {
    var unused =
        pulse.scheduleAtFixedRate(
            this::signOfLife,
            SECONDS_BETWEEN_SIGNS_OF_LIFE,
            SECONDS_BETWEEN_SIGNS_OF_LIFE,
            TimeUnit.SECONDS);
    return this;
  }

  /** From now on a sign of life says how far Spark is. */
  void follow(SparkSession session) {
    JavaSparkStatusTracker tracker =
        JavaSparkContext.fromSparkContext(session.sparkContext()).statusTracker();
    follow(() -> tasks(tracker));
  }

  synchronized void follow(Supplier<Optional<Tasks>> tasks) {
    work = tasks;
  }

  private static Optional<Tasks> tasks(JavaSparkStatusTracker tracker) {
    int done = 0;
    int all = 0;
    for (int stage : tracker.getActiveStageIds()) {
      var info = tracker.getStageInfo(stage);
      // A stage may have ended since.
      if (info != null) {
        done += info.numCompletedTasks();
        all += info.numTasks();
      }
    }
    return all == 0 ? Optional.empty() : Optional.of(new Tasks(done, all));
  }

  @Override
  public synchronized void step(String name) {
    step = name;
    note(name);
  }

  @Override
  public synchronized void note(String line) {
    long seconds = Duration.between(start, clock.instant()).toSeconds();
    err.println(redaction.apply(String.format("[%3d s] %s", seconds, line)));
  }

  /** Says that the step goes on. */
  synchronized void signOfLife() {
    if (!step.isEmpty()) {
      note(
          step
              + work.get()
                  .map(tasks -> ": " + tasks.done() + " of " + tasks.all() + " tasks")
                  .orElse(" ..."));
    }
  }

  @Override
  public void close() {
    pulse.shutdownNow();
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "signs-of-life");
    thread.setDaemon(true);
    return thread;
  }
}
